/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The subcommands. Each takes its words (argv[0] is its own name) and returns the exit status.
 */
#ifndef FLUE_ANALYSIS_COMMANDS_H
#define FLUE_ANALYSIS_COMMANDS_H

int command_list(int argc, char **argv);
int command_describe(int argc, char **argv);
int command_run(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);

#endif
