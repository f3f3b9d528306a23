/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Saturation throughput against the LAWS model (Shivam and Chase, 2003): where work runs decides
 * what a stream reaches, and the closed form says how much that is.
 *
 * The receiver does all the work. Copying is the application's (a cycles a byte), which stays on
 * the core; taking segments in is the protocol's (o cycles a byte), which moves to the engine,
 * where it takes lag * o. gamma = a / o; sigma is what the core could take in without any
 * application work, over the wire's payload rate. In units of that rate:
 *
 *     host      min(1, sigma / (1 + gamma))
 *     offload   min(1, sigma / gamma, sigma / lag)
 */
#include "two_hosts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_first.h"

enum
{
    SEGMENT = 1448,
    FRAME_OVERHEAD = 52 + 14 + 4 + 8 + 12, /* IP, TCP and timestamps; Ethernet, preamble, gap */
    CALL = 10 * SEGMENT                    /* a call that is no multiple makes a short segment */
};

struct ratios
{
    double gamma, lag, sigma;
};

/* Payload bytes a second of a full wire of 1 Gb/s. */
static double wire_rate(void)
{
    return 1e9 / 8 * SEGMENT / (SEGMENT + FRAME_OVERHEAD);
}

static struct flue_profile make_profile(const struct ratios* ratios)
{
    struct flue_profile profile = *flue_profile_find("ideal");
    double protocol = 1e9 / (ratios->sigma * wire_rate()); /* cycles a byte */

    profile.core_hz = 1000000000;
    profile.tcp_rx_cycles = (uint64_t)(protocol * SEGMENT + 0.5);
    profile.copy_rx_cycles_per_kib = (uint64_t)(ratios->gamma * protocol * 1024 + 0.5);
    profile.engine_hz = 1000000000;
    profile.engine_rx_cycles = (uint64_t)(ratios->lag * protocol * SEGMENT + 0.5);
    return profile;
}

/* The resource of both machines that was busy longest. */
static void find_busiest(const struct two_hosts* hosts, char name[32])
{
    struct flue_sim_resource resource;
    flue_time most = 0;
    uint32_t end, i;

    for (end = 0; end < 2; end++)
    {
        for (i = 0; flue_sim_node_resource(hosts->nodes[end], i, &resource); i++)
        {
            if (resource.busy > most)
            {
                most = resource.busy;
                strcpy(name, resource.name);
            }
        }
    }
}

/* In units of what the wire carries. */
static double throughput(enum flue_sim_stack_kind stack,
                         const struct ratios* ratios,
                         char busiest[32])
{
    const flue_time warm = 200 * FLUE_MILLISECOND, measured = 600 * FLUE_MILLISECOND;
    struct flue_profile profile = make_profile(ratios);
    struct two_hosts_config config = two_hosts_config_default(stack);
    struct two_hosts hosts;
    struct two_hosts_outcome before, after;

    config.tcp.profile = &profile;
    config.link.delay = 10 * FLUE_MICROSECOND;
    config.bulk.io_bytes = CALL;
    two_hosts_build(&hosts, &config);
    assert_int_equal(flue_sim_run(hosts.sim, warm), FLUE_OK);
    two_hosts_read(&hosts, &before);
    assert_int_equal(flue_sim_run(hosts.sim, warm + measured), FLUE_OK);
    two_hosts_read(&hosts, &after);
    find_busiest(&hosts, busiest);
    flue_sim_destroy(hosts.sim);
    return (double)(after.flow.received_bytes - before.flow.received_bytes) /
           ((double)measured / (double)FLUE_SECOND) / wire_rate();
}

static void assert_law(const struct ratios* ratios)
{
    const double gamma = ratios->gamma, lag = ratios->lag, sigma = ratios->sigma;
    double host_law = fmin(1, sigma / (1 + gamma));
    double offload_law = fmin(1, fmin(sigma / gamma, sigma / lag));
    char host_name[32] = "", offload_name[32] = "";
    double host = throughput(FLUE_SIM_STACK_HOST, ratios, host_name);
    double offload = throughput(FLUE_SIM_STACK_OFFLOAD, ratios, offload_name);

    /* As a row of docs/validation.md. */
    print_message("| %g | %g | %g | %.3f | %.3f | %.3f | %.3f | %+.3f | %+.3f | %s | %s |\n",
                  gamma,
                  lag,
                  sigma,
                  host_law,
                  host,
                  offload_law,
                  offload,
                  offload_law / host_law - 1,
                  offload / host - 1,
                  host_name,
                  offload_name);
    assert_true(fabs(host / host_law - 1) < 0.02);
    assert_true(fabs(offload / offload_law - 1) < 0.02);
    /* What limits is called by its name, where one thing alone does. */
    if (sigma < 0.98 * (1 + gamma))
        assert_string_equal(host_name, "core 0");
    if (sigma > 1.02 * fmax(gamma, lag))
        assert_string_equal(offload_name, "wire 0");
    else if (lag > 1.02 * fmax(gamma, sigma))
        assert_string_equal(offload_name, "engine 0.0");
    else if (gamma > 1.02 * fmax(lag, sigma))
        assert_string_equal(offload_name, "core 0");
}

static void test_laws_application_and_lag_ratio(void** state)
{
    static const double gammas[] = {0.1, 0.25, 0.5, 1, 2, 4, 10}, lags[] = {0.5, 1, 2, 4};
    size_t g, l;

    (void)state;
    for (g = 0; g < sizeof gammas / sizeof gammas[0]; g++)
        for (l = 0; l < sizeof lags / sizeof lags[0]; l++)
            assert_law(&(struct ratios){gammas[g], lags[l], 1});
}

static void test_laws_wire_and_application_ratio(void** state)
{
    static const double gammas[] = {0.1, 0.25, 0.5, 1, 2, 4}, sigmas[] = {0.25, 0.5, 1, 2};
    size_t g, s;

    (void)state;
    for (s = 0; s < sizeof sigmas / sizeof sigmas[0]; s++)
        for (g = 0; g < sizeof gammas / sizeof gammas[0]; g++)
            assert_law(&(struct ratios){gammas[g], 0.25, sigmas[s]});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laws_application_and_lag_ratio),
        cmocka_unit_test(test_laws_wire_and_application_ratio),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
