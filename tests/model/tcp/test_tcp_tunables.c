/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of what can be told: its bounds are those that are enforced, its defaults those that
 * are given, and docs/tcp.md names each. Then the options that change while a connection runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_first.h"
#include "peer.h"

#define FOR_EACH_TUNABLE(it)                                                                       \
    const struct flue_tcp_tunable *it;                                                             \
    for (uint32_t index_ = 0; (it = flue_tcp_tunable(index_)) != NULL; index_++)

static void
test_tunable_table_is_sound(void **state)
{
    uint32_t count = 0;

    (void)state;
    FOR_EACH_TUNABLE(it)
    {
        count++;
        assert_true(it->smallest <= it->default_value && it->default_value <= it->largest);
        assert_true(it->size == 8 || it->largest < UINT64_C(1) << (it->size * 8));
        assert_true(it->purpose[0] != '\0');
        for (uint32_t i = 0; i < index_; i++)
            assert_string_not_equal(it->name, flue_tcp_tunable(i)->name);
    }
    assert_true(count > 35);
    assert_null(flue_tcp_tunable(count));
}

static void
test_tunable_defaults_are_the_default_configuration(void **state)
{
    const struct flue_tcp_config config = flue_tcp_config_default();

    (void)state;
    FOR_EACH_TUNABLE(it)
    assert_int_equal(flue_tcp_tunable_get(&config, it), it->default_value);
    assert_int_equal(flue_tcp_config_check(&config, NULL), FLUE_OK);
    assert_int_equal(config.min_rto_ticks, 1000); /* RFC 6298 2.4: through the right offset */
    assert_true(config.options.use_sack);
    assert_false(config.options.use_keepalive);
    assert_int_equal(config.options.keepalive_idle_ticks, 7200000); /* RFC 9293 MUST-28 */
}

/* Writes what flue_tcp_tunable_set would refuse. */
static void
force(struct flue_tcp_config *config, const struct flue_tcp_tunable *it, uint64_t value)
{
    uint8_t *at =
        it->scope == FLUE_TCP_SCOPE_ENGINE ? (uint8_t *)config : (uint8_t *)&config->options;
    uint8_t value8 = (uint8_t)value;
    uint16_t value16 = (uint16_t)value;
    uint32_t value32 = (uint32_t)value;
    const void *from = &value;

    if (it->size == 1)
        from = &value8;
    else if (it->size == 2)
        from = &value16;
    else if (it->size == 4)
        from = &value32;
    memcpy(at + it->offset, from, it->size);
}

static void
assert_refused(struct flue_tcp_config *config, const struct flue_tcp_tunable *it, uint64_t value)
{
    const char *field = NULL;

    assert_int_equal(flue_tcp_tunable_set(config, it, value), FLUE_ERROR_INVALID);
    if (it->size < 8 && value >> (it->size * 8) != 0)
        return; /* the field cannot even hold it */
    force(config, it, value);
    assert_int_equal(flue_tcp_config_check(config, &field), FLUE_ERROR_INVALID);
    assert_string_equal(field, it->name);
    force(config, it, it->default_value);
}

static void
test_tunable_out_of_bounds_is_refused_by_name(void **state)
{
    struct flue_tcp_config config = flue_tcp_config_default();

    (void)state;
    FOR_EACH_TUNABLE(it)
    {
        if (it->smallest > 0)
            assert_refused(&config, it, it->smallest - 1);
        if (it->largest < UINT64_MAX)
            assert_refused(&config, it, it->largest + 1);
        assert_int_equal(flue_tcp_config_check(&config, NULL), FLUE_OK);
    }
}

static void
test_tunable_bounds_themselves_are_accepted(void **state)
{
    (void)state;
    FOR_EACH_TUNABLE(it)
    {
        struct flue_tcp_config config = flue_tcp_config_default();
        const char *field;

        config.max_rto_ticks = UINT32_MAX; /* so that the other timeouts have their whole range */
        if (strcmp(it->name, "ticks_per_second") == 0)
            config.delayed_ack_ticks = 1;
        config.compound.gamma_low_segments = 0; /* likewise for the backlog between them */
        config.compound.gamma_high_segments = 10000;
        assert_int_equal(flue_tcp_tunable_set(&config, it, it->smallest), FLUE_OK);
        if (strcmp(it->name, "max_rto_ticks") != 0 &&
            strcmp(it->name, "compound.gamma_high_segments") != 0)
            assert_int_equal(flue_tcp_config_check(&config, &field), FLUE_OK);
        assert_int_equal(flue_tcp_tunable_set(&config, it, it->largest), FLUE_OK);
        assert_int_equal(flue_tcp_tunable_get(&config, it), it->largest);
        if (strcmp(it->name, "delayed_ack_ticks") != 0 &&
            strcmp(it->name, "compound.gamma_low_segments") != 0)
            assert_int_equal(flue_tcp_config_check(&config, &field), FLUE_OK);
    }
}

