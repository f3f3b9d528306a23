/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests to an adapter, and the structures that travel in them: capabilities, parameters,
 * encapsulation, statistics. The same structures travel in the buffers of status indications.
 *
 * A structure opens with an object header that says its size. Whoever receives one checks type,
 * revision and size before looking further; the flue_..._init functions write them.
 *
 * FLUE_OID_X is the documents' OID_X. The documents give no numbers; these are ours.
 */
#ifndef FLUE_OID_H
#define FLUE_OID_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NDIS_OBJECT_HEADER */
struct flue_object_header {
    uint8_t type; /* in a block: enum flue_offload_state_type; else enum flue_object_type */
    uint8_t revision;
    uint16_t size; /* bytes of the structure that this header opens */
};

enum flue_object_type {
    FLUE_OBJECT_TYPE_DEFAULT = 0x80,
    FLUE_OBJECT_TYPE_ADAPTER_OFFLOAD_ATTRIBUTES
};

#define FLUE_OBJECT_REVISION 1

/* Type DEFAULT, our revision and `size`. */
void flue_object_header_init(struct flue_object_header *header, uint32_t size);
/* Is there a structure of this kind in `length` bytes at `buffer`? NULL is none. */
bool flue_object_header_ok(const void *buffer, uint32_t length, uint32_t size);

/* ---- Capabilities -----------------------------------------------------------------------------
 */

/* NDIS_ENCAPSULATION_xxx */
enum flue_encapsulation {
    FLUE_ENCAPSULATION_NOT_SUPPORTED = 0,
    FLUE_ENCAPSULATION_NULL = 1 << 0,
    FLUE_ENCAPSULATION_IEEE_802_3 = 1 << 1,
    FLUE_ENCAPSULATION_IEEE_802_3_P_AND_Q = 1 << 2,
    FLUE_ENCAPSULATION_IEEE_802_3_P_AND_Q_IN_OOB = 1 << 3,
    FLUE_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED = 1 << 4
};

/* A member SupportXxx of the documents. */
enum flue_offload_support { FLUE_OFFLOAD_NOT_SUPPORTED, FLUE_OFFLOAD_SUPPORTED };

/* NDIS_TCP_CONNECTION_OFFLOAD: what an adapter can take over. */
struct flue_tcp_connection_offload {
    struct flue_object_header header;
    uint32_t encapsulation; /* enum flue_encapsulation, ORed; a single one for the hardware */
    uint8_t support_ipv4;   /* enum flue_offload_support */
    uint8_t support_ipv6;
    uint8_t support_ipv6_extension_headers;
    uint8_t support_sack;
    uint8_t congestion_algorithm;             /* reserved, ignored */
    uint32_t tcp_connection_offload_capacity; /* most connections, IPv4 and IPv6 together */
    uint32_t flags;                           /* reserved */
};
void flue_tcp_connection_offload_init(struct flue_tcp_connection_offload *offload);
/* Can a host offload anything to an adapter that says this (INIT-014, INIT-018)? */
bool flue_tcp_connection_offload_usable(const struct flue_tcp_connection_offload *offload);

/* ---- Settings ---------------------------------------------------------------------------------
 */

/* NDIS_OFFLOAD_SET_xxx */
enum flue_offload_set { FLUE_OFFLOAD_SET_NO_CHANGE, FLUE_OFFLOAD_SET_ON, FLUE_OFFLOAD_SET_OFF };

/* NDIS_OFFLOAD_ENCAPSULATION. Type and header size mean something when `enabled` is ON. */
struct flue_offload_encapsulation {
    struct flue_object_header header;
    struct {
        uint32_t enabled; /* enum flue_offload_set */
        uint32_t encapsulation_type;
        uint32_t header_size; /* bytes of the Ethernet header */
    } ipv4, ipv6;
};
void flue_offload_encapsulation_init(struct flue_offload_encapsulation *encapsulation);

/* NDIS_TCP_CONNECTION_OFFLOAD_PARAMETERS: how the host wants TCP done. */
struct flue_tcp_connection_offload_parameters {
    struct flue_object_header header;
    struct flue_offload_encapsulation encapsulation;
    uint32_t ticks_per_second;                      /* 10, 100 or 1000; default 1000 */
    uint8_t tcp_ack_frequency;                      /* most segments before an ACK */
    uint8_t tcp_delayed_ack_ticks;                  /* delay of an ACK */
    uint8_t tcp_maximum_retransmissions;            /* of a segment, and probes a persist round */
    uint8_t tcp_doubt_reachability_retransmissions; /* before the neighbour is doubted */
    uint32_t tcp_sws_prevention_ticks;
    uint32_t tcp_duplicate_ack_threshold; /* for fast retransmit */
    uint32_t tcp_push_ticks;              /* default 500 ms */
    uint32_t nce_stale_ticks;             /* idle time that makes a neighbour stale */
    uint8_t congestion_algorithm;         /* reserved, ignored (OID-005) */
};
void
flue_tcp_connection_offload_parameters_init(struct flue_tcp_connection_offload_parameters *set);

/* NDIS_OFFLOAD_PARAMETERS_xxx */
enum flue_offload_parameter {
    FLUE_OFFLOAD_PARAMETERS_NO_CHANGE,
    FLUE_OFFLOAD_PARAMETERS_DISABLED,
    FLUE_OFFLOAD_PARAMETERS_ENABLED
};

