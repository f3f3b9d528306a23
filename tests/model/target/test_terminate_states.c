/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Giving connections back in every state, and what happens around the moment of it.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

static void
disconnect(struct rig_list *list)
{
    rig_make_list(list, 1, 0);
    (void)bench.rig.provider->tcp_offload_disconnect(bench.rig.provider->adapter, bench.rig.now,
                                                     rig_context(&bench.tcp), &list->list,
                                                     FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
}

static void
peer_closes(void)
{
    assert_int_equal(flue_tcp_shutdown(bench.tcp.peer, bench.rig.now), FLUE_OK);
}

static void
lose_everything(void)
{
    while (bench.rig.frame_count > 0)
        rig_lose_last(&bench.rig);
}

/* Brings the connection into a state; the target's own segments are lost where that is needed. */
static void
bring_into(enum flue_tcp_connection_state wanted)
{
    struct rig *rig = &bench.rig;

    switch (wanted) {
    case FLUE_TCP_CONNECTION_FIN_WAIT1:
        disconnect(&bench.lists[0]);
        lose_everything();
        break;
    case FLUE_TCP_CONNECTION_FIN_WAIT2:
        disconnect(&bench.lists[0]);
        rig_settle(rig);
        rig_advance(rig, 100 * FLUE_MILLISECOND);
        break;
    case FLUE_TCP_CONNECTION_CLOSE_WAIT:
        peer_closes();
        rig_settle(rig);
        break;
    case FLUE_TCP_CONNECTION_CLOSING:
        peer_closes(); /* both FINs cross */
        disconnect(&bench.lists[0]);
        rig_lose_last(rig);
        rig->is_cut = true;
        rig_settle(rig);
        break;
    case FLUE_TCP_CONNECTION_LAST_ACK:
        peer_closes();
        rig_settle(rig);
        disconnect(&bench.lists[0]);
        lose_everything();
        break;
    case FLUE_TCP_CONNECTION_TIME_WAIT:
        disconnect(&bench.lists[0]);
        rig_settle(rig);
        peer_closes();
        rig_settle(rig);
        break;
    case FLUE_TCP_CONNECTION_CLOSED:
        flue_tcp_abort(bench.tcp.peer, rig->now);
        rig_settle(rig);
        break;
    default:
        break;
    }
}

/* TERM-022, STATE-052 */
static void
test_terminate_in_every_state(void **state)
{
    static const enum flue_tcp_connection_state states[] = {
        FLUE_TCP_CONNECTION_ESTABLISHED, FLUE_TCP_CONNECTION_FIN_WAIT1,
        FLUE_TCP_CONNECTION_FIN_WAIT2,   FLUE_TCP_CONNECTION_CLOSE_WAIT,
        FLUE_TCP_CONNECTION_CLOSING,     FLUE_TCP_CONNECTION_LAST_ACK,
        FLUE_TCP_CONNECTION_TIME_WAIT,   FLUE_TCP_CONNECTION_CLOSED,
    };

    for (uint32_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct flue_tcp_delegated_block back;

        (void)bench_set_up(state);
        bring_into(states[i]);
        flue_block_list_init(&back.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back,
                             &bench.tcp.handle);
        rig_operate(&bench.rig, CALL_QUERY, &back.block);
        assert_int_equal(back.delegated.state, states[i]);
        rig_terminate(&bench.rig, &bench.tcp, &back);
        assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
        assert_int_equal(back.delegated.state, states[i]);
        (void)bench_tear_down(state);
    }
}

/* TERM-002: the last frame on the wire says the same. */
static void
test_terminate_final_values_are_those_of_the_wire(void **state)
{
    struct flue_tcp_delegated_block back;
    const struct flue_tcp_segment *last = &bench.rig.last_packet.segment;
    struct flue_tcp_snapshot peer;

    (void)state;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 3000);
    rig_settle(&bench.rig);
    rig_return_lent(&bench.rig);
    rig_make_list(&bench.lists[0], 1, 2000);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    rig_settle(&bench.rig);
    rig_advance(&bench.rig, FLUE_SECOND);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    flue_tcp_get_snapshot(bench.tcp.peer, bench.rig.now, &peer);
    assert_int_equal(back.delegated.rcv_nxt, last->ack);
    assert_int_equal(back.delegated.snd_una, peer.rcv_nxt);
    assert_int_equal(back.delegated.snd_nxt, peer.rcv_nxt);
    assert_int_equal(back.delegated.snd_wnd,
                     peer.rcv_wnd >> bench.tcp.block.constants.snd_wind_scale
                                         << bench.tcp.block.constants.snd_wind_scale);
    assert_int_equal(back.delegated.rcv_wnd, peer.snd_wnd);
}

