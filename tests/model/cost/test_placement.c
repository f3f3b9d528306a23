/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which core does which work, and which segments it takes as one.
 */
#include "cmocka_first.h"
#include "flue/cost.h"

static void
test_placement_of_a_role_stays_in_its_range_and_fills_it(void **state)
{
    struct flue_profile profile = *flue_profile_find("ideal");
    struct flue_placement placement;
    uint32_t hits[8] = {0};

    (void)state;
    profile.cores = 8;
    profile.application_first = 2;
    profile.application_cores = 0; /* all from there on */
    profile.interrupt_first = 0;
    profile.interrupt_cores = 1;
    profile.protocol_first = 4;
    profile.protocol_cores = 2;
    flue_placement_init(&placement, &profile);
    for (uint32_t hash = 0; hash < 1200; hash++) {
        hits[flue_placement_core(&placement, FLUE_ROLE_APPLICATION, hash)]++;
        assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_INTERRUPT, hash), 0);
        assert_in_range(flue_placement_core(&placement, FLUE_ROLE_PROTOCOL, hash), 4, 5);
    }
    assert_int_equal(hits[0] + hits[1], 0);
    for (int core = 2; core < 8; core++)
        assert_in_range(hits[core], 180, 220);
}

static void
test_placement_follows_the_indirection_table(void **state)
{
    struct flue_profile profile = *flue_profile_find("ideal");
    struct flue_placement placement;

    (void)state;
    profile.cores = 4;
    flue_placement_init(&placement, &profile);
    assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_PROTOCOL, 129), 1);
    placement.indirection[1] = 3;
    assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_PROTOCOL, 129), 3);
    assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_INTERRUPT, 1), 3);
    assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_PROTOCOL, 2), 2);
}

static void
test_placement_beyond_the_cores_is_cut_off(void **state)
{
    struct flue_profile profile = *flue_profile_find("ideal");
    struct flue_placement placement;

    (void)state;
    profile.cores = 2;
    profile.application_first = 7;
    profile.protocol_first = 1;
    profile.protocol_cores = 9;
    flue_placement_init(&placement, &profile);
    for (uint32_t hash = 0; hash < 256; hash++) {
        assert_true(flue_placement_core(&placement, FLUE_ROLE_APPLICATION, hash) < 2);
        assert_int_equal(flue_placement_core(&placement, FLUE_ROLE_PROTOCOL, hash), 1);
    }
}

static void
test_batch_grows_while_the_core_is_behind(void **state)
{
    struct flue_batch batch;

    (void)state;
    flue_batch_init(&batch);
    assert_false(flue_batch_join(&batch, 100, 7, 1448));
    flue_batch_note(&batch, 7, 900);
    assert_true(flue_batch_join(&batch, 899, 7, 1448));
    flue_batch_note(&batch, 7, 950);
    assert_false(flue_batch_join(&batch, 950, 7, 1448)); /* the core has done all of it */
}

static void
test_batch_ends_at_64_kib(void **state)
{
    struct flue_batch batch;
    uint32_t batches = 0;

    (void)state;
    flue_batch_init(&batch);
    for (int i = 0; i < 450; i++) {
        batches += !flue_batch_join(&batch, 0, 7, 1448);
        flue_batch_note(&batch, 7, 1000);
    }
    assert_int_equal(batches, 10); /* 45 segments each */
}

static void
test_batch_of_one_flow_is_broken_by_another_in_its_place_alone(void **state)
{
    struct flue_batch batch;

    (void)state;
    flue_batch_init(&batch);
    assert_false(flue_batch_join(&batch, 0, 7, 1448));
    flue_batch_note(&batch, 7, 1000);
    assert_false(flue_batch_join(&batch, 0, 8, 1448));
    flue_batch_note(&batch, 8, 1000);
    assert_true(flue_batch_join(&batch, 0, 7, 1448));
    assert_false(flue_batch_join(&batch, 0, 7 + FLUE_BATCH_FLOWS, 1448));
    flue_batch_note(&batch, 7 + FLUE_BATCH_FLOWS, 1000);
    assert_false(flue_batch_join(&batch, 0, 7, 1448));
    flue_batch_note(&batch, 7 + FLUE_BATCH_FLOWS, 1000); /* not there any more: no effect */
    assert_false(flue_batch_join(&batch, 0, 7, 1448));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placement_of_a_role_stays_in_its_range_and_fills_it),
        cmocka_unit_test(test_placement_follows_the_indirection_table),
        cmocka_unit_test(test_placement_beyond_the_cores_is_cut_off),
        cmocka_unit_test(test_batch_grows_while_the_core_is_behind),
        cmocka_unit_test(test_batch_ends_at_64_kib),
        cmocka_unit_test(test_batch_of_one_flow_is_broken_by_another_in_its_place_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
