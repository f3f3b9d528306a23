/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What ns-3's way to answer wrong use, the end of the program, says before it.
 */
#ifndef FLUE_TESTS_SIM_COMPLAINT_H
#define FLUE_TESTS_SIM_COMPLAINT_H

#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

/** Runs @p wrong in a process of its own. @return what it said before it was stopped; "" if not */
inline std::string Complaint(void (*wrong)())
{
    int ends[2];
    if (pipe(ends) != 0)
    {
        return "";
    }
    std::cout.flush(); // or it says the same again
    const pid_t child = fork();
    if (child == 0)
    {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        wrong();
        _exit(0);
    }
    close(ends[1]);
    std::string said;
    char bytes[4096];
    ssize_t size;
    while ((size = read(ends[0], bytes, sizeof bytes)) > 0)
    {
        said.append(bytes, static_cast<std::size_t>(size));
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? said : "";
}

/** The wrong use stops the program, and what it says contains @p advice. */
inline void IsRefused(const char* advice, void (*wrong)())
{
    const std::string said = Complaint(wrong);
    CHECK(said.find(advice) != std::string::npos);
    if (said.find(advice) == std::string::npos)
    {
        std::cerr << "    expected advice: " << advice << "\n    said: " << said << "\n";
    }
}

#endif /* FLUE_TESTS_SIM_COMPLAINT_H */
