/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests and responses over each of the three stacks, and ten thousand connections through power
 * down and up and through a change of the next hop.
 */
#include <string.h>

#include "cmocka_first.h"
#include "two_hosts.h"

struct asking
{
    struct two_hosts hosts;
    struct flue_sim_requests* requests;
    struct flue_sim_requests_statistics now;
};

static void must(const struct asking* asking, enum flue_result result)
{
    if (result != FLUE_OK)
        fail_msg("%s", flue_sim_error(asking->hosts.sim));
}

static void build(struct asking* asking,
                  enum flue_sim_stack_kind stack,
                  const struct flue_sim_requests_config* config)
{
    struct two_hosts_config two = two_hosts_config_default(stack);

    memset(asking, 0, sizeof *asking);
    two.bulk.start = 3600 * FLUE_SECOND; /* never: nothing but requests here */
    two.link.rate_bps = 10000000000;
    two.tcp.table_entries = config->connections;
    two.link.queue_packets = 20000; /* all of them send at once behind a timeout */
    two.tcp.send_buffer_bytes = two.tcp.receive_buffer_bytes = 65536;
    two_hosts_build(&asking->hosts, &two);
    must(asking,
         flue_sim_requests(asking->hosts.sim,
                           asking->hosts.nodes[CLIENT],
                           asking->hosts.nodes[SERVER],
                           config,
                           &asking->requests));
}

static void advance(struct asking* asking, flue_time by)
{
    must(asking, flue_sim_run(asking->hosts.sim, flue_sim_now(asking->hosts.sim) + by));
    flue_sim_requests_read(asking->requests, &asking->now);
}

static void test_requests_closed_loop_counts_and_closes(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct asking asking;
    int stack;

    (void)state;
    config.connections = 10;
    config.requests = 20;
    config.request_bytes = 300;
    config.response_bytes = 20000;
    config.with_content = true;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        build(&asking, (enum flue_sim_stack_kind)stack, &config);
        advance(&asking, 10 * FLUE_SECOND);
        assert_int_equal(asking.now.opened, 10);
        assert_int_equal(asking.now.closed, 10);
        assert_int_equal(asking.now.open, 0);
        assert_int_equal(asking.now.failed, 0);
        assert_int_equal(asking.now.completed, 200);
        assert_int_equal(asking.now.received_bytes, 200 * 20300);
        assert_int_equal(asking.now.corrupt_bytes, 0);
        /* A round trip of 100 us at least, and 20 segments behind each other at 10 Gb/s. */
        assert_true(flue_sim_requests_latency(asking.requests, 0, 0) >= 100 * FLUE_MICROSECOND);
        assert_true(flue_sim_requests_latency(asking.requests, 0, 1) < 50 * FLUE_MILLISECOND);
        assert_true(flue_sim_requests_latency(asking.requests, 0, 0.5) <=
                    flue_sim_requests_latency(asking.requests, 0, 0.99));
        assert_true(flue_sim_requests_latency(asking.requests, 9 * FLUE_SECOND, 0.5) ==
                    FLUE_TIME_NEVER);
        flue_sim_destroy(asking.hosts.sim);
    }
}

static void test_requests_reopening_goes_on(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct asking asking;
    int stack;

    (void)state;
    config.connections = 4;
    config.requests = 3;
    config.reopens = true;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        build(&asking, (enum flue_sim_stack_kind)stack, &config);
        advance(&asking, 20 * FLUE_MILLISECOND);
        assert_true(asking.now.closed > 100);
        assert_true(asking.now.completed >= 3 * asking.now.closed);
        assert_int_equal(asking.now.failed, 0);
        flue_sim_destroy(asking.hosts.sim);
    }
}

