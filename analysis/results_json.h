/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study's results as JSON, for flue stats and flue sweep.
 */
#ifndef FLUE_ANALYSIS_RESULTS_JSON_H
#define FLUE_ANALYSIS_RESULTS_JSON_H

#include <jansson.h>

#include "results.h"

/* A number, or null for NAN, which has no place in JSON. */
json_t *results_json_real(double value);
/* Every metric of every point on stdout. */
void results_json_put(const struct results *results);

#endif
