/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The offload policies at work, one after the other, and what keeps connections from moving to and
 * fro.
 */
#include "world.h"

#include "host/parts.h"

#include <string.h>

enum { MOST = 32 };

static struct world world;
static struct world_config config;
static struct flue_host_connection *connections[MOST];
static struct flue_host_connection *accepted[MOST];
static uint32_t count;
static uint32_t accepted_count;
static uint32_t load;

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)user;
    (void)now;
    (void)listener;
    accepted[accepted_count++] = connection;
}

static uint32_t
on_load(void *user, flue_time now, uint32_t adapter)
{
    (void)user;
    (void)now;
    assert_int_equal(adapter, 0);
    return load;
}

static void
run(flue_time time)
{
    world_run(&world, world.now + time);
}

/* To be changed before start(). */
static void
prepare(enum flue_offload_policy kind)
{
    config = world_config_default();
    config.host.policy.kind = kind;
    config.handlers[1].accepted = on_accepted;
    count = 0;
    accepted_count = 0;
    load = 0;
}

static void
start(void)
{
    struct flue_host_listener *listener;
    struct world_config server = config;

    world_create(&world, &server);
    /* The policy under test is the client's alone. */
    world.machines[1].host->policy = NULL;
    world.machines[0].link_bps = UINT64_C(10000000000);
    assert_int_equal(
        flue_host_listen(world.machines[1].host, 4, NULL, WORLD_PORT, MOST, NULL, NULL, &listener),
        FLUE_OK);
}

/* The lower port is the service's. */
static uint32_t
open_from(uint16_t port)
{
    struct flue_four_tuple tuple = world_tuple(port);

    assert_true(count < MOST);
    assert_int_equal(flue_host_connect(world.machines[0].host, world.now, &tuple, NULL, NULL,
                                       &connections[count]),
                     FLUE_OK);
    run(10 * config.delay);
    assert_int_equal(accepted_count, count + 1);
    return count++;
}

static uint32_t
open_one(void)
{
    return open_from((uint16_t)(20000 + count));
}

static void
end(uint32_t i)
{
    flue_host_abort(connections[i], world.now);
    flue_host_close(connections[i], world.now);
    run(10 * config.delay);
}

static void
send(uint32_t i, uint32_t bytes)
{
    uint32_t taken;

    assert_int_equal(flue_host_send(connections[i], world.now, NULL, bytes, &taken), FLUE_OK);
    assert_int_equal(taken, bytes);
    for (uint32_t got = 0; got < bytes;) {
        run(10 * config.delay);
        got += flue_host_receive(accepted[i], world.now, NULL, bytes);
    }
    run(10 * config.delay);
}

static enum flue_owner
owner(uint32_t i)
{
    return flue_host_owner(connections[i]);
}

static uint32_t
on_target(void)
{
    struct flue_host_statistics statistics;

    flue_host_get_statistics(world.machines[0].host, &statistics);
    return statistics.offloaded;
}

static uint64_t
offloads(void)
{
    struct flue_host_statistics statistics;

    flue_host_get_statistics(world.machines[0].host, &statistics);
    return statistics.offloads;
}

/* The target suggests the upload. */
static void
suggest(uint32_t i, enum flue_tcp_upload_reason reason)
{
    const struct machine *machine = &world.machines[0];

    flue_host_client(machine->host, machine->adapter)
        ->tcp_offload_event(&connections[i]->handle, world.now, FLUE_TCP_INDICATE_RETRIEVE, reason);
    run(10 * config.delay);
}

static void
test_policy_never_moves_nothing(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_NEVER);
    start();
    send(open_one(), 50000);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    assert_null(connections[0]->watch); /* and costs nothing */
    world_destroy(&world);
}

static void
test_policy_bytes_offloads_after_so_many(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_BYTES);
    config.host.policy.bytes.least_bytes = 20000;
    start();
    send(open_one(), 19999);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    send(0, 1);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    /* Received ones count, too. */
    open_one();
    assert_int_equal(flue_host_send(accepted[1], world.now, NULL, 20000, &(uint32_t){0}), FLUE_OK);
    run(100 * config.delay);
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    world_destroy(&world);
}

static void
automatic(uint64_t link_bps, flue_time delay, uint32_t bytes, enum flue_owner expected)
{
    prepare(FLUE_POLICY_AUTOMATIC);
    config.delay = delay;
    config.host.policy.automatic.least_bytes = 30000;
    start();
    world.machines[0].link_bps = link_bps;
    send(open_one(), bytes);
    assert_int_equal(owner(0), expected);
    world_destroy(&world);
}

