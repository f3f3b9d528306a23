/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The applications of play.h and what is done to their connections.
 */
#include "play.h"

#include <stdlib.h>
#include <string.h>

static uint8_t
byte_at(const struct end *reader, uint32_t position, bool is_virtual)
{
    return is_virtual ? 0 : (uint8_t)(position * 31U + (position >> 8) + reader->from * 7U + 1U);
}

static struct play *
play_of(void *user)
{
    return (struct play *)((struct machine *)user)->world->test;
}

static const struct end *
other_end(const struct play *play, const struct end *end)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            if (&play->ends[side][i] == end)
                return &play->ends[1 - side][i];
    return NULL;
}

static void
push_more(struct play *play, struct end *end)
{
    struct world *world = &play->world;
    uint8_t bytes[3000];

    if (!end->is_up || end->is_sending) /* `moved` may come from inside a send */
        return;
    end->is_sending = true;
    while (end->connection != NULL && !end->is_closed && end->sent < end->to_send) {
        uint32_t length = 1 + world_random(world, sizeof bytes);
        uint32_t accepted = 0;
        const struct end *reader = other_end(play, end);

        if (length > end->to_send - end->sent)
            length = end->to_send - end->sent;
        for (uint32_t i = 0; i < length; i++)
            bytes[i] = byte_at(reader, end->sent + i, false);
        assert_int_equal(flue_host_send(end->connection, world->now, end->is_virtual ? NULL : bytes,
                                        length, &accepted),
                         FLUE_OK);
        end->sent += accepted;
        if (accepted < length || world_random(world, 8) == 0)
            break;
    }
    end->is_sending = false;
    if (end->connection != NULL && !end->is_closed && end->sent == end->to_send && !end->is_shut) {
        end->is_shut = true;
        assert_int_equal(flue_host_shutdown(end->connection, world->now), FLUE_OK);
    }
}

static void
check_bytes(const struct play *play, struct end *end, const uint8_t *bytes, uint32_t count)
{
    bool is_virtual = other_end(play, end)->is_virtual;

    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], byte_at(end, end->got + i, is_virtual)); /* RECV-054 */
    end->got += count;
}

static void
post_reads(struct play *play, struct end *end)
{
    struct world *world = &play->world;

    while (end->connection != NULL && !end->is_closed && end->posted - end->done < READS) {
        uint32_t i = end->posted % READS;

        end->reads[i].length = 1 + world_random(world, sizeof end->reads[i].bytes);
        end->reads[i].is_whole = world_random(world, 2) == 0;
        memset(end->reads[i].bytes, 0, sizeof end->reads[i].bytes);
        end->posted++;
        assert_int_equal(flue_host_post_receive(end->connection, world->now, end->reads[i].bytes,
                                                end->reads[i].length, end->reads[i].is_whole),
                         FLUE_OK);
        if (world_random(world, 3) == 0)
            break;
    }
}

/* What a read gets, in order: all of it, some, or the end. */
static void
on_received(void *user, flue_time now, struct flue_host_connection *connection, void *bytes,
            uint32_t length)
{
    struct play *play = play_of(user);
    struct end *end = connection != NULL ? flue_host_user(connection) : NULL;
    uint32_t i;

    (void)now;
    if (end == NULL)
        return; /* what an application that has closed is told of its memory */
    i = end->done++ % READS;
    assert_ptr_equal(bytes, end->reads[i].bytes);
    assert_true(length <= end->reads[i].length);
    if (length == 0 || (end->reads[i].is_whole && length < end->reads[i].length))
        end->saw_end_of_reads = true;
    else
        assert_false(end->saw_end_of_reads);
    check_bytes(play, end, bytes, length);
    if (!end->saw_end_of_reads && !end->is_lazy)
        post_reads(play, end);
}

static void
read_some(struct play *play, struct end *end)
{
    uint8_t bytes[5000];
    uint32_t count;

    if (end->is_posting && !end->is_closed) {
        post_reads(play, end);
        return;
    }
    while (end->connection != NULL &&
           (count = flue_host_receive(end->connection, play->world.now, bytes,
                                      1 + world_random(&play->world, sizeof bytes))) > 0) {
        check_bytes(play, end, bytes, count);
    }
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    struct play *play = play_of(user);
    struct end *end = &play->ends[1][flue_host_tuple(connection)->remote_port - 1000];

    (void)now;
    (void)listener;
    end->connection = connection;
    end->is_up = true;
    flue_host_set_user(connection, end);
    if (end->is_posting && !end->is_lazy)
        post_reads(play, end);
    push_more(play, end);
}

