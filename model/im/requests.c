/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests: passed down as they are, but for what a driver with several virtual adapters or several
 * members must answer itself. A team's members all get what is set, and are counted as one when
 * something is asked.
 */
#include "im/parts.h"

#include <string.h>

static enum flue_status
ask(const struct im_member *member, flue_time now, struct flue_oid_request *request)
{
    return member->provider->oid_request(member->provider->adapter, now, request);
}

/* ---- Several members, one answer ---------------------------------------------------------------
 */

static bool
query_member(const struct im_member *member, flue_time now, enum flue_oid oid, void *buffer,
             uint32_t length)
{
    struct flue_oid_request request = {
        .type = FLUE_REQUEST_QUERY,
        .oid = oid,
        .protocol = member->im,
        .buffer = buffer,
        .length = length,
    };

    return ask(member, now, &request) == FLUE_STATUS_SUCCESS;
}

/* The team can do what every member can, and holds what all of them hold. */
static void
merge(struct flue_tcp_connection_offload *sum, const struct flue_tcp_connection_offload *one)
{
    uint32_t capacity = sum->tcp_connection_offload_capacity;

    sum->encapsulation &= one->encapsulation;
    sum->support_ipv4 &= one->support_ipv4;
    sum->support_ipv6 &= one->support_ipv6;
    sum->support_ipv6_extension_headers &= one->support_ipv6_extension_headers;
    sum->support_sack &= one->support_sack;
    sum->tcp_connection_offload_capacity =
        one->tcp_connection_offload_capacity > UINT32_MAX - capacity
            ? UINT32_MAX
            : capacity + one->tcp_connection_offload_capacity;
}

static void
team_offload(struct flue_im *im, flue_time now, enum flue_oid oid,
             struct flue_tcp_connection_offload *offload)
{
    bool is_first = true;

    flue_tcp_connection_offload_init(offload);
    for (uint32_t i = 0; i < im->config.members; i++) {
        const struct im_member *member = &im->members[i];
        struct flue_tcp_connection_offload one;

        if (im->config.mode == FLUE_TEAM_ACTIVE_BACKUP ? i != im->active : member->is_down)
            continue;
        if (!query_member(member, now, oid, &one, sizeof one))
            flue_tcp_connection_offload_init(&one);
        if (is_first)
            *offload = one;
        else
            merge(offload, &one);
        is_first = false;
    }
}

void
flue__im_capabilities(struct flue_im *im, flue_time now,
                      struct flue_tcp_connection_offload *offload)
{
    team_offload(im, now, FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG, offload);
}

static void
add_ip(struct flue_ip_offload_stats *sum, const struct flue_ip_offload_stats *one)
{
    sum->in_receives += one->in_receives;
    sum->in_octets += one->in_octets;
    sum->in_delivers += one->in_delivers;
    sum->out_requests += one->out_requests;
    sum->out_octets += one->out_octets;
    sum->in_header_errors += one->in_header_errors;
    sum->in_truncated_packets += one->in_truncated_packets;
    sum->in_discards += one->in_discards;
    sum->out_discards += one->out_discards;
    sum->out_no_routes += one->out_no_routes;
}

static void
add_tcp(struct flue_tcp_offload_stats *sum, const struct flue_tcp_offload_stats *one)
{
    sum->in_segments += one->in_segments;
    sum->out_segments += one->out_segments;
    sum->currently_established += one->currently_established;
    sum->reset_established += one->reset_established;
    sum->retransmitted_segments += one->retransmitted_segments;
    sum->in_errors += one->in_errors;
    sum->out_resets += one->out_resets;
}

static enum flue_status
answer_ip(struct flue_im *im, flue_time now, struct flue_oid_request *request)
{
    struct flue_ip_offload_stats sum = {0};
    struct flue_ip_offload_stats one;

    for (uint32_t i = 0; i < im->config.members; i++)
        if (query_member(&im->members[i], now, request->oid, &one, sizeof one))
            add_ip(&sum, &one);
    return flue_oid_answer(request, &sum, sizeof sum);
}

static enum flue_status
answer_tcp(struct flue_im *im, flue_time now, struct flue_oid_request *request)
{
    struct flue_tcp_offload_stats sum = {0};
    struct flue_tcp_offload_stats one;

    for (uint32_t i = 0; i < im->config.members; i++)
        if (query_member(&im->members[i], now, request->oid, &one, sizeof one))
            add_tcp(&sum, &one);
    return flue_oid_answer(request, &sum, sizeof sum);
}

