/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment arrives: in every state, every combination of where it lies, FIN, SYN and RST, what it
 * acknowledges, and text; against the reply and the next state that RFC 9293 3.10.7 asks for, with
 * RFC 5961 (challenge ACKs) and RFC 1337 (TIME-WAIT outlives a reset). The rules are read like the
 * RFC's steps: the first that fits a segment decides.
 */
#include "cmocka_first.h"
#include "peer_states.h"

/* Where the segment lies. */
enum {
    OLD = 1 << 0,     /* wholly before RCV.NXT */
    START = 1 << 1,   /* at the peer's SYN, while opening */
    OVERLAP = 1 << 2, /* 50 old bytes, then 50 new ones */
    AT = 1 << 3,      /* at RCV.NXT */
    AHEAD = 1 << 4,   /* in the window, with a gap before it */
    BEYOND = 1 << 5,  /* behind the window */
    OUT = OLD | BEYOND,
    SEQ = 0x3F /* anywhere */
};

/* What it acknowledges. */
enum {
    NO_ACK = 1 << 0,
    ANCIENT = 1 << 1, /* older than the largest window explains (RFC 5961 5) */
    LATE = 1 << 2,    /* before SND.UNA */
    AGAIN = 1 << 3,   /* SND.UNA */
    SOME = 1 << 4,    /* part of what is in flight */
    ALL = 1 << 5,     /* SND.NXT */
    FUTURE = 1 << 6,  /* what was never sent */
    ACK = 0x7F        /* whatever */
};

enum text {
    ANY,
    NO_TEXT,
    LONG /* text or FIN */
};

/* What is sent in answer. ACK: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>. RST: RFC 9293 3.10.7.1. */
enum reply { NOTHING, SEND_ACK, SEND_RST, SEND_SYN, SEND_SYN_ACK };

/* What is taken in and thereby acknowledged; and a mark for a rule that a host does not have. */
enum { TEXT = 1, FIN = 2, TARGET_ONLY = 4 };

struct rule {
    uint8_t where;
    uint8_t flags; /* all of these are set */
    uint8_t acks;
    uint8_t text;
    uint8_t reply;
    uint8_t next; /* enum flue_tcp_connection_state */
    uint8_t taken;
};

#define CLOSED FLUE_TCP_CONNECTION_CLOSED
#define LISTEN FLUE_TCP_CONNECTION_LISTEN
#define SYN_SENT FLUE_TCP_CONNECTION_SYN_SENT
#define SYN_RCVD FLUE_TCP_CONNECTION_SYN_RCVD
#define ESTABLISHED FLUE_TCP_CONNECTION_ESTABLISHED
#define FIN_WAIT_1 FLUE_TCP_CONNECTION_FIN_WAIT1
#define FIN_WAIT_2 FLUE_TCP_CONNECTION_FIN_WAIT2
#define CLOSE_WAIT FLUE_TCP_CONNECTION_CLOSE_WAIT
#define CLOSING FLUE_TCP_CONNECTION_CLOSING
#define LAST_ACK FLUE_TCP_CONNECTION_LAST_ACK
#define TIME_WAIT FLUE_TCP_CONNECTION_TIME_WAIT

/* RFC 9293 3.10.7.1 */
static const struct rule rules_closed[] = {
    {SEQ, R, ACK, ANY, NOTHING, CLOSED, 0},
    {SEQ, 0, ACK, ANY, SEND_RST, CLOSED, 0},
};

/* 3.10.7.2. Text and FIN of the SYN are not taken, nor acknowledged: the peer sends them again. */
static const struct rule rules_listen[] = {
    {SEQ, R, ACK, ANY, NOTHING, LISTEN, 0},
    {SEQ, 0, ACK & ~NO_ACK, ANY, SEND_RST, LISTEN, 0},
    {SEQ, S, ACK, ANY, SEND_SYN_ACK, SYN_RCVD, 0},
    {SEQ, 0, ACK, ANY, NOTHING, LISTEN, 0},
};

