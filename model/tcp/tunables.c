/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every number that an engine or a connection can be told: its bounds and default, said once. The
 * defaults of flue_tcp_config_default and the checks of a configuration are made from this table.
 */
#include <stddef.h>
#include <string.h>

#include "tcp/connection.h"

#define FIELD(scope_, struct_, field, unit_, least, most, default_, source_, purpose_, running)    \
    {                                                                                              \
        .name = #field, .unit = (unit_), .source = (source_), .purpose = (purpose_),               \
        .smallest = (least), .largest = (most), .default_value = (default_), .scope = (scope_),    \
        .while_running = (running), .offset = (uint16_t)offsetof(struct struct_, field),           \
        .size = (uint8_t)sizeof(((struct struct_ *)0)->field),                                     \
    }
#define ENGINE(field, unit, least, most, default_, source, purpose)                                \
    FIELD(FLUE_TCP_SCOPE_ENGINE, flue_tcp_config, field, unit, least, most, default_, source,      \
          purpose, false)
/* Settled when the connection opens, and ... */
#define OPENING(field, unit, least, most, default_, source, purpose)                               \
    FIELD(FLUE_TCP_SCOPE_CONNECTION, flue_tcp_options, field, unit, least, most, default_, source, \
          purpose, false)
/* ... at any time. */
#define RUNNING(field, unit, least, most, default_, source, purpose)                               \
    FIELD(FLUE_TCP_SCOPE_CONNECTION, flue_tcp_options, field, unit, least, most, default_, source, \
          purpose, true)

