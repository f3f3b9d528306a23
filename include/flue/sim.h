/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The C binding to the simulator: scenario programs use this header, the C library, and nothing
 * else.
 *
 * A simulation is built, run and read in this order:
 *
 *     flue_sim_create      one simulation at a time (ns-3 has one clock)
 *     flue_sim_node        machines
 *     flue_sim_link        Ethernet links between them, with one adapter at each end
 *     flue_sim_stack       a TCP/IP stack on every machine: ns3, host or offload
 *     flue_sim_link_address, flue_sim_routes; flue_sim_switch_address at a switch
 *     flue_sim_bulk, flue_sim_requests   applications
 *     flue_sim_run         until a time
 *     flue_sim_*_read      what happened
 *     flue_sim_destroy
 *
 * Everything belongs to the simulation and goes with it. No call throws, prints or ends the
 * process: a failing call returns a negative flue_result, changes nothing, and flue_sim_error says
 * why in a sentence.
 */
#ifndef FLUE_SIM_H
#define FLUE_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "flue/cost.h"
#include "flue/result.h"
#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flue_sim;
struct flue_sim_node;
struct flue_sim_link;
struct flue_sim_team;
struct flue_sim_flow;
struct flue_sim_requests;

/* `seed` is ns-3's RngSeed (1..2^32-1), `run` its RngRun: a run of a seed is one replication. Time
 * has picosecond resolution. FLUE_ERROR_STATE while there is another simulation. */
FLUE_MUST_USE enum flue_result flue_sim_create(uint32_t seed, uint64_t run, struct flue_sim **sim);
void flue_sim_destroy(struct flue_sim *sim);
/* Why the last failing call failed; "" when none did. Valid until the next call. */
const char *flue_sim_error(const struct flue_sim *sim);

/* ns-3's attribute defaults ("ns3::TcpSocket::SegmentSize", "1448") and global values
 * ("ChecksumEnabled", "true"), by name. Before the objects that they are for are made. */
FLUE_MUST_USE enum flue_result flue_sim_set_default(struct flue_sim *sim, const char *name,
                                                    const char *value);
FLUE_MUST_USE enum flue_result flue_sim_set_global(struct flue_sim *sim, const char *name,
                                                   const char *value);

/* ---- Machines and links ------------------------------------------------------------------------
 */

FLUE_MUST_USE enum flue_result flue_sim_node(struct flue_sim *sim, const char *name,
                                             struct flue_sim_node **node);

struct flue_sim_link_config {
    uint64_t rate_bps;      /* default 1e9 */
    flue_time delay;        /* one way; default 0 */
    uint32_t mtu_bytes;     /* IP packet; default 1500, at most 9000 */
    uint32_t queue_packets; /* transmit queue of each end; default 1000 */
};
struct flue_sim_link_config flue_sim_link_config_default(void);

/* A full-duplex Ethernet link between two machines (a != b). Ends are 0 (a) and 1 (b). */
FLUE_MUST_USE enum flue_result flue_sim_link(struct flue_sim *sim, struct flue_sim_node *a,
                                             struct flue_sim_node *b,
                                             const struct flue_sim_link_config *config,
                                             struct flue_sim_link **link);

/* Loses each frame that arrives at `end` with this probability, 0..1. */
FLUE_MUST_USE enum flue_result flue_sim_link_loss(struct flue_sim_link *link, uint32_t end,
                                                  double probability);
/* Loses every `frames`-th frame that arrives at `end`, besides; 0: none. */
FLUE_MUST_USE enum flue_result flue_sim_link_loss_every(struct flue_sim_link *link, uint32_t end,
                                                        uint64_t frames);
/* Loses this share of the frames that arrive at `end`, 0 to less than 1, in bursts of a mean length
 * in frames, at least 1 (Gilbert and Elliott's model, where bursts lose all); 0: none. */
FLUE_MUST_USE enum flue_result flue_sim_link_bursts(struct flue_sim_link *link, uint32_t end,
                                                    double share, double length);
/* Has each frame that arrives at `end` arrive later by `delay`, with this probability: those behind
 * it overtake it. */
FLUE_MUST_USE enum flue_result flue_sim_link_reorder(struct flue_sim_link *link, uint32_t end,
                                                     double probability, flue_time delay);
/* An ns-3 attribute of the device at `end`, or of its NIC. */
FLUE_MUST_USE enum flue_result flue_sim_link_set(struct flue_sim_link *link, uint32_t end,
                                                 const char *attribute, const char *value);
/* Writes PREFIX-<node>-<device>.pcap (or .tr) for both ends. ns-3 computes checksums from then on
 * (ChecksumEnabled); without a trace it leaves them zero, as nobody looks. */
