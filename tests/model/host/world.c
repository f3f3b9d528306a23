/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two machines of world.h.
 */
#include "world_parts.h"

#include "host/parts.h"
#include "im/parts.h"
#include "target/parts.h"

#include <stdlib.h>
#include <string.h>

struct frame {
    struct frame *next;
    flue_time arrives;
    uint32_t to;
    struct flue_packet packet;
    struct flue_memory_descriptor payload;
};

static uint32_t
draw(uint64_t *random, uint32_t below)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (uint32_t)(*random >> 32) % below;
}

uint32_t
world_random(struct world *world, uint32_t below)
{
    return draw(&world->random, below);
}

static bool
happens(struct world *world, uint32_t permille)
{
    return permille > 0 && draw(&world->wire_random, 1000) < permille;
}

static void
record(struct world *world, const struct machine *from, const struct flue_tcp_segment *segment)
{
    uint32_t count = world->record_count++;

    if ((count & (count - 1)) == 0) { /* doubles at each power of two */
        world->records =
            realloc(world->records, (count > 0 ? 2 * count : 1) * sizeof *world->records);
        assert_non_null(world->records);
    }
    world->records[count] = (struct record){
        .time = world->now,
        .from = (uint8_t)from->index,
        .flags = segment->flags,
        .seq = segment->seq,
        .ack = segment->ack,
        .length = segment->payload.length,
        .ts_val = segment->ts_val,
        .window = segment->window,
    };
}

/* Behind all frames that arrive no later. */
static void
insert(struct world *world, struct frame *frame)
{
    struct frame **link = &world->first;

    if (world->last != NULL && world->last->arrives <= frame->arrives)
        link = &world->last->next;
    while (*link != NULL && (*link)->arrives <= frame->arrives)
        link = &(*link)->next;
    frame->next = *link;
    *link = frame;
    if (frame->next == NULL)
        world->last = frame;
}

/* One copy of it, seen from the other side. */
static void
send_copy(struct machine *from, const struct flue_packet *packet)
{
    struct world *world = from->world;
    const struct flue_tcp_segment *segment = &packet->segment;
    struct frame *frame = malloc(sizeof *frame);

    assert_non_null(frame);
    frame->arrives = world->now + world->delay;
    if (happens(world, world->reorder_permille))
        frame->arrives += draw(&world->wire_random, 2000) * (world->delay / 1000);
    frame->to = 1 - from->index;
    frame->packet = *packet;
    frame->packet.tuple.local = packet->tuple.remote;
    frame->packet.tuple.remote = packet->tuple.local;
    frame->packet.tuple.local_port = packet->tuple.remote_port;
    frame->packet.tuple.remote_port = packet->tuple.local_port;
    frame->payload = (struct flue_memory_descriptor){NULL, NULL, segment->payload.length};
    if (segment->payload.length > 0 && !flue_span_is_virtual(&segment->payload)) {
        frame->payload.bytes = malloc(segment->payload.length);
        assert_non_null(frame->payload.bytes);
        flue_span_copy(&segment->payload, frame->payload.bytes);
    }
    frame->packet.segment.payload = (struct flue_span){&frame->payload, 0, segment->payload.length};
    insert(world, frame);
}

void
world__put_on_wire(struct machine *from, uint32_t port, const struct flue_packet *packet)
{
    struct world *world = from->world;
    const struct flue_tcp_segment *segment = &packet->segment;
    uint32_t bytes = 40 + segment->payload.length + (segment->has_timestamp ? 12 : 0);

    record(world, from, segment);
    if (bytes > from->largest)
        from->largest = bytes;
    if (world->watch != NULL)
        world->watch(world, from, &packet->tuple, segment);
    if (from->is_cut[port] || happens(world, world->loss_permille))
        return;
    send_copy(from, packet);
    if (happens(world, world->duplicate_permille))
        send_copy(from, packet);
}

static void
on_host_transmit(void *user, flue_time now, const struct flue_four_tuple *tuple,
                 const struct flue_tcp_segment *segment)
{
    struct machine *machine = user;
    struct flue_packet packet;

    assert_true(now == machine->world->now);
    memset(&packet, 0, sizeof packet);
    packet.tuple = *tuple;
    packet.segment = *segment;
    world__tag(machine->world, &packet);
    world__put_on_wire(machine, machine->team != NULL ? flue_im_active(machine->team) : 0, &packet);
}

static void
on_target_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    struct machine *machine = user;

    assert_true(now == machine->world->now);
    assert_true(packet->ip_id >= 0x8000);                               /* SEND-019 */
    assert_int_equal(packet->destination.bytes[5], 1 - machine->index); /* STATE-032 */
    assert_int_equal(packet->source.bytes[5], machine->index);          /* STATE-033 */
    assert_int_equal(packet->segment.flags & FLUE_TCP_URG, 0);          /* HOST-007 */
    world__check_tag(machine->world, packet);
    machine->target_frames++;
    machine->last_destination = packet->destination;
    world__put_on_wire(machine, 0, packet);
}

