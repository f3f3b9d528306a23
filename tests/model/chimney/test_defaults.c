/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The default provider refuses everything and keeps nobody waiting; the default client ignores
 * everything.
 */
#include "cmocka_first.h"

#include "flue/chimney.h"

struct seen {
    uint32_t trees[5];
    uint32_t lists[4];
    struct flue_block_list *tree;
    enum flue_status status;
    flue_time now;
};

static void
see_tree(struct seen *seen, uint32_t kind, flue_time now, struct flue_block_list *tree)
{
    seen->trees[kind]++;
    seen->tree = tree;
    seen->now = now;
}

static void
see_lists(struct seen *seen, uint32_t kind, flue_time now, const struct flue_buffer_list *lists)
{
    seen->lists[kind]++;
    seen->status = lists->status;
    seen->now = now;
}

#define SEE_TREE(name, kind)                                                                       \
    static void name(void *binding, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        see_tree(binding, kind, now, tree);                                                        \
    }
#define SEE_LISTS(name, kind)                                                                      \
    static void name(void *binding, flue_time now, struct flue_buffer_list *lists)                 \
    {                                                                                              \
        see_lists(binding, kind, now, lists);                                                      \
    }

SEE_TREE(see_initiate, 0)
SEE_TREE(see_terminate, 1)
SEE_TREE(see_update, 2)
SEE_TREE(see_invalidate, 3)
SEE_TREE(see_query, 4)
SEE_LISTS(see_send, 0)
SEE_LISTS(see_receive, 1)
SEE_LISTS(see_forward, 2)
SEE_LISTS(see_disconnect, 3)

static void
watch(struct flue_client *client, struct seen *seen)
{
    flue_client_init(client);
    client->binding = seen;
    client->initiate_offload_complete = see_initiate;
    client->terminate_offload_complete = see_terminate;
    client->update_offload_complete = see_update;
    client->invalidate_offload_complete = see_invalidate;
    client->query_offload_complete = see_query;
    client->tcp_offload_send_complete = see_send;
    client->tcp_offload_receive_complete = see_receive;
    client->tcp_offload_forward_complete = see_forward;
    client->tcp_offload_disconnect_complete = see_disconnect;
}

static void
test_provider_default_fails_every_state_operation(void **state)
{
    struct seen seen = {{0}, {0}, NULL, FLUE_STATUS_UNWRITTEN, 0};
    struct flue_client client;
    struct flue_provider provider;
    struct flue_offload_handle handles[2] = {{0}, {0}};
    struct flue_block_list placeholder;
    struct flue_block_list path;
    struct flue_block_list tcp;

    (void)state;
    watch(&client, &seen);
    flue_provider_init(&provider, &client);
    for (uint32_t kind = 0; kind < 5; kind++) {
        void (*const calls[])(void *, flue_time, struct flue_block_list *) = {
            provider.initiate_offload, provider.terminate_offload, provider.update_offload,
            provider.invalidate_offload, provider.query_offload};

        flue_block_list_init(&placeholder, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof placeholder, NULL);
        flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &handles[0]);
        flue_block_list_init(&tcp, FLUE_TCP_OFFLOAD_STATE, sizeof tcp, &handles[1]);
        placeholder.dependent_block_list = &path;
        path.dependent_block_list = &tcp;
        calls[kind](provider.adapter, 7 + kind, &placeholder);
        assert_int_equal(seen.trees[kind], 1);
        assert_ptr_equal(seen.tree, &placeholder); /* OFFLOAD-001 */
        assert_int_equal(seen.now, 7 + kind);
        assert_int_equal(placeholder.status, FLUE_STATUS_SUCCESS); /* OFFLOAD-032 */
        assert_int_equal(path.status, FLUE_STATUS_FAILURE);        /* OFFLOAD-003 */
        assert_int_equal(tcp.status, FLUE_STATUS_FAILURE);
        assert_null(handles[1].miniport_offload_context); /* OFFLOAD-009 */
    }
}