static void test_requests_open_loop_arrive_at_the_rate(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct asking asking;

    (void)state;
    config.connections = 50;
    config.rate = 10000;
    build(&asking, FLUE_SIM_STACK_HOST, &config);
    advance(&asking, FLUE_SECOND);
    assert_in_range(asking.now.started, 9600, 10400); /* 4 deviations of a Poisson process */
    assert_true(asking.now.completed + 50 >= asking.now.started);
    flue_sim_destroy(asking.hosts.sim);
}

static void test_requests_manual_wait_for_go(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct asking asking;
    uint32_t count = 0;

    (void)state;
    config.connections = 7;
    config.is_manual = true;
    build(&asking, FLUE_SIM_STACK_OFFLOAD, &config);
    advance(&asking, 10 * FLUE_MILLISECOND);
    assert_int_equal(asking.now.open, 7);
    assert_int_equal(asking.now.started, 0);
    must(&asking, flue_sim_requests_go(asking.requests, &count));
    assert_int_equal(count, 7);
    advance(&asking, 10 * FLUE_MILLISECOND);
    assert_int_equal(asking.now.completed, 7);
    flue_sim_destroy(asking.hosts.sim);
}

/* More than there are ephemeral ports: they leave from two addresses. */
static void test_requests_more_than_ports_take_addresses(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct asking asking;
    uint32_t count = 0;

    (void)state;
    config.connections = 16500;
    config.spacing = FLUE_MICROSECOND;
    config.is_manual = true;
    build(&asking, FLUE_SIM_STACK_HOST, &config);
    advance(&asking, 20 * FLUE_MILLISECOND);
    assert_int_equal(asking.now.open, 16500);
    must(&asking, flue_sim_link_change_next_hop(asking.hosts.link, SERVER));
    must(&asking, flue_sim_requests_go(asking.requests, &count));
    assert_int_equal(count, 16500);
    advance(&asking, FLUE_SECOND);
    assert_int_equal(asking.now.completed, 16500);
    assert_int_equal(asking.now.failed, 0);
    flue_sim_destroy(asking.hosts.sim);
}

static void test_requests_impossible_are_refused(void** state)
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct flue_sim_requests* requests;
    struct asking asking;
    struct flue_sim_node** nodes = asking.hosts.nodes;

    (void)state;
    build(&asking, FLUE_SIM_STACK_HOST, &config);
    assert_int_equal(
        flue_sim_requests(asking.hosts.sim, nodes[CLIENT], nodes[SERVER], &config, &requests),
        FLUE_ERROR_IN_USE);
    config.port = 7000;
    config.connections = FLUE_SIM_REQUESTS_CONNECTIONS_MAX + 1;
    assert_int_equal(
        flue_sim_requests(asking.hosts.sim, nodes[CLIENT], nodes[SERVER], &config, &requests),
        FLUE_ERROR_INVALID);
    assert_string_equal(flue_sim_error(asking.hosts.sim),
                        "client opens between 1 and 100000 connections");
    flue_sim_destroy(asking.hosts.sim);
    config = flue_sim_requests_config_default();
    build(&asking, FLUE_SIM_STACK_NS3, &config);
    config.port = 7000;
    config.connections = FLUE_SIM_REQUESTS_CONNECTIONS_MAX_NS3 + 1;
    assert_int_equal(
        flue_sim_requests(asking.hosts.sim, nodes[CLIENT], nodes[SERVER], &config, &requests),
        FLUE_ERROR_INVALID);
    assert_string_equal(flue_sim_error(asking.hosts.sim),
                        "client opens between 1 and 16000 connections");
    config.connections = 1;
    config.response_bytes = 0;
    assert_int_equal(
        flue_sim_requests(asking.hosts.sim, nodes[CLIENT], nodes[SERVER], &config, &requests),
        FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_requests_go(NULL, NULL), FLUE_ERROR_INVALID);
    flue_sim_destroy(asking.hosts.sim);
}

/* ---- Ten thousand -----------------------------------------------------------------------------
 */

enum
{
    MANY = 10000
};

