/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every variable of a connection, for whoever wants to look. A variable that a mechanism adds, here
 * or in extension.h, gets its field in the snapshot.
 */
#include "tcp/connection.h"
#include "tcp/rack.h"

static void
read_standing(const struct flue_tcp_connection *c, struct flue_tcp_snapshot *snapshot)
{
    static const uint8_t waits[] = {
        [SLOW_NONE] = FLUE_TCP_WAIT_NOTHING,          [SLOW_RETRANSMIT] = FLUE_TCP_WAIT_RETRANSMIT,
        [SLOW_PERSIST] = FLUE_TCP_WAIT_PERSIST,       [SLOW_PROBE] = FLUE_TCP_WAIT_PROBE,
        [SLOW_OVERRIDE] = FLUE_TCP_WAIT_OVERRIDE,     [SLOW_CONGESTED] = FLUE_TCP_WAIT_CONGESTED,
        [SLOW_FIN_WAIT_2] = FLUE_TCP_WAIT_FIN_WAIT_2, [SLOW_TIME_WAIT] = FLUE_TCP_WAIT_TIME_WAIT,
    };

    snapshot->is_active_open = c->is_active_open;
    snapshot->is_released = c->is_released;
    snapshot->is_exhausted = c->is_exhausted;
    snapshot->is_muted = c->is_muted;
    snapshot->fin_wanted = c->fin_wanted;
    snapshot->fin_sent = c->fin_sent;
    snapshot->fin_received = c->fin_received;
    snapshot->reason = c->reason;
    snapshot->wait = waits[c->slow];
    snapshot->backoff = c->backoff;
    snapshot->probe_round = c->probe_round;
    snapshot->keepalive_probes_sent = c->keepalive_probes_sent;
    snapshot->segments_unacked = c->segments_unacked;
    snapshot->remote_mss = c->remote_mss;
    snapshot->path_mss = c->path_mss;
    snapshot->total_rt_ticks = flue__tcp_total_rt(c);
    if (c->has_ts_recent)
        snapshot->ts_recent_age_ticks = (uint32_t)(c->engine->tick - c->ts_recent_tick);
    snapshot->last_ack_sent = c->last_ack_sent;
    snapshot->rtt_timing = c->is_timing;
    snapshot->rtt_seq = c->is_timing ? c->rtt_seq : 0;
    snapshot->has_dsack = c->has_dsack;
    if (c->has_dsack)
        snapshot->dsack = c->dsack;
    flue_tcp_get_options(c, &snapshot->options);
}

/* What only some connections have. */
static void
read_rare(const struct flue_tcp_connection *c, struct flue_tcp_snapshot *snapshot)
{
    const struct scoreboard *board = c->scoreboard;
    const struct extension *extension = c->extension;

    if (board != NULL) {
        snapshot->sacked_ranges = board->ranges;
        snapshot->high_rxt = board->high_rxt;
        snapshot->has_rescued = board->has_rescued;
    }
    if (extension == NULL)
        return;
    snapshot->fine_srtt = extension->rtt.srtt;
    snapshot->pacing_until = extension->pacing.timer.deadline;
    snapshot->ecn_echo = extension->ecn.is_echoing;
    snapshot->snd_urgent = extension->urgent.is_sending;
    snapshot->rcv_urgent = extension->urgent.is_receiving;
    snapshot->snd_up = extension->urgent.snd_up;
    snapshot->rcv_up = extension->urgent.rcv_up;
    snapshot->ecn_cwr_owed = extension->ecn.has_reduced;
    snapshot->ecn_reduced_until = extension->ecn.reduced_until;
    snapshot->prr_delivered = extension->prr.delivered;
    snapshot->prr_out = extension->prr.out;
    snapshot->prr_recover_fs = extension->prr.recover_fs;
    snapshot->frto_step = extension->frto.step;
}

void
flue_tcp_get_snapshot(const struct flue_tcp_connection *c, flue_time now,
                      struct flue_tcp_snapshot *snapshot)
{
    int32_t window = seq_diff(c->rcv_adv, c->rcv_nxt);
    uint32_t first = c->snd_una + (flue__tcp_is_synchronized(c) ? 0 : 1); /* SYN is no byte */

    flue__tcp_set_clock(c->engine, now);
    *snapshot = (struct flue_tcp_snapshot){
        .state = c->state,
        .iss = c->iss,
        .irs = c->irs,
        .snd_una = c->snd_una,
        .snd_nxt = c->snd_nxt,
        .snd_max = c->snd_max,
        .snd_wnd = c->snd_wnd,
        .max_snd_wnd = c->max_snd_wnd,
        .snd_wl1 = c->snd_wl1,
        .snd_wl2 = c->snd_wl2,
        .rcv_nxt = c->rcv_nxt,
        .rcv_wnd = window > 0 ? (uint32_t)window : 0,
        .rcv_buffered = c->rcv_buffered,
        .snd_queued = seq_gt(c->queue.end_seq, first) ? c->queue.end_seq - first : 0,
        .reassembly_bytes = c->reassembly != NULL ? c->reassembly->bytes : 0,
        .cwnd = c->cwnd,
        .ssthresh = c->ssthresh,
        .recover = c->recover,
        .in_recovery = c->in_recovery,
        .dup_acks = c->dup_acks,
        .retransmissions = c->retransmissions,
        .srtt_x8_ticks = c->srtt_x8,
        .rttvar_x4_ticks = c->rttvar_x4,
        .rto_ticks = c->rto,
        .ts_recent = c->ts_recent,
        .ts_offset = c->ts_offset,
        .mss = c->mss,
        .snd_wind_scale = c->snd_wind_scale,
        .rcv_wind_scale = c->rcv_wind_scale,
        .timestamps = c->use_timestamps,
        .window_scaling = c->use_window_scaling,
        .sack = c->use_sack,
        .sacked_bytes = c->scoreboard != NULL ? c->scoreboard->bytes : 0,
        .rack = flue__rack_is_on(c),
        .lost_bytes = flue__rack_is_on(c) ? flue__rack_of(c)->log.lost.bytes : 0,
        .rack_left_ticks = flue__tcp_ticks_left(c, now, flue__rack_deadline(c)),
        .nagle = c->use_nagle,
        .pacing_bps = flue__pacing_rate(c),
        .pacing_until = FLUE_TIME_NEVER,
        .rebuilt = c->rebuilt,
        .ecn = flue__ecn_is_on(c),
        .is_unreachable = c->is_unreachable,
        .retransmit_left_ticks = flue__tcp_ticks_left(c, now, c->slow_deadline),
        .delayed_ack_left_ticks = flue__tcp_ticks_left(c, now, c->delayed_ack_deadline),
        .keepalive_left_ticks = flue__tcp_ticks_left(c, now, c->keepalive_deadline),
        .window_update_left_ticks = flue__tcp_ticks_left(c, now, c->window_update_deadline),
    };
    read_standing(c, snapshot);
    read_rare(c, snapshot);
    flue__congestion_report(c, &snapshot->congestion);
}
