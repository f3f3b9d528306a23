/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The snapshot tells what a connection is at, and initial sequence numbers follow RFC 6528.
 */
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

static void
test_snapshot_of_a_new_connection(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_snapshot snapshot;

        peer_open(&peer, 10 * MS);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.state, FLUE_TCP_CONNECTION_ESTABLISHED);
        assert_int_equal(snapshot.iss, peer.iss);
        assert_int_equal(snapshot.irs, peer.irs);
        assert_true(snapshot.is_active_open);
        assert_int_equal(snapshot.wait, FLUE_TCP_WAIT_NOTHING);
        assert_int_equal(snapshot.retransmit_left_ticks, FLUE_TICKS_NOT_RUNNING);
        assert_int_equal(snapshot.remote_mss, PEER_MSS);
        assert_int_equal(snapshot.path_mss, UINT16_MAX);
        assert_int_equal(snapshot.last_ack_sent, peer.irs + 1);
        assert_int_equal(snapshot.options.receive_buffer_bytes, PEER_WINDOW);
        assert_false(snapshot.fin_wanted || snapshot.fin_sent || snapshot.fin_received);
        assert_false(snapshot.is_released || snapshot.is_exhausted || snapshot.is_muted);
    }
}

static void
test_snapshot_while_it_retransmits(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer_open(&peer, 10 * MS);
        peer_send(&peer, 300);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.wait, FLUE_TCP_WAIT_RETRANSMIT);
        assert_int_equal(snapshot.retransmit_left_ticks, 1000);
        assert_true(snapshot.rtt_timing);
        assert_int_equal(snapshot.rtt_seq, peer.iss + 301);
        assert_int_equal(snapshot.total_rt_ticks, 0);
        peer_wait(&peer, 1500 * MS);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.retransmissions, 1);
        assert_int_equal(snapshot.backoff, 1);
        assert_int_equal(snapshot.total_rt_ticks, 500);
        assert_int_equal(snapshot.retransmit_left_ticks, 1500);
        assert_false(snapshot.rtt_timing); /* Karn */
        assert_true(snapshot.fin_wanted && snapshot.fin_sent);
        assert_int_equal(snapshot.snd_max, peer.iss + 302);
    }
}

static void
test_snapshot_of_received_data(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_snapshot snapshot;

        peer.consume = false;
        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.rcv_buffered, 100);
        assert_int_equal(snapshot.segments_unacked, 1);
        assert_int_equal(snapshot.delayed_ack_left_ticks, 40);
        peer_segment(&peer, A, 201, 1, 50);
        assert_int_equal(peer_snapshot(&peer).reassembly_bytes, 50);
        peer_segment(&peer, A, 101, 1, 100);
        peer_segment(&peer, F | A, 251, 1, 0);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.reassembly_bytes, 0);
        assert_int_equal(snapshot.rcv_buffered, 250);
        assert_true(snapshot.fin_received);
    }
}

static void
test_snapshot_of_the_scoreboard(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        const uint32_t edges[] = {1001, 2001, 3001, 4001, 0};
        struct flue_tcp_snapshot snapshot;

        peer.options.use_sack = true;
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 5000);
        peer_sack(&peer, 1, 1, edges);
        snapshot = peer_snapshot(&peer);
        assert_int_equal(snapshot.sacked_bytes, 2000);
        assert_int_equal(snapshot.sacked_ranges, 2);
    }
}

static void
test_snapshot_of_the_persist_timer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.window = 0;
        peer_ack(&peer, 1, 1);
        peer_send(&peer, 100);
        assert_int_equal(peer_snapshot(&peer).wait, FLUE_TCP_WAIT_PERSIST);
        peer_wait(&peer, 1 * FLUE_SECOND);
        assert_int_equal(peer_snapshot(&peer).wait, FLUE_TCP_WAIT_PROBE);
    }
}

static void
test_snapshot_of_the_end(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.keep = true;
        peer_open(&peer, 10 * MS);
        flue_tcp_abort(peer.connection, peer.now);
        assert_int_equal(peer_snapshot(&peer).reason, FLUE_ERROR_ABORTED);
        assert_int_equal(peer_snapshot(&peer).state, FLUE_TCP_CONNECTION_CLOSED);
        flue_tcp_release(peer.connection, peer.now);
    }
}

/* ---- Initial sequence numbers (RFC 6528) ---- */

static uint32_t
isn_at(flue_time at, uint8_t secret, uint16_t local_port)
{
    struct peer peer;
    uint32_t isn;

    peer_init(&peer, 0);
    memset(peer.config.isn_secret, secret, sizeof peer.config.isn_secret);
    peer.tuple.local_port = local_port;
    peer.now = at;
    peer_create(&peer);
    peer_connect(&peer);
    isn = peer.iss;
    peer_fini(&peer);
    return isn;
}

static void
test_isn_follows_a_clock_of_four_microseconds(void **state)
{
    (void)state;
    for (uint8_t secret = 0; secret < 3; secret++) {
        uint32_t isn = isn_at(0, secret, 1000);

        assert_int_equal(isn_at(4 * FLUE_MICROSECOND - 1, secret, 1000), isn);
        assert_int_equal(isn_at(4 * FLUE_MICROSECOND, secret, 1000), isn + 1);
        assert_int_equal(isn_at(1 * FLUE_SECOND, secret, 1000), isn + 250000);
    }
}

static void
test_isn_depends_on_the_tuple_and_the_secret(void **state)
{
    (void)state;
    assert_int_not_equal(isn_at(0, 0, 1000), isn_at(0, 1, 1000));
    assert_int_not_equal(isn_at(0, 0, 1000), isn_at(0, 0, 1001));
    /* and one secret's difference tells nothing of another's */
    assert_int_not_equal(isn_at(0, 0, 1001) - isn_at(0, 0, 1000),
                         isn_at(0, 1, 1001) - isn_at(0, 1, 1000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_snapshot_of_a_new_connection),
        PEER_SCRIPT(test_snapshot_while_it_retransmits),
        PEER_SCRIPT(test_snapshot_of_received_data),
        PEER_SCRIPT(test_snapshot_of_the_scoreboard),
        PEER_SCRIPT(test_snapshot_of_the_persist_timer),
        PEER_SCRIPT(test_snapshot_of_the_end),
        cmocka_unit_test(test_isn_follows_a_clock_of_four_microseconds),
        cmocka_unit_test(test_isn_depends_on_the_tuple_and_the_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
