/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of every tree: its form, and what must come back.
 */
#include "verifier_bench.h"

#include <string.h>

/* The provider refuses everything. */
static void
refuse(struct bench *bench)
{
    bench->neighbor.block.status = FLUE_STATUS_FAILURE;
    bench->path.block.status = FLUE_STATUS_FAILURE;
    bench->tcps[0].block.status = FLUE_STATUS_FAILURE;
    bench->tcps[1].block.status = FLUE_STATUS_FAILURE;
    bench_initiate_complete(bench);
}

static void
test_tree_unknown_type_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.header.type = 99;
    bench_initiate(bench);
    bench_claim(bench, "STATE-001", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_reserved_type_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.header.type = FLUE_TCP_OFFLOAD_RESOURCE_STATE;
    bench_initiate(bench);
    bench_claim(bench, "STATE-015", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_fourth_layer_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list placeholder;
    struct flue_block_list deep;

    flue_block_list_init(&placeholder, FLUE_TCP_OFFLOAD_STATE, sizeof placeholder, NULL);
    flue_block_list_init(&deep, FLUE_TCP_OFFLOAD_STATE, sizeof deep, NULL);
    placeholder.dependent_block_list = &deep;
    bench->tcps[1].block.next_block = &placeholder;
    bench_initiate(bench);
    bench_claim(bench, "STATE-001", FLUE_SIDE_CLIENT);
    placeholder.status = FLUE_STATUS_SUCCESS;
    refuse(bench);
}

static void
test_tree_wrong_layer_below_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->neighbor.block.dependent_block_list = &bench->tcps[0].block;
    bench->tcps[0].block.next_block = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-002", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_dependants_of_a_connection_are_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[0].block.dependent_block_list = &bench->tcps[1].block;
    bench->tcps[0].block.next_block = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-002", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_mixed_chain_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->path.block.next_block = &bench->tcps[1].block;
    bench->tcps[0].block.next_block = NULL;
    bench_initiate(bench);
    bench_claim(bench, "STATE-003", FLUE_SIDE_CLIENT);
    refuse(bench);
}

/* It is walked once round; nothing more is said of it. */
static void
test_tree_circle_is_reported_and_not_followed(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.next_block = &bench->tcps[0].block;
    bench_initiate(bench);
    bench_claim(bench, "STATE-003", FLUE_SIDE_CLIENT);
    refuse(bench);
    bench_make_tree(bench);
    bench->path.block.next_block = &bench->path.block;
    bench_initiate(bench);
    bench_claim(bench, "STATE-003", FLUE_SIDE_CLIENT);
    refuse(bench);
    bench_make_tree(bench);
    bench_offload(bench);
}

static void
test_tree_unknown_revision_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.header.revision = 2;
    bench_initiate(bench);
    bench_claim(bench, "STATE-012", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_handed_down_twice_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench_initiate(bench);
    bench_claim(bench, "OFFLOAD-002", FLUE_SIDE_CLIENT);
    refuse(bench);
}

static void
test_tree_reserved_members_are_watched(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench->tcps[0].block.miniport_reserved[0] = bench; /* STATE-029: these are the provider's */
    bench->tcps[0].block.scratch[0] = bench;
    bench->tcps[0].block.protocol_reserved[1] = bench;
    refuse(bench);
    bench_claim(bench, "STATE-028", FLUE_SIDE_PROVIDER);
    bench_make_tree(bench);
    bench_initiate(bench);
    bench->path.block.im_reserved[0] = bench;
    refuse(bench);
    bench_claim(bench, "STATE-028", FLUE_SIDE_PROVIDER);
    bench_make_tree(bench);
    bench_initiate(bench);
    bench->neighbor.block.source_handle = bench;
    refuse(bench);
    bench_claim(bench, "STATE-028", FLUE_SIDE_PROVIDER);
}

