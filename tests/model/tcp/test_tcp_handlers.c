/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What handlers may do: from inside any of them, at random, the owner sends, shuts down, aborts,
 * releases or takes the connection away, while memory sometimes runs out. Nothing may crash, leak,
 * or be called for a connection that its owner has let go.
 */
#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "wire.h"

enum { MOST_LISTS = 64 };

struct chaos {
    struct flue_test_memory memory;
    struct test_random random;
    struct flue_tcp_engine *engines[2];
    struct owner {
        struct chaos *chaos;
        int side;
        struct flue_tcp_connection *connection; /* NULL: let go */
        bool has_ended;                         /* it may be kept for a while */
    } owners[2];
    struct flue_tcp_listener *listener; /* NULL: closed */
    struct list_slot {
        struct flue_buffer_list list;
        struct flue_memory_descriptor descriptor;
        bool is_out;
    } slots[MOST_LISTS];
    struct flying_segment {
        flue_time at;
        int to;
        struct flue_four_tuple tuple;
        struct flue_tcp_segment segment;
    } flying[4096];
    unsigned head, tail;
    flue_time now;
    double mischief;
};

static void
on_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
        const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    struct owner *owner = user;
    struct chaos *chaos = owner->chaos;
    struct flying_segment *it;

    (void)connection;
    if (test_random_chance(&chaos->random, 0.03) || chaos->tail - chaos->head >= 4096)
        return;
    it = &chaos->flying[chaos->tail++ % 4096];
    it->at = now + 3 * FLUE_MILLISECOND;
    it->to = 1 - owner->side;
    it->tuple = *tuple;
    it->tuple.local = tuple->remote;
    it->tuple.remote = tuple->local;
    it->tuple.local_port = tuple->remote_port;
    it->tuple.remote_port = tuple->local_port;
    it->segment = *segment;
    it->segment.payload = flue_span_virtual(segment->payload.length);
}

static void
send_something(struct owner *owner, flue_time now)
{
    struct chaos *chaos = owner->chaos;

    for (unsigned i = 0; i < MOST_LISTS; i++) {
        struct list_slot *slot = &chaos->slots[i];

        if (slot->is_out)
            continue;
        flue_buffer_list_init(&slot->list, &slot->descriptor, NULL,
                              (uint32_t)test_random_below(&chaos->random, 20000));
        slot->is_out = true;
        if (flue_tcp_send(owner->connection, now, &slot->list) != FLUE_OK)
            slot->is_out = false;
        return;
    }
}

static void
take_back(struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct list_slot *slot = (struct list_slot *)lists; /* its first member */

        lists = lists->next;
        assert_true(slot->is_out);
        slot->is_out = false;
    }
}

static void
let_go(struct owner *owner, flue_time now)
{
    struct flue_tcp_connection *connection = owner->connection;

    owner->connection = NULL;
    flue_tcp_release(connection, now);
}

/* Something that the owner is free to do, now and here. */
static void
mischief(struct owner *owner, flue_time now)
{
    struct chaos *chaos = owner->chaos;
    struct flue_buffer_list *lists;
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;

    if (owner->connection == NULL || !test_random_chance(&chaos->random, chaos->mischief))
        return;
    switch (test_random_below(&chaos->random, 10)) {
    case 0:
        flue_tcp_abort(owner->connection, now);
        break;
    case 1:
        let_go(owner, now);
        break;
    case 2:
        (void)!flue_tcp_shutdown(owner->connection, now);
        break;
    case 3:
        flue_tcp_surrender(owner->connection, now, &lists);
        owner->connection = NULL;
        take_back(lists);
        break;
    case 4:
        flue_tcp_set_path_mtu(owner->connection, now,
                              (uint32_t)(100 + test_random_below(&chaos->random, 1500)));
        break;
    case 5:
        flue_tcp_listener_close(chaos->listener, now);
        chaos->listener = NULL;
        break;
    case 6:
        flue_tcp_export(owner->connection, now, &constants, &cached, &delegated);
        flue_tcp_flush_ack(owner->connection, now);
        break;
    default:
        send_something(owner, now);
        break;
    }
}

static void
check_owner(struct owner *owner, const struct flue_tcp_connection *connection)
{
    assert_ptr_equal(owner->connection, connection); /* nobody is called for what he let go */
    assert_false(owner->has_ended);
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *listener,
            struct flue_tcp_connection *connection)
{
    struct owner *owner = user;

    assert_ptr_equal(listener, owner->chaos->listener);
    if (owner->connection != NULL) { /* the peer came again; one is enough */
        flue_tcp_abort(connection, now);
        flue_tcp_release(connection, now);
        return;
    }
    owner->connection = connection;
    owner->has_ended = false;
    flue_tcp_set_user(connection, owner);
    mischief(owner, now);
}

static void
on_connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    check_owner(user, connection);
    send_something(user, now);
    mischief(user, now);
}

static void
on_received(void *user, flue_time now, struct flue_tcp_connection *connection,
            const struct flue_span *data, bool push)
{
    (void)push;
    check_owner(user, connection);
    assert_true(data->length > 0);
    flue_tcp_consume(connection, now, data->length);
    mischief(user, now);
}

static void
on_acknowledged(void *user, flue_time now, struct flue_tcp_connection *connection, uint32_t bytes)
{
    (void)bytes;
    check_owner(user, connection);
    mischief(user, now);
}

static void
on_sent(void *user, flue_time now, struct flue_tcp_connection *connection,
        struct flue_buffer_list *lists)
{
    struct owner *owner = user;

