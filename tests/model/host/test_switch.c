/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What goes down the chimney and what does not, what comes back and what becomes of it, and the
 * counts of both ways together.
 */
#include "world.h"

#include "host/parts.h"

#include <string.h>

enum { CONNECTIONS = 2, EVENTS = 64 };

static struct world world;
static struct world_config config;
static struct flue_provider real; /* the target's */
static struct flue_client above;  /* what the target calls, behind ours */
static struct flue_host_connection *connections[CONNECTIONS];
static struct flue_host_connection *accepted[CONNECTIONS];
static uint32_t accepted_count;

/* What happened, in order. */
enum event { TERMINATED, SET_OFF, SET_ON };
static enum event events[EVENTS];
static uint32_t event_count;
static flue_time terminated_at;
static void *sent_on;           /* context of the last send */
static uint32_t hash_value;     /* of the last connection handed over */
static uint32_t chained;        /* lists that came back with the last state */
static uint32_t buffered_bytes; /* likewise */
static bool refuses;            /* indicated data */
static uint32_t ts_shift;       /* added to TsTime on its way up */
static uint32_t noise;          /* in what means nothing (EVENT-005), on its way up */
static enum flue_result closed_for;

static void
note(enum event event)
{
    assert_true(event_count < EVENTS);
    events[event_count++] = event;
}

static void
see_initiate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *it = flue_block_walk_first(&walk, tree); it != NULL;
         it = flue_block_walk_next(&walk))
        if (it->header.type == FLUE_TCP_OFFLOAD_STATE)
            hash_value = ((struct flue_tcp_block *)it)->constants.hash_value;
    real.initiate_offload(adapter, now, tree);
}

static void
see_terminate(void *adapter, flue_time now, struct flue_block_list *tree)
{
    if (tree->header.type == FLUE_TCP_OFFLOAD_DELEGATED_STATE) {
        terminated_at = now;
    }
    real.terminate_offload(adapter, now, tree);
}

static enum flue_status
see_send(void *adapter, flue_time now, void *context, struct flue_buffer_list *lists)
{
    sent_on = context;
    return real.tcp_offload_send(adapter, now, context, lists);
}

static enum flue_status
see_request(void *adapter, flue_time now, struct flue_oid_request *request)
{
    if (request->oid == FLUE_OID_TCP_OFFLOAD_PARAMETERS) {
        const struct flue_offload_parameters *set = request->buffer;

        note(set->tcp_connection_ipv4 == FLUE_OFFLOAD_PARAMETERS_DISABLED ? SET_OFF : SET_ON);
    }
    return real.oid_request(adapter, now, request);
}

static void
see_terminated(void *binding, flue_time now, struct flue_block_list *tree)
{
    struct flue_tcp_delegated_block *block = (struct flue_tcp_delegated_block *)tree;

    if (tree->header.type == FLUE_TCP_OFFLOAD_DELEGATED_STATE) {
        chained = 0;
        buffered_bytes = 0;
        for (const struct flue_buffer_list *it = tree->net_buffer_list_chain; it != NULL;
             it = it->next)
            chained++;
        for (const struct flue_buffer_list *it = block->delegated.buffered_data; it != NULL;
             it = it->next)
            buffered_bytes += it->buffer.data_length;
        block->delegated.ts_time += ts_shift;
        note(TERMINATED);
    }
    above.terminate_offload_complete(binding, now, tree);
}

/* The target hears that its data is not wanted; the host hears nothing. */
static enum flue_status
see_indicated(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
              enum flue_status status, uint32_t *bytes_consumed)
{
    if (!refuses)
        return above.tcp_offload_receive_indicate(handle, now, list, status, bytes_consumed);
    *bytes_consumed = 0;
    return FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
}

