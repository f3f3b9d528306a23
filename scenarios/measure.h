/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What most scenarios need besides scenario.h: words for their choices, two machines with a link,
 * waiting until connections are open, and the arithmetic of common metrics.
 */
#ifndef FLUE_SCENARIOS_MEASURE_H
#define FLUE_SCENARIOS_MEASURE_H

#include "scenario.h"

/* Of an IP packet with a full segment: IPv4 20, TCP 20, timestamps 12 bytes. */
enum { FLUE_FULL_SEGMENT_HEADERS = 52 };

/* Choices of parameters: "ns3", "host", "offload"; "off", "on"; and the congestion controls. */
extern const char *const flue_choices_stack[];
extern const char *const flue_choices_flue[]; /* "host", "offload" */
extern const char *const flue_choices_switch[];
extern const char *const flue_choices_congestion[];
/* True when a parameter with flue_choices_switch is "on". */
bool flue_run_is_on(const struct flue_run *run, const char *name);

/* Two machines and the link between them, whose end 0 is the client's. */
struct flue_pair {
    struct flue_sim_node *client, *server;
    struct flue_sim_link *link;
};
enum { FLUE_PAIR_CLIENT, FLUE_PAIR_SERVER };

/* Builds them, with addresses, routes and, if one is wanted, a trace. `stack` is one of
 * flue_choices_stack. False: flue_sim_error says why. */
bool flue_pair_build(const struct flue_run *run, struct flue_sim *sim, const char *stack,
                     const struct flue_sim_link_config *link_config,
                     const struct flue_sim_stack_config *stack_config, struct flue_pair *pair);

/* Rows of parameters: two machines with a link. flue_pair_configure reads them. */
#define FLUE_PAIR_PARAMETERS(stacks)                                                               \
    {"stack", FLUE_PARAMETER_CHOICE,                                                               \
     "",      "offload",                                                                           \
     NULL,    NULL,                                                                                \
     stacks,  "TCP of both machines: ns-3's own, Flue's on the host, or Flue's on the NIC"},       \
        {"profile", FLUE_PARAMETER_PROFILE,                                                        \
         "",        "server-2009",                                                                 \
         NULL,      NULL,                                                                          \
         NULL,      "what work costs on both machines"},                                           \
        {"rate",  FLUE_PARAMETER_RATE, "bps", "10Gbps",                                            \
         "1Mbps", "400Gbps",           NULL,  "rate of the link"},                                 \
    {                                                                                              \
        "delay", FLUE_PARAMETER_TIME, "s", "20us", "0s", "1s", NULL, "one way, of the link"        \
    }
/* Sets what they say, and defaults for the rest, with buffers of 64 KiB. */
void flue_pair_configure(const struct flue_run *run, struct flue_sim_link_config *link,
                         struct flue_sim_stack_config *stack);

/* Rows of parameters: requests and responses. flue_requests_configure reads them. */
#define FLUE_REQUESTS_PARAMETERS(connections, think)                                               \
    {"connections", FLUE_PARAMETER_COUNT,                                                          \
     "1",           connections,                                                                   \
     "1",           "100000",                                                                      \
     NULL,          "connections that make requests"},                                             \
        {"request", FLUE_PARAMETER_BYTES, "bytes", "200", "1", "1GiB", NULL, "of a request"},      \
        {"response", FLUE_PARAMETER_BYTES, "bytes", "2000", "1", "1GiB", NULL, "of a response"},   \
    {                                                                                              \
        "think", FLUE_PARAMETER_TIME, "s", think, "0s", "1000s", NULL,                             \
            "from a response to the next request, mean"                                            \
    }
/* A row: stack.table_entries. */
#define FLUE_ENTRIES_PARAMETER                                                                     \
    {                                                                                              \
        "entries", FLUE_PARAMETER_COUNT, "1", "0", "0", "1e6", NULL,                               \
            "of the NIC's table; 0: as the profile says"                                           \
    }

struct flue_sim_requests_config flue_requests_configure(const struct flue_run *run);

/* The run failed: flue_sim_error says why or, when nothing does, `otherwise`. */
enum flue_result flue_run_fail_in(struct flue_run *run, const struct flue_sim *sim,
                                  const char *otherwise);

/* Runs for `by` from now. */
bool flue_advance(struct flue_sim *sim, flue_time by);
/* Runs, a millisecond at a time and for `patience` at most, until every flow is connected. False:
 * one is not, or the simulation failed and flue_sim_error says why. */
bool flue_advance_until_connected(struct flue_sim *sim, struct flue_sim_flow *const *flows,
                                  uint32_t count, flue_time patience);

/* A time series of what a scenario reads itself. `put` reports the metrics of a row; time zero is
 * when flue_rows_start was called. Without a series wanted nothing is put. */
struct flue_rows {
    struct flue_run *run;
    struct flue_sim *sim;
    void (*put)(void *user);
    void *user;
    flue_time start, last;
};
void flue_rows_start(struct flue_rows *rows);
/* flue_advance, with a row wherever one is due. */
bool flue_rows_advance(struct flue_rows *rows, flue_time by);
void flue_rows_event(const struct flue_rows *rows, flue_time at, const char *text);