static const struct flue_tcp_tunable tunables[] = {
    ENGINE(ticks_per_second, "1/s", 10, 1000000, 1000, "RFC 6298 4, RFC 7323 5.4",
           "the clock of timers and timestamps"),
    ENGINE(max_connections, "connections", 1, UINT32_MAX, 1000000, "",
           "more are neither opened nor accepted"),
    ENGINE(initial_rto_ticks, "ticks", 1, UINT32_MAX, 1000, "RFC 6298 2.1",
           "retransmission timeout before the first measurement"),
    ENGINE(min_rto_ticks, "ticks", 1, UINT32_MAX, 1000, "RFC 6298 2.4",
           "smallest retransmission timeout"),
    ENGINE(max_rto_ticks, "ticks", 1, UINT32_MAX, 60000, "RFC 6298 2.5",
           "largest, backed off; no less than the two above"),
    ENGINE(max_syn_retransmissions, "segments", 0, UINT8_MAX, 7, "RFC 9293 3.8.3 R2, RFC 1122",
           "of a SYN before an active open is given up: three minutes with the timeouts above"),
    ENGINE(max_syn_ack_retransmissions, "segments", 0, UINT8_MAX, 7, "RFC 9293 3.8.3 R2",
           "of a SYN,ACK before a passive open is given up"),
    ENGINE(max_retransmissions, "segments", 0, UINT8_MAX, 15, "RFC 9293 3.8.3 R2",
           "of one segment before the connection is given up, unless max_rt_ticks says otherwise"),
    ENGINE(advice_retransmissions, "segments", 1, UINT8_MAX, 3, "RFC 9293 3.8.3 R1",
           "of one segment before the advise handler is called"),
    ENGINE(duplicate_ack_threshold, "segments", 1, UINT8_MAX, 3, "RFC 5681 3.2",
           "duplicates that mean a loss"),
    ENGINE(ack_frequency, "segments", 1, UINT8_MAX, 2, "RFC 1122 4.2.3.2",
           "most segments of data before an ACK"),
    ENGINE(delayed_ack_ticks, "ticks", 1, UINT32_MAX, 40, "RFC 1122 4.2.3.2",
           "longest delay of an ACK; at most half a second"),
    ENGINE(sws_prevention_ticks, "ticks", 0, UINT32_MAX, 200, "RFC 9293 3.8.6.2, RFC 813",
           "what is too small to be worth a segment, or a window update, waits so long"),
    ENGINE(time_wait_ticks, "ticks", 1, UINT32_MAX, 60000, "RFC 9293 3.4.2", "2 MSL"),
    ENGINE(fin_wait_2_ticks, "ticks", 0, UINT32_MAX, 120000, "",
           "longest FIN-WAIT-2 of a released connection, and of a target's; 0: no limit"),
    ENGINE(challenge_acks_per_second, "segments", 0, UINT32_MAX, 100, "RFC 5961 7",
           "most ACKs in answer to suspicious segments, of all connections together"),
    ENGINE(min_path_mtu, "bytes", 40 + FLUE_TCP_MSS_LEAST, UINT16_MAX, 296, "RFC 1191 3",
           "an ICMP error lowers IPv4's path MTU no further; IPv6 has 1280 (RFC 8201 4)"),
    ENGINE(initial_window, "", FLUE_TCP_IW_RFC6928, FLUE_TCP_IW_RFC3390, FLUE_TCP_IW_RFC6928,
           "RFC 6928, RFC 3390", "0: ten segments, 1: four"),
    ENGINE(idle_restart, "", FLUE_TCP_IDLE_RFC5681, FLUE_TCP_IDLE_KEEP, FLUE_TCP_IDLE_RFC5681,
           "RFC 5681 4.1, RFC 2861",
           "cwnd after idling for a timeout; 0: initial window, 1: halves, 2: stays"),
    ENGINE(cubic.beta_permille, "1/1000", 500, 950, 700, "RFC 9438 4.6",
           "what a reduction leaves of the window"),
    ENGINE(cubic.c_permille, "1/1000", 1, 10000, 400, "RFC 9438 5.1",
           "how steep the curve is: segments / s^3"),
    ENGINE(cubic.fast_convergence, "", 0, 1, 1, "RFC 9438 4.7", "gives way to new connections"),
    ENGINE(cubic.reno_friendly, "", 0, 1, 1, "RFC 9438 4.3", "no slower than Reno"),
    ENGINE(dctcp.gain_shift, "", 0, 10, 4, "RFC 8257 4.2", "g = 2^-n, the weight of a window"),
    ENGINE(dctcp.initial_alpha_permille, "1/1000", 0, 1000, 1000, "RFC 8257 4.2",
           "the share of marked bytes before it is measured"),
    ENGINE(compound.alpha_permille, "1/1000", 0, 10000, 125, "draft-sridharan-tcpm-ctcp",
           "growth of the delay window, times win^3/4"),
    ENGINE(compound.beta_permille, "1/1000", 50, 500, 500, "draft-sridharan-tcpm-ctcp",
           "what a loss takes of the window"),
    ENGINE(compound.eta_permille, "1/1000", 0, 10000, 1000, "draft-sridharan-tcpm-ctcp",
           "what a round trip takes of the backlog"),
    ENGINE(compound.gamma_segments, "segments", 0, 10000, 30, "draft-sridharan-tcpm-ctcp",
           "tolerated backlog at first, within the two below"),
    ENGINE(compound.gamma_low_segments, "segments", 0, 10000, 5, "draft-sridharan-tcpm-ctcp",
           "and at least"),
    ENGINE(compound.gamma_high_segments, "segments", 0, 10000, 30, "draft-sridharan-tcpm-ctcp",
           "and at most"),
    ENGINE(compound.lambda_permille, "1/1000", 0, 1000, 250, "draft-sridharan-tcpm-ctcp",
           "how fast it follows what Reno would have queued; 0: not"),
    ENGINE(compound.low_window_segments, "segments", 0, UINT16_MAX, 38, "draft-sridharan-tcpm-ctcp",
           "smaller windows are Reno's alone"),
    ENGINE(pacing.slow_start_percent, "1/100", 100, 1000, 200, "",
           "of cwnd / SRTT, below half of ssthresh"),
    ENGINE(pacing.avoidance_percent, "1/100", 100, 1000, 120, "", "and elsewhere"),
    ENGINE(is_offload_target, "", 0, 1, 0, "", "never sends a reset of its own"),

    RUNNING(receive_buffer_bytes, "bytes", 1, UINT32_C(1) << 30, 131072, "RFC 9293 3.8.6",
            "largest window offered"),
    OPENING(mss, "bytes", FLUE_TCP_MSS_LEAST, FLUE_TCP_MSS_MOST, 1460, "RFC 9293 3.7.1, RFC 6691",
            "MSS to announce and the most to send, TCP options not deducted"),
    OPENING(use_timestamps, "", 0, 1, 1, "RFC 7323", "timestamps and PAWS"),
    OPENING(use_window_scaling, "", 0, 1, 1, "RFC 7323", "windows above 64 KiB"),
    OPENING(use_sack, "", 0, 1, 1, "RFC 2018, 2883, 6675", "selective acknowledgements"),
    RUNNING(use_nagle, "", 0, 1, 1, "RFC 9293 3.7.4",
            "a small segment waits while data is in flight"),
    RUNNING(use_hold, "", 0, 1, 0, "RFC 9293 3.8.6.2.1",
            "a small segment waits for more data, at most sws_prevention_ticks (TCP_CORK)"),
    RUNNING(use_delayed_ack, "", 0, 1, 1, "RFC 1122 4.2.3.2",
            "off: every segment is acknowledged at once"),
    RUNNING(use_limited_transmit, "", 0, 1, 1, "RFC 3042", "new data for the first duplicate ACKs"),
    OPENING(use_frto, "", 0, 1, 0, "RFC 5682", "spurious timeouts are found and undone"),
    OPENING(use_prr, "", 0, 1, 0, "RFC 6937", "proportional rate reduction"),
    OPENING(use_rack, "", 0, 1, 0, "RFC 8985", "losses are found by time, tails are probed"),
    OPENING(use_ecn, "", 0, 1, 0, "RFC 3168", "explicit congestion notification, if agreed"),
    OPENING(use_pacing, "", 0, 1, 0, "", "segments leave spread over the round trip"),
    OPENING(pacing_bps, "bit/s", 0, UINT64_C(1000000000000), 0, "",
            "payload, with use_pacing; 0: from cwnd and SRTT"),
    RUNNING(use_keepalive, "", 0, 1, 0, "RFC 9293 3.8.4", "idle connections are probed"),
    RUNNING(keepalive_probes, "segments", 0, UINT8_MAX, 9, "RFC 9293 3.8.4",
            "unanswered probes before giving up"),
    RUNNING(keepalive_idle_ticks, "ticks", 0, UINT32_MAX, 7200000, "RFC 9293 3.8.4",
            "before the first probe; not 0 with use_keepalive"),
    RUNNING(keepalive_interval_ticks, "ticks", 0, UINT32_MAX, 75000, "RFC 9293 3.8.4",
            "between probes; not 0 with use_keepalive"),
    RUNNING(max_rt_ticks, "ticks", 0, UINT32_MAX, 0, "RFC 9293 3.8.3, RFC 5482",
            "longest retransmission of one segment (user timeout); 0: max_retransmissions rules, "
            "4294967295: no limit"),
    OPENING(open_timeout_ticks, "ticks", 0, UINT32_MAX, 0, "RFC 9293 3.10.1",
            "longest opening; 0: only the number of retransmissions limits it"),
    RUNNING(ttl, "", 1, UINT8_MAX, 64, "RFC 9293 3.9.2", "TTL or hop limit"),
    RUNNING(traffic_class, "", 0, UINT8_MAX, 0, "RFC 9293 3.9.2",
            "TOS or traffic class, without ECN bits"),
    RUNNING(flow_label, "", 0, (UINT32_C(1) << 20) - 1, 0, "RFC 6437", "IPv6"),
};