/* 3.10.7.3 */
static const struct rule rules_syn_sent[] = {
    {SEQ, R, ALL, ANY, NOTHING, CLOSED, 0},
    {SEQ, R, ACK, ANY, NOTHING, SYN_SENT, 0},
    {SEQ, 0, ANCIENT | LATE | AGAIN | FUTURE, ANY, SEND_RST, SYN_SENT, 0},
    {SEQ, S | F, ALL, ANY, SEND_ACK, CLOSE_WAIT, TEXT | FIN}, /* on to the sixth step */
    {SEQ, S, ALL, ANY, SEND_ACK, ESTABLISHED, TEXT},
    {SEQ, S, NO_ACK, ANY, SEND_SYN_ACK, SYN_RCVD, 0},
    {SEQ, 0, ACK, ANY, NOTHING, SYN_SENT, 0},
};

/* 3.10.7.4 from here on. A SYN at IRS is the peer's first once more: it has not seen our answer. */
static const struct rule rules_syn_rcvd_passive[] = {
    {OUT, R, ACK, ANY, NOTHING, SYN_RCVD, 0}, /* first step */
    {START | OVERLAP, R, ACK, ANY, NOTHING, SYN_RCVD, 0},
    {START, S, NO_ACK, ANY, SEND_SYN_ACK, SYN_RCVD, 0},
    {START, S, ACK, LONG, NOTHING, LISTEN, 0}, /* fourth step */
    {START, 0, ACK, NO_TEXT, SEND_ACK, SYN_RCVD, 0},
    {OUT, 0, ACK, ANY, SEND_ACK, SYN_RCVD, 0},
    {AT, R, ACK, ANY, NOTHING, LISTEN, 0}, /* second step */
    {SEQ, R, ACK, ANY, SEND_ACK, SYN_RCVD, 0},
    {SEQ, S, ACK, ANY, NOTHING, LISTEN, 0}, /* fourth step */
    {SEQ, 0, NO_ACK, ANY, NOTHING, SYN_RCVD, 0},
    {SEQ, 0, ACK & ~ALL, ANY, SEND_RST, SYN_RCVD, 0},
    {AHEAD, 0, ALL, LONG, SEND_ACK, ESTABLISHED, 0},
    {SEQ, F, ALL, ANY, SEND_ACK, CLOSE_WAIT, TEXT | FIN},
    {SEQ, 0, ALL, ANY, NOTHING, ESTABLISHED, TEXT},
};

static const struct rule rules_syn_rcvd_active[] = {
    {OUT, R, ACK, ANY, NOTHING, SYN_RCVD, 0},
    {START | OVERLAP, R, ACK, ANY, NOTHING, SYN_RCVD, 0},
    {START, S, NO_ACK, ANY, SEND_SYN_ACK, SYN_RCVD, 0},
    {START, S | F, ALL, ANY, SEND_ACK, CLOSE_WAIT, TEXT | FIN}, /* figure 7, line 5 */
    {START, S, ALL, ANY, SEND_ACK, ESTABLISHED, TEXT},
    {START, S, ACK, ANY, SEND_RST, SYN_RCVD, 0},
    {START, 0, ACK, NO_TEXT, SEND_ACK, SYN_RCVD, 0},
    {OUT, 0, ACK, ANY, SEND_ACK, SYN_RCVD, 0},
    {AT, R, ACK, ANY, NOTHING, CLOSED, 0},
    {SEQ, R, ACK, ANY, SEND_ACK, SYN_RCVD, 0},
    {SEQ, S, ACK, ANY, SEND_ACK, SYN_RCVD, 0},
    {SEQ, 0, NO_ACK, ANY, NOTHING, SYN_RCVD, 0},
    {SEQ, 0, ACK & ~ALL, ANY, SEND_RST, SYN_RCVD, 0},
    {AHEAD, 0, ALL, LONG, SEND_ACK, ESTABLISHED, 0},
    {SEQ, F, ALL, ANY, SEND_ACK, CLOSE_WAIT, TEXT | FIN},
    {SEQ, 0, ALL, ANY, NOTHING, ESTABLISHED, TEXT},
};

/* The first four steps, and the fifth's check of RFC 5961 5, in the synchronized states. */
#define FIRST_STEPS(state)                                                                         \
    {OUT | OVERLAP, R, ACK, ANY, NOTHING, state, 0}, {OUT, 0, ACK, ANY, SEND_ACK, state, 0},       \
        {AT, R, ACK, ANY, NOTHING, CLOSED, 0}, {SEQ, R, ACK, ANY, SEND_ACK, state, 0},             \
        {AT, S, ACK, ANY, NOTHING, CLOSED, TARGET_ONLY}, /* BLIND-005, NOTE-040 */                 \
        {SEQ, S, ACK, ANY, SEND_ACK, state, 0}, {SEQ, 0, NO_ACK, ANY, NOTHING, state, 0},          \
    {                                                                                              \
        SEQ, 0, ANCIENT | FUTURE, ANY, SEND_ACK, state, 0                                          \
    }

