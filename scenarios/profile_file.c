/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Profile files: libconfig's tree into struct flue_profile. Keys, units and limits are those of
 * FLUE_PROFILE_MAP. Every key must be there, so that a file says all of a machine; every value has
 * its unit, which must be the key's, and says where it is from.
 */
#include "profile_file.h"

#include <errno.h>
#include <inttypes.h>
#include <libconfig.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

enum { BYTES_MAX = 1 << 20, DIGEST_DIGITS = 16 };

struct key {
    const char *name, *unit;
    size_t offset;
    double least, most;
};

static const struct key keys[] = {
#define KEY_ROW(member, key, unit, least, most, text)                                              \
    {key, unit, offsetof(struct flue_profile, member), least, most},
    FLUE_PROFILE_MAP(KEY_ROW)
#undef KEY_ROW
};
enum { KEYS = sizeof keys / sizeof keys[0] };

/* `scale` of the program's units make one of the file's. */
static const struct unit {
    const char *name;
    double scale;
    bool is_whole; /* a fraction of it means nothing */
} units[] = {
    {"cores", 1, true},  {"core", 1, true},    {"units", 1, true},   {"connections", 1, true},
    {"cycles", 1, true}, {"bytes", 1, true},   {"KiB", 1024, false}, {"cycles/byte", 1024, false},
    {"GHz", 1e9, false}, {"Gbps", 1e9, false}, {"us", 1e6, false},   {"ms", 1e9, false},
    {"switch", 1, true},
};

/* What the functions below pass along. */
struct reader {
    const char *path;
    struct flue_profile *profile;
    char *why;
    int last_line;
};

