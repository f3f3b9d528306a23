/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The world of offloaded.h: its memory, what its client does when it is called, its beginning and
 * its end.
 */
#include "offloaded.h"

#include <string.h>

enum { MOST_MEMORY = 64 << 20, MOST_PACKET = 1 << 17 };

/* Indications know no world: the one under test is here. */
static struct world *current;

uint32_t
take(struct world *world, unsigned bytes)
{
    return fuzz_take(&world->input, bytes);
}

struct object *
object_at(struct world *world, enum layer layer, uint32_t number)
{
    static const uint32_t firsts[] = {0, NEIGHBORS, NEIGHBORS + PATHS};
    static const uint32_t counts[] = {NEIGHBORS, PATHS, CONNECTIONS};

    return &world->objects[firsts[layer] + number % counts[layer]];
}

/* ---- Memory ---- */

static void *
reallocate(void *user, void *ptr, size_t old_size, size_t new_size)
{
    struct world *world = user;
    void *moved;

    if (new_size == 0) {
        free(ptr);
        world->live_bytes -= old_size;
        return NULL;
    }
    if (world->allocations_left > 0 && --world->allocations_left == 0)
        return NULL;
    moved = realloc(ptr, new_size);
    FUZZ_CHECK(moved != NULL);
    world->live_bytes += new_size - old_size;
    FUZZ_CHECK(world->live_bytes < MOST_MEMORY);
    return moved;
}

static void *
reallocate_verifier(void *user, void *ptr, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

/* ---- The client ---- */

/* One call of the provider from inside a call of the client. */
static void
call_back(struct world *world)
{
    if (world->calls_back == 0 || world->is_inside)
        return;
    world->calls_back--;
    world->is_inside = true;
    do_io(world, (enum io)(take(world, 1) % IO_KINDS));
    world->is_inside = false;
}

static void
on_lists(struct world *world, struct flue_buffer_list *lists)
{
    FUZZ_CHECK(!world->is_in_call);
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;

        FUZZ_CHECK(lists->status != FLUE_STATUS_UNWRITTEN);
        give_list_back(world, lists);
        lists = next;
    }
    call_back(world);
}

#define ON_TREE(name, operation)                                                                   \
    static void name(void *binding, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        struct world *world = binding;                                                             \
        FUZZ_CHECK(!world->is_in_call && now == world->now);                                       \
        on_tree(world, operation, tree);                                                           \
        call_back(world);                                                                          \
    }

ON_TREE(on_initiate, INITIATE)
ON_TREE(on_terminate, TERMINATE)
ON_TREE(on_update, UPDATE)
ON_TREE(on_invalidate, INVALIDATE)
ON_TREE(on_query, QUERY)

static void
on_completed(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    (void)now;
    on_lists(binding, lists);
}

static void
check_handle(const struct flue_offload_handle *handle)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++)
        if (&object_at(current, TCP, i)->handle == handle)
            return;
    FUZZ_CHECK(current->is_wild); /* its blocks have any handle */
}

static void
on_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    (void)information;
    FUZZ_CHECK(!current->is_in_call && now == current->now);
    FUZZ_CHECK(type <= FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE);
    check_handle(handle);
    call_back(current);
}

static enum flue_status
on_indicate(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
            enum flue_status status, uint32_t *consumed)
{
    static uint8_t bytes[MOST_PACKET];
    struct flue_span span = flue_buffer_list_span(list);
    enum flue_status answer = current->answer;

    (void)status;
    FUZZ_CHECK(!current->is_in_call && now == current->now);
    check_handle(handle);
    for (uint32_t at = 0; at < span.length; at += sizeof bytes) {
        struct flue_span piece = flue_span_slice(&span, at, sizeof bytes);

        flue_span_copy(&piece, bytes);
    }
    *consumed = answer == FLUE_STATUS_SUCCESS ? span.length : 0;
    if (answer == FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED)
        *consumed = current->answer_bytes < span.length || current->is_wild ? current->answer_bytes
                                                                            : span.length;
    call_back(current);
    if (answer == FLUE_STATUS_SUCCESS) {
        list->next = current->lent;
        current->lent = list;
    }
    return answer;
}

