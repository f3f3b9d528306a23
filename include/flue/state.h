/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The state that moves between a host stack and an offload target, in three layers (neighbour,
 * path, TCP) and three classes:
 *
 *   const      nobody changes it while the object is offloaded;
 *   cached     the host's: the target keeps a copy that only an update changes;
 *   delegated  the target's while it is offloaded: read by query, handed back by terminate.
 *
 * Each structure opens with its own length. A *tick* is 1 / ticks_per_second. The names are those
 * of the NDIS structures in C spelling (NEIGHBOR_OFFLOAD_STATE_CONST is struct
 * flue_neighbor_const).
 */
#ifndef FLUE_STATE_H
#define FLUE_STATE_H

#include <stdint.h>

#include "flue/buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FLUE_TICKS_NOT_RUNNING UINT32_MAX /* a TimeoutDelta of -1: the timer does not run */
#define FLUE_BACKLOG_NOT_SUPPORTED UINT32_MAX
#define FLUE_MAX_RT_UNLIMITED UINT32_MAX

/* OFFLOAD_STATE_HEADER */
struct flue_offload_state_header {
    uint32_t length;             /* bytes of the whole structure, this header included */
    uint32_t recognized_options; /* reserved */
};

#define FLUE_DL_ADDRESS_BYTES 32

struct flue_neighbor_const {
    struct flue_offload_state_header header;
    uint8_t
        dl_source_address[FLUE_DL_ADDRESS_BYTES]; /* source MAC; all zero: the interface's own */
    uint16_t vlan_id;                             /* 12 bits; 0: none */
};

struct flue_neighbor_cached {
    struct flue_offload_state_header header;
    uint8_t dl_destination_address[FLUE_DL_ADDRESS_BYTES]; /* next hop's MAC in the first 6 bytes */
    uint32_t host_reachability_delta_ticks;                /* HRD: age of the host's last proof */
};

struct flue_neighbor_delegated {
    struct flue_offload_state_header header;
    uint32_t nic_reachability_delta_ticks; /* NRD: age of the target's last proof */
};

struct flue_path_const {
    struct flue_offload_state_header header;
    const uint8_t *source_address;      /* 4 or 16 bytes, network order; the client's memory, */
    const uint8_t *destination_address; /* valid until the operation completes */
};

struct flue_path_cached {
    struct flue_offload_state_header header;
    uint32_t path_mtu; /* bytes */
};

struct flue_path_delegated {
    struct flue_offload_state_header header; /* nothing more at present */
};

enum flue_tcp_const_flags {
    FLUE_TCP_FLAG_TIMESTAMP_ENABLED = 1 << 0,
    FLUE_TCP_FLAG_SACK_ENABLED = 1 << 1,
    FLUE_TCP_FLAG_WINDOW_SCALING_ENABLED = 1 << 2
};

struct flue_tcp_const {
    struct flue_offload_state_header header;
    uint16_t flags; /* enum flue_tcp_const_flags */
    uint16_t remote_port;
    uint16_t local_port;
    uint8_t snd_wind_scale; /* for the peer's window, 0..14 */
    uint8_t rcv_wind_scale; /* for the own window, 0..14 */
    uint16_t remote_mss;    /* bytes, from the peer's SYN */
    uint32_t hash_value;    /* RSS hash */
};

enum flue_tcp_cached_flags {
    FLUE_TCP_FLAG_KEEP_ALIVE_ENABLED = 1 << 0,
    FLUE_TCP_FLAG_NAGLING_ENABLED = 1 << 1,
    FLUE_TCP_FLAG_KEEP_ALIVE_RESTART = 1 << 2, /* idle count starts from zero */
    FLUE_TCP_FLAG_MAX_RT_RESTART = 1 << 3,     /* total_rt goes to zero */
    FLUE_TCP_FLAG_UPDATE_RCV_WND = 1 << 4      /* initial_rcv_wnd changed */
};

