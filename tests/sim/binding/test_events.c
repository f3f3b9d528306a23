/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What goes wrong, in the middle of a transfer: what was sent arrives all the same, every byte, in
 * order, once; or, where hardware has lost a connection, both ends hear of it.
 */
#include "two_hosts.h"

#include <string.h>

#include "cmocka_first.h"

#define BYTES (12 * 1048576)

static struct two_hosts hosts;

#define MUST(call)                                                \
    do                                                            \
    {                                                             \
        if ((call) != FLUE_OK)                                    \
            fail_msg("%s: %s", #call, flue_sim_error(hosts.sim)); \
    } while (0)

static void run_until(flue_time until)
{
    MUST(flue_sim_run(hosts.sim, until));
}

/* 12 MiB with content, about 105 ms of the line; runs until 30 ms. */
static void start(enum flue_sim_stack_kind stack, const char* profile)
{
    struct two_hosts_config config = two_hosts_config_default(stack);

    config.tcp.profile = flue_profile_find(profile);
    config.bulk.bytes = BYTES;
    config.bulk.with_content = true;
    two_hosts_build(&hosts, &config);
    run_until(30 * FLUE_MILLISECOND);
}

static struct flue_sim_node_statistics node(uint32_t end)
{
    struct flue_sim_node_statistics statistics;

    flue_sim_node_read(hosts.nodes[end], &statistics);
    return statistics;
}

static struct flue_sim_flow_statistics flow(void)
{
    struct flue_sim_flow_statistics statistics;

    flue_sim_flow_read(hosts.flow, &statistics);
    return statistics;
}

static void finish_intact(void)
{
    struct flue_sim_flow_statistics statistics;

    run_until(60 * FLUE_SECOND);
    statistics = flow();
    assert_int_equal(statistics.received_bytes, BYTES);
    assert_int_equal(statistics.corrupt_bytes, 0);
    assert_true(statistics.is_complete);
    assert_false(statistics.has_failed);
    flue_sim_destroy(hosts.sim);
}

static void finish_failed(void)
{
    run_until(60 * FLUE_SECOND);
    assert_true(flow().has_failed);
    assert_false(flow().is_complete);
    assert_int_equal(flow().corrupt_bytes, 0);
    assert_int_equal(node(CLIENT).offloaded, 0);
    flue_sim_destroy(hosts.sim);
}

static void test_link_down_and_up_loses_nothing(void** state)
{
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        uint64_t received;

        start((enum flue_sim_stack_kind)stack, "ideal");
        MUST(flue_sim_link_up(hosts.link, false));
        received = flow().received_bytes;
        run_until(350 * FLUE_MILLISECOND);
        assert_int_equal(flow().received_bytes, received);
        MUST(flue_sim_link_up(hosts.link, true));
        finish_intact();
    }
}

static void check_power(enum flue_sim_stack_kind stack, const char* profile, uint32_t end)
{
    bool is_offloaded = stack == FLUE_SIM_STACK_OFFLOAD;
    struct flue_sim_nic_statistics nic;
    uint64_t received;

    start(stack, profile);
    assert_int_equal(node(end).offloaded, is_offloaded ? 1 : 0);
    flue_sim_nic_read(hosts.link, end, &nic);
    assert_true(nic.is_on);
    assert_int_equal(nic.since, 0);
    MUST(flue_sim_nic_power(hosts.link, end, false));
    assert_int_equal(flue_sim_nic_power(hosts.link, end, false), FLUE_ERROR_STATE);
    run_until(100 * FLUE_MILLISECOND);
    flue_sim_nic_read(hosts.link, end, &nic);
    assert_false(nic.is_on);
    assert_true(nic.since >= 30 * FLUE_MILLISECOND && nic.since < 40 * FLUE_MILLISECOND);
    assert_int_equal(node(end).offloaded, 0);
    assert_int_equal(node(end).uploads, is_offloaded ? 1 : 0);
    received = flow().received_bytes;
    run_until(400 * FLUE_MILLISECOND);
    assert_int_equal(flow().received_bytes, received);
    MUST(flue_sim_nic_power(hosts.link, end, true));
    flue_sim_nic_read(hosts.link, end, &nic);
    assert_true(nic.is_on);
    finish_intact();
}

