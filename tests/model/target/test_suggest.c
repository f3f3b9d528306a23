/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Suggestions to take a connection back: each threshold, exceeded, brings its own reason and no
 * other; and the connection goes on.
 */
#include "arrivals.h"

#include <string.h>

enum { PERIOD_SECONDS = 10, SEGMENTS = 20 };

static struct arrivals arrivals;
static struct flue_buffer_list posted[SEGMENTS + 1];
static struct flue_memory_descriptor descriptors[SEGMENTS + 1];
static uint32_t posted_count;
static struct rig *const rig = &bench.rig;

static const struct flue_target_suggestions all_on = {
    .period = PERIOD_SECONDS * FLUE_SECOND,
    .least = 10,
    .drop_permille = 100,
    .fragmentation_permille = 100,
    .out_of_order_permille = 100,
    .unposted_permille = 500,
    .low_activity_segments = 5,
    .small_io_bytes = 100,
};

static void
begin(const struct flue_target_suggestions *suggest)
{
    struct flue_target_config config = flue_target_config_default();

    memset(&bench, 0, sizeof bench);
    config.suggest = *suggest;
    rig_create(rig, &config);
    rig_offload(rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    rig->call_count = 0;
    posted_count = 0;
    arrivals_begin(&arrivals, rig, &bench.tcp);
    arrivals.packet.segment.window = 60000;
}

static void
end(void)
{
    struct flue_tcp_delegated_block block;

    rig_terminate(rig, &bench.tcp, &block);
    if (block.delegated.buffered_data != NULL) {
        block.delegated.buffered_data->next = rig->lent;
        rig->lent = block.delegated.buffered_data;
    }
    rig_return_lent(rig);
    rig_destroy(rig);
}

/* ---- Kinds of traffic --------------------------------------------------------------------------
 */

static void
post(uint32_t length)
{
    struct flue_buffer_list *list = &posted[posted_count];

    flue_buffer_list_init(list, &descriptors[posted_count++], NULL, length);
    list->tcp_receive_no_push = true;
    (void)rig->provider->tcp_offload_receive(rig->provider->adapter, rig->now,
                                             rig_context(&bench.tcp), list);
}

static void
receive_segments(uint32_t length)
{
    for (uint32_t i = 0; i < SEGMENTS; i++)
        arrivals_segment(&arrivals, length, 0);
    rig_settle(rig);
}

static void
healthy(void)
{
    post(1000000);
    receive_segments(1000);
}

/* Duplicates are no early segments. */
static void
repeated(void)
{
    healthy();
    for (uint32_t i = 0; i < SEGMENTS; i++)
        arrivals_part(&arrivals, 0, 1000, 0);
    rig_settle(rig);
}

/* The target's segments are lost and sent again, more than one in ten. */
static void
dropped(void)
{
    healthy();
    for (uint32_t i = 0; i < 3; i++) {
        rig_make_list(&bench.lists[i], 1, 3000);
        rig_send(rig, &bench.tcp, &bench.lists[i]);
    }
}

static void
fragmented(void)
{
    healthy();
    for (uint32_t i = 0; i < 10; i++)
        flue_target_note_fragment(rig->target, &arrivals.packet);
}

static void
reordered(void)
{
    post(1000000);
    for (uint32_t i = 1; i <= SEGMENTS; i++)
        arrivals_part(&arrivals, 1000 * i, 1000, 0);
    arrivals_part(&arrivals, 0, 1000, 0);
    arrivals.sent = 1000 * (SEGMENTS + 1);
    rig_settle(rig);
}

static void
idle(void)
{
    for (uint32_t i = 0; i < 4; i++)
        arrivals_segment(&arrivals, 1000, 0);
    rig_settle(rig);
}

static void
unposted(void)
{
    receive_segments(1000);
}

static void
small(void)
{
    for (uint32_t i = 0; i < SEGMENTS; i++)
        post(50);
    receive_segments(50);
}

static const struct {
    void (*traffic)(void);
    uint32_t reason;
    size_t threshold; /* its place in the structure; 0: there is none */
    size_t size;
} kinds[] = {
#define THRESHOLD(member) offsetof(struct flue_target_suggestions, member), sizeof all_on.member
    {healthy, UINT32_MAX, 0, 0},
    {repeated, UINT32_MAX, 0, 0},
    {dropped, FLUE_UPLOAD_HIGH_DROP_RATE, THRESHOLD(drop_permille)},
    {fragmented, FLUE_UPLOAD_HIGH_FRAGMENTATION, THRESHOLD(fragmentation_permille)},
    {reordered, FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS, THRESHOLD(out_of_order_permille)},
    {idle, FLUE_UPLOAD_LOW_ACTIVITY, THRESHOLD(low_activity_segments)},
    {unposted, FLUE_UPLOAD_NO_BUFFER_PREPOSTING, THRESHOLD(unposted_permille)},
    {small, FLUE_UPLOAD_SMALL_IO, THRESHOLD(small_io_bytes)},
};

enum { KINDS = sizeof kinds / sizeof kinds[0], FIRST_CAUSE = 2 };

/* ---- Tests -------------------------------------------------------------------------------------
 */

static void
test_exceeded_threshold_brings_its_reason_and_no_other(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < KINDS; i++) {
        begin(&all_on);
        kinds[i].traffic();
        rig_advance(rig, (PERIOD_SECONDS - 1) * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), 0);
        rig_advance(rig, FLUE_SECOND);
        if (kinds[i].reason == UINT32_MAX) {
            assert_int_equal(rig_count(rig, CALL_EVENT), 0);
        } else {
            const struct call *call = &rig->calls[rig_find(rig, CALL_EVENT, 0)];

            assert_int_equal(rig_count(rig, CALL_EVENT), 1);           /* EVENT-014, EVENT-015 */
            assert_int_equal(call->event, FLUE_TCP_INDICATE_RETRIEVE); /* EVENT-003 */
            assert_int_equal(call->bytes, kinds[i].reason);
            assert_ptr_equal(call->subject, &bench.tcp.handle);
        }
        end();
    }
}