struct flue_tcp_cached {
    struct flue_offload_state_header header;
    uint16_t flags;               /* enum flue_tcp_cached_flags */
    uint32_t initial_rcv_wnd;     /* bytes: SO_RCVBUF */
    uint32_t rcv_indication_size; /* bytes an indication, a hint; 0: as much as possible */
    uint8_t ka_probe_count;       /* most keepalive probes */
    uint32_t ka_timeout_ticks;    /* idle time before the first probe */
    uint32_t ka_interval_ticks;   /* between probes */
    uint32_t max_rt_ticks;        /* most time retransmitting a segment; 0: the count rules */
    uint32_t flow_label;          /* 20 bits, IPv6 only */
    uint8_t ttl_or_hop_limit;
    uint8_t tos_or_traffic_class;
    uint8_t user_priority; /* 802.1p, 0..7 */
};

/* TCP_OFFLOAD_CONNECTION_STATE: the states of RFC 9293, 3.3.2. */
enum flue_tcp_connection_state {
    FLUE_TCP_CONNECTION_CLOSED,
    FLUE_TCP_CONNECTION_LISTEN,
    FLUE_TCP_CONNECTION_SYN_SENT,
    FLUE_TCP_CONNECTION_SYN_RCVD,
    FLUE_TCP_CONNECTION_ESTABLISHED,
    FLUE_TCP_CONNECTION_FIN_WAIT1,
    FLUE_TCP_CONNECTION_FIN_WAIT2,
    FLUE_TCP_CONNECTION_CLOSE_WAIT,
    FLUE_TCP_CONNECTION_CLOSING,
    FLUE_TCP_CONNECTION_LAST_ACK,
    FLUE_TCP_CONNECTION_TIME_WAIT
};

/* A count and what is left of the timer that goes with it. */
struct flue_tcp_timer_state {
    uint8_t count;
    uint32_t timeout_delta_ticks; /* 0: due now; FLUE_TICKS_NOT_RUNNING: not running */
};

struct flue_tcp_delegated {
    struct flue_offload_state_header header;
    enum flue_tcp_connection_state state;
    uint16_t flags;                         /* reserved */
    uint32_t rcv_nxt;                       /* sequence number */
    uint32_t rcv_wnd;                       /* bytes, unscaled */
    uint32_t snd_una;                       /* sequence number: oldest unacknowledged */
    uint32_t snd_nxt;                       /* sequence number: next to send */
    uint32_t snd_max;                       /* sequence number: highest sent */
    uint32_t snd_wnd;                       /* bytes: the peer's window */
    uint32_t max_snd_wnd;                   /* bytes: its maximum so far */
    uint32_t send_wl1;                      /* sequence number of the last window update */
    uint32_t cwnd;                          /* bytes */
    uint32_t ss_thresh;                     /* bytes */
    uint16_t srtt;                          /* ticks x 8, clamped to 65535 */
    uint16_t rtt_var;                       /* ticks x 4, clamped to 65535 */
    uint32_t ts_recent;                     /* TS.Recent */
    uint32_t ts_recent_age;                 /* ticks since it was taken */
    uint32_t ts_time;                       /* the sender's timestamp clock now, ticks */
    uint32_t total_rt;                      /* ticks spent retransmitting the current segment */
    uint8_t dup_ack_count;                  /* duplicate ACKs so far */
    uint8_t snd_wnd_probe_count;            /* persist round */
    struct flue_tcp_timer_state keep_alive; /* unanswered probes */
    struct flue_tcp_timer_state retransmit; /* also persist probes, and the FIN_WAIT_2 timer */
    union {
        struct { /* initiate, terminate: the send data in the block's net_buffer_list_chain */
            struct flue_buffer_list *send_data_head;
            struct flue_buffer_list *send_data_tail;
        };
        uint32_t send_backlog_size; /* query: bytes */
    };
    union {
        struct flue_buffer_list *buffered_data; /* initiate, terminate: undelivered receive data */
        uint32_t receive_backlog_size;          /* query: bytes */
    };
};

#ifdef __cplusplus
}
#endif
#endif
