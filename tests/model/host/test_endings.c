/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connections that end at any moment, from any callback, with memory running out now and then:
 * nothing is used after it is gone, nothing is left behind, and no application is told twice.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 6 };

struct end {
    struct flue_host_connection *connection;
    bool is_open;
    bool is_told; /* that it has ended */
};

struct play {
    struct world world;
    struct end ends[2][CONNECTIONS];
    uint32_t opened;
};

static struct play *
play_of(void *user)
{
    return (struct play *)((struct machine *)user)->world->test;
}

static void
close_end(struct play *play, struct end *end)
{
    struct flue_host_connection *connection = end->connection;

    end->connection = NULL;
    end->is_open = false;
    flue_host_close(connection, play->world.now);
}

static void
change_options(struct play *play, struct end *end)
{
    struct flue_tcp_options options;

    if (flue_host_get_options(end->connection, &options) != FLUE_OK)
        return;
    options.ttl = (uint8_t)(1 + world_random(&play->world, 255));
    options.receive_buffer_bytes = 10000 + world_random(&play->world, 100000);
    (void)!flue_host_set_options(end->connection, play->world.now, &options, NULL);
}

/* Something that an application may do anywhere. */
static void
do_something(struct play *play, struct end *end)
{
    struct world *world = &play->world;
    uint8_t bytes[4000] = {0};
    uint32_t accepted;

    if (!end->is_open)
        return;
    switch (world_random(world, 16)) {
    case 0:
        close_end(play, end);
        break;
    case 1:
        flue_host_abort(end->connection, world->now);
        break;
    case 2:
        (void)!flue_host_shutdown(end->connection, world->now);
        break;
    case 3:
    case 4:
        (void)!flue_host_offload(end->connection, world->now);
        break;
    case 5:
        (void)!flue_host_upload(end->connection, world->now);
        break;
    case 6:
    case 7:
        (void)flue_host_receive(end->connection, world->now, NULL, world_random(world, 5000));
        break;
    case 8:
    case 9:
    case 10:
        (void)!flue_host_send(end->connection, world->now,
                              world_random(world, 2) == 0 ? bytes : NULL,
                              world_random(world, sizeof bytes), &accepted);
        break;
    case 11:
        change_options(play, end);
        break;
    case 12:
        flue_host_set_priority(end->connection, world->now, (uint8_t)world_random(world, 256));
        break;
    default:
        break;
    }
}

/* Something that may happen below, at any time but from inside. */
static void
change_network(struct play *play)
{
    static const struct flue_ip routers[] = {{{0}}, {{10, 0, 0, 254}}, {{10, 0, 0, 253}}};
    struct world *world = &play->world;
    struct machine *machine = &world->machines[world_random(world, 2)];
    const struct flue_ip *router = &routers[world_random(world, 3)];
    struct flue_four_tuple tuple = world_tuple((uint16_t)(1024 + world_random(world, 50)));
    struct flue_mac mac = {{2, 0, 0, 0, 0, (uint8_t)(1 - machine->index)}};
    const struct flue_tcp_icmp icmp = {.type = 3, .code = 4, .mtu = 1000};

    switch (world_random(world, 8)) {
    case 0:
    case 1:
        machine->hop_address = *router;
        machine->hop_mac = (uint8_t)world_random(world, 3);
        machine->path_mtu = 600 + 100 * world_random(world, 10);
        machine->has_route = world_random(world, 8) > 0;
        flue_host_routes_changed(machine->host, world->now);
        break;
    case 2:
    case 3:
        mac.bytes[4] = (uint8_t)world_random(world, 3);
        flue_host_neighbor_heard(machine->host, world->now, machine->adapter, 4, router, &mac);
        break;
    case 4:
    case 5:
        (void)world_ask_neighbor(machine, world_random(world, 10));
        break;
    case 6:
        (void)flue_host_icmp_input(machine->host, world->now, &tuple, &icmp);
        break;
    default:
        (void)flue_host_enable_offload(machine->host, world->now, machine->adapter, 4,
                                       world_random(world, 4) > 0);
        break;
    }
}

static struct end *
end_of(struct flue_host_connection *connection)
{
    struct end *end = flue_host_user(connection);

    assert_non_null(end);
    assert_ptr_equal(end->connection, connection); /* no handler names a closed one */
    assert_false(end->is_told);
    return end;
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    struct play *play = play_of(user);

    (void)listener;
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct end *end = &play->ends[1][i];

        if (end->is_open)
            continue;
        *end = (struct end){.connection = connection, .is_open = true};
        flue_host_set_user(connection, end);
        do_something(play, end);
        return;
    }
    flue_host_close(connection, now);
}

static void
on_any(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)now;
    do_something(play_of(user), end_of(connection));
}

static void
on_writable(void *user, flue_time now, struct flue_host_connection *connection, uint32_t bytes)
{
    (void)now;
    assert_true(bytes > 0);
    do_something(play_of(user), end_of(connection));
}

