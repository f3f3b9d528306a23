/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every variable of a connection, for whoever wants to look.
 */
#include "tcp/connection.h"

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
        .nagle = c->use_nagle,
        .ecn = flue__ecn_is_on(c),
        .ecn_echo = c->extension != NULL && c->extension->ecn.is_echoing,
        .snd_urgent = c->extension != NULL && c->extension->urgent.is_sending,
        .rcv_urgent = c->extension != NULL && c->extension->urgent.is_receiving,
        .snd_up = c->extension != NULL ? c->extension->urgent.snd_up : 0,
        .rcv_up = c->extension != NULL ? c->extension->urgent.rcv_up : 0,
        .is_unreachable = c->is_unreachable,
        .retransmit_left_ticks = flue__tcp_ticks_left(c, now, c->slow_deadline),
        .delayed_ack_left_ticks = flue__tcp_ticks_left(c, now, c->delayed_ack_deadline),
        .keepalive_left_ticks = flue__tcp_ticks_left(c, now, c->keepalive_deadline),
    };
}
