/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ten thousand connections on one target while the router behind it is replaced by another, gets
 * another MAC, and the paths become narrower: every byte arrives, in order, once.
 */
#include "crowd.h"

#include <string.h>

enum { CONNECTIONS = CROWD_MOST, ROUNDS = 4 };

static struct crowd crowd;
static struct world *const world = &crowd.world;
static uint32_t
    destinations[256]; /* frames of the client's target, by the MAC's last byte but one */

static void
watch(struct world *seen, const struct machine *from, const struct flue_four_tuple *tuple,
      const struct flue_tcp_segment *segment)
{
    (void)tuple;
    (void)segment;
    if (from == &seen->machines[0])
        destinations[from->last_destination.bytes[4]]++;
}

static void
assert_offloaded(uint32_t count, uint32_t neighbors)
{
    struct flue_target_statistics statistics;

    flue_target_get_statistics(world->machines[0].target, &statistics);
    assert_int_equal(statistics.connections, count);
    assert_int_equal(statistics.neighbors, neighbors);
}

static void
change_router(uint8_t last, uint8_t mac)
{
    struct machine *client = &world->machines[0];

    client->hop_address = flue_ipv4(10, 0, 0, last);
    client->hop_mac = mac;
    flue_host_routes_changed(client->host, world->now);
}

/* Since the last look every frame went there. */
static void
assert_destination(uint8_t mac)
{
    assert_true(destinations[mac] > CONNECTIONS);
    destinations[mac] = 0;
    for (uint32_t i = 0; i < 256; i++)
        assert_int_equal(destinations[i], 0);
}

static void
test_ten_thousand_survive_changes_of_the_next_hop(void **state)
{
    static const uint8_t macs[ROUNDS] = {0, 5, 7, 8};
    struct world_config config = world_config_default();
    struct machine *client = &world->machines[0];

    (void)state;
    config.host.policy.kind = FLUE_POLICY_ALWAYS;
    config.target.max_connections = CONNECTIONS;
    config.target.initiate.tcp = FLUE_MICROSECOND;
    config.target.update.path = 10 * FLUE_MICROSECOND;
    crowd_create(&crowd, &config);
    world->machines[1].has_route = false; /* one target is enough */
    world->loss_permille = 2;
    world->watch = watch;
    client->hop_address = flue_ipv4(10, 0, 0, 254);
    crowd_open(&crowd, CONNECTIONS);
    assert_offloaded(CONNECTIONS, 1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        crowd_send(&crowd, round, CONNECTIONS);
        crowd_run(&crowd,
                  1500 * FLUE_MICROSECOND); /* the first segments have arrived, the ACKs have not */
        assert_destination(macs[round]);
        switch (round) {
        case 0:
            change_router(253, 5);
            break;
        case 1: /* and again, before that one has taken effect */
            change_router(252, 6);
            crowd_run(&crowd, 100 * FLUE_MICROSECOND);
            change_router(251, 7);
            break;
        case 2:
            client->path_mtu = 1000;
            change_router(251, 8); /* the same with another MAC */
            break;
        default: /* it has gone, and nobody knows the way: all come back and go on */
            client->has_route = false;
            flue_host_routes_changed(client->host, world->now);
            break;
        }
        crowd_run(&crowd, 20 * FLUE_SECOND); /* for what was lost */
        memset(destinations, 0, sizeof destinations);
        if (round < 3)
            assert_offloaded(CONNECTIONS, 1);
    }
    assert_offloaded(0, 0);
    crowd_assert_read(&crowd, ROUNDS, CONNECTIONS);
    crowd_close(&crowd, CONNECTIONS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_thousand_survive_changes_of_the_next_hop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
