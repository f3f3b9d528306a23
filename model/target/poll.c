/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The event queue between target and client. Everything that the target has to say waits here until
 * flue_target_poll; nothing else calls the client. Lists that are done go first, then connections
 * with data or events, then operations: so whatever concerned an object is told before its
 * termination is (TERM-006, TERM-007), and a connection's sends complete before its disconnect
 * (CLOSE-011).
 */
#include "target/parts.h"

void
flue__target_push(struct list_queue *queue, struct flue_buffer_list *list)
{
    list->next = NULL;
    if (queue->last != NULL)
        queue->last->next = list;
    else
        queue->first = list;
    queue->last = list;
    queue->count++;
}

void
flue__target_wake(struct flue_target *target, flue_time now)
{
    if (target->is_polling || target->is_awake || flue_target_pending(target) == 0)
        return;
    target->is_awake = true;
    if (target->handlers.interrupt != NULL)
        target->handlers.interrupt(target->user, now);
}

void
flue__target_ready_quietly(struct target_connection *connection)
{
    if (connection->is_ready || connection->is_held || connection->object.is_ending)
        return;
    connection->is_ready = true;
    flue__target_queue_ready(connection);
}

void
flue__target_ready(struct target_connection *connection, flue_time now)
{
    flue__target_ready_quietly(connection);
    flue__target_wake(connection->target, now);
}

uint32_t
flue_target_pending(const struct flue_target *target)
{
    return target->sends.count + target->forwards.count + target->receive_count +
           target->disconnects.count + target->ready_count + target->done_count +
           (target->initiates == 0 ? target->statuses.count + target->asking_count : 0);
}

/* Hands a whole chain back in one call (SEND-016, RECV-011, FORWARD-005). */
static bool
complete_chain(struct flue_target *target, flue_time now, struct list_queue *queue,
               void (*complete)(struct flue_adapter *ndis, flue_time now,
                                struct flue_buffer_list *lists))
{
    struct flue_buffer_list *lists = queue->first;

    if (lists == NULL)
        return false;
    target->statistics.completions += queue->count;
    target->told += queue->count;
    *queue = (struct list_queue){NULL, NULL, 0};
    complete(target->ndis, now, lists);
    return true;
}

/* Of the processors that are being polled. */
static bool
complete_receives(struct flue_target *target, flue_time now)
{
    bool any = false;

    for (uint32_t cpu = 0; target->receive_count > 0 && cpu < FLUE_RSS_CPUS; cpu++) {
        struct list_queue *queue = &target->cpus[cpu].receives;

        if (queue->first == NULL || !flue__target_polls(target, cpu))
            continue;
        target->receive_count -= queue->count;
        any |= complete_chain(target, now, queue, target->up.receive_complete);
    }
    return any;
}

bool
flue__target_complete_lists(struct flue_target *target, flue_time now)
{
    const struct flue_tcp_offload_event_handlers *up = &target->up;
    bool any = false;

    any |= complete_chain(target, now, &target->sends, up->send_complete);
    any |= complete_chain(target, now, &target->forwards, up->forward_complete);
    any |= complete_receives(target, now);
    /* A disconnect has one list and its own call (CLOSE-001). */
    while (target->disconnects.first != NULL) {
        struct flue_buffer_list *list;

        /* It may have been posted just now, and its sends ended by it (CLOSE-004). */
        complete_chain(target, now, &target->sends, up->send_complete);
        list = target->disconnects.first;
        target->disconnects.first = list->next;
        if (target->disconnects.first == NULL)
            target->disconnects.last = NULL;
        target->disconnects.count--;
        list->next = NULL;
        target->statistics.completions++;
        target->told++;
        up->disconnect_complete(target->ndis, now, list);
        any = true;
    }
    return any;
}

static bool
deliver_first_ready(struct flue_target *target, flue_time now)
{
    struct target_connection *connection = flue__target_take_ready(target);

    if (connection == NULL)
        return false;
    connection->is_ready = false;
    flue__target_deliver(connection, now);
    return true;
}

/* Operations and what concerns the whole target come behind all that was received. */
static bool
tell_the_rest(struct flue_target *target, flue_time now)
{
    if (target->ready_count + target->receive_count > 0) /* on another processor */
        return false;
    return flue__target_complete_operation(target, now) ||
           flue__target_complete_power(target, now) || flue__target_tell_status(target, now) ||
           flue__target_ask_reachability(target, now);
}

static uint32_t
poll_cpus(struct flue_target *target, flue_time now, uint32_t cpu)
{
    if (target->is_polling)
        return 0;
    target->is_polling = true;
    target->polling_cpu = cpu;
    target->told = 0;
    while (flue__target_complete_lists(target, now) || deliver_first_ready(target, now) ||
           tell_the_rest(target, now))
        continue;
    target->is_polling = false;
    target->is_awake = false;
    return target->told;
}

uint32_t
flue_target_poll(struct flue_target *target, flue_time now)
{
    return poll_cpus(target, now, ALL_CPUS);
}

uint32_t
flue_target_poll_cpu(struct flue_target *target, flue_time now, uint32_t cpu)
{
    uint32_t told = poll_cpus(target, now, cpu);

    flue__target_wake(target, now); /* other processors may still have something to do */
    return told;
}
