/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Selective acknowledgement: what is reported (RFC 2018, 2883) and what recovery makes of it
 * (RFC 6675).
 */
#include "cmocka_first.h"
#include "peer.h"

#define SACK(peer, ack, ...) peer_sack(peer, 1, ack, (const uint32_t[]){__VA_ARGS__, 0})

static void
test_sack_recovery_sends_the_holes_and_no_more(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer.options.use_limited_transmit = false;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 30000);
        assert_int_equal(peer_skip(&peer), 10);
        /* The first and the fourth of ten segments are lost. */
        SACK(&peer, 1, 1001, 2001);
        SACK(&peer, 1, 1001, 3001);
        EXPECT_NOTHING(&peer);
        SACK(&peer, 1, 4001, 5001, 1001, 3001);
        EXPECT(&peer, A, 1, 1, 1000); /* RFC 6675 5, step 4 */
        EXPECT_NOTHING(&peer);        /* pipe 7000 of a window of 5000 */
        snapshot = peer_snapshot(&peer);
        assert_true(snapshot.in_recovery);
        assert_int_equal(snapshot.cwnd, 5000);
        assert_int_equal(snapshot.sacked_bytes, 3000);
        SACK(&peer, 1, 4001, 6001, 1001, 3001);
        EXPECT_NOTHING(&peer);
        /* Two segments and a byte above it: the second hole is lost too, and leaves pipe. */
        SACK(&peer, 1, 4001, 7001, 1001, 3001);
        EXPECT(&peer, A, 3001, 1, 1000);
        EXPECT_NOTHING(&peer);
        SACK(&peer, 1, 4001, 8001, 1001, 3001);
        EXPECT(&peer, A, 10001, 1, 1000); /* new data, as pipe allows */
        peer_sack(&peer, 1, 11001, (const uint32_t[]){0});
        snapshot = peer_snapshot(&peer);
        assert_false(snapshot.in_recovery);
        assert_int_equal(snapshot.sacked_bytes, 0);
        assert_int_equal(peer_skip(&peer), 5); /* a whole window of new data, nothing twice */
    }
}

/* RFC 6298 5.3: each ACK of new data starts the timer anew, in SACK recovery too. */
static void
test_sack_recovery_partial_ack_starts_the_timer_anew(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_statistics statistics;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        for (uint32_t edge = 3001; edge <= 5001; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){2001, edge, 0});
        peer_wait(&peer, 600 * MS);
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 5001, 0});
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, 1000);
        peer_wait(&peer, 600 * MS);
        flue_tcp_get_statistics(peer.engine, &statistics);
        assert_int_equal(statistics.timeouts, 0);
        peer_sack(&peer, 1, 10001, (const uint32_t[]){0});
        assert_int_equal(peer_snapshot(&peer).retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
    }
}

/* RFC 6675 5.1: once HighACK has reached the timeout's RecoveryPoint, recovery may start again. */
static void
test_sack_recovery_right_behind_a_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 1000);
        peer_wait(&peer, 1000 * MS);
        peer_ack(&peer, 1, 1001);
        peer_send(&peer, 10000);
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 3001, 0});
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 4001, 0});
        assert_true(peer_skip(&peer) == 6); /* limited transmit: two more */
        peer_sack(&peer, 1, 1001, (const uint32_t[]){2001, 5001, 0});
        EXPECT(&peer, A, 1001, 1, 1000);
    }
}

/* RFC 6675 NextSeg rule 4: a partial ACK past every block leaves only the tail, which may be lost
 * too. While pipe was full nothing could be sent; now the last segment goes out once. */
static void
test_sack_recovery_rescues_the_tail_without_any_block_left(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        for (uint32_t edge = 2001; edge <= 4001; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){1001, edge, 0});
        assert_true(peer_skip(&peer) == 11); /* the ten and the first again: pipe is full */
        peer_sack(&peer, 1, 7001, (const uint32_t[]){0});
        EXPECT(&peer, A, 9001, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

/* Queues `length` bytes that start inside a descriptor: no segment can span two such lists. */
static void
send_apart(struct peer *peer, unsigned i, uint32_t length)
{
    flue_buffer_list_init(&peer->lists[i], &peer->descriptors[i], NULL, length + 8);
    flue_buffer_advance(&peer->lists[i].buffer, 8);
    assert_int_equal(flue_tcp_send(peer->connection, peer->now, &peer->lists[i]), FLUE_OK);
}

static void
test_sack_recovery_sends_all_of_a_hole_over_lists_that_do_not_join(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        send_apart(&peer, 0, 100);
        send_apart(&peer, 1, 5000);
        assert_true(peer_skip(&peer) == 6);
        for (uint32_t edge = 2101; edge <= 4101; edge += 1000)
            peer_sack(&peer, 1, 1, (const uint32_t[]){1101, edge, 0});
        EXPECT(&peer, A, 1, 1, 100);
        EXPECT(&peer, A, 101, 1, 1000);
    }
}

static void
test_sack_block_of_an_old_ack_counts_from_snd_una(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 10000);
        peer_sack(&peer, 1, 1, (const uint32_t[]){1001, 3001, 0});
        peer_ack(&peer, 1, 2001);
        peer_sack(&peer, 1, 1, (const uint32_t[]){1001, 4001, 0});
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.sacked_bytes, 2000);
    }
}

