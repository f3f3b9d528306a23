/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words in messages.
 */
#include "cmocka_first.h"

#include <string.h>

#include "words.h"

static const char *const words[] = {"connections", "delay", "loss", "rate"};

static void
test_words_nearest_misspelt_finds_it(void **state)
{
    (void)state;
    assert_string_equal(flue_words_nearest("conections", words, 4), "connections");
    assert_string_equal(flue_words_nearest("deley", words, 4), "delay");
    assert_string_equal(flue_words_nearest("los", words, 4), "loss");
    assert_string_equal(flue_words_nearest("loss", words, 4), "loss");
}

static void
test_words_nearest_stranger_finds_nothing(void **state)
{
    char longest[200];

    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(flue_words_nearest("bandwidth", words, 4));
    assert_null(flue_words_nearest("", words, 4));
    assert_null(flue_words_nearest(longest, words, 4));
    assert_null(flue_words_nearest("loss", words, 0));
}

static void
test_words_list_joins_and_is_cut_at_the_end(void **state)
{
    char text[40];
    char small[8];

    (void)state;
    flue_words_list(words, 4, text, sizeof text);
    assert_string_equal(text, "connections, delay, loss or rate");
    flue_words_list(words, 1, text, sizeof text);
    assert_string_equal(text, "connections");
    flue_words_list(words, 0, text, sizeof text);
    assert_string_equal(text, "");
    flue_words_list(words, 4, small, sizeof small);
    assert_string_equal(small, "connect");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_nearest_misspelt_finds_it),
        cmocka_unit_test(test_words_nearest_stranger_finds_nothing),
        cmocka_unit_test(test_words_list_joins_and_is_cut_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