static enum flue_status
query_team(struct flue_im *im, flue_time now, struct flue_oid_request *request)
{
    struct flue_tcp_connection_offload offload;

    switch (request->oid) {
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG:
    case FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES:
        team_offload(im, now, request->oid, &offload);
        return flue_oid_answer(request, &offload, sizeof offload);
    case FLUE_OID_IP4_OFFLOAD_STATS:
    case FLUE_OID_IP6_OFFLOAD_STATS:
        return answer_ip(im, now, request);
    case FLUE_OID_TCP4_OFFLOAD_STATS:
    case FLUE_OID_TCP6_OFFLOAD_STATS:
        return answer_tcp(im, now, request);
    default:
        return ask(&im->members[im->active], now, request);
    }
}

/* ---- What is set, is set on every member -------------------------------------------------------
 */

static void
take_answer(struct flue_im *im, const struct flue_oid_request *asked,
            struct flue_oid_request *request, enum flue_status status)
{
    request->written = asked->written;
    request->needed = asked->needed;
    if (im->answer == FLUE_STATUS_SUCCESS)
        im->answer = status;
}

static enum flue_status
set_team(struct flue_im *im, flue_time now, struct flue_oid_request *request)
{
    if (im->request != NULL)
        return FLUE_STATUS_FAILURE; /* one at a time */
    im->answer = FLUE_STATUS_SUCCESS;
    im->asked = 0;
    for (uint32_t i = 0; i < im->config.members; i++) {
        struct im_member *member = &im->members[i];
        enum flue_status status;

        member->request = *request;
        status = ask(member, now, &member->request);
        member->is_asked = status == FLUE_STATUS_PENDING;
        im->asked += member->is_asked;
        if (!member->is_asked)
            take_answer(im, &member->request, request, status);
    }
    if (im->asked == 0)
        return im->answer;
    im->request = request;
    return FLUE_STATUS_PENDING;
}

static void
oid_request_complete(void *binding, flue_time now, struct flue_oid_request *request,
                     enum flue_status status)
{
    struct im_member *member = binding;
    struct flue_im *im = member->im;
    const struct flue_client *above = im->uppers[0].client;

    if (im->config.members == 1) {
        above->oid_request_complete(above->binding, now, request, status);
        return;
    }
    if (!member->is_asked || request != &member->request)
        return;
    member->is_asked = false;
    take_answer(im, request, im->request, status);
    if (--im->asked > 0)
        return;
    request = im->request;
    im->request = NULL;
    above->oid_request_complete(above->binding, now, request, im->answer);
}

/* ---- A request from above ----------------------------------------------------------------------
 */

/* IM-019. What switches offloading on is passed always (IM-021). */
static bool
is_kept_from_below(const struct flue_im *im, const struct flue_oid_request *request)
{
    return im->config.chimney == FLUE_IM_ANSWERS_NO && request->type == FLUE_REQUEST_QUERY &&
           (request->oid == FLUE_OID_TCP_TASK_OFFLOAD ||
            request->oid == FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG ||
            request->oid == FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES);
}

static enum flue_status
oid_request(void *adapter, flue_time now, struct flue_oid_request *request)
{
    struct im_upper *upper = adapter;
    struct flue_im *im = upper->im;

    if (is_kept_from_below(im, request)) {
        request->written = 0;
        return FLUE_STATUS_NOT_SUPPORTED;
    }
    if (upper->vlan_id != 0 && request->oid == FLUE_OID_GEN_VLAN_ID) {
        uint32_t vlan_id = upper->vlan_id;

        return flue_oid_answer(request, &vlan_id, sizeof vlan_id);
    }
    if (im->config.uppers > 1 && request->oid == FLUE_OID_PNP_SET_POWER) {
        request->written = request->length; /* the hardware is the others', too: it stays awake */
        return FLUE_STATUS_SUCCESS;
    }
    if (im->config.members == 1)
        return ask(&im->members[0], now, request);
    return request->type == FLUE_REQUEST_QUERY ? query_team(im, now, request)
                                               : set_team(im, now, request);
}

void
flue__im_init_requests(struct flue_im *im)
{
    for (uint32_t i = 0; i < im->config.uppers; i++)
        im->uppers[i].provider.oid_request = oid_request;
    for (uint32_t i = 0; i < im->config.members; i++)
        im->members[i].client.oid_request_complete = oid_request_complete;
}
