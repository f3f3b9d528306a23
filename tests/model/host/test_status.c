/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a host makes of a target's word: refusals of every kind, pauses, changed capabilities,
 * uploads of everything, lost hardware. Whatever it is, the streams go on.
 */
#include "world.h"

#include "target/parts.h"

#include <string.h>

enum { CONNECTIONS = 3 };

static struct world world;
static struct flue_host_connection *connections[CONNECTIONS];
static struct flue_host_connection *accepted[CONNECTIONS];
static uint32_t accepted_count;
static uint32_t closed_count;
static enum flue_result closed_reason;

static struct flue_client below; /* what the target's calls go to, behind ours */
static enum flue_status refusal; /* of the last tree, most telling */
static uint32_t initiates;       /* completed */

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)listener;
    accepted[accepted_count++] = connection;
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    (void)user;
    (void)now;
    (void)connection;
    closed_count++;
    closed_reason = reason;
}

static void
see_initiated(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    refusal = FLUE_STATUS_SUCCESS;
    for (struct flue_block_list *block = flue_block_walk_first(&walk, tree); block != NULL;
         block = flue_block_walk_next(&walk))
        if (block->status != FLUE_STATUS_SUCCESS &&
            block->status != FLUE_STATUS_OFFLOAD_PARTIAL_SUCCESS &&
            (refusal == FLUE_STATUS_SUCCESS || refusal == FLUE_STATUS_FAILURE))
            refusal = block->status;
    initiates++;
    below.initiate_offload_complete(binding, now, tree);
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static void
start(const struct flue_target_config *target)
{
    struct world_config config = world_config_default();
    struct flue_host_listener *listener;
    struct flue_client mine;

    accepted_count = 0;
    closed_count = 0;
    initiates = 0;
    if (target != NULL)
        config.target = *target;
    config.handlers[1].accepted = on_accepted;
    config.handlers[0].closed = on_closed;
    world_create(&world, &config);
    below = *flue_verifier_client(world.machines[0].verifier);
    mine = below;
    mine.initiate_offload_complete = see_initiated;
    assert_int_equal(flue_target_attach(world.machines[0].target, &mine), FLUE_OK);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 10, NULL, NULL, &listener),
        FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(2000 + i));

        assert_int_equal(flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL,
                                           &connections[i]),
                         FLUE_OK);
        run(100 * FLUE_MILLISECOND);
    }
    assert_int_equal(accepted_count, CONNECTIONS);
}

/* Bytes both ways. */
static void
assert_works(uint32_t i)
{
    uint8_t bytes[2000];
    uint32_t count;

    for (uint32_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (uint8_t)(k * 7 + i);
    assert_int_equal(flue_host_send(connections[i], world.now, bytes, sizeof bytes, &count),
                     FLUE_OK);
    assert_int_equal(count, sizeof bytes);
    assert_int_equal(flue_host_send(accepted[i], world.now, bytes, 1000, &count), FLUE_OK);
    run(2 * FLUE_SECOND);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(flue_host_receive(accepted[i], world.now, bytes, sizeof bytes), sizeof bytes);
    for (uint32_t k = 0; k < sizeof bytes; k++)
        assert_int_equal(bytes[k], (uint8_t)(k * 7 + i));
    assert_int_equal(flue_host_receive(connections[i], world.now, bytes, sizeof bytes), 1000);
}

static void
assert_target_empty(void)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world.machines[0].target, &statistics);
    assert_int_equal(statistics.connections, 0);
    assert_int_equal(statistics.paths, 0);
    assert_int_equal(statistics.neighbors, 0);
}

/* ---- Refusals ---------------------------------------------------------------------------------
 */

static bool
is_unwelcome(void *user, flue_time now, const struct flue_tcp_block *block)
{
    (void)user;
    (void)now;
    (void)block;
    return false;
}

