/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where and when something ran: host, kernel, processor, the time of day.
 */
#ifndef FLUE_ANALYSIS_MACHINE_H
#define FLUE_ANALYSIS_MACHINE_H

#include <stddef.h>

struct machine {
    char host[65];
    char machine[65];
    char kernel[132];
    char cpu[128];
};

/* Asked once, then remembered. */
const struct machine *machine_get(void);
/* The processors that this process may use: a container's share, not the whole machine. */
long machine_cpus(void);
/* Now, in UTC: 2026-01-31T12:00:00Z. */
void machine_time(char *text, size_t size);

#endif