static bool wrong_at(struct reader *reader, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
wrong_at(struct reader *reader, int line, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(reader->why, FLUE_RUN_WHY_MAX, "%.200s:%d: ", reader->path, line);

    va_start(arguments, format);
    vsnprintf(reader->why + used, FLUE_RUN_WHY_MAX - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

static int
line_of(const config_setting_t *setting)
{
    return (int)config_setting_source_line(setting);
}

static const struct unit *
unit_of(const struct key *key)
{
    const struct unit *unit = units;

    while (strcmp(unit->name, key->unit) != 0) {
        unit++;
    }
    return unit;
}

/* ---- One value ---------------------------------------------------------------------------------
 */

static bool
read_number(struct reader *reader, const struct key *key, const config_setting_t *setting,
            const char *what, double *number)
{
    int type = setting == NULL ? CONFIG_TYPE_NONE : config_setting_type(setting);
    bool is_switch = strcmp(key->unit, "switch") == 0;
    bool is_whole = unit_of(key)->is_whole;

    if (is_switch && type == CONFIG_TYPE_BOOL) {
        *number = config_setting_get_bool(setting);
        return true;
    }
    if (!is_switch && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)) {
        *number = (double)config_setting_get_int64(setting);
    } else if (!is_switch && type == CONFIG_TYPE_FLOAT) {
        *number = config_setting_get_float(setting);
    } else {
        return wrong_at(reader, setting == NULL ? reader->last_line : line_of(setting),
                        "%s: %s: expected %s", key->name, what,
                        is_switch  ? "true or false"
                        : is_whole ? "a whole number"
                                   : "a number");
    }
    if (!(*number >= key->least && *number <= key->most)) {
        return wrong_at(reader, line_of(setting), "%s: %s is out of range: expected %g to %g %s",
                        key->name, what, key->least, key->most, key->unit);
    }
    if (is_whole && *number > floor(*number)) {
        return wrong_at(reader, line_of(setting), "%s: %s: expected a whole number", key->name,
                        what);
    }
    return true;
}

static bool
check_sweep(struct reader *reader, const struct key *key, const config_setting_t *group,
            double value)
{
    const config_setting_t *sweep = config_setting_get_member(group, "sweep");
    double least, most;

    if (sweep == NULL) {
        return true;
    }
    if (!config_setting_is_aggregate(sweep) || config_setting_is_group(sweep) ||
        config_setting_length(sweep) != 2) {
        return wrong_at(reader, line_of(sweep), "%s: sweep: expected [least, most]", key->name);
    }
    if (!read_number(reader, key, config_setting_get_elem(sweep, 0), "sweep", &least) ||
        !read_number(reader, key, config_setting_get_elem(sweep, 1), "sweep", &most)) {
        return false;
    }
    if (!(least <= value && value <= most)) {
        return wrong_at(reader, line_of(sweep), "%s: sweep: expected a range with %g in it",
                        key->name, value);
    }
    return true;
}

static bool
check_text(struct reader *reader, const char *name, const config_setting_t *group, const char *key,
           const char *expected)
{
    const config_setting_t *setting = config_setting_get_member(group, key);

    if (setting == NULL || config_setting_type(setting) != CONFIG_TYPE_STRING ||
        config_setting_get_string(setting)[0] == '\0') {
        return wrong_at(reader, line_of(setting == NULL ? group : setting), "%s: %s: expected %s",
                        name, key, expected);
    }
    return true;
}

/* key = { value = 1200; unit = "cycles"; sweep = [600, 2000]; source = "estimated"; }; */
static bool
read_value(struct reader *reader, const struct key *key, const config_setting_t *group)
{
    static const char *const members[] = {"value", "unit", "sweep", "source"};
    char expected[64];
    double value;

    if (!config_setting_is_group(group)) {
        return wrong_at(reader, line_of(group),
                        "%s: expected { value = ...; unit = \"%s\"; source = \"...\"; }", key->name,
                        key->unit);
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        bool is_known = false;

        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
            is_known = is_known || strcmp(members[k], config_setting_name(member)) == 0;
        }
        if (!is_known) {
            return wrong_at(reader, line_of(member),
                            "%s: %s: expected value, unit, sweep or source", key->name,
                            config_setting_name(member));
        }
    }
    snprintf(expected, sizeof expected, "\"%s\"", key->unit);
    if (!check_text(reader, key->name, group, "unit", expected)) {
        return false;
    }
    if (strcmp(config_setting_get_string(config_setting_get_member(group, "unit")), key->unit)) {
        return wrong_at(reader, line_of(config_setting_get_member(group, "unit")),
                        "%s: unit: expected \"%s\"", key->name, key->unit);
    }
    reader->last_line = line_of(group);
    if (!read_number(reader, key, config_setting_get_member(group, "value"), "value", &value) ||
        !check_sweep(reader, key, group, value) ||
        !check_text(reader, key->name, group, "source",
                    "where the value is from, or \"estimated\"")) {
        return false;
    }
    *(uint64_t *)(void *)((char *)reader->profile + key->offset) =
        (uint64_t)(value * unit_of(key)->scale + 0.5);
    return true;
}

/* ---- All values --------------------------------------------------------------------------------
 */

static bool
unknown_key(struct reader *reader, const config_setting_t *member)
{
    const char *names[KEYS];
    const char *nearest;

    for (size_t i = 0; i < KEYS; i++) {
        names[i] = keys[i].name;
    }
    nearest = flue_words_nearest(config_setting_name(member), names, KEYS);
    return wrong_at(reader, line_of(member), "%s: not a key of a profile%s%s%s",
                    config_setting_name(member), nearest == NULL ? "" : " (did you mean \"",
                    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?)");
}

static bool
check_role(struct reader *reader, const config_setting_t *root, const char *key, uint64_t first,
           uint64_t count)
{
    uint64_t cores = reader->profile->cores;

    if (first < cores && count <= cores - first) {
        return true;
    }
    return wrong_at(reader, line_of(config_setting_get_member(root, key)),
                    "%s: cores %" PRIu64 " to %" PRIu64 " are more than there are: expected cores "
                    "0 to %" PRIu64,
                    key, first, first + (count == 0 ? 0 : count - 1), cores - 1);
}

static bool
read_root(struct reader *reader, const config_setting_t *root)
{
    const struct flue_profile *profile = reader->profile;

    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *member = config_setting_get_elem(root, (unsigned)i);
        const char *name = config_setting_name(member);
        size_t k = 0;

        while (k < KEYS && strcmp(keys[k].name, name) != 0) {
            k++;
        }
        if (k == KEYS && strcmp(name, "text") != 0) {
            return unknown_key(reader, member);
        }
        if (k < KEYS && !read_value(reader, &keys[k], member)) {
            return false;
        }
        reader->last_line = line_of(member);
    }
    for (size_t k = 0; k < KEYS; k++) {
        if (config_setting_get_member(root, keys[k].name) == NULL) {
            return wrong_at(reader, reader->last_line,
                            "%s is missing: expected %s = { value = ...; unit = \"%s\"; source = "
                            "\"...\"; };",
                            keys[k].name, keys[k].name, keys[k].unit);
        }
    }
    if (config_setting_get_member(root, "text") == NULL) {
        return wrong_at(reader, reader->last_line,
                        "text is missing: expected text = \"what machine it is\";");
    }
    return check_text(reader, "profile", root, "text", "what machine it is") &&
           check_role(reader, root, "application_first", profile->application_first,
                      profile->application_cores) &&
           check_role(reader, root, "interrupt_first", profile->interrupt_first,
                      profile->interrupt_cores) &&
           check_role(reader, root, "protocol_first", profile->protocol_first,
                      profile->protocol_cores);
}

/* ---- The file ----------------------------------------------------------------------------------
 */

bool
flue_profile_is_file(const char *word)
{
    const char *at = strrchr(word, '@');
    size_t length = at == NULL ? strlen(word) : (size_t)(at - word);

    return strchr(word, '/') != NULL || (length > 4 && strncmp(word + length - 4, ".cfg", 4) == 0);
}