static void
on_interrupt(void *user, flue_time now)
{
    struct machine *machine = user;
    struct world *world = machine->world;

    if (world->is_eager && world->is_taking_in) {
        flue_target_poll(machine->target, now);
        return;
    }
    machine->interrupted = true;
    world->poll_at[machine->index] = now;
    if (world->poll_delay_us > 0)
        world->poll_at[machine->index] +=
            world_random(world, world->poll_delay_us) * FLUE_MICROSECOND;
}

static void
on_pass_up(void *user, flue_time now, const struct flue_packet *packet)
{
    struct machine *machine = user;

    flue_host_input(machine->host, now, &packet->tuple, &packet->segment);
}

struct flue_mac
world__mac(uint32_t index)
{
    struct flue_mac mac = {{2, 0, 0, 0, 0, (uint8_t)index}};

    return mac;
}

static bool
on_next_hop(void *user, const struct flue_four_tuple *tuple, struct flue_next_hop *hop)
{
    const struct machine *machine = user;

    hop->adapter = machine->world->is_muxed && world__vlan(tuple) == 1 ? machine->second_adapter
                                                                       : machine->adapter;
    hop->source = world__mac(machine->index);
    hop->destination = world__mac(1 - machine->index);
    hop->path_mtu = machine->path_mtu;
    hop->address = machine->hop_address;
    hop->ip_version = 4;
    hop->destination.bytes[4] = machine->hop_mac;
    hop->vlan_id = machine->vlan_id;
    hop->link_bps = machine->link_bps;
    if (machine->has_other_source)
        hop->source.bytes[4] = 1;
    return machine->has_route;
}

static void
on_solicit(void *user, flue_time now, const struct flue_next_hop *hop)
{
    struct machine *machine = user;

    (void)now;
    machine->solicits++;
    machine->solicited = hop->address;
}

struct world_config
world_config_default(void)
{
    struct world_config config = {
        .seed = 1,
        .delay = FLUE_MILLISECOND,
        .host = flue_host_config_default(),
        .target = flue_target_config_default(),
    };

    config.host.tcp.min_rto_ticks = 200;
    config.target.tcp.min_rto_ticks = 200;
    return config;
}

static uint32_t
at_least_one(uint32_t ticks)
{
    return ticks > 0 ? ticks : 1;
}

static void
set_ticks(struct flue_tcp_config *config, uint32_t ticks_per_second, uint32_t min_rto_ms)
{
    config->ticks_per_second = ticks_per_second;
    config->initial_rto_ticks = ticks_per_second;
    config->min_rto_ticks = at_least_one(min_rto_ms * ticks_per_second / 1000);
    config->max_rto_ticks = 60 * ticks_per_second;
    config->delayed_ack_ticks = at_least_one(ticks_per_second / 25);
    config->sws_prevention_ticks = ticks_per_second / 5;
    config->time_wait_ticks = 60 * ticks_per_second;
    config->fin_wait_2_ticks = 120 * ticks_per_second;
    config->options.keepalive_idle_ticks = ticks_per_second / 2;
    config->options.keepalive_interval_ticks = at_least_one(ticks_per_second / 4);
}

void
world_set_ticks(struct world_config *config, uint32_t ticks_per_second, uint32_t min_rto_ms)
{
    set_ticks(&config->host.tcp, ticks_per_second, min_rto_ms);
    set_ticks(&config->target.tcp, ticks_per_second, min_rto_ms);
}

static void
create_machine(struct world *world, uint32_t index, const struct world_config *config)
{
    struct machine *machine = &world->machines[index];
    struct flue_target_handlers down = {
        .transmit = on_target_transmit, .interrupt = on_interrupt, .pass_up = on_pass_up};
    struct flue_host_handlers up = config->handlers[index];
    struct flue_target_config target = config->target;

    machine->world = world;
    machine->index = index;
    machine->has_route = true;
    machine->path_mtu = 1500;
    target.mac = world__mac(index);
    up.transmit = on_host_transmit;
    up.next_hop = on_next_hop;
    up.solicit = on_solicit;
    assert_int_equal(
        flue_host_create(&config->host, &up, machine, &world->allocator, &machine->host), FLUE_OK);
    assert_int_equal(
        flue_target_create(&target, &down, machine, &world->allocator, &machine->target), FLUE_OK);
    world__join(machine, config);
}

void
world_create(struct world *world, const struct world_config *config)
{
    memset(world, 0, sizeof *world);
    world->random = config->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    world->wire_random = world->random ^ UINT64_C(0xD1B54A32D192ED03);
    world->delay = config->delay;
    world->is_muxed = config->is_muxed;
    world->allocator = flue_test_memory_allocator(&world->memory);
    create_machine(world, 0, config);
    create_machine(world, 1, config);
}

