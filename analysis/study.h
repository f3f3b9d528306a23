/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study file: which scenario, which values, how often, which figures. Everything that is wrong in
 * it is told with file, line, word and what was expected, before anything runs. docs/studies.md
 * explains every key.
 *
 * The varied parameters stand on axes: one of `vary` has its own, those of one group of `zip` share
 * one and step together, and all of `sample` share one. Every combination of the axes is a point.
 */
#ifndef FLUE_ANALYSIS_STUDY_H
#define FLUE_ANALYSIS_STUDY_H

#include "base.h"
#include "catalogue.h"

enum { REPLICATIONS_MAX = 100000, STEPS_MAX = 10000, SAMPLES_MAX = 100000 };

struct study_value {
    char *text; /* as it goes onto flue-sim's command line */
    int line;
};

struct study_setting {
    char *name;
    int line;
    struct study_value *typed; /* the one value of `fixed`; a list; the ends of a range */
    size_t typed_count;
    bool is_range; /* typed holds from and to */
    bool is_log;   /* ... on a logarithmic scale */
    size_t axis;
    char **texts; /* one for each place on the axis; NULL until study_expand knows it */
};

enum axis_kind { AXIS_SAMPLE, AXIS_ZIP, AXIS_VARY };

struct study_axis {
    enum axis_kind kind;
    size_t length;
    int line;
};

enum sample_method { SAMPLE_LATIN_HYPERCUBE, SAMPLE_SOBOL, SAMPLE_HALTON };

/* Replications go on until the interval of the metric is narrow enough. */
struct study_precision {
    char *metric;      /* NULL: as many as `replications` says */
    double relative;   /* half-width by mean */
    long long at_most; /* replications */
    int metric_line;
};

/* What a planned point must have: "latency_p99_s <= 2ms". */
struct study_requirement {
    char *text; /* as typed */
    char *metric;
    bool is_least; /* ">="; otherwise "<=" */
    double number;
    char *unit; /* behind the number; "": the metric's own */
    int line;
};

/* What `flue plan` looks for: the largest or smallest value of a varied parameter that meets every
 * requirement. */
struct study_search {
    char *parameter; /* NULL: this study has nothing to look for */
    int parameter_line;
    bool is_largest;
    struct study_requirement *requirements;
    size_t requirement_count;
    double confidence; /* of the whole answer */
    long long at_most; /* replications of a point */
};

struct study_metric {
    char *name;
    int line;
};

enum figure_kind {
    FIGURE_LINES, /* a metric over a varied parameter */
    FIGURE_CDF,   /* how a metric is distributed over replications */
    FIGURE_BOX,   /* the same as boxes, over a varied parameter */
    FIGURE_BARS,  /* several metrics stacked: where time goes */
    FIGURE_HEAT,  /* a metric over two varied parameters */
    FIGURE_TIME,  /* a metric in the course of the runs */
    FIGURE_LAWS,  /* lines, with what the resources allow as curves */
};

struct study_figure {
    enum figure_kind kind;
    char *name;                 /* file name without an ending: goodput_bps_by_loss */
    char *x;                    /* varied parameter; NULL where the kind has none */
    char *y;                    /* varied parameter of a heat map, or NULL */
    char *series;               /* varied parameter, or NULL */
    char *metric;               /* NULL: bars, which have parts */
    struct study_metric *parts; /* of bars; of LAWS curves the utilisations that bound them */
    size_t part_count;
    struct study_metric *scaled; /* of LAWS curves: utilisations that grow with x */
    size_t scaled_count;
    char *title; /* or NULL */
    char *x_label;
    char *y_label;
    char *z_label;
    bool logx;
    bool logy; /* of lines */
    int x_line;
    int y_line;
    int metric_line;
    int series_line;
};

struct study {
    char *path;
    char *name; /* of the file, without folder and ending */
    char *text; /* the whole file */
    char *title;
    char *question;
    char *scenario;
    int scenario_line;
    struct study_setting *fixed;
    size_t fixed_count;
    struct study_setting *vary; /* everything varied: of sample, then of zip, then of vary */
    size_t vary_count;
    int vary_line;
    struct study_axis *axes; /* in the same order; the last one steps fastest */
    size_t axis_count;
    enum sample_method sample;
    long long replications; /* of every point; with a precision, the first ones */
    long long seed;
    char *series_interval; /* a time: of each run a time series is kept; NULL: none */
    struct study_precision precision;
    struct study_search search;
    struct study_metric *metrics; /* wanted in tables; none: those of the figures, or all */
    size_t metric_count;
    struct study_figure *figures;
    size_t figure_count;
};

/* Reads the file: syntax, keys and types. */
bool study_read(struct study *study, const char *path, struct problem *problem);
/* The same for a text; `path` is for messages. */
bool study_parse(struct study *study, const char *path, const char *text, struct problem *problem);
/* Names and choices against what the simulator offers (study_check.c). */
bool study_check(const struct study *study, const struct catalogue *catalogue,
                 struct problem *problem);
/* The same for one scenario, such as a results database has. */
bool study_check_names(const struct study *study, const struct catalogue_scenario *scenario,
                       struct problem *problem);
/* The same for what it looks for (study_search.c). */
bool study_check_search(const struct study *study, const struct catalogue_scenario *scenario,
                        struct problem *problem);
/* Fills in the values of ranges and samples (study_expand.c); the simulator reads their ends. */
bool study_expand(struct study *study, const struct catalogue_scenario *scenario,
                  const char *simulator, struct problem *problem);
void study_fini(struct study *study);

/* The most replications that a point may get. */
size_t study_replications(const struct study *study);
/* The varied parameter of that name, or NULL. */
const struct study_setting *study_varied(const struct study *study, const char *name);
/* A point's place on an axis. Points are counted from 0; the last axis is the lowest digit of their
 * number. */
size_t study_place(const struct study *study, size_t axis, size_t point);
/* The value of the varied parameter number `index` at a point; NULL when it is not filled in. */
const char *study_point_text(const struct study *study, size_t index, size_t point);
/* Names of the varied parameters, for suggest(). */
const char *study_varied_name(const void *study, size_t index);
/* A requirement's bound in the metric's unit; false when its unit is of something else. */
bool study_bound(const struct study_requirement *requirement, const char *unit, double *bound);
/* Every key that a study file may have, for those who test that each is read. */
const char *study_key(size_t index);
/* Every key that a figure of that kind may have, or NULL; and the kinds' names. */
const char *study_figure_key(enum figure_kind kind, size_t index);
const char *study_figure_kind(size_t index);
/* Which key of such a figure names its metric ("y"); NULL: none does. */
const char *study_figure_metric_key(enum figure_kind kind);
/* Whether a figure shows time series. */
bool study_wants_series(const struct study *study);

#endif