static void
test_threshold_of_nothing_brings_nothing(void **state)
{
    (void)state;
    for (uint32_t i = FIRST_CAUSE; i < KINDS; i++) {
        struct flue_target_suggestions suggest = all_on;

        memset((char *)&suggest + kinds[i].threshold, 0, kinds[i].size);
        begin(&suggest);
        kinds[i].traffic();
        rig_advance(rig, (PERIOD_SECONDS + 1) * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), 0);
        end();
    }
}

static void
test_little_traffic_proves_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < KINDS; i++) {
        struct flue_target_suggestions suggest = all_on;

        suggest.least = 1000;
        begin(&suggest);
        kinds[i].traffic();
        rig_advance(rig, (PERIOD_SECONDS + 1) * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT),
                         kinds[i].reason == FLUE_UPLOAD_LOW_ACTIVITY ? 1 : 0);
        end();
    }
}

/* The suggestions are off, by default. */
static void
test_default_configuration_suggests_nothing(void **state)
{
    struct flue_target_config config = flue_target_config_default();

    (void)state;
    for (uint32_t i = 0; i < KINDS; i++) {
        begin(&config.suggest);
        kinds[i].traffic();
        rig_advance(rig, 60 * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), 0);
        end();
    }
}

/* EVENT-013: the host does nothing, and all goes on as before. */
static void
test_connection_goes_on_after_a_suggestion(void **state)
{
    (void)state;
    for (uint32_t i = FIRST_CAUSE; i < KINDS; i++) {
        struct flue_tcp_snapshot peer;
        uint32_t before;

        begin(&all_on);
        kinds[i].traffic();
        rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), 1);
        before = rig->target_segments;
        if (kinds[i].traffic != dropped) { /* which has a full window out */
            rig_make_list(&bench.lists[0], 1, 100);
            rig_send(rig, &bench.tcp, &bench.lists[0]);
            assert_int_equal(rig->target_segments, before + 1); /* EVENT-013 */
            flue_tcp_get_snapshot(bench.tcp.peer, rig->now, &peer);
            arrivals.packet.segment.ack = peer.rcv_nxt + 100;
            arrivals_part(&arrivals, arrivals.sent, 0, 0);
            rig_settle(rig);
            assert_int_equal(bench.lists[0].list.status, FLUE_STATUS_SUCCESS); /* EVENT-013 */
        }
        post(100);
        assert_int_equal(posted[posted_count - 1].status, FLUE_STATUS_UNWRITTEN);
        end();
    }
}