FLUE_MUST_USE enum flue_result flue_sim_link_pcap(struct flue_sim_link *link, const char *prefix);
FLUE_MUST_USE enum flue_result flue_sim_link_ascii(struct flue_sim_link *link, const char *prefix);

struct flue_sim_link_statistics {
    uint64_t tx_frames, tx_bytes; /* frames given to the wire; bytes with Ethernet header and FCS */
    uint64_t rx_frames;           /* frames that arrived whole */
    uint64_t lost_frames;         /* frames that the error model took */
    uint64_t queue_drops;         /* frames that found the transmit queue full */
};
void flue_sim_link_read(const struct flue_sim_link *link, uint32_t end,
                        struct flue_sim_link_statistics *statistics);

/* ---- Switches and teams ------------------------------------------------------------------------
 *
 * A team is two or more adapters of a machine that look like one: one IP address, and connections
 * move from one to another when a link fails. What they are linked to is a switch. */

/* A machine that is an Ethernet switch: it joins all its links, and has no stack. */
FLUE_MUST_USE enum flue_result flue_sim_switch(struct flue_sim *sim, const char *name,
                                               struct flue_sim_node **node);

enum flue_sim_team_mode {
    FLUE_SIM_TEAM_ACTIVE_BACKUP, /* the first link carries everything, until it fails */
    FLUE_SIM_TEAM_BALANCE,       /* each has an address: connections that the machine opens by
                                    flue_sim_requests are spread over them */
    FLUE_SIM_TEAM_AGGREGATE      /* all do; the switch knows that they are one */
};

struct flue_sim_team_config {
    enum flue_sim_team_mode mode; /* default active-backup */
    bool mixes_ports; /* AGGREGATE: the switch chooses the link by addresses and ports; false: by
                         MAC addresses, as the team does. Default false */
    flue_time detect; /* from a link's failure, or return, until team and switch notice; default 0
                       */
};
struct flue_sim_team_config flue_sim_team_config_default(void);

/* Makes a team of the adapters that a machine has at these links, 1 to 16, which all lead to the
 * same switch and have the same MTU. Before the machine's stack is made. */
FLUE_MUST_USE enum flue_result flue_sim_team(struct flue_sim_node *node,
                                             struct flue_sim_link *const *links, uint32_t count,
                                             const struct flue_sim_team_config *config,
                                             struct flue_sim_team **team);

/* When what happened since a link last failed and the team, or connections, had to move. 0: it has
 * not. */
struct flue_sim_team_statistics {
    uint32_t active;        /* the link that carries everything, by its number in the team */
    uint64_t failovers;     /* until now */
    flue_time failed_at;    /* the link failed */
    flue_time noticed_at;   /* the team noticed, and asked the host to pause and to take its
                               connections back */
    flue_time uploaded_at;  /* the host had the last of them back */
    flue_time resumed_at;   /* nothing was left there, and the host was told to go on */
    flue_time offloaded_at; /* a connection came to an adapter, the last time until now */
};
void flue_sim_team_read(const struct flue_sim_team *team,
                        struct flue_sim_team_statistics *statistics);

/* ---- Stacks ------------------------------------------------------------------------------------
 */

enum flue_sim_stack_kind {
    FLUE_SIM_STACK_NS3,    /* ns-3's own TCP */
    FLUE_SIM_STACK_HOST,   /* Flue's host stack */
    FLUE_SIM_STACK_OFFLOAD /* Flue's host stack, which hands every connection to the NIC */
};
/* From "ns3", "host", "offload"; FLUE_ERROR_NOT_FOUND for another word. */
FLUE_MUST_USE enum flue_result flue_sim_stack_kind_of(const char *name,
                                                      enum flue_sim_stack_kind *kind);

