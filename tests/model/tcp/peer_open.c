/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * How the scripts of peer.h begin: the variations that each runs in, opening a connection, and the
 * move to a target's engine.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

/* Right at zero, and right before each of the two places where sequence numbers turn over. */
static const uint32_t starts[] = {0, UINT32_C(0x7FFFFFFB), UINT32_C(0xFFFFFFFB)};
enum { STARTS = 3, IP_VERSIONS = 2, ENGINES = 2 };

/* The variation that is running, for peer_tell_variation. */
static char running[sizeof((struct peer *)0)->variation];

/* ---- Initial sequence numbers: RFC 6528's clock is the script's to choose ---- */

struct meeting {
    uint32_t iss;
    uint8_t ip_version;
    uint16_t local_port;
    flue_time at;
};

static void
note_iss(void *user, flue_time now, struct flue_tcp_connection *connection,
         const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    (void)now;
    (void)connection;
    (void)tuple;
    *(uint32_t *)user = segment->seq;
}

/* A local port and a whole millisecond at which an engine begins at `iss`: its SYN at time 0 tells
 * the tuple's share of the number, the clock adds one every 4 microseconds. */
static struct meeting
search(struct flue_four_tuple tuple, uint32_t iss)
{
    const uint32_t per_millisecond = 250;
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct flue_tcp_config config = flue_tcp_config_default();
    struct flue_tcp_handlers handlers = {.emit = note_iss};
    struct flue_tcp_engine *engine;
    uint32_t share = 0;

    assert_int_equal(flue_tcp_engine_create(&config, &handlers, &share, &allocator, &engine),
                     FLUE_OK);
    for (tuple.local_port = 1000;; tuple.local_port++) {
        struct flue_tcp_connection *connection;

        assert_true(tuple.local_port < UINT16_MAX);
        assert_int_equal(flue_tcp_connect(engine, 0, &tuple, NULL, NULL, &connection), FLUE_OK);
        if ((iss - share) % per_millisecond == 0)
            break;
    }
    flue_tcp_engine_destroy(engine);
    flue_test_memory_assert_empty(&memory);
    return (struct meeting){iss, tuple.ip_version, tuple.local_port,
                            (flue_time)(iss - share) * 4 * FLUE_MICROSECOND};
}

static struct meeting
meeting_for(const struct flue_four_tuple *tuple, uint32_t iss)
{
    static struct meeting found[STARTS * IP_VERSIONS + 2];
    static unsigned count;

    for (unsigned i = 0; i < count; i++)
        if (found[i].iss == iss && found[i].ip_version == tuple->ip_version)
            return found[i];
    if (count == sizeof found / sizeof found[0])
        count = 0;
    found[count] = search(*tuple, iss);
    return found[count++];
}

/* ---- Variations ---- */

static struct flue_ip
ipv6(uint8_t last)
{
    struct flue_ip ip = {{0x20, 0x01, 0x0d, 0xb8}};

    ip.bytes[15] = last;
    return ip;
}

static void
init(struct peer *peer, uint32_t iss, uint32_t irs, uint8_t ip_version)
{
    struct meeting meeting;

    memset(peer, 0, sizeof *peer);
    peer->config = flue_tcp_config_default();
    peer->options = peer->config.options;
    peer->options.use_timestamps = false;
    peer->options.use_window_scaling = false;
    peer->options.use_sack = false;
    peer->options.use_nagle = false;
    peer->options.mss = PEER_MSS;
    peer->options.receive_buffer_bytes = PEER_WINDOW;
    peer->irs = irs;
    peer->window = PEER_WINDOW;
    peer->consume = true;
    peer->tuple.ip_version = ip_version;
    peer->tuple.local = ip_version == 4 ? flue_ipv4(192, 0, 2, 1) : ipv6(1);
    peer->tuple.remote = ip_version == 4 ? flue_ipv4(192, 0, 2, 2) : ipv6(2);
    peer->tuple.remote_port = 2000;
    meeting = meeting_for(&peer->tuple, iss);
    peer->tuple.local_port = meeting.local_port;
    peer->iss = iss;
    peer->start = meeting.at;
    peer->now = meeting.at;
}

void
peer_init(struct peer *peer, uint32_t start)
{
    init(peer, start, start, 4);
}

