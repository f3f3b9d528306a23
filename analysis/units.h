/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers with units, for people: "bps" becomes Mb/s or Gb/s, a share of one becomes per cent, "s"
 * becomes ms. Results are stored in plain units; only what is shown is scaled.
 */
#ifndef FLUE_ANALYSIS_UNITS_H
#define FLUE_ANALYSIS_UNITS_H

#include <stddef.h>

struct unit_scale {
    double factor; /* shown = stored * factor */
    char text[24]; /* of the shown number: "Gb/s", "%"; empty for a bare number */
};

/* The scale that shows numbers up to `largest` with one to three digits before the point. The name
 * of the quantity tells a share (cpu_utilisation) from another number of unit "1". */
struct unit_scale unit_scale(const char *name, const char *unit, double largest);
/* "goodput_bps" -> "Goodput", "sender_cpu_utilisation" -> "Sender CPU utilisation". */
void unit_label(char *text, size_t size, const char *name, const char *unit);
/* A value with its unit, rounded to six digits: "10 Gb/s", "0.001", "64 KiB". */
void unit_value(char *text, size_t size, const char *name, const char *unit, double value);
/* Digits behind the point that show a half-width with two significant digits, at most four. */
int unit_decimals(double half_width);

#endif