static const struct rule rules_established[] = {
    FIRST_STEPS(ESTABLISHED),
    {AHEAD, 0, ACK, LONG, SEND_ACK, ESTABLISHED, 0},
    {SEQ, F, ACK, ANY, SEND_ACK, CLOSE_WAIT, TEXT | FIN},
    {SEQ, 0, ACK, ANY, NOTHING, ESTABLISHED, TEXT}, /* the ACK may wait */
};

static const struct rule rules_fin_wait_1[] = {
    FIRST_STEPS(FIN_WAIT_1),
    {AHEAD, 0, ALL, LONG, SEND_ACK, FIN_WAIT_2, 0},
    {AHEAD, 0, ACK, LONG, SEND_ACK, FIN_WAIT_1, 0},
    {SEQ, F, ALL, ANY, SEND_ACK, TIME_WAIT, TEXT | FIN},
    {SEQ, F, ACK, ANY, SEND_ACK, CLOSING, TEXT | FIN},
    {SEQ, 0, ALL, ANY, NOTHING, FIN_WAIT_2, TEXT},
    {SEQ, 0, ACK, ANY, NOTHING, FIN_WAIT_1, TEXT},
};

static const struct rule rules_fin_wait_2[] = {
    FIRST_STEPS(FIN_WAIT_2),
    {AHEAD, 0, ACK, LONG, SEND_ACK, FIN_WAIT_2, 0},
    {SEQ, F, ACK, ANY, SEND_ACK, TIME_WAIT, TEXT | FIN},
    {SEQ, 0, ACK, ANY, NOTHING, FIN_WAIT_2, TEXT},
};

/* Behind the peer's FIN nothing more can come: text is ignored, and answered with where we are. */
static const struct rule rules_close_wait[] = {
    FIRST_STEPS(CLOSE_WAIT),
    {SEQ, 0, ACK, LONG, SEND_ACK, CLOSE_WAIT, 0},
    {SEQ, 0, ACK, ANY, NOTHING, CLOSE_WAIT, 0},
};

static const struct rule rules_closing[] = {
    FIRST_STEPS(CLOSING),
    {SEQ, 0, ALL, LONG, SEND_ACK, TIME_WAIT, 0},
    {SEQ, 0, ALL, ANY, NOTHING, TIME_WAIT, 0},
    {SEQ, 0, ACK, LONG, SEND_ACK, CLOSING, 0},
    {SEQ, 0, ACK, ANY, NOTHING, CLOSING, 0},
};

static const struct rule rules_last_ack[] = {
    FIRST_STEPS(LAST_ACK),
    {SEQ, 0, ALL, ANY, NOTHING, CLOSED, 0},
    {SEQ, 0, ACK, LONG, SEND_ACK, LAST_ACK, 0},
    {SEQ, 0, ACK, ANY, NOTHING, LAST_ACK, 0},
};

static const struct rule rules_time_wait[] = {
    {AT, R, ACK, ANY, NOTHING, TIME_WAIT, 0}, /* RFC 1337 */
    {AHEAD, R, ACK, ANY, SEND_ACK, TIME_WAIT, 0},
    {OVERLAP, R, ACK, ANY, NOTHING, TIME_WAIT, 0},
    {AT | AHEAD | OVERLAP, S, ACK, ANY, NOTHING, TIME_WAIT, TARGET_ONLY}, /* NONSTD-001 */
    FIRST_STEPS(TIME_WAIT),
    {SEQ, 0, ACK, LONG, SEND_ACK, TIME_WAIT, 0},
    {SEQ, 0, ACK, ANY, NOTHING, TIME_WAIT, 0},
};

#define RULES(rules)                                                                               \
    {                                                                                              \
        rules, sizeof(rules) / sizeof(rules)[0]                                                    \
    }
