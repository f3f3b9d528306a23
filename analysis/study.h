/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A study file: which scenario, which values, how often, which figures. Everything that is wrong in
 * it is told with file, line, word and what was expected, before anything runs.
 *
 *   title = "...";  question = "...";          optional, for people
 *   scenario = "loss";
 *   fixed = { rate = "1Gbps"; };               parameters that every run has
 *   vary  = { loss = (0, 1e-3); stack = ("host", "offload"); };   every combination; the last
 * varies fastest replications = 10;                         1 when left out seed = 1; 1 when left
 * out figure = ( { x = "loss"; y = "goodput_bps"; series = "stack"; logx = true; title = "...";
 * x_label = "..."; y_label = "..."; } );
 */
#ifndef FLUE_ANALYSIS_STUDY_H
#define FLUE_ANALYSIS_STUDY_H

#include "base.h"
#include "catalogue.h"

struct study_value {
    char *text; /* as it goes onto flue-sim's command line */
    int line;
};

struct study_setting {
    char *name;
    int line;
    struct study_value *values; /* one in `fixed`, any number in `vary` */
    size_t value_count;
};

struct study_figure {
    char *name; /* file name without an ending: goodput_bps_by_loss */
    char *x;
    char *y;
    char *series; /* or NULL */
    char *title;  /* or NULL */
    char *x_label;
    char *y_label;
    bool logx;
    int x_line;
    int y_line;
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
    struct study_setting *vary;
    size_t vary_count;
    int vary_line;
    long long replications;
    long long seed;
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
void study_fini(struct study *study);

/* The varied parameter of that name, or NULL. */
const struct study_setting *study_varied(const struct study *study, const char *name);
/* The value of the varied parameter number `index` at a point. Points are counted from 0; the last
 * varied parameter is the lowest digit of their number. */
const char *study_point_text(const struct study *study, size_t index, size_t point);
/* Names of the varied parameters, for suggest(). */
const char *study_varied_name(const void *study, size_t index);

#endif
