/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The reassembly queue and the SACK scoreboard against one flag a byte: whatever comes in whatever
 * order, they must know what the flags know. Sequence numbers wrap on the way.
 */
#include <string.h>

#include "cmocka_first.h"
#include "tcp/connection.h"
#include "wire.h"

enum { BYTES = 4000, STEPS = 120, MSS = 100 };

struct bench {
    struct flue_test_memory memory;
    struct test_random random;
    struct flue_tcp_engine *engine;
    struct flue_tcp_connection *connection;
    uint8_t bytes[BYTES];
    bool held[BYTES];
    uint32_t start;
    uint32_t front; /* RCV.NXT or SND.UNA, from start */
    uint32_t delivered;
};

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    (void)user;
    (void)now;
    (void)connection;
    (void)tuple;
    (void)segment;
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *connection,
            const struct flue_span *data, bool push)
{
    struct bench *bench = user;
    uint8_t read[BYTES];

    (void)now;
    (void)connection;
    (void)push;
    assert_in_range(bench->delivered + data->length, 1, BYTES);
    flue_span_copy(data, read);
    if (!flue_span_is_virtual(data))
        assert_memory_equal(read, bench->bytes + bench->delivered, data->length);
    bench->delivered += data->length;
}

static void
set_up(struct bench *bench, uint64_t seed)
{
    static const struct flue_tcp_handlers handlers = {.emit = on_emit, .received = on_received};
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_four_tuple tuple = wire_tuple(0);
    struct flue_allocator allocator;

    memset(bench, 0, sizeof *bench);
    bench->random.state = seed * 2654435761u;
    allocator = flue_test_memory_allocator(&bench->memory);
    assert_int_equal(flue_tcp_engine_create(&config, &handlers, bench, &allocator, &bench->engine),
                     FLUE_OK);
    assert_int_equal(flue_tcp_connect(bench->engine, 0, &tuple, NULL, NULL, &bench->connection),
                     FLUE_OK);
    bench->start = (uint32_t)(0xFFFFFFFFu - test_random_below(&bench->random, BYTES));
    for (int i = 0; i < BYTES; i++)
        bench->bytes[i] = (uint8_t)test_random_next(&bench->random);
    bench->connection->mss = MSS;
}

static void
tear_down(struct bench *bench)
{
    flue_tcp_engine_destroy(bench->engine);
    flue_test_memory_assert_empty(&bench->memory);
}

static void
random_range(struct bench *bench, uint32_t *from, uint32_t *to)
{
    *from = bench->front + (uint32_t)test_random_below(&bench->random, BYTES - bench->front);
    *to = *from + 1 + (uint32_t)test_random_below(&bench->random, 300);
    if (*to > BYTES)
        *to = BYTES;
}

static uint32_t
count_held(const struct bench *bench)
{
    uint32_t count = 0;

    for (uint32_t i = bench->front; i < BYTES; i++)
        count += bench->held[i];
    return count;
}

static void
prop_reassembly_holds_what_arrived(void **state)
{
    static struct bench bench;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        set_up(&bench, seed);
        bench.connection->rcv_nxt = bench.start;
        for (int step = 0; step < STEPS && bench.front < BYTES; step++) {
            struct flue_memory_descriptor descriptor = {NULL, NULL, 0};
            struct flue_span data = {&descriptor, 0, 0};
            uint32_t from, to;

            random_range(&bench, &from, &to);
            if (seed % 2 == 0)
                descriptor.bytes = bench.bytes + from;
            descriptor.byte_count = data.length = to - from;
            flue__tcp_reassembly_add(bench.connection, bench.start + from, &data, false, false);
            memset(bench.held + from, true, to - from);
            assert_int_equal(bench.connection->reassembly->bytes, count_held(&bench));
            if (test_random_chance(&bench.random, 0.2)) {
                flue__tcp_reassembly_deliver(bench.connection, 0);
                while (bench.front < BYTES && bench.held[bench.front])
                    bench.front++;
                assert_int_equal(bench.delivered, bench.front);
                assert_int_equal(bench.connection->rcv_nxt, bench.start + bench.front);
            }
        }
        tear_down(&bench);
    }
}

/* The first hole behind `at`, by the flags. False: nothing is held behind it. */
static bool
naive_hole(const struct bench *bench, uint32_t at, uint32_t *left, uint32_t *right)
{
    while (at < BYTES && bench->held[at])
        at++;
    *left = at;
    while (at < BYTES && !bench->held[at])
        at++;
    *right = at;
    return at < BYTES;
}

static void
check_board(struct bench *bench)
{
    const struct flue_tcp_connection *connection = bench->connection;
    uint32_t at = bench->front + (uint32_t)test_random_below(&bench->random, BYTES - bench->front);
    uint32_t left, right, skip = at;
    struct sack_hole hole;
    bool is_there = naive_hole(bench, at, &left, &right);

    assert_int_equal(connection->scoreboard != NULL ? connection->scoreboard->bytes : 0,
                     count_held(bench));
    assert_int_equal(flue__scoreboard_hole(connection, bench->start + at, &hole), is_there);
    if (is_there) {
        assert_int_equal(hole.left - bench->start, left);
        assert_int_equal(hole.right - bench->start, right);
    }
    while (skip < BYTES && bench->held[skip])
        skip++;
    assert_int_equal(flue__scoreboard_skip(connection, bench->start + at) - bench->start, skip);
}

static void
prop_scoreboard_knows_what_was_reported(void **state)
{
    static struct bench bench;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        set_up(&bench, seed);
        bench.connection->snd_una = bench.start;
        bench.connection->snd_max = bench.start + BYTES;
        for (int step = 0; step < STEPS && bench.front < BYTES - 400; step++) {
            struct flue_tcp_segment segment;
            uint32_t from, to, before = count_held(&bench);

            memset(&segment, 0, sizeof segment);
            segment.ack = bench.start + bench.front;
            segment.sack_count = 1;
            random_range(&bench, &from, &to);
            segment.sack[0].left = bench.start + from;
            segment.sack[0].right = bench.start + to;
            memset(bench.held + from, true, to - from);
            assert_int_equal(flue__scoreboard_update(bench.connection, &segment),
                             count_held(&bench) > before);
            check_board(&bench);
            if (test_random_chance(&bench.random, 0.1)) {
                bench.front += (uint32_t)test_random_below(&bench.random, 200);
                bench.connection->snd_una = bench.start + bench.front;
                flue__scoreboard_advance(bench.connection);
                check_board(&bench);
            }
        }
        flue__scoreboard_drop(bench.connection);
        tear_down(&bench);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_reassembly_holds_what_arrived),
        cmocka_unit_test(prop_scoreboard_knows_what_was_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