static const struct {
    const struct rule *rules;
    size_t count;
} tables[PEER_STATES] = {
    [AT_CLOSED] = RULES(rules_closed),
    [AT_LISTEN] = RULES(rules_listen),
    [AT_SYN_SENT] = RULES(rules_syn_sent),
    [AT_SYN_RCVD_PASSIVE] = RULES(rules_syn_rcvd_passive),
    [AT_SYN_RCVD_ACTIVE] = RULES(rules_syn_rcvd_active),
    [AT_ESTABLISHED] = RULES(rules_established),
    [AT_FIN_WAIT_1] = RULES(rules_fin_wait_1),
    [AT_FIN_WAIT_2] = RULES(rules_fin_wait_2),
    [AT_CLOSE_WAIT] = RULES(rules_close_wait),
    [AT_CLOSING] = RULES(rules_closing),
    [AT_LAST_ACK] = RULES(rules_last_ack),
    [AT_TIME_WAIT] = RULES(rules_time_wait),
};

/* One segment of the product. */
struct arrival {
    enum peer_state state;
    uint8_t where, flags, ack;
    uint32_t length;
};

/* Whether a state knows this kind of place and of ACK. */
static bool
exists(const struct arrival *arrival)
{
    const struct peer_variables *variables = &peer_variables[arrival->state];
    uint32_t flight = variables->snd_nxt - variables->snd_una;

    if (arrival->state < AT_SYN_RCVD_PASSIVE && arrival->where != START)
        return false; /* RCV.NXT is not known yet */
    if (arrival->state >= AT_ESTABLISHED && arrival->where == START)
        return false;
    if (arrival->where == OVERLAP && arrival->length == 0)
        return false;
    return !(arrival->ack == SOME && flight < 2) && !(arrival->ack == ALL && flight == 0);
}

static uint32_t
sequence_of(const struct arrival *arrival)
{
    uint32_t rcv_nxt = peer_variables[arrival->state].rcv_nxt;

    switch (arrival->where) {
    case START:
        return 0;
    case OLD:
        return rcv_nxt - 150;
    case OVERLAP:
        return rcv_nxt - 50;
    case AHEAD:
        return rcv_nxt + 1000;
    case BEYOND:
        return rcv_nxt + PEER_WINDOW + 1000;
    default:
        return rcv_nxt;
    }
}

static uint32_t
ack_of(const struct arrival *arrival)
{
    const struct peer_variables *variables = &peer_variables[arrival->state];

    switch (arrival->ack) {
    case ANCIENT:
        return variables->snd_una - PEER_WINDOW - 1;
    case LATE:
        return variables->snd_una - 100;
    case SOME:
        return variables->snd_una + (variables->snd_nxt - variables->snd_una) / 2;
    case ALL:
        return variables->snd_nxt;
    case FUTURE:
        return variables->snd_nxt + 1;
    default:
        return variables->snd_una;
    }
}

static const struct rule *
rule_for(const struct arrival *arrival, bool on_target)
{
    bool is_long = arrival->length > 0 || (arrival->flags & F) != 0;

    for (size_t i = 0; i < tables[arrival->state].count; i++) {
        const struct rule *rule = &tables[arrival->state].rules[i];

        if ((rule->where & arrival->where) != 0 && (rule->acks & arrival->ack) != 0 &&
            (rule->flags & ~arrival->flags) == 0 &&
            (on_target || (rule->taken & TARGET_ONLY) == 0) &&
            (rule->text == ANY || (rule->text == NO_TEXT && arrival->length == 0) ||
             (rule->text == LONG && is_long)))
            return rule;
    }
    fail_msg("no rule for a segment in %s", peer_variables[arrival->state].name);
    return NULL;
}

/* The text that is new to a receiver at RCV.NXT, or after a SYN at the segment's start. */
static uint32_t
new_text(const struct arrival *arrival)
{
    uint32_t before;

    if (arrival->length == 0 || arrival->where == AHEAD)
        return 0;
    if ((arrival->flags & S) != 0)
        return arrival->length;
    before = peer_variables[arrival->state].rcv_nxt - sequence_of(arrival);
    return before < arrival->length ? arrival->length - before : 0;
}

