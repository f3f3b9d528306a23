/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names and parameters of the offload policies: what is impossible is refused, with its reason.
 */
#include "cmocka_first.h"
#include "flue/chimney.h"
#include "flue/host.h"

#include <string.h>

static void
ignore(void *user, flue_time now, const struct flue_four_tuple *tuple,
       const struct flue_tcp_segment *segment)
{
    (void)user;
    (void)now;
    (void)tuple;
    (void)segment;
}

/* The reason begins with the parameter's name, and no host is made with it. */
static void
assert_refused(const struct flue_policy_config *policy, const char *parameter)
{
    const struct flue_host_handlers handlers = {.transmit = ignore};
    struct flue_host_config config = flue_host_config_default();
    struct flue_allocator allocator = flue_allocator_default();
    struct flue_host *host = NULL;
    const char *reason = NULL;

    config.policy = *policy;
    assert_int_equal(flue_policy_config_check(policy, &reason), FLUE_ERROR_INVALID);
    assert_non_null(reason);
    assert_memory_equal(reason, parameter, strlen(parameter));
    reason = NULL;
    assert_int_equal(flue_host_config_check(&config, &reason), FLUE_ERROR_INVALID);
    assert_non_null(reason);
    assert_int_equal(flue_host_create(&config, &handlers, NULL, &allocator, &host),
                     FLUE_ERROR_INVALID);
    assert_null(host);
}

static struct flue_policy_config
config_of(enum flue_offload_policy kind)
{
    struct flue_policy_config config = flue_policy_config_default();

    config.kind = kind;
    return config;
}

static void
test_policy_config_default_of_every_kind_is_possible(void **state)
{
    (void)state;
    for (int kind = FLUE_POLICY_NEVER; kind < FLUE_POLICY_CUSTOM; kind++) {
        struct flue_policy_config config = config_of((enum flue_offload_policy)kind);

        assert_int_equal(flue_policy_config_check(&config, NULL), FLUE_OK);
    }
}

static void
test_policy_config_impossible_parameters_are_refused_with_a_reason(void **state)
{
    struct flue_policy_config config = config_of(FLUE_POLICY_AUTOMATIC);

    (void)state;
    config.automatic.most_rtt = 0;
    assert_refused(&config, "automatic.most_rtt");
    config = config_of(FLUE_POLICY_LIFETIME);
    config.lifetime.least_left = FLUE_MILLISECOND - 1;
    assert_refused(&config, "lifetime.least_left");
    config = config_of(FLUE_POLICY_ADAPTIVE);
    config.adaptive.low_permille = 0;
    assert_refused(&config, "adaptive.low_permille");
    config.adaptive.low_permille = 901;
    assert_refused(&config, "adaptive.high_permille");
    config.adaptive.high_permille = 1001;
    assert_refused(&config, "adaptive.high_permille");
    config = config_of(FLUE_POLICY_ADAPTIVE);
    config.adaptive.step = 0;
    assert_refused(&config, "adaptive.step");
    config = config_of(FLUE_POLICY_ALWAYS);
    config.damping.most_stay = config.damping.least_stay - 1;
    assert_refused(&config, "damping.most_stay");
    config.damping.most_stay = FLUE_TIME_NEVER;
    assert_refused(&config, "damping.most_stay");
    config = config_of(FLUE_POLICY_NEVER);
    config.damping.margin_percent = 1001;
    assert_refused(&config, "damping.margin_percent");
    config = config_of(FLUE_POLICY_NEVER);
    config.review_interval = 0;
    assert_refused(&config, "review_interval");
    config = config_of(FLUE_POLICY_NEVER);
    config.heeded_reasons = 1U << FLUE_UPLOAD_UPLOAD_REQUESTED;
    assert_refused(&config, "heeded_reasons");
    config.heeded_reasons = 2U << FLUE_UPLOAD_SMALL_IO;
    assert_refused(&config, "heeded_reasons");
    config.heeded_reasons = 1U << FLUE_UPLOAD_HIGH_DROP_RATE | 1U << FLUE_UPLOAD_SMALL_IO;
    assert_int_equal(flue_policy_config_check(&config, NULL), FLUE_OK);
}

static void
test_policy_config_custom_needs_a_table_that_wants(void **state)
{
    static const struct flue_policy nothing = {.wants = NULL};
    struct flue_policy_config config = config_of(FLUE_POLICY_CUSTOM);

    (void)state;
    assert_refused(&config, "custom is");
    config.custom = &nothing;
    assert_refused(&config, "custom->wants");
    config.kind = (enum flue_offload_policy)99;
    assert_refused(&config, "kind");
}

static void
test_policy_config_names_are_found_again(void **state)
{
    enum flue_offload_policy kind;
    int count = 0;

    (void)state;
    for (const char *name; (name = flue_policy_name((enum flue_offload_policy)count)) != NULL;) {
        assert_true(flue_policy_find(name, &kind));
        assert_int_equal(kind, count);
        count++;
    }
    assert_int_equal(count, FLUE_POLICY_CUSTOM + 1);
    assert_false(flue_policy_find("sometimes", &kind));
    assert_string_equal(flue_policy_name(FLUE_POLICY_AUTOMATIC), "automatic");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_config_default_of_every_kind_is_possible),
        cmocka_unit_test(test_policy_config_impossible_parameters_are_refused_with_a_reason),
        cmocka_unit_test(test_policy_config_custom_needs_a_table_that_wants),
        cmocka_unit_test(test_policy_config_names_are_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
