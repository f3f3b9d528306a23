/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Settings of a study file by their types. See study_reader.h.
 */
#include "study_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

int
reader_line(const config_setting_t *setting)
{
    return (int)config_setting_source_line(setting);
}

int
reader_member_line(const config_setting_t *group, const char *key)
{
    const config_setting_t *member = config_setting_get_member(group, key);

    return reader_line(member == NULL ? group : member);
}

bool
reader_wrong(struct reader *reader, const config_setting_t *at, const char *word,
             const char *expected)
{
    return problem_at(reader->problem, reader->study->path, reader_line(at), "%s: expected %s",
                      word, expected);
}

/* "a, b, c" */
static char *
listed(const char *const *words)
{
    char *all = must_strdup("");

    for (size_t k = 0; words[k] != NULL; k++) {
        char *longer = must_printf("%s%s%s", all, k == 0 ? "" : ", ", words[k]);

        free(all);
        all = longer;
    }
    return all;
}

/* With the nearest key, or all of them when none is near. */
static bool
unknown_key(struct reader *reader, const config_setting_t *member, const char *const *keys,
            const char *where)
{
    const char *name = config_setting_name(member);
    const char *nearest = suggest_text(name, suggest_array, keys);
    char *all = listed(keys);

    problem_at(reader->problem, reader->study->path, reader_line(member), "%s: not a key of %s%s%s",
               name, where, nearest[0] != '\0' ? nearest : ": expected one of ",
               nearest[0] != '\0' ? "" : all);
    free(all);
    return false;
}

bool
reader_check_keys(struct reader *reader, const config_setting_t *group, const char *const *keys,
                  const char *where)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(member);
        bool is_known = false;

        for (size_t k = 0; keys[k] != NULL; k++)
            is_known = is_known || strcmp(keys[k], name) == 0;
        if (!is_known)
            return unknown_key(reader, member, keys, where);
    }
    return true;
}

bool
reader_text(struct reader *reader, const config_setting_t *group, const char *key, char **text)
{
    const config_setting_t *setting = config_setting_get_member(group, key);

    if (setting == NULL)
        return true;
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return reader_wrong(reader, setting, key, "a text in double quotes");
    if (config_setting_get_string(setting)[0] == '\0')
        return reader_wrong(reader, setting, key, "a text that is not empty");
    *text = must_strdup(config_setting_get_string(setting));
    for (char *c = *text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    return true;
}

bool
reader_whole(struct reader *reader, const config_setting_t *group, const char *key, long long least,
             long long most, long long *number)
{
    const config_setting_t *setting = config_setting_get_member(group, key);
    char expected[64];

    if (setting == NULL)
        return true;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", least, most);
    if (config_setting_type(setting) != CONFIG_TYPE_INT &&
        config_setting_type(setting) != CONFIG_TYPE_INT64)
        return reader_wrong(reader, setting, key, expected);
    *number = config_setting_get_int64(setting);
    if (*number < least || *number > most)
        return reader_wrong(reader, setting, key, expected);
    return true;
}

bool
reader_choice(struct reader *reader, const config_setting_t *group, const char *key,
              const char *const *words, size_t *index)
{
    const config_setting_t *setting = config_setting_get_member(group, key);
    const char *word;
    char *all;

    if (setting == NULL)
        return true;
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return reader_wrong(reader, setting, key, "a text in double quotes");
    word = config_setting_get_string(setting);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            *index = i;
            return true;
        }
    }
    all = listed(words);
    problem_at(reader->problem, reader->study->path, reader_line(setting),
               "%s: \"%s\": expected one of %s%s", key, word, all,
               suggest_text(word, suggest_array, words));
    free(all);
    return false;
}

/* The shortest decimal that reads back as the same number. */
static char *
real_text(double value)
{
    char text[32];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (!(strtod(text, NULL) < value) && !(strtod(text, NULL) > value))
            break;
    }
    return must_strdup(text);
}

bool
reader_value(struct reader *reader, const config_setting_t *setting, const char *word,
             struct study_value *value)
{
    value->line = reader_line(setting);
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING:
        value->text = must_strdup(config_setting_get_string(setting));
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        value->text = must_printf("%lld", config_setting_get_int64(setting));
        return true;
    case CONFIG_TYPE_FLOAT:
        value->text = real_text(config_setting_get_float(setting));
        return true;
    default:
        return reader_wrong(reader, setting, word, "a number, or a text in double quotes");
    }
}