void
world_destroy(struct world *world)
{
    while (world->first != NULL) {
        struct frame *frame = world->first;

        world->first = frame->next;
        free(frame->payload.bytes);
        free(frame);
    }
    for (uint32_t i = 0; i < 2; i++) {
        flue_target_destroy(world->machines[i].target);
        flue_target_destroy(world->machines[i].spare.target);
        flue_im_destroy(world->machines[i].team);
        flue_verifier_destroy(world->machines[i].spare.verifier);
        flue_verifier_destroy(world->machines[i].team_verifier);
        flue_host_destroy(world->machines[i].host);
        for (uint32_t j = 0; j < world->machines[i].driver_count; j++) {
            flue_im_destroy(world->machines[i].drivers[j]);
            flue_verifier_destroy(world->machines[i].verifiers[j]);
        }
        flue_verifier_destroy(world->machines[i].verifier);
        flue_verifier_destroy(world->machines[i].second_verifier);
    }
    free(world->records);
    world->records = NULL;
    flue_test_memory_assert_empty(&world->memory);
    flue_test_memory_assert_empty(&world->verifier_memory);
    flue_verifier_watch_assert_kept(&world->watch_contract);
}

uint32_t
world_ask_neighbor(struct machine *machine, uint32_t nrd_ticks)
{
    const struct flue_client *host = flue_host_client(machine->host, machine->adapter);
    struct flue_mac source = world__mac(machine->index);
    struct flue_mac destination = world__mac(1 - machine->index);
    struct flue_neighbor_block block;

    destination.bytes[4] = machine->hop_mac;
    flue_block_list_init(&block.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof block, NULL);
    memset(&block.constants, 0, sizeof block - sizeof block.block);
    block.block.status = FLUE_STATUS_SUCCESS;
    block.constants.header.length = sizeof block.constants;
    memcpy(block.constants.dl_source_address, source.bytes, FLUE_MAC_BYTES);
    block.cached.header.length = sizeof block.cached;
    memcpy(block.cached.dl_destination_address, destination.bytes, FLUE_MAC_BYTES);
    block.cached.host_reachability_delta_ticks = UINT32_MAX; /* to be overwritten */
    block.delegated.header.length = sizeof block.delegated;
    block.delegated.nic_reachability_delta_ticks = nrd_ticks;
    host->indicate_offload_event(host->binding, machine->world->now, &block.block,
                                 FLUE_NEIGHBOR_REACHABILITY_QUERY);
    return block.cached.host_reachability_delta_ticks;
}

struct flue_four_tuple
world_tuple(uint16_t client_port)
{
    struct flue_four_tuple tuple = {0};

    tuple.local = flue_ipv4(10, 0, 0, 1);
    tuple.remote = flue_ipv4(10, 0, 0, 2);
    tuple.local_port = client_port;
    tuple.remote_port = WORLD_PORT;
    tuple.ip_version = 4;
    return tuple;
}

static flue_time
earlier(flue_time a, flue_time b)
{
    return a < b ? a : b;
}

flue_time
world_next(const struct world *world)
{
    flue_time next = world->first != NULL ? world->first->arrives : FLUE_TIME_NEVER;

    for (uint32_t i = 0; i < 2; i++) {
        const struct machine *machine = &world->machines[i];

        next = earlier(next, flue_host_next_deadline(machine->host));
        next = earlier(next, flue_target_next_deadline(machine->target));
        if (machine->team != NULL)
            next = earlier(next, flue_target_next_deadline(machine->spare.target));
        if (machine->spare.interrupted)
            next = earlier(next, world->now);
        if (machine->interrupted)
            next = earlier(next, world->poll_at[i]);
    }
    return next;
}

static void
poll_team(struct machine *machine)
{
    if (machine->team == NULL)
        return;
    flue_im_poll(machine->team, machine->world->now);
    if (!machine->spare.interrupted)
        return;
    machine->spare.interrupted = false;
    flue_target_poll(machine->spare.target, machine->world->now);
}

/* The port by which the switch delivers: an aggregate's by the peer's port number; otherwise where
 * the machine speaks. */
static uint32_t
port_of(const struct machine *machine, const struct flue_packet *packet)
{
    if (machine->team == NULL)
        return 0;
    if (machine->team_mode == FLUE_TEAM_AGGREGATE && !machine->is_cut[0] && !machine->is_cut[1])
        return packet->tuple.local_port % 2;
    return flue_im_active(machine->team);
}

