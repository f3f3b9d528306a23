/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Doubles that are equal but for rounding; cmocka's own comparison rounds to float first.
 */
#ifndef FLUE_TESTS_ANALYSIS_NEAR_H
#define FLUE_TESTS_ANALYSIS_NEAR_H

#include <math.h>

#define assert_near(value, expected, tolerance)                                                    \
    do {                                                                                           \
        if (!(fabs((value) - (expected)) <= (tolerance)))                                          \
            fail_msg("%s: expected %.9g, got %.9g", #value, (double)(expected), (double)(value));  \
    } while (0)

#endif