/* In steps of 10 us, until the client's adapter has done all that it was asked for and none of the
 * client's connections is on its way to it or back. */
bool flue_advance_until_still(struct flue_sim *sim, const struct flue_pair *pair,
                              flue_time patience);

/* In steps of a millisecond, until `count` connections of requests are open. */
bool flue_advance_until_open(struct flue_sim *sim, const struct flue_sim_requests *requests,
                             uint32_t count, flue_time patience);

/* Reports a latency of the requests that were completed since then, or that there was none. */
void flue_report_latency(struct flue_run *run, const char *metric,
                         const struct flue_sim_requests *requests, flue_time since, double share);

/* NAN when `whole` is not positive. */
double flue_ratio(double part, double whole);
/* Jain's index: 1 when all values are alike, 1/count when one has everything; NAN when all are 0.
 */
double flue_fairness(const double *values, uint32_t count);
/* Rows of a scenario's metrics: where the time of one machine goes. `prefix` and `whose` are string
 * literals: "sender", "the client". flue_report_machine reports them all. */
#define FLUE_MACHINE_METRICS(prefix, whose)                                                        \
    {prefix "_busiest_core_utilisation", "1", "busy share of " whose "'s busiest core", true},     \
        {prefix "_bus_utilisation", "1", "busy share of " whose "'s I/O bus, the busier way",      \
         true},                                                                                    \
        {prefix "_engine_utilisation", "1", "busy share of " whose "'s busiest NIC engine", true}, \
        {prefix "_wire_utilisation", "1", "busy share of the wire that " whose " sends on",        \
         false},                                                                                   \
        {prefix "_bottleneck", "1",                                                                \
         "what limits " whose ": 1 a core, 2 the bus, 3 the NIC's engine, "                        \
         "4 the wire it sends on; 0: none is busy for 95 % of the time",                           \
         false},                                                                                   \
        {prefix "_cycles_per_byte", "1", "core cycles of " whose " for a byte of payload", true},  \
        {prefix "_cycles_per_request", "1", "core cycles of " whose " for a send or receive call", \
         true},                                                                                    \
        {prefix "_interrupts_per_s", "1/s", "interrupts of " whose, true},                         \
        {prefix "_bus_crossings_per_s", "1/s", "transfers between memory and NIC of " whose,       \
         true},                                                                                    \
        {prefix "_context_misses_per_s", "1/s", "contexts fetched by the NIC of " whose, true},    \
        {prefix "_moves_per_s", "1/s", "connections handed over or taken back by " whose, true},   \
        {prefix "_table_occupancy", "1", "used share of the NIC's table of " whose ", at the end", \
         false},                                                                                   \
        FLUE_MACHINE_LEDGER(prefix, whose)
/* The ledger: one row a category of core work. */
#define FLUE_MACHINE_LEDGER(prefix, whose)                                                         \
    FLUE_LEDGER_ROW(prefix, whose, "application"), FLUE_LEDGER_ROW(prefix, whose, "syscall"),      \
        FLUE_LEDGER_ROW(prefix, whose, "copy"), FLUE_LEDGER_ROW(prefix, whose, "checksum"),        \
        FLUE_LEDGER_ROW(prefix, whose, "tcp_tx"), FLUE_LEDGER_ROW(prefix, whose, "tcp_rx"),        \
        FLUE_LEDGER_ROW(prefix, whose, "ack_tx"), FLUE_LEDGER_ROW(prefix, whose, "ack_rx"),        \
        FLUE_LEDGER_ROW(prefix, whose, "interrupt"), FLUE_LEDGER_ROW(prefix, whose, "completion"), \
        FLUE_LEDGER_ROW(prefix, whose, "state_move"), FLUE_LEDGER_ROW(prefix, whose, "connection")
#define FLUE_LEDGER_ROW(prefix, whose, key)                                                        \
    {                                                                                              \
        prefix "_" key "_utilisation", "1", "share of the core time of " whose " for " key, true   \
    }

/* What a machine had done up to one moment. */
enum { FLUE_MACHINE_RESOURCES = 2048 };
struct flue_machine_reading {
    struct flue_sim_node_statistics node;
    uint32_t resources;
    flue_time busy[FLUE_MACHINE_RESOURCES];
    enum flue_sim_resource_kind kinds[FLUE_MACHINE_RESOURCES];
};
void flue_machine_read(const struct flue_sim_node *node, struct flue_machine_reading *reading);
/* Reports FLUE_MACHINE_METRICS(prefix, ...) of the `interval` between two readings, in which the
 * machine moved `bytes` of payload. */
void flue_report_machine(struct flue_run *run, const char *prefix, flue_time interval, double bytes,
                         const struct flue_machine_reading *before,
                         const struct flue_machine_reading *after);
/* Reports the share of a machine's core time that was busy in the `interval` between two readings.
 */
void flue_report_cpu(struct flue_run *run, const char *metric, flue_time interval,
                     const struct flue_sim_node_statistics *before,
                     const struct flue_sim_node_statistics *after);

#endif
