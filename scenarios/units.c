/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading and writing numbers with units. Whole numbers never pass through a double: digits,
 * decimal exponent and the unit's factor are multiplied as integers, so that a word either is a
 * whole number of the base unit or is refused.
 */
#include "units.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name; /* "": the number alone */
    uint64_t factor;  /* base units in one */
    bool is_written;  /* in canonical texts; those come first, largest first */
};

static const struct unit count_units[] = {{"", 1, true}, {NULL, 0, false}};

static const struct unit rate_units[] = {
    {"Tbps", 1000000000000, true},
    {"Gbps", 1000000000, true},
    {"Mbps", 1000000, true},
    {"kbps", 1000, true},
    {"bps", 1, true},
    {"", 1, false},
    {"Tb/s", 1000000000000, false},
    {"Gb/s", 1000000000, false},
    {"Mb/s", 1000000, false},
    {"kb/s", 1000, false},
    {"b/s", 1, false},
    {NULL, 0, false},
};

static const struct unit time_units[] = {
    {"s", FLUE_SECOND, true},
    {"ms", FLUE_MILLISECOND, true},
    {"us", FLUE_MICROSECOND, true},
    {"ns", FLUE_NANOSECOND, true},
    {"ps", FLUE_PICOSECOND, true},
    {"min", 60 * FLUE_SECOND, false},
    {NULL, 0, false},
};

static const struct unit bytes_units[] = {
    {"GiB", 1 << 30, true}, {"MiB", 1 << 20, true},    {"KiB", 1 << 10, true},
    {"", 1, true},          {"B", 1, false},           {"kB", 1000, false},
    {"MB", 1000000, false}, {"GB", 1000000000, false}, {NULL, 0, false},
};

static const struct unit *
units_of(enum flue_parameter_type type)
{
    switch (type) {
    case FLUE_PARAMETER_RATE:
        return rate_units;
    case FLUE_PARAMETER_TIME:
        return time_units;
    case FLUE_PARAMETER_BYTES:
        return bytes_units;
    default:
        return count_units;
    }
}

static const char *
expectation(enum flue_parameter_type type)
{
    switch (type) {
    case FLUE_PARAMETER_RATE:
        return "a rate in bps, kbps, Mbps, Gbps or Tbps, such as 10Gbps";
    case FLUE_PARAMETER_TIME:
        return "a time in s, ms, us, ns or ps, such as 2ms";
    case FLUE_PARAMETER_BYTES:
        return "bytes, alone or in KiB, MiB, GiB, kB, MB or GB, such as 64KiB";
    case FLUE_PARAMETER_REAL:
        return "a number, such as 0.001";
    default:
        return "a whole number, such as 4 or 1e6";
    }
}

static enum flue_result
refuse(enum flue_parameter_type type, const char *reason, char why[FLUE_UNITS_WHY_MAX])
{
    snprintf(why, FLUE_UNITS_WHY_MAX, "expected %s%s", expectation(type), reason);
    return FLUE_ERROR_INVALID;
}

/* mantissa * 10^exponent */
struct decimal {
    uint64_t mantissa;
    int exponent;
};

/* Reads digits, a fraction and an exponent; returns what follows, NULL when there is no such number
 * or it has more digits than 64 bits hold. */
static const char *
read_decimal(const char *text, struct decimal *decimal)
{
    bool has_digits = false;
    bool is_fraction = false;

    decimal->mantissa = 0;
    decimal->exponent = 0;
    for (; isdigit((unsigned char)*text) || (*text == '.' && !is_fraction); text++) {
        if (*text == '.') {
            is_fraction = true;
            continue;
        }
        has_digits = true;
        if (__builtin_mul_overflow(decimal->mantissa, (uint64_t)10, &decimal->mantissa) ||
            __builtin_add_overflow(decimal->mantissa, (uint64_t)(*text - '0'),
                                   &decimal->mantissa)) {
            return NULL;
        }
        decimal->exponent -= is_fraction ? 1 : 0;
    }
    if (!has_digits) {
        return NULL;
    }
    if (*text == 'e' || *text == 'E') {
        char *end;
        long exponent = strtol(text + 1, &end, 10);

        if (end == text + 1 || isspace((unsigned char)text[1]) || labs(exponent) > 40) {
            return NULL;
        }
        decimal->exponent += (int)exponent;
        text = end;
    }
    return text;
}

