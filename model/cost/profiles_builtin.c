/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The built-in machines, as the build makes them of scenarios/profiles/NAME.cfg.
 */
#include "flue/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* From the units of profile files to those of struct flue_profile. */
#define WHOLE(value) ((uint64_t)((value) + 0.5))
#define FROM_cores(value) WHOLE(value)
#define FROM_core(value) WHOLE(value)
#define FROM_units(value) WHOLE(value)
#define FROM_connections(value) WHOLE(value)
#define FROM_cycles(value) WHOLE(value)
#define FROM_bytes(value) WHOLE(value)
#define FROM_KiB(value) WHOLE((value)*1024.0)
#define FROM_cycles_byte(value) WHOLE((value)*1024.0)
#define FROM_GHz(value) WHOLE((value)*1e9)
#define FROM_Gbps(value) WHOLE((value)*1e9)
#define FROM_us(value) WHOLE((value)*1e6)
#define FROM_ms(value) WHOLE((value)*1e9)
#define FROM_switch(value) (value)

static const struct flue_profile profiles[] = {
#include "profiles.inc"
};

const struct flue_profile *
flue_profile_at(uint32_t index)
{
    return index < sizeof profiles / sizeof profiles[0] ? &profiles[index] : NULL;
}

const struct flue_profile *
flue_profile_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}