static void
test_tree_other_links_back_are_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench->tcps[0].block.next_block = NULL;
    refuse(bench);
    bench_claim(bench, "OFFLOAD-001", FLUE_SIDE_PROVIDER);
}

static void
test_tree_missing_status_is_reported(void **state)
{
    struct bench *bench = *state;

    bench->tcps[1].block.status = FLUE_STATUS_FAILURE; /* of an earlier time: it says nothing */
    bench_initiate(bench);
    bench->neighbor.block.status = FLUE_STATUS_FAILURE;
    bench->path.block.status = FLUE_STATUS_FAILURE;
    bench->tcps[0].block.status = FLUE_STATUS_FAILURE;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-003", FLUE_SIDE_PROVIDER);
}

static void
test_tree_status_of_other_calls_is_reported(void **state)
{
    struct bench *bench = *state;

    bench_initiate(bench);
    bench->neighbor.block.status = FLUE_STATUS_FAILURE;
    bench->path.block.status = FLUE_STATUS_FAILURE;
    bench->tcps[0].block.status = FLUE_STATUS_UPLOAD_IN_PROGRESS;
    bench->tcps[1].block.status = FLUE_STATUS_OFFLOAD_TCP_ENTRIES;
    bench_initiate_complete(bench);
    bench_claim(bench, "OFFLOAD-012", FLUE_SIDE_PROVIDER);
}

struct operation {
    void (*call)(struct bench *bench, struct flue_block_list *tree);
    void (*complete)(struct bench *bench, struct flue_block_list *tree);
    const char *completes;
    const char *status;
};

