/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The timestamp clock of a connection that moves between engines whose clocks differ: the numbers
 * of the documents' two worked examples, in ticks, and the rules behind them.
 */
#include "cmocka_first.h"
#include "flue/tcp.h"
#include "test_memory.h"

#include <string.h>

enum { STACK, NIC, SIDES };

/* One connection, on the stack or on the NIC, each with a clock of its own. */
static struct {
    struct flue_test_memory memory;
    flue_time tick;
    flue_time now[SIDES];
    struct flue_tcp_engine *engines[SIDES];
    struct flue_tcp_connection *connection;
    int side;
    struct flue_four_tuple tuple;
    struct flue_tcp_segment sent; /* the last one */
    uint32_t sent_count;
    uint32_t peer_ts;
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
} table;

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    (void)user;
    (void)now;
    (void)connection;
    (void)tuple;
    table.sent = *segment;
    table.sent_count++;
}

static const struct flue_tcp_handlers handlers = {.emit = on_emit};

/* The clock of the side that has the connection says `tick`. */
static void
at(uint64_t tick)
{
    table.now[table.side] = tick * table.tick;
    flue_tcp_advance(table.engines[table.side], table.now[table.side]);
}

static void
arrive(uint8_t flags, uint32_t seq, uint32_t ack, uint32_t ts_ecr)
{
    struct flue_tcp_segment segment = {.flags = flags,
                                       .seq = seq,
                                       .ack = ack,
                                       .window = 60000,
                                       .has_timestamp = true,
                                       .ts_val = table.peer_ts,
                                       .ts_ecr = ts_ecr};

    segment.has_mss = segment.has_sack_permitted = (flags & FLUE_TCP_SYN) != 0;
    segment.mss = 1000;
    assert_true(
        flue_tcp_input(table.engines[table.side], table.now[table.side], &table.tuple, &segment));
}

static void
create(int side, uint32_t ticks_per_second)
{
    struct flue_allocator allocator = flue_test_memory_allocator(&table.memory);
    struct flue_tcp_config config = flue_tcp_config_default();

    config.ticks_per_second = ticks_per_second;
    config.delayed_ack_ticks = 1;
    config.is_offload_target = side == NIC;
    assert_int_equal(
        flue_tcp_engine_create(&config, &handlers, NULL, &allocator, &table.engines[side]),
        FLUE_OK);
}

/* A connection opened by the stack, at stack time `tick` with a round trip of five ticks. */
static void
begin(uint32_t ticks_per_second, uint64_t tick)
{
    struct flue_tcp_options options = flue_tcp_config_default().options;

    memset(&table, 0, sizeof table);
    table.tick = FLUE_SECOND / ticks_per_second;
    table.peer_ts = 7000;
    create(STACK, ticks_per_second);
    create(NIC, ticks_per_second);
    table.tuple.ip_version = 4;
    table.tuple.local = flue_ipv4(192, 0, 2, 1);
    table.tuple.remote = flue_ipv4(192, 0, 2, 2);
    table.tuple.local_port = 1;
    table.tuple.remote_port = 2;
    options.use_window_scaling = false;
    at(tick);
    assert_int_equal(flue_tcp_connect(table.engines[STACK], table.now[STACK], &table.tuple,
                                      &options, NULL, &table.connection),
                     FLUE_OK);
    at(tick + 5);
    arrive(FLUE_TCP_SYN | FLUE_TCP_ACK, 0, table.sent.seq + 1, table.sent.ts_val);
    assert_int_equal(flue_tcp_state(table.connection), FLUE_TCP_CONNECTION_ESTABLISHED);
}

static void
end(void)
{
    struct flue_buffer_list *lists;

    flue_tcp_surrender(table.connection, table.now[table.side], &lists);
    flue_tcp_engine_destroy(table.engines[STACK]);
    flue_tcp_engine_destroy(table.engines[NIC]);
    flue_test_memory_assert_empty(&table.memory);
}

static struct flue_tcp_snapshot
snapshot(void)
{
    struct flue_tcp_snapshot now;

    flue_tcp_get_snapshot(table.connection, table.now[table.side], &now);
    return now;
}

/* The clock's offset: NicDelta, or StackDelta. */
static uint32_t
delta(void)
{
    return snapshot().ts_offset;
}

/* The other side takes the connection, where it is `tick`. What was queued goes along. */
static void
move(uint64_t tick)
{
    struct flue_tcp_import import = {.tuple = table.tuple,
                                     .constants = &table.constants,
                                     .cached = &table.cached,
                                     .delegated = &table.delegated,
                                     .path_mtu = 1500};

    flue_tcp_flush_ack(table.connection, table.now[table.side]);
    flue_tcp_export(table.connection, table.now[table.side], &table.constants, &table.cached,
                    &table.delegated);
    flue_tcp_surrender(table.connection, table.now[table.side], &import.lists);
    table.side = 1 - table.side;
    at(tick);
    assert_int_equal(flue_tcp_import(table.engines[table.side], table.now[table.side], &import,
                                     &table.connection),
                     FLUE_OK);
}

static struct flue_buffer_list list;
static struct flue_memory_descriptor descriptor;

/* Sends a byte at `tick`. Returns the segment's timestamp. */
static uint32_t
send_at(uint64_t tick)
{
    at(tick);
    flue_buffer_list_init(&list, &descriptor, NULL, 1);
    assert_int_equal(flue_tcp_send(table.connection, table.now[table.side], &list), FLUE_OK);
    return table.sent.ts_val;
}

/* Everything is acknowledged at `tick` by a segment that echoes `ts_ecr`. Returns what that says of
 * the round trip, ticks: the one sample that leads from the old smoothed one to the new. */
