/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Profile files: the shipped ones are the built-in machines, and each kind of mistake in a copy is
 * refused with file and line.
 */
#include "profile_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_first.h"

/* PROFILES: the folder of the shipped files. */
static void
shipped_path(const char *name, char path[512])
{
    snprintf(path, 512, PROFILES "/%s.cfg", name);
}

static void
test_profile_file_of_each_built_in_machine_is_that_machine(void **state)
{
    const struct flue_profile *profile;
    uint32_t count = 0;

    (void)state;
    for (; (profile = flue_profile_at(count)) != NULL; count++) {
        struct flue_profile_file file;
        char why[FLUE_RUN_WHY_MAX], path[512];

        shipped_path(profile->name, path);
        if (flue_profile_file_read(path, &file, why) != FLUE_OK) {
            fail_msg("%s", why);
        }
        assert_string_equal(file.profile.name, profile->name);
        assert_string_equal(file.profile.text, profile->text);
#define COMPARE(member, key, unit, least, most, text)                                              \
    assert_int_equal(file.profile.member, profile->member);
        FLUE_PROFILE_MAP(COMPARE)
#undef COMPARE
        flue_profile_file_fini(&file);
    }
    assert_int_equal(count, 7);
}

static char edited[64];

/* Writes server-2009.cfg with `from` replaced by `to`; returns the line of `from`. */
static int
write_edited(const char *from, const char *to)
{
    static char text[32768];
    char path[512];
    FILE *stream;
    char *at;
    int line = 1;

    shipped_path("server-2009", path);
    stream = fopen(path, "r");
    assert_non_null(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    at = strstr(text, from);
    assert_non_null(at);
    for (const char *c = text; c < at; c++) {
        line += *c == '\n';
    }
    stream = fopen(edited, "w");
    assert_non_null(stream);
    fprintf(stream, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(stream);
    return line;
}

static int
set_up(void **state)
{
    (void)state;
    snprintf(edited, sizeof edited, "profile-%ld.cfg", (long)getpid());
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    unlink(edited);
    return 0;
}

static void
test_profile_file_edited_differs_in_that_value_alone(void **state)
{
    struct flue_profile expected = *flue_profile_find("server-2009");
    struct flue_profile_file file;
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    write_edited("copy_rx = { value = 0.7;", "copy_rx = { value = 0.75;");
    assert_int_equal(flue_profile_file_read(edited, &file, why), FLUE_OK);
    expected.copy_rx_cycles_per_kib = 768;
    expected.name = file.profile.name;
    expected.text = file.profile.text;
    assert_memory_equal(&file.profile, &expected, sizeof expected);
    flue_profile_file_fini(&file);
}

static void
test_profile_file_mistakes_are_refused_with_file_and_line(void **state)
{
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"tcp_rx = {", "tcp_rxx = {", "tcp_rxx: not a key of a profile (did you mean \"tcp_rx\"?)"},
        {"tcp_rx = { value = 2000", "tcp_rx = { value = -1", "tcp_rx: value is out of range"},
        {"tcp_rx = { value = 2000", "tcp_rx = { value = 1.5", "value: expected a whole number"},
        {"tcp_rx = { value = 2000", "tcp_rx = { value = \"2000\"", "expected a whole number"},
        {"tcp_rx = { value = 2000; unit = \"cycles\"", "tcp_rx = { value = 2000; unit = \"us\"",
         "tcp_rx: unit: expected \"cycles\""},
        {"tcp_rx = { value = 2000;", "tcp_rx = { value = 2000; valeu = 1;",
         "tcp_rx: valeu: expected value, unit, sweep or source"},
        {"tcp_rx = { value = 2000;", "tcp_rx = {", "tcp_rx: value: expected a whole number"},
        {"tcp_rx = { value = 2000; unit = \"cycles\"; sweep = [1500, 3000];",
         "tcp_rx = { value = 2000; unit = \"cycles\"; sweep = [2001, 3000];",
         "sweep: expected a range with 2000 in it"},
        {"tcp_rx = { value = 2000; unit = \"cycles\"; sweep = [1500, 3000];",
         "tcp_rx = { value = 2000; unit = \"cycles\"; sweep = 1500;", "expected [least, most]"},
        {"tcp_rx = { value = 2000; unit = \"cycles\"; sweep = [1500, 3000]; source = "
         "\"estimated\";",
         "tcp_rx = { value = 2000; unit = \"cycles\"; sweep = [1500, 3000];",
         "tcp_rx: source: expected where the value is from"},
        {"large_send = { value = true", "large_send = { value = 1", "expected true or false"},
        {"cores = { value = 1;", "cores = { value = 0;", "cores: value is out of range"},
        {"protocol_first = { value = 0;", "protocol_first = { value = 1;",
         "protocol_first: cores 1 to 1 are more than there are"},
        {"interrupt_cores = { value = 0;", "interrupt_cores = { value = 2;",
         "interrupt_first: cores 0 to 1 are more than there are"},
        {"copy_tx = { value = 0.7;", "copy_tx = { value = 0.7 0.8;", "syntax error"},
        {"text = \"a 2.93", "text = 4; # ", "text: expected what machine it is"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int line = write_edited(cases[i].from, cases[i].to);
        struct flue_profile_file file;
        char why[FLUE_RUN_WHY_MAX], where[128];

        assert_int_equal(flue_profile_file_read(edited, &file, why), FLUE_ERROR_INVALID);
        if (strncmp(cases[i].from, "interrupt_cores", 15) == 0) {
            line--; /* the range is told by its first core */
        }
        snprintf(where, sizeof where, "%s:%d: ", edited, line);
        if (strncmp(why, where, strlen(where)) != 0 || strstr(why, cases[i].says) == NULL) {
            fail_msg("\"%s\" instead of \"%s...%s\"", why, where, cases[i].says);
        }
    }
}

static void
test_profile_file_without_a_key_is_refused(void **state)
{
    struct flue_profile_file file;
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    write_edited("syscall = { value = 700; unit = \"cycles\"; sweep = [400, 1200]; source = "
                 "\"estimated\"; };",
                 "");
    assert_int_equal(flue_profile_file_read(edited, &file, why), FLUE_ERROR_INVALID);
    assert_non_null(strstr(why, ": syscall is missing: expected syscall = { value = ...; unit = "
                                "\"cycles\"; source = \"...\"; };"));
}

static void
test_profile_file_that_is_not_there_is_refused(void **state)
{
    struct flue_profile_file file;
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    assert_int_equal(flue_profile_file_read("./none.cfg", &file, why), FLUE_ERROR_NOT_FOUND);
    assert_string_equal(why, "./none.cfg: No such file or directory: expected a profile file");
}

/* The word that results carry names what was in the file, and holds only while that is so. */
static void
test_profile_file_digest_tells_an_edited_file(void **state)
{
    struct flue_profile_file file, again;
    char why[FLUE_RUN_WHY_MAX];

    (void)state;
    write_edited("tcp_rx = { value = 2000;", "tcp_rx = { value = 2001;");
    assert_int_equal(flue_profile_file_read(edited, &file, why), FLUE_OK);
    assert_int_equal(strlen(file.word), strlen(edited) + 17);
    assert_true(flue_profile_is_file(file.word));
    assert_int_equal(flue_profile_file_read(file.word, &again, why), FLUE_OK);
    assert_string_equal(file.word, again.word);
    assert_string_equal(again.profile.name, file.profile.name);
    flue_profile_file_fini(&again);
    write_edited("tcp_rx = { value = 2000;", "tcp_rx = { value = 2002;");
    assert_int_equal(flue_profile_file_read(file.word, &again, why), FLUE_ERROR_INVALID);
    assert_non_null(strstr(why, "it has been changed"));
    flue_profile_file_fini(&file);
}

static void
test_profile_word_is_a_file_by_its_look(void **state)
{
    (void)state;
    assert_true(flue_profile_is_file("mine.cfg"));
    assert_true(flue_profile_is_file("./mine"));
    assert_true(flue_profile_is_file("mine.cfg@0123456789abcdef"));
    assert_false(flue_profile_is_file("server-2009"));
    assert_false(flue_profile_is_file(".cfg"));
    assert_false(flue_profile_is_file(""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_file_of_each_built_in_machine_is_that_machine),
        cmocka_unit_test(test_profile_file_edited_differs_in_that_value_alone),
        cmocka_unit_test(test_profile_file_mistakes_are_refused_with_file_and_line),
        cmocka_unit_test(test_profile_file_without_a_key_is_refused),
        cmocka_unit_test(test_profile_file_that_is_not_there_is_refused),
        cmocka_unit_test(test_profile_file_digest_tells_an_edited_file),
        cmocka_unit_test(test_profile_word_is_a_file_by_its_look),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
