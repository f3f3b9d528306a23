/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Facts about this machine for the provenance of runs. See machine.h.
 */
#include "machine.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static void
read_cpu(char *cpu, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];

    snprintf(cpu, size, "unknown");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(cpu, size, "%.*s", (int)size - 1, colon + 1 + strspn(colon + 1, " "));
        break;
    }
    fclose(file);
}

const struct machine *
machine_get(void)
{
    static struct machine machine;
    struct utsname names;

    if (machine.host[0] != '\0')
        return &machine;
    if (uname(&names) == 0) {
        snprintf(machine.host, sizeof machine.host, "%.64s", names.nodename);
        snprintf(machine.machine, sizeof machine.machine, "%.64s", names.machine);
        snprintf(machine.kernel, sizeof machine.kernel, "%.64s %.64s", names.sysname,
                 names.release);
    } else {
        snprintf(machine.host, sizeof machine.host, "unknown");
    }
    read_cpu(machine.cpu, sizeof machine.cpu);
    return &machine;
}

long
machine_cpus(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

void
machine_time(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(text, size, "unknown");
}
