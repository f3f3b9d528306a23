/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The owner calls, or time passes, in every state: the result, what is sent, and the next state,
 * against RFC 9293 3.10.1 to 3.10.5 and 3.10.8.
 */
#include "cmocka_first.h"
#include "peer_states.h"

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

/* What is sent. A segment of these flags at SND.NXT, with the 100 bytes where it carries them. */
enum reply { NOTHING, SEND_SYN, SEND_TEXT, SEND_FIN, SEND_RST };

struct effect {
    enum flue_result result;
    enum reply reply;
    enum flue_tcp_connection_state next;
};

static void
check_call(void **state, enum flue_result (*call)(struct peer *peer), const struct effect *effects,
           enum peer_state first)
{
    for (unsigned at = first; at < PEER_STATES; at++) {
        const struct peer_variables *variables = &peer_variables[at];
        const struct effect *effect = &effects[at];

        if (at == AT_SYN_RCVD_PASSIVE && first > AT_CLOSED)
            continue; /* the owner does not hold it yet */
        FOR_EACH_VARIATION(peer, variables->engines)
        {
            peer_describe(&peer, "%s", variables->name);
            peer_reach(&peer, at);
            assert_int_equal(call(&peer), effect->result);
            if (effect->reply == SEND_SYN)
                EXPECT(&peer, S, 0, 0, 0);
            if (effect->reply == SEND_TEXT)
                EXPECT(&peer, A, variables->snd_nxt, variables->rcv_nxt, 100);
            if (effect->reply == SEND_FIN)
                EXPECT(&peer, F | A, variables->snd_nxt, variables->rcv_nxt, 0);
            if (effect->reply == SEND_RST)
                EXPECT(&peer, R | A, variables->snd_nxt, variables->rcv_nxt, 0);
            EXPECT_NOTHING(&peer);
            assert_string_equal(flue_tcp_state_name(peer_state(&peer)),
                                flue_tcp_state_name(effect->next));
        }
    }
}

/* ---- OPEN (3.10.1) ---- */

static enum flue_result
open_again(struct peer *peer)
{
    struct flue_tcp_connection *other;

    return flue_tcp_connect(peer->engine, peer->now, &peer->tuple, &peer->options, NULL, &other);
}

static void
test_open_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_CLOSED] = {FLUE_OK, SEND_SYN, SYN_SENT},
        [AT_LISTEN] = {FLUE_OK, SEND_SYN, SYN_SENT},
        [AT_SYN_SENT] = {FLUE_ERROR_IN_USE, NOTHING, SYN_SENT},
        [AT_SYN_RCVD_PASSIVE] = {FLUE_ERROR_IN_USE, NOTHING, SYN_RCVD},
        [AT_SYN_RCVD_ACTIVE] = {FLUE_ERROR_IN_USE, NOTHING, SYN_RCVD},
        [AT_ESTABLISHED] = {FLUE_ERROR_IN_USE, NOTHING, ESTABLISHED},
        [AT_FIN_WAIT_1] = {FLUE_ERROR_IN_USE, NOTHING, FIN_WAIT_1},
        [AT_FIN_WAIT_2] = {FLUE_ERROR_IN_USE, NOTHING, FIN_WAIT_2},
        [AT_CLOSE_WAIT] = {FLUE_ERROR_IN_USE, NOTHING, CLOSE_WAIT},
        [AT_CLOSING] = {FLUE_ERROR_IN_USE, NOTHING, CLOSING},
        [AT_LAST_ACK] = {FLUE_ERROR_IN_USE, NOTHING, LAST_ACK},
        [AT_TIME_WAIT] = {FLUE_ERROR_IN_USE, NOTHING, TIME_WAIT},
    };

    check_call(state, open_again, effects, AT_CLOSED);
}

/* ---- SEND (3.10.2) ---- */

static enum flue_result
send_text(struct peer *peer)
{
    unsigned i = peer->list_count++;

    flue_buffer_list_init(&peer->lists[i], &peer->descriptors[i], NULL, 100);
    return flue_tcp_send(peer->connection, peer->now, &peer->lists[i]);
}

static void
test_send_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_SYN_SENT] = {FLUE_OK, NOTHING, SYN_SENT}, /* queued */
        [AT_SYN_RCVD_ACTIVE] = {FLUE_OK, NOTHING, SYN_RCVD},
        [AT_ESTABLISHED] = {FLUE_OK, SEND_TEXT, ESTABLISHED},
        [AT_FIN_WAIT_1] = {FLUE_ERROR_STATE, NOTHING, FIN_WAIT_1},
        [AT_FIN_WAIT_2] = {FLUE_ERROR_STATE, NOTHING, FIN_WAIT_2},
        [AT_CLOSE_WAIT] = {FLUE_OK, SEND_TEXT, CLOSE_WAIT},
        [AT_CLOSING] = {FLUE_ERROR_STATE, NOTHING, CLOSING},
        [AT_LAST_ACK] = {FLUE_ERROR_STATE, NOTHING, LAST_ACK},
        [AT_TIME_WAIT] = {FLUE_ERROR_STATE, NOTHING, TIME_WAIT},
    };

    check_call(state, send_text, effects, AT_SYN_SENT);
}

