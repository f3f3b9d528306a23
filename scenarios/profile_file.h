/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Profiles in files of the user's: a copy of one of scenarios/profiles, edited.
 */
#ifndef FLUE_SCENARIOS_PROFILE_FILE_H
#define FLUE_SCENARIOS_PROFILE_FILE_H

#include <stdbool.h>

#include "flue/profile.h"
#include "flue/result.h"
#include "run.h"

/* Is this word a file and not the name of a built-in profile? It has a slash, or ends in ".cfg",
 * a digest behind it or not. */
bool flue_profile_is_file(const char *word);

/* A file's profile. Its texts, and `word`, belong to this struct. */
struct flue_profile_file {
    struct flue_profile profile;
    char *word; /* "FILE@DIGEST": the file as it was given, and what was in it */
};

/* Reads FILE, or FILE@DIGEST, which must be what the file has. An unknown, missing or impossible
 * value is refused: `why` is "FILE:LINE: ..." and says what was expected. */
FLUE_MUST_USE enum flue_result flue_profile_file_read(const char *word,
                                                      struct flue_profile_file *file,
                                                      char why[FLUE_RUN_WHY_MAX]);
void flue_profile_file_fini(struct flue_profile_file *file);

#endif
