/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The walk over a tree of block lists.
 */
#include "cmocka_first.h"

#include "flue/chimney.h"

enum { N1, P1, T1, T2, P2, T3, N2, P3, T4, T5, BLOCKS };

/* OFFLOAD-005's tree: Neighbor1(Path1(TCP1,TCP2),Path2(TCP3)), Neighbor2(Path3(TCP4,TCP5)). */
static void
make_tree(struct flue_block_list blocks[BLOCKS])
{
    for (uint32_t i = 0; i < BLOCKS; i++)
        flue_block_list_init(&blocks[i], FLUE_TCP_OFFLOAD_STATE, sizeof blocks[i], NULL);
    blocks[N1].next_block = &blocks[N2];
    blocks[N1].dependent_block_list = &blocks[P1];
    blocks[P1].next_block = &blocks[P2];
    blocks[P1].dependent_block_list = &blocks[T1];
    blocks[T1].next_block = &blocks[T2];
    blocks[P2].dependent_block_list = &blocks[T3];
    blocks[N2].dependent_block_list = &blocks[P3];
    blocks[P3].dependent_block_list = &blocks[T4];
    blocks[T4].next_block = &blocks[T5];
}

static void
test_walk_document_tree_visits_in_its_order(void **state)
{
    struct flue_block_list blocks[BLOCKS];
    struct flue_block_walk walk;
    struct flue_block_list *block;
    uint32_t visited = 0;

    (void)state;
    make_tree(blocks);
    for (block = flue_block_walk_first(&walk, &blocks[N1]); block != NULL;
         block = flue_block_walk_next(&walk)) {
        assert_true(visited < BLOCKS);
        assert_ptr_equal(block, &blocks[visited]); /* OFFLOAD-004, OFFLOAD-005, STATE-003 */
        visited++;
    }
    assert_int_equal(visited, BLOCKS);
    assert_null(flue_block_walk_next(&walk));
}

static void
test_walk_depth_is_the_layer(void **state)
{
    static const uint32_t depths[BLOCKS] = {0, 1, 2, 2, 1, 2, 0, 1, 2, 2};
    struct flue_block_list blocks[BLOCKS];
    struct flue_block_walk walk;

    (void)state;
    make_tree(blocks);
    flue_block_walk_first(&walk, &blocks[N1]);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        assert_int_equal(walk.depth, depths[i]);
        flue_block_walk_next(&walk);
    }
}

static void
test_walk_skip_leaves_out_dependants(void **state)
{
    struct flue_block_list blocks[BLOCKS];
    struct flue_block_walk walk;

    (void)state;
    make_tree(blocks);
    flue_block_walk_first(&walk, &blocks[N1]);
    assert_ptr_equal(flue_block_walk_next(&walk), &blocks[P1]);
    assert_ptr_equal(flue_block_walk_skip(&walk), &blocks[P2]);
    assert_ptr_equal(flue_block_walk_skip(&walk), &blocks[N2]);
    assert_null(flue_block_walk_skip(&walk));
}

static void
test_walk_single_block_ends_behind_it(void **state)
{
    struct flue_block_list block;
    struct flue_block_walk walk;

    (void)state;
    flue_block_list_init(&block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof block, NULL);
    assert_ptr_equal(flue_block_walk_first(&walk, &block), &block);
    assert_null(flue_block_walk_next(&walk));
    assert_null(flue_block_walk_first(&walk, NULL));
    assert_null(flue_block_walk_next(&walk));
}

/* STATE-001: what hangs below the third layer belongs to no tree. */
static void
test_walk_fourth_layer_is_not_visited(void **state)
{
    struct flue_block_list blocks[4];
    struct flue_block_walk walk;
    uint32_t visited = 0;

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        flue_block_list_init(&blocks[i], FLUE_TCP_OFFLOAD_STATE, sizeof blocks[i], NULL);
        if (i > 0)
            blocks[i - 1].dependent_block_list = &blocks[i];
    }
    for (struct flue_block_list *it = flue_block_walk_first(&walk, blocks); it != NULL;
         it = flue_block_walk_next(&walk))
        visited++;
    assert_int_equal(visited, 3);
}

static void
test_block_init_names_cell_and_handle(void **state)
{
    struct flue_offload_handle handle = {0};
    struct flue_tcp_block block;

    (void)state;
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, &handle);
    assert_ptr_equal(block.block.miniport_offload_context, &handle.miniport_offload_context);
    assert_ptr_equal(block.block.offload_handle, &handle);
    assert_int_equal(block.block.status, FLUE_STATUS_UNWRITTEN);
    assert_int_equal(block.block.header.size, sizeof block);
    assert_int_equal(block.block.header.type, FLUE_TCP_OFFLOAD_STATE);
    flue_block_list_init(&block.block, FLUE_TCP_OFFLOAD_STATE, sizeof block, NULL);
    assert_null(block.block.miniport_offload_context); /* STATE-020 */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_document_tree_visits_in_its_order),
        cmocka_unit_test(test_walk_depth_is_the_layer),
        cmocka_unit_test(test_walk_skip_leaves_out_dependants),
        cmocka_unit_test(test_walk_single_block_ends_behind_it),
        cmocka_unit_test(test_walk_fourth_layer_is_not_visited),
        cmocka_unit_test(test_block_init_names_cell_and_handle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
