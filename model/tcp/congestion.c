/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The list of congestion control algorithms.
 */
#include "tcp/congestion.h"

#include <stddef.h>
#include <string.h>

#include "flue/tcp.h"

static const struct congestion_algorithm *const algorithms[] = {
    &flue__congestion_newreno,
    &flue__congestion_cubic,
    &flue__congestion_dctcp,
    &flue__congestion_compound,
};

const struct congestion_algorithm *
flue__congestion_find(const char *name)
{
    if (name == NULL)
        return algorithms[0];
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (strcmp(algorithms[i]->name, name) == 0)
            return algorithms[i];
    return NULL;
}

const char *
flue_tcp_congestion_name(uint32_t index)
{
    return index < sizeof algorithms / sizeof algorithms[0] ? algorithms[index]->name : NULL;
}