/* Provokes the refusal by a limit of its own. */
static void
limit(enum flue_status status)
{
    struct flue_target *target = world.machines[0].target;
    struct flue_target_config *config = &target->config;

    switch (status) {
    case FLUE_STATUS_OFFLOAD_TCP_ENTRIES:
        target->offered.tcp_connection_offload_capacity = 0; /* and the host does not know */
        break;
    case FLUE_STATUS_OFFLOAD_PATH_ENTRIES:
        config->max_paths = 0;
        break;
    case FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES:
        config->max_neighbors = 0;
        break;
    case FLUE_STATUS_RESOURCES:
        config->max_contexts = 2;
        break;
    case FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES:
        world.machines[0].has_other_source = true;
        break;
    case FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES:
        target->ips.size = 0;
        break;
    case FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER:
        config->max_transmit_buffers = 0;
        break;
    case FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER:
        config->receive_buffer_bytes = 1000;
        break;
    case FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW:
        config->max_receive_window = 1000;
        break;
    case FLUE_STATUS_OFFLOAD_VLAN_ENTRIES:
        world.machines[0].vlan_id = 5;
        target->vlans.size = 0;
        break;
    case FLUE_STATUS_OFFLOAD_VLAN_MISMATCH:
        world.machines[0].vlan_id = 5;
        config->vlan_ids[0] = 7;
        config->vlan_count = 1;
        break;
    case FLUE_STATUS_OFFLOAD_PATH_MTU:
        config->max_path_mtu = 1499;
        break;
    case FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED:
        target->handlers.is_welcome = is_unwelcome;
        break;
    default:
        flue_target_inject(target, FLUE_TARGET_FAULT_INITIATE, 0);
        break;
    }
}

static void
test_refused_connection_stays_on_the_host(void **state)
{
    static const enum flue_status refusals[] = {
        FLUE_STATUS_FAILURE,
        FLUE_STATUS_RESOURCES,
        FLUE_STATUS_OFFLOAD_TCP_ENTRIES,
        FLUE_STATUS_OFFLOAD_PATH_ENTRIES,
        FLUE_STATUS_OFFLOAD_NEIGHBOR_ENTRIES,
        FLUE_STATUS_OFFLOAD_HW_ADDRESS_ENTRIES,
        FLUE_STATUS_OFFLOAD_IP_ADDRESS_ENTRIES,
        FLUE_STATUS_OFFLOAD_TCP_XMIT_BUFFER,
        FLUE_STATUS_OFFLOAD_TCP_RCV_BUFFER,
        FLUE_STATUS_OFFLOAD_TCP_RCV_WINDOW,
        FLUE_STATUS_OFFLOAD_VLAN_ENTRIES,
        FLUE_STATUS_OFFLOAD_VLAN_MISMATCH,
        FLUE_STATUS_OFFLOAD_PATH_MTU,
        FLUE_STATUS_OFFLOAD_CONNECTION_REJECTED,
    };

    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct flue_host_statistics statistics;

        start(NULL);
        limit(refusals[i]);
        assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
        run(FLUE_SECOND);
        assert_int_equal(initiates, 1);
        assert_string_equal(flue_status_name(refusal), flue_status_name(refusals[i]));
        assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
        flue_host_get_statistics(world.machines[0].host, &statistics);
        assert_int_equal(statistics.refusals, 1);
        assert_works(0);
        assert_target_empty(); /* what was taken over for nothing is ended */
        world_destroy(&world);
    }
}

/* ---- What is offered --------------------------------------------------------------------------
 */

static void
test_host_offloads_nothing_that_is_not_offered(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        struct flue_target_config config = flue_target_config_default();

        if (i == 0)
            config.encapsulation = FLUE_ENCAPSULATION_NULL; /* INIT-018 */
        else if (i == 1)
            config.enable_ipv4 = false; /* INIT-021 */
        else
            config.encapsulation = FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED; /* INIT-018: will do */
        start(&config);
        assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
        run(FLUE_SECOND);
        assert_int_equal(initiates, i < 2 ? 0 : 1);
        assert_int_equal(flue_host_owner(connections[0]),
                         i < 2 ? FLUE_OWNER_HOST : FLUE_OWNER_TARGET);
        assert_works(0);
        world_destroy(&world);
    }
}

