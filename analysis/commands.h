/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The subcommands. Each takes its words (argv[0] is its own name) and returns the exit status.
 */
#ifndef FLUE_ANALYSIS_COMMANDS_H
#define FLUE_ANALYSIS_COMMANDS_H

#include <argp.h>

int command_list(int argc, char **argv);
int command_describe(int argc, char **argv);
int command_run(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_plan(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);
int command_export(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_live(int argc, char **argv);

/* flue --complete INDEX WORD...: prints what the word of that index may be, one to a line, for the
 * shell. Words that are files' names are the shell's business. */
int command_complete(int argc, char **argv);

/* Of `flue COMMAND --help`. */
#define EXITS_OF_READERS "Exit status: 0 done; 1 flue-sim failed; 2 refused."
#define EXITS_OF_WRITERS "Exit status: 0 done; 1 a file could not be written; 2 refused."

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    int (*run)(int argc, char **argv);
    const struct argp *argp;
};
extern const struct command flue_commands[]; /* up to one without a name */

/* Their options. flue run has those of the scenario besides. */
extern const struct argp run_argp;
extern const struct argp list_argp;
extern const struct argp describe_argp;
extern const struct argp sweep_argp;
extern const struct argp plan_argp;
extern const struct argp stats_argp;
extern const struct argp plot_argp;
extern const struct argp report_argp;
extern const struct argp export_argp;
extern const struct argp merge_argp;
extern const struct argp compare_argp;
extern const struct argp live_argp;

#endif