/* It is told again only when there was no cause in between. */
static void
test_suggestion_is_not_repeated_while_its_cause_lasts(void **state)
{
    (void)state;
    begin(&all_on);
    for (uint32_t i = 0; i < 5; i++) {
        unposted();
        rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), 1);
    }
    healthy();
    rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
    assert_int_equal(rig_count(rig, CALL_EVENT), 1);
    while (posted_count > 0 && posted[0].status == FLUE_STATUS_UNWRITTEN &&
           rig_count(rig, CALL_RECEIVE) == 0)
        arrivals_segment(&arrivals, 8000, 0); /* until the request is full */
    rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
    unposted();
    rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
    assert_int_equal(rig_count(rig, CALL_EVENT), 2);
    end();
}

/* Each period is judged by what happened in it. */
static void
test_cause_of_a_period_is_over_with_it(void **state)
{
    (void)state;
    begin(&all_on);
    for (uint32_t i = 1; i <= 3; i++) {
        fragmented();
        rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), i);
        receive_segments(1000);
        rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), i);
    }
    end();
}

static void
disconnect(void)
{
    rig_make_list(&bench.lists[3], 1, 0);
    (void)rig->provider->tcp_offload_disconnect(rig->provider->adapter, rig->now,
                                                rig_context(&bench.tcp), &bench.lists[3].list,
                                                FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE);
}

/* EVENT-016, with every kind of cause. */
static void
test_half_closed_connection_is_left_alone(void **state)
{
    static const enum flue_tcp_connection_state states[] = {FLUE_TCP_CONNECTION_FIN_WAIT1,
                                                            FLUE_TCP_CONNECTION_FIN_WAIT2,
                                                            FLUE_TCP_CONNECTION_CLOSE_WAIT};

    (void)state;
    for (uint32_t i = FIRST_CAUSE; i < KINDS; i++)
        for (uint32_t j = 0; j < sizeof states / sizeof states[0]; j++) {
            struct flue_tcp_delegated_block block;

            begin(&all_on);
            kinds[i].traffic();
            if (states[j] == FLUE_TCP_CONNECTION_CLOSE_WAIT) {
                arrivals_segment(&arrivals, 0, FLUE_TCP_FIN);
            } else {
                disconnect();
            }
            if (states[j] == FLUE_TCP_CONNECTION_FIN_WAIT2) {
                arrivals.packet.segment.ack =
                    rig->last_packet.segment.seq + rig->last_packet.segment.payload.length + 1;
                if (kinds[i].traffic != dropped) /* its FIN is behind a full window */
                    arrivals_part(&arrivals, arrivals.sent, 0, 0);
            }
            rig_advance(rig, (PERIOD_SECONDS + 1) * FLUE_SECOND);
            for (uint32_t k = 0; k < rig->call_count; k++)
                if (rig->calls[k].kind == CALL_EVENT)
                    assert_int_not_equal(rig->calls[k].event,
                                         FLUE_TCP_INDICATE_RETRIEVE); /* EVENT-016 */
            rig->answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
            rig_terminate(rig, &bench.tcp, &block);
            if (kinds[i].traffic != dropped)
                assert_int_equal(block.delegated.state, states[j]);
            assert_null(block.delegated.buffered_data);
            rig_return_lent(rig);
            rig_destroy(rig);
        }
}

