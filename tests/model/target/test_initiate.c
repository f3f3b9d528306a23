/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Taking trees over: which objects are taken, and what each block says.
 */
#include "rig.h"

#include <string.h>

/* Neighbor1(Path1(TCP1,TCP2),Path2(TCP3)), the documents' figure. */
struct figure {
    struct rig_neighbor neighbor;
    struct rig_path paths[2];
    struct rig_tcp tcps[3];
};

static void
make_figure(struct rig *rig, struct figure *figure)
{
    rig_make_neighbor(&figure->neighbor);
    for (uint16_t i = 0; i < 2; i++) {
        rig_make_path(&figure->paths[i]);
        figure->paths[i].source = flue_ipv4(192, 0, 2, 1);
    }
    for (uint16_t i = 0; i < 3; i++)
        rig_make_tcp(rig, &figure->tcps[i], (uint16_t)(100 + i));
    rig_link(&figure->neighbor, &figure->paths[0], &figure->tcps[0]);
    figure->paths[0].block.block.next_block = &figure->paths[1].block.block;
    figure->tcps[0].block.block.next_block = &figure->tcps[1].block.block;
    figure->paths[1].block.block.dependent_block_list = &figure->tcps[2].block.block;
}

static void
initiate(struct rig *rig, struct flue_block_list *root)
{
    rig->provider->initiate_offload(rig->provider->adapter, rig->now, root);
    rig_settle(rig);
}

static void
test_initiate_call_only_records(void **state)
{
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;

    (void)state;
    rig_create(&rig, NULL);
    rig_make_neighbor(&neighbor);
    rig_make_path(&path);
    rig_make_tcp(&rig, &tcp, 100);
    rig_link(&neighbor, &path, &tcp);
    rig.provider->initiate_offload(rig.provider->adapter, rig.now, &neighbor.block.block);
    /* OFFLOAD-001: nothing has happened in the call */
    assert_int_equal(rig.call_count, 0);
    assert_null(rig_context(&tcp));
    assert_int_equal(flue_target_next_deadline(rig.target), rig.now);
    flue_target_advance(rig.target, rig.now);
    assert_int_equal(rig.call_count, 0); /* all calls are made by poll */
    assert_int_equal(rig.interrupts, 1);
    rig_settle(&rig);
    assert_int_equal(rig_count(&rig, CALL_INITIATE), 1);
    assert_ptr_equal(rig.calls[0].subject, &neighbor.block);            /* the same pointer */
    assert_int_equal(neighbor.block.block.status, FLUE_STATUS_SUCCESS); /* OFFLOAD-010 */
    assert_int_equal(path.block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcp.block.block.status, FLUE_STATUS_SUCCESS);
    assert_non_null(neighbor.handle.miniport_offload_context); /* OFFLOAD-008 */
    assert_non_null(path.handle.miniport_offload_context);
    assert_non_null(rig_context(&tcp));
    rig_destroy(&rig);
}

