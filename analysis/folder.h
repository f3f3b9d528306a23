/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The output folder: made, tried and locked before anything runs.
 */
#ifndef FLUE_ANALYSIS_FOLDER_H
#define FLUE_ANALYSIS_FOLDER_H

#include "base.h"

/* Makes the folder with its parents, and writes a file there to see that it can be done. */
bool folder_make(const char *path, struct problem *problem);
/* The same with `figures` in it. */
bool folder_prepare(const char *path, struct problem *problem);
/* Keeps a second sweep out until folder_unlock or the end of the program. */
bool folder_lock(const char *path, int *lock, struct problem *problem);
void folder_unlock(int lock);
/* The folder that a file is in. The caller frees it. */
char *folder_of(const char *file);

#endif
