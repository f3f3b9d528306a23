/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scales and labels. See units.h.
 */
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Units that take SI prefixes, and how they are written behind one. */
static const struct {
    const char *unit;
    const char *shown;
    bool is_small; /* milli, micro, ... make sense */
} si_units[] = {
    {"bps", "b/s", false},
    {"s", "s", true},
    {"bytes", "B", false},
    {"Hz", "Hz", false},
    {"J", "J", true},
    {"W", "W", true},
    {"Bps", "B/s", false},
    {"cycles", "cycles", false},
    {"pps", "packets/s", false},
};

static const char *const shares[] = {"utilisation", "utilization", "share",
                                     "fraction",    "ratio",       "efficiency"};

static bool
is_share(const char *name, const char *unit)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        size_t ending = strlen(shares[i]);

        if (strcmp(unit, "1") == 0 && length >= ending &&
            strcmp(name + length - ending, shares[i]) == 0)
            return true;
    }
    return false;
}

static void
scale_si(struct unit_scale *scale, const char *shown, bool is_small, double largest)
{
    static const struct {
        double size;
        const char *prefix;
    } prefixes[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    static const struct {
        double size;
        const char *prefix;
    } small[] = {{1e-3, "m"}, {1e-6, "\302\265"}, {1e-9, "n"}, {1e-12, "p"}};

    scale->factor = 1;
    snprintf(scale->text, sizeof scale->text, "%s", shown);
    if (!(largest > 0) || isinf(largest))
        return;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (largest >= prefixes[i].size * 0.99999) {
            scale->factor = 1 / prefixes[i].size;
            snprintf(scale->text, sizeof scale->text, "%s%s", prefixes[i].prefix, shown);
            return;
        }
    }
    for (size_t i = 0; is_small && i < sizeof small / sizeof small[0]; i++) {
        scale->factor = 1 / small[i].size;
        snprintf(scale->text, sizeof scale->text, "%s%s", small[i].prefix, shown);
        if (largest >= small[i].size * 0.99999)
            return;
    }
}

/* Buffers come in powers of two: 65536 bytes are 64 KiB and not 65.536 kB. */
static bool
scale_binary(struct unit_scale *scale, const char *unit, double largest)
{
    static const struct {
        double size;
        const char *text;
    } units[] = {{1073741824, "GiB"}, {1048576, "MiB"}, {1024, "KiB"}};

    if (strcmp(unit, "bytes") != 0 || !(largest >= 1024) || fmod(largest, 1024) > 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (largest >= units[i].size) {
            scale->factor = 1 / units[i].size;
            snprintf(scale->text, sizeof scale->text, "%s", units[i].text);
            return true;
        }
    }
    return false;
}

struct unit_scale
unit_scale(const char *name, const char *unit, double largest)
{
    struct unit_scale scale = {.factor = 1};

    if (is_share(name, unit)) {
        scale.factor = 100;
        snprintf(scale.text, sizeof scale.text, "%%");
        return scale;
    }
    if (scale_binary(&scale, unit, fabs(largest)))
        return scale;
    for (size_t i = 0; i < sizeof si_units / sizeof si_units[0]; i++) {
        if (strcmp(unit, si_units[i].unit) == 0) {
            scale_si(&scale, si_units[i].shown, si_units[i].is_small, fabs(largest));
            return scale;
        }
    }
    if (strcmp(unit, "1") != 0)
        snprintf(scale.text, sizeof scale.text, "%.20s", unit);
    return scale;
}

void
unit_label(char *text, size_t size, const char *name, const char *unit)
{
    size_t length = strlen(name);
    size_t ending = strlen(unit);
    char *cpu;

    /* A name that ends in its unit need not say it twice. */
    if (ending > 0 && length > ending + 1 && name[length - ending - 1] == '_' &&
        strcmp(name + length - ending, unit) == 0)
        length -= ending + 1;
    snprintf(text, size, "%.*s", (int)length, name);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_' || *c == '-')
            *c = ' ';
    cpu = strstr(text, "cpu");
    if (cpu != NULL && (cpu == text || cpu[-1] == ' ') && (cpu[3] == ' ' || cpu[3] == '\0'))
        memcpy(cpu, "CPU", 3);
    text[0] = (char)toupper((unsigned char)text[0]);
}

/* Sizes are powers of two more often than not: "64 KiB", but "1500 B". */
static void
bytes_value(char *text, size_t size, double value)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    while (unit < 4 && value >= 1024 && !(fmod(value, 1024) > 0)) {
        value /= 1024;
        unit++;
    }
    snprintf(text, size, "%.10g %s", value, units[unit]);
}

void
unit_value(char *text, size_t size, const char *name, const char *unit, double value)
{
    struct unit_scale scale = unit_scale(name, unit, value);

    if (strcmp(unit, "bytes") == 0) {
        bytes_value(text, size, value);
        return;
    }
    snprintf(text, size, "%.6g%s%s", value * scale.factor, scale.text[0] == '\0' ? "" : " ",
             scale.text);
}

int
unit_decimals(double half_width)
{
    int decimals;

    if (!(half_width > 0) || isinf(half_width))
        return 0;
    decimals = 1 - (int)floor(log10(half_width));
    return decimals < 0 ? 0 : decimals > 4 ? 4 : decimals;
}