/* OFFLOAD-024, OFFLOAD-025: TCP2 lacks resources, Path2 fails for another reason. */
static void
test_initiate_figure_vector_statuses(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig rig;
    struct figure figure;

    (void)state;
    config.max_connections = 1;
    rig_create(&rig, &config);
    make_figure(&rig, &figure);
    figure.paths[1].block.block.header.revision = 99;
    rig_expect(&rig, "STATE-012");
    initiate(&rig, &figure.neighbor.block.block);
    assert_int_equal(figure.neighbor.block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(figure.paths[0].block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(figure.tcps[0].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(figure.tcps[1].block.block.status,
                     FLUE_STATUS_OFFLOAD_TCP_ENTRIES); /* OFFLOAD-014, INIT-017 */
    assert_int_equal(figure.paths[1].block.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(figure.tcps[2].block.block.status, FLUE_STATUS_FAILURE); /* OFFLOAD-012 */
    assert_null(rig_context(&figure.tcps[1]));                                /* OFFLOAD-009 */
    assert_null(figure.paths[1].handle.miniport_offload_context);
    assert_null(rig_context(&figure.tcps[2]));
    rig_destroy(&rig);
}

/* No memory for the root: the walk ends there. */
static void
test_initiate_without_memory_says_resources(void **state)
{
    struct rig rig;
    struct figure figure;

    (void)state;
    rig_create(&rig, NULL);
    make_figure(&rig, &figure);
    rig.memory.fail_call = rig.memory.calls + 1;
    rig.memory.fail_after = true;
    initiate(&rig, &figure.neighbor.block.block);
    assert_int_equal(figure.neighbor.block.block.status, FLUE_STATUS_RESOURCES); /* OFFLOAD-013 */
    assert_int_equal(figure.paths[0].block.block.status, FLUE_STATUS_FAILURE);   /* OFFLOAD-028 */
    assert_int_equal(figure.tcps[0].block.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(figure.tcps[2].block.block.status, FLUE_STATUS_FAILURE); /* OFFLOAD-003 */
    assert_null(figure.neighbor.handle.miniport_offload_context);
    rig.memory.fail_call = 0;
    rig_destroy(&rig);
}

/* OFFLOAD-026: shortage at a TCP block does not keep the walk from the next path. */
static void
test_initiate_tcp_shortage_reaches_next_path(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig rig;
    struct figure figure;
    struct rig_tcp gone;
    struct flue_tcp_delegated_block back;
    struct rig_neighbor neighbor;
    struct rig_path path;

    (void)state;
    config.max_connections = 1;
    rig_create(&rig, &config);
    rig_offload(&rig, &neighbor, &path, &gone, 99);
    make_figure(&rig, &figure);
    initiate(&rig, &figure.neighbor.block.block);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(figure.tcps[i].block.block.status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES);
    /* Both paths were taken over all the same (NOTE-022, NOTE-023). */
    assert_int_equal(figure.paths[0].block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(figure.paths[1].block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(figure.neighbor.block.block.status, FLUE_STATUS_SUCCESS);
    rig_terminate(&rig, &gone, &back);
    rig_destroy(&rig);
}

struct refusal {
    void (*spoil)(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
                  struct rig_tcp *tcp);
    enum flue_status neighbor;
    enum flue_status path;
    enum flue_status tcp;
};

static void
spoil_mtu(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
          struct rig_tcp *tcp)
{
    (void)rig;
    (void)neighbor;
    (void)tcp;
    path->block.cached.path_mtu = 9001;
}

static void
spoil_window(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
             struct rig_tcp *tcp)
{
    (void)rig;
    (void)neighbor;
    (void)path;
    tcp->block.cached.initial_rcv_wnd = (UINT32_C(1) << 30) + 1;
}

static void
spoil_mac(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
          struct rig_tcp *tcp)
{
    (void)rig;
    (void)path;
    (void)tcp;
    neighbor->block.constants.dl_source_address[0] = 0x42;
}

static void
spoil_tcp_state(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
                struct rig_tcp *tcp)
{
    (void)neighbor;
    (void)path;
    rig_expect(rig, "HOST-002");
    tcp->block.delegated.state = FLUE_TCP_CONNECTION_TIME_WAIT;
}

static void
spoil_layer(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
            struct rig_tcp *tcp)
{
    (void)neighbor;
    (void)tcp;
    rig_expect(rig, "STATE-015");
    path->block.block.header.type = FLUE_TCP_OFFLOAD_RESOURCE_STATE; /* STATE-015 */
}

static void
test_initiate_refusals_name_their_reason(void **state)
{
    static const struct refusal refusals[] = {
        {spoil_mtu, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS, FLUE_STATUS_OFFLOAD_PATH_MTU,
         FLUE_STATUS_FAILURE}, /* OFFLOAD-022 */
        {spoil_window, FLUE_STATUS_SUCCESS, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS,
         FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW}, /* OFFLOAD-021 */
        {spoil_mac, FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES, FLUE_STATUS_FAILURE,
         FLUE_STATUS_FAILURE}, /* OFFLOAD-017 */
        {spoil_tcp_state, FLUE_STATUS_SUCCESS, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS,
         FLUE_STATUS_FAILURE}, /* HOST-002 */
        {spoil_layer, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS, FLUE_STATUS_FAILURE,
         FLUE_STATUS_FAILURE}, /* STATE-001 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct rig rig;
        struct rig_neighbor neighbor;
        struct rig_path path;
        struct rig_tcp tcp;

        rig_create(&rig, NULL);
        rig_make_neighbor(&neighbor);
        rig_make_path(&path);
        rig_make_tcp(&rig, &tcp, 100);
        rig_link(&neighbor, &path, &tcp);
        refusals[i].spoil(&rig, &neighbor, &path, &tcp);
        initiate(&rig, &neighbor.block.block);
        assert_int_equal(neighbor.block.block.status, refusals[i].neighbor);
        assert_int_equal(path.block.block.status, refusals[i].path);
        assert_int_equal(tcp.block.block.status, refusals[i].tcp);
        assert_null(rig_context(&tcp));
        rig_destroy(&rig);
    }
}

static void
test_initiate_entry_limits_have_their_codes(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig rig;
    struct figure figure;
    struct rig_neighbor second;

    (void)state;
    config.max_paths = 1;
    config.max_neighbors = 1;
    rig_create(&rig, &config);
    make_figure(&rig, &figure);
    rig_make_neighbor(&second);
    figure.neighbor.block.block.next_block = &second.block.block;
    initiate(&rig, &figure.neighbor.block.block);
    assert_int_equal(figure.paths[1].block.block.status,
                     FLUE_STATUS_OFFLOAD_PATH_ENTRIES);                       /* OFFLOAD-015 */
    assert_int_equal(figure.tcps[2].block.block.status, FLUE_STATUS_FAILURE); /* OFFLOAD-027 */
    assert_int_equal(second.block.block.status,
                     FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES); /* OFFLOAD-016 */
    rig_destroy(&rig);
}

/* Linkers: two, one and no dependant taken over (OFFLOAD-031, STATE-021). */
static void
test_initiate_linker_status_by_dependants(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcps[4];

    (void)state;
    config.max_connections = 2;
    rig_create(&rig, &config);
    rig_offload(&rig, &neighbor, &path, &tcps[0], 100);
    for (uint16_t i = 1; i < 4; i++)
        rig_make_tcp(&rig, &tcps[i], (uint16_t)(100 + i));
    flue_block_list_init(&neighbor.block.block, FLUE_NEIGHBOR_OFFLOAD_STATE,
                         sizeof neighbor.block.block, &neighbor.handle);
    flue_block_list_init(&path.block.block, FLUE_IP4_OFFLOAD_STATE, sizeof path.block.block,
                         &path.handle);
    rig_link(&neighbor, &path, &tcps[1]);
    tcps[1].block.block.next_block = &tcps[2].block.block;
    initiate(&rig, &neighbor.block.block);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[2].block.block.status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES);
    assert_int_equal(path.block.block.status, FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS);
    assert_int_equal(neighbor.block.block.status, FLUE_STATUS_SUCCESS);

    path.block.block.dependent_block_list = &tcps[3].block.block;
    initiate(&rig, &neighbor.block.block);
    assert_int_equal(tcps[3].block.block.status, FLUE_STATUS_OFFLOAD_TCP_ENTRIES);
    assert_int_equal(path.block.block.status, FLUE_STATUS_FAILURE);
    assert_int_equal(neighbor.block.block.status, FLUE_STATUS_FAILURE);
    rig_destroy(&rig);
}

/* STATE-020, STATE-023, OFFLOAD-032: placeholders always succeed, and their links are followed. */
static void
test_initiate_placeholder_always_succeeds(void **state)
{
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcps[2];
    struct flue_block_list above;
    struct flue_block_list alone;

    (void)state;
    rig_create(&rig, NULL);
    rig_offload(&rig, &neighbor, &path, &tcps[0], 100);
    rig_make_tcp(&rig, &tcps[1], 101);
    flue_block_list_init(&above, (enum flue_offload_state_type)0, sizeof above, NULL);
    flue_block_list_init(&alone, (enum flue_offload_state_type)0, sizeof alone, NULL);
    flue_block_list_init(&path.block.block, FLUE_IP4_OFFLOAD_STATE, sizeof path.block.block,
                         &path.handle);
    above.next_block = &alone;
    above.dependent_block_list = &path.block.block;
    path.block.block.dependent_block_list = &tcps[1].block.block;
    initiate(&rig, &above);
    assert_int_equal(above.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(alone.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(path.block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(tcps[1].block.block.status, FLUE_STATUS_SUCCESS);
    rig_destroy(&rig);
}

/* STATE-028 */
static void
test_initiate_leaves_others_words_alone(void **state)
{
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;
    struct rig_tcp tcp;
    int mark;

    (void)state;
    rig_create(&rig, NULL);
    rig_make_neighbor(&neighbor);
    rig_make_path(&path);
    rig_make_tcp(&rig, &tcp, 100);
    rig_link(&neighbor, &path, &tcp);
    for (uint32_t i = 0; i < 2; i++) {
        neighbor.block.block.protocol_reserved[i] = &mark;
        neighbor.block.block.im_reserved[i] = &mark;
    }
    neighbor.block.block.source_handle = &mark;
    initiate(&rig, &neighbor.block.block);
    for (uint32_t i = 0; i < 2; i++) {
        assert_ptr_equal(neighbor.block.block.protocol_reserved[i], &mark);
        assert_ptr_equal(neighbor.block.block.im_reserved[i], &mark);
    }
    assert_ptr_equal(neighbor.block.block.source_handle, &mark);
    rig_destroy(&rig);
}

/* One TCP object at a time, each in its delay; the first is at work before the last (OFFLOAD-007),
 * and nothing is told before the completion (OFFLOAD-048, OFFLOAD-049). */
static void
test_initiate_delay_is_per_connection(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct rig rig;
    struct figure figure;
    uint32_t passed_up;

    (void)state;
    config.initiate.tcp = FLUE_MILLISECOND;
    rig_create(&rig, &config);
    make_figure(&rig, &figure);
    rig.provider->initiate_offload(rig.provider->adapter, rig.now, &figure.neighbor.block.block);
    rig_settle(&rig);
    assert_null(rig_context(&figure.tcps[0]));
    rig_advance(&rig, FLUE_MILLISECOND);
    assert_non_null(rig_context(&figure.tcps[0]));
    assert_null(rig_context(&figure.tcps[1]));
    passed_up = rig.passed_up; /* of the openings */
    rig_peer_send(&rig, figure.tcps[0].peer, 1, 100);
    rig_settle(&rig);
    assert_int_equal(rig.call_count, 0);
    assert_int_equal(rig.passed_up, passed_up);
    rig_advance(&rig, 2 * FLUE_MILLISECOND);
    assert_non_null(rig_context(&figure.tcps[2]));
    assert_int_equal(rig.calls[0].kind, CALL_INITIATE);
    assert_int_equal(rig.calls[1].kind, CALL_INDICATE);
    assert_int_equal(rig.calls[1].bytes, 100);
    assert_ptr_equal(rig.calls[1].subject, &figure.tcps[0].handle); /* STATE-017 */
    rig_destroy(&rig);
}

/* STATE-004 */
static void
test_initiate_thousand_connections_on_one_path(void **state)
{
    enum { MANY = 1000 };
    static struct rig_tcp tcps[MANY];
    struct rig rig;
    struct rig_neighbor neighbor;
    struct rig_path path;

    (void)state;
    rig_create(&rig, NULL);
    rig_make_neighbor(&neighbor);
    rig_make_path(&path);
    for (uint16_t i = 0; i < MANY; i++) {
        rig_make_tcp(&rig, &tcps[i], (uint16_t)(1000 + i));
        if (i > 0)
            tcps[i - 1].block.block.next_block = &tcps[i].block.block;
    }
    rig_link(&neighbor, &path, &tcps[0]);
    initiate(&rig, &neighbor.block.block);
    for (uint32_t i = 0; i < MANY; i++)
        assert_int_equal(tcps[i].block.block.status, FLUE_STATUS_SUCCESS);
    assert_int_equal(path.block.block.status, FLUE_STATUS_SUCCESS);
    rig_destroy(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initiate_call_only_records),
        cmocka_unit_test(test_initiate_figure_vector_statuses),
        cmocka_unit_test(test_initiate_without_memory_says_resources),
        cmocka_unit_test(test_initiate_tcp_shortage_reaches_next_path),
        cmocka_unit_test(test_initiate_refusals_name_their_reason),
        cmocka_unit_test(test_initiate_entry_limits_have_their_codes),
        cmocka_unit_test(test_initiate_linker_status_by_dependants),
        cmocka_unit_test(test_initiate_placeholder_always_succeeds),
        cmocka_unit_test(test_initiate_leaves_others_words_alone),
        cmocka_unit_test(test_initiate_delay_is_per_connection),
        cmocka_unit_test(test_initiate_thousand_connections_on_one_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