static void
on_connected(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)now;
    ((struct end *)flue_host_user(connection))->is_up = true;
    push_more(play_of(user), flue_host_user(connection));
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct end *end = flue_host_user(connection);

    (void)now;
    if (!end->is_lazy)
        read_some(play_of(user), end);
}

static void
on_writable(void *user, flue_time now, struct flue_host_connection *connection, uint32_t bytes)
{
    (void)now;
    (void)bytes;
    push_more(play_of(user), flue_host_user(connection));
}

static void
on_peer_closed(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct end *end = flue_host_user(connection);

    (void)user;
    (void)now;
    assert_false(end->saw_peer_close);
    end->saw_peer_close = true;
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    struct end *end = flue_host_user(connection);

    (void)now;
    assert_false(end->is_closed);
    end->is_closed = true;
    end->reason = reason;
    read_some(play_of(user), end);
    flue_host_close(connection, now);
    end->connection = NULL;
}

static void
on_moved(void *user, flue_time now, struct flue_host_connection *connection, enum flue_owner owner)
{
    struct end *end = flue_host_user(connection);

    (void)now;
    assert_int_equal(flue_host_owner(connection), owner);
    end->moves++;
    push_more(play_of(user), end); /* what it sends now goes behind what waited for the move */
}

static void
on_worked(void *user, flue_time now, enum flue_cost_category category, uint32_t count)
{
    (void)now;
    play_of(user)->worked[category] += count;
}

static const struct flue_host_handlers application = {
    .accepted = on_accepted,
    .connected = on_connected,
    .readable = on_readable,
    .received = on_received,
    .writable = on_writable,
    .peer_closed = on_peer_closed,
    .closed = on_closed,
    .moved = on_moved,
    .worked = on_worked,
};

static void
open_all(struct play *play)
{
    struct world *world = &play->world;

    assert_int_equal(flue_host_listen(world->machines[1].host, 4, NULL, WORLD_PORT, 100, NULL, NULL,
                                      &play->listener),
                     FLUE_OK);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct flue_four_tuple tuple = world_tuple((uint16_t)(1000 + i));

        for (uint32_t side = 0; side < 2; side++) {
            struct end *end = &play->ends[side][i];

            end->stream = 2 * i + side;
            end->from = 2 * i + 1 - side;
            end->to_send = world_random(world, 4) == 0 ? 0 : world_random(world, MOST_BYTES);
            end->is_virtual = world_random(world, 3) == 0;
            end->is_lazy = world_random(world, 3) == 0;
            end->is_posting = world_random(world, 2) == 0;
        }
        play->ends[0][i].expects = play->ends[1][i].to_send;
        play->ends[1][i].expects = play->ends[0][i].to_send;
        assert_int_equal(flue_host_connect(world->machines[0].host, world->now, &tuple, NULL,
                                           &play->ends[0][i], &play->ends[0][i].connection),
                         FLUE_OK);
    }
}

/* A client that is told of a failure before the server has its ACK: the server's application never
 * hears of the connection. */
static bool
is_never_up(const struct play *play, uint32_t side, uint32_t i)
{
    return !play->ends[side][i].is_up && play->ends[1 - side][i].is_closed &&
           play->ends[1 - side][i].reason != FLUE_OK;
}

static bool
all_closed(const struct play *play)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < CONNECTIONS; i++)
            if (!play->ends[side][i].is_closed && !is_never_up(play, side, i))
                return false;
    return true;
}

/* Moves any connection anywhere; refusals by state are part of the game. */
static void
move_someone(struct play *play)
{
    struct world *world = &play->world;
    struct end *end = &play->ends[world_random(world, 2)][world_random(world, CONNECTIONS)];
    enum flue_result result;

    if (end->connection == NULL || end->is_closed)
        return;
    if (flue_host_owner(end->connection) == FLUE_OWNER_TARGET)
        result = flue_host_upload(end->connection, world->now);
    else
        result = flue_host_offload(end->connection, world->now);
    assert_true(result == FLUE_OK || result == FLUE_ERROR_STATE);
}

