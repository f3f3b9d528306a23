/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names of the contract's enumerations, in the documents' spelling, for logs, tests and reports.
 */
#include <stddef.h>

#include "flue/chimney.h"

static const char *
name_at(const char *const *names, size_t count, size_t index)
{
    return index < count && names[index] != NULL ? names[index] : "unknown";
}

const char *
flue_offload_state_type_name(enum flue_offload_state_type type)
{
    static const char *const names[] = {
        [FLUE_NEIGHBOR_OFFLOAD_CONST_STATE] = "NeighborOffloadConstState",
        [FLUE_NEIGHBOR_OFFLOAD_CACHED_STATE] = "NeighborOffloadCachedState",
        [FLUE_NEIGHBOR_OFFLOAD_DELEGATED_STATE] = "NeighborOffloadDelegatedState",
        [FLUE_NEIGHBOR_OFFLOAD_STATE] = "NeighborOffloadState",
        [FLUE_IP4_OFFLOAD_CONST_STATE] = "Ip4OffloadConstState",
        [FLUE_IP4_OFFLOAD_CACHED_STATE] = "Ip4OffloadCachedState",
        [FLUE_IP4_OFFLOAD_DELEGATED_STATE] = "Ip4OffloadDelegatedState",
        [FLUE_IP4_OFFLOAD_STATE] = "Ip4OffloadState",
        [FLUE_IP6_OFFLOAD_CONST_STATE] = "Ip6OffloadConstState",
        [FLUE_IP6_OFFLOAD_CACHED_STATE] = "Ip6OffloadCachedState",
        [FLUE_IP6_OFFLOAD_DELEGATED_STATE] = "Ip6OffloadDelegatedState",
        [FLUE_IP6_OFFLOAD_STATE] = "Ip6OffloadState",
        [FLUE_TCP_OFFLOAD_CONST_STATE] = "TcpOffloadConstState",
        [FLUE_TCP_OFFLOAD_CACHED_STATE] = "TcpOffloadCachedState",
        [FLUE_TCP_OFFLOAD_DELEGATED_STATE] = "TcpOffloadDelegatedState",
        [FLUE_TCP_OFFLOAD_STATE] = "TcpOffloadState",
        [FLUE_TCP_OFFLOAD_RESOURCE_STATE] = "TcpOffloadResourceState",
        [FLUE_FILTER_RESERVED_OFFLOAD_STATE] = "FilterReservedOffloadState",
    };

    return name_at(names, sizeof names / sizeof names[0], (size_t)type);
}

const char *
flue_tcp_offload_event_name(enum flue_tcp_offload_event_type type)
{
    static const char *const names[] = {
        [FLUE_TCP_INDICATE_DISCONNECT] = "TcpIndicateDisconnect",
        [FLUE_TCP_INDICATE_RETRIEVE] = "TcpIndicateRetrieve",
        [FLUE_TCP_INDICATE_ABORT] = "TcpIndicateAbort",
        [FLUE_TCP_INDICATE_SEND_BACKLOG_CHANGE] = "TcpIndicateSendBacklogChange",
    };

    return name_at(names, sizeof names / sizeof names[0], (size_t)type);
}

const char *
flue_tcp_upload_reason_name(enum flue_tcp_upload_reason reason)
{
    static const char *const names[] = {
        [FLUE_UPLOAD_HARDWARE_FAILURE] = "HardwareFailure",
        [FLUE_UPLOAD_INVALID_STATE] = "InvalidState",
        [FLUE_UPLOAD_RECEIVED_URGENT_DATA] = "ReceivedUrgentData",
        [FLUE_UPLOAD_TIMEOUT_EXPIRATION] = "TimeoutExpiration",
        [FLUE_UPLOAD_UPLOAD_REQUESTED] = "UploadRequested",
        [FLUE_UPLOAD_HIGH_DROP_RATE] = "HighDropRate",
        [FLUE_UPLOAD_HIGH_FRAGMENTATION] = "HighFragmentation",
        [FLUE_UPLOAD_HIGH_OUT_OF_ORDER_PACKETS] = "HighOutofOrderPackets",
        [FLUE_UPLOAD_LOW_ACTIVITY] = "LowActivity",
        [FLUE_UPLOAD_NO_BUFFER_PREPOSTING] = "NoBufferProposting",
        [FLUE_UPLOAD_SMALL_IO] = "SmallIO",
    };

    return name_at(names, sizeof names / sizeof names[0], (size_t)reason);
}