static void
test_sack_nonsense_blocks_are_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 5000);
        peer_skip(&peer);
        SACK(&peer, 1, 4001, 3001, 5000, 9001, 7000, 8000);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.sacked_bytes, 0);
        EXPECT_NOTHING(&peer);
    }
}

static void
expect_blocks(const struct peer *peer, unsigned count, const uint32_t *edges)
{
    const struct flue_tcp_segment *segment = &peer->out[(peer->out_read - 1) % PEER_KEPT].raw;

    assert_int_equal(segment->sack_count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(segment->sack[i].left - peer->irs, edges[2 * i]);
        assert_int_equal(segment->sack[i].right - peer->irs, edges[2 * i + 1]);
    }
}

static void
test_sack_reports_the_newest_block_first(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1001, 1, 500); /* STATE-037, RFC 2018 4 */
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){1001, 1501});
        peer_segment(&peer, A, 3001, 1, 500);
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 2, (const uint32_t[]){3001, 3501, 1001, 1501});
        peer_segment(&peer, A, 1501, 1, 500);
        EXPECT(&peer, A, 1, 1, 0);
        expect_blocks(&peer, 2, (const uint32_t[]){1001, 2001, 3001, 3501});
        peer_segment(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1, 2001, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){3001, 3501});
    }
}

static void
test_sack_reports_a_duplicate(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1, 1, 1000); /* RFC 2883 4.1 */
        EXPECT(&peer, A, 1, 1001, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){1, 1001});
        peer_segment(&peer, A, 501, 1, 1000); /* partly old */
        EXPECT(&peer, A, 1, 1501, 0);
        expect_blocks(&peer, 1, (const uint32_t[]){501, 1001});
    }
}

/* RFC-018: without SACK the option is skipped, and the rest of the segment counts. */
static void
test_sack_blocks_without_sack_are_ignored(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS); /* SACK is off */
        peer_send(&peer, 5000);
        assert_int_equal(peer_skip(&peer), 5);
        SACK(&peer, 2001, 3001, 4001);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 0);
        assert_int_equal(peer_snapshot(&peer).snd_una, peer.iss + 2001);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 2001, 1, 1000);
        peer_ack(&peer, 1, 3001);
        EXPECT(&peer, A, 3001, 1, 1000); /* although a block told of it */
        (void)peer_skip(&peer);
        peer_segment(&peer, A, 1001, 1, 500); /* nor does it report blocks */
        EXPECT(&peer, A, 5001, 1, 0);
        assert_int_equal(peer_last(&peer)->raw.sack_count, 0);
    }
}

/* RFC 2018 8: the peer may drop what it reported; after a timeout all is sent again. */
static void
test_sack_is_forgotten_at_a_timeout(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 4000);
        assert_int_equal(peer_skip(&peer), 4);
        SACK(&peer, 1, 1001, 4001);
        (void)peer_skip(&peer);
        peer_wait(&peer, 1000 * MS);
        EXPECT(&peer, A, 1, 1, 1000);
        assert_int_equal(peer_snapshot(&peer).sacked_bytes, 0);
        peer_ack(&peer, 1, 1001);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 2001, 1, 1000);
    }
}

/* RFC 2018 3: three blocks fit beside a timestamp, four alone. */
static void
test_sack_reports_as_many_blocks_as_fit(void **state)
{
    for (unsigned blocks = 3; blocks <= 4; blocks++) {
        FOR_EACH_VARIATION(peer, ON_BOTH)
        {
            peer.options.use_sack = true;
            peer.options.use_timestamps = blocks == 3;
            peer.ts = 1;
            peer_open(&peer, 10 * MS);
            for (uint32_t i = 1; i <= 6; i++)
                peer_segment(&peer, A, 1 + 2000 * i, 1, 500);
            (void)peer_skip(&peer);
            assert_int_equal(peer_last(&peer)->raw.sack_count, blocks);
            assert_int_equal(peer_last(&peer)->raw.sack[0].left, peer.irs + 12001);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_sack_recovery_sends_the_holes_and_no_more),
        PEER_SCRIPT(test_sack_recovery_partial_ack_starts_the_timer_anew),
        PEER_SCRIPT(test_sack_recovery_right_behind_a_timeout),
        PEER_SCRIPT(test_sack_recovery_rescues_the_tail_without_any_block_left),
        PEER_SCRIPT(test_sack_recovery_sends_all_of_a_hole_over_lists_that_do_not_join),
        PEER_SCRIPT(test_sack_block_of_an_old_ack_counts_from_snd_una),
        PEER_SCRIPT(test_sack_nonsense_blocks_are_ignored),
        PEER_SCRIPT(test_sack_reports_the_newest_block_first),
        PEER_SCRIPT(test_sack_reports_a_duplicate),
        PEER_SCRIPT(test_sack_blocks_without_sack_are_ignored),
        PEER_SCRIPT(test_sack_is_forgotten_at_a_timeout),
        PEER_SCRIPT(test_sack_reports_as_many_blocks_as_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
