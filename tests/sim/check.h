/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The few macros that tests inside ns-3 need. cmocka leaves a failing test by longjmp, past C++
 * destructors; these note the failure, go on, and RUN_TESTS returns it.
 */
#ifndef FLUE_TESTS_SIM_CHECK_H
#define FLUE_TESTS_SIM_CHECK_H

#include "ns3/simulator.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace check
{

/** How many checks have failed. */
inline int failures = 0;
/** How many have been made: a test without any proves nothing. */
inline int made = 0;

/** Notes a failure. */
template <typename Expected, typename Got>
void Fail(const char* file, int line, const char* what, const Expected& expected, const Got& got)
{
    failures++;
    std::cerr << file << ":" << line << ": " << what << "\n    expected " << expected
              << "\n    got      " << got << "\n";
}

/** A test and its name. */
struct Test
{
    const char* name;
    void (*run)();
};

/** Runs the tests, or those whose names contain the program's first argument. @return exit status
 */
inline int Run(int argc, char** argv, const std::vector<Test>& tests)
{
    int failed = 0;
    for (const auto& test : tests)
    {
        if (argc > 1 && !std::strstr(test.name, argv[1]))
        {
            continue;
        }
        const int before = failures;
        const int madeBefore = made;
        test.run();
        ns3::Simulator::Destroy();
        if (made == madeBefore)
        {
            Fail(test.name, 0, "the test checks something", "a check", "none");
        }
        const bool isGood = failures == before;
        failed += isGood ? 0 : 1;
        std::cout << (isGood ? "ok      " : "FAILED  ") << test.name << "\n";
    }
    if (failed != 0)
    {
        std::cout << failed << " failed; to repeat one: " << argv[0] << " NAME\n";
    }
    return failed == 0 ? 0 : 1;
}

} // namespace check

/** expected == got */
#define CHECK_EQ(expected, got)                                               \
    do                                                                        \
    {                                                                         \
        const auto check_expected = (expected);                               \
        const auto check_got = (got);                                         \
        check::made++;                                                        \
        if (!(check_got == check_expected))                                   \
        {                                                                     \
            check::Fail(__FILE__, __LINE__, #got, check_expected, check_got); \
        }                                                                     \
    } while (false)

/** The condition holds. */
#define CHECK(condition)                                                  \
    do                                                                    \
    {                                                                     \
        check::made++;                                                    \
        if (!(condition))                                                 \
        {                                                                 \
            check::Fail(__FILE__, __LINE__, #condition, "true", "false"); \
        }                                                                 \
    } while (false)

/** low <= got <= high */
#define CHECK_BETWEEN(low, high, got)                                                    \
    do                                                                                   \
    {                                                                                    \
        const auto check_low = (low);                                                    \
        const auto check_high = (high);                                                  \
        const auto check_got = (got);                                                    \
        check::made++;                                                                   \
        if (!(check_got >= check_low && check_got <= check_high))                        \
        {                                                                                \
            check::Fail(__FILE__,                                                        \
                        __LINE__,                                                        \
                        #got,                                                            \
                        std::to_string(check_low) + " to " + std::to_string(check_high), \
                        check_got);                                                      \
        }                                                                                \
    } while (false)

#define TEST(function)      \
    check::Test             \
    {                       \
#function, function \
    }

#endif /* FLUE_TESTS_SIM_CHECK_H */
