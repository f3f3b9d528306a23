/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RACK-TLP (RFC 8985): losses found by time, and a probe when the tail of a flight stays silent.
 * RACK is rack.c and the recovery that it starts rack_recovery.c, TLP is tlp.c. The variables carry
 * the RFC's names.
 */
#ifndef FLUE_TCP_RACK_H
#define FLUE_TCP_RACK_H

#include "tcp/connection.h"
#include "tcp/sent_log.h"

/* What the one timer of RACK-TLP waits for (RFC 8985 8). */
enum rack_timer { RACK_TIMER_NONE, RACK_TIMER_REORDERING, RACK_TIMER_PROBE };

struct rack {
    struct sent_log log;
    uint64_t deadline; /* ticks, or WHEEL_NEVER; timers.c keeps it beside its own */
    uint8_t timer;     /* enum rack_timer */

    bool is_off : 1; /* memory lacked: RFC 6675 does its work until nothing is in flight */
    bool is_after_timeout : 1; /* RTO recovery: SND.UNA has not reached `recover` since */
    bool has_xmit : 1;         /* xmit_ts and end_seq are set */
    bool reordering_seen : 1;
    bool has_dsack_round : 1;
    bool has_left_recovery : 1; /* with the last ACK */
    bool has_news : 1;   /* new data was sent, or any was acknowledged: a probe is due anew */
    flue_time xmit_ts;   /* of the last sent segment that has been acknowledged ... */
    uint32_t end_seq;    /* ... and the end of it */
    flue_time rtt;       /* of the segment acknowledged last */
    flue_time min_rtt;   /* 0: none yet */
    flue_time srtt;      /* RFC 6298's, without its ticks */
    uint32_t fack;       /* the highest sequence number acknowledged */
    uint32_t newly_lost; /* by the last ACK, bytes */
    uint32_t dsack_round;
    uint8_t reo_wnd_mult;
    uint8_t reo_wnd_persist;

    bool is_probing : 1;        /* TLP.end_seq is set */
    bool is_probe_repeated : 1; /* TLP.is_retrans */
    bool has_rtt_since_probe : 1;
    uint32_t probe_end; /* TLP.end_seq */
};

/* NULL: the connection does not use it, or not now. */
struct rack *flue__rack_of(const struct flue_tcp_connection *connection);

/* ---- rack.c ---- */
/* [seq, end) goes out now, FIN counted; SND.MAX has not moved yet. */
void flue__rack_on_sent(struct flue_tcp_connection *connection, flue_time now, uint32_t seq,
                        uint32_t end);
/* An ACK has been taken in, by the scoreboard too: what it delivers, and what is lost then. */
void flue__rack_on_ack(struct flue_tcp_connection *connection, flue_time now,
                       const struct flue_tcp_segment *segment);
/* RFC 8985 6.2, step 5. */
void flue__rack_detect_losses(struct flue_tcp_connection *connection, flue_time now);
void flue__rack_arm(struct flue_tcp_connection *connection, enum rack_timer timer,
                    uint64_t deadline);
/* Memory lacked: the log no longer tells the truth, and RFC 6675 takes over. */
void flue__rack_give_up(struct flue_tcp_connection *connection);
/* After a timeout: the first record, and all that are overdue, are lost (RFC 8985 6.3). */
void flue__rack_mark_overdue(struct flue_tcp_connection *connection, flue_time now);
/* Whether recovery, of either kind, is under way. */
bool flue__rack_is_recovering(const struct flue_tcp_connection *connection,
                              const struct rack *rack);

/* ---- rack_recovery.c ---- */
/* Starts or ends recovery, after an ACK or the timer. */
void flue__rack_recover(struct flue_tcp_connection *connection, flue_time now);

/* ---- tlp.c ---- */
void flue__tlp_on_ack(struct flue_tcp_connection *connection,
                      const struct flue_tcp_segment *segment, bool is_duplicate);
void flue__tlp_reset(struct rack *rack);
/* Arms the probe's timer if a probe may be due (RFC 8985 7.2). */
void flue__tlp_schedule(struct flue_tcp_connection *connection, flue_time now);
void flue__tlp_expired(struct flue_tcp_connection *connection, flue_time now);
/* RFC 2883: the segment reports a duplicate. */
bool flue__tcp_has_dsack(const struct flue_tcp_segment *segment);

#endif
