/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests that the adapter passes down (OID rows): settings, what is switched on, statistics.
 */
#include <stddef.h>

#include "target/parts.h"

/* ---- TCP parameters ----------------------------------------------------------------------------
 */

static bool
are_parameters_ok(const struct flue_tcp_connection_offload_parameters *set)
{
    return (set->ticks_per_second == 10 || set->ticks_per_second == 100 ||
            set->ticks_per_second == 1000) &&
           set->tcp_ack_frequency > 0 && set->tcp_delayed_ack_ticks > 0 &&
           set->tcp_delayed_ack_ticks <= set->ticks_per_second &&
           set->tcp_duplicate_ack_threshold > 0 && set->tcp_duplicate_ack_threshold <= UINT8_MAX &&
           set->tcp_push_ticks > 0 && set->nce_stale_ticks > 0;
}

static uint32_t
rescale(uint32_t ticks, uint32_t from, uint32_t to)
{
    uint64_t scaled = (uint64_t)ticks * to / from;

    if (ticks > 0 && scaled == 0)
        return 1;
    return scaled > UINT32_MAX ? UINT32_MAX : (uint32_t)scaled;
}

/* What the engine measures in ticks and no parameter sets keeps its length. */
static void
retick(struct flue_tcp_config *tcp, uint32_t ticks_per_second)
{
    uint32_t from = tcp->ticks_per_second;

    tcp->ticks_per_second = ticks_per_second;
    tcp->initial_rto_ticks = rescale(tcp->initial_rto_ticks, from, ticks_per_second);
    tcp->min_rto_ticks = rescale(tcp->min_rto_ticks, from, ticks_per_second);
    tcp->max_rto_ticks = rescale(tcp->max_rto_ticks, from, ticks_per_second);
    tcp->time_wait_ticks = rescale(tcp->time_wait_ticks, from, ticks_per_second);
    tcp->fin_wait_2_ticks = rescale(tcp->fin_wait_2_ticks, from, ticks_per_second);
    tcp->options.keepalive_idle_ticks =
        rescale(tcp->options.keepalive_idle_ticks, from, ticks_per_second);
    tcp->options.keepalive_interval_ticks =
        rescale(tcp->options.keepalive_interval_ticks, from, ticks_per_second);
    tcp->options.max_rt_ticks = rescale(tcp->options.max_rt_ticks, from, ticks_per_second);
}

/* Every object's state is in ticks: another tick needs an adapter without objects. */
static bool
has_objects(const struct flue_target *target)
{
    return target->statistics.neighbors > 0 || target->operations.first != NULL ||
           target->paused.first != NULL;
}

/* The retransmission that comes with doubt: the one after those that are waited for. */
static uint8_t
doubt_after(const struct flue_tcp_connection_offload_parameters *set)
{
    uint8_t without = set->tcp_doubt_reachability_retransmissions;

    return without < UINT8_MAX ? (uint8_t)(without + 1) : UINT8_MAX;
}

static enum flue_status
set_parameters(struct flue_target *target, flue_time now, const struct flue_oid_request *request)
{
    const struct flue_tcp_connection_offload_parameters *set = request->buffer;
    struct flue_tcp_config tcp = target->config.tcp;

    if (!flue_object_header_ok(set, request->length, sizeof *set) || !are_parameters_ok(set))
        return FLUE_STATUS_INVALID_DATA;
    if (set->ticks_per_second != tcp.ticks_per_second) {
        if (has_objects(target))
            return FLUE_STATUS_INVALID_STATE;
        retick(&tcp, set->ticks_per_second);
    }
    tcp.ack_frequency = set->tcp_ack_frequency;
    tcp.delayed_ack_ticks = set->tcp_delayed_ack_ticks;
    tcp.max_retransmissions = set->tcp_maximum_retransmissions;
    tcp.duplicate_ack_threshold = (uint8_t)set->tcp_duplicate_ack_threshold;
    tcp.sws_prevention_ticks = set->tcp_sws_prevention_ticks;
    tcp.advice_retransmissions = doubt_after(set);
    tcp.is_offload_target = true;
    tcp.max_connections = target->config.max_connections;
    if (flue_tcp_configure(target->engine, now, &tcp) != FLUE_OK)
        return FLUE_STATUS_INVALID_DATA;
    target->config.tcp = tcp;
    target->parameters = *set;
    return FLUE_STATUS_SUCCESS;
}

