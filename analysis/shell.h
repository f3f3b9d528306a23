/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words as a shell wants them typed.
 */
#ifndef FLUE_ANALYSIS_SHELL_H
#define FLUE_ANALYSIS_SHELL_H

/* The words as one line, quoted where a shell would take them apart. The caller frees it. */
char *shell_line(char *const words[]);

#endif