static void
see_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    if (type == FLUE_TCP_INDICATE_DISCONNECT || type == FLUE_TCP_INDICATE_ABORT)
        information = noise;
    above.tcp_offload_event(handle, now, type, information);
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    (void)user;
    (void)now;
    (void)connection;
    closed_for = reason;
}

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
run(flue_time time)
{
    world_run(&world, world.now + time);
}

static struct machine *
client(void)
{
    return &world.machines[0];
}

static void
start(void)
{
    struct flue_host_listener *listener;
    struct flue_provider *provider;
    struct flue_client mine;

    accepted_count = 0;
    event_count = 0;
    ts_shift = 0;
    noise = 0;
    closed_for = FLUE_OK;
    config.handlers[0].closed = on_closed;
    config.handlers[1].accepted = on_accepted;
    world_create(&world, &config);
    provider = flue_target_provider(client()->target);
    real = *provider;
    provider->initiate_offload = see_initiate;
    provider->terminate_offload = see_terminate;
    provider->tcp_offload_send = see_send;
    provider->oid_request = see_request;
    above = *flue_verifier_client(client()->verifier);
    mine = above;
    mine.terminate_offload_complete = see_terminated;
    mine.tcp_offload_receive_indicate = see_indicated;
    mine.tcp_offload_event = see_event;
    assert_int_equal(flue_target_attach(client()->target, &mine), FLUE_OK);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, 10, NULL, NULL, &listener),
        FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(4000 + i));

        assert_int_equal(
            flue_host_connect(client()->host, world.now, &tuple, NULL, NULL, &connections[i]),
            FLUE_OK);
        run(100 * FLUE_MILLISECOND);
    }
    assert_int_equal(accepted_count, CONNECTIONS);
}

static int
set_up(void **state)
{
    (void)state;
    config = world_config_default();
    return 0;
}

static void
offload(uint32_t i)
{
    assert_int_equal(flue_host_offload(connections[i], world.now), FLUE_OK);
    run(200 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connections[i]), FLUE_OWNER_TARGET);
}

static void
send(struct flue_host_connection *connection, uint32_t bytes, uint8_t first)
{
    uint8_t buffer[100000];
    uint32_t count;

    assert_true(bytes <= sizeof buffer);
    for (uint32_t i = 0; i < bytes; i++)
        buffer[i] = (uint8_t)(first + i * 3);
    assert_int_equal(flue_host_send(connection, world.now, buffer, bytes, &count), FLUE_OK);
    assert_int_equal(count, bytes);
}

static void
expect(struct flue_host_connection *connection, uint32_t bytes, uint8_t first)
{
    uint8_t buffer[100000];

    for (uint32_t got = 0; got < bytes;) {
        run(50 * FLUE_MILLISECOND);
        got += flue_host_receive(connection, world.now, buffer + got, bytes - got);
        assert_true(world.now < 100 * FLUE_SECOND);
    }
    for (uint32_t i = 0; i < bytes; i++)
        assert_int_equal(buffer[i], (uint8_t)(first + i * 3));
    assert_int_equal(flue_host_available(connection), 0);
}

static void
finish(void)
{
    for (uint32_t i = 0; i < accepted_count; i++) {
        flue_host_close(connections[i], world.now);
        flue_host_close(accepted[i], world.now);
    }
    run(200 * FLUE_SECOND);
    world_assert_idle(&world);
    world_destroy(&world);
}

/* HOST-027: one application, two connections, two ways. */
static void
test_switch_decides_for_each_connection(void **state)
{
    uint64_t frames;

    (void)state;
    start();
    offload(1);
    sent_on = NULL;
    frames = client()->target_frames;
    send(connections[0], 5000, 1);
    expect(accepted[0], 5000, 1);
    assert_null(sent_on); /* HOST-027 */
    assert_int_equal(client()->target_frames, frames);
    send(connections[1], 5000, 2);
    expect(accepted[1], 5000, 2);
    assert_ptr_equal(sent_on, connections[1]->handle.miniport_offload_context); /* HOST-027 */
    assert_true(client()->target_frames >= frames + 4);
    finish();
}