/* Takes `factor` out of *a, or else out of *b; false when it is in neither. */
static bool
cancel(uint64_t factor, uint64_t *a, uint64_t *b)
{
    uint64_t *from = *a % factor == 0 ? a : b;

    if (*from % factor != 0) {
        return false;
    }
    *from /= factor;
    return true;
}

/* decimal * factor as a whole number: NULL, or why it is not one. */
static const char *
scale(struct decimal decimal, uint64_t factor, uint64_t *whole)
{
    for (; decimal.mantissa != 0 && decimal.exponent < 0; decimal.exponent++) {
        if (!cancel(2, &factor, &decimal.mantissa) || !cancel(5, &factor, &decimal.mantissa)) {
            return " (this is not a whole number of the smallest unit)";
        }
    }
    if (__builtin_mul_overflow(decimal.mantissa, factor, whole)) {
        return " (this is too large)";
    }
    for (; *whole != 0 && decimal.exponent > 0; decimal.exponent--) {
        if (__builtin_mul_overflow(*whole, (uint64_t)10, whole)) {
            return " (this is too large)";
        }
    }
    return NULL;
}

static enum flue_result
read_real(const char *text, double *real, char why[FLUE_UNITS_WHY_MAX])
{
    char *end;

    /* strtod also reads hexadecimal, "inf" and "nan", which nobody means here. */
    if (*text == '\0' || strspn(text, "0123456789+-.eE") != strlen(text)) {
        return refuse(FLUE_PARAMETER_REAL, "", why);
    }
    *real = strtod(text, &end);
    if (*end != '\0' || !isfinite(*real)) {
        return refuse(FLUE_PARAMETER_REAL, "", why);
    }
    *real += 0.0; /* no "-0" */
    return FLUE_OK;
}

enum flue_result
flue_units_read(enum flue_parameter_type type, const char *text, struct flue_value *value,
                char why[FLUE_UNITS_WHY_MAX])
{
    struct flue_value read = {0, 0.0};

    if (type == FLUE_PARAMETER_REAL) {
        enum flue_result result = read_real(text, &read.real, why);

        if (result == FLUE_OK) {
            *value = read;
        }
        return result;
    }

    struct decimal decimal;
    const char *name = read_decimal(text, &decimal);
    const struct unit *unit = units_of(type);

    if (name == NULL) {
        return refuse(type, "", why);
    }
    if (*name == ' ' && name[1] != '\0') {
        name++;
    }
    while (unit->name != NULL && strcmp(unit->name, name) != 0) {
        unit++;
    }
    if (unit->name == NULL) {
        return refuse(type, "", why);
    }
    const char *reason = scale(decimal, unit->factor, &read.whole);

    if (reason != NULL) {
        return refuse(type, reason, why);
    }
    read.real = (double)read.whole;
    if (type == FLUE_PARAMETER_TIME) {
        read.real /= (double)FLUE_SECOND;
    }
    *value = read;
    return FLUE_OK;
}

void
flue_units_write_real(double real, char text[FLUE_UNITS_TEXT_MAX])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, FLUE_UNITS_TEXT_MAX, "%.*g", digits, real);
        if (strtod(text, NULL) == real) {
            return;
        }
    }
}

void
flue_units_write(enum flue_parameter_type type, const struct flue_value *value,
                 char text[FLUE_UNITS_TEXT_MAX])
{
    if (type == FLUE_PARAMETER_REAL) {
        flue_units_write_real(value->real, text);
        return;
    }
    const struct unit *unit = units_of(type);

    if (value->whole == 0 && type != FLUE_PARAMETER_TIME) { /* "0bps" and "0", and "0s" */
        while (unit[1].is_written) {
            unit++;
        }
    }
    while (value->whole % unit->factor != 0) {
        unit++;
    }
    snprintf(text, FLUE_UNITS_TEXT_MAX, "%" PRIu64 "%s", value->whole / unit->factor, unit->name);
}

int
flue_units_compare(enum flue_parameter_type type, const struct flue_value *a,
                   const struct flue_value *b)
{
    if (type == FLUE_PARAMETER_REAL) {
        return (a->real > b->real) - (a->real < b->real);
    }
    return (a->whole > b->whole) - (a->whole < b->whole);
}
