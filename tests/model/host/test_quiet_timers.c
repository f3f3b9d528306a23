/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection that moves while one of its timers runs sends the same segments at the same times,
 * and ends at the same time and for the same reason, as one that stays where it was: for each timer
 * whose state moves, at each rate of ticks, from the host and from the target, on ticks and between
 * them.
 */
#include "world.h"

#include "host/parts.h"
#include "target/parts.h"

#include <string.h>

enum { SEEDS = 40, KEEPALIVE = 31 /* a bit beside those of enum flue_tcp_wait */ };

struct play {
    struct world world;
    struct flue_host_connection *ends[2];
    bool reads[2];
    flue_time closed_at; /* the client's end */
    enum flue_result reason;
    uint32_t got[2];
    bool moves;
    bool on_ticks; /* move at ticks only */
    flue_time tick;
    uint32_t move_count;
    uint32_t seen; /* bits: what ran when the connection moved */
};

struct script {
    void (*configure)(struct flue_tcp_config *config, uint32_t second);
    void (*run)(struct play *play);
    uint32_t timers; /* bits: what must have been seen */
};

static struct play *
play_of(void *user)
{
    return ((struct machine *)user)->world->test;
}

static void
on_accepted(void *user, flue_time now, struct flue_host_listener *listener,
            struct flue_host_connection *connection)
{
    (void)now;
    (void)listener;
    play_of(user)->ends[1] = connection;
}

static void
read_all(struct play *play, uint32_t side)
{
    uint32_t count;

    while ((count = flue_host_receive(play->ends[side], play->world.now, NULL, 100000)) > 0)
        play->got[side] += count;
}

static void
on_readable(void *user, flue_time now, struct flue_host_connection *connection)
{
    struct play *play = play_of(user);
    uint32_t side = ((struct machine *)user)->index;

    (void)now;
    (void)connection;
    if (play->reads[side])
        read_all(play, side);
}

static void
on_closed(void *user, flue_time now, struct flue_host_connection *connection,
          enum flue_result reason)
{
    struct play *play = play_of(user);
    uint32_t side = ((struct machine *)user)->index;

    if (side == 0) {
        play->closed_at = now;
        play->reason = reason;
    }
    play->ends[side] = NULL;
    flue_host_close(connection, now);
}

static void
note_timers(struct play *play)
{
    const struct machine *machine = &play->world.machines[0];
    struct flue_host_connection *connection = play->ends[0];
    const struct flue_tcp_connection *tcp = connection->tcp;
    struct flue_tcp_snapshot snapshot;

    if (tcp == NULL)
        tcp = flue_tcp_find(machine->target->engine, flue_host_tuple(connection));
    flue_tcp_get_snapshot(tcp, play->world.now, &snapshot);
    play->seen |= 1U << snapshot.wait;
    if (snapshot.keepalive_left_ticks != FLUE_TICKS_NOT_RUNNING)
        play->seen |= 1U << KEEPALIVE;
}

static void
change_hands(struct play *play)
{
    struct flue_host_connection *connection = play->ends[0];
    enum flue_owner before = flue_host_owner(connection);

    assert_int_equal(before == FLUE_OWNER_HOST ? flue_host_offload(connection, play->world.now)
                                               : flue_host_upload(connection, play->world.now),
                     FLUE_OK);
    world_run(&play->world, play->world.now);
    assert_true(play->ends[0] == NULL || flue_host_owner(connection) != before);
}

/* Time passes, and the client's connection moves now and then. The draws are the same for a
 * connection that stays. */
static void
pass(struct play *play, uint32_t seconds)
{
    struct world *world = &play->world;
    flue_time until = world->now + seconds * FLUE_SECOND;

    while (world->now < until) {
        flue_time next = world->now + (1 + world_random(world, 4000)) * FLUE_MILLISECOND +
                         world_random(world, 1000) * FLUE_MICROSECOND;
        bool moves = world_random(world, 3) > 0;

        if (play->on_ticks)
            next = (next + play->tick - 1) / play->tick * play->tick;
        world_run(world, next < until ? next : until);
        if (!moves || !play->moves || play->ends[0] == NULL || next >= until)
            continue;
        note_timers(play);
        change_hands(play);
        play->move_count++;
    }
}

static void
send_from(struct play *play, uint32_t side, uint32_t length)
{
    uint32_t accepted;

    if (play->ends[side] == NULL)
        return;
    assert_int_equal(flue_host_send(play->ends[side], play->world.now, NULL, length, &accepted),
                     FLUE_OK);
    assert_int_equal(accepted, length);
}

