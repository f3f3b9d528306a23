/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State operations take the time that the configuration says, for the call and for each object, and
 * other things go on meanwhile.
 */
#include "rig.h"

#include <string.h>

enum { CALL_MS = 100, NEIGHBOR_MS = 10, PATH_MS = 20, TCP_MS = 40 };

struct objects {
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
};

static const struct flue_target_cost cost = {
    .call = CALL_MS * FLUE_MILLISECOND,
    .neighbor = NEIGHBOR_MS * FLUE_MILLISECOND,
    .path = PATH_MS * FLUE_MILLISECOND,
    .tcp = TCP_MS * FLUE_MILLISECOND,
};

static void
create(struct rig *rig, struct objects *objects, enum call_kind slow)
{
    struct flue_target_config config = flue_target_config_default();

    switch (slow) {
    case CALL_INITIATE:
        config.initiate = cost;
        break;
    case CALL_TERMINATE:
        config.terminate = cost;
        break;
    case CALL_UPDATE:
        config.update = cost;
        break;
    case CALL_INVALIDATE:
        config.invalidate = cost;
        break;
    default:
        config.query = cost;
        break;
    }
    rig_create(rig, &config);
    rig_make_neighbor(&objects->neighbor);
    rig_make_path(&objects->path);
    rig_make_tcp(rig, &objects->tcp, 100);
    rig_link(&objects->neighbor, &objects->path, &objects->tcp);
}

static void
call(struct rig *rig, enum call_kind kind, struct flue_block_list *tree)
{
    const struct flue_provider *it = rig->provider;

    if (kind == CALL_INITIATE)
        it->initiate_offload(it->adapter, rig->now, tree);
    else if (kind == CALL_TERMINATE)
        it->terminate_offload(it->adapter, rig->now, tree);
    else if (kind == CALL_UPDATE)
        it->update_offload(it->adapter, rig->now, tree);
    else if (kind == CALL_INVALIDATE)
        it->invalidate_offload(it->adapter, rig->now, tree);
    else
        it->query_offload(it->adapter, rig->now, tree);
}

/* Names the three objects, with nothing behind the blocks but what the operation wants. */
static void
name(struct objects *objects, struct flue_block_list blocks[3])
{
    flue_block_list_init(&blocks[0], FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof blocks[0],
                         &objects->neighbor.handle);
    flue_block_list_init(&blocks[1], FLUE_IP4_OFFLOAD_DELEGATED_STATE, sizeof blocks[1],
                         &objects->path.handle);
    flue_block_list_init(&blocks[2], FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof blocks[2],
                         &objects->tcp.handle);
    blocks[0].dependent_block_list = &blocks[1];
    blocks[1].dependent_block_list = &blocks[2];
}

static void
test_operation_takes_its_time(void **state)
{
    static const enum call_kind kinds[] = {CALL_INITIATE, CALL_TERMINATE, CALL_UPDATE,
                                           CALL_INVALIDATE};
    const flue_time due = (CALL_MS + NEIGHBOR_MS + PATH_MS + TCP_MS) * FLUE_MILLISECOND;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct objects objects;
        struct flue_block_list blocks[3];
        struct rig rig;

        create(&rig, &objects, kinds[i]);
        call(&rig, CALL_INITIATE, &objects.neighbor.block.block);
        if (kinds[i] != CALL_INITIATE) {
            rig_settle(&rig);
            name(&objects, blocks);
            call(&rig, kinds[i], &blocks[0]);
        }
        rig_advance(&rig, due - 1);
        assert_int_equal(rig_count(&rig, kinds[i]), 0);
        rig_advance(&rig, 1);
        assert_int_equal(rig_count(&rig, kinds[i]), 1);
        rig_destroy(&rig);
    }
}