static uint32_t
rtt_of_echo_at(uint64_t tick, uint32_t ts_ecr)
{
    uint32_t before = snapshot().srtt_x8_ticks;
    struct flue_tcp_snapshot after;

    at(tick);
    table.peer_ts++;
    after = snapshot();
    arrive(FLUE_TCP_ACK, after.rcv_nxt, after.snd_max, ts_ecr);
    after = snapshot();
    assert_true(after.snd_una == after.snd_max);
    return after.srtt_x8_ticks - before + before / 8; /* SRTT += error / 8 */
}

/* The first worked example: the clocks run alike. */
static void
test_timestamps_of_the_first_worked_example(void **state)
{
    (void)state;
    begin(1000, 80);
    /* A */
    assert_int_equal(delta(), 0);
    assert_int_equal(send_at(100), 100);
    move(200);
    assert_int_equal(table.delegated.ts_time, 100);
    assert_int_equal(delta(), 0xFFFFFF9C); /* TSTAMP-008, TSTAMP-001: NicDelta -100 */
    /* B */
    assert_int_equal(rtt_of_echo_at(205, 100), 5); /* TSTAMP-009, TSTAMP-003: the host sent it */
    /* C */
    assert_int_equal(send_at(210), 110);           /* TSTAMP-010, TSTAMP-002 */
    assert_int_equal(rtt_of_echo_at(215, 110), 5); /* TSTAMP-010 */
    /* D */
    assert_int_equal(send_at(250), 150); /* TSTAMP-011 */
    move(150);
    assert_int_equal(table.delegated.ts_time, 150); /* TSTAMP-011, TSTAMP-004 */
    assert_int_equal(delta(), 0);                   /* TSTAMP-011: StackDelta */
    /* E */
    assert_int_equal(rtt_of_echo_at(155, 150), 5); /* TSTAMP-012 */
    end();
}

/* The second: the stack's clock gains on the NIC's. */
static void
test_timestamps_of_the_second_worked_example(void **state)
{
    (void)state;
    begin(1000, 80);
    /* A */
    assert_int_equal(send_at(100), 100);
    move(200);
    assert_int_equal(delta(), 0xFFFFFF9C);         /* TSTAMP-013: NicDelta -100 */
    assert_int_equal(rtt_of_echo_at(205, 100), 5); /* TSTAMP-013 */
    /* B */
    assert_int_equal(send_at(250), 150); /* TSTAMP-014 */
    move(200);
    assert_int_equal(table.delegated.ts_time, 150); /* TSTAMP-014 */
    assert_int_equal(delta(), UINT32_MAX - 50 + 1); /* TSTAMP-014: StackDelta -50 */
    /* C */
    assert_int_equal(rtt_of_echo_at(205, 150), 5); /* TSTAMP-015 */
    /* D */
    assert_int_equal(send_at(250), 200);           /* TSTAMP-016 */
    assert_int_equal(rtt_of_echo_at(255, 200), 5); /* TSTAMP-016 */
    /* E */
    assert_int_equal(send_at(400), 350); /* TSTAMP-017 */
    move(320);
    assert_int_equal(table.delegated.ts_time, 350);
    assert_int_equal(delta(), 30); /* TSTAMP-017: NicDelta */
    /* F */
    assert_int_equal(rtt_of_echo_at(325, 350), 5); /* TSTAMP-018 */
    end();
}

/* TSTAMP-007: as many ticks a second as there are, on either side. */
static void
test_timestamps_tick_as_often_as_configured(void **state)
{
    static const uint32_t rates[] = {10, 100, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        uint32_t first;

        begin(rates[i], 80);
        first = send_at(100);
        (void)rtt_of_echo_at(105, first);
        assert_int_equal(send_at(100 + 3 * (uint64_t)rates[i]) - first,
                         3 * rates[i]); /* TSTAMP-007 */
        assert_true(table.now[STACK] == 100 * table.tick + 3 * FLUE_SECOND);
        (void)rtt_of_echo_at(105 + 3 * (uint64_t)rates[i], table.sent.ts_val);
        move(5000);
        first = send_at(5001);
        (void)rtt_of_echo_at(5002, first);
        assert_int_equal(send_at(5001 + 2 * (uint64_t)rates[i]) - first,
                         2 * rates[i]); /* TSTAMP-007 */
        (void)rtt_of_echo_at(5005 + 2 * (uint64_t)rates[i], table.sent.ts_val);
        end();
    }
}

/* TSTAMP-006: between clocks that are ages apart, and around the end of 32 bits. */
static void
test_timestamps_never_go_back(void **state)
{
    uint64_t clocks[SIDES] = {UINT32_MAX - 40000, 100};
    uint32_t last;

    (void)state;
    begin(1000, clocks[STACK] - 20);
    last = send_at(clocks[STACK]);
    (void)rtt_of_echo_at(clocks[STACK] += 5, last);
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t sent;

        move(clocks[1 - table.side]);
        clocks[table.side] += 1 + i * 37;
        sent = send_at(clocks[table.side]);
        assert_in_range(sent - last, 1, 1 + i * 37 + 5); /* TSTAMP-006 */
        last = sent;
        (void)rtt_of_echo_at(clocks[table.side] += 5, last);
    }
    assert_true(last < 100000); /* it has turned over */
    end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timestamps_of_the_first_worked_example),
        cmocka_unit_test(test_timestamps_of_the_second_worked_example),
        cmocka_unit_test(test_timestamps_tick_as_often_as_configured),
        cmocka_unit_test(test_timestamps_never_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
