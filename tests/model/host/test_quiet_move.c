/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection that is moved at quiet instants puts the same segments on the wire at the same times
 * as one that never moved. When the target's owner polls only after the segment was taken in, as an
 * adapter with interrupts does, the window field may differ: the segment is acknowledged before the
 * client has read it.
 */
#include "world.h"

#include <string.h>

enum { STEPS = 40 };

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    struct machine *machine = user;

    (void)now;
    (void)listener;
    ((struct flue_host_connection **)machine->world->test)[1] = connection;
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    (void)user;
    while (flue_host_receive(connection, now, NULL, 10000) > 0)
        continue;
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    struct flue_host_connection **ends = ((struct machine *)user)->world->test;

    assert_int_equal(reason, FLUE_OK);
    ends[((struct machine *)user)->index] = NULL;
    flue_host_close(connection, now);
}

static void
move(struct world *world, struct flue_host_connection *connection)
{
    if (flue_host_owner(connection) == FLUE_OWNER_HOST)
        assert_int_equal(flue_host_offload(connection, world->now), FLUE_OK);
    else
        assert_int_equal(flue_host_upload(connection, world->now), FLUE_OK);
}

/* Requests and answers of random sizes, with pauses in which everything comes to rest; in the
 * pauses connections move, if `moves`. Everything else is the same for the same seed. */
static void
play(struct world *world, uint64_t seed, bool moves, bool is_eager)
{
    struct world_config config = world_config_default();
    struct flue_host_connection *ends[2] = {NULL, NULL};
    struct flue_host_listener *listener;
    struct flue_four_tuple tuple = world_tuple(4000);

    config.seed = seed;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i].accepted = on_accepted;
        config.handlers[i].readable = on_readable;
        config.handlers[i].closed = on_closed;
    }
    config.delay = (1 + seed % 20) * FLUE_MILLISECOND;
    world_create(world, &config);
    world->test = ends;
    world->is_eager = is_eager;
    assert_int_equal(
        flue_host_listen(world->machines[1].host, 4, NULL, WORLD_PORT, 5, NULL, NULL, &listener),
        FLUE_OK);
    assert_int_equal(flue_host_connect(world->machines[0].host, 0, &tuple, NULL, NULL, &ends[0]),
                     FLUE_OK);
    world_run(world, FLUE_SECOND);
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t side = world_random(world, 2);
        uint32_t length = 1 + world_random(world, 60000);
        uint32_t mover = world_random(world, 4);
        uint32_t accepted;

        assert_int_equal(flue_host_send(ends[side], world->now, NULL, length, &accepted), FLUE_OK);
        assert_int_equal(accepted, length);
        world_run(world, world->now + 10 * FLUE_SECOND);
        if (moves && mover < 2)
            move(world, ends[mover]);
        world_run(world, world->now + FLUE_SECOND);
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (ends[i] != NULL)
            assert_int_equal(flue_host_shutdown(ends[i], world->now), FLUE_OK);
        world_run(world, world->now + FLUE_SECOND);
    }
    world_run(world, world->now + 200 * FLUE_SECOND);
    assert_null(ends[0]);
    assert_null(ends[1]);
    flue_host_listener_close(listener, world->now);
    world_assert_idle(world);
}

static void
compare(const struct world *still, const struct world *moved, bool windows)
{
    assert_int_equal(still->record_count, moved->record_count);
    for (uint32_t i = 0; i < still->record_count; i++) {
        const struct record *a = &still->records[i];
        const struct record *b = &moved->records[i];

        assert_int_equal(a->from, b->from);
        assert_true(a->time == b->time);
        assert_int_equal(a->flags, b->flags);
        assert_int_equal(a->seq, b->seq);
        assert_int_equal(a->ack, b->ack);
        assert_int_equal(a->length, b->length);
        assert_int_equal(a->ts_val, b->ts_val); /* TSTAMP-006 */
        if (windows)
            assert_int_equal(a->window, b->window);
    }
}

static void
compare_seeds(bool is_eager)
{
    static struct world still;
    static struct world moved;

    for (uint64_t seed = 1; seed <= 60; seed++) {
        play(&still, seed, false, is_eager);
        play(&moved, seed, true, is_eager);
        assert_int_equal(still.machines[0].target_frames, 0);
        assert_true(moved.machines[0].target_frames + moved.machines[1].target_frames > 0);
        compare(&still, &moved, is_eager);
        world_destroy(&still);
        world_destroy(&moved);
    }
}

static void
prop_quiet_move_changes_nothing_on_the_wire(void **state)
{
    (void)state;
    compare_seeds(true);
}

static void
prop_quiet_move_polled_later_changes_windows_only(void **state)
{
    (void)state;
    compare_seeds(false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_quiet_move_changes_nothing_on_the_wire),
        cmocka_unit_test(prop_quiet_move_polled_later_changes_windows_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