/* ---- RECEIVE (3.10.3): the application takes what came ---- */

static enum flue_result
consume(struct peer *peer)
{
    flue_tcp_consume(peer->connection, peer->now, 100);
    return FLUE_OK;
}

static void
test_consume_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_SYN_SENT] = {FLUE_OK, NOTHING, SYN_SENT},
        [AT_SYN_RCVD_ACTIVE] = {FLUE_OK, NOTHING, SYN_RCVD},
        [AT_ESTABLISHED] = {FLUE_OK, NOTHING, ESTABLISHED},
        [AT_FIN_WAIT_1] = {FLUE_OK, NOTHING, FIN_WAIT_1},
        [AT_FIN_WAIT_2] = {FLUE_OK, NOTHING, FIN_WAIT_2},
        [AT_CLOSE_WAIT] = {FLUE_OK, NOTHING, CLOSE_WAIT},
        [AT_CLOSING] = {FLUE_OK, NOTHING, CLOSING},
        [AT_LAST_ACK] = {FLUE_OK, NOTHING, LAST_ACK},
        [AT_TIME_WAIT] = {FLUE_OK, NOTHING, TIME_WAIT},
    };

    check_call(state, consume, effects, AT_SYN_SENT);
}

/* ---- CLOSE (3.10.4): RFC-004 ---- */

static enum flue_result
shut_down(struct peer *peer)
{
    return flue_tcp_shutdown(peer->connection, peer->now);
}

static void
test_shutdown_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_SYN_SENT] = {FLUE_OK, NOTHING, CLOSED},
        [AT_SYN_RCVD_ACTIVE] = {FLUE_OK, NOTHING, SYN_RCVD}, /* waits for ESTABLISHED */
        [AT_ESTABLISHED] = {FLUE_OK, SEND_FIN, FIN_WAIT_1},
        [AT_FIN_WAIT_1] = {FLUE_ERROR_STATE, NOTHING, FIN_WAIT_1},
        [AT_FIN_WAIT_2] = {FLUE_ERROR_STATE, NOTHING, FIN_WAIT_2},
        [AT_CLOSE_WAIT] = {FLUE_OK, SEND_FIN, LAST_ACK},
        [AT_CLOSING] = {FLUE_ERROR_STATE, NOTHING, CLOSING},
        [AT_LAST_ACK] = {FLUE_ERROR_STATE, NOTHING, LAST_ACK},
        [AT_TIME_WAIT] = {FLUE_ERROR_STATE, NOTHING, TIME_WAIT},
    };

    check_call(state, shut_down, effects, AT_SYN_SENT);
}

/* The owner leaves: what it still had to send is aborted, and otherwise the close is in order. */
static enum flue_result
release(struct peer *peer)
{
    flue_tcp_release(peer->connection, peer->now);
    peer->connection = NULL;
    return FLUE_OK;
}

static void
test_release_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_SYN_SENT] = {FLUE_OK, NOTHING, CLOSED},
        [AT_SYN_RCVD_ACTIVE] = {FLUE_OK, NOTHING, SYN_RCVD},
        [AT_ESTABLISHED] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_FIN_WAIT_1] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_FIN_WAIT_2] = {FLUE_OK, NOTHING, FIN_WAIT_2},
        [AT_CLOSE_WAIT] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_CLOSING] = {FLUE_OK, NOTHING, CLOSED},
        [AT_LAST_ACK] = {FLUE_OK, NOTHING, CLOSED},
        [AT_TIME_WAIT] = {FLUE_OK, NOTHING, TIME_WAIT},
    };

    check_call(state, release, effects, AT_SYN_SENT);
}

/* ---- ABORT (3.10.5) ---- */

static enum flue_result
abort_it(struct peer *peer)
{
    flue_tcp_abort(peer->connection, peer->now);
    assert_int_equal(peer->closed, 1);
    assert_int_equal(peer->reason, FLUE_ERROR_ABORTED);
    return FLUE_OK;
}

static void
test_abort_in_every_state(void **state)
{
    static const struct effect effects[PEER_STATES] = {
        [AT_SYN_SENT] = {FLUE_OK, NOTHING, CLOSED},
        [AT_SYN_RCVD_ACTIVE] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_ESTABLISHED] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_FIN_WAIT_1] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_FIN_WAIT_2] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_CLOSE_WAIT] = {FLUE_OK, SEND_RST, CLOSED},
        [AT_CLOSING] = {FLUE_OK, NOTHING, CLOSED},
        [AT_LAST_ACK] = {FLUE_OK, NOTHING, CLOSED},
        [AT_TIME_WAIT] = {FLUE_OK, NOTHING, CLOSED},
    };

    check_call(state, abort_it, effects, AT_SYN_SENT);
}

