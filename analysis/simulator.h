/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The only place that knows how flue-sim is found and spoken to: describe, check, and the words of
 * a run.
 */
#ifndef FLUE_ANALYSIS_SIMULATOR_H
#define FLUE_ANALYSIS_SIMULATOR_H

#include "base.h"
#include "catalogue.h"
#include "process.h"

/* One parameter as given: --name value. */
struct given {
    const char *name;
    const char *text;
};

/* One parameter as flue-sim understood it. */
struct effective_parameter {
    char *name;
    char *text; /* canonical */
    char *unit;
    double value; /* NAN for words */
};

/* All parameters of one point, sorted by name. */
struct effective {
    struct effective_parameter *parameters;
    size_t count;
};

/* The path of flue-sim: environment FLUE_SIM, or next to this program. The caller frees it. */
bool simulator_find(char **path, struct problem *problem);
bool simulator_describe(const char *path, struct catalogue *catalogue, struct problem *problem);
/* Has every value checked. A refusal is EXIT_BAD_INPUT with flue-sim's own words. */
bool simulator_check(const char *path, const char *scenario, const struct given *given,
                     size_t given_count, struct effective *effective, struct problem *problem);

/* The words of a run, NULL-terminated. Free them with simulator_arguments_free. */
char **simulator_run_arguments(const char *path, const char *scenario, const struct given *given,
                               size_t given_count, long long seed, long long run,
                               const char *pcap_prefix);
/* The words of a time series, added to those of a run without pcap. */
void simulator_add_series(char **arguments, const char *file, const char *interval);
void simulator_arguments_free(char **arguments);

/* What a finished child said last, without the program's name; never empty. The caller frees it. */
char *simulator_last_words(const struct child *child);

/* The result of a run: valid, of the schema that we know, with at least its parameters and metrics.
 * The caller drops the reference. */
bool simulator_result_parse(const char *text, json_t **result, struct problem *problem);

/* Reads {"name": {"value", "text", "unit"}}; false when something is missing. */
bool effective_parse(struct effective *effective, json_t *parameters);
void effective_fini(struct effective *effective);
const struct effective_parameter *effective_find(const struct effective *effective,
                                                 const char *name);

#endif