static void
check_reply(struct peer *peer, const struct arrival *arrival, const struct rule *rule)
{
    const struct peer_variables *variables = &peer_variables[arrival->state];
    uint32_t fin = (arrival->flags & F) != 0 ? 1 : 0;
    uint32_t rcv_nxt = variables->rcv_nxt;

    if (rcv_nxt == 0)
        rcv_nxt = 1; /* the peer's SYN was this segment */
    if ((rule->taken & TEXT) != 0)
        rcv_nxt += new_text(arrival);
    if ((rule->taken & FIN) != 0)
        rcv_nxt += fin;
    switch ((enum reply)rule->reply) {
    case SEND_ACK:
        EXPECT(peer, A, variables->snd_nxt, rcv_nxt, 0);
        break;
    case SEND_SYN_ACK:
        EXPECT(peer, S | A, 0, rcv_nxt, 0);
        break;
    case SEND_RST:
        if (arrival->ack != NO_ACK)
            EXPECT(peer, R, ack_of(arrival), 0, 0);
        else
            EXPECT(peer, R | A, 0 - peer->iss,
                   sequence_of(arrival) + arrival->length + fin +
                       ((arrival->flags & S) != 0 ? 1 : 0),
                   0);
        break;
    default:
        break;
    }
    EXPECT_NOTHING(peer);
}

static void
check(struct peer *peer, const struct arrival *arrival)
{
    const struct rule *rule = rule_for(arrival, peer->on_target);
    uint64_t received;

    peer_reach(peer, arrival->state);
    received = peer->received;
    if ((rule->taken & TEXT) != 0)
        received += new_text(arrival);
    peer_segment(peer, (uint8_t)(arrival->flags | (arrival->ack != NO_ACK ? A : 0)),
                 sequence_of(arrival), ack_of(arrival), arrival->length);
    check_reply(peer, arrival, rule);
    if (peer_state(peer) != rule->next)
        fail_msg("expected %s, got %s", flue_tcp_state_name(rule->next),
                 flue_tcp_state_name(peer_state(peer)));
    assert_int_equal(peer->received, received);
}

/* RFC-001: RFC 793 with what has replaced it; RFC-004: its transitions (3.2, 3.4, 3.5) that
 * segments bring about. */
static void
check_state(void **state, enum peer_state at)
{
    struct arrival arrival = {.state = at};

    for (unsigned kind = 0; kind < 6 * 7 * 8 * 2; kind++) {
        arrival.where = (uint8_t)(1 << kind % 6);
        arrival.ack = (uint8_t)(1 << kind / 6 % 7);
        arrival.flags = (uint8_t)(kind / 42 % 8); /* FIN, SYN, RST are the lowest three */
        arrival.length = kind / 336 == 0 ? 0 : 100;
        if (!exists(&arrival))
            continue;
        FOR_EACH_VARIATION(peer, peer_variables[at].engines)
        {
            peer_describe(&peer, "%s, segment where %02x flags %02x ack %02x length %u",
                          peer_variables[at].name, arrival.where, arrival.flags, arrival.ack,
                          arrival.length);
            check(&peer, &arrival);
        }
    }
}

#define TABLE(name, state_)                                                                        \
    static void test_segment_in_##name##_meets_its_table(void **state)                             \
    {                                                                                              \
        check_state(state, state_);                                                                \
    }

TABLE(closed, AT_CLOSED)
TABLE(listen, AT_LISTEN)
TABLE(syn_sent, AT_SYN_SENT)
TABLE(syn_rcvd_passive, AT_SYN_RCVD_PASSIVE)
TABLE(syn_rcvd_active, AT_SYN_RCVD_ACTIVE)
TABLE(established, AT_ESTABLISHED)
TABLE(fin_wait_1, AT_FIN_WAIT_1)
TABLE(fin_wait_2, AT_FIN_WAIT_2)
TABLE(close_wait, AT_CLOSE_WAIT)
TABLE(closing, AT_CLOSING)
TABLE(last_ack, AT_LAST_ACK)
TABLE(time_wait, AT_TIME_WAIT)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_segment_in_closed_meets_its_table),
        PEER_SCRIPT(test_segment_in_listen_meets_its_table),
        PEER_SCRIPT(test_segment_in_syn_sent_meets_its_table),
        PEER_SCRIPT(test_segment_in_syn_rcvd_passive_meets_its_table),
        PEER_SCRIPT(test_segment_in_syn_rcvd_active_meets_its_table),
        PEER_SCRIPT(test_segment_in_established_meets_its_table),
        PEER_SCRIPT(test_segment_in_fin_wait_1_meets_its_table),
        PEER_SCRIPT(test_segment_in_fin_wait_2_meets_its_table),
        PEER_SCRIPT(test_segment_in_close_wait_meets_its_table),
        PEER_SCRIPT(test_segment_in_closing_meets_its_table),
        PEER_SCRIPT(test_segment_in_last_ack_meets_its_table),
        PEER_SCRIPT(test_segment_in_time_wait_meets_its_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
