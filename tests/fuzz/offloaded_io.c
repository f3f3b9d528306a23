/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the client of offloaded.h does with connections, and what their peers send.
 */
#include <string.h>

#include "offloaded.h"
#include "target/parts.h"

static uint8_t text[65536];

/* ---- Lists ---- */

struct list *
take_list(struct world *world, bool is_request, uint32_t length)
{
    for (uint32_t i = 0; i < LISTS; i++) {
        struct list *list = &world->lists[i];

        if (list->is_out)
            continue;
        list->memory = is_request ? malloc(length + (length == 0)) : NULL;
        FUZZ_CHECK(!is_request || list->memory != NULL);
        flue_buffer_list_init(&list->list, &list->descriptor,
                              is_request        ? list->memory
                              : length % 2 == 0 ? text
                                                : NULL,
                              length);
        list->is_out = true;
        return list;
    }
    return NULL;
}

void
give_list_back(struct world *world, struct flue_buffer_list *given)
{
    struct list *list = (struct list *)given;

    FUZZ_CHECK(list >= world->lists && list < world->lists + LISTS);
    FUZZ_CHECK(list->is_out);
    list->is_out = false;
    free(list->memory);
    list->memory = NULL;
}

/* One to three lists. */
static struct flue_buffer_list *
take_chain(struct world *world, bool is_request)
{
    struct flue_buffer_list *first = NULL;

    for (uint32_t i = 1 + take(world, 1) % 3; i > 0; i--) {
        struct list *list = take_list(world, is_request, take(world, 2) % 5000);

        if (list == NULL)
            break;
        list->list.next = first;
        first = &list->list;
    }
    return first;
}

static void
post_requests(struct world *world, void *context)
{
    struct flue_buffer_list *lists = take_chain(world, true);
    uint32_t bits = take(world, 1);

    for (struct flue_buffer_list *list = lists; list != NULL; list = list->next) {
        list->tcp_receive_no_push = (bits & 1) != 0;
        list->tcp_receive_bytes_transferred = world->is_wild ? bits : 0;
    }
    if (lists != NULL)
        FUZZ_CHECK(world->provider->tcp_offload_receive(world->provider->adapter, world->now,
                                                        context, lists) == FLUE_STATUS_PENDING);
}

static void
disconnect(struct world *world, struct object *object, void *context)
{
    uint32_t bits = take(world, 1);
    struct list *list;

    if (object->is_closing && !world->is_wild)
        return;
    list = take_list(world, false, (bits & 1) != 0 || (bits & 2) == 0 ? 0 : bits * 16);
    if (list == NULL)
        return;
    object->is_closing = true;
    FUZZ_CHECK(world->provider->tcp_offload_disconnect(
                   world->provider->adapter, world->now, context, &list->list,
                   world->is_wild && bits > 200 ? bits
                   : (bits & 1) != 0            ? FLUE_TCP_DISCONNECT_ABORTIVE_CLOSE
                                     : FLUE_TCP_DISCONNECT_GRACEFUL_CLOSE) == FLUE_STATUS_PENDING);
}

/* A TCP header that may be anything, and data. */
static void
forward(struct world *world, const struct object *object, void *context)
{
    struct list *list = take_list(world, true, 20 + take(world, 1));
    struct flue_packet packet;
    uint32_t length;

    if (list == NULL)
        return;
    memset(list->memory, 0, list->descriptor.byte_count);
    make_segment(world, object->number, take(world, 1) % 2 == 0, &packet);
    packet.segment.payload.length = 0;
    if (flue_tcp_header_length(&packet.segment) <= list->descriptor.byte_count)
        flue_tcp_header_write(&packet.tuple, &packet.segment, list->memory);
    length = take(world, 1) % 16;
    for (uint32_t i = 0; i < length; i++)
        list->memory[i * 3 % list->descriptor.byte_count] ^= (uint8_t)take(world, 1);
    FUZZ_CHECK(world->provider->tcp_offload_forward(world->provider->adapter, world->now, context,
                                                    &list->list) == FLUE_STATUS_PENDING);
}

/* Some of what the client keeps. */
static void
return_some(struct world *world)
{
    uint32_t count = 1 + take(world, 1) % 4;
    struct flue_buffer_list *first = world->lent;
    struct flue_buffer_list *last = first;

    if (first == NULL)
        return;
    while (--count > 0 && last->next != NULL)
        last = last->next;
    world->lent = last->next;
    last->next = NULL;
    FUZZ_CHECK(world->provider->tcp_offload_receive_return(world->provider->adapter, world->now,
                                                           first) == FLUE_STATUS_SUCCESS);
}

/* A wild client has contexts of other objects, and of none. */
static void *
context_of(struct world *world, const struct object *object)
{
    uint32_t choice = world->is_wild ? take(world, 1) : 0;

    if (choice < 128)
        return object->handle.miniport_offload_context;
    if (choice < 192)
        return world->objects[choice % OBJECTS].handle.miniport_offload_context;
    return (void *)(uintptr_t)((uint64_t)take(world, 2) << 32 | take(world, 1));
}