/* What all three stacks can be told alike. */
struct flue_sim_stack_config {
    const struct flue_profile *profile; /* what work costs, copied; default "ideal" */
    uint32_t mss_bytes;                 /* payload of a full segment; default 1448 */
    uint32_t send_buffer_bytes;         /* default 1 MiB */
    uint32_t receive_buffer_bytes;      /* default 1 MiB */
    uint32_t initial_window_segments;   /* 10 (RFC 6928) or 4 (RFC 3390); default 10 */
    flue_time min_rto;                  /* default 200 ms */
    flue_time delayed_ack;              /* default 40 ms */
    uint32_t ack_segments;              /* full segments until an ACK, 1..2; default 2 */
    bool use_sack; /* RFC 2018; default false: NewReno alone, alike on all three */
    /* newreno, cubic, dctcp (which agrees on ECN) or compound; default newreno. Flue's are those of
     * flue_tcp_congestion_name(); ns-3 has no compound. */
    const char *congestion_control;
    /* Idle time until a connection is probed, and from probe to probe; 0: never. Not ns3. */
    flue_time keepalive;
    /* How long a closed connection is remembered; default 60 s. */
    flue_time time_wait;
    /* Which connections the offload stack hands to the NIC: always, never, automatic, bytes,
     * lifetime, priority or adaptive, with ns-3's defaults of ns3::FlueTcpL4Protocol for their
     * parameters; default always. */
    const char *policy;
    uint32_t table_entries; /* connections that a NIC can carry; default 0: as its profile says */
};
struct flue_sim_stack_config flue_sim_stack_config_default(void);

/* IP and TCP for a machine, after its links are made. FLUE_ERROR_NOT_FOUND for an unknown
 * congestion control. */
FLUE_MUST_USE enum flue_result flue_sim_stack(struct flue_sim_node *node,
                                              enum flue_sim_stack_kind kind,
                                              const struct flue_sim_stack_config *config);
/* IPv4 addresses for both ends of a link, from a network and its mask: "10.1.1.0", "255.255.255.0".
 * End 0 gets the network's first address. The ends know each other's MAC addresses from then on, so
 * no ARP request is lost and waited for on a lossy link. */
FLUE_MUST_USE enum flue_result flue_sim_link_address(struct flue_sim_link *link,
                                                     const char *network, const char *mask);
/* The same for all machines at a switch: the network's first address is that of the machine that
 * was linked to it first. */
FLUE_MUST_USE enum flue_result flue_sim_switch_address(struct flue_sim_node *node,
                                                       const char *network, const char *mask);
/* Routes between all machines, once the addresses are given. */
FLUE_MUST_USE enum flue_result flue_sim_routes(struct flue_sim *sim);

/* Time since `since` (the same call with 0 earlier) is the caller's subtraction: values only grow.
 */
struct flue_sim_node_statistics {
    uint32_t cores;
    uint64_t core_hz;    /* cycles a second of each */
    flue_time core_busy; /* summed over the cores, until now */
    flue_time
        core_booked[FLUE_COST_CATEGORIES]; /* the same by category, work still queued included */
    uint64_t core_events[FLUE_COST_CATEGORIES];
    uint64_t retransmitted_segments; /* by host and target; ns3: of the node's transfers */
    uint64_t timeouts;
    uint64_t offloads, uploads; /* connections moved */
    uint32_t offloaded;         /* connections on the NIC now */
    uint32_t moving;            /* connections that are being handed over or taken back */
    uint32_t table_entries;     /* that its NICs can carry at a time */
    uint64_t bus_crossings;     /* transfers between host memory and its NICs */
    uint64_t context_misses;    /* contexts that a NIC had to fetch from host memory */
    uint64_t forwards; /* segments of its NICs' connections that the host had to hand them */
};
void flue_sim_node_read(const struct flue_sim_node *node,
                        struct flue_sim_node_statistics *statistics);

/* What a node's work occupies, and when it was busy. With the wires, the one that was busy all the
 * time is what limits the machine. */
enum flue_sim_resource_kind {
    FLUE_SIM_CORE,
    FLUE_SIM_BUS,    /* one direction, or both of a shared one */
    FLUE_SIM_ENGINE, /* one unit of a NIC's */
    FLUE_SIM_WIRE,   /* what the node sends */
    FLUE_SIM_RESOURCE_KINDS
};
struct flue_sim_resource {
    char name[32]; /* "core 0", "bus 0 read", "engine 0.1", "wire 0": the number is the link's, in
                      the order of flue_sim_link, and the unit's */
    enum flue_sim_resource_kind kind;
    flue_time busy;                         /* until now */
    flue_time waited;                       /* by all pieces of work, before it was their turn */
    flue_time booked[FLUE_COST_CATEGORIES]; /* by category, work still queued included */
    uint64_t events[FLUE_COST_CATEGORIES];  /* pieces of work */
};
/* Reads the index-th resource of a node; false when there is none, and nothing is read. A bus and
 * an engine are there when their profile says that they take time. */
bool flue_sim_node_resource(const struct flue_sim_node *node, uint32_t index,
                            struct flue_sim_resource *resource);

/* Moves every connection of a node, at once. FLUE_ERROR_NOT_SUPPORTED on a node without a NIC. */
FLUE_MUST_USE enum flue_result flue_sim_offload_all(struct flue_sim_node *node);
FLUE_MUST_USE enum flue_result flue_sim_upload_all(struct flue_sim_node *node);

