/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * argp, preceded by a look at every option word. See options.h.
 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

/* argp adds these by itself. */
static const char *const common[] = {"help", "usage"};
enum { COMMON_COUNT = sizeof common / sizeof common[0] };

static bool
is_end(const struct argp_option *option)
{
    return option->key == 0 && option->name == NULL && option->doc == NULL && option->group == 0;
}

/* All long names, one by one; hidden ones are understood but not offered. */
static const char *
offered_name(const void *table, size_t index)
{
    if (index < COMMON_COUNT)
        return common[index];
    index -= COMMON_COUNT;
    for (const struct argp_option *o = table; !is_end(o); o++) {
        if (o->name == NULL || (o->flags & OPTION_HIDDEN) != 0)
            continue;
        if (index-- == 0)
            return o->name;
    }
    return NULL;
}

/* The value's name of an option, looking through aliases; NULL: takes none. */
static const char *
value_name(const struct argp_option *options, const struct argp_option *option)
{
    while ((option->flags & OPTION_ALIAS) != 0 && option > options)
        option--;
    return option->arg;
}

struct match {
    const struct argp_option *option; /* NULL: a common one, or none */
    size_t count;                     /* how many names the word could stand for */
    const char *first;
    const char *second;
};

/* As getopt_long sees it: the exact name, or a beginning that only one name has. */
static struct match
find_long(const struct argp_option *options, const char *word, size_t length)
{
    struct match match = {NULL, 0, NULL, NULL};

    for (size_t i = 0; i < COMMON_COUNT; i++) {
        if (strncmp(common[i], word, length) != 0)
            continue;
        if (strlen(common[i]) == length)
            return (struct match){NULL, 1, common[i], NULL};
        match.second = match.first;
        match.first = common[i];
        match.count++;
    }
    for (const struct argp_option *o = options; !is_end(o); o++) {
        if (o->name == NULL || strncmp(o->name, word, length) != 0)
            continue;
        if (strlen(o->name) == length)
            return (struct match){o, 1, o->name, NULL};
        match.option = o;
        match.second = match.first;
        match.first = o->name;
        match.count++;
    }
    return match;
}

static const struct argp_option *
find_short(const struct argp_option *options, char letter)
{
    for (const struct argp_option *o = options; !is_end(o); o++)
        if (o->key == letter && (o->flags & OPTION_DOC) == 0)
            return o;
    return NULL;
}

/* One word that begins with "--"; *takes_next says whether its value is the next word. */
static bool
check_long(const struct argp_option *options, const char *name, const char *word, const char *next,
           bool *takes_next, struct problem *problem)
{
    size_t length = strcspn(word + 2, "=");
    bool has_value = word[2 + length] == '=';
    struct match match = find_long(options, word + 2, length);
    const char *value = match.option == NULL ? NULL : value_name(options, match.option);
    char *bare = must_printf("%.*s", (int)length, word + 2);
    bool is_good = true;

    *takes_next = false;
    if (match.count == 0) {
        const char *nearest = suggest(bare, offered_name, options);

        is_good = problem_set(problem, EXIT_BAD_INPUT, "--%s: expected an option of \"%s\"%s%s%s",
                              bare, name, nearest == NULL ? "" : " (did you mean \"--",
                              nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?)");
    } else if (match.count > 1) {
        is_good = problem_set(problem, EXIT_BAD_INPUT, "--%s: expected --%s or --%s", bare,
                              match.second, match.first);
    } else if (value == NULL && has_value) {
        is_good = problem_set(problem, EXIT_BAD_INPUT, "--%s: expected no value", bare);
    } else if (value != NULL && !has_value && next == NULL) {
        is_good = problem_set(problem, EXIT_BAD_INPUT, "--%s: expected a value: --%s %s",
                              match.first, match.first, value);
    } else {
        *takes_next = value != NULL && !has_value;
    }
    free(bare);
    return is_good;
}

/* One word of letters behind a single "-". */
static bool
check_short(const struct argp_option *options, const char *name, const char *word, const char *next,
            bool *takes_next, struct problem *problem)
{
    *takes_next = false;
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct argp_option *option = find_short(options, *letter);

        if (*letter == '?')
            continue;
        if (option == NULL)
            return problem_set(problem, EXIT_BAD_INPUT, "-%c: expected an option of \"%s\"",
                               *letter, name);
        if (value_name(options, option) == NULL)
            continue;
        if (letter[1] == '\0' && next == NULL)
            return problem_set(problem, EXIT_BAD_INPUT, "-%c: expected a value: -%c %s", *letter,
                               *letter, option->arg);
        *takes_next = letter[1] == '\0';
        break;
    }
    return true;
}

static bool
check_words(const struct argp_option *options, const char *name, int argc, char **argv,
            struct problem *problem)
{
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool takes_next = false;
        bool is_good = true;

        if (strcmp(argv[i], "--") == 0)
            return true;
        if (strncmp(argv[i], "--", 2) == 0)
            is_good = check_long(options, name, argv[i], next, &takes_next, problem);
        else if (argv[i][0] == '-' && argv[i][1] != '\0')
            is_good = check_short(options, name, argv[i], next, &takes_next, problem);
        if (!is_good)
            return false;
        i += takes_next;
    }
    return true;
}

bool
options_parse(const struct argp *argp, const char *name, int argc, char **argv, void *input,
              struct problem *problem)
{
    error_t code;

    if (!check_words(argp->options, name, argc, argv, problem))
        return false;
    argv[0] = must_strdup(name); /* argp keeps it for its help text as long as the program lives */
    problem->status = EXIT_DONE;
    code = argp_parse(argp, argc, argv, 0, NULL, input);
    if (code != 0 && problem->status == EXIT_DONE)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: %s", name, strerror(code));
    return code == 0;
}

const char *
options_first_word(const struct argp_option *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        bool takes_next = false;
        struct problem ignored;

        if (argv[i][0] != '-' || argv[i][1] == '\0')
            return argv[i];
        if (strcmp(argv[i], "--") == 0)
            return i + 1 < argc ? argv[i + 1] : NULL;
        if (argv[i][1] != '-')
            check_short(options, "", argv[i], "", &takes_next, &ignored);
        else if (!check_long(options, "", argv[i], "", &takes_next, &ignored))
            takes_next = strchr(argv[i], '=') == NULL;
        i += takes_next;
    }
    return NULL;
}

bool
options_whole(const char *word, const char *text, long long minimum, long long maximum,
              long long *number, struct problem *problem)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *number >= minimum && *number <= maximum)
        return true;
    return problem_set(problem, EXIT_BAD_INPUT,
                       "%s \"%s\": expected a whole number from %lld to %lld", word, text, minimum,
                       maximum);
}

error_t
options_take_word(struct options_words *words, char *word)
{
    if (words->count < sizeof words->words / sizeof words->words[0])
        words->words[words->count++] = word;
    return 0;
}

bool
options_one_word(const struct options_words *words, const char *command, const char *expected,
                 struct problem *problem)
{
    if (words->count == 0)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected %s",
                           strncmp(command, "flue ", 5) == 0 ? command + 5 : command, expected);
    if (words->count > 1)
        return problem_set(problem, EXIT_BAD_INPUT, "%s: expected no more words after %s",
                           words->words[1], expected);
    return true;
}