static void test_power_down_and_up_loses_nothing(void** state)
{
    int stack, end;

    (void)state;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        for (end = CLIENT; end <= SERVER; end++)
        {
            check_power((enum flue_sim_stack_kind)stack, "server-2009", (uint32_t)end);
        }
    }
}

static void check_mac(enum flue_sim_stack_kind stack, uint32_t end)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 9, 9};

    start(stack, "server-2009");
    MUST(flue_sim_link_mac(hosts.link, end, mac));
    run_until(70 * FLUE_MILLISECOND);
    assert_false(flow().is_complete);
    /* For the neighbour an update is enough. The machine's own address cannot be updated. */
    assert_int_equal(node(1 - end).uploads, 0);
    assert_int_equal(node(end).uploads, stack == FLUE_SIM_STACK_OFFLOAD ? 1 : 0);
    assert_int_equal(node(1 - end).offloaded, stack == FLUE_SIM_STACK_OFFLOAD ? 1 : 0);
    finish_intact();
}

static void test_mac_change_loses_nothing(void** state)
{
    (void)state;
    check_mac(FLUE_SIM_STACK_NS3, SERVER);
    check_mac(FLUE_SIM_STACK_HOST, SERVER);
    check_mac(FLUE_SIM_STACK_OFFLOAD, SERVER);
    check_mac(FLUE_SIM_STACK_OFFLOAD, CLIENT);
}

static void test_failing_hardware_ends_its_connection(void** state)
{
    int end;

    (void)state;
    for (end = CLIENT; end <= SERVER; end++)
    {
        start(FLUE_SIM_STACK_OFFLOAD, "server-2009");
        MUST(flue_sim_nic_fail(hosts.link, (uint32_t)end, 100));
        finish_failed();
    }
}

static void test_removal_ends_every_connection(void** state)
{
    (void)state;
    start(FLUE_SIM_STACK_OFFLOAD, "server-2009");
    MUST(flue_sim_nic_remove(hosts.link, CLIENT));
    assert_int_equal(flue_sim_nic_power(hosts.link, CLIENT, true), FLUE_ERROR_STATE);
    finish_failed();
}

/* Frames get smaller, and nothing is lost for it. */
static void test_too_big_shrinks_the_segments(void** state)
{
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_HOST; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        struct flue_sim_link_statistics before, after;
        double mean;

        start((enum flue_sim_stack_kind)stack, "ideal");
        MUST(flue_sim_flow_too_big(hosts.flow, 600));
        run_until(40 * FLUE_MILLISECOND);
        flue_sim_link_read(hosts.link, CLIENT, &before);
        run_until(80 * FLUE_MILLISECOND);
        flue_sim_link_read(hosts.link, CLIENT, &after);
        mean = (double)(after.tx_bytes - before.tx_bytes) /
               (double)(after.tx_frames - before.tx_frames);
        if (mean < 560 || mean > 618) /* 600 bytes, Ethernet header and FCS */
            fail_msg("a frame has %.1f bytes", mean);
        finish_intact();
    }
}