static void
test_query_takes_its_time_and_answers_at_the_end_of_it(void **state)
{
    struct objects objects;
    struct rig rig;
    struct {
        struct flue_block_list block;
        struct flue_neighbor_delegated delegated;
    } query;

    (void)state;
    create(&rig, &objects, CALL_QUERY);
    call(&rig, CALL_INITIATE, &objects.neighbor.block.block);
    rig_settle(&rig);
    memset(&query, 0, sizeof query);
    flue_block_list_init(&query.block, FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE, sizeof query,
                         &objects.neighbor.handle);
    query.delegated.header.length = sizeof query.delegated;
    call(&rig, CALL_QUERY, &query.block);
    rig_advance(&rig, (CALL_MS + NEIGHBOR_MS) * FLUE_MILLISECOND - 1);
    assert_int_equal(rig_count(&rig, CALL_QUERY), 0);
    rig_advance(&rig, 1);
    assert_int_equal(rig_count(&rig, CALL_QUERY), 1);
    assert_int_equal(query.delegated.nic_reachability_delta_ticks, CALL_MS + NEIGHBOR_MS);
    rig_destroy(&rig);
}

/* OFFLOAD-007, OFFLOAD-049: a connection works while the rest of the tree is being taken over. */
static void
test_connection_works_during_a_slow_initiate(void **state)
{
    struct objects objects;
    struct rig_tcp second;
    struct rig rig;
    uint32_t segments;

    (void)state;
    create(&rig, &objects, CALL_INITIATE);
    rig_make_tcp(&rig, &second, 101);
    objects.tcp.block.block.next_block = &second.block.block;
    call(&rig, CALL_INITIATE, &objects.neighbor.block.block);
    rig_advance(&rig, (CALL_MS + NEIGHBOR_MS + PATH_MS + TCP_MS) * FLUE_MILLISECOND);
    segments = rig.target_segments;
    rig_peer_send(&rig, objects.tcp.peer, 1, 1448);
    rig_peer_send(&rig, objects.tcp.peer, 1, 1448);
    rig_settle(&rig);
    assert_true(rig.target_segments > segments);         /* acknowledged on the adapter ... */
    assert_int_equal(rig_count(&rig, CALL_INDICATE), 0); /* ... and kept back (OFFLOAD-048) */
    rig_advance(&rig, TCP_MS * FLUE_MILLISECOND);
    assert_true(rig_find(&rig, CALL_INITIATE, 0) < rig_find(&rig, CALL_INDICATE, 0));
    assert_int_equal(rig.indicated_bytes, 2 * 1448);
    rig_return_lent(&rig);
    rig_destroy(&rig);
}

/* OFFLOAD-047: they are taken in while another is being carried out, and done in their order. */
static void
test_operations_overlap_and_keep_their_order(void **state)
{
    struct objects objects[2];
    struct flue_block_list blocks[3];
    const flue_time one = (CALL_MS + NEIGHBOR_MS + PATH_MS + TCP_MS) * FLUE_MILLISECOND;
    struct rig rig;

    (void)state;
    create(&rig, &objects[0], CALL_INITIATE);
    rig_make_neighbor(&objects[1].neighbor);
    rig_make_path(&objects[1].path);
    rig_make_tcp(&rig, &objects[1].tcp, 101);
    rig_link(&objects[1].neighbor, &objects[1].path, &objects[1].tcp);
    call(&rig, CALL_INITIATE, &objects[0].neighbor.block.block);
    rig_advance(&rig, FLUE_MILLISECOND);
    call(&rig, CALL_INITIATE, &objects[1].neighbor.block.block);
    rig_advance(&rig, one - FLUE_MILLISECOND);
    assert_int_equal(rig_count(&rig, CALL_INITIATE), 1);
    name(&objects[0], blocks);
    call(&rig, CALL_UPDATE, &blocks[0]); /* of no cost, behind one that has a cost */
    rig_advance(&rig, one - 1);
    assert_int_equal(rig_count(&rig, CALL_UPDATE), 0);
    rig_advance(&rig, 1);
    assert_int_equal(rig_count(&rig, CALL_INITIATE), 2);
    assert_int_equal(rig_count(&rig, CALL_UPDATE), 1);
    assert_int_equal(objects[1].tcp.block.block.status, FLUE_STATUS_SUCCESS);
    rig_destroy(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operation_takes_its_time),
        cmocka_unit_test(test_query_takes_its_time_and_answers_at_the_end_of_it),
        cmocka_unit_test(test_connection_works_during_a_slow_initiate),
        cmocka_unit_test(test_operations_overlap_and_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