/* HOST-010: the target passes them up on purpose; they are the host's to handle. */
static void
test_switch_segments_passed_up_during_a_termination_stay(void **state)
{
    struct flue_host_statistics before;
    struct flue_host_statistics after;

    (void)state;
    config.target.terminate.tcp = 50 * FLUE_MILLISECOND;
    start();
    offload(0);
    flue_host_get_statistics(client()->host, &before);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    send(accepted[0], 3000, 9); /* arrives in the middle */
    run(20 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_UPLOADING);
    expect(connections[0], 3000, 9);
    flue_host_get_statistics(client()->host, &after);
    assert_int_equal(after.forwards, before.forwards); /* HOST-010 */
    finish();
}

/* HOST-014: at once, whatever the reason. */
static void
test_switch_mandatory_requests_are_followed_at_once(void **state)
{
    (void)state;
    start();
    for (uint32_t reason = FLUE_UPLOAD_INVALID_STATE; reason <= FLUE_UPLOAD_SMALL_IO; reason++) {
        const struct flue_client *host = flue_host_client(client()->host, client()->adapter);
        bool is_mandatory = reason <= FLUE_UPLOAD_UPLOAD_REQUESTED;

        if (reason == FLUE_UPLOAD_TIMEOUT_EXPIRATION)
            continue; /* it ends the connection besides */
        offload(0);
        terminated_at = 0;
        host->tcp_offload_event(&connections[0]->handle, world.now, FLUE_TCP_INDICATE_RETRIEVE,
                                reason);
        assert_int_equal(terminated_at, is_mandatory ? world.now : 0); /* HOST-014, EVENT-013 */
        run(100 * FLUE_MILLISECOND);
        if (!is_mandatory)
            assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
        run(100 * FLUE_MILLISECOND);
        assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
    }
    send(connections[0], 3000, 5);
    expect(accepted[0], 3000, 5);
    finish();
}

/* EVENT-005: a FIN and a reset are what they are, whatever comes with them. */
static void
test_switch_disconnect_and_abort_come_without_information(void **state)
{
    static const uint32_t noises[] = {0, FLUE_UPLOAD_UPLOAD_REQUESTED, FLUE_UPLOAD_SMALL_IO,
                                      UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        start();
        noise = noises[i];
        offload(0);
        terminated_at = 0;
        assert_int_equal(flue_host_shutdown(accepted[0], world.now), FLUE_OK);
        run(100 * FLUE_MILLISECOND);
        assert_true(flue_host_peer_closed(connections[0])); /* EVENT-005 ... */
        assert_int_equal(terminated_at, 0);
        assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
        send(connections[0], 3000, 5);
        expect(accepted[0], 3000, 5);
        flue_host_abort(accepted[0], world.now);
        run(100 * FLUE_MILLISECOND);
        assert_int_equal(closed_for, FLUE_ERROR_RESET); /* ... EVENT-005 */
        finish();
    }
}

/* HOST-018: what the target had received and not told comes with the state. The lists go back, or
 * finish() finds them. */
