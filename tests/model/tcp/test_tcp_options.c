/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Options: MSS in both directions, window scaling, timestamps and PAWS (RFC 7323).
 */
#include "cmocka_first.h"
#include "peer.h"

static void
test_paws_drops_an_old_timestamp(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.options.use_timestamps = true;
        peer.ts = 1000;
        peer_open(&peer, 10 * MS);
        peer.ts = 1010;
        peer_segment(&peer, A, 1, 1, 500);
        peer_skip(&peer);
        assert_int_equal(peer.received, 500);
        peer.ts = 900;
        peer_segment(&peer, A, 501, 1, 500); /* RFC-013 */
        EXPECT(&peer, A, 1, 501, 0);
        assert_int_equal(peer_last(&peer)->raw.ts_ecr, 1010); /* TSTAMP-005 */
        assert_int_equal(peer.received, 500);
    }
}

/* TSTAMP-005: TS.Recent ages out before the clock's half comes round, and is then replaced. */
static void
test_paws_ages_out_with_a_fast_clock(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer.config.ticks_per_second = 1000000;
        peer.config.initial_rto_ticks = 1000000;
        peer.config.max_rto_ticks = 60000000;
        peer.config.delayed_ack_ticks = 1000;
        peer.options.use_timestamps = true;
        peer.ts = 1;
        peer_open(&peer, 10 * MS);
        peer_wait(&peer, 2400 * FLUE_SECOND);
        peer.ts += 2400000000U;
        peer_segment(&peer, A, 1, 1, 1000);
        peer_wait(&peer, 1 * FLUE_SECOND);
        assert_int_equal(peer.received, 1000);
        EXPECT(&peer, A, 1, 1001, 0);
        assert_int_equal(peer.out[(peer.out_count - 1) % PEER_KEPT].raw.ts_ecr, peer.ts);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_paws_drops_an_old_timestamp),
        PEER_SCRIPT(test_paws_ages_out_with_a_fast_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