void
do_io(struct world *world, enum io io)
{
    struct object *object = object_at(world, TCP, take(world, 1));
    void *context = context_of(world, object);
    struct flue_buffer_list *lists;
    bool was_in_call = world->is_in_call;

    world->is_in_call = true;
    if (io == RETURN)
        return_some(world);
    else if (!world->is_wild && (!object->is_present || object->is_starting || object->is_ending))
        io = RETURN; /* the client has no business with it */
    else if (io == SEND && (world->is_wild || !object->is_closing)) {
        lists = take_chain(world, false);
        if (lists != NULL)
            FUZZ_CHECK(world->provider->tcp_offload_send(world->provider->adapter, world->now,
                                                         context, lists) == FLUE_STATUS_PENDING);
    } else if (io == RECEIVE)
        post_requests(world, context);
    else if (io == FORWARD)
        forward(world, object, context);
    else if (io == DISCONNECT)
        disconnect(world, object, context);
    world->is_in_call = was_in_call;
}

/* ---- Segments ---- */

/* A number near `base`, by one of the input's bytes: nearer for small ones. */
static uint32_t
near(struct world *world, uint32_t base)
{
    int8_t step = (int8_t)take(world, 1);
    uint32_t size = (uint32_t)(step < 0 ? -step : step);
    uint32_t distance = size < 32 ? size : (size - 31) * 1460;

    if (size > 120)
        distance = take(world, 4);
    return step < 0 ? base - distance : base + distance;
}

static struct flue_four_tuple
tuple_of(const struct object *connection)
{
    const struct object *path = connection->parent;
    struct flue_four_tuple tuple = {0};

    tuple.local = path->source;
    tuple.remote = path->destination;
    tuple.local_port = (uint16_t)(1000 + connection->number);
    tuple.remote_port = 80;
    tuple.ip_version = path->number % 2 == 0 ? 4 : 6;
    return tuple;
}

static void
add_options(struct world *world, const struct flue_tcp_snapshot *s,
            struct flue_tcp_segment *segment)
{
    uint32_t kinds = take(world, 1);

    segment->has_mss = (kinds & 1) != 0;
    segment->mss = 1460;
    segment->has_window_scale = (kinds & 2) != 0;
    segment->window_scale = 3;
    segment->has_timestamp = (kinds & 8) != 0;
    if (segment->has_timestamp) {
        segment->ts_val = near(world, s->ts_recent);
        segment->ts_ecr = near(world, (uint32_t)(world->now / FLUE_MILLISECOND));
    }
    segment->sack_count = (uint8_t)(kinds >> 4 & 3);
    for (unsigned i = 0; i < segment->sack_count; i++) {
        segment->sack[i].left = near(world, s->snd_una);
        segment->sack[i].right = near(world, segment->sack[i].left);
    }
}

void
make_segment(struct world *world, uint32_t number, bool is_sane, struct flue_packet *packet)
{
    static struct flue_memory_descriptor descriptor = {NULL, text, sizeof text};
    struct flue_tcp_segment *segment = &packet->segment;
    const struct flue_tcp_connection *tcp;
    struct flue_tcp_snapshot s = {0};

    memset(packet, 0, sizeof *packet);
    packet->tuple = tuple_of(object_at(world, TCP, number));
    packet->has_vlan = object_at(world, TCP, number)->parent->parent->number == 1;
    packet->vlan_tci = 5;
    tcp = flue_tcp_find(world->target->engine, &packet->tuple);
    if (tcp != NULL)
        flue_tcp_get_snapshot(tcp, world->now, &s);
    segment->flags = (uint8_t)take(world, 1);
    segment->seq = is_sane ? s.rcv_nxt : near(world, s.rcv_nxt);
    segment->ack = is_sane ? s.snd_max : near(world, s.snd_nxt);
    segment->window = (uint16_t)take(world, 2);
    segment->payload = flue_span_virtual(take(world, 2) % 1600);
    segment->hop_limit = 64;
    if (segment->payload.length % 2 == 1)
        segment->payload.descriptor = &descriptor;
    if (is_sane) {
        segment->flags &= (uint8_t) ~(FLUE_TCP_SYN | FLUE_TCP_RST | FLUE_TCP_URG);
        segment->flags |= FLUE_TCP_ACK;
        segment->has_timestamp = s.timestamps;
        segment->ts_val = s.ts_recent + 1;
        return;
    }
    segment->urgent_pointer = (uint16_t)take(world, 1);
    add_options(world, &s, segment);
}

void
wait_for(struct world *world, bool is_deadline)
{
    flue_time deadline = flue_target_next_deadline(world->target);

    if (!is_deadline)
        world->now += (flue_time)take(world, 1) * take(world, 1) * FLUE_MILLISECOND;
    else if (deadline < FLUE_TIME_NEVER / 2 && deadline > world->now)
        world->now = deadline;
    flue_target_advance(world->target, world->now);
}
