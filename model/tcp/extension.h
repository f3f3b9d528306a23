/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The variables of mechanisms that only some connections use, in one object that only those have.
 * It is made, all zero, with the connection when its options ask for one of them, or when one of
 * them is used for the first time; a connection with the default options that does nothing unusual
 * has none.
 */
#ifndef FLUE_TCP_EXTENSION_H
#define FLUE_TCP_EXTENSION_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/congestion.h"
#include "tcp/wheel.h"

/* ecn.c */
struct ecn {
    bool is_wanted : 1;     /* the option */
    bool sent_setup : 1;    /* we sent an ECN-setup SYN or SYN-ACK (RFC 3168 6.1.1) ... */
    bool sent_plain : 1;    /* ... and one that is none */
    bool peer_setup : 1;    /* the same of the peer */
    bool peer_plain : 1;    /* */
    bool is_echoing : 1;    /* ECE goes with every ACK until the peer's CWR */
    bool has_reduced : 1;   /* CWR goes with the next new data */
    uint32_t reduced_until; /* SND.MAX when the window was last reduced: not again before it is
                               acknowledged */
};

/* recovery_prr.c */
struct prr {
    bool is_wanted;      /* the option */
    bool is_safe;        /* the last ACK advanced and showed no further loss */
    uint32_t newly;      /* delivered by the last ACK and not counted yet, bytes */
    uint32_t delivered;  /* in this recovery, bytes (prr_delivered) */
    uint32_t out;        /* sent in this recovery, bytes (prr_out) */
    uint32_t recover_fs; /* in flight when it began, bytes (RecoverFS) */
    uint32_t estimate;   /* without SACK: held by the peer beyond SND.UNA, bytes */
    uint32_t mark;       /* SND.UNA and what the peer held beyond it, at the last ACK */
    uint32_t una;        /* SND.UNA at the last ACK */
    uint32_t lost_edge;  /* up to where data was lost, at the last ACK */
};

/* urgent.c */
struct urgent {
    uint32_t snd_up;       /* one past the urgent data that was sent last */
    uint32_t rcv_up;       /* one past the urgent data that the peer announced last */
    bool is_sending : 1;   /* snd_up counts: not yet acknowledged */
    bool is_receiving : 1; /* rcv_up counts: not yet consumed */
};

/* blind.c */
struct blind {
    uint64_t next_syn_tick; /* no SYN is challenged before */
};

/* frto.c: which ACK after a timeout is waited for */
enum frto_step { FRTO_OFF, FRTO_FIRST_ACK, FRTO_SECOND_ACK };

struct frto {
    bool is_wanted;       /* the option */
    uint8_t step;         /* enum frto_step */
    uint32_t repeated_to; /* up to where data was sent again since the timeout */
    uint32_t pipe_prev;   /* what ssthresh becomes if the timeout was spurious, bytes */
};

/* The round trip finer than a tick, from one segment at a time: rtt.c. */
struct fine_rtt {
    flue_time sent_at;
    flue_time srtt;   /* 0: not measured */
    flue_time latest; /* measured by the ACK that is being taken in; 0: none was */
    uint32_t end_seq;
    bool is_timing;
};

/* pacing.c */
struct pacing {
    struct wheel_entry timer; /* the engine's pacing wheel, in picoseconds; first, see pacing.c */
    struct flue_tcp_connection *connection;
    flue_time next; /* the next segment may leave */
    bool is_on;
    uint64_t fixed_bps; /* 0: from cwnd and the round trip */
};

struct rack;

struct extension {
    struct pacing pacing; /* first: the wheel's entry leads back here */
    uint64_t congestion_private[CONGESTION_PRIVATE_WORDS]; /* the algorithm's own */
    uint64_t congestion_before[CONGESTION_PRIVATE_WORDS];  /* ... before the last reduction */
    struct fine_rtt rtt;
    struct ecn ecn;
    struct prr prr;
    struct urgent urgent;
    struct blind blind;
    struct frto frto;
    struct rack *rack; /* NULL unless the option asks for it */
};

#endif
