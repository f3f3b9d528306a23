/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One machine: what each kind of work amounts to on its cores, its I/O bus and its adapter.
 *
 * The built-in machines are the files scenarios/profiles/NAME.cfg, where each value has its unit,
 * its source and the range to sweep it over; the build makes constants of them. Users' own files
 * are read by flue-sim.
 */
#ifndef FLUE_PROFILE_H
#define FLUE_PROFILE_H

#include <stdint.h>

#include "flue/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(member, key, unit, least, most, text): a member of struct flue_profile; its key and unit in
 * profile files; the limits, in that unit. Members are in cycles, hertz, bits a second, bytes,
 * picoseconds, cycles a KiB (of "cycles/byte"), or 0 and 1 (of "switch"). */
#define FLUE_PROFILE_HOST_MAP(X)                                                                   \
    X(cores, "cores", "cores", 1, 1024, "cores of the host")                                       \
    X(core_hz, "core_clock", "GHz", 0.001, 100, "clock of a core")                                 \
    X(application_first, "application_first", "core", 0, 1023, "first core of applications")       \
    X(application_cores, "application_cores", "cores", 0, 1024, "how many; 0: all from there on")  \
    X(interrupt_first, "interrupt_first", "core", 0, 1023, "first core that is interrupted")       \
    X(interrupt_cores, "interrupt_cores", "cores", 0, 1024, "how many; 0: all from there on")      \
    X(protocol_first, "protocol_first", "core", 0, 1023, "first core that does TCP")               \
    X(protocol_cores, "protocol_cores", "cores", 0, 1024, "how many; 0: all from there on")        \
    X(syscall_cycles, "syscall", "cycles", 0, 1e9, "one system call")                              \
    X(copy_tx_cycles_per_kib, "copy_tx", "cycles/byte", 0, 1e3, "copying what is sent")            \
    X(copy_rx_cycles_per_kib, "copy_rx", "cycles/byte", 0, 1e3, "copying what is received")        \
    X(checksum_is_offloaded, "checksum_offload", "switch", 0, 1, "the adapter sums payload")       \
    X(checksum_cycles_per_kib, "checksum", "cycles/byte", 0, 1e3, "else the host does")            \
    X(tcp_tx_cycles, "tcp_tx", "cycles", 0, 1e9, "sending a data segment")                         \
    X(has_large_send, "large_send", "switch", 0, 1, "the adapter cuts large sends up")             \
    X(large_send_cycles, "large_send_request", "cycles", 0, 1e9, "one of up to 64 KiB")            \
    X(large_send_packet_cycles, "large_send_packet", "cycles", 0, 1e9, "each segment of it")       \
    X(tcp_rx_cycles, "tcp_rx", "cycles", 0, 1e9, "taking in a data segment")                       \
    X(has_coalescing, "receive_coalescing", "switch", 0, 1, "segments are put together first")     \
    X(coalesced_rx_cycles, "coalesced_rx", "cycles", 0, 1e9, "each segment but the first")         \
    X(ack_tx_cycles, "ack_tx", "cycles", 0, 1e9, "sending an acknowledgement")                     \
    X(ack_rx_cycles, "ack_rx", "cycles", 0, 1e9, "taking in an acknowledgement")                   \
    X(interrupt_cycles, "interrupt", "cycles", 0, 1e9, "one interrupt")                            \
    X(completion_cycles, "completion", "cycles", 0, 1e9, "an I/O request of the adapter's TCP")    \
    X(state_move_cycles, "state_move", "cycles", 0, 1e9, "a connection moved, either way")         \
    X(connection_cycles, "connection", "cycles", 0, 1e9, "a connection opened and closed")

#define FLUE_PROFILE_ADAPTER_MAP(X)                                                                \
    X(interrupt_gap, "interrupt_gap", "us", 0, 1e6, "least time between two interrupts")           \
    X(interrupt_is_adaptive, "interrupt_adaptive", "switch", 0, 1, "or as the load asks for")      \
    X(bus_bps, "bus_rate", "Gbps", 0, 1e5, "payload of the I/O bus, a direction; 0: no limit")     \
    X(bus_is_shared, "bus_shared", "switch", 0, 1, "one direction at a time")                      \
    X(bus_read_latency, "bus_read_latency", "us", 0, 1e6, "the adapter reads host memory")         \
    X(bus_write_latency, "bus_write_latency", "us", 0, 1e6, "the adapter writes it")               \
    X(descriptor_bytes, "descriptor", "bytes", 0, 1e6, "on the bus with each frame or request")    \
    X(engine_units, "engine_units", "units", 1, 1024, "a connection is on one of them")            \
    X(engine_hz, "engine_clock", "GHz", 0, 100, "clock of a unit; 0: work takes no time")          \
    X(engine_tx_cycles, "engine_tx", "cycles", 0, 1e9, "an offloaded data segment out")            \
    X(engine_rx_cycles, "engine_rx", "cycles", 0, 1e9, "an offloaded data segment in")             \
    X(engine_ack_cycles, "engine_ack", "cycles", 0, 1e9, "an offloaded acknowledgement")           \
    X(engine_forward_cycles, "engine_forward", "cycles", 0, 1e9, "a frame of the host's stack")    \
    X(engine_has_priority, "engine_priority", "switch", 0, 1, "the host's frames go first")        \
    X(contexts, "contexts", "connections", 0, 1e7, "contexts on the chip; 0: all")                 \
    X(context_bytes, "context", "bytes", 0, 1e6, "of one, to be fetched or moved")                 \
    X(table_entries, "table", "connections", 1, 1e7, "that the adapter can carry")                 \
    X(reuse_delay, "reuse_delay", "ms", 0, 1e6, "until a given-back entry can be used again")      \
    X(receive_window_bytes, "receive_window", "KiB", 1, 1048576, "the adapter's largest")          \
    X(initiate_delay, "initiate_delay", "us", 0, 1e9, "the adapter takes a connection over")       \
    X(terminate_delay, "terminate_delay", "us", 0, 1e9, "... and gives it back")                   \
    X(update_delay, "update_delay", "us", 0, 1e9, "it changes an object, or reports on one")

#define FLUE_PROFILE_MAP(X) FLUE_PROFILE_HOST_MAP(X) FLUE_PROFILE_ADAPTER_MAP(X)

struct flue_profile {
    const char *name;
    const char *text; /* what machine it stands for */
#define FLUE_PROFILE_MEMBER(member, key, unit, least, most, text) uint64_t member;
    FLUE_PROFILE_MAP(FLUE_PROFILE_MEMBER)
#undef FLUE_PROFILE_MEMBER
};

/* The built-in profiles, by name and by index (NULL past the last). "ideal" costs nothing. */
const struct flue_profile *flue_profile_find(const char *name);
const struct flue_profile *flue_profile_at(uint32_t index);

#ifdef __cplusplus
}
#endif
#endif
