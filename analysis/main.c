/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flue: finds the subcommand.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "catalogue.h"
#include "commands.h"
#include "flue/version.h"
#include "simulator.h"
#include "suggest.h"

static const char *
command_name(const void *table, size_t index)
{
    return ((const struct command *)table)[index].name;
}

static void
put_help(void)
{
    printf("Usage: flue COMMAND [WORD...]\n"
           "Simulates TCP on the host and on the NIC, and says what it costs and gains.\n\n"
           "Commands:\n");
    for (const struct command *c = flue_commands; c->name != NULL; c++) {
        char words[32];

        snprintf(words, sizeof words, "%s %s", c->name, c->arguments);
        printf("  %-25s  %s\n", words, c->help);
    }
    printf(
        "\nOptions:\n"
        "  -?, --help           this text; 'flue COMMAND --help' says more\n"
        "  -V, --version        versions of flue and of the simulator\n"
        "\nExamples:\n"
        "  flue list\n"
        "  flue run loss --stack offload --loss 0.001\n"
        "  flue sweep scenarios/studies/loss.cfg --out out\n"
        "\nExit status: 0 done; 1 runs failed or results could not be written; 2 refused before\n"
        "anything ran; 3 handed to the cluster: call again; 4 flue compare --fail-if closed its\n"
        "gate; 5 flue plan found no answer; 130 interrupted (finished results are kept).\n");
}

static int
put_version(void)
{
    struct problem problem;
    struct catalogue catalogue;
    char *path = NULL;

    printf("flue %s (%s)\n", flue_version(), flue_commit());
    if (simulator_find(&path, &problem) && simulator_describe(path, &catalogue, &problem)) {
        printf("flue-sim %s (%s), %s: %s\n", catalogue.flue_version, catalogue.commit,
               catalogue.ns3_version, path);
        catalogue_fini(&catalogue);
    } else {
        printf("flue-sim: %s\n", problem.text);
    }
    free(path);
    return EXIT_DONE;
}

int
main(int argc, char **argv)
{
    struct problem problem;

    /* A file at its largest size is a failed write like others, not the end of the program. */
    signal(SIGXFSZ, SIG_IGN);
    /* Only how text looks: numbers keep their points. */
    setlocale(LC_CTYPE, "");
    if (argc < 2) {
        problem_set(&problem, EXIT_BAD_INPUT, "expected a command (flue --help lists them)");
        return problem_report(&problem);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0 ||
        strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        put_help();
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return put_version();
    if (strcmp(argv[1], "--complete") == 0)
        return command_complete(argc - 1, argv + 1);
    for (const struct command *c = flue_commands; c->name != NULL; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c->run(argc - 1, argv + 1);
    problem_set(&problem, EXIT_BAD_INPUT, "%s: expected a command%s", argv[1],
                suggest_text(argv[1], command_name, flue_commands));
    if (problem.text[strlen(problem.text) - 1] != ')')
        problem_set(&problem, EXIT_BAD_INPUT, "%s: expected a command (flue --help lists them)",
                    argv[1]);
    return problem_report(&problem);
}