static void
test_host_keeps_within_the_capacity(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_host_statistics statistics;

    (void)state;
    config.max_connections = 2;
    start(&config);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
    run(FLUE_SECOND);
    flue_host_get_statistics(world.machines[0].host, &statistics);
    assert_int_equal(statistics.offloaded, 2);
    assert_int_equal(statistics.refusals, 0);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_offload(connections[2], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[2]), FLUE_OWNER_TARGET);
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_works(i);
    world_destroy(&world);
}

/* ---- Pause, resume, upload all ----------------------------------------------------------------
 */

static void
test_pause_holds_offloads_until_the_resume(void **state)
{
    struct flue_target *target;

    (void)state;
    start(NULL);
    target = world.machines[0].target;
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_target_pause(target, world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_offload(connections[1], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(initiates, 1); /* STATUS-001 */
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    assert_works(0); /* STATUS-002 */
    assert_works(1);
    assert_int_equal(flue_target_resume(target, world.now, NULL), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(initiates, 2); /* STATUS-006 */
    assert_int_equal(flue_host_owner(connections[1]), FLUE_OWNER_TARGET);
    assert_works(1);
    world_destroy(&world);
}

/* STATUS-003, STATUS-004: the pause and the initiate cross. */
static void
test_pause_that_an_initiate_crosses_loses_nothing(void **state)
{
    uint32_t count;

    (void)state;
    start(NULL);
    assert_int_equal(flue_target_pause(world.machines[0].target, world.now), FLUE_OK);
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_OFFLOADING);
    assert_int_equal(flue_host_send(connections[0], world.now, NULL, 3000, &count), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(initiates, 0);
    assert_int_equal(flue_target_resume(world.machines[0].target, world.now, NULL), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    assert_int_equal(flue_host_receive(accepted[0], world.now, NULL, 5000), 3000);
    assert_works(0);
    world_destroy(&world);
}

static void
test_resume_makes_the_host_read_the_capabilities(void **state)
{
    struct flue_tcp_connection_offload offload;
    struct flue_host_statistics statistics;
    struct flue_target *target;

    (void)state;
    start(NULL);
    target = world.machines[0].target;
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    offload = target->offered;
    offload.tcp_connection_offload_capacity = 2;
    assert_int_equal(flue_target_pause(target, world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_target_resume(target, world.now, &offload), FLUE_OK);
    run(FLUE_SECOND);
    for (uint32_t i = 1; i < CONNECTIONS; i++) {
        assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
        run(FLUE_SECOND);
    }
    flue_host_get_statistics(world.machines[0].host, &statistics);
    assert_int_equal(statistics.offloaded, 2); /* STATUS-007 */
    assert_int_equal(statistics.refusals, 0);  /* it knew */
    world_destroy(&world);
}

static void
test_upload_all_brings_everything_home(void **state)
{
    struct flue_target *target;

    (void)state;
    start(NULL);
    target = world.machines[0].target;
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_target_upload_all(target, world.now), FLUE_OK);
    run(FLUE_SECOND);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_HOST); /* STATUS-008 */
    assert_target_empty();                                                  /* STATUS-009 */
    assert_int_equal(flue_host_offload(connections[2], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[2]), FLUE_OWNER_HOST); /* STATUS-008 */
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        assert_works(i);
    assert_int_equal(flue_target_resume(target, world.now, NULL), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[2]), FLUE_OWNER_TARGET); /* STATUS-010 */
    assert_works(2);
    world_destroy(&world);
}

/* Those on their way down when it comes follow when they have arrived; those that a pause holds are
 * refused; sends in between are not lost. */
static void
test_upload_all_during_offloads_brings_them_home(void **state)
{
    (void)state;
    for (uint32_t paused = 0; paused < 2; paused++) {
        struct flue_target_config config = flue_target_config_default();
        struct flue_target *target;
        uint32_t count;

        config.initiate.tcp = 100 * FLUE_MILLISECOND;
        start(&config);
        target = world.machines[0].target;
        if (paused == 1)
            assert_int_equal(flue_target_pause(target, world.now), FLUE_OK);
        assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
        assert_int_equal(flue_host_send(connections[0], world.now, NULL, 3000, &count), FLUE_OK);
        run(50 * FLUE_MILLISECOND);
        assert_int_equal(flue_target_upload_all(target, world.now), FLUE_OK);
        run(FLUE_SECOND);
        assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
        assert_int_equal(flue_host_receive(accepted[0], world.now, NULL, 5000), 3000);
        assert_target_empty();
        assert_works(0);
        world_destroy(&world);
    }
}

/* OFFLOAD-050 is but a should: a target may ask while an offload is in progress. */
static void
test_upload_all_in_the_middle_of_an_offload_is_remembered(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    const struct flue_client *client;

    (void)state;
    config.initiate.tcp = 100 * FLUE_MILLISECOND;
    start(&config);
    client = flue_host_client(world.machines[0].host, world.machines[0].adapter);
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(50 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_OFFLOADING);
    client->indicate_status(client->binding, world.now, FLUE_STATUS_UPLOAD_ALL, NULL, 0);
    run(FLUE_SECOND);
    assert_int_equal(initiates, 1);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST); /* STATUS-008 */
    assert_target_empty();
    assert_works(0);
    world_destroy(&world);
}

/* ---- Lost hardware ----------------------------------------------------------------------------
 */

/* The connection is lost, once, and nothing of it stays; the others go on. */
static void
test_lost_connection_ends_and_leaves_nothing(void **state)
{
    static const enum flue_target_fault faults[] = {
        FLUE_TARGET_FAULT_TERMINATE, FLUE_TARGET_FAULT_SEND, FLUE_TARGET_FAULT_SEGMENT};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct flue_target *target;
        uint32_t count;

        start(NULL);
        target = world.machines[0].target;
        for (uint32_t k = 0; k < 2; k++)
            assert_int_equal(flue_host_offload(connections[k], world.now), FLUE_OK);
        run(FLUE_SECOND);
        flue_target_inject(target, faults[i], 0);
        if (faults[i] == FLUE_TARGET_FAULT_TERMINATE)
            assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
        assert_int_equal(flue_host_send(connections[0], world.now, NULL, 3000, &count), FLUE_OK);
        run(FLUE_SECOND);
        assert_int_equal(closed_count, 1); /* TERM-005 */
        assert_true(closed_reason == FLUE_ERROR_ABORTED || closed_reason == FLUE_ERROR_RESET);
        flue_host_close(connections[0], world.now);
        assert_works(1);
        assert_int_equal(flue_host_upload(connections[1], world.now), FLUE_OK);
        run(FLUE_SECOND);
        assert_works(1);
        assert_target_empty();
        world_destroy(&world);
    }
}