/* What fits its bounds and not the rest. */
static void
test_config_that_contradicts_itself_is_refused_by_name(void **state)
{
    const struct flue_tcp_config good = flue_tcp_config_default();
    struct flue_tcp_config bad[8] = {good, good, good, good, good, good, good, good};
    const char *const names[] = {"max_rto_ticks",
                                 "max_rto_ticks",
                                 "delayed_ack_ticks",
                                 "keepalive_idle_ticks",
                                 "keepalive_interval_ticks",
                                 "congestion_control",
                                 "compound.gamma_segments",
                                 "compound.gamma_segments"};
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct flue_tcp_engine *engine;

    (void)state;
    bad[0].max_rto_ticks = good.min_rto_ticks - 1;
    bad[1].initial_rto_ticks = good.max_rto_ticks + 1;
    bad[2].delayed_ack_ticks = 501; /* RFC 1122 4.2.3.2: less than half a second */
    bad[3].options.use_keepalive = true;
    bad[3].options.keepalive_idle_ticks = 0;
    bad[4].options.use_keepalive = true;
    bad[4].options.keepalive_interval_ticks = 0;
    bad[5].options.congestion_control = "none";
    bad[6].compound.gamma_low_segments = 31;
    bad[7].compound.gamma_high_segments = 29;
    for (unsigned i = 0; i < 8; i++) {
        const char *field = NULL;

        assert_int_equal(flue_tcp_config_check(&bad[i], &field), FLUE_ERROR_INVALID);
        assert_string_equal(field, names[i]);
        assert_int_equal(flue_tcp_engine_create(&bad[i], &peer_handlers, NULL, &allocator, &engine),
                         FLUE_ERROR_INVALID);
    }
    assert_int_equal(memory.calls, 0);
}

/* Each has its row, with its default. */
static void
test_tunables_are_in_the_page_about_tcp(void **state)
{
    FILE *file = fopen(FLUE_TCP_PAGE, "r");
    static char text[100000];
    size_t length;

    (void)state;
    assert_non_null(file);
    length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    FOR_EACH_TUNABLE(it)
    {
        char row[160];

        (void)snprintf(row, sizeof row, "\n| `%s` | %s | %llu..%llu | %llu |", it->name, it->unit,
                       (unsigned long long)it->smallest, (unsigned long long)it->largest,
                       (unsigned long long)it->default_value);
        if (strstr(text, row) == NULL)
            fail_msg("docs/tcp.md lacks a row that begins: %s", row + 1);
    }
}

/* ---- While it runs ---- */

static struct flue_tcp_options
options_of(const struct peer *peer)
{
    struct flue_tcp_options options;

    flue_tcp_get_options(peer->connection, &options);
    return options;
}

static void
set(struct peer *peer, const struct flue_tcp_options *options)
{
    assert_int_equal(flue_tcp_set_options(peer->connection, peer->now, options, NULL), FLUE_OK);
}

static void
test_options_are_read_as_they_were_given(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        struct flue_tcp_options options;

        peer.options.keepalive_probes = 3;
        peer.options.ttl = 12;
        peer.options.traffic_class = 0x20;
        peer.options.flow_label = 77;
        peer.options.max_rt_ticks = 9999;
        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        assert_int_equal(options.receive_buffer_bytes, PEER_WINDOW);
        assert_int_equal(options.mss, PEER_MSS);
        assert_int_equal(options.keepalive_probes, 3);
        assert_int_equal(options.ttl, 12);
        assert_int_equal(options.traffic_class, 0x20);
        assert_int_equal(options.flow_label, 77);
        assert_int_equal(options.max_rt_ticks, 9999);
        assert_false(options.use_nagle);
        assert_true(options.use_delayed_ack);
        assert_string_equal(options.congestion_control, "newreno");
        set(&peer, &options); /* which changes nothing */
        EXPECT_NOTHING(&peer);
    }
}

static void
test_options_that_are_settled_or_wrong_are_refused_by_name(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;
        const char *field = NULL;

        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.ttl = 0;
        options.use_nagle = true;
        assert_int_equal(flue_tcp_set_options(peer.connection, peer.now, &options, &field),
                         FLUE_ERROR_INVALID);
        assert_string_equal(field, "ttl");
        options.ttl = 64;
        options.use_sack = !options.use_sack;
        assert_int_equal(flue_tcp_set_options(peer.connection, peer.now, &options, &field),
                         FLUE_ERROR_STATE);
        assert_string_equal(field, "use_sack");
        assert_false(options_of(&peer).use_nagle); /* nothing has changed */
    }
}

static void
test_options_for_the_ip_header_hold_from_the_next_segment_on(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.ttl = 3;
        options.traffic_class = 0xB8;
        options.flow_label = 5;
        set(&peer, &options);
        peer_send(&peer, 10);
        EXPECT(&peer, A, 1, 1, 10);
        assert_int_equal(peer_last(&peer)->raw.hop_limit, 3);
        assert_int_equal(peer_last(&peer)->raw.traffic_class, 0xB8);
        assert_int_equal(peer_last(&peer)->raw.flow_label, 5);
    }
}