void
world_poll(struct world *world)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct machine *machine = &world->machines[i];

        for (uint32_t j = 0; j < machine->driver_count; j++)
            flue_im_poll(machine->drivers[j], world->now);
        poll_team(machine);
        if (!machine->interrupted || world->poll_at[i] > world->now)
            continue;
        machine->interrupted = false;
        flue_target_poll(machine->target, world->now);
        assert_int_equal(flue_target_pending(machine->target), 0);
    }
}

static void
deliver(struct world *world)
{
    struct frame *frame = world->first;
    struct machine *machine = &world->machines[frame->to];
    uint32_t port = port_of(machine, &frame->packet);
    bool is_taken = machine->is_cut[port]; /* lost */

    world->first = frame->next;
    if (world->first == NULL)
        world->last = NULL;
    world->is_taking_in = true;
    if (!is_taken)
        is_taken = flue_target_input(port == 0 ? machine->target : machine->spare.target,
                                     world->now, &frame->packet);
    world->is_taking_in = false;
    if (!is_taken)
        flue_host_input(machine->host, world->now, &frame->packet.tuple, &frame->packet.segment);
    free(frame->payload.bytes);
    free(frame);
}

/* Operations and timers that are due go before frames: what a frame sets off at an instant is over
 * before the next frame of that instant comes. */
static bool
advance(struct world *world)
{
    bool is_due = false;

    for (uint32_t i = 0; i < 2; i++) {
        struct machine *machine = &world->machines[i];

        if (flue_target_next_deadline(machine->target) <= world->now) {
            flue_target_advance(machine->target, world->now);
            is_due = true;
        }
        if (machine->team != NULL &&
            flue_target_next_deadline(machine->spare.target) <= world->now) {
            flue_target_advance(machine->spare.target, world->now);
            is_due = true;
        }
        if (flue_host_next_deadline(machine->host) <= world->now) {
            flue_host_advance(machine->host, world->now);
            is_due = true;
        }
    }
    return is_due;
}

static void
step(struct world *world)
{
    if (!advance(world) && world->first != NULL && world->first->arrives <= world->now)
        deliver(world);
    world_poll(world);
}

void
world_run(struct world *world, flue_time until)
{
    world_poll(world);
    for (;;) {
        flue_time next = world_next(world);

        if (next > until)
            break;
        if (next > world->now)
            world->now = next;
        step(world);
    }
    world->now = until;
}

static void
assert_target_idle(struct flue_target *target)
{
    assert_int_equal(target->neighbors.used, 0);
    assert_int_equal(target->paths.used, 0);
    assert_int_equal(target->connections.used, 0);
    assert_int_equal(target->ios.used, 0);
    assert_int_equal(target->finals.used, 0);
    assert_int_equal(target->indications.used, 0);
    if (target->spare != NULL)
        flue__target_release_piece(target, target->spare);
    target->spare = NULL;
    assert_int_equal(target->pieces.used, 0);
    assert_null(target->heap.first);
}

void
world_assert_idle(const struct world *world)
{
    for (uint32_t i = 0; i < 2; i++) {
        const struct machine *machine = &world->machines[i];

        flue_verifier_finish(machine->verifier, world->now);
        if (machine->second_verifier != NULL)
            flue_verifier_finish(machine->second_verifier, world->now);
        if (machine->team != NULL) {
            flue_verifier_finish(machine->team_verifier, world->now);
            flue_verifier_finish(machine->spare.verifier, world->now);
        }
        for (uint32_t j = 0; j < machine->driver_count; j++) {
            flue_verifier_finish(machine->verifiers[j], world->now);
            assert_int_equal(machine->drivers[j]->objects.used, 0); /* IM-004 */
            assert_int_equal(machine->drivers[j]->calls.used, 0);   /* IM-009 */
            assert_int_equal(machine->drivers[j]->tags.used, 0);    /* IM-014 */
        }
    }
    for (uint32_t i = 0; i < 2; i++) {
        const struct flue_host *host = world->machines[i].host;
        struct flue_target *target = world->machines[i].target;

        assert_int_equal(host->connections.used, 0);
        assert_int_equal(host->moves.used, 0);
        assert_int_equal(host->objects.used, 0);
        assert_int_equal(host->sends.used, 0);
        assert_int_equal(host->chunks.used, 0);
        assert_int_equal(host->reads.used, 0);
        assert_int_equal(host->segments.used, 0);
        assert_int_equal(host->neighbor_blocks.used, 0);
        assert_int_equal(host->path_blocks.used, 0);
        assert_int_equal(host->tcp_blocks.used, 0);
        assert_int_equal(host->watches.used, 0);
        assert_null(host->heap.first);
        assert_target_idle(target);
        if (world->machines[i].team != NULL) {
            assert_target_idle(world->machines[i].spare.target);
            assert_int_equal(world->machines[i].team->objects.used, 0);
            assert_int_equal(world->machines[i].team->calls.used, 0);
            assert_int_equal(world->machines[i].team->tags.used, 0);
        }
    }
}