static void
test_policy_automatic_wants_link_round_trip_and_bytes(void **state)
{
    const uint64_t fast = UINT64_C(10000000000);

    (void)state;
    automatic(fast, 9 * FLUE_MILLISECOND, 30000, FLUE_OWNER_TARGET);
    automatic(fast - 1, 9 * FLUE_MILLISECOND, 30000, FLUE_OWNER_HOST);
    automatic(0, 9 * FLUE_MILLISECOND, 30000, FLUE_OWNER_HOST);
    automatic(fast, 11 * FLUE_MILLISECOND, 30000, FLUE_OWNER_HOST);
    automatic(fast, 9 * FLUE_MILLISECOND, 29999, FLUE_OWNER_HOST);
    automatic(fast, 10 * FLUE_MICROSECOND, 30000, FLUE_OWNER_TARGET); /* less than a tick */
}

/* Nothing is known of the service: age tells. Once lives are known, they do. */
static void
test_policy_lifetime_learns_how_long_a_service_lasts(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_LIFETIME);
    start();
    open_one();
    run(900 * FLUE_MILLISECOND);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    run(200 * FLUE_MILLISECOND);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    run(20 * FLUE_SECOND);
    end(0);
    open_one();
    assert_int_equal(owner(1), FLUE_OWNER_TARGET); /* 20 s lie ahead */
    world_destroy(&world);
}

static void
test_policy_lifetime_equals_do_not_displace_each_other(void **state)
{
    struct flue_host_statistics statistics;

    (void)state;
    prepare(FLUE_POLICY_LIFETIME);
    config.target.max_connections = 2;
    start();
    for (uint32_t i = 0; i < 3; i++)
        open_one();
    run(5 * FLUE_SECOND);
    assert_int_equal(on_target(), 2); /* all of an age: nobody is displaced */
    flue_host_get_statistics(world.machines[0].host, &statistics);
    assert_int_equal(statistics.displaced, 0);
    world_destroy(&world);
}

/* Connections to one service lived for 60 s, to the other for 10: the table is full of the latter
 * when one to the former comes. */
static void
test_policy_lifetime_longest_displaces_when_full(void **state)
{
    const uint16_t long_lived = 80;
    uint32_t newcomer;

    (void)state;
    prepare(FLUE_POLICY_LIFETIME);
    config.target.max_connections = 2;
    start();
    open_from(long_lived);
    run(50 * FLUE_SECOND);
    open_one();
    run(10 * FLUE_SECOND);
    end(0);
    end(1);
    open_one();
    open_one();
    run(1200 * FLUE_MILLISECOND);
    assert_int_equal(owner(2), FLUE_OWNER_TARGET);
    assert_int_equal(owner(3), FLUE_OWNER_TARGET);
    newcomer = open_one(); /* of the short-lived: what is left of the others is nearly as much */
    run(FLUE_SECOND);
    assert_int_equal(owner(newcomer), FLUE_OWNER_HOST);
    newcomer = open_from(long_lived);
    run(FLUE_SECOND);
    assert_int_equal(owner(newcomer), FLUE_OWNER_TARGET);
    assert_int_equal(on_target(), 2);
    world_destroy(&world);
}

static void
test_policy_priority_least_important_gives_way(void **state)
{
    struct flue_host_statistics statistics;

    (void)state;
    prepare(FLUE_POLICY_PRIORITY);
    config.host.policy.priority.least = 1;
    config.target.max_connections = 2;
    start();
    for (uint32_t i = 0; i < 4; i++)
        open_one();
    assert_int_equal(on_target(), 0);
    flue_host_set_priority(connections[0], world.now, 4);
    flue_host_set_priority(connections[1], world.now, 5);
    run(2 * FLUE_SECOND);
    assert_int_equal(on_target(), 2);
    flue_host_set_priority(connections[2], world.now, 4); /* as important: it comes too late */
    run(FLUE_SECOND);
    assert_int_equal(owner(2), FLUE_OWNER_HOST);
    flue_host_set_priority(connections[3], world.now, 6);
    run(FLUE_SECOND);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    assert_int_equal(owner(3), FLUE_OWNER_TARGET);
    flue_host_get_statistics(world.machines[0].host, &statistics);
    assert_int_equal(statistics.displaced, 1);
    assert_int_equal(statistics.refusals, 0);
    for (uint32_t i = 0; i < 4; i++)
        send(i, 5000);
    world_destroy(&world);
}