enum { TUNABLES = sizeof tunables / sizeof tunables[0] };

const struct flue_tcp_tunable *
flue_tcp_tunable(uint32_t index)
{
    return index < TUNABLES ? &tunables[index] : NULL;
}

static uint64_t
get(const void *where, const struct flue_tcp_tunable *tunable)
{
    const uint8_t *at = (const uint8_t *)where + tunable->offset;
    uint16_t value16;
    uint32_t value32;
    uint64_t value64;

    switch (tunable->size) {
    case 1:
        return *at;
    case 2:
        memcpy(&value16, at, sizeof value16);
        return value16;
    case 4:
        memcpy(&value32, at, sizeof value32);
        return value32;
    default:
        memcpy(&value64, at, sizeof value64);
        return value64;
    }
}

static void
set(void *where, const struct flue_tcp_tunable *tunable, uint64_t value)
{
    uint8_t *at = (uint8_t *)where + tunable->offset;
    uint16_t value16 = (uint16_t)value;
    uint32_t value32 = (uint32_t)value;

    switch (tunable->size) {
    case 1:
        *at = (uint8_t)value;
        break;
    case 2:
        memcpy(at, &value16, sizeof value16);
        break;
    case 4:
        memcpy(at, &value32, sizeof value32);
        break;
    default:
        memcpy(at, &value, sizeof value);
        break;
    }
}