static void
cut(struct play *play, bool is_cut)
{
    play->world.loss_permille = is_cut ? 1000 : 0;
}

/* ---- Scripts -----------------------------------------------------------------------------------
 */

static void
run_retransmit(struct play *play)
{
    cut(play, true);
    send_from(play, 0, 1000);
    pass(play, 40);
    cut(play, false);
    pass(play, 40);
    assert_int_equal(play->got[1], 1000);
    send_from(play, 0, 3000);
    pass(play, 5);
    assert_int_equal(play->got[1], 4000);
}

static void
configure_few(struct flue_tcp_config *config, uint32_t second)
{
    (void)second;
    config->max_retransmissions = 4;
}

static void
configure_max_rt(struct flue_tcp_config *config, uint32_t second)
{
    config->options.max_rt_ticks = 20 * second;
}

static void
run_silence(struct play *play)
{
    cut(play, true);
    send_from(play, 0, 1000);
    pass(play, 60);
    assert_null(play->ends[0]);
    assert_int_equal(play->reason, FLUE_ERROR_TIMED_OUT);
}

static void
configure_keepalive(struct flue_tcp_config *config, uint32_t second)
{
    config->options.use_keepalive = true;
    config->options.keepalive_idle_ticks = 10 * second;
    config->options.keepalive_interval_ticks = 2 * second;
    config->options.keepalive_probes = 5;
}

static void
run_keepalive(struct play *play)
{
    pass(play, 45);
    cut(play, true);
    pass(play, 60);
    assert_null(play->ends[0]);
    assert_int_equal(play->reason, FLUE_ERROR_TIMED_OUT);
}

static void
configure_small_buffer(struct flue_tcp_config *config, uint32_t second)
{
    (void)second;
    config->options.receive_buffer_bytes = 4000;
}

static void
run_persist(struct play *play)
{
    play->reads[1] = false;
    send_from(play, 0, 20000);
    world_run(&play->world, play->world.now + FLUE_SECOND / 2);
    pass(play, 30); /* rounds */
    cut(play, true);
    pass(play, 30); /* probes in a round */
    cut(play, false);
    pass(play, 60);
    play->reads[1] = true;
    read_all(play, 1);
    pass(play, 60);
    assert_int_equal(play->got[1], 20000);
}

static void
run_fin_wait_2(struct play *play)
{
    bool was_on_target = flue_host_owner(play->ends[0]) == FLUE_OWNER_TARGET;

    assert_int_equal(flue_host_shutdown(play->ends[0], play->world.now), FLUE_OK);
    world_run(&play->world, play->world.now + FLUE_SECOND / 2);
    pass(play, 50);
    send_from(play, 1, 100);
    world_run(&play->world, play->world.now + FLUE_SECOND); /* an ACK is delayed */
    pass(play, 118);
    assert_non_null(play->ends[0]);
    assert_int_equal(play->got[0], 100);
    pass(play, 60);
    if (was_on_target) {
        assert_null(play->ends[0]); /* the target has a limit, and the host kept to it */
        assert_int_equal(play->reason, FLUE_ERROR_TIMED_OUT);
    } else {
        assert_non_null(play->ends[0]);
    }
}

#define RUNS(wait) (1U << FLUE_TCP_WAIT_##wait)

static const struct script retransmit = {NULL, run_retransmit, RUNS(RETRANSMIT)};
static const struct script retransmit_count = {configure_few, run_silence, RUNS(RETRANSMIT)};
static const struct script retransmit_time = {configure_max_rt, run_silence, RUNS(RETRANSMIT)};
static const struct script keepalive = {configure_keepalive, run_keepalive, 1U << KEEPALIVE};
static const struct script persist = {configure_small_buffer, run_persist,
                                      RUNS(PERSIST) | RUNS(PROBE)};
static const struct script fin_wait_2 = {NULL, run_fin_wait_2, RUNS(FIN_WAIT_2)};

/* ---- The comparison ----------------------------------------------------------------------------
 */

struct variation {
    uint64_t seed;
    uint32_t ticks_per_second;
    bool from_target;
    bool on_ticks;
};