static void
test_listener_closed_resets_what_has_not_opened(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer_reach(&peer, AT_SYN_RCVD_PASSIVE);
        flue_tcp_listener_close(peer.listener, peer.now);
        peer.listener = NULL;
        EXPECT(&peer, R | A, 1, 1, 0);
        assert_int_equal(peer_state(&peer), CLOSED);
        peer_segment(&peer, S, 0, 0, 0); /* nobody listens any more */
        EXPECT(&peer, R | A, 0 - peer.iss, 1, 0);
    }
}

/* ---- Timeouts (3.10.8) ---- */

#define NEVER 0

/* The peer says nothing more. */
struct silence {
    uint8_t flags; /* of what is sent again and again */
    uint32_t seq;
    uint32_t length;
    unsigned times;
    unsigned end_s; /* when the connection is over, seconds */
    enum flue_result reason;
    unsigned target_end_s; /* if it is another on the target */
};

/* 1 s, doubling, up to 60 s: seven SYNs take 183 s, fifteen segments 663 s (RFC 6298, RFC 9293
 * MUST-23). */
static const struct silence silences[PEER_STATES] = {
    [AT_SYN_SENT] = {S, 0, 0, 7, 183, FLUE_ERROR_TIMED_OUT, 183},
    [AT_SYN_RCVD_PASSIVE] = {S | A, 0, 0, 7, 183, FLUE_OK, 183},
    [AT_SYN_RCVD_ACTIVE] = {S | A, 0, 0, 7, 183, FLUE_ERROR_TIMED_OUT, 183},
    [AT_ESTABLISHED] = {A, 301, 500, 15, 663, FLUE_ERROR_TIMED_OUT, 663},
    [AT_FIN_WAIT_1] = {F | A, 301, 500, 15, 663, FLUE_ERROR_TIMED_OUT, 663},
    [AT_FIN_WAIT_2] = {0, 0, 0, 0, NEVER, FLUE_ERROR_TIMED_OUT, 120},
    [AT_CLOSE_WAIT] = {A, 301, 500, 15, 663, FLUE_ERROR_TIMED_OUT, 663},
    [AT_CLOSING] = {F | A, 301, 500, 15, 663, FLUE_ERROR_TIMED_OUT, 663},
    [AT_LAST_ACK] = {F | A, 301, 500, 15, 663, FLUE_ERROR_TIMED_OUT, 663},
    [AT_TIME_WAIT] = {0, 0, 0, 0, 60, FLUE_OK, 60},
};

static void
test_silence_in_every_state(void **state)
{
    for (unsigned at = AT_SYN_SENT; at < PEER_STATES; at++) {
        const struct silence *silence = &silences[at];
        const struct peer_variables *variables = &peer_variables[at];

        FOR_EACH_VARIATION(peer, variables->engines)
        {
            unsigned end_s = peer.on_target ? silence->target_end_s : silence->end_s;
            bool is_told = at != AT_SYN_RCVD_PASSIVE; /* the owner has not seen it */

            peer_describe(&peer, "%s", variables->name);
            peer_reach(&peer, at);
            peer_wait(&peer, end_s == NEVER ? 3 * 3600 * FLUE_SECOND : end_s * FLUE_SECOND - 1);
            for (unsigned i = 0; i < silence->times; i++)
                EXPECT(&peer, silence->flags, silence->seq, variables->rcv_nxt, silence->length);
            EXPECT_NOTHING(&peer);
            assert_int_equal(peer_state(&peer), variables->state);
            if (end_s == NEVER)
                continue;
            peer_wait(&peer, 1);
            EXPECT_NOTHING(&peer);
            assert_int_equal(peer_state(&peer), peer.listener != NULL ? LISTEN : CLOSED);
            assert_int_equal(peer.closed, is_told ? 1 : 0);
            if (is_told)
                assert_int_equal(peer.reason, silence->reason);
            assert_int_equal(flue_tcp_next_deadline(peer.engine), FLUE_TIME_NEVER);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_SCRIPT(test_open_in_every_state),
        PEER_SCRIPT(test_send_in_every_state),
        PEER_SCRIPT(test_consume_in_every_state),
        PEER_SCRIPT(test_shutdown_in_every_state),
        PEER_SCRIPT(test_release_in_every_state),
        PEER_SCRIPT(test_abort_in_every_state),
        PEER_SCRIPT(test_listener_closed_resets_what_has_not_opened),
        PEER_SCRIPT(test_silence_in_every_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