static void
read_lazily(struct play *play)
{
    struct world *world = &play->world;
    struct end *end = &play->ends[world_random(world, 2)][world_random(world, CONNECTIONS)];

    if (end->connection != NULL && !end->is_closed)
        read_some(play, end);
    push_more(play, end);
}

/* The hardware fails, or the administrator wants something. */
static void
make_trouble(struct play *play)
{
    struct world *world = &play->world;
    struct machine *machine = &world->machines[world_random(world, 2)];
    struct flue_target *target = machine->target;
    enum flue_target_fault fault;

    switch (world_random(world, 40)) {
    case 0:
        (void)!flue_target_pause(target, world->now);
        break;
    case 1:
        (void)!flue_target_upload_all(target, world->now);
        break;
    case 2:
    case 3:
    case 4:
        (void)!flue_target_resume(target, world->now, NULL);
        break;
    case 5:
        fault = (enum flue_target_fault)world_random(world, FLUE_TARGET_FAULTS);
        flue_target_inject(target, fault, world_random(world, 20));
        break;
    case 6:
    case 7:
    case 8:
        (void)!flue_host_set_power(machine->host, world->now, machine->adapter,
                                   world_random(world, 3) > 0);
        break;
    case 9:
        if (world_random(world, 200) == 0)
            flue_target_remove(target, world->now);
        break;
    default:
        break;
    }
}

static void
end_trouble(struct play *play)
{
    for (uint32_t i = 0; i < 2; i++) {
        const struct machine *machine = &play->world.machines[i];

        assert_int_equal(flue_target_resume(machine->target, play->world.now, NULL), FLUE_OK);
        (void)!flue_host_set_power(machine->host, play->world.now, machine->adapter, true);
    }
}

static void
configure(struct world_config *config, const struct play_config *wanted)
{
    uint64_t seed = wanted->seed;

    config->seed = seed;
    config->handlers[0] = application;
    config->handlers[1] = application;
    config->delay = 100 * FLUE_MICROSECOND;
    if (seed % 3 != 0) {
        config->target.initiate.tcp = (seed % 5) * 50 * FLUE_MICROSECOND;
        config->target.terminate.tcp = (seed % 7) * 30 * FLUE_MICROSECOND;
    }
    if (seed % 11 == 0)
        config->target.max_connections = 2; /* most are refused */
    if (seed % 4 == 0)
        config->host.send_buffer_bytes = 10000;
    if (seed % 5 == 0)
        config->host.policy.kind = FLUE_POLICY_ALWAYS;
    if (wanted->has_faults) { /* a peer that is gone is found out */
        config->host.tcp.options.use_keepalive = true;
        config->host.tcp.options.keepalive_idle_ticks = 2000;
        config->host.tcp.options.keepalive_interval_ticks = 500;
    }
}

void
play_run(struct play *play, const struct play_config *wanted)
{
    struct world_config config = world_config_default();
    struct world *world = &play->world;
    uint64_t seed = wanted->seed;

    memset(play, 0, sizeof *play);
    configure(&config, wanted);
    world_create(world, &config);
    world->test = play;
    world->loss_permille = wanted->loss_permille;
    world->poll_delay_us = seed % 2 == 0 ? 0 : 200;
    world->is_eager = seed % 7 < 2;
    open_all(play);
    for (uint32_t i = 0; i < 100000 && !all_closed(play); i++) {
        /* Short steps while there is much to do, then long ones over the retransmission timers. */
        world_run(world, world->now + world_random(world, 300) *
                                          (i < 5000 ? FLUE_MICROSECOND : FLUE_MILLISECOND));
        if (i < 3000)
            move_someone(play);
        if (i < 3000 && wanted->has_faults)
            make_trouble(play);
        if (i == 3000 && wanted->has_faults)
            end_trouble(play); /* an offload that came in a pause waits for its end (STATUS-004) */
        read_lazily(play);
    }
    assert_true(all_closed(play));
    if (!wanted->has_faults)
        assert_int_equal(play->worked[FLUE_COST_CONNECTION], 2 * CONNECTIONS);
    world_run(world, world->now + 200 * FLUE_SECOND); /* TIME_WAIT, too */
}

void
play_end(struct play *play)
{
    world_assert_idle(&play->world);
    flue_host_listener_close(play->listener, play->world.now);
    world_destroy(&play->world);
}
