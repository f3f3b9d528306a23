/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading the command line. An option is written --name value or --name=value; the options of a run
 * are seed, run, pcap, series and interval (and ns-3's own spellings of the first two), every other
 * one is a parameter.
 */
#include "arguments.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "words.h"

static enum flue_result read_number(const char* name,
                                    const char* text,
                                    uint64_t least,
                                    uint64_t most,
                                    uint64_t* number,
                                    char why[FLUE_RUN_WHY_MAX])
{
    char reason[FLUE_UNITS_WHY_MAX];
    struct flue_value value;

    if (flue_units_read(FLUE_PARAMETER_COUNT, text, &value, reason) != FLUE_OK ||
        value.whole < least || value.whole > most)
    {
        snprintf(why,
                 FLUE_RUN_WHY_MAX,
                 "--%s \"%.64s\": expected a whole number from %llu to %llu",
                 name,
                 text,
                 (unsigned long long)least,
                 (unsigned long long)most);
        return FLUE_ERROR_INVALID;
    }
    *number = value.whole;
    return FLUE_OK;
}

/* The folder that pcap files go to must be there and take files. */
static enum flue_result check_prefix(const char* prefix, char why[FLUE_RUN_WHY_MAX])
{
    char folder[4096] = ".";
    const char* slash = strrchr(prefix, '/');
    struct stat status;

    if (slash != NULL)
    {
        size_t length = slash == prefix ? 1 : (size_t)(slash - prefix);

        if (length >= sizeof folder)
        {
            length = sizeof folder - 1;
        }
        memcpy(folder, prefix, length);
        folder[length] = '\0';
    }
    const char* reason = NULL;

    if (stat(folder, &status) != 0)
    {
        reason = strerror(errno);
    }
    else if (!S_ISDIR(status.st_mode))
    {
        reason = "not a folder";
    }
    else if (access(folder, W_OK | X_OK) != 0)
    {
        reason = strerror(errno);
    }
    else
    {
        return FLUE_OK;
    }
    snprintf(why,
             FLUE_RUN_WHY_MAX,
             "--pcap \"%.128s\": expected a folder that files can be written "
             "to, but \"%.128s\" is not: %s",
             prefix,
             folder,
             reason);
    return FLUE_ERROR_INVALID;
}

static enum flue_result read_interval(const char* text,
                                      flue_time* interval,
                                      char why[FLUE_RUN_WHY_MAX])
{
    char reason[FLUE_UNITS_WHY_MAX] = "expected more than 0s";
    struct flue_value value;

    if (flue_units_read(FLUE_PARAMETER_TIME, text, &value, reason) != FLUE_OK || value.whole == 0)
    {
        snprintf(why, FLUE_RUN_WHY_MAX, "--interval \"%.64s\": %s", text, reason);
        return FLUE_ERROR_INVALID;
    }
    *interval = value.whole;
    return FLUE_OK;
}

static enum flue_result set_option(struct arguments* arguments,
                                   const char* name,
                                   const char* value,
                                   char why[FLUE_RUN_WHY_MAX])
{
    bool is_run = arguments->command == COMMAND_RUN;

    if (is_run && (strcmp(name, "seed") == 0 || strcmp(name, "RngSeed") == 0))
    {
        uint64_t seed = 0;
        enum flue_result result = read_number(name, value, 1, 4294944442U, &seed, why);

        arguments->seed = (uint32_t)seed;
        return result;
    }
    if (is_run && (strcmp(name, "run") == 0 || strcmp(name, "RngRun") == 0))
    {
        return read_number(name, value, 0, UINT64_MAX, &arguments->replication, why);
    }
    if (is_run && strcmp(name, "pcap") == 0)
    {
        arguments->pcap_prefix = value;
        return check_prefix(value, why);
    }
    if (is_run && strcmp(name, "series") == 0)
    {
        arguments->series = value;
        return FLUE_OK;
    }
    if (is_run && strcmp(name, "interval") == 0)
    {
        return read_interval(value, &arguments->interval, why);
    }
    return flue_run_set(arguments->run, name, value, why);
}

static enum flue_result read_options(struct arguments* arguments,
                                     int argc,
                                     char* const argv[],
                                     char why[FLUE_RUN_WHY_MAX])
{
    for (int i = 0; i < argc; i++)
    {
        char name[64];
        const char* word = argv[i];
        size_t length = strcspn(word, "=");

        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        {
            arguments->command = COMMAND_HELP;
            return FLUE_OK;
        }
        if (strncmp(word, "--", 2) != 0 || length == 2 || length - 2 >= sizeof name)
        {
            snprintf(why,
                     FLUE_RUN_WHY_MAX,
                     "\"%.64s\" is not an option: expected --name value",
                     word);
            return FLUE_ERROR_INVALID;
        }
        memcpy(name, word + 2, length - 2);
        name[length - 2] = '\0';
        const char* value = word[length] == '=' ? word + length + 1 : argv[++i];

        if (value == NULL)
        {
            /* An unknown name is the better thing to hear of than its missing value. */
            enum flue_result result = set_option(arguments, name, "", why);

            if (result != FLUE_ERROR_NOT_FOUND)
            {
                snprintf(why, FLUE_RUN_WHY_MAX, "--%s: expected a value after it", name);
            }
            return FLUE_ERROR_INVALID;
        }
        if (set_option(arguments, name, value, why) != FLUE_OK)
        {
            return FLUE_ERROR_INVALID;
        }
    }
    return FLUE_OK;
}

static enum flue_result read_command(struct arguments* arguments,
                                     const char* word,
                                     char why[FLUE_RUN_WHY_MAX])
{
    static const char* const words[] =
        {"run", "check", "--describe", "--help", "help", "--version", "-h", "describe"};
    static const enum command commands[] = {COMMAND_RUN,
                                            COMMAND_CHECK,
                                            COMMAND_DESCRIBE,
                                            COMMAND_HELP,
                                            COMMAND_HELP,
                                            COMMAND_VERSION,
                                            COMMAND_HELP,
                                            COMMAND_DESCRIBE};
    enum
    {
        SHOWN = 4,
        ALL = sizeof words / sizeof *words
    };

    for (size_t i = 0; i < ALL; i++)
    {
        if (strcmp(word, words[i]) == 0)
        {
            arguments->command = commands[i];
            return FLUE_OK;
        }
    }
    char list[128];
    const char* nearest = flue_words_nearest(word, words, ALL);

    flue_words_list(words, SHOWN, list, sizeof list);
    snprintf(why,
             FLUE_RUN_WHY_MAX,
             "\"%.64s\" is not a command: expected %s%s%s%s",
             word,
             list,
             nearest != NULL ? " (did you mean \"" : "",
             nearest != NULL ? nearest : "",
             nearest != NULL ? "\"?)" : "");
    return FLUE_ERROR_INVALID;
}

static enum flue_result read_scenario(struct arguments* arguments,
                                      int argc,
                                      char* const argv[],
                                      char why[FLUE_RUN_WHY_MAX])
{
    char reason[FLUE_RUN_WHY_MAX];

    if (flue_scenario_find(argv[0], &arguments->scenario, why) != FLUE_OK)
    {
        return FLUE_ERROR_INVALID;
    }
    if (flue_scenario_validate(arguments->scenario, reason) != FLUE_OK ||
        flue_run_create(arguments->scenario, &arguments->run) != FLUE_OK)
    {
        snprintf(why,
                 FLUE_RUN_WHY_MAX,
                 "scenario \"%s\" cannot be used: %.300s",
                 arguments->scenario->name,
                 reason);
        return FLUE_ERROR_INVALID;
    }
    return read_options(arguments, argc - 1, argv + 1, why);
}

enum flue_result arguments_read(struct arguments* arguments,
                                int argc,
                                char* const argv[],
                                char why[FLUE_RUN_WHY_MAX])
{
    enum flue_result result = FLUE_OK;

    *arguments = (struct arguments){.seed = 1, .replication = 1, .interval = FLUE_MILLISECOND};
    if (argc < 2)
    {
        snprintf(why, FLUE_RUN_WHY_MAX, "expected a command: run, check, --describe or --help");
        return FLUE_ERROR_INVALID;
    }
    result = read_command(arguments, argv[1], why);
    if (result != FLUE_OK)
    {
        return result;
    }
    if (arguments->command == COMMAND_RUN || arguments->command == COMMAND_CHECK)
    {
        if (argc < 3)
        {
            snprintf(why,
                     FLUE_RUN_WHY_MAX,
                     "%s: expected the name of a scenario after it",
                     argv[1]);
            return FLUE_ERROR_INVALID;
        }
        if (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)
        {
            arguments->command = COMMAND_HELP;
            return FLUE_OK;
        }
        result = read_scenario(arguments, argc - 2, argv + 2, why);
    }
    else if (argc > 2 && arguments->command == COMMAND_HELP)
    {
        result = flue_scenario_find(argv[2], &arguments->scenario, why) == FLUE_OK
                     ? FLUE_OK
                     : FLUE_ERROR_INVALID;
    }
    else if (argc > 2)
    {
        snprintf(why, FLUE_RUN_WHY_MAX, "\"%.64s\" is not expected after %s", argv[2], argv[1]);
        return FLUE_ERROR_INVALID;
    }
    if (result != FLUE_OK)
    {
        flue_run_destroy(arguments->run);
        arguments->run = NULL;
    }
    return result;
}