/* TERM-008: between its block and the completion, here two blocks later. */
static void
test_terminate_passes_up_what_comes_meanwhile(void **state)
{
    struct flue_target_config config = flue_target_config_default();
    struct flue_tcp_delegated_block back[2];
    struct rig_tcp second;
    struct flue_block_list path;
    struct rig *rig = &bench.rig;
    uint32_t before;

    (void)state;
    memset(&bench, 0, sizeof bench);
    config.terminate.tcp = FLUE_MILLISECOND;
    rig_create(rig, &config);
    rig_offload(rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    rig_make_tcp(rig, &second, 101);
    flue_block_list_init(&path, FLUE_IP4_OFFLOAD_STATE, sizeof path, &bench.path.handle);
    path.dependent_block_list = &second.block.block;
    rig_operate(rig, CALL_INITIATE, &path);
    for (uint32_t i = 0; i < 2; i++)
        flue_block_list_init(&back[i].block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back[i],
                             i == 0 ? &bench.tcp.handle : &second.handle);
    back[0].block.next_block = &back[1].block;
    rig->call_count = 0;
    rig->provider->terminate_offload(rig->provider->adapter, rig->now, &back[0].block);
    rig_advance(rig, FLUE_MILLISECOND);
    before = rig->passed_up;
    rig_peer_send(rig, bench.tcp.peer, 1, 500);
    rig_settle(rig);
    assert_int_equal(rig->call_count, 0);
    assert_int_equal(rig->passed_up, before + 1);
    rig_advance(rig, FLUE_MILLISECOND);
    assert_int_equal(rig_count(rig, CALL_TERMINATE), 1);
    assert_int_equal(back[0].delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt);
    rig_destroy(rig);
}

/* TERM-011: the first of three segments is lost. */
static void
test_terminate_drops_what_is_out_of_order(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 3000);
    assert_true(bench.rig.frame_count >= 2);
    bench.rig.frame_count--;
    free(bench.rig.frames[0].payload.bytes);
    memmove(&bench.rig.frames[0], &bench.rig.frames[1],
            bench.rig.frame_count * sizeof bench.rig.frames[0]);
    rig_settle(&bench.rig);
    assert_true(bench.rig.last_packet.segment.sack_count > 0); /* STATE-037 */
    bench.rig.is_cut = true;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_int_equal(back.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt);
    assert_null(back.delegated.buffered_data);
    assert_int_equal(rig_count(&bench.rig, CALL_INDICATE), 0);
}

/* TERM-012: data that came in the same instant is indicated, not handed back. */
static void
test_terminate_delivers_first(void **state)
{
    struct flue_tcp_delegated_block back;
    struct flue_provider *provider = bench.rig.provider;

    (void)state;
    flue_block_list_init(&back.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back,
                         &bench.tcp.handle);
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    provider->terminate_offload(provider->adapter, bench.rig.now, &back.block);
    rig_settle(&bench.rig);
    assert_int_equal(bench.rig.calls[0].kind, CALL_INDICATE);
    assert_int_equal(bench.rig.calls[0].bytes, 500);
    assert_int_equal(bench.rig.calls[1].kind, CALL_TERMINATE);
    assert_null(back.delegated.buffered_data);
    assert_int_equal(back.delegated.rcv_nxt, bench.tcp.block.delegated.rcv_nxt + 500);
}

static void
terminate_inside(struct rig *rig, const struct call *call)
{
    struct flue_tcp_delegated_block *back = rig->context;

    if (call->kind != CALL_INDICATE)
        return;
    rig->provider->terminate_offload(rig->provider->adapter, rig->now, &back->block);
    flue_target_advance(rig->target, rig->now);
    (void)flue_target_poll(rig->target, rig->now);
    assert_int_equal(rig_count(rig, CALL_TERMINATE), 0); /* TERM-007 */
}