static void
play(struct play *play, const struct script *script, const struct variation *variation, bool moves)
{
    struct world_config config = world_config_default();
    struct world *world = &play->world;
    struct flue_four_tuple tuple = world_tuple(4000);
    struct flue_host_listener *listener;
    struct flue_tcp_options server;

    memset(play, 0, sizeof *play);
    world_set_ticks(&config, variation->ticks_per_second, 1000);
    config.host.tcp.max_retransmissions = 15;
    if (script->configure != NULL) {
        script->configure(&config.host.tcp, variation->ticks_per_second);
        script->configure(&config.target.tcp, variation->ticks_per_second);
    }
    server = config.host.tcp.options;
    server.use_keepalive = false; /* the two would fire at once, in no order */
    config.seed = variation->seed;
    config.delay = (1 + variation->seed * 7 % 20) * 730 * FLUE_MICROSECOND;
    for (uint32_t i = 0; i < 2; i++) {
        config.handlers[i] = (struct flue_host_handlers){
            .accepted = on_accepted, .readable = on_readable, .closed = on_closed};
        play->reads[i] = true;
    }
    world_create(world, &config);
    world->test = play;
    world->is_eager = true;
    play->on_ticks = variation->on_ticks;
    play->tick = FLUE_SECOND / variation->ticks_per_second;
    assert_int_equal(
        flue_host_listen(world->machines[1].host, 4, NULL, WORLD_PORT, 5, &server, NULL, &listener),
        FLUE_OK);
    assert_int_equal(
        flue_host_connect(world->machines[0].host, 0, &tuple, NULL, NULL, &play->ends[0]), FLUE_OK);
    world_run(world, FLUE_SECOND);
    if (variation->from_target)
        change_hands(play);
    play->moves = moves;
    script->run(play);
}

static void
assert_same(const struct play *still, const struct play *moved, const struct variation *variation)
{
    const struct world *a = &still->world;
    const struct world *b = &moved->world;

    for (uint32_t i = 0; i < a->record_count && i < b->record_count; i++) {
        const struct record *one = &a->records[i];
        const struct record *other = &b->records[i];

        if (one->time != other->time || one->from != other->from || one->flags != other->flags ||
            one->seq != other->seq || one->ack != other->ack || one->length != other->length ||
            one->ts_val != other->ts_val || one->window != other->window)
            fail_msg("seed %u, %u ticks/s, from %s, %s: segment %u differs: at %llu and %llu us, "
                     "flags %02x and %02x, seq %u and %u, ack %u and %u, ts %u and %u, "
                     "window %u and %u",
                     (unsigned)variation->seed, variation->ticks_per_second,
                     variation->from_target ? "target" : "host",
                     variation->on_ticks ? "on ticks" : "between ticks", i,
                     (unsigned long long)(one->time / FLUE_MICROSECOND),
                     (unsigned long long)(other->time / FLUE_MICROSECOND), one->flags, other->flags,
                     one->seq, other->seq, one->ack, other->ack, one->ts_val, other->ts_val,
                     one->window, other->window);
    }
    assert_int_equal(a->record_count, b->record_count);
    assert_true(still->closed_at == moved->closed_at);
    assert_int_equal(still->reason, moved->reason);
}

static uint32_t
compare(const struct script *script, const struct variation *variation)
{
    static struct play still;
    static struct play moved;
    uint32_t seen;

    play(&still, script, variation, false);
    play(&moved, script, variation, true);
    assert_same(&still, &moved, variation);
    assert_int_equal(still.move_count, 0);
    assert_true(moved.move_count > 3);
    seen = moved.seen;
    world_destroy(&still.world);
    world_destroy(&moved.world);
    return seen;
}

static void
compare_all(const struct script *script)
{
    static const uint32_t rates[] = {10, 100, 1000};

    uint32_t seen = 0;

    for (uint32_t i = 0; i < 3 * 4 * SEEDS; i++) {
        struct variation variation = {.seed = 1 + i / 12,
                                      .ticks_per_second = rates[i % 3],
                                      .from_target = i / 3 % 2 > 0,
                                      .on_ticks = i / 6 % 2 > 0};

        seen |= compare(script, &variation);
    }
    assert_int_equal(seen & script->timers, script->timers);
}

#define QUIET(timer)                                                                               \
    static void prop_move_while_##timer##_runs_is_invisible(void **state)                          \
    {                                                                                              \
        (void)state;                                                                               \
        compare_all(&timer);                                                                       \
    }

QUIET(retransmit)
QUIET(retransmit_count)
QUIET(retransmit_time)
QUIET(keepalive)
QUIET(persist)
QUIET(fin_wait_2)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_move_while_retransmit_runs_is_invisible),
        cmocka_unit_test(prop_move_while_retransmit_count_runs_is_invisible),
        cmocka_unit_test(prop_move_while_retransmit_time_runs_is_invisible),
        cmocka_unit_test(prop_move_while_keepalive_runs_is_invisible),
        cmocka_unit_test(prop_move_while_persist_runs_is_invisible),
        cmocka_unit_test(prop_move_while_fin_wait_2_runs_is_invisible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
