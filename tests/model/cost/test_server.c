/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The server's arithmetic: first in, first out, to the picosecond, and a ledger that always adds
 * up.
 */
#include "flue/cost.h"

#include <string.h>

#include "cmocka_first.h"

static flue_time
sum_of_booked(const struct flue_server *server)
{
    flue_time sum = 0;

    for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        sum += server->booked[i];
    return sum;
}

static void
test_server_init_is_idle(void **state)
{
    struct flue_server server;

    (void)state;
    memset(&server, 0xFF, sizeof server);
    flue_server_init(&server, 1000000000);
    assert_int_equal(server.rate, 1000000000);
    assert_int_equal(server.busy_until, 0);
    assert_int_equal(sum_of_booked(&server), 0);
    assert_int_equal(flue_server_busy(&server, FLUE_SECOND), 0);
}

static void
test_server_occupy_idle_core_starts_now(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 2000000000);
    assert_int_equal(flue_server_occupy(&server, 5000, FLUE_COST_TCP_RX, 3), 6500);
    assert_int_equal(server.busy_until, 6500);
    assert_int_equal(server.booked[FLUE_COST_TCP_RX], 1500);
    assert_int_equal(server.events[FLUE_COST_TCP_RX], 1);
    assert_int_equal(server.events[FLUE_COST_TCP_TX], 0);
}

static void
test_server_occupy_busy_core_queues_behind(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 1000000000);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, 10), 10000);
    assert_int_equal(flue_server_occupy(&server, 4000, FLUE_COST_SYSCALL, 5), 15000);
    assert_int_equal(flue_server_occupy(&server, 4000, FLUE_COST_COPY, 0), 15000); /* waits, too */
    assert_int_equal(flue_server_occupy(&server, 20000, FLUE_COST_COPY, 1), 21000);
    assert_int_equal(server.booked[FLUE_COST_COPY], 11000);
    assert_int_equal(server.booked[FLUE_COST_SYSCALL], 5000);
    assert_int_equal(server.events[FLUE_COST_COPY], 3);
}

static void
test_server_busy_counts_only_what_has_passed(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 1000000000);
    (void)flue_server_occupy(&server, 1000, FLUE_COST_COPY, 2);  /* 1000..3000 */
    (void)flue_server_occupy(&server, 10000, FLUE_COST_COPY, 4); /* 10000..14000 */
    assert_int_equal(flue_server_busy(&server, 10000), 2000);
    assert_int_equal(flue_server_busy(&server, 11500), 3500);
    assert_int_equal(flue_server_busy(&server, 14000), 6000);
    assert_int_equal(flue_server_busy(&server, 99000), 6000);
}

static void
test_server_occupy_duration_is_the_nearest_picosecond(void **state)
{
    struct flue_server server;

    (void)state;
    /* 1 / 2.93 GHz = 341.297 ps; 2 / 2.93 GHz = 682.594 ps; 3: 1023.891 ps */
    flue_server_init(&server, 2930000000);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, 1), 341);
    assert_int_equal(flue_server_occupy(&server, 1000, FLUE_COST_COPY, 2), 1683);
    assert_int_equal(flue_server_occupy(&server, 10000, FLUE_COST_COPY, 3), 11024);
    /* 1 / 8 GHz * 1e-3: 0.5 ps goes up, a cycle of 3 THz (0.33 ps) down to none */
    flue_server_init(&server, 2000000000000);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, 1), 1);
    flue_server_init(&server, 3000000000000);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, 1), 0);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, 2), 1);
}

static void
test_server_occupy_long_work_is_exact(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 3000000000);
    /* 1e15 cycles + 1 at 3 GHz: 333333 s and a third, and a third of a nanosecond */
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_APPLICATION, 1000000000000001),
                     333333333333333667);
    /* One day of a 2.93 GHz server. */
    flue_server_init(&server, 2930000000);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_APPLICATION, 86400 * 2930000000ULL),
                     86400 * FLUE_SECOND);
    /* A slow server: work of few cycles that lasts long. */
    flue_server_init(&server, 1);
    assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_APPLICATION, 18000000),
                     18000000 * FLUE_SECOND);
}

