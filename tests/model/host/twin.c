/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The play of twin.h.
 */
#include "twin.h"

#include "host/parts.h"
#include "target/parts.h"
#include "tcp/connection.h"

#include <string.h>

enum { MOST_STEPS = 20000, MOST_BYTES = 150000, CLIENT_PORT = 4000 };

static struct twin_end *
end_of(void *user)
{
    struct machine *machine = user;

    return &((struct twin *)machine->world->test)->ends[machine->index];
}

static uint8_t
byte_at(uint32_t sender, uint32_t position)
{
    return (uint8_t)(position * 31U + (position >> 8) + sender * 7U + 1U);
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)now;
    (void)listener;
    end_of(user)->connection = connection;
    end_of(user)->is_up = true;
}

static void
on_connected(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)now;
    (void)connection;
    end_of(user)->is_up = true;
}

static void
on_peer_closed(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)now;
    (void)connection;
    end_of(user)->is_peer_closed = true;
}

/* A target's window opens by whole indications, so everything is read in one call. */
static void
read_all(struct twin *twin, uint32_t side)
{
    static uint8_t bytes[MOST_BYTES];
    struct twin_end *end = &twin->ends[side];
    uint32_t count;

    if (end->connection == NULL)
        return;
    count = flue_host_receive(end->connection, twin->world.now, bytes, sizeof bytes);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], byte_at(1 - side, end->got + i));
    end->got += count;
    if (count > 0)
        twin->finished = twin->world.now;
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    struct machine *machine = user;
    struct twin_end *end = end_of(user);

    end->is_closed = true;
    end->reason = reason;
    read_all(machine->world->test, machine->index);
    flue_host_close(connection, now);
    end->connection = NULL;
}

static const struct flue_host_handlers application = {
    .accepted = on_accepted,
    .connected = on_connected,
    .peer_closed = on_peer_closed,
    .closed = on_closed,
};

static void
send_some(struct twin *twin, uint32_t side, uint32_t length)
{
    struct twin_end *end = &twin->ends[side];
    uint8_t bytes[8192];
    uint32_t accepted;

    if (end->connection == NULL || !end->is_up || end->is_shut)
        return;
    if (length > end->to_send - end->sent)
        length = end->to_send - end->sent;
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = byte_at(side, end->sent + i);
    assert_int_equal(flue_host_send(end->connection, twin->world.now, bytes, length, &accepted),
                     FLUE_OK);
    end->sent += accepted;
    if (end->sent == end->to_send && (!twin->script.is_bulk || twin->ends[1].got == MOST_BYTES)) {
        end->is_shut = true;
        assert_int_equal(flue_host_shutdown(end->connection, twin->world.now), FLUE_OK);
    }
}

static struct flue_tcp_connection *
engine_of(const struct twin *twin, uint32_t side)
{
    const struct machine *machine = &twin->world.machines[side];
    const struct flue_host_connection *connection = twin->ends[side].connection;

    if (flue_host_owner(connection) == FLUE_OWNER_HOST)
        return connection->tcp;
    return flue_tcp_find(machine->target->engine, flue_host_tuple(connection));
}

/* True: the connection has changed hands. */
static bool
move(struct twin *twin, uint32_t side)
{
    struct world *world = &twin->world;
    struct flue_host_connection *connection = twin->ends[side].connection;
    const struct flue_tcp_connection *tcp;
    enum flue_owner before;
    enum flue_result result;

    if (connection == NULL || !twin->ends[side].is_up)
        return false;
    tcp = engine_of(twin, side);
    if (tcp == NULL || (twin->script.is_quiet && !twin_is_quiet(tcp)))
        return false;
    if (flue_host_available(connection) > 0) /* see docs/conformance.md: HOST-016 */
        return false;
    if (twin->script.is_bulk && (tcp == NULL || !twin_is_recovering(tcp)))
        return false;
    before = flue_host_owner(connection);
    if (before == FLUE_OWNER_HOST && connection->is_shutdown && !tcp->fin_sent) /* CLOSE-008 */
        return false;
    result = before == FLUE_OWNER_TARGET ? flue_host_upload(connection, world->now)
                                         : flue_host_offload(connection, world->now);
    assert_true(result == FLUE_OK || result == FLUE_ERROR_STATE);
    world_run(world, world->now);
    return result == FLUE_OK && twin->ends[side].connection != NULL &&
           flue_host_owner(connection) != before;
}

static void
configure(struct world_config *config, const struct twin_script *script)
{
    static const uint32_t buffers[] = {8000, 30000, 131072, 1000000};
    static const uint32_t ticks[] = {10, 100, 1000, 1000};
    struct flue_tcp_options *options = &config->host.tcp.options;
    uint64_t draw = script->seed * UINT64_C(0x2545F4914F6CDD1D) >> 20;

    config->seed = script->seed;
    config->handlers[0] = application;
    config->handlers[1] = application;
    config->delay = (1 + draw % 50) * 400 * FLUE_MICROSECOND;
    options->use_timestamps = (draw >> 6) % 4 > 0;
    options->use_sack = (draw >> 8) % 2 > 0;
    options->use_nagle = (draw >> 9) % 2 > 0;
    options->use_keepalive = (draw >> 10) % 2 > 0;
    options->receive_buffer_bytes = buffers[(draw >> 12) % 4];
    world_set_ticks(config, ticks[(draw >> 16) % 4], (draw >> 14) % 2 > 0 ? 200 : 20);
    if (script->is_bulk) {
        config->delay = TWIN_BULK_DELAY;
        options->use_sack = script->use_sack;
        options->use_timestamps = true;
        options->receive_buffer_bytes = 1000000;
    }
    config->host.send_buffer_bytes = 2 * MOST_BYTES; /* a target frees it by whole requests */
}

