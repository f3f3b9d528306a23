/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What theory says of one TCP connection: closed forms that measurements are held against.
 *
 *     Mathis, Semke, Mahdavi, Ott: The Macroscopic Behavior of the TCP Congestion Avoidance
 *         Algorithm, CCR 27(3), 1997
 *     Padhye, Firoiu, Towsley, Kurose: Modeling TCP Throughput, SIGCOMM 1998 (PFTK)
 *     Cardwell, Savage, Anderson: Modeling TCP Latency, INFOCOM 2000
 */
#ifndef FLUE_SCENARIOS_FORMULAE_H
#define FLUE_SCENARIOS_FORMULAE_H

#include <stdbool.h>
#include <stdint.h>

struct flue_formula_path {
    double loss;    /* probability that a segment, or the round that it begins, is lost; 0..1 */
    double rtt_s;   /* round trip */
    double rto_s;   /* first retransmission timeout */
    double per_ack; /* segments that an acknowledgement covers: 2 with delayed ones */
    double window;  /* most segments in flight; INFINITY: no limit */
};

/* Segments a second. Loss is periodic, or each segment's alone when `is_random`. `loss` > 0. */
double flue_formula_mathis(const struct flue_formula_path *path, bool is_random);
/* Segments a second that arrive, or that are sent; `loss` > 0. */
double flue_formula_pftk_delivered(const struct flue_formula_path *path);
double flue_formula_pftk_sent(const struct flue_formula_path *path);
/* Seconds until a transfer of so many segments is acknowledged, its handshake included.
 * `syn_timeout_s`: of the first SYN, which is lost as data is (SYN-ACKs are not). */
double flue_formula_cardwell(const struct flue_formula_path *path, double segments,
                             double initial_window, double syn_timeout_s);

#endif