static void power_down(void* user)
{
    struct asking* asking = user;

    must(asking, flue_sim_link_power(asking->hosts.link, CLIENT, false));
}

static void power_up(void* user)
{
    struct asking* asking = user;
    struct flue_sim_adapter_statistics adapter;

    flue_sim_adapter_read(asking->hosts.link, CLIENT, &adapter);
    assert_false(adapter.is_on);
    assert_int_equal(adapter.connections, 0);
    must(asking, flue_sim_link_power(asking->hosts.link, CLIENT, true));
}

static void change_next_hop(void* user)
{
    struct asking* asking = user;

    must(asking, flue_sim_link_change_next_hop(asking->hosts.link, CLIENT));
}

/* Opens them, has every one of them ask, and lets this happen 200 us later. */
static void ask_many(struct asking* asking, void (*first)(void*), void (*second)(void*))
{
    struct flue_sim_requests_config config = flue_sim_requests_config_default();
    struct flue_sim_adapter_statistics adapter;

    config.connections = MANY;
    config.spacing = 5 * FLUE_MICROSECOND;
    config.request_bytes = 1000;
    config.response_bytes = 1000;
    config.is_manual = true;
    config.with_content = true;
    build(asking, FLUE_SIM_STACK_OFFLOAD, &config);
    advance(asking, 200 * FLUE_MILLISECOND);
    assert_int_equal(asking->now.open, MANY);
    flue_sim_adapter_read(asking->hosts.link, CLIENT, &adapter);
    assert_int_equal(adapter.connections, MANY);
    must(asking, flue_sim_requests_go(asking->requests, NULL));
    must(asking, flue_sim_schedule(asking->hosts.sim, 200 * FLUE_MICROSECOND, first, asking));
    if (second != NULL)
        must(asking, flue_sim_schedule(asking->hosts.sim, 50 * FLUE_MILLISECOND, second, asking));
    advance(asking, 20 * FLUE_SECOND);
    assert_int_equal(asking->now.completed, MANY);
    assert_int_equal(asking->now.failed, 0);
    must(asking, flue_sim_requests_go(asking->requests, NULL));
    advance(asking, 20 * FLUE_SECOND);
    assert_int_equal(asking->now.completed, 2 * MANY);
    assert_int_equal(asking->now.received_bytes, 2 * MANY * 2000);
    assert_int_equal(asking->now.corrupt_bytes, 0);
    flue_sim_adapter_read(asking->hosts.link, CLIENT, &adapter);
    assert_int_equal(adapter.connections, MANY);
}

static void test_ten_thousand_through_power_down_and_up(void** state)
{
    struct asking asking;
    struct flue_sim_node_statistics client;

    (void)state;
    ask_many(&asking, power_down, power_up);
    flue_sim_node_read(asking.hosts.nodes[CLIENT], &client);
    flue_sim_destroy(asking.hosts.sim);
    assert_int_equal(client.uploads, MANY);
    assert_int_equal(client.offloads, 2 * MANY);
}

static void test_ten_thousand_through_a_next_hop_change(void** state)
{
    struct asking asking;
    struct flue_sim_node_statistics client;

    (void)state;
    ask_many(&asking, change_next_hop, NULL);
    flue_sim_node_read(asking.hosts.nodes[CLIENT], &client);
    flue_sim_destroy(asking.hosts.sim);
    assert_int_equal(client.uploads, 0);
    assert_true(client.retransmitted_segments > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_closed_loop_counts_and_closes),
        cmocka_unit_test(test_requests_reopening_goes_on),
        cmocka_unit_test(test_requests_open_loop_arrive_at_the_rate),
        cmocka_unit_test(test_requests_manual_wait_for_go),
        cmocka_unit_test(test_requests_more_than_ports_take_addresses),
        cmocka_unit_test(test_requests_impossible_are_refused),
        cmocka_unit_test(test_ten_thousand_through_power_down_and_up),
        cmocka_unit_test(test_ten_thousand_through_a_next_hop_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