static void
test_terminate_from_inside_an_indication_waits_for_its_end(void **state)
{
    struct flue_tcp_delegated_block back;

    (void)state;
    flue_block_list_init(&back.block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof back,
                         &bench.tcp.handle);
    bench.rig.context = &back;
    bench.rig.inside = terminate_inside;
    rig_peer_send(&bench.rig, bench.tcp.peer, 1, 500);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_TERMINATE), 1);
    assert_int_equal(back.block.status, FLUE_STATUS_SUCCESS);
}

/* What it has to say of its own accord is about the connection. */
static void
trust_the_neighbor(void)
{
    struct flue_tcp_connection_offload_parameters set;

    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_QUERY,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &set, sizeof set,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
    set.tcp_doubt_reachability_retransmissions = UINT8_MAX;
    set.nce_stale_ticks = UINT32_MAX;
    assert_int_equal(rig_request(&bench.rig, FLUE_REQUEST_SET,
                                 FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS, &set, sizeof set,
                                 NULL),
                     FLUE_STATUS_SUCCESS);
}

/* TERM-015: the target wants to give it back, and has not said so yet. */
static void
test_sends_before_the_request_is_told(void **state)
{
    struct flue_tcp_delegated_block back;
    flue_time deadline;

    (void)state;
    trust_the_neighbor();
    bench.rig.is_cut = true;
    rig_make_list(&bench.lists[0], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[0]);
    while (flue_target_pending(bench.rig.target) == 0) {
        deadline = flue_target_next_deadline(bench.rig.target);
        assert_true(deadline < 2000 * FLUE_SECOND);
        bench.rig.now = deadline;
        flue_target_advance(bench.rig.target, bench.rig.now);
    }
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 0);
    rig_make_list(&bench.lists[1], 1, 100);
    rig_send(&bench.rig, &bench.tcp, &bench.lists[1]);
    rig_settle(&bench.rig);
    assert_int_equal(rig_count(&bench.rig, CALL_SEND), 1);
    assert_int_equal(bench.lists[1].list.status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
    assert_int_equal(rig_count(&bench.rig, CALL_EVENT), 1);
    rig_terminate(&bench.rig, &bench.tcp, &back);
    assert_ptr_equal(back.block.net_buffer_list_chain, &bench.lists[0].list); /* TERM-016 */
}

/* TERM-023: closed on the target, then given back; or given back, and closed by the host. */
static void
test_close_and_terminate_in_both_orders(void **state)
{
    for (uint32_t first = 0; first < 2; first++) {
        struct flue_tcp_delegated_block back;
        struct rig *rig = &bench.rig;
        struct flue_tcp_connection *host = NULL;

        (void)bench_set_up(state);
        if (first == 0) {
            disconnect(&bench.lists[0]);
            rig_settle(rig);
        }
        rig_terminate(rig, &bench.tcp, &back);
        {
            struct flue_tcp_import take = {
                .constants = &bench.tcp.block.constants,
                .cached = &bench.tcp.block.cached,
                .delegated = &back.delegated,
                .path_mtu = 1500,
                .lists = back.block.net_buffer_list_chain,
            };

            take.tuple.local = bench.path.source;
            take.tuple.remote = bench.path.destination;
            take.tuple.local_port = 100;
            take.tuple.remote_port = RIG_PORT;
            take.tuple.ip_version = 4;
            assert_int_equal(flue_tcp_import(rig->opener, rig->now, &take, &host), FLUE_OK);
        }
        if (first == 1)
            assert_int_equal(flue_tcp_shutdown(host, rig->now), FLUE_OK);
        rig_settle(rig);
        peer_closes();
        rig_settle(rig);
        rig_advance(rig, 130 * FLUE_SECOND); /* 2 MSL */
        assert_true(rig->peer_saw_fin);
        assert_true(rig->peer_ended);
        assert_int_equal(rig->peer_reason, FLUE_OK);
        assert_int_equal(rig->to_peer_flags & FLUE_TCP_RST, 0);
        (void)bench_tear_down(state);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminate_in_every_state),
        ON_BENCH(test_terminate_final_values_are_those_of_the_wire),
        cmocka_unit_test(test_terminate_passes_up_what_comes_meanwhile),
        ON_BENCH(test_terminate_drops_what_is_out_of_order),
        ON_BENCH(test_terminate_delivers_first),
        ON_BENCH(test_terminate_from_inside_an_indication_waits_for_its_end),
        ON_BENCH(test_sends_before_the_request_is_told),
        cmocka_unit_test(test_close_and_terminate_in_both_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