/* OFFLOAD-051: a shortage costs a segment, and the connection comes home whole. */
static void
test_shortage_brings_the_connection_home(void **state)
{
    static const enum flue_target_fault faults[] = {FLUE_TARGET_FAULT_BUFFER,
                                                    FLUE_TARGET_FAULT_TRANSMIT};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        start(NULL);
        assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
        run(FLUE_SECOND);
        flue_target_inject(world.machines[0].target, faults[i], 0);
        assert_works(0);
        assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
        assert_works(0);
        assert_int_equal(closed_count, 0);
        assert_target_empty();
        world_destroy(&world);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_connection_stays_on_the_host),
        cmocka_unit_test(test_host_offloads_nothing_that_is_not_offered),
        cmocka_unit_test(test_host_keeps_within_the_capacity),
        cmocka_unit_test(test_pause_holds_offloads_until_the_resume),
        cmocka_unit_test(test_pause_that_an_initiate_crosses_loses_nothing),
        cmocka_unit_test(test_resume_makes_the_host_read_the_capabilities),
        cmocka_unit_test(test_upload_all_brings_everything_home),
        cmocka_unit_test(test_upload_all_during_offloads_brings_them_home),
        cmocka_unit_test(test_upload_all_in_the_middle_of_an_offload_is_remembered),
        cmocka_unit_test(test_lost_connection_ends_and_leaves_nothing),
        cmocka_unit_test(test_shortage_brings_the_connection_home),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