/* ---- Power, routes and failures ----------------------------------------------------------------
 *
 * They happen at once: flue_sim_schedule has them happen later. `end` is the end of the link whose
 * adapter it happens to. */

/* Puts an adapter to sleep, or wakes it up. Before it sleeps the host takes its connections back;
 * asleep its link is down, and what TCP sends is lost. Where no stack offloads to the adapter, the
 * link alone changes. FLUE_ERROR_STATE when it is so, or on its way there, already. */
FLUE_MUST_USE enum flue_result flue_sim_link_power(struct flue_sim_link *link, uint32_t end,
                                                   bool is_on);
/* Pulls the cable out, or puts it in again. What is on its way, and what waits for the wire, is
 * lost. FLUE_ERROR_STATE when it is so already. */
FLUE_MUST_USE enum flue_result flue_sim_link_carrier(struct flue_sim_link *link, bool is_up);
/* The adapter at `end` gets another MAC address, as behind a gateway that takes over for another,
 * and the machine at the other end hears of it by ARP. Frames on their way to the old one are
 * lost. */
FLUE_MUST_USE enum flue_result flue_sim_link_change_mac(struct flue_sim_link *link, uint32_t end);
/* The machine at `end` sends what goes out there through another gateway from now on: another IP
 * address and another MAC address, both of the machine at the other end. Frames on their way to the
 * old one are lost. FLUE_ERROR_LIMIT when the network has no address left for it. */
FLUE_MUST_USE enum flue_result flue_sim_link_change_next_hop(struct flue_sim_link *link,
                                                             uint32_t end);
/* Packets that arrive at `end` and are longer are lost, and their senders told by ICMP, as by a
 * router on the way; 0: all pass. At least 576 bytes. ns-3's own TCP does not listen to it. */
FLUE_MUST_USE enum flue_result flue_sim_link_limit_mtu(struct flue_sim_link *link, uint32_t end,
                                                       uint32_t mtu_bytes);
/* The adapter's hardware loses the connection whose segment arrives next, after `skip` others of
 * offloaded connections. FLUE_ERROR_NOT_SUPPORTED where no stack offloads to it. */
FLUE_MUST_USE enum flue_result flue_sim_link_fail_connection(struct flue_sim_link *link,
                                                             uint32_t end, uint32_t skip);
/* The adapter's offload hardware fails for good, and its connections are lost; as an Ethernet
 * adapter it goes on. FLUE_ERROR_NOT_SUPPORTED likewise. */
FLUE_MUST_USE enum flue_result flue_sim_link_fail_adapter(struct flue_sim_link *link, uint32_t end);
/* The adapter is pulled out of the running machine: the same, and the link is down. */
FLUE_MUST_USE enum flue_result flue_sim_link_remove_adapter(struct flue_sim_link *link,
                                                            uint32_t end);

/* All zero where no stack offloads to the adapter, but for is_on. */
struct flue_sim_adapter_statistics {
    bool is_on;                             /* false: asleep */
    flue_time powered_at;                   /* when it last fell asleep or woke up; 0: never */
    uint32_t neighbors, paths, connections; /* that it carries now */
    uint32_t operations;                    /* of state, asked for and not done */
    uint64_t offloads, refusals, uploads;
    uint64_t failures; /* connections lost by hardware */
};
void flue_sim_adapter_read(const struct flue_sim_link *link, uint32_t end,
                           struct flue_sim_adapter_statistics *statistics);

/* ---- Applications ------------------------------------------------------------------------------
 */

struct flue_sim_bulk_config {
    uint16_t port;     /* the server's; default 5001; one flow a port and server */
    uint64_t bytes;    /* to send; 0: without end. Default 0 */
    uint32_t io_bytes; /* of one send and one receive call, at most; a send call moves at most half
                          of the send buffer; default 65536 */
    flue_time start;   /* from now; default 0 */
    flue_time pause;   /* of the server between two receive calls; default 0 */
    bool with_content; /* real bytes with a checkable pattern instead of length-only; default false
                        */
};
struct flue_sim_bulk_config flue_sim_bulk_config_default(void);

/* A connection from client to server, on which the client sends as fast as it can and then closes;
 * the server reads it all. Works over each stack, through the same ns-3 sockets. */
FLUE_MUST_USE enum flue_result flue_sim_bulk(struct flue_sim *sim, struct flue_sim_node *client,
                                             struct flue_sim_node *server,
                                             const struct flue_sim_bulk_config *config,
                                             struct flue_sim_flow **flow);

