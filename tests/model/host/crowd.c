/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See crowd.h.
 */
#include "crowd.h"

#include <string.h>

enum { FIRST_PORT = 1000, PATHS = 500, BACKLOG = 20000 };

static struct crowd *
crowd_of(void *user)
{
    return ((const struct machine *)user)->world->test;
}

static uint8_t
byte_of(uint32_t stream, uint32_t position)
{
    return (uint8_t)(position * 7 + stream + position / 251);
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    struct crowd *crowd = crowd_of(user);
    uint32_t index = flue_host_tuple(connection)->remote_port - FIRST_PORT;
    struct crowd_end *end = &crowd->ends[1][index];

    (void)now;
    (void)listener;
    assert_null(end->connection);
    end->connection = connection;
    end->stream = index;
    flue_host_set_user(connection, end);
    crowd->accepted++;
}

void
crowd_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct crowd_end *end = flue_host_user(connection);
    uint8_t bytes[4096];
    uint32_t count;

    (void)user;
    while ((count = flue_host_receive(connection, now, bytes, sizeof bytes)) > 0)
        for (uint32_t i = 0; i < count; i++, end->got++)
            assert_int_equal(bytes[i], byte_of(end->stream, end->got));
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    assert_int_equal(reason, FLUE_OK);
    crowd_of(user)->closed++;
    flue_host_close(connection, now);
}

void
crowd_create(struct crowd *crowd, struct world_config *config)
{
    memset(crowd, 0, sizeof *crowd);
    config->handlers[1].accepted = on_accepted;
    for (uint32_t i = 0; i < 2; i++) {
        if (config->handlers[i].readable == NULL)
            config->handlers[i].readable = crowd_readable;
        config->handlers[i].closed = on_closed;
    }
    world_create(&crowd->world, config);
    crowd->world.test = crowd;
    assert_int_equal(flue_host_listen(crowd->world.machines[1].host, 4, NULL, WORLD_PORT, BACKLOG,
                                      NULL, NULL, &crowd->listener),
                     FLUE_OK);
}

void
crowd_run(struct crowd *crowd, flue_time time)
{
    world_run(&crowd->world, crowd->world.now + time);
}

void
crowd_open(struct crowd *crowd, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct crowd_end *end = &crowd->ends[0][i];
        struct flue_four_tuple tuple = world_tuple((uint16_t)(FIRST_PORT + i));

        tuple.remote.bytes[2] = (uint8_t)(i % PATHS / 250 + 1);
        tuple.remote.bytes[3] = (uint8_t)(i % 250 + 1);
        end->stream = i + CROWD_MOST;
        assert_int_equal(flue_host_connect(crowd->world.machines[0].host, crowd->world.now, &tuple,
                                           NULL, end, &end->connection),
                         FLUE_OK);
        if (i % 100 == 99)
            crowd_run(crowd, FLUE_MILLISECOND);
    }
    crowd_run(crowd, 10 * FLUE_SECOND);
    assert_int_equal(crowd->accepted, count);
}

void
crowd_send(struct crowd *crowd, uint32_t round, uint32_t count)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < count; i++) {
            uint32_t stream = side == 0 ? i : i + CROWD_MOST;
            uint8_t bytes[CROWD_PIECE];
            uint32_t taken;

            for (uint32_t k = 0; k < CROWD_PIECE; k++)
                bytes[k] = byte_of(stream, round * CROWD_PIECE + k);
            assert_int_equal(flue_host_send(crowd->ends[side][i].connection, crowd->world.now,
                                            bytes, CROWD_PIECE, &taken),
                             FLUE_OK);
            assert_int_equal(taken, CROWD_PIECE);
        }
}

void
crowd_assert_read(const struct crowd *crowd, uint32_t rounds, uint32_t count)
{
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(crowd->ends[side][i].got, rounds * CROWD_PIECE);
}

void
crowd_close(struct crowd *crowd, uint32_t count)
{
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(flue_host_shutdown(crowd->ends[side][i].connection, crowd->world.now),
                             FLUE_OK);
        crowd_run(crowd, side == 0 ? FLUE_SECOND : 200 * FLUE_SECOND);
    }
    assert_int_equal(crowd->closed, 2 * count);
    world_assert_idle(&crowd->world);
    flue_host_listener_close(crowd->listener, crowd->world.now);
    world_destroy(&crowd->world);
}