/* NDIS_OFFLOAD_PARAMETERS, as far as it is about connections. */
struct flue_offload_parameters {
    struct flue_object_header header;
    uint8_t tcp_connection_ipv4; /* enum flue_offload_parameter */
    uint8_t tcp_connection_ipv6;
};
void flue_offload_parameters_init(struct flue_offload_parameters *parameters);

/* NDIS_TASK_OFFLOAD_HEADER and one NDIS_TASK_OFFLOAD, of the older interface: a query lists what
 * can be enabled, a set enables what it lists and nothing else. */
struct flue_task_offload {
    struct flue_object_header header;
    uint32_t offset_first_task; /* 0 in a set: everything off */
    uint32_t offset_next_task;  /* 0: the last */
    struct flue_tcp_connection_offload task;
};
void flue_task_offload_init(struct flue_task_offload *task);

/* ---- Statistics -------------------------------------------------------------------------------
 *
 * One set an address family and adapter, of offloaded connections alone. All counters wrap. */

struct flue_ip_offload_stats { /* IP_OFFLOAD_STATS */
    uint64_t in_receives;      /* datagrams, faulty ones included */
    uint64_t in_octets;        /* of them, IP headers included */
    uint64_t in_delivers;      /* to connections */
    uint64_t out_requests;
    uint64_t out_octets;
    uint32_t in_header_errors;     /* dropped for a fault of the IP header */
    uint32_t in_truncated_packets; /* dropped because data is missing behind a sound header */
    uint32_t in_discards;          /* sound, but there was no room */
    uint32_t out_discards;
    uint32_t out_no_routes; /* there was no valid path or neighbour */
};

struct flue_tcp_offload_stats { /* TCP_OFFLOAD_STATS */
    uint64_t in_segments;       /* faulty ones included */
    uint64_t out_segments;      /* all but those with nothing but bytes sent before */
    uint32_t currently_established;
    uint32_t reset_established;
    uint32_t retransmitted_segments; /* with at least one byte sent before */
    uint32_t in_errors;
    uint32_t out_resets;
};

/* ---- Requests ---------------------------------------------------------------------------------
 */

enum flue_oid {
    FLUE_OID_TCP_CONNECTION_OFFLOAD_PARAMETERS,
    FLUE_OID_TCP_CONNECTION_OFFLOAD_CURRENT_CONFIG,
    FLUE_OID_TCP_CONNECTION_OFFLOAD_HARDWARE_CAPABILITIES,
    FLUE_OID_TCP_OFFLOAD_PARAMETERS,
    FLUE_OID_OFFLOAD_ENCAPSULATION,
    FLUE_OID_TCP_TASK_OFFLOAD,
    FLUE_OID_IP4_OFFLOAD_STATS,
    FLUE_OID_IP6_OFFLOAD_STATS,
    FLUE_OID_TCP4_OFFLOAD_STATS,
    FLUE_OID_TCP6_OFFLOAD_STATS,
    FLUE_OID_PNP_SET_POWER,
    FLUE_OID_GEN_RECEIVE_SCALE_PARAMETERS,
    FLUE_OID_GEN_VLAN_ID /* query: uint32_t */
};

enum flue_request_type { FLUE_REQUEST_QUERY, FLUE_REQUEST_SET };

#define FLUE_RSS_TABLE_MOST 128
#define FLUE_RSS_CPUS 64

/* NDIS_RECEIVE_SCALE_PARAMETERS, as far as offloaded connections are concerned: their hash comes
 * with them, so that there is neither a key nor a hash function to choose. What a connection
 * receives is for processor indirection_table[hash modulo the table's size]. */
struct flue_receive_scale_parameters {
    struct flue_object_header header;
    uint32_t indirection_table_size; /* entries: a power of two, 1..128; 0: all for processor 0 */
    uint8_t indirection_table[FLUE_RSS_TABLE_MOST]; /* 0..63 */
};
void flue_receive_scale_parameters_init(struct flue_receive_scale_parameters *parameters);

/* NDIS_DEVICE_POWER_STATE: D0 works, D3 is off. OID_PNP_SET_POWER sets one, as uint32_t. */
enum flue_power_state { FLUE_POWER_D0 = 1, FLUE_POWER_D1, FLUE_POWER_D2, FLUE_POWER_D3 };

/* NDIS_OID_REQUEST. It is answered before the call returns, unless with PENDING (OID_PNP_SET_POWER
 * alone): then the client's oid_request_complete ends it, and it must last so long. */
struct flue_oid_request {
    enum flue_request_type type;
    enum flue_oid oid;
    const void *protocol; /* who asks: any address of its own, always the same; NULL: nobody */
    void *buffer;
    uint32_t length;  /* of the buffer, bytes */
    uint32_t written; /* query: bytes of the answer. set: bytes that were read */
    uint32_t needed;  /* with FLUE_STATUS_INVALID_LENGTH: the least length */
};

/* Answers a query with `size` bytes: SUCCESS or INVALID_LENGTH. */
enum flue_status flue_oid_answer(struct flue_oid_request *request, const void *bytes,
                                 uint32_t size);

#ifdef __cplusplus
}
#endif
#endif