struct flue_sim_flow_statistics {
    uint64_t sent_bytes;     /* taken by the client's socket */
    uint64_t received_bytes; /* read by the server's application */
    uint64_t corrupt_bytes;  /* with_content: bytes that were not what was sent */
    bool is_connected;
    bool is_complete;       /* all bytes read and the end seen */
    bool has_failed;        /* the connection ended in another way */
    flue_time completed_at; /* when is_complete */
};
void flue_sim_flow_read(const struct flue_sim_flow *flow,
                        struct flue_sim_flow_statistics *statistics);

enum {
    FLUE_SIM_REQUESTS_CONNECTIONS_MAX = 100000,    /* further addresses are taken for their ports */
    FLUE_SIM_REQUESTS_CONNECTIONS_MAX_NS3 = 16000, /* stack ns3: ephemeral ports of a machine */
};

struct flue_sim_requests_config {
    uint16_t port;           /* the server's; default 6001 */
    uint32_t connections;    /* default 1, at most FLUE_SIM_REQUESTS_CONNECTIONS_MAX */
    flue_time start;         /* of the first one, from now; default 0 */
    flue_time spacing;       /* from one to the next; default 20 us */
    uint32_t request_bytes;  /* at least 1; default 128 */
    uint32_t response_bytes; /* at least 1; default 1024 */
    uint64_t requests;       /* of a connection, which then closes; 0: without end. Default 0 */
    bool reopens;            /* another connection follows one that has closed; default false */
    bool is_manual;          /* requests are made by flue_sim_requests_go alone; default false */
    double rate;             /* of arriving requests, a second, by all connections together: a
                                Poisson process, whose requests wait for a free connection. 0: a
                                connection makes its next request when it has its response. Default 0 */
    flue_time think;         /* ...and after this time: the mean, exponential; default 0 */
    uint32_t io_bytes;       /* of one send and one receive call, at most; default 65536 */
    bool with_content;       /* as flue_sim_bulk_config; default false */
};
struct flue_sim_requests_config flue_sim_requests_config_default(void);

/* Connections from client to server; on each the client sends a request, the server answers when it
 * has all of it, and so on. Works over each stack. */
FLUE_MUST_USE enum flue_result flue_sim_requests(struct flue_sim *sim, struct flue_sim_node *client,
                                                 struct flue_sim_node *server,
                                                 const struct flue_sim_requests_config *config,
                                                 struct flue_sim_requests **requests);
/* Makes a request on each connection that is open and waits for no response; says on how many
 * (unless `count` is NULL). */
FLUE_MUST_USE enum flue_result flue_sim_requests_go(struct flue_sim_requests *requests,
                                                    uint32_t *count);

struct flue_sim_requests_statistics {
    uint32_t open;           /* connections that are open at the client */
    uint32_t waiting;        /* for a response, of them */
    uint64_t opened, closed; /* connections, until now; closed in order */
    uint64_t failed;         /* that ended in another way, at the client */
    uint64_t started;        /* requests; those that wait for a connection included */
    uint64_t completed;      /* responses read to the last byte */
    uint64_t sent_bytes;     /* by both, taken by their sockets */
    uint64_t received_bytes; /* by both, read */
    uint64_t corrupt_bytes;  /* with_content: bytes read that were not what was sent */
};
void flue_sim_requests_read(const struct flue_sim_requests *requests,
                            struct flue_sim_requests_statistics *statistics);
/* Of the requests that were completed at `since` or later, the time that this share of them took at
 * most, 0..1: 0.5 is the median, 1 the longest. From when a request was to be made until the last
 * byte of its response was read. FLUE_TIME_NEVER when there was none. */
flue_time flue_sim_requests_latency(const struct flue_sim_requests *requests, flue_time since,
                                    double share);

/* ---- Running -----------------------------------------------------------------------------------
 */

/* Calls `call` after `delay` of simulated time. */
FLUE_MUST_USE enum flue_result flue_sim_schedule(struct flue_sim *sim, flue_time delay,
                                                 void (*call)(void *user), void *user);
/* Runs until the simulated time is `until`, or nothing is left to do. May be called again, but not
 * from a scheduled call (nor may flue_sim_destroy, which does nothing then). */
FLUE_MUST_USE enum flue_result flue_sim_run(struct flue_sim *sim, flue_time until);
flue_time flue_sim_now(const struct flue_sim *sim);
/* Simulator events executed so far. */
uint64_t flue_sim_events(const struct flue_sim *sim);
/* "ns-3.37" */
const char *flue_sim_ns3_version(void);

#ifdef __cplusplus
}
#endif
#endif