static void
test_server_occupy_short_and_long_division_agree(void **state)
{
    /* Around 18446743 cycles, where cycles * 1e12 stops fitting 64 bits; durations by Python. */
    const struct {
        uint64_t cycles, hz;
        flue_time time;
    } rows[] = {
        {18446741U, 1U, 18446741000000000000U}, {18446742U, 1U, 18446742000000000000U},
        {18446743U, 1U, 18446743000000000000U}, {18446744U, 1U, 18446744000000000000U},
        {18446745U, 1U, 18446744073709551615U}, {123456789012U, 1U, 18446744073709551615U},
        {18446741U, 999999937U, 18446742162U},  {18446742U, 999999937U, 18446743162U},
        {18446743U, 999999937U, 18446744162U},  {18446744U, 999999937U, 18446745162U},
        {18446745U, 999999937U, 18446746162U},  {123456789012U, 999999937U, 123456796789778U},
        {18446741U, 2200000000U, 8384882273U},  {18446742U, 2200000000U, 8384882727U},
        {18446743U, 2200000000U, 8384883182U},  {18446744U, 2200000000U, 8384883636U},
        {18446745U, 2200000000U, 8384884091U},  {123456789012U, 2200000000U, 56116722278182U},
        {18446741U, 2930000000U, 6295816041U},  {18446742U, 2930000000U, 6295816382U},
        {18446743U, 2930000000U, 6295816724U},  {18446744U, 2930000000U, 6295817065U},
        {18446745U, 2930000000U, 6295817406U},  {123456789012U, 2930000000U, 42135422870990U},
        {18446741U, 4000000000U, 4611685250U},  {18446742U, 4000000000U, 4611685500U},
        {18446743U, 4000000000U, 4611685750U},  {18446744U, 4000000000U, 4611686000U},
        {18446745U, 4000000000U, 4611686250U},  {123456789012U, 4000000000U, 30864197253000U},
        {18446741U, 9999999999971U, 1844674U},  {18446742U, 9999999999971U, 1844674U},
        {18446743U, 9999999999971U, 1844674U},  {18446744U, 9999999999971U, 1844674U},
        {18446745U, 9999999999971U, 1844675U},  {123456789012U, 9999999999971U, 12345678901U},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct flue_server server;

        flue_server_init(&server, rows[i].hz);
        assert_int_equal(flue_server_occupy(&server, 0, FLUE_COST_COPY, rows[i].cycles),
                         rows[i].time);
    }
}

static void
test_server_occupy_time_saturates_and_still_adds_up(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 1);
    assert_int_equal(flue_server_occupy(&server, 7, FLUE_COST_COPY, UINT64_MAX), FLUE_TIME_NEVER);
    assert_int_equal(flue_server_occupy(&server, 8, FLUE_COST_SYSCALL, 5), FLUE_TIME_NEVER);
    assert_int_equal(sum_of_booked(&server), FLUE_TIME_NEVER - 7);
    assert_int_equal(server.booked[FLUE_COST_SYSCALL], 0);
    assert_int_equal(flue_server_busy(&server, 107), 100);
}

static void
test_server_occupy_without_a_rate_takes_no_time(void **state)
{
    struct flue_server server;

    (void)state;
    flue_server_init(&server, 0);
    assert_int_equal(flue_server_occupy(&server, 42, FLUE_COST_COPY, UINT64_MAX), 42);
    assert_int_equal(sum_of_booked(&server), 0);
    assert_int_equal(server.events[FLUE_COST_COPY], 1);
}

/* The ledger's law over a long random run: what is booked is exactly the time the server was not
 * idle. */
static void
test_server_booked_sums_to_busy_time_over_a_long_run(void **state)
{
    const uint64_t rates[] = {1, 999999937, 2200000000, 2930000000, 5000000001};

    (void)state;
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        struct flue_server server;
        uint64_t seed = 2463534242 + r;
        uint64_t events = 0;
        flue_time now = 0, idle = 0;

        flue_server_init(&server, rates[r]);
        for (int i = 0; i < 100000; i++) {
            uint64_t most = rates[r] == 1 ? 100 : 5000;

            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            now += rates[r] == 1 ? seed % (50 * FLUE_SECOND) : seed % (2 * FLUE_MICROSECOND);
            if (now > server.busy_until)
                idle += now - server.busy_until;
            assert_int_equal(flue_server_busy(&server, now),
                             sum_of_booked(&server) -
                                 (server.busy_until > now ? server.busy_until - now : 0));
            (void)flue_server_occupy(&server, now,
                                     (enum flue_cost_category)(seed >> 40) % FLUE_COST_CATEGORIES,
                                     (seed >> 20) % most);
            assert_int_equal(sum_of_booked(&server), server.busy_until - idle);
        }
        assert_int_equal(flue_server_busy(&server, server.busy_until), sum_of_booked(&server));
        for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
            events += server.events[i];
        assert_int_equal(events, 100000);
        assert_true(server.busy_until <
                    FLUE_TIME_NEVER); /* the law was tested short of saturation */
    }
}

static void
test_cost_key_names_every_category_once(void **state)
{
    (void)state;
    assert_string_equal(flue_cost_key(FLUE_COST_TCP_RX), "tcp_rx");
    assert_string_equal(flue_cost_key(FLUE_COST_STATE_MOVE), "state_move");
    assert_string_equal(flue_cost_key(FLUE_COST_CATEGORIES), "unknown");
    for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        for (int j = 0; j <= FLUE_COST_CATEGORIES; j++)
            if (i != j)
                assert_string_not_equal(flue_cost_key((enum flue_cost_category)i),
                                        flue_cost_key((enum flue_cost_category)j));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_init_is_idle),
        cmocka_unit_test(test_server_occupy_idle_core_starts_now),
        cmocka_unit_test(test_server_occupy_busy_core_queues_behind),
        cmocka_unit_test(test_server_busy_counts_only_what_has_passed),
        cmocka_unit_test(test_server_occupy_duration_is_the_nearest_picosecond),
        cmocka_unit_test(test_server_occupy_long_work_is_exact),
        cmocka_unit_test(test_server_occupy_short_and_long_division_agree),
        cmocka_unit_test(test_server_occupy_time_saturates_and_still_adds_up),
        cmocka_unit_test(test_server_occupy_without_a_rate_takes_no_time),
        cmocka_unit_test(test_server_booked_sums_to_busy_time_over_a_long_run),
        cmocka_unit_test(test_cost_key_names_every_category_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