uint64_t
flue_tcp_tunable_get(const struct flue_tcp_config *config, const struct flue_tcp_tunable *tunable)
{
    return tunable->scope == FLUE_TCP_SCOPE_ENGINE ? get(config, tunable)
                                                   : get(&config->options, tunable);
}

enum flue_result
flue_tcp_tunable_set(struct flue_tcp_config *config, const struct flue_tcp_tunable *tunable,
                     uint64_t value)
{
    if (value < tunable->smallest || value > tunable->largest)
        return FLUE_ERROR_INVALID;
    if (tunable->scope == FLUE_TCP_SCOPE_ENGINE)
        set(config, tunable, value);
    else
        set(&config->options, tunable, value);
    return FLUE_OK;
}

struct flue_tcp_config
flue_tcp_config_default(void)
{
    struct flue_tcp_config config = {.options = {.congestion_control = "newreno"}};

    for (unsigned i = 0; i < TUNABLES; i++)
        set(tunables[i].scope == FLUE_TCP_SCOPE_ENGINE ? (void *)&config : &config.options,
            &tunables[i], tunables[i].default_value);
    return config;
}

/* ---- Checks ---- */

/* The name of the first value in `where` that is out of its bounds; NULL: none. */
static const char *
out_of_bounds(const void *where, enum flue_tcp_scope scope)
{
    for (unsigned i = 0; i < TUNABLES; i++) {
        const struct flue_tcp_tunable *it = &tunables[i];

        if (it->scope != scope)
            continue;
        if (get(where, it) < it->smallest || get(where, it) > it->largest)
            return it->name;
    }
    return NULL;
}

static const char *
wrong_option(const struct flue_tcp_options *options)
{
    const char *field = out_of_bounds(options, FLUE_TCP_SCOPE_CONNECTION);

    if (field != NULL)
        return field;
    if (options->use_keepalive && options->keepalive_idle_ticks == 0)
        return "keepalive_idle_ticks";
    if (options->use_keepalive && options->keepalive_interval_ticks == 0)
        return "keepalive_interval_ticks";
    if (flue__congestion_find(options->congestion_control) == NULL)
        return "congestion_control";
    return NULL;
}

static const char *
wrong_field(const struct flue_tcp_config *config)
{
    const char *field = out_of_bounds(config, FLUE_TCP_SCOPE_ENGINE);

    if (field != NULL)
        return field;
    if (config->max_rto_ticks < config->min_rto_ticks ||
        config->max_rto_ticks < config->initial_rto_ticks)
        return "max_rto_ticks";
    if (config->delayed_ack_ticks > config->ticks_per_second / 2) /* RFC 1122 4.2.3.2 */
        return "delayed_ack_ticks";
    if (config->compound.gamma_low_segments > config->compound.gamma_segments ||
        config->compound.gamma_segments > config->compound.gamma_high_segments)
        return "compound.gamma_segments";
    return wrong_option(&config->options);
}

static enum flue_result
verdict(const char *wrong, const char **field)
{
    if (wrong != NULL && field != NULL)
        *field = wrong;
    return wrong == NULL ? FLUE_OK : FLUE_ERROR_INVALID;
}

enum flue_result
flue_tcp_options_check(const struct flue_tcp_options *options, const char **field)
{
    return verdict(wrong_option(options), field);
}

enum flue_result
flue_tcp_config_check(const struct flue_tcp_config *config, const char **field)
{
    return verdict(wrong_field(config), field);
}

const char *
flue__tcp_settled_option(const struct flue_tcp_options *before,
                         const struct flue_tcp_options *after)
{
    for (unsigned i = 0; i < TUNABLES; i++) {
        const struct flue_tcp_tunable *it = &tunables[i];

        if (it->scope == FLUE_TCP_SCOPE_CONNECTION && !it->while_running &&
            get(before, it) != get(after, it))
            return it->name;
    }
    if (strcmp(before->congestion_control, after->congestion_control) != 0)
        return "congestion_control";
    return NULL;
}
