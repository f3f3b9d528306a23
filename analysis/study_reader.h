/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the readers of the parts of a study file share. libconfig keeps the line of every setting
 * but does not know our keys and types: each setting is asked for its type, and a key nobody reads
 * is refused.
 */
#ifndef FLUE_ANALYSIS_STUDY_READER_H
#define FLUE_ANALYSIS_STUDY_READER_H

#include <libconfig.h>

#include "study.h"

struct reader {
    struct study *study;
    struct problem *problem;
};

int reader_line(const config_setting_t *setting);
/* The line of the member, or of the group where it has none of that name. */
int reader_member_line(const config_setting_t *group, const char *key);
/* "file:line: WORD: expected EXPECTED"; returns false. */
bool reader_wrong(struct reader *reader, const config_setting_t *at, const char *word,
                  const char *expected);
/* Refuses the first member of the group that is not in `keys`. */
bool reader_check_keys(struct reader *reader, const config_setting_t *group,
                       const char *const *keys, const char *where);
/* An optional text; *text stays as it is without it. Line breaks become spaces: these are titles
 * and labels. */
bool reader_text(struct reader *reader, const config_setting_t *group, const char *key,
                 char **text);
/* An optional whole number from `least` to `most`. */
bool reader_whole(struct reader *reader, const config_setting_t *group, const char *key,
                  long long least, long long most, long long *number);
/* One of several words, as its index. */
bool reader_choice(struct reader *reader, const config_setting_t *group, const char *key,
                   const char *const *words, size_t *index);
/* A number or a text as a person would type it; `word` is for messages. */
bool reader_value(struct reader *reader, const config_setting_t *setting, const char *word,
                  struct study_value *value);

/* The parts: study_vary.c, study_figure.c, study_search.c. */
bool reader_fixed(struct reader *reader, const config_setting_t *root);
bool reader_varied(struct reader *reader, const config_setting_t *root);
bool reader_figures(struct reader *reader, const config_setting_t *root);
bool reader_metrics(struct reader *reader, const config_setting_t *root);
void reader_settings_free(struct study_setting *settings, size_t count,
                          const struct study_axis *axes);
void reader_figures_free(struct study *study);
bool reader_search(struct reader *reader, const config_setting_t *root);
void reader_search_free(struct study_search *search);

#endif
