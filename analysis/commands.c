/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of subcommands. Each has its part of a file command_*.c.
 */
#include "commands.h"

#include <stddef.h>

const struct command flue_commands[] = {
    {"list", "", "the scenarios and cost profiles that can be simulated", command_list, &list_argp},
    {"describe", "SCENARIO", "a scenario's question, parameters and metrics", command_describe,
     &describe_argp},
    {"run", "SCENARIO", "one simulation, its metrics on the terminal", command_run, &run_argp},
    {"sweep", "STUDY", "a whole study: runs, statistics, figures, report", command_sweep,
     &sweep_argp},
    {"plan", "STUDY", "how much is enough: the values that meet a study's requirements",
     command_plan, &plan_argp},
    {"stats", "DATABASE", "means and confidence intervals of a study's results", command_stats,
     &stats_argp},
    {"compare", "DATABASE DATABASE", "what changed between two databases; a gate for builds",
     command_compare, &compare_argp},
    {"plot", "DATABASE", "a study's figures, drawn again", command_plot, &plot_argp},
    {"report", "DATABASE", "a study's report, written again", command_report, &report_argp},
    {"export", "DATABASE", "every run of a study as CSV or JSON", command_export, &export_argp},
    {"merge", "DATABASE...", "results of other databases into one", command_merge, &merge_argp},
    {"live", "", "the simulated host on a TAP device, for this machine's own kernel", command_live,
     &live_argp},
    {NULL, NULL, NULL, NULL, NULL},
};