/* What has just arrived is not sent away at once. */
static void
test_policy_priority_newcomer_waits_until_the_other_has_stayed(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_PRIORITY);
    config.target.max_connections = 1;
    start();
    open_one();
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    open_one();
    flue_host_set_priority(connections[1], world.now, 9);
    run(500 * FLUE_MILLISECOND);
    send(1, 100);
    assert_int_equal(owner(1), FLUE_OWNER_HOST);
    run(FLUE_SECOND);
    send(1, 100); /* the policy is asked at its next step */
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    world_destroy(&world);
}

static void
test_policy_adaptive_follows_the_load(void **state)
{
    uint32_t before;

    (void)state;
    prepare(FLUE_POLICY_ADAPTIVE);
    config.host.policy.adaptive.step = 4;
    config.handlers[0].adapter_load = on_load;
    start();
    load = 800;
    for (uint32_t i = 0; i < 16; i++)
        open_one();
    run(2 * FLUE_SECOND);
    assert_int_equal(on_target(), 0); /* between the marks nothing moves */
    load = 100;
    run(150 * FLUE_MILLISECOND);
    assert_in_range(on_target(), 4, 8); /* a step at a review */
    run(2 * FLUE_SECOND);
    assert_int_equal(on_target(), 16);
    load = 900;
    run(2 * FLUE_SECOND);
    assert_int_equal(on_target(), 16);
    load = 1000;
    run(150 * FLUE_MILLISECOND);
    before = on_target();
    assert_in_range(before, 8, 14); /* a fifth of 16 too many, and of the rest */
    load = 800;
    run(2 * FLUE_SECOND);
    assert_int_equal(on_target(), before);
    world_destroy(&world);
}

/* Without a handler the target's fill is its load. */
static void
test_policy_adaptive_without_a_handler_fills_to_the_mark(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_ADAPTIVE);
    config.target.max_connections = 20;
    start();
    for (uint32_t i = 0; i < 30; i++)
        open_one();
    run(3 * FLUE_SECOND);
    assert_int_equal(on_target(), 14); /* 700 of 1000 */
    world_destroy(&world);
}

/* EVENT-013: by default a suggestion is ignored. */
static void
test_policy_suggestions_are_followed_when_told_so(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_ALWAYS);
    config.host.policy.heeded_reasons = 1U << FLUE_UPLOAD_LOW_ACTIVITY;
    start();
    open_one();
    suggest(0, FLUE_UPLOAD_SMALL_IO);
    assert_int_equal(owner(0), FLUE_OWNER_TARGET);
    suggest(0, FLUE_UPLOAD_LOW_ACTIVITY);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    world_destroy(&world);
}

/* HOST-025, HOST-026: terminated, not invalidated. It stays longer each time that it comes back. */
static void
test_policy_damping_doubles_with_every_return(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_ALWAYS);
    config.host.policy.heeded_reasons = 1U << FLUE_UPLOAD_LOW_ACTIVITY;
    config.host.policy.damping.most_stay = 3 * FLUE_SECOND;
    start();
    open_one();
    for (uint32_t i = 0; i < 4; i++) {
        static const uint32_t stays[] = {1000, 2000, 3000, 3000}; /* ms */
        flue_time came;

        suggest(0, FLUE_UPLOAD_LOW_ACTIVITY);
        assert_int_equal(owner(0), FLUE_OWNER_HOST);
        came = world.now;
        while (owner(0) == FLUE_OWNER_HOST)
            send(0, 10);
        assert_in_range((world.now - came) / FLUE_MILLISECOND, stays[i] - 50, stays[i] + 50);
        assert_int_equal(offloads(), i + 2);
    }
    world_destroy(&world);
}

/* The table is full and nobody gives way: no storm of refusals. */
static void
test_policy_always_full_target_is_not_tried(void **state)
{
    struct flue_host_statistics statistics;

    (void)state;
    prepare(FLUE_POLICY_ALWAYS);
    config.target.max_connections = 1;
    start();
    open_one();
    open_one();
    for (uint32_t i = 0; i < 20; i++)
        send(1, 1000);
    flue_host_get_statistics(world.machines[0].host, &statistics);
    assert_int_equal(statistics.offloads, 1);
    assert_int_equal(statistics.refusals, 0);
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(FLUE_SECOND);
    send(1, 1000); /* there is room now */
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    world_destroy(&world);
}