static void
on_request(void *binding, flue_time now, struct flue_oid_request *request, enum flue_status status)
{
    struct world *world = binding;

    FUZZ_CHECK(!world->is_in_call && now == world->now);
    FUZZ_CHECK(request == &world->power && request->buffer != NULL);
    FUZZ_CHECK(status != FLUE_STATUS_PENDING);
    free(request->buffer);
    request->buffer = NULL;
    call_back(world);
}

static void
init_client(struct world *world)
{
    struct flue_client *client = &world->client;

    flue_client_init(client);
    client->binding = world;
    client->initiate_offload_complete = on_initiate;
    client->terminate_offload_complete = on_terminate;
    client->update_offload_complete = on_update;
    client->invalidate_offload_complete = on_invalidate;
    client->query_offload_complete = on_query;
    client->tcp_offload_send_complete = on_completed;
    client->tcp_offload_receive_complete = on_completed;
    client->tcp_offload_forward_complete = on_completed;
    client->tcp_offload_disconnect_complete = on_completed;
    client->tcp_offload_event = on_event;
    client->tcp_offload_receive_indicate = on_indicate;
    client->oid_request_complete = on_request;
}

/* ---- Below the target ---- */

static void
on_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    static uint8_t bytes[MOST_PACKET];
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    struct world *world = user;

    FUZZ_CHECK(now == world->now);
    FUZZ_CHECK(packet->segment.sack_count <= FLUE_TCP_SACK_MAX);
    FUZZ_CHECK(packet->segment.payload.length < FLUE_TCP_MSS_MOST);
    FUZZ_CHECK(flue_frame_write(packet, headers) <= sizeof headers);
    flue_span_copy(&packet->segment.payload, bytes);
}

static void
on_interrupt(void *user, flue_time now)
{
    struct world *world = user;

    if (world->polls_at_once && !world->is_in_call)
        flue_target_poll(world->target, now);
}

static void
on_violation(void *user, const struct flue_violation *violation)
{
    (void)user;
    if (getenv("FLUE_FUZZ_TELL") != NULL || violation->side != FLUE_SIDE_CLIENT)
        fprintf(stderr, "%s, the %s, %s: %s\n", violation->requirement,
                flue_contract_side_name(violation->side), violation->kind, violation->text);
    FUZZ_CHECK(violation->side == FLUE_SIDE_CLIENT); /* a tame client's slips: see the text */
}

/* ---- Beginning and end ---- */

static void
make_objects(struct world *world)
{
    for (uint32_t i = 0; i < OBJECTS; i++) {
        struct object *object = &world->objects[i];

        object->layer = i < NEIGHBORS ? NEIGHBOR : i < NEIGHBORS + PATHS ? PATH : TCP;
        object->number = (uint32_t)(object - object_at(world, object->layer, 0));
        if (object->layer != NEIGHBOR)
            object->parent = object_at(world, object->layer - 1, object->number / 2);
        object->source = flue_ipv4(10, 0, 0, 1);
        object->destination = flue_ipv4(10, 0, 1, (uint8_t)object->number);
    }
}

static struct flue_target_config
choose_config(struct world *world)
{
    static const uint32_t ticks[] = {1000, 100, 10};
    struct flue_target_config config = flue_target_config_default();
    uint32_t bits = take(world, 2);

    config.tcp.ticks_per_second = ticks[bits % 3];
    if (bits % 3 != 0) { /* the others are of a thousand ticks a second */
        config.tcp.initial_rto_ticks = ticks[bits % 3];
        config.tcp.min_rto_ticks = ticks[bits % 3] / 5;
        config.tcp.delayed_ack_ticks = ticks[bits % 3] / 5;
    }
    config.tcp.options.use_prr = (bits & 4) != 0;
    config.tcp.options.use_frto = (bits & 8) != 0;
    config.tcp.options.use_rack = (bits & 16) != 0;
    config.max_connections = (bits & 32) != 0 ? 3 : CONNECTIONS;
    config.max_contexts = (bits & 64) != 0 ? 6 : FLUE_TARGET_UNLIMITED;
    config.receive_buffer_bytes = (bits & 128) != 0 ? 100000 : UINT64_MAX;
    config.link_bps = (bits & 256) != 0 ? 1000000000 : 0;
    config.max_source_macs = (bits & 512) != 0 ? 1 : 0;
    world->polls_at_once = (bits & 1024) != 0;
    config.has_sack = (bits & 2048) == 0;
    if ((bits & 4096) != 0) {
        config.initiate.tcp = config.terminate.tcp = 3 * FLUE_MILLISECOND;
        config.update.path = config.query.tcp = FLUE_MILLISECOND;
        config.invalidate.call = FLUE_MILLISECOND;
    }
    return config;
}