/* The whole file as a text; NULL: errno says why. */
static char *
read_text(const char *path)
{
    FILE *stream = fopen(path, "rb");
    char *text = stream == NULL ? NULL : calloc(1, BYTES_MAX + 1);
    bool is_good = text != NULL;

    if (is_good) {
        size_t length = fread(text, 1, BYTES_MAX + 1, stream);

        is_good = !ferror(stream) && length <= BYTES_MAX;
        if (is_good) {
            text[length] = '\0';
        } else if (!ferror(stream)) {
            errno = EFBIG;
        }
    }
    if (stream != NULL) {
        int error = errno;

        fclose(stream);
        errno = error;
    }
    if (!is_good) {
        free(text);
        text = NULL;
    }
    return text;
}

/* FNV-1a: tells an edited file from the one that results were made with. */
static uint64_t
digest_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    }
    return hash;
}

static bool
parse(struct reader *reader, const char *text, char **description)
{
    config_t config;
    bool is_good;

    config_init(&config);
    if (strstr(text, "@include") != NULL) {
        is_good = wrong_at(reader, 1, "@include: expected the whole profile in one file");
    } else if (config_read_string(&config, text) != CONFIG_TRUE) {
        is_good = wrong_at(reader, config_error_line(&config),
                           "%s: expected key = { value = ...; unit = \"...\"; source = \"...\"; };",
                           config_error_text(&config));
    } else {
        is_good = read_root(reader, config_root_setting(&config));
    }
    if (is_good) {
        const char *said = NULL;

        (void)config_lookup_string(&config, "text", &said);
        *description = strdup(said);
    }
    config_destroy(&config);
    return is_good;
}

/* "path/server-2009.cfg" names the machine "server-2009". */
static char *
name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash == NULL ? path : slash + 1);
    char *dot = name == NULL ? NULL : strrchr(name, '.');

    if (dot != NULL && dot != name) {
        *dot = '\0';
    }
    return name;
}

/* Cuts the digest off `path`; NULL: there is none. */
static const char *
split_digest(char *path)
{
    char *at = strrchr(path, '@');

    if (at == NULL || strlen(at + 1) != DIGEST_DIGITS ||
        strspn(at + 1, "0123456789abcdef") != DIGEST_DIGITS) {
        return NULL;
    }
    *at = '\0';
    return at + 1;
}

static enum flue_result
read_file(char *path, struct flue_profile_file *file, char why[FLUE_RUN_WHY_MAX])
{
    struct reader reader = {path, &file->profile, why, 1};
    const char *digest = split_digest(path);
    char *text = read_text(path);
    char present[DIGEST_DIGITS + 1];
    char *description = NULL;
    bool is_good;

    if (text == NULL) {
        snprintf(why, FLUE_RUN_WHY_MAX, "%.200s: %s: expected a profile file", path,
                 strerror(errno));
        return FLUE_ERROR_NOT_FOUND;
    }
    snprintf(present, sizeof present, "%016" PRIx64, digest_of(text));
    is_good = parse(&reader, text, &description);
    free(text);
    if (is_good && digest != NULL && strcmp(digest, present) != 0) {
        snprintf(why, FLUE_RUN_WHY_MAX,
                 "%.200s: it has been changed: expected the file of digest "
                 "%s, not %s",
                 path, digest, present);
        is_good = false;
    }
    if (!is_good) {
        free(description);
        return FLUE_ERROR_INVALID;
    }
    file->profile.text = description;
    file->profile.name = name_of(path);
    file->word = malloc(strlen(path) + DIGEST_DIGITS + 2);
    if (description == NULL || file->profile.name == NULL || file->word == NULL) {
        flue_profile_file_fini(file);
        snprintf(why, FLUE_RUN_WHY_MAX, "%s", flue_result_text(FLUE_ERROR_NO_MEMORY));
        return FLUE_ERROR_NO_MEMORY;
    }
    sprintf(file->word, "%s@%s", path, present);
    return FLUE_OK;
}

enum flue_result
flue_profile_file_read(const char *word, struct flue_profile_file *file, char why[FLUE_RUN_WHY_MAX])
{
    char *path = strdup(word);
    enum flue_result result;

    memset(file, 0, sizeof *file);
    if (path == NULL) {
        snprintf(why, FLUE_RUN_WHY_MAX, "%s", flue_result_text(FLUE_ERROR_NO_MEMORY));
        return FLUE_ERROR_NO_MEMORY;
    }
    result = read_file(path, file, why);
    free(path);
    return result;
}

void
flue_profile_file_fini(struct flue_profile_file *file)
{
    free((void *)(uintptr_t)file->profile.name);
    free((void *)(uintptr_t)file->profile.text);
    free(file->word);
    memset(file, 0, sizeof *file);
}