/* What its owner moved stays where he put it. */
static void
test_policy_leaves_alone_what_its_owner_moved(void **state)
{
    (void)state;
    prepare(FLUE_POLICY_ALWAYS);
    start();
    open_one();
    assert_int_equal(flue_host_upload(connections[0], world.now), FLUE_OK);
    run(5 * FLUE_SECOND);
    send(0, 1000);
    run(5 * FLUE_SECOND);
    send(0, 1000);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    world_destroy(&world);
}

/* ---- A policy of one's own ---------------------------------------------------------------------
 */

struct odd {
    uint32_t wanted, suited, reviewed, ended;
};

static bool
odd_wants(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    struct odd *odd = user;

    assert_true(now >= connection->established);
    assert_false(connection->is_offloaded);
    odd->wanted++;
    return connection->tuple->local_port % 2 == 1;
}

static bool
odd_suits(void *user, flue_time now, const struct flue_policy_connection *connection,
          const struct flue_policy_adapter *adapter)
{
    (void)now;
    (void)connection;
    assert_int_equal(adapter->capacity, 7);
    assert_int_equal(adapter->link_bps, UINT64_C(10000000000));
    ((struct odd *)user)->suited++;
    return true;
}

static bool
odd_gives_up(void *user, flue_time now, const struct flue_policy_connection *connection,
             const struct flue_policy_adapter *adapter)
{
    (void)user;
    assert_true(connection->is_offloaded);
    assert_int_equal(connection->offloads, 1);
    assert_in_range(adapter->used, 1, 2);
    return now - connection->last_active > 3 * FLUE_SECOND && connection->bytes_sent == 0;
}

static void
odd_review(void *user, flue_time now, const struct flue_policy_adapter *adapter)
{
    (void)now;
    (void)adapter;
    ((struct odd *)user)->reviewed++;
}

static void
odd_ended(void *user, flue_time now, const struct flue_policy_connection *connection)
{
    (void)now;
    (void)connection;
    ((struct odd *)user)->ended++;
}

static void
test_policy_custom_is_asked(void **state)
{
    static const struct flue_policy policy = {
        .wants = odd_wants,
        .suits = odd_suits,
        .gives_up = odd_gives_up,
        .review = odd_review,
        .ended = odd_ended,
        .is_timed = true,
    };
    struct odd odd = {0};

    (void)state;
    prepare(FLUE_POLICY_CUSTOM);
    config.target.max_connections = 7;
    config.host.policy.custom = &policy;
    config.host.policy.custom_user = &odd;
    start();
    for (uint32_t i = 0; i < 4; i++)
        open_one();
    send(1, 1000);
    assert_int_equal(owner(0), FLUE_OWNER_HOST);
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    assert_int_equal(owner(3), FLUE_OWNER_TARGET);
    assert_true(odd.wanted >= 4);
    assert_int_equal(odd.suited, 2);
    run(2 * FLUE_SECOND);
    assert_in_range(odd.reviewed, 18, 22);
    flue_host_abort(connections[0], world.now);
    flue_host_close(connections[0], world.now);
    assert_int_equal(odd.ended, 1);
    run(1200 * FLUE_MILLISECOND);
    assert_int_equal(owner(3), FLUE_OWNER_HOST); /* silent for 3 s */
    assert_int_equal(owner(1), FLUE_OWNER_TARGET);
    world_destroy(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_never_moves_nothing),
        cmocka_unit_test(test_policy_bytes_offloads_after_so_many),
        cmocka_unit_test(test_policy_automatic_wants_link_round_trip_and_bytes),
        cmocka_unit_test(test_policy_lifetime_learns_how_long_a_service_lasts),
        cmocka_unit_test(test_policy_lifetime_equals_do_not_displace_each_other),
        cmocka_unit_test(test_policy_lifetime_longest_displaces_when_full),
        cmocka_unit_test(test_policy_priority_least_important_gives_way),
        cmocka_unit_test(test_policy_priority_newcomer_waits_until_the_other_has_stayed),
        cmocka_unit_test(test_policy_adaptive_follows_the_load),
        cmocka_unit_test(test_policy_adaptive_without_a_handler_fills_to_the_mark),
        cmocka_unit_test(test_policy_suggestions_are_followed_when_told_so),
        cmocka_unit_test(test_policy_damping_doubles_with_every_return),
        cmocka_unit_test(test_policy_always_full_target_is_not_tried),
        cmocka_unit_test(test_policy_leaves_alone_what_its_owner_moved),
        cmocka_unit_test(test_policy_custom_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