static void
on_moved(void *user, flue_time now, struct flue_host_connection *connection, enum flue_owner owner)
{
    struct end *end = flue_host_user(connection);

    (void)now;
    (void)owner;
    assert_ptr_equal(end->connection, connection);
    do_something(play_of(user), end);
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    struct play *play = play_of(user);
    struct end *end = end_of(connection);

    (void)now;
    (void)reason;
    end->is_told = true;
    if (world_random(&play->world, 2) == 0)
        close_end(play, end);
}

static const struct flue_host_handlers application = {
    .accepted = on_accepted,
    .connected = on_any,
    .readable = on_any,
    .writable = on_writable,
    .peer_closed = on_any,
    .closed = on_closed,
    .moved = on_moved,
};

static void
open_someone(struct play *play)
{
    struct world *world = &play->world;
    struct flue_four_tuple tuple = world_tuple((uint16_t)(1024 + play->opened++ % 60000));
    struct end *end = &play->ends[0][world_random(world, CONNECTIONS)];

    if (end->is_open)
        return;
    *end = (struct end){.connection = NULL};
    if (flue_host_connect(world->machines[0].host, world->now, &tuple, NULL, end,
                          &end->connection) == FLUE_OK)
        end->is_open = true;
}

static void
close_everything(struct play *play)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            if (play->ends[side][i].is_open)
                close_end(play, &play->ends[side][i]);
}

static void
play_seed(uint64_t seed, bool without_memory)
{
    static struct play play;
    struct world_config config = world_config_default();
    struct world *world = &play.world;
    struct flue_host_listener *listener;

    memset(&play, 0, sizeof play);
    config.seed = seed;
    config.handlers[0] = application;
    config.handlers[1] = application;
    config.delay = 100 * FLUE_MICROSECOND;
    config.host.tcp.max_retransmissions = 5;
    config.target.tcp.max_retransmissions = 5;
    config.target.initiate.tcp = (seed % 3) * 100 * FLUE_MICROSECOND;
    config.target.terminate.tcp = (seed % 4) * 100 * FLUE_MICROSECOND;
    config.target.update.call = (seed % 5) * 50 * FLUE_MICROSECOND;
    config.host.neighbors =
        (struct flue_host_neighbors){FLUE_MILLISECOND, FLUE_MILLISECOND, FLUE_MILLISECOND, 3};
    config.host.policy.kind = (enum flue_offload_policy)(seed % FLUE_POLICY_CUSTOM);
    config.host.policy.damping.least_stay = FLUE_MILLISECOND;
    config.host.policy.lifetime.least_left = FLUE_MILLISECOND;
    config.host.policy.review_interval = FLUE_MILLISECOND;
    config.host.policy.bytes.least_bytes = 5000;
    if (seed % 4 == 0)
        config.target.max_connections = 2;
    if (seed % 9 == 0)
        config.target.max_neighbors = 1; /* a new next hop is refused */
    world_create(world, &config);
    world->test = &play;
    world->loss_permille = 10;
    world->poll_delay_us = seed % 3 == 0 ? 0 : 300;
    world->is_eager = seed % 7 < 2;
    assert_int_equal(
        flue_host_listen(world->machines[1].host, 4, NULL, WORLD_PORT, 100, NULL, NULL, &listener),
        FLUE_OK);
    for (uint32_t i = 0; i < 2000; i++) {
        if (without_memory) {
            world->memory.fail_call = world->memory.calls + 1 + world_random(world, 3);
            world->memory.fail_after = world_random(world, 4) == 0;
        }
        if (i % 8 == 0)
            open_someone(&play);
        world_run(world, world->now + world_random(world, 200) * FLUE_MICROSECOND);
        if (i % 4 == 0 && seed % 3 != 0)
            change_network(&play);
        do_something(&play, &play.ends[world_random(world, 2)][world_random(world, CONNECTIONS)]);
    }
    world->memory.fail_call = 0;
    world->memory.fail_after = false;
    close_everything(&play);
    world_run(world, world->now + 1000 * FLUE_SECOND);
    close_everything(&play); /* accepted meanwhile */
    world_run(world, world->now + 1000 * FLUE_SECOND);
    world_assert_idle(world);
    flue_host_listener_close(listener, world->now);
    world_destroy(world);
}

static uint64_t first_seed = 1;
static uint64_t seeds = 150;
static uint64_t current_seed; /* for the message of a failure */

static int
say_seed(void **state)
{
    (void)state;
    print_message("last seed: test_host_endings %u\n", (unsigned)current_seed);
    return 0;
}

static void
test_endings_anywhere_leave_nothing(void **state)
{
    (void)state;
    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++)
        play_seed(current_seed, false);
}

static void
test_endings_without_memory_leave_nothing(void **state)
{
    (void)state;
    for (current_seed = first_seed; current_seed < first_seed + seeds; current_seed++)
        play_seed(current_seed, true);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_endings_anywhere_leave_nothing, say_seed),
        cmocka_unit_test_teardown(test_endings_without_memory_leave_nothing, say_seed),
    };

    if (argc > 1) /* test_host_endings SEED [COUNT]: to repeat a failure */
        first_seed = strtoull(argv[1], NULL, 10);
    if (argc > 1)
        seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