static void
start(struct twin *twin, const struct twin_script *script)
{
    struct world_config config = world_config_default();
    struct world *world = &twin->world;
    struct flue_four_tuple tuple = world_tuple(CLIENT_PORT);

    memset(twin, 0, sizeof *twin);
    twin->script = *script;
    configure(&config, script);
    world_create(world, &config);
    world->test = twin;
    world->is_eager = true;
    world->loss_permille = script->loss_permille;
    world->reorder_permille = script->reorder_permille;
    world->duplicate_permille = script->duplicate_permille;
    twin->most_step = 100U << world_random(world, 10);
    for (uint32_t i = 0; i < 2; i++)
        twin->ends[i].to_send = world_random(world, MOST_BYTES);
    if (script->is_bulk) {
        twin->ends[0].to_send = MOST_BYTES;
        twin->ends[1].to_send = 0;
    }
    assert_int_equal(flue_host_listen(world->machines[1].host, 4, NULL, WORLD_PORT, 5, NULL, NULL,
                                      &twin->listener),
                     FLUE_OK);
    assert_int_equal(flue_host_connect(world->machines[0].host, 0, &tuple, NULL, NULL,
                                       &twin->ends[0].connection),
                     FLUE_OK);
}

/* The client writes what it has; the server reads what there is. */
static uint32_t
step_in_bulk(struct twin *twin)
{
    world_run(&twin->world, twin->world.now + FLUE_MILLISECOND);
    send_some(twin, 0, 8192);
    send_some(twin, 1, 0); /* nothing: it closes at the end */
    read_all(twin, 1);
    return 0;
}

/* Time passes, and the applications do something. */
static uint32_t
step(struct twin *twin, uint32_t i)
{
    struct world *world = &twin->world;
    flue_time pause = (1 + world_random(world, twin->most_step)) * FLUE_MICROSECOND;
    uint32_t writer = world_random(world, 2);
    uint32_t length = world_random(world, 6) == 0 ? 1 + world_random(world, 8192) : 1;
    uint32_t reader = world_random(world, 2);
    bool reads = world_random(world, 8) > 0 || i > MOST_STEPS / 4;
    uint32_t mover = world_random(world, 24);
    bool rests = world_random(world, 150) == 0;

    if (i > MOST_STEPS / 8) { /* long enough for the timers */
        pause *= 20;
        length = 8192;
    }
    if (rests)
        pause += (1 + world_random(world, 1500)) *
                 FLUE_MILLISECOND; /* until the window that was grown no longer counts */
    world_run(world, world->now + pause);
    send_some(twin, writer, length);
    if (reads)
        read_all(twin, reader);
    return mover;
}

static void
finish(struct twin *twin)
{
    world_run(&twin->world, twin->world.now + 200 * FLUE_SECOND); /* TIME-WAIT */
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(twin->ends[i].is_closed);
        assert_int_equal(twin->ends[i].reason, FLUE_OK);
        assert_int_equal(twin->ends[i].got, twin->ends[1 - i].to_send);
    }
    flue_host_listener_close(twin->listener, twin->world.now);
    world_assert_idle(&twin->world);
}

static bool
is_over(const struct twin *twin)
{
    return twin->ends[0].is_closed && twin->ends[1].is_closed;
}

void
twin_play_moving(struct twin *twin, const struct twin_script *script)
{
    start(twin, script);
    for (uint32_t i = 0; i < MOST_STEPS && !is_over(twin); i++) {
        uint32_t mover = twin->script.is_bulk ? step_in_bulk(twin) : step(twin, i);

        if (mover < 2 && twin->move_count < script->most_moves && move(twin, mover))
            twin->moves[twin->move_count++] = (struct twin_move){twin->world.now, i, mover};
    }
    finish(twin);
}

void
twin_play_still(struct twin *still, const struct twin *moving, uint32_t differences)
{
    uint32_t next = 0;

    start(still, &moving->script);
    for (uint32_t i = 0; i < MOST_STEPS && !is_over(still); i++) {
        if (still->script.is_bulk)
            step_in_bulk(still);
        else
            step(still, i);
        if (next == moving->move_count || moving->moves[next].step != i)
            continue;
        if (differences != 0 && still->ends[moving->moves[next].side].connection != NULL) {
            struct flue_tcp_connection *tcp = engine_of(still, moving->moves[next].side);

            if (tcp != NULL)
                twin_account(tcp, still->world.now, differences);
            world_run(&still->world, still->world.now);
        }
        next++;
    }
    finish(still);
}

void
twin_destroy(struct twin *twin)
{
    world_destroy(&twin->world);
}

uint32_t
twin_first_difference(const struct twin *a, const struct twin *b)
{
    uint32_t count = a->world.record_count < b->world.record_count ? a->world.record_count
                                                                   : b->world.record_count;

    for (uint32_t i = 0; i < count; i++) {
        const struct record *one = &a->world.records[i];
        const struct record *other = &b->world.records[i];

        if (one->time != other->time || one->from != other->from || one->flags != other->flags ||
            one->seq != other->seq || one->ack != other->ack || one->length != other->length ||
            one->ts_val != other->ts_val || one->window != other->window)
            return i;
    }
    return count;
}