static void
test_option_delayed_ack_off_acknowledges_at_once(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer_open(&peer, 10 * MS);
        peer_segment(&peer, A, 1, 1, 100);
        EXPECT_NOTHING(&peer);
        options = options_of(&peer);
        options.use_delayed_ack = false;
        set(&peer, &options); /* the one that is owed, too */
        EXPECT(&peer, A, 1, 101, 0);
        peer_segment(&peer, A, 101, 1, 100);
        EXPECT(&peer, A, 1, 201, 0);
        options.use_delayed_ack = true;
        set(&peer, &options);
        peer_segment(&peer, A, 201, 1, 100);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_option_hold_keeps_small_segments_until_it_is_taken_off(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.use_hold = true;
        set(&peer, &options);
        peer_send(&peer, 300);
        peer_send(&peer, 300);
        EXPECT_NOTHING(&peer);
        peer_send(&peer, 500); /* a full one does not wait */
        EXPECT(&peer, A, 1, 1, 1000);
        EXPECT_NOTHING(&peer);
        options.use_hold = false;
        set(&peer, &options);
        EXPECT(&peer, A, 1001, 1, 100);
    }
}

static void
test_option_hold_lasts_sws_prevention_ticks_at_most(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        peer_open(&peer, 10 * MS);
        struct flue_tcp_options options = options_of(&peer);

        options.use_hold = true;
        set(&peer, &options);
        peer_send(&peer, 300);
        peer_wait(&peer, 200 * MS - 1 * MS);
        EXPECT_NOTHING(&peer);
        peer_wait(&peer, 1 * MS);
        EXPECT(&peer, A, 1, 1, 300);
        peer_send(&peer, 300);
        assert_int_equal(flue_tcp_shutdown(peer.connection, peer.now), FLUE_OK);
        EXPECT(&peer, F | A, 301, 1, 300); /* nor longer than there is more to come */
    }
}

static void
test_option_keepalive_on_starts_its_timer(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.use_keepalive = true;
        options.keepalive_idle_ticks = 2000;
        set(&peer, &options);
        peer_wait(&peer, 2 * FLUE_SECOND);
        EXPECT(&peer, A, 0, 1, 0);
        options.use_keepalive = false;
        set(&peer, &options);
        peer_wait(&peer, 3600 * FLUE_SECOND);
        EXPECT_NOTHING(&peer);
    }
}

static void
test_option_receive_buffer_larger_opens_the_window(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer.options.receive_buffer_bytes = 4000;
        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.receive_buffer_bytes = 10000;
        set(&peer, &options);
        EXPECT(&peer, A, 1, 1, 0);
        assert_int_equal(peer_last(&peer)->window, 10000);
    }
}

static void
test_options_of_a_connection_that_ended_are_refused(void **state)
{
    FOR_EACH_VARIATION(peer, ON_BOTH)
    {
        struct flue_tcp_options options;

        peer.keep = true;
        peer_open(&peer, 10 * MS);
        options = options_of(&peer);
        options.use_keepalive = true;
        peer_segment(&peer, R, 1, 0, 0);
        assert_int_equal(flue_tcp_set_options(peer.connection, peer.now, &options, NULL),
                         FLUE_ERROR_STATE);
        assert_true(flue_tcp_next_deadline(peer.engine) == FLUE_TIME_NEVER);
        flue_tcp_release(peer.connection, peer.now);
    }
}

/* RFC 5961 7: the limit is the engine's. A target has its own, for each connection. */
static void
test_tunable_challenge_acks_limit_their_rate(void **state)
{
    FOR_EACH_VARIATION(peer, ON_HOST)
    {
        peer.config.challenge_acks_per_second = 2;
        peer_open(&peer, 10 * MS);
        for (unsigned i = 0; i < 5; i++)
            peer_segment(&peer, S, 1, 0, 0);
        assert_int_equal(peer_skip(&peer), 2);
        peer_wait(&peer, 1 * FLUE_SECOND);
        peer_segment(&peer, S, 1, 0, 0);
        assert_int_equal(peer_skip(&peer), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tunable_table_is_sound),
        cmocka_unit_test(test_tunable_defaults_are_the_default_configuration),
        cmocka_unit_test(test_tunable_out_of_bounds_is_refused_by_name),
        cmocka_unit_test(test_tunable_bounds_themselves_are_accepted),
        cmocka_unit_test(test_config_that_contradicts_itself_is_refused_by_name),
        cmocka_unit_test(test_tunables_are_in_the_page_about_tcp),
        PEER_SCRIPT(test_options_are_read_as_they_were_given),
        PEER_SCRIPT(test_options_that_are_settled_or_wrong_are_refused_by_name),
        PEER_SCRIPT(test_options_for_the_ip_header_hold_from_the_next_segment_on),
        PEER_SCRIPT(test_option_delayed_ack_off_acknowledges_at_once),
        PEER_SCRIPT(test_option_hold_keeps_small_segments_until_it_is_taken_off),
        PEER_SCRIPT(test_option_hold_lasts_sws_prevention_ticks_at_most),
        PEER_SCRIPT(test_option_keepalive_on_starts_its_timer),
        PEER_SCRIPT(test_option_receive_buffer_larger_opens_the_window),
        PEER_SCRIPT(test_options_of_a_connection_that_ended_are_refused),
        PEER_SCRIPT(test_tunable_challenge_acks_limit_their_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
