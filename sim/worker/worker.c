/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs what the command line asks for. Nothing is printed on `out` before a run has ended well, so
 * that a reader never sees half a result.
 */
#include "worker.h"

#include "arguments.h"
#include "print.h"

#include <errno.h>
#include <string.h>

/* False: not all of it was written. */
static bool close_series(FILE* series)
{
    bool is_good = ferror(series) == 0;

    return fclose(series) == 0 && is_good;
}

static enum worker_status run_once(const struct arguments* arguments, FILE* out, FILE* err)
{
    struct flue_sim* sim = NULL;
    enum worker_status status = WORKER_DONE;
    enum flue_result result = FLUE_OK;
    FILE* series = arguments->series != NULL ? fopen(arguments->series, "w") : NULL;

    if (arguments->series != NULL && series == NULL)
    {
        fprintf(err, "flue-sim: --series %s: %s\n", arguments->series, strerror(errno));
        return WORKER_REFUSED;
    }
    result = flue_sim_create(arguments->seed, arguments->replication, &sim);
    if (result != FLUE_OK)
    {
        fprintf(err, "flue-sim: the simulator did not start: %s\n", flue_result_text(result));
        if (series != NULL)
        {
            fclose(series);
        }
        return WORKER_FAILED;
    }
    flue_run_set_series(arguments->run, series, arguments->interval);
    flue_run_set_pcap_prefix(arguments->run, arguments->pcap_prefix);
    result = flue_run_start(arguments->run, sim);
    if (series != NULL && !close_series(series))
    {
        fprintf(err, "flue-sim: --series %s: it could not be written\n", arguments->series);
        status = WORKER_FAILED;
    }
    else if (result == FLUE_OK)
    {
        print_result(out, arguments, sim);
    }
    else
    {
        fprintf(err, "flue-sim: the run failed: %s\n", flue_run_why(arguments->run));
        status = WORKER_FAILED;
    }
    flue_sim_destroy(sim);
    return status;
}

enum worker_status worker_main(int argc, char* const argv[], FILE* out, FILE* err)
{
    struct arguments arguments;
    char why[FLUE_RUN_WHY_MAX];
    enum worker_status status = WORKER_DONE;

    if (arguments_read(&arguments, argc, argv, why) != FLUE_OK)
    {
        fprintf(err, "flue-sim: %s\n", why);
        return WORKER_REFUSED;
    }
    switch (arguments.command)
    {
    case COMMAND_HELP:
        print_help(out, arguments.scenario);
        break;
    case COMMAND_VERSION:
        print_version(out);
        break;
    case COMMAND_DESCRIBE:
        print_describe(out);
        break;
    case COMMAND_CHECK:
        print_check(out, arguments.run);
        break;
    case COMMAND_RUN:
        status = run_once(&arguments, out, err);
        break;
    }
    flue_run_destroy(arguments.run);
    if (fflush(out) != 0 || ferror(out))
    {
        fputs("flue-sim: the result could not be written\n", err);
        status = WORKER_FAILED;
    }
    return status;
}