/* Client and server are joined by two routers; the one in use fails, the other takes over. */
static void check_route(enum flue_sim_stack_kind stack)
{
    struct flue_sim_stack_config tcp = flue_sim_stack_config_default();
    struct flue_sim_bulk_config bulk = flue_sim_bulk_config_default();
    struct flue_sim_node* routers[2];
    struct flue_sim_link* links[4];
    uint32_t i;

    memset(&hosts, 0, sizeof hosts);
    tcp.profile = flue_profile_find("server-2009");
    bulk.bytes = BYTES;
    bulk.with_content = true;
    assert_int_equal(flue_sim_create(1, 1, &hosts.sim), FLUE_OK);
    MUST(flue_sim_node(hosts.sim, "client", &hosts.nodes[CLIENT]));
    MUST(flue_sim_node(hosts.sim, "server", &hosts.nodes[SERVER]));
    for (i = 0; i < 2; i++)
    {
        MUST(flue_sim_node(hosts.sim, i == 0 ? "first" : "second", &routers[i]));
        MUST(flue_sim_link(hosts.sim, hosts.nodes[CLIENT], routers[i], NULL, &links[2 * i]));
        MUST(flue_sim_link(hosts.sim, routers[i], hosts.nodes[SERVER], NULL, &links[2 * i + 1]));
    }
    MUST(flue_sim_stack(hosts.nodes[CLIENT], stack, &tcp));
    MUST(flue_sim_stack(hosts.nodes[SERVER], stack, &tcp));
    for (i = 0; i < 2; i++)
        MUST(flue_sim_stack(routers[i], FLUE_SIM_STACK_NS3, NULL));
    for (i = 0; i < 4; i++)
    {
        static const char* const networks[] = {"10.1.1.0", "10.1.2.0", "10.1.3.0", "10.1.4.0"};

        MUST(flue_sim_link_address(links[i], networks[i], "255.255.255.0"));
    }
    MUST(flue_sim_routes(hosts.sim));
    MUST(flue_sim_route(hosts.nodes[CLIENT], hosts.nodes[SERVER], routers[0]));
    MUST(flue_sim_route(hosts.nodes[SERVER], hosts.nodes[CLIENT], routers[0]));
    MUST(flue_sim_bulk(hosts.sim, hosts.nodes[CLIENT], hosts.nodes[SERVER], &bulk, &hosts.flow));
    run_until(30 * FLUE_MILLISECOND);
    MUST(flue_sim_link_up(links[0], false));
    MUST(flue_sim_link_up(links[1], false));
    run_until(60 * FLUE_MILLISECOND);
    MUST(flue_sim_route(hosts.nodes[CLIENT], hosts.nodes[SERVER], routers[1]));
    MUST(flue_sim_route(hosts.nodes[SERVER], hosts.nodes[CLIENT], routers[1]));
    run_until(500 * FLUE_MILLISECOND);
    finish_intact();
}

static void test_next_hop_change_loses_nothing(void** state)
{
    (void)state;
    check_route(FLUE_SIM_STACK_NS3);
    check_route(FLUE_SIM_STACK_HOST);
    check_route(FLUE_SIM_STACK_OFFLOAD);
}

static void expect(enum flue_result expected, enum flue_result got, const char* sentence)
{
    assert_int_equal(got, expected);
    assert_string_equal(flue_sim_error(hosts.sim), sentence);
}

static void test_events_that_cannot_be_say_why(void** state)
{
    static const uint8_t group[6] = {1, 0, 0, 0, 0, 1};

    (void)state;
    start(FLUE_SIM_STACK_HOST, "ideal");
    expect(FLUE_ERROR_INVALID,
           flue_sim_nic_power(hosts.link, 2, true),
           "a link has the ends 0 and 1");
    expect(FLUE_ERROR_STATE,
           flue_sim_nic_power(hosts.link, 0, true),
           "the adapter cannot wake up: it does already, or it was removed");
    expect(FLUE_ERROR_NOT_SUPPORTED,
           flue_sim_nic_fail(hosts.link, 0, 0),
           "only an adapter to which connections are offloaded can lose one");
    expect(FLUE_ERROR_INVALID,
           flue_sim_link_mac(hosts.link, 0, group),
           "a machine's MAC address is no group address");
    expect(FLUE_ERROR_STATE,
           flue_sim_route(hosts.nodes[CLIENT], hosts.nodes[SERVER], hosts.nodes[CLIENT]),
           "client shares no link that has addresses with client");
    expect(FLUE_ERROR_INVALID,
           flue_sim_flow_too_big(hosts.flow, 67),
           "an MTU of 67 bytes is out of range: expected 68 to 65535");
    finish_intact();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_down_and_up_loses_nothing),
        cmocka_unit_test(test_power_down_and_up_loses_nothing),
        cmocka_unit_test(test_mac_change_loses_nothing),
        cmocka_unit_test(test_failing_hardware_ends_its_connection),
        cmocka_unit_test(test_removal_ends_every_connection),
        cmocka_unit_test(test_too_big_shrinks_the_segments),
        cmocka_unit_test(test_next_hop_change_loses_nothing),
        cmocka_unit_test(test_events_that_cannot_be_say_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
