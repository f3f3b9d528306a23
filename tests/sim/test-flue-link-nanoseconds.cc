/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The link when a script leaves ns-3 at its own resolution of a nanosecond. ns-3 takes one
 * resolution a process, hence this file.
 */
#include "check.h"
#include "wire.h"

using namespace wire;

namespace
{

void test_link_nanosecond_clock_does_not_change_the_rate()
{
    Wire w("100Gbps"); // a frame and its gap last 6.72 ns
    w.Install();
    for (int i = 0; i < 100; i++)
    {
        CHECK(w.Send(0, 46));
    }
    Simulator::Run();
    CHECK_EQ(std::size_t{100}, w.arrivals[1].size());
    for (int64_t i = 0; i < 100; i++)
    {
        CHECK_EQ((i * 84 + 72) * 8 / 100, w.arrivals[1].at(i).time);
    }
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc, argv, {TEST(test_link_nanosecond_clock_does_not_change_the_rate)});
}