    take_back(lists);
    if (owner->connection != NULL) /* a release with lists queued gives them back on its way */
        check_owner(owner, connection);
    mischief(owner, now);
}

static void
on_event(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    check_owner(user, connection);
    mischief(user, now);
}

static void
on_closed(void *user, flue_time now, struct flue_tcp_connection *connection,
          enum flue_result reason)
{
    struct owner *owner = user;

    (void)reason;
    if (owner->connection == NULL || flue_tcp_user(connection) != owner)
        return; /* an abort on the way of a release; a connection that was not taken */
    check_owner(owner, connection);
    owner->has_ended = true;
    if (test_random_chance(&owner->chaos->random, 0.7))
        let_go(owner, now);
}

static bool
on_exhausted(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    struct owner *owner = user;

    check_owner(owner, connection);
    mischief(owner, now);
    return test_random_chance(&owner->chaos->random, 0.5);
}

static const struct flue_tcp_handlers handlers = {
    .emit = on_emit,
    .accepted = on_accepted,
    .connected = on_connected,
    .received = on_received,
    .peer_closed = on_event,
    .acknowledged = on_acknowledged,
    .sent = on_sent,
    .send_closed = on_event,
    .exhausted = on_exhausted,
    .closed = on_closed,
    .entered_time_wait = on_event,
};

static bool
step(struct chaos *chaos)
{
    flue_time next =
        chaos->head != chaos->tail ? chaos->flying[chaos->head % 4096].at : FLUE_TIME_NEVER;
    int timer = -1;

    for (int side = 0; side < 2; side++)
        if (flue_tcp_next_deadline(chaos->engines[side]) < next) {
            next = flue_tcp_next_deadline(chaos->engines[side]);
            timer = side;
        }
    if (next == FLUE_TIME_NEVER)
        return false;
    chaos->now = next > chaos->now ? next : chaos->now;
    if (timer >= 0) {
        flue_tcp_advance(chaos->engines[timer], chaos->now);
    } else {
        struct flying_segment it = chaos->flying[chaos->head++ % 4096];
        flue_tcp_input(chaos->engines[it.to], chaos->now, &it.tuple, &it.segment);
    }
    return true;
}

static void
one_life(struct chaos *chaos, uint16_t port)
{
    struct owner *client = &chaos->owners[0];
    struct flue_four_tuple tuple = wire_tuple(0);

    if (client->connection != NULL && client->has_ended)
        let_go(client, chaos->now);
    if (chaos->owners[1].connection != NULL && chaos->owners[1].has_ended)
        let_go(&chaos->owners[1], chaos->now);
    if (chaos->listener == NULL &&
        flue_tcp_listen(chaos->engines[1], 4, NULL, 80, 4, NULL, NULL, &chaos->listener) != FLUE_OK)
        chaos->listener = NULL;
    if (client->connection != NULL)
        return;
    tuple.local_port = port;
    client->has_ended = false;
    if (flue_tcp_connect(chaos->engines[0], chaos->now, &tuple, NULL, client,
                         &client->connection) != FLUE_OK)
        client->connection = NULL;
}

static void
random_case(uint64_t seed)
{
    static struct chaos chaos;
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_allocator allocator = flue_test_memory_allocator(&chaos.memory);

    memset(&chaos, 0, sizeof chaos);
    chaos.random.state = seed * 2654435761u + 1;
    chaos.mischief = seed % 3 == 0 ? 0.02 : 0.2;
    config.time_wait_ticks = 100;
    config.max_retransmissions = 6;
    config.max_rto_ticks = 2000;
    for (int side = 0; side < 2; side++) {
        chaos.owners[side].chaos = &chaos;
        chaos.owners[side].side = side;
        assert_int_equal(flue_tcp_engine_create(&config, &handlers, &chaos.owners[side], &allocator,
                                                &chaos.engines[side]),
                         FLUE_OK);
    }
    if (seed % 2 == 0) /* memory runs out somewhere */
        chaos.memory.fail_call = chaos.memory.calls + 1 + (size_t)(seed / 2 % 40);
    for (uint16_t life = 0; life < 6; life++) {
        one_life(&chaos, (uint16_t)(40000 + life));
        for (int i = 0; i < 600 && step(&chaos); i++)
            if (test_random_chance(&chaos.random, 0.05))
                mischief(&chaos.owners[test_random_below(&chaos.random, 2)], chaos.now);
    }
    for (int side = 0; side < 2; side++)
        if (chaos.owners[side].connection != NULL)
            let_go(&chaos.owners[side], chaos.now);
    while (step(&chaos))
        continue;
    for (unsigned i = 0; i < MOST_LISTS; i++)
        if (chaos.slots[i].is_out)
            fail_msg("seed %llu: list %u never came back", (unsigned long long)seed, i);
    for (int side = 0; side < 2; side++) {
        struct flue_tcp_statistics statistics;

        flue_tcp_get_statistics(chaos.engines[side], &statistics);
        if (statistics.connections != 0 || statistics.currently_established != 0)
            fail_msg("seed %llu: %u connections are left", (unsigned long long)seed,
                     statistics.connections);
        flue_tcp_engine_destroy(chaos.engines[side]);
    }
    flue_test_memory_assert_empty(&chaos.memory);
}

static void
prop_handlers_may_do_anything_at_any_time(void **state)
{
    const char *many = getenv("FLUE_SEEDS");
    uint64_t count = many != NULL ? strtoull(many, NULL, 10) : 400;

    (void)state;
    for (uint64_t seed = 1; seed <= count; seed++)
        random_case(seed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_handlers_may_do_anything_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