void
world_begin(struct world *world, const uint8_t *data, size_t size, bool is_wild)
{
    static const struct flue_target_handlers handlers = {.transmit = on_transmit,
                                                         .interrupt = on_interrupt};
    struct flue_allocator allocator = {reallocate, world};
    struct flue_allocator watching = {reallocate_verifier, world};
    struct flue_target_config config;

    memset(world, 0, sizeof *world);
    current = world;
    world->input = (struct fuzz_input){data, size};
    world->is_wild = is_wild;
    config = choose_config(world);
    make_objects(world);
    init_client(world);
    FUZZ_CHECK(flue_target_create(&config, &handlers, world, &allocator, &world->target) ==
               FLUE_OK);
    world->provider = flue_target_provider(world->target);
    if (is_wild) {
        FUZZ_CHECK(flue_target_attach(world->target, &world->client) == FLUE_OK);
        return;
    }
    FUZZ_CHECK(flue_verifier_create(&watching, on_violation, world, &world->verifier) == FLUE_OK);
    flue_verifier_attach(world->verifier, world->provider, &world->client);
    FUZZ_CHECK(flue_target_attach(world->target, flue_verifier_client(world->verifier)) == FLUE_OK);
    world->provider = flue_verifier_provider(world->verifier);
}

/* Until nobody has anything to say and every operation is over. */
static void
come_to_rest(struct world *world)
{
    bool is_busy = true;

    for (uint32_t round = 0; is_busy; round++) {
        FUZZ_CHECK(round < 10000);
        flue_target_advance(world->target, world->now);
        while (flue_target_poll(world->target, world->now) > 0)
            continue;
        is_busy = false;
        for (uint32_t i = 0; i < TREES; i++)
            is_busy |= world->trees[i].is_out;
        world->now += FLUE_MILLISECOND;
    }
}

static void
take_everything_back(struct world *world)
{
    struct flue_target_statistics statistics;

    world->calls_back = 0;
    world->allocations_left = 0;
    world->answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    for (uint32_t i = 0; i < FLUE_TARGET_FAULTS; i++)
        flue_target_inject(world->target, (enum flue_target_fault)i, UINT32_MAX);
    /* Status indications may be too many already: they wait for initiates that are under way. */
    while (flue_target_resume(world->target, world->now, NULL) != FLUE_OK) {
        world->now += FLUE_MILLISECOND;
        flue_target_advance(world->target, world->now);
        flue_target_poll(world->target, world->now);
    }
    come_to_rest(world);
    for (uint32_t i = 2 * OBJECTS; i-- > 0;) { /* those that were lost once more */
        terminate(world, &world->objects[i / 2]);
        come_to_rest(world);
    }
    flue_target_get_statistics(world->target, &statistics);
    FUZZ_CHECK(statistics.connections == 0 && statistics.paths == 0 && statistics.neighbors == 0);
    for (uint32_t i = 0; i < LISTS; i++)
        FUZZ_CHECK(!world->lists[i].is_out);
    while (world->lent != NULL) {
        world->input.left = 0;
        do_io(world, RETURN);
    }
    FUZZ_CHECK(world->power.buffer == NULL);
    flue_verifier_finish(world->verifier, world->now);
}

void
world_end(struct world *world)
{
    if (!world->is_wild)
        take_everything_back(world);
    flue_target_destroy(world->target);
    flue_verifier_destroy(world->verifier);
    FUZZ_CHECK(world->live_bytes == 0);
    free(world->power.buffer);
    for (uint32_t i = 0; i < LISTS; i++)
        free(world->lists[i].memory);
    for (uint32_t i = 0; i < TREES; i++)
        for (uint32_t k = 0; k < world->trees[i].count; k++)
            free(world->trees[i].blocks[k]);
}