/* The states are those of the moment at which it would be told. */
static void
test_suggestion_that_comes_too_late_is_not_told(void **state)
{
    (void)state;
    begin(&all_on);
    unposted();
    rig->now += PERIOD_SECONDS * FLUE_SECOND;
    flue_target_advance(rig->target, rig->now);
    disconnect();
    rig_settle(rig);
    for (uint32_t k = 0; k < rig->call_count; k++)
        if (rig->calls[k].kind == CALL_EVENT)
            assert_int_not_equal(rig->calls[k].event, FLUE_TCP_INDICATE_RETRIEVE); /* EVENT-016 */
    end();
}

/* The first of a datagram's fragments says whose it is; from real frames. */
static void
test_fragments_are_counted_by_their_datagrams(void **state)
{
    uint8_t frame[FLUE_FRAME_HEADER_MAX + 1000] = {0};
    struct flue_packet packet;
    uint32_t length;

    (void)state;
    for (uint32_t offset = 0; offset < 2; offset++) {
        begin(&all_on);
        healthy();
        packet = arrivals.packet;
        packet.tuple.local = arrivals.packet.tuple.remote; /* as its sender sees it */
        packet.tuple.remote = arrivals.packet.tuple.local;
        packet.tuple.local_port = arrivals.packet.tuple.remote_port;
        packet.tuple.remote_port = arrivals.packet.tuple.local_port;
        packet.segment.payload = flue_span_virtual(1000);
        length = flue_frame_write(&packet, frame) + 1000;
        frame[20] = 0x20; /* more fragments */
        frame[21] = (uint8_t)offset;
        for (uint32_t i = 0; i < 10; i++)
            assert_false(
                flue_target_input_frame(rig->target, rig->now, frame, length - 1, length, NULL));
        rig_advance(rig, PERIOD_SECONDS * FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT), offset == 0 ? 1 : 0); /* EVENT-014 */
        end();
    }
}

static void
offload_another(struct rig_tcp *tcp, uint16_t port)
{
    rig_make_tcp(rig, tcp, port);
    bench.path.block.block.dependent_block_list = &tcp->block.block;
    rig_operate(rig, CALL_INITIATE, &bench.neighbor.block.block);
    assert_int_equal(tcp->block.block.status, FLUE_STATUS_SUCCESS);
}

/* Connections begin at different times, and their periods with them; some are gone by then. */
static void
test_periods_are_each_connections_own(void **state)
{
    struct flue_tcp_delegated_block block;
    struct rig_tcp others[3];

    (void)state;
    begin(&all_on);
    rig->is_cut = false;
    for (uint16_t i = 0; i < 3; i++) {
        rig_advance(rig, FLUE_SECOND);
        offload_another(&others[i], (uint16_t)(200 + i));
    }
    rig_terminate(rig, &others[1], &block);
    offload_another(&others[1], 203); /* three seconds late, probably in the same memory */
    for (uint32_t second = 4; second <= PERIOD_SECONDS + 5; second++) {
        static const uint32_t told_by_then[] = {1, 2, 2, 4, 4, 4};

        rig_advance(rig, FLUE_SECOND);
        assert_int_equal(rig_count(rig, CALL_EVENT),
                         second < PERIOD_SECONDS ? 0 : told_by_then[second - PERIOD_SECONDS]);
    }
    rig_terminate(rig, &others[1], &block);
    rig_terminate(rig, &others[0], &block);
    rig_terminate(rig, &others[2], &block);
    end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exceeded_threshold_brings_its_reason_and_no_other),
        cmocka_unit_test(test_threshold_of_nothing_brings_nothing),
        cmocka_unit_test(test_little_traffic_proves_nothing),
        cmocka_unit_test(test_default_configuration_suggests_nothing),
        cmocka_unit_test(test_connection_goes_on_after_a_suggestion),
        cmocka_unit_test(test_suggestion_is_not_repeated_while_its_cause_lasts),
        cmocka_unit_test(test_cause_of_a_period_is_over_with_it),
        cmocka_unit_test(test_half_closed_connection_is_left_alone),
        cmocka_unit_test(test_suggestion_that_comes_too_late_is_not_told),
        cmocka_unit_test(test_fragments_are_counted_by_their_datagrams),
        cmocka_unit_test(test_periods_are_each_connections_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
