/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A transmitter that is full: data waits for it, nothing else does, and who waits goes on in turn.
 */
#include "cmocka_first.h"
#include "peer.h"

/* Makes room for so many segments of data, and says so. */
static void
make_room(struct peer *peer, uint32_t segments)
{
    peer->room = segments;
    flue_tcp_continue(peer->engine, peer->now);
}

static void
test_room_used_up_data_waits_for_more(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.is_metered = true;
        peer.room = 2;
        peer_send(&peer, 4000);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT(&peer, A, 1001, 1, 1000);
        EXPECT_NOTHING(&peer);
        make_room(&peer, 1);
        EXPECT(&peer, A, 2001, 1, 1000);
        EXPECT_NOTHING(&peer);
        peer_ack(&peer, 1, 2001); /* the windows open: the transmitter does not */
        EXPECT_NOTHING(&peer);
        make_room(&peer, 10);
        EXPECT(&peer, A | P, 3001, 1, 1000);
        peer_ack(&peer, 1, 4001);
        assert_int_equal(peer.completed, 1);
        make_room(&peer, 10); /* nobody waits */
        EXPECT_NOTHING(&peer);
    }
}

static void
test_room_none_acknowledgements_and_fin_go(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.is_metered = true;
        peer_segment(&peer, A, 1, 1, 1000);
        peer_segment(&peer, A, 1001, 1, 1000);
        EXPECT(&peer, A, 1, 2001, 0);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 1, 2001, 0);
        EXPECT_NOTHING(&peer);
    }
}

/* Where nothing is in flight no timer runs: the wait has no end of its own. */
static void
test_room_none_nothing_in_flight_waits_without_a_timer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.is_metered = true;
        peer_send(&peer, 1000);
        peer_wait(&peer, 100000 * MS);
        EXPECT_NOTHING(&peer);
        make_room(&peer, 1);
        EXPECT(&peer, A | P, 1, 1, 1000);
    }
}

static void
test_room_lost_segment_is_sent_again_at_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer_send(&peer, 5000);
        assert_int_equal(peer_skip(&peer), 5);
        peer.is_metered = true;
        for (int i = 0; i < 3; i++)
            peer_ack(&peer, 1, 1);
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_room_aborted_connection_waits_no_more(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.is_metered = true;
        peer_send(&peer, 3000);
        flue_tcp_abort(peer.connection, peer.now);
        EXPECT(&peer, R | A, 1, 1, 0);
        make_room(&peer, 10);
        EXPECT_NOTHING(&peer);
    }
}

/* It cannot be remembered that somebody waits: data goes, or it would wait for ever. */
static void
test_room_without_memory_data_goes(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        peer.is_metered = true;
        peer.memory.fail_call = peer.memory.calls + 1;
        peer.memory.fail_after = true;
        peer_send(&peer, 1000);
        EXPECT(&peer, A | P, 1, 1, 1000);
        peer.memory.fail_call = 0;
    }
}

/* Three connections of one engine: the order in which they began to wait is that in which they go
 * on, and who is still held back goes behind the others. */
static void
test_room_for_one_several_take_turns(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_connection *connections[3];

        for (uint32_t i = 0; i < 3; i++) {
            if (i > 0) {
                peer.tuple.local_port++;
                peer_connect(&peer);
                peer_skip(&peer);
                peer_segment(&peer, S | A, 0, 1, 0);
                peer_skip(&peer);
            } else {
                peer_open(&peer, 10 * MS);
            }
            connections[i] = peer.connection;
        }
        peer.is_metered = true;
        for (uint32_t i = 0; i < 3; i++) {
            peer.connection = connections[i];
            peer_send(&peer, 2000);
        }
        EXPECT_NOTHING(&peer);
        for (uint32_t turn = 0; turn < 6; turn++) {
            struct flue_tcp_snapshot snapshot;

            make_room(&peer, 1);
            assert_int_equal(peer_skip(&peer), 1);
            flue_tcp_get_snapshot(connections[turn % 3], peer.now, &snapshot);
            assert_int_equal(snapshot.snd_max - snapshot.snd_una, turn < 3 ? 1000 : 2000);
        }
        for (uint32_t i = 0; i < 2; i++) { /* peer_fini ends the last */
            flue_tcp_abort(connections[i], peer.now);
            flue_tcp_release(connections[i], peer.now);
        }
        peer_skip(&peer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_room_used_up_data_waits_for_more),
        PEER_SCRIPT(test_room_none_acknowledgements_and_fin_go),
        PEER_SCRIPT(test_room_none_nothing_in_flight_waits_without_a_timer),
        PEER_SCRIPT(test_room_lost_segment_is_sent_again_at_once),
        PEER_SCRIPT(test_room_aborted_connection_waits_no_more),
        PEER_SCRIPT(test_room_without_memory_data_goes),
        PEER_SCRIPT(test_room_for_one_several_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
