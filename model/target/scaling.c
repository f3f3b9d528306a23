/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Receive-side scaling: which processor hears of what a connection receives. A connection's
 * requests and indications are in one processor's queue at any time, so they are told in the order
 * in which they came, also when the table changes between two segments (RSS-003, RSS-004).
 */
#include <string.h>

#include "target/parts.h"

static uint32_t
cpu_of(const struct flue_target *target, const struct target_connection *connection)
{
    if (target->rss_table_size == 0 || connection == NULL)
        return 0;
    return target->rss_table[connection->hash_value & (target->rss_table_size - 1)];
}

bool
flue__target_polls(const struct flue_target *target, uint32_t cpu)
{
    return target->polling_cpu == ALL_CPUS || target->polling_cpu == cpu;
}

void
flue__target_queue_ready(struct target_connection *connection)
{
    struct flue_target *target = connection->target;
    struct target_cpu *cpu = &target->cpus[cpu_of(target, connection)];

    connection->ready_next = NULL;
    if (cpu->last_ready != NULL)
        cpu->last_ready->ready_next = connection;
    else
        cpu->ready = connection;
    cpu->last_ready = connection;
    target->ready_count++;
}

static struct target_connection *
take_first(struct flue_target *target, struct target_cpu *cpu)
{
    struct target_connection *connection = cpu->ready;

    if (connection == NULL)
        return NULL;
    cpu->ready = connection->ready_next;
    if (cpu->ready == NULL)
        cpu->last_ready = NULL;
    target->ready_count--;
    return connection;
}

struct target_connection *
flue__target_take_ready(struct flue_target *target)
{
    struct target_connection *connection = NULL;

    if (target->ready_count == 0)
        return NULL;
    for (uint32_t i = 0; connection == NULL && i < FLUE_RSS_CPUS; i++)
        if (flue__target_polls(target, i))
            connection = take_first(target, &target->cpus[i]);
    return connection;
}

void
flue__target_push_receive(struct flue_target *target, struct target_connection *connection,
                          struct flue_buffer_list *request)
{
    request->miniport_reserved[1] = connection; /* for a change of the table */
    flue__target_push(&target->cpus[cpu_of(target, connection)].receives, request);
    target->receive_count++;
}

/* What waits goes to where it would go by the present table, each connection's in its order. */
static void
steer_again(struct flue_target *target)
{
    struct target_cpu before[FLUE_RSS_CPUS];

    memcpy(before, target->cpus, sizeof before);
    memset(target->cpus, 0, sizeof target->cpus);
    target->ready_count = 0;
    target->receive_count = 0;
    for (uint32_t i = 0; i < FLUE_RSS_CPUS; i++) {
        struct flue_buffer_list *request = before[i].receives.first;
        struct target_connection *connection = before[i].ready;

        while (request != NULL) {
            struct flue_buffer_list *next = request->next;

            flue__target_push_receive(target, request->miniport_reserved[1], request);
            request = next;
        }
        while (connection != NULL) {
            struct target_connection *next = connection->ready_next;

            flue__target_queue_ready(connection);
            connection = next;
        }
    }
}

enum flue_status
flue__target_set_scaling(struct flue_target *target, struct flue_oid_request *request)
{
    const struct flue_receive_scale_parameters *parameters = request->buffer;
    uint32_t size;

    if (request->length < sizeof *parameters) {
        request->needed = sizeof *parameters;
        return FLUE_STATUS_INVALID_LENGTH;
    }
    if (!flue_object_header_ok(request->buffer, request->length, sizeof *parameters))
        return FLUE_STATUS_INVALID_PARAMETER;
    size = parameters->indirection_table_size;
    if (size > FLUE_RSS_TABLE_MOST || (size & (size - 1)) != 0)
        return FLUE_STATUS_INVALID_PARAMETER;
    for (uint32_t i = 0; i < size; i++)
        if (parameters->indirection_table[i] >= FLUE_RSS_CPUS)
            return FLUE_STATUS_INVALID_PARAMETER;
    target->rss_table_size = size;
    memcpy(target->rss_table, parameters->indirection_table, sizeof target->rss_table);
    request->written = sizeof *parameters;
    steer_again(target);
    return FLUE_STATUS_SUCCESS;
}

uint32_t
flue_target_pending_on(const struct flue_target *target, uint32_t cpu)
{
    uint32_t count;

    if (cpu >= FLUE_RSS_CPUS)
        return 0;
    count = target->cpus[cpu].receives.count;
    for (const struct target_connection *it = target->cpus[cpu].ready; it != NULL;
         it = it->ready_next)
        count++;
    return count;
}