static void
test_switch_buffered_data_is_delivered_in_its_place(void **state)
{
    (void)state;
    start();
    offload(0);
    send(accepted[0], 1000, 1);
    run(FLUE_SECOND);
    send(accepted[0], 1000, (uint8_t)(1 + 1000 * 3));
    refuses = true;
    run(FLUE_SECOND); /* it has arrived, and the host does not know */
    refuses = false;
    assert_int_equal(flue_host_available(connections[0]), 1000);
    buffered_bytes = 0;
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(200 * FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
    assert_int_equal(buffered_bytes, 1000);
    expect(connections[0], 2000, 1); /* HOST-018 */
    finish();
}

/* HOST-019 */
static void
test_switch_unsent_data_is_sent_by_the_host(void **state)
{
    (void)state;
    start();
    offload(0);
    send(connections[0], 100000, 7);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(FLUE_MILLISECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
    assert_true(chained > 0);
    expect(accepted[0], 100000, 7); /* HOST-019 */
    finish();
}

/* HOST-020: the target's timestamp clock was ahead; the host goes on from there. */
static void
test_switch_timestamps_go_on_where_the_target_was(void **state)
{
    struct flue_tcp_snapshot snapshot;
    uint32_t sent;

    (void)state;
    start();
    assert_true(flue_host_get_snapshot(connections[0], world.now, &snapshot));
    assert_int_equal(snapshot.ts_offset, 0); /* HOST-020: before the first offload */
    offload(0);
    ts_shift = 5000;
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(FLUE_MILLISECOND);
    assert_true(flue_host_get_snapshot(connections[0], world.now, &snapshot));
    assert_int_equal(snapshot.ts_offset, 5000); /* HOST-020 */
    world.record_count = 0;
    send(connections[0], 100, 1);
    sent = (uint32_t)(world.now / FLUE_MILLISECOND);
    assert_int_equal(world.records[0].ts_val, sent + 5000);
    expect(accepted[0], 100, 1);
    assert_true(flue_host_get_snapshot(connections[0], world.now, &snapshot));
    assert_in_range(snapshot.srtt_x8_ticks, 8, 50 * 8); /* the echo is measured by the same clock */
    /* It goes along, and back down it is not lost. */
    ts_shift = 0;
    offload(0);
    world.record_count = 0;
    send(connections[0], 100, 2);
    run(FLUE_MILLISECOND);
    assert_true(world.record_count > 0);
    assert_in_range(world.records[0].ts_val, world.now / FLUE_MILLISECOND + 4998,
                    world.now / FLUE_MILLISECOND + 5001);
    expect(accepted[0], 100, 2);
    finish();
}

/* The side that closes first ends in TIME-WAIT, which is the host's to wait out. */
static void
test_switch_time_wait_is_waited_out_by_the_host(void **state)
{
    struct flue_four_tuple tuple;
    struct flue_tcp_segment fin;
    const struct flue_tcp_connection *left;
    uint32_t frames;

    (void)state;
    start();
    offload(0);
    tuple = *flue_host_tuple(connections[0]);
    assert_int_equal(flue_host_shutdown(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    assert_int_equal(flue_host_shutdown(accepted[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST);
    left = flue_tcp_find(client()->host->engine, &tuple);
    assert_non_null(left);
    assert_int_equal(flue_tcp_state(left), FLUE_TCP_CONNECTION_TIME_WAIT);
    /* The peer's FIN once more, as if our ACK had been lost: it is answered, and not with RST. */
    memset(&fin, 0, sizeof fin);
    for (uint32_t i = 0; i < world.record_count; i++)
        if (world.records[i].from == 1 && (world.records[i].flags & FLUE_TCP_FIN) != 0) {
            fin.seq = world.records[i].seq;
            fin.ack = world.records[i].ack;
            fin.ts_val = world.records[i].ts_val;
        }
    fin.flags = FLUE_TCP_FIN | FLUE_TCP_ACK;
    fin.has_timestamp = true;
    fin.hop_limit = 64;
    frames = world.record_count;
    flue_host_input(client()->host, world.now, &tuple, &fin);
    assert_int_equal(world.record_count, frames + 1);
    assert_int_equal(world.records[frames].flags, FLUE_TCP_ACK);
    run(61 * FLUE_SECOND);
    assert_null(flue_tcp_find(client()->host->engine, &tuple));
    finish();
}

static uint64_t
frames_of(uint32_t machine)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < world.record_count; i++)
        count += world.records[i].from == machine ? 1 : 0;
    return count;
}

/* HOST-028: the wire saw both kinds, and so do the totals. */
static void
test_switch_totals_are_of_both_ways(void **state)
{
    struct flue_tcp_offload_stats totals;
    struct flue_tcp_offload_stats other;
    struct flue_host_statistics own;

    (void)state;
    start();
    offload(1);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        send(connections[i], 50000, 1);
        expect(accepted[i], 50000, 1);
        send(accepted[i], 20000, 2);
        expect(connections[i], 20000, 2);
    }
    flue_host_get_totals(client()->host, world.now, 4, &totals);
    flue_host_get_statistics(client()->host, &own);
    assert_int_equal(totals.out_segments, frames_of(0)); /* HOST-028 */
    assert_int_equal(totals.in_segments, frames_of(1));
    assert_int_equal(totals.currently_established, CONNECTIONS);
    assert_true(own.tcp.out_segments + 30 < totals.out_segments);
    flue_host_get_totals(client()->host, world.now, 6, &other);
    assert_int_equal(other.in_segments + other.out_segments + other.currently_established, 0);
    finish();
}

/* HOST-029: first the connections, then the adapter hears. */
static void
test_switch_disabled_family_comes_back_first(void **state)
{
    (void)state;
    config.target.terminate.tcp = 10 * FLUE_MILLISECOND;
    start();
    offload(0);
    offload(1);
    event_count = 0;
    assert_int_equal(
        flue_host_enable_offload(client()->host, world.now, client()->adapter, 6, false), FLUE_OK);
    assert_int_equal(event_count, 1); /* nothing of IPv6 is there */
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_TARGET);
    event_count = 0;
    assert_int_equal(
        flue_host_enable_offload(client()->host, world.now, client()->adapter, 4, false), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(event_count, 3);
    assert_int_equal(events[0], TERMINATED);
    assert_int_equal(events[1], TERMINATED);
    assert_int_equal(events[2], SET_OFF); /* HOST-029 */
    assert_int_equal(flue_host_offload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    assert_int_equal(flue_host_owner(connections[0]), FLUE_OWNER_HOST); /* none goes there */
    assert_int_equal(
        flue_host_enable_offload(client()->host, world.now, client()->adapter, 4, true), FLUE_OK);
    assert_int_equal(events[event_count - 1], SET_ON);
    run(FLUE_MILLISECOND); /* it says so with a RESUME */
    offload(0);
    assert_int_equal(flue_host_enable_offload(client()->host, world.now, 99, 4, true),
                     FLUE_ERROR_NOT_FOUND);
    finish();
}

/* HOST-031 */
static void
test_switch_hash_goes_with_the_connection(void **state)
{
    struct flue_four_tuple tuple;

    (void)state;
    config.host.rss_key.bytes[0] ^= 0xff; /* a key of one's own */
    start();
    offload(0);
    tuple = *flue_host_tuple(connections[0]);
    assert_int_equal(hash_value, flue_rss_hash(&config.host.rss_key, &tuple)); /* HOST-031 */
    offload(1);
    tuple = *flue_host_tuple(connections[1]);
    assert_int_equal(hash_value, flue_rss_hash(&config.host.rss_key, &tuple));
    finish();
}

#define FRESH(test) cmocka_unit_test_setup(test, set_up)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(test_switch_decides_for_each_connection),
        FRESH(test_switch_segments_passed_up_during_a_termination_stay),
        FRESH(test_switch_mandatory_requests_are_followed_at_once),
        FRESH(test_switch_disconnect_and_abort_come_without_information),
        FRESH(test_switch_buffered_data_is_delivered_in_its_place),
        FRESH(test_switch_unsent_data_is_sent_by_the_host),
        FRESH(test_switch_timestamps_go_on_where_the_target_was),
        FRESH(test_switch_time_wait_is_waited_out_by_the_host),
        FRESH(test_switch_totals_are_of_both_ways),
        FRESH(test_switch_disabled_family_comes_back_first),
        FRESH(test_switch_hash_goes_with_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
