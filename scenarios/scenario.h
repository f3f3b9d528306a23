/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a scenario declares: its parameters and metrics, once, with name, unit, default, range and
 * help. The command line, --help, the sweep and the report all read these tables (flue-sim
 * --describe prints them). A scenario file defines one `const struct flue_scenario
 * flue_scenario_NAME`; scenarios/CMakeLists.txt lists it. docs/scenarios.md shows how to write one,
 * loss.c is an example.
 */
#ifndef FLUE_SCENARIO_H
#define FLUE_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/sim.h"

#ifdef __cplusplus
extern "C" {
#endif

enum flue_parameter_type {
    FLUE_PARAMETER_COUNT,   /* a whole number */
    FLUE_PARAMETER_REAL,    /* a number */
    FLUE_PARAMETER_RATE,    /* "10Gbps"; bits per second */
    FLUE_PARAMETER_TIME,    /* "5ms"; picoseconds */
    FLUE_PARAMETER_BYTES,   /* "64KiB"; bytes */
    FLUE_PARAMETER_CHOICE,  /* one of `choices` */
    FLUE_PARAMETER_PROFILE, /* a hardware profile: a built-in one's name, or a file */
    FLUE_PARAMETER_TEXT
};

struct flue_parameter {
    const char *name; /* as typed: --name */
    enum flue_parameter_type type;
    const char *unit;    /* of the value in results: "bps", "s", "bytes", "1"; "" for words */
    const char *value;   /* default, as typed */
    const char *minimum; /* as typed, inclusive; NULL: none (numbers only) */
    const char *maximum;
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *help;           /* one sentence */
};

struct flue_metric {
    const char *name; /* ends in its unit: goodput_bps */
    const char *unit;
    const char *help;
    bool lower_is_better;
};

struct flue_run;

struct flue_scenario {
    const char *name;
    const char *question;                    /* the question that it answers, one sentence */
    const struct flue_parameter *parameters; /* ends with name NULL */
    const struct flue_metric *metrics;       /* ends with name NULL */
    /* Builds, runs and reports one simulation: each declared metric once. Not FLUE_OK:
     * flue_run_fail said why. */
    enum flue_result (*run)(struct flue_run *run, struct flue_sim *sim);
};

/* The parameters' values, by name. A name that is not declared, or is of another type, is a bug and
 * ends the program. */
uint64_t flue_run_count(const struct flue_run *run, const char *name); /* COUNT, RATE, BYTES */
double flue_run_real(const struct flue_run *run, const char *name); /* every number, in its unit */
flue_time flue_run_time(const struct flue_run *run, const char *name);   /* TIME */
const char *flue_run_text(const struct flue_run *run, const char *name); /* CHOICE, PROFILE, TEXT */
const struct flue_profile *flue_run_profile(const struct flue_run *run,
                                            const char *name); /* PROFILE */
/* Where pcap files go, or NULL when none are wanted. */
const char *flue_run_pcap_prefix(const struct flue_run *run);

/* How often a time series of the metrics wants a row; 0: none is wanted. */
flue_time flue_run_series_interval(const struct flue_run *run);
/* What was reported since the last row (or the start) was for the series, which gets it as the row
 * of `time_s`; the run's own results are still to be reported. */
void flue_run_series_row(struct flue_run *run, double time_s);
/* Something happened that a reader of the series should know: a few words without a line's end.
 * Nothing without a series. */
void flue_run_series_event(struct flue_run *run, double time_s, const char *text);

/* Reports a declared metric, once each. NAN: it could not be measured, and `note` (or NULL) says
 * why; the note of a number is dropped. The text is copied. */
void flue_run_report(struct flue_run *run, const char *metric, double value, const char *note);
/* Says why the run failed (the text is copied); returns `result`. */
enum flue_result flue_run_fail(struct flue_run *run, enum flue_result result, const char *why);

#ifdef __cplusplus
}
#endif
#endif