bool
peer_next_variation(struct peer *peer, enum peer_engines engines, unsigned *number)
{
    unsigned i = *number;

    if (i > 0)
        peer_fini(peer);
    running[0] = '\0';
    for (; i < ENGINES * IP_VERSIONS * STARTS * STARTS; i++) {
        bool on_target = i / (IP_VERSIONS * STARTS * STARTS) > 0;
        uint8_t ip_version = i / (STARTS * STARTS) % IP_VERSIONS == 0 ? 4 : 6;
        uint32_t iss = starts[i / STARTS % STARTS];
        uint32_t irs = starts[i % STARTS];

        if ((engines & (on_target ? ON_TARGET : ON_HOST)) == 0)
            continue;
        init(peer, iss, irs, ip_version);
        peer->on_target = on_target;
        (void)snprintf(peer->variation, sizeof peer->variation,
                       "%s, IPv%u, ISS %08" PRIx32 ", IRS %08" PRIx32,
                       on_target ? "target" : "host", ip_version, iss, irs);
        memcpy(running, peer->variation, sizeof running);
        *number = i + 1;
        return true;
    }
    return false;
}

void
peer_describe(struct peer *peer, const char *format, ...)
{
    size_t used = strlen(peer->variation);
    va_list arguments;

    va_start(arguments, format);
    (void)snprintf(peer->variation + used, sizeof peer->variation - used, ": ");
    used = strlen(peer->variation);
    (void)vsnprintf(peer->variation + used, sizeof peer->variation - used, format, arguments);
    va_end(arguments);
    memcpy(running, peer->variation, sizeof running);
}

int
peer_tell_variation(void **state)
{
    (void)state;
    if (running[0] != '\0')
        print_error("The variation that failed: %s\n", running);
    running[0] = '\0';
    return 0;
}

/* ---- Opening ---- */

static struct flue_tcp_engine *
create(struct peer *peer, bool is_target)
{
    struct flue_allocator allocator = flue_test_memory_allocator(&peer->memory);
    struct flue_tcp_config config = peer->config;
    struct flue_tcp_engine *engine;

    config.options = peer->options;
    config.is_offload_target = is_target;
    assert_int_equal(flue_tcp_engine_create(&config, &peer_handlers, peer, &allocator, &engine),
                     FLUE_OK);
    return engine;
}

void
peer_create(struct peer *peer)
{
    peer->engine = create(peer, peer->config.is_offload_target);
}

void
peer_connect(struct peer *peer)
{
    assert_int_equal(flue_tcp_connect(peer->engine, peer->now, &peer->tuple, &peer->options, NULL,
                                      &peer->connection),
                     FLUE_OK);
}

void
peer_listen(struct peer *peer)
{
    assert_int_equal(flue_tcp_listen(peer->engine, peer->tuple.ip_version, NULL,
                                     peer->tuple.local_port, 1, &peer->options, NULL,
                                     &peer->listener),
                     FLUE_OK);
}

/* The connection goes on in a target's engine. */
static void
offload(struct peer *peer)
{
    struct flue_tcp_const constants;
    struct flue_tcp_cached cached;
    struct flue_tcp_delegated delegated;
    struct flue_tcp_import import = {.tuple = peer->tuple,
                                     .constants = &constants,
                                     .cached = &cached,
                                     .delegated = &delegated,
                                     .path_mtu = peer->options.mss};

    import.path_mtu += peer->tuple.ip_version == 4 ? 40 : 60;
    peer->opener = peer->engine;
    peer->engine = create(peer, true);
    flue_tcp_export(peer->connection, peer->now, &constants, &cached, &delegated);
    flue_tcp_surrender(peer->connection, peer->now, &import.lists);
    assert_int_equal(flue_tcp_import(peer->engine, peer->now, &import, &peer->connection), FLUE_OK);
}

void
peer_open(struct peer *peer, flue_time rtt)
{
    uint32_t iss = peer->iss;

    peer_create(peer);
    peer_connect(peer);
    assert_int_equal(peer->iss, iss);
    EXPECT(peer, FLUE_TCP_SYN, 0, 0, 0);
    peer_wait(peer, rtt);
    peer_segment(peer, FLUE_TCP_SYN | FLUE_TCP_ACK, 0, 1, 0);
    EXPECT(peer, FLUE_TCP_ACK, 1, 1, 0);
    assert_int_equal(peer->connected, 1);
    if (peer->on_target)
        offload(peer);
}

void
peer_open_passive(struct peer *peer)
{
    uint32_t iss = peer->iss;

    peer_create(peer);
    peer_listen(peer);
    peer_segment(peer, FLUE_TCP_SYN, 0, 0, 0);
    assert_int_equal(peer->iss, iss);
    EXPECT(peer, FLUE_TCP_SYN | FLUE_TCP_ACK, 0, 1, 0);
    peer_segment(peer, FLUE_TCP_ACK, 1, 1, 0);
    assert_int_equal(peer->accepted, 1);
    EXPECT_NOTHING(peer);
    if (peer->on_target)
        offload(peer);
}

void
peer_fini(struct peer *peer)
{
    flue_tcp_engine_destroy(peer->engine);
    flue_tcp_engine_destroy(peer->opener);
    peer->engine = NULL;
    peer->opener = NULL;
    flue_test_memory_assert_empty(&peer->memory);
}
