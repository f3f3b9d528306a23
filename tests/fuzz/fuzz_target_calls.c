/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any bytes as what happens to a target: state operations, I/O, requests, faults, segments, time.
 * The first byte chooses between a client that keeps the contract, with the verifier looking on,
 * and one that does not.
 */
#include <string.h>

#include "offloaded.h"

enum { MOST_EVENTS = 1000 };

enum event {
    EVENT_INITIATE,
    EVENT_TERMINATE,
    EVENT_UPDATE,
    EVENT_INVALIDATE,
    EVENT_QUERY,
    EVENT_SEND,
    EVENT_RECEIVE,
    EVENT_FORWARD,
    EVENT_DISCONNECT,
    EVENT_RETURN,
    EVENT_SEGMENT,
    EVENT_IN_ORDER, /* what a sane peer would send */
    EVENT_POLL,
    EVENT_WAIT,
    EVENT_DEADLINE,
    EVENT_ANSWER,
    EVENT_CALL_BACK,
    EVENT_REQUEST,
    EVENT_FAULT,
    EVENT_NO_MEMORY,
    EVENT_ADMINISTRATOR,
    EVENT_POLL_CPU,
    EVENTS
};

static void
choose_answer(struct world *world)
{
    static const enum flue_status answers[] = {FLUE_STATUS_SUCCESS,
                                               FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED,
                                               FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED};
    uint32_t choice = take(world, 1);

    world->answer = answers[choice % 3];
    world->answer_bytes = choice * 16;
}

/* Any bytes in a buffer of exactly the request's length; a few are made right so that the rest
 * counts. */
static void
request(struct world *world)
{
    uint32_t choice = take(world, 1);
    uint32_t length = take(world, 1) % 128;
    uint8_t *bytes = calloc(1, length + (length == 0));
    struct flue_oid_request *request, other;
    uint32_t changes = take(world, 1) % 16;
    enum flue_status status;

    FUZZ_CHECK(bytes != NULL);
    request = world->power.buffer == NULL ? &world->power : &other;
    *request = (struct flue_oid_request){
        .type = (choice & 1) != 0 ? FLUE_REQUEST_SET : FLUE_REQUEST_QUERY,
        .oid = (enum flue_oid)((choice >> 1) % (FLUE_OID_GEN_VLAN_ID + 2)),
        .protocol = world,
        .buffer = bytes,
        .length = length,
    };
    if (length > 4) {
        ((struct flue_object_header *)bytes)->revision = 1;
        ((struct flue_object_header *)bytes)->size = (uint16_t)length;
    }
    for (uint32_t i = 0; i < changes && length > 0; i++) {
        uint32_t at = take(world, 1) % length;

        bytes[at] = (uint8_t)take(world, 1);
    }
    world->is_in_call = true;
    status = world->provider->oid_request(world->provider->adapter, world->now, request);
    world->is_in_call = false;
    FUZZ_CHECK(request->written <= length);
    if (status == FLUE_STATUS_PENDING) {
        FUZZ_CHECK(request == &world->power); /* one at a time */
        return;
    }
    free(bytes);
    request->buffer = NULL;
}

static void
administrate(struct world *world)
{
    uint32_t choice = take(world, 1);

    world->is_in_call = true;
    if (choice == 255)
        flue_target_remove(world->target, world->now);
    else if (choice % 3 == 0)
        (void)!flue_target_pause(world->target, world->now);
    else if (choice % 3 == 1)
        (void)!flue_target_resume(world->target, world->now, NULL);
    else
        (void)!flue_target_upload_all(world->target, world->now);
    world->is_in_call = false;
}

static void
segment(struct world *world, bool is_sane)
{
    struct flue_packet packet;

    make_segment(world, take(world, 1), is_sane, &packet);
    (void)flue_target_input(world->target, world->now, &packet);
}

static void
fault(struct world *world)
{
    uint32_t which = take(world, 1);

    flue_target_inject(world->target, (enum flue_target_fault)(which % FLUE_TARGET_FAULTS),
                       take(world, 1) % 4);
}

static void
happen(struct world *world, enum event event)
{
    if (getenv("FLUE_FUZZ_TELL") != NULL) /* for whoever looks into an input */
        fprintf(stderr, "%u ms: event %d\n", (unsigned)(world->now / FLUE_MILLISECOND), event);
    switch (event) {
    case EVENT_INITIATE:
    case EVENT_TERMINATE:
    case EVENT_UPDATE:
    case EVENT_INVALIDATE:
    case EVENT_QUERY:
        operate(world, (enum operation)(event - EVENT_INITIATE));
        break;
    case EVENT_SEND:
    case EVENT_RECEIVE:
    case EVENT_FORWARD:
    case EVENT_DISCONNECT:
    case EVENT_RETURN:
        do_io(world, (enum io)(event - EVENT_SEND));
        break;
    case EVENT_SEGMENT:
    case EVENT_IN_ORDER:
        segment(world, event == EVENT_IN_ORDER);
        break;
    case EVENT_POLL:
        flue_target_poll(world->target, world->now);
        break;
    case EVENT_POLL_CPU:
        flue_target_poll_cpu(world->target, world->now, take(world, 1) % 64);
        break;
    case EVENT_WAIT:
    case EVENT_DEADLINE:
        wait_for(world, event == EVENT_DEADLINE);
        break;
    case EVENT_ANSWER:
        choose_answer(world);
        break;
    case EVENT_CALL_BACK:
        world->calls_back = take(world, 1) % 8;
        break;
    case EVENT_REQUEST:
        request(world);
        break;
    case EVENT_FAULT:
        fault(world);
        break;
    case EVENT_NO_MEMORY:
        world->allocations_left = take(world, 1) % 16;
        break;
    case EVENT_ADMINISTRATOR:
        administrate(world);
        break;
    case EVENTS:
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    bool is_wild = size > 0 && data[0] % 2 == 1;

    world_begin(&world, data + (size > 0), size - (size > 0), is_wild);
    for (int events = 0; events < MOST_EVENTS && world.input.left > 0; events++)
        happen(&world, (enum event)(take(&world, 1) % EVENTS));
    world_end(&world);
    return 0;
}
