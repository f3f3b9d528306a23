/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which structures lie behind a block.
 */
#include "cmocka_first.h"

#include "chimney/block_state.h"

static void
test_block_state_whole_types_give_three_in_order(void **state)
{
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcp;

    (void)state;
    flue_block_list_init(&neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof neighbor, NULL);
    flue_block_list_init(&path.block, FLUE_IP6_OFFLOAD_STATE, sizeof path, NULL);
    flue_block_list_init(&tcp.block, FLUE_TCP_OFFLOAD_STATE, sizeof tcp, NULL);
    /* STATE-010 */
    assert_ptr_equal(flue__neighbor_state(&neighbor.block).constants, &neighbor.constants);
    assert_ptr_equal(flue__neighbor_state(&neighbor.block).cached, &neighbor.cached);
    assert_ptr_equal(flue__neighbor_state(&neighbor.block).delegated, &neighbor.delegated);
    assert_ptr_equal(flue__path_state(&path.block).constants, &path.constants);
    assert_ptr_equal(flue__path_state(&path.block).cached, &path.cached);
    assert_ptr_equal(flue__path_state(&path.block).delegated, &path.delegated);
    assert_ptr_equal(flue__tcp_state(&tcp.block).constants, &tcp.constants);
    assert_ptr_equal(flue__tcp_state(&tcp.block).cached, &tcp.cached);
    assert_ptr_equal(flue__tcp_state(&tcp.block).delegated, &tcp.delegated);
    assert_true((char *)&tcp.constants < (char *)&tcp.cached);
    assert_true((char *)&tcp.cached < (char *)&tcp.delegated);
}

static void
test_block_state_single_types_give_one(void **state)
{
    struct flue_tcp_delegated_block block;

    (void)state;
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof block, NULL);
    assert_ptr_equal(flue__tcp_state(&block.block).delegated, &block.delegated); /* STATE-009 */
    assert_null(flue__tcp_state(&block.block).constants);
    assert_null(flue__tcp_state(&block.block).cached);
    assert_true(flue__block_is_sound(&block.block));
    block.block.header.type = FLUE_TCP_OFFLOAD_CACHED_STATE;
    assert_non_null(flue__tcp_state(&block.block).cached);
    assert_null(flue__tcp_state(&block.block).delegated);
    assert_null(flue__neighbor_state(&block.block).cached);
    assert_null(flue__path_state(&block.block).cached);
}

static void
test_block_state_layers_follow_types(void **state)
{
    struct flue_block_list block;

    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        enum flue_layer layer = FLUE_LAYER_NONE;

        flue_block_list_init(&block, (enum flue_offload_state_type)type, sizeof block, NULL);
        if (type >= FLUE_NEIGHBOR_OFFLOAD_CONST_STATE)
            layer = FLUE_LAYER_NEIGHBOR;
        if (type >= FLUE_IP4_OFFLOAD_CONST_STATE)
            layer = FLUE_LAYER_PATH;
        if (type >= FLUE_TCP_OFFLOAD_CONST_STATE)
            layer = FLUE_LAYER_TCP;
        if (type >= FLUE_TCP_OFFLOAD_RESOURCE_STATE)
            layer = FLUE_LAYER_NONE; /* STATE-015 */
        assert_int_equal(flue__block_layer(&block), layer);
        assert_false(flue__block_is_sound(&block)); /* nothing fits into a bare block */
    }
    block.header.type = FLUE_IP4_OFFLOAD_STATE;
    assert_int_equal(flue__block_ip_version(&block), 4);
    block.header.type = FLUE_IP6_OFFLOAD_DELEGATED_STATE;
    assert_int_equal(flue__block_ip_version(&block), 6);
    block.header.type = FLUE_TCP_OFFLOAD_STATE;
    assert_int_equal(flue__block_ip_version(&block), 0);
}

/* STATE-012 */
static void
test_block_state_unknown_revision_is_not_sound(void **state)
{
    struct flue_tcp_block block;

    (void)state;
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, NULL);
    assert_true(flue__block_is_sound(&block.block));
    block.block.header.revision++;
    assert_false(flue__block_is_sound(&block.block));
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block - 1, NULL);
    assert_false(flue__block_is_sound(&block.block));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_state_whole_types_give_three_in_order),
        cmocka_unit_test(test_block_state_single_types_give_one),
        cmocka_unit_test(test_block_state_layers_follow_types),
        cmocka_unit_test(test_block_state_unknown_revision_is_not_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