/* ---- What is switched on -----------------------------------------------------------------------
 */

/* OID-008: the new configuration is reported with RESUME; by flue_target_resume, during a pause. */
static enum flue_status
offer(struct flue_target *target, flue_time now, const struct flue_tcp_connection_offload *offload)
{
    if (!target->is_paused && !flue__target_push_status(target, now, FLUE_STATUS_OFFLOAD_RESUME))
        return FLUE_STATUS_RESOURCES;
    target->offered = *offload;
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
switch_family(uint8_t set, uint8_t hardware, uint8_t *offered)
{
    if (set == FLUE_OFFLOAD_PARAMETERS_NO_CHANGE)
        return FLUE_STATUS_SUCCESS;
    if (set != FLUE_OFFLOAD_PARAMETERS_ENABLED && set != FLUE_OFFLOAD_PARAMETERS_DISABLED)
        return FLUE_STATUS_INVALID_DATA;
    if (set == FLUE_OFFLOAD_PARAMETERS_ENABLED && hardware != FLUE_OFFLOAD_SUPPORTED)
        return FLUE_STATUS_NOT_SUPPORTED;
    *offered = set == FLUE_OFFLOAD_PARAMETERS_ENABLED ? FLUE_OFFLOAD_SUPPORTED
                                                      : FLUE_OFFLOAD_NOT_SUPPORTED;
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
set_families(struct flue_target *target, flue_time now, const struct flue_oid_request *request)
{
    const struct flue_offload_parameters *set = request->buffer;
    struct flue_tcp_connection_offload offload = target->offered;
    enum flue_status status;

    if (!flue_object_header_ok(set, request->length, sizeof *set))
        return FLUE_STATUS_INVALID_DATA;
    status = switch_family(set->tcp_connection_ipv4, target->hardware.support_ipv4,
                           &offload.support_ipv4);
    if (status == FLUE_STATUS_SUCCESS)
        status = switch_family(set->tcp_connection_ipv6, target->hardware.support_ipv6,
                               &offload.support_ipv6);
    return status == FLUE_STATUS_SUCCESS ? offer(target, now, &offload) : status;
}

static enum flue_status
query_task(const struct flue_target *target, struct flue_oid_request *request)
{
    struct flue_task_offload answer;

    flue_task_offload_init(&answer);
    answer.offset_first_task = offsetof(struct flue_task_offload, task);
    answer.task = target->hardware;
    return flue_oid_answer(request, &answer, sizeof answer);
}

/* OID-011: what the set does not name is off. */
static enum flue_status
set_task(struct flue_target *target, flue_time now, const struct flue_oid_request *request)
{
    const struct flue_task_offload *set = request->buffer;
    struct flue_tcp_connection_offload offload;

    if (!flue_object_header_ok(set, request->length, sizeof *set))
        return FLUE_STATUS_INVALID_DATA;
    flue_tcp_connection_offload_init(&offload);
    if (set->offset_first_task != 0) {
        if (set->offset_first_task != offsetof(struct flue_task_offload, task) ||
            set->offset_next_task != 0)
            return FLUE_STATUS_INVALID_DATA;
        if (!flue__target_can_offer(target, &set->task))
            return FLUE_STATUS_NOT_SUPPORTED;
        offload = set->task;
    }
    return offer(target, now, &offload);
}

/* ---- Encapsulation -----------------------------------------------------------------------------
 */

static bool
is_framing_ok(const struct flue_target *target, uint32_t enabled, uint32_t type)
{
    if (enabled != FLUE_OFFLOAD_SET_ON)
        return enabled == FLUE_OFFLOAD_SET_OFF || enabled == FLUE_OFFLOAD_SET_NO_CHANGE;
    return type != 0 && (type & ~(target->config.encapsulation)) == 0;
}

/* OID-010: of task offloads, which are not ours; what is set is known and announced. */
static enum flue_status
set_encapsulation(struct flue_target *target, flue_time now, const struct flue_oid_request *request)
{
    const struct flue_offload_encapsulation *set = request->buffer;
    struct flue_offload_encapsulation kept = target->encapsulation;
    struct flue_offload_encapsulation *it = &target->encapsulation;

    if (!flue_object_header_ok(set, request->length, sizeof *set) ||
        !is_framing_ok(target, set->ipv4.enabled, set->ipv4.encapsulation_type) ||
        !is_framing_ok(target, set->ipv6.enabled, set->ipv6.encapsulation_type))
        return FLUE_STATUS_INVALID_PARAMETER;
    if (set->ipv4.enabled != FLUE_OFFLOAD_SET_NO_CHANGE)
        it->ipv4 = set->ipv4;
    if (set->ipv6.enabled != FLUE_OFFLOAD_SET_NO_CHANGE)
        it->ipv6 = set->ipv6;
    if (it->ipv4.enabled == kept.ipv4.enabled &&
        it->ipv4.encapsulation_type == kept.ipv4.encapsulation_type &&
        it->ipv4.header_size == kept.ipv4.header_size && it->ipv6.enabled == kept.ipv6.enabled &&
        it->ipv6.encapsulation_type == kept.ipv6.encapsulation_type &&
        it->ipv6.header_size == kept.ipv6.header_size)
        return FLUE_STATUS_SUCCESS;
    if (!flue__target_push_status(target, now, FLUE_STATUS_OFFLOAD_ENCASPULATION_CHANGE)) {
        *it = kept;
        return FLUE_STATUS_RESOURCES;
    }
    return FLUE_STATUS_SUCCESS;
}

/* ---- Requests ----------------------------------------------------------------------------------
 */

static enum flue_status
query(struct flue_target *target, struct flue_oid_request *request)
{
    uint32_t vlan_id = target->config.vlan_count > 0 ? target->config.vlan_ids[0] : 0;

    switch (request->oid) {
    case FLUE_OID_TCP_TASK_OFFLOAD:
        return query_task(target, request);
    case FLUE_OID_GEN_VLAN_ID: /* INIT-022 */
        return flue_oid_answer(request, &vlan_id, sizeof vlan_id);
    default:
        return FLUE_STATUS_NOT_SUPPORTED;
    }
}

static enum flue_status
set(struct flue_target *target, flue_time now, struct flue_oid_request *request)
{
    switch (request->oid) {
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS:
        return set_parameters(target, now, request);
    case FLUE_OID_TCP_OFFLOAD_PARAMETERS:
        return set_families(target, now, request);
    case FLUE_OID_OFFLOAD_ENCAPSULATION:
        return set_encapsulation(target, now, request);
    case FLUE_OID_TCP_TASK_OFFLOAD:
        return set_task(target, now, request);
    case FLUE_OID_GEN_RECEIVE_SCALE_PARAMETERS:
        return flue__target_set_scaling(target, request);
    case FLUE_OID_PNP_SET_POWER:
        return flue__target_set_power(target, now, request);
    default:
        return FLUE_STATUS_NOT_SUPPORTED;
    }
}

enum flue_status
flue__target_request(void *driver, flue_time now, struct flue_oid_request *request)
{
    struct flue_target *target = driver;
    enum flue_status status;

    switch (request->oid) {
    case FLUE_OID_IP4_OFFLOAD_STATS:
    case FLUE_OID_IP6_OFFLOAD_STATS:
    case FLUE_OID_TCP4_OFFLOAD_STATS:
    case FLUE_OID_TCP6_OFFLOAD_STATS:
        return flue__target_answer_stats(target, request);
    default:
        break;
    }
    if (request->type == FLUE_REQUEST_QUERY)
        return query(target, request);
    status = set(target, now, request);
    if (status == FLUE_STATUS_SUCCESS)
        request->written = request->length;
    return status;
}