/* Nothing is followed twice, and the next call finds the tree as it was. */
static void
test_provider_default_tree_with_cycles_is_failed_and_completed(void **state)
{
    struct seen seen = {{0}, {0}, NULL, FLUE_STATUS_UNWRITTEN, 0};
    struct flue_client client;
    struct flue_provider provider;
    struct flue_offload_handle handles[4] = {{0}, {0}, {0}, {0}};
    struct flue_block_list blocks[4];

    (void)state;
    watch(&client, &seen);
    flue_provider_init(&provider, &client);
    for (uint32_t i = 0; i < 4; i++)
        flue_block_list_init(&blocks[i],
                             i == 0  ? FLUE_NEIGHBOR_OFFLOAD_STATE
                             : i < 3 ? FLUE_IP4_OFFLOAD_STATE
                                     : FLUE_TCP_OFFLOAD_STATE,
                             sizeof blocks[i], &handles[i]);
    blocks[0].dependent_block_list = &blocks[1];
    blocks[1].next_block = &blocks[2];
    blocks[2].dependent_block_list = &blocks[3];
    for (uint32_t round = 1; round <= 4; round++) {
        blocks[3].next_block = round == 2 ? &blocks[3] : round == 3 ? &blocks[0] : NULL;
        blocks[2].next_block = round == 2 ? &blocks[1] : NULL;
        for (uint32_t i = 0; i < 4; i++)
            blocks[i].status = FLUE_STATUS_UNWRITTEN;
        provider.update_offload(provider.adapter, round, &blocks[0]);
        assert_int_equal(seen.trees[2], round);
        assert_ptr_equal(seen.tree, &blocks[0]);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(blocks[i].status, FLUE_STATUS_FAILURE);
    }
}

static void
test_provider_default_fails_every_list(void **state)
{
    struct seen seen = {{0}, {0}, NULL, FLUE_STATUS_UNWRITTEN, 0};
    struct flue_client client;
    struct flue_provider provider;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;

    (void)state;
    watch(&client, &seen);
    flue_provider_init(&provider, &client);
    for (uint32_t kind = 0; kind < 4; kind++) {
        enum flue_status status;

        flue_buffer_list_init(&list, &descriptor, NULL, 10);
        list.tcp_offload_bytes_transferred = 99;
        if (kind == 0)
            status = provider.tcp_offload_send(provider.adapter, 1, NULL, &list);
        else if (kind == 1)
            status = provider.tcp_offload_receive(provider.adapter, 1, NULL, &list);
        else if (kind == 2)
            status = provider.tcp_offload_forward(provider.adapter, 1, NULL, &list);
        else
            status = provider.tcp_offload_disconnect(provider.adapter, 1, NULL, &list,
                                                     FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
        assert_int_equal(status,
                         FLUE_STATUS_PENDING); /* SEND-001, RECV-001, FORWARD-001, CLOSE-001 */
        assert_int_equal(seen.lists[kind], 1);
        assert_int_equal(seen.status, FLUE_STATUS_FAILURE);
        assert_int_equal(list.tcp_offload_bytes_transferred, 0);
        assert_int_equal(list.buffer.data_length, 10);
    }
    assert_int_equal(provider.tcp_offload_receive_return(provider.adapter, 1, &list),
                     FLUE_STATUS_SUCCESS); /* RECV-052 */
}

static void
test_client_default_refuses_data(void **state)
{
    struct flue_client client;
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    uint32_t consumed = 5;

    (void)state;
    flue_client_init(&client);
    flue_buffer_list_init(&list, &descriptor, NULL, 10);
    assert_int_equal(
        client.tcp_offload_receive_indicate(NULL, 0, &list, FLUE_STATUS_SUCCESS, &consumed),
        FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED); /* RECV-043 */
    assert_int_equal(consumed, 0);
    client.tcp_offload_event(NULL, 0, FLUE_TCP_INDICATE_ABORT, 0);
    client.initiate_offload_complete(NULL, 0, NULL);
    client.tcp_offload_send_complete(NULL, 0, NULL);
    client.indicate_offload_event(NULL, 0, NULL, 0);
    client.indicate_status(NULL, 0, FLUE_STATUS_UPLOAD_ALL, NULL, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_provider_default_fails_every_state_operation),
        cmocka_unit_test(test_provider_default_tree_with_cycles_is_failed_and_completed),
        cmocka_unit_test(test_provider_default_fails_every_list),
        cmocka_unit_test(test_client_default_refuses_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