#define OPERATION(name)                                                                            \
    static void name##_call(struct bench *bench, struct flue_block_list *tree)                     \
    {                                                                                              \
        BENCH_CALL(bench, name##_offload, tree);                                                   \
    }                                                                                              \
    static void name##_complete(struct bench *bench, struct flue_block_list *tree)                 \
    {                                                                                              \
        BENCH_COMPLETE(bench, name##_offload_complete, tree);                                      \
    }

OPERATION(terminate)
OPERATION(update)
OPERATION(invalidate)
OPERATION(query)
OPERATION(initiate)

static const struct operation operations[] = {
    {terminate_call, terminate_complete, "TERM-001", "TERM-003"},
    {update_call, update_complete, "UPDATE-001", "UPDATE-016"},
    {invalidate_call, invalidate_complete, "INVAL-001", "INVAL-008"},
    {query_call, query_complete, "QUERY-001", "QUERY-004"},
    {initiate_call, initiate_complete, "OFFLOAD-001", "OFFLOAD-012"},
};

enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* TERM-003, UPDATE-016, INVAL-008, QUERY-004 */
static void
test_tree_operations_have_two_statuses(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list placeholder;
    static const enum flue_status wrong[] = {FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS,
                                             FLUE_STATUS_OFFLOAD_TCP_ENTRIES, FLUE_STATUS_RESOURCES,
                                             FLUE_STATUS_UNWRITTEN};

    for (size_t i = 0; i < OPERATIONS - 1; i++)
        for (size_t j = 0; j < sizeof wrong / sizeof wrong[0]; j++) {
            flue_block_list_init(&placeholder, FLUE_TCP_OFFLOAD_STATE, sizeof placeholder, NULL);
            operations[i].call(bench, &placeholder);
            placeholder.status = wrong[j];
            operations[i].complete(bench, &placeholder);
            bench_claim(bench, operations[i].status, FLUE_SIDE_PROVIDER);
        }
}

/* STATE-023, OFFLOAD-032 */
static void
test_tree_placeholders_always_succeed(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list placeholder;

    for (size_t i = 0; i < OPERATIONS; i++) {
        flue_block_list_init(&placeholder, FLUE_TCP_OFFLOAD_STATE, sizeof placeholder, NULL);
        operations[i].call(bench, &placeholder);
        placeholder.status = FLUE_STATUS_FAILURE;
        operations[i].complete(bench, &placeholder);
        bench_claim(bench, "STATE-023", FLUE_SIDE_PROVIDER);
    }
    flue_block_list_init(&placeholder, FLUE_TCP_OFFLOAD_STATE, sizeof placeholder, NULL);
    placeholder.dependent_block_list = &bench->path.block;
    initiate_call(bench, &placeholder);
    placeholder.status = FLUE_STATUS_FAILURE;
    bench->path.block.status = FLUE_STATUS_FAILURE;
    bench->tcps[0].block.status = FLUE_STATUS_FAILURE;
    bench->tcps[1].block.status = FLUE_STATUS_FAILURE;
    initiate_complete(bench, &placeholder);
    bench_claim(bench, "OFFLOAD-032", FLUE_SIDE_PROVIDER);
}

/* OFFLOAD-001, TERM-001, UPDATE-001, INVAL-001, QUERY-001 */
static void
test_tree_completion_not_asked_for_is_reported(void **state)
{
    struct bench *bench = *state;
    struct flue_block_list placeholder;
    struct flue_block_list other;

    flue_block_list_init(&other, FLUE_TCP_OFFLOAD_STATE, sizeof other, NULL);
    for (size_t i = 0; i < OPERATIONS; i++) {
        flue_block_list_init(&placeholder, FLUE_TCP_OFFLOAD_STATE, sizeof placeholder, NULL);
        operations[i].complete(bench, &placeholder);
        bench_claim(bench, operations[i].completes, FLUE_SIDE_PROVIDER);
        operations[i].call(bench, &placeholder);
        placeholder.status = FLUE_STATUS_SUCCESS;
        operations[i].complete(bench, &other); /* another pointer */
        bench_claim(bench, operations[i].completes, FLUE_SIDE_PROVIDER);
        operations[i].complete(bench, &placeholder);
        operations[i].complete(bench, &placeholder); /* twice */
        bench_claim(bench, operations[i].completes, FLUE_SIDE_PROVIDER);
        operations[i].call(bench, &placeholder);
        placeholder.status = FLUE_STATUS_SUCCESS;
        operations[(i + 1) % OPERATIONS].complete(bench, &placeholder); /* as another operation */
        bench_claim(bench, operations[(i + 1) % OPERATIONS].completes, FLUE_SIDE_PROVIDER);
    }
}

static const struct operation *nested;
static struct flue_block_list nested_block;

static void
complete_inside(struct bench *bench)
{
    nested_block.status = FLUE_STATUS_SUCCESS;
    nested->complete(bench, &nested_block);
}

static void
test_tree_completion_inside_the_call_is_reported(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < OPERATIONS; i++) {
        flue_block_list_init(&nested_block, FLUE_TCP_OFFLOAD_STATE, sizeof nested_block, NULL);
        nested = &operations[i];
        bench->inside = complete_inside;
        nested->call(bench, &nested_block);
        bench_claim(bench, nested->completes, FLUE_SIDE_PROVIDER);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_tree_unknown_type_is_reported),
        TEST(test_tree_reserved_type_is_reported),
        TEST(test_tree_fourth_layer_is_reported),
        TEST(test_tree_wrong_layer_below_is_reported),
        TEST(test_tree_dependants_of_a_connection_are_reported),
        TEST(test_tree_mixed_chain_is_reported),
        TEST(test_tree_circle_is_reported_and_not_followed),
        TEST(test_tree_unknown_revision_is_reported),
        TEST(test_tree_handed_down_twice_is_reported),
        TEST(test_tree_reserved_members_are_watched),
        TEST(test_tree_other_links_back_are_reported),
        TEST(test_tree_missing_status_is_reported),
        TEST(test_tree_status_of_other_calls_is_reported),
        TEST(test_tree_operations_have_two_statuses),
        TEST(test_tree_placeholders_always_succeed),
        TEST(test_tree_completion_not_asked_for_is_reported),
        TEST(test_tree_completion_inside_the_call_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
