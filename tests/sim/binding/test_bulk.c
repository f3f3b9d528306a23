/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A bulk connection over each of the three stacks: how fast, whether intact, and whether
 * repeatable.
 */
#include "two_hosts.h"

#include <string.h>

#include "cmocka_first.h"

#define MIB 1048576

/* What Ethernet, IP and TCP headers leave of the line: 1448 bytes of payload in 1538 on the wire.
 */
static const double PAYLOAD_SHARE = 1448.0 / 1538.0;

static void assert_line_rate(enum flue_sim_stack_kind stack)
{
    const struct two_hosts_config config = two_hosts_config_default(stack);
    struct two_hosts two_hosts;
    struct flue_sim_flow_statistics before, after;
    double bits;

    two_hosts_build(&two_hosts, &config);
    assert_int_equal(flue_sim_run(two_hosts.sim, 100 * FLUE_MILLISECOND), FLUE_OK);
    flue_sim_flow_read(two_hosts.flow, &before);
    assert_int_equal(flue_sim_run(two_hosts.sim, 600 * FLUE_MILLISECOND), FLUE_OK);
    flue_sim_flow_read(two_hosts.flow, &after);
    flue_sim_destroy(two_hosts.sim);
    assert_true(after.is_connected);
    assert_false(after.has_failed);
    bits = 8.0 * (double)(after.received_bytes - before.received_bytes);
    if (bits < 0.97 * PAYLOAD_SHARE * 0.5e9 || bits > PAYLOAD_SHARE * 0.5e9 + 65536 * 8)
        fail_msg("%.1f Mb/s is not what the line carries", bits / 0.5e6);
}

static void test_bulk_ns3_fills_the_line(void** state)
{
    (void)state;
    assert_line_rate(FLUE_SIM_STACK_NS3);
}

static void test_bulk_host_fills_the_line(void** state)
{
    (void)state;
    assert_line_rate(FLUE_SIM_STACK_HOST);
}

static void test_bulk_offload_fills_the_line(void** state)
{
    (void)state;
    assert_line_rate(FLUE_SIM_STACK_OFFLOAD);
}

static void assert_intact(enum flue_sim_stack_kind client,
                          enum flue_sim_stack_kind server,
                          const char* profile)
{
    struct two_hosts_config config = two_hosts_config_default(client);
    struct two_hosts_outcome outcome;

    config.stack[SERVER] = server;
    config.tcp.profile = flue_profile_find(profile);
    config.loss = 1e-2;
    config.bulk.bytes = 8 * MIB;
    config.bulk.with_content = true;
    two_hosts_run(&config, 60 * FLUE_SECOND, &outcome);
    assert_true(outcome.ends[SERVER].lost_frames > 0);
    assert_true(outcome.nodes[CLIENT].retransmitted_segments > 0);
    assert_true(outcome.flow.is_complete);
    assert_false(outcome.flow.has_failed);
    assert_int_equal(outcome.flow.received_bytes, 8 * MIB);
    assert_int_equal(outcome.flow.corrupt_bytes, 0);
}

static void test_bulk_with_loss_arrives_intact_whoever_talks_to_whom(void** state)
{
    int client, server;

    (void)state;
    for (client = FLUE_SIM_STACK_NS3; client <= FLUE_SIM_STACK_OFFLOAD; client++)
        for (server = FLUE_SIM_STACK_NS3; server <= FLUE_SIM_STACK_OFFLOAD; server++)
            assert_intact((enum flue_sim_stack_kind)client,
                          (enum flue_sim_stack_kind)server,
                          "ideal");
}

static void test_bulk_with_costs_and_loss_arrives_intact(void** state)
{
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
        assert_intact((enum flue_sim_stack_kind)stack,
                      (enum flue_sim_stack_kind)stack,
                      "server-2004");
}

static void test_bulk_same_seed_repeats_and_another_does_not(void** state)
{
    struct two_hosts_outcome first, second, third;
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        struct two_hosts_config config = two_hosts_config_default((enum flue_sim_stack_kind)stack);

        config.loss = 1e-2;
        two_hosts_run(&config, 200 * FLUE_MILLISECOND, &first);
        two_hosts_run(&config, 200 * FLUE_MILLISECOND, &second);
        config.seed = 2;
        two_hosts_run(&config, 200 * FLUE_MILLISECOND, &third);
        assert_memory_equal(&first, &second, sizeof first);
        assert_memory_not_equal(&first, &third, sizeof first);
    }
}

static void test_bulk_offload_lives_on_the_adapter_and_costs_the_host_less(void** state)
{
    struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_HOST);
    struct two_hosts_outcome host, offload;

    (void)state;
    config.tcp.profile = flue_profile_find("server-2004");
    two_hosts_run(&config, 200 * FLUE_MILLISECOND, &host);
    config.stack[CLIENT] = config.stack[SERVER] = FLUE_SIM_STACK_OFFLOAD;
    two_hosts_run(&config, 200 * FLUE_MILLISECOND, &offload);

    assert_int_equal(host.nodes[SERVER].offloads, 0);
    assert_int_equal(offload.nodes[CLIENT].offloads, 1);
    assert_int_equal(offload.nodes[SERVER].offloads, 1);
    assert_int_equal(offload.nodes[CLIENT].offloaded, 1);
    assert_int_equal(offload.nodes[SERVER].offloaded, 1);
    assert_true(offload.nodes[SERVER].core_events[FLUE_COST_COMPLETION] > 0);
    assert_true(offload.nodes[SERVER].core_events[FLUE_COST_TCP_RX] <
                host.nodes[SERVER].core_events[FLUE_COST_TCP_RX] / 100);
    /* Moderated alike: one interrupt in 50 us of 200 ms, and one completion a request of 64 KiB. */
    assert_true(host.nodes[SERVER].core_events[FLUE_COST_INTERRUPT] <= 4001);
    assert_true(offload.nodes[SERVER].core_events[FLUE_COST_INTERRUPT] <= 4001);
    assert_true(offload.nodes[CLIENT].core_events[FLUE_COST_COMPLETION] <
                offload.nodes[CLIENT].core_events[FLUE_COST_SYSCALL] * 11 / 10);
    assert_true(offload.nodes[CLIENT].core_busy < host.nodes[CLIENT].core_busy);
    assert_true(offload.nodes[SERVER].core_busy < host.nodes[SERVER].core_busy);
}

/* Where nothing costs anything, where TCP runs does not show: not one frame differs, lost ones
 * included. */
static void test_bulk_ideal_offload_sends_what_the_host_sends(void** state)
{
    uint32_t seed;

    (void)state;
    for (seed = 1; seed <= 5; seed++)
    {
        struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_HOST);
        struct two_hosts_outcome host, offload;

        config.seed = seed;
        config.loss = 1e-2;
        two_hosts_run(&config, 300 * FLUE_MILLISECOND, &host);
        config.stack[CLIENT] = config.stack[SERVER] = FLUE_SIM_STACK_OFFLOAD;
        two_hosts_run(&config, 300 * FLUE_MILLISECOND, &offload);
        assert_int_equal(offload.nodes[CLIENT].offloads, 1);
        assert_true(host.ends[SERVER].lost_frames > 0);
        assert_memory_equal(host.ends, offload.ends, sizeof host.ends);
        assert_int_equal(host.flow.received_bytes, offload.flow.received_bytes);
        assert_int_equal(host.nodes[CLIENT].retransmitted_segments,
                         offload.nodes[CLIENT].retransmitted_segments);
        assert_int_equal(host.nodes[CLIENT].timeouts, offload.nodes[CLIENT].timeouts);
    }
}

/* A line that dies counts as many timeouts whoever counts: the backed off ones too. */
static void test_bulk_timeouts_are_counted_alike(void** state)
{
    struct two_hosts_outcome outcome;
    uint64_t timeouts[3];
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_NS3; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        struct two_hosts_config config = two_hosts_config_default((enum flue_sim_stack_kind)stack);
        struct two_hosts two_hosts;

        two_hosts_build(&two_hosts, &config);
        assert_int_equal(flue_sim_run(two_hosts.sim, 100 * FLUE_MILLISECOND), FLUE_OK);
        assert_int_equal(flue_sim_link_loss(two_hosts.link, SERVER, 1), FLUE_OK);
        assert_int_equal(flue_sim_run(two_hosts.sim, 10 * FLUE_SECOND), FLUE_OK);
        two_hosts_read(&two_hosts, &outcome);
        flue_sim_destroy(two_hosts.sim);
        timeouts[stack] = outcome.nodes[CLIENT].timeouts;
    }
    /* 0.2 s, 0.4 s, 0.8 s, 1.6 s, 3.2 s: five within 6.2 s, and the next at 12.6 s. */
    assert_int_equal(timeouts[FLUE_SIM_STACK_NS3], 5);
    assert_int_equal(timeouts[FLUE_SIM_STACK_HOST], 5);
    assert_int_equal(timeouts[FLUE_SIM_STACK_OFFLOAD], 5);
}

/* The schedule of moves for the next test. */
struct mover
{
    struct two_hosts hosts;
    uint32_t moves;
    uint32_t failures;
};

static void move(void* user)
{
    struct mover* mover = user;
    uint32_t i;

    for (i = 0; i < 2; i++)
    {
        struct flue_sim_node* node = mover->hosts.nodes[i];
        enum flue_result result =
            mover->moves % 2 == 0 ? flue_sim_upload_all(node) : flue_sim_offload_all(node);
        mover->failures += result != FLUE_OK;
    }
    mover->moves++;
    mover->failures +=
        flue_sim_schedule(mover->hosts.sim, 5 * FLUE_MILLISECOND, move, mover) != FLUE_OK;
}

static void test_bulk_moved_every_5_ms_under_loss_arrives_intact(void** state)
{
    struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_OFFLOAD);
    struct two_hosts_outcome outcome;
    struct mover mover = {.moves = 0};

    (void)state;
    config.loss = 1e-3;
    config.bulk.bytes = 16 * MIB;
    config.bulk.with_content = true;
    two_hosts_build(&mover.hosts, &config);
    assert_int_equal(flue_sim_schedule(mover.hosts.sim, 10 * FLUE_MILLISECOND, move, &mover),
                     FLUE_OK);
    assert_int_equal(flue_sim_run(mover.hosts.sim, 30 * FLUE_SECOND), FLUE_OK);
    two_hosts_read(&mover.hosts, &outcome);
    flue_sim_destroy(mover.hosts.sim);
    assert_int_equal(mover.failures, 0);
    assert_true(outcome.nodes[CLIENT].uploads >= 4);
    assert_true(outcome.nodes[CLIENT].offloads >= 4);
    assert_true(outcome.flow.is_complete);
    assert_int_equal(outcome.flow.received_bytes, 16 * MIB);
    assert_int_equal(outcome.flow.corrupt_bytes, 0);
}

/* Everything has been sent and nothing is left to do: the ledger's sum is the busy time, exactly,
 * on each resource; and the lot of them says what happened. */
static void test_bulk_ledger_of_each_resource_adds_up(void** state)
{
    static const enum flue_sim_stack_kind stacks[] = {FLUE_SIM_STACK_NS3,
                                                      FLUE_SIM_STACK_HOST,
                                                      FLUE_SIM_STACK_OFFLOAD};
    struct flue_profile profile = *flue_profile_find("server-2009");
    size_t s;

    (void)state;
    profile.contexts = 1;
    for (s = 0; s < 3; s++)
    {
        struct two_hosts_config config = two_hosts_config_default(stacks[s]);
        struct two_hosts hosts;
        struct two_hosts_outcome outcome;
        struct flue_sim_resource resource;
        uint32_t kinds[FLUE_SIM_RESOURCE_KINDS] = {0};
        uint32_t i;

        config.tcp.profile = &profile;
        config.bulk.bytes = 4 * MIB;
        two_hosts_build(&hosts, &config);
        assert_int_equal(flue_sim_run(hosts.sim, 10 * FLUE_SECOND), FLUE_OK);
        two_hosts_read(&hosts, &outcome);
        assert_true(outcome.flow.is_complete);
        for (i = 0; flue_sim_node_resource(hosts.nodes[SERVER], i, &resource); i++)
        {
            flue_time sum = 0;
            int category;

            for (category = 0; category < FLUE_COST_CATEGORIES; category++)
                sum += resource.booked[category];
            kinds[resource.kind]++;
            if (resource.kind != FLUE_SIM_WIRE)
                assert_int_equal(resource.busy, sum);
            assert_true(resource.busy > 0);
            assert_true(resource.name[0] != '\0');
            if (resource.kind == FLUE_SIM_ENGINE)
            {
                bool offloads = stacks[s] == FLUE_SIM_STACK_OFFLOAD;

                assert_int_equal(resource.events[FLUE_COST_TCP_RX] > 0, offloads);
                assert_int_equal(outcome.nodes[SERVER].context_misses, offloads);
                /* The opening, at least, is the host's. */
                assert_true(resource.events[FLUE_COST_FORWARD] > 0);
            }
        }
        assert_int_equal(kinds[FLUE_SIM_CORE], 1);
        assert_int_equal(kinds[FLUE_SIM_BUS], 2);
        assert_int_equal(kinds[FLUE_SIM_ENGINE], 1);
        assert_int_equal(kinds[FLUE_SIM_WIRE], 1);
        assert_false(flue_sim_node_resource(hosts.nodes[SERVER], i + 1, &resource));
        assert_true(outcome.nodes[SERVER].bus_crossings > 0);
        assert_int_equal(outcome.nodes[SERVER].table_entries,
                         stacks[s] == FLUE_SIM_STACK_OFFLOAD ? 750 : 0);
        flue_sim_destroy(hosts.sim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bulk_ns3_fills_the_line),
        cmocka_unit_test(test_bulk_host_fills_the_line),
        cmocka_unit_test(test_bulk_offload_fills_the_line),
        cmocka_unit_test(test_bulk_with_loss_arrives_intact_whoever_talks_to_whom),
        cmocka_unit_test(test_bulk_with_costs_and_loss_arrives_intact),
        cmocka_unit_test(test_bulk_same_seed_repeats_and_another_does_not),
        cmocka_unit_test(test_bulk_offload_lives_on_the_adapter_and_costs_the_host_less),
        cmocka_unit_test(test_bulk_ledger_of_each_resource_adds_up),
        cmocka_unit_test(test_bulk_ideal_offload_sends_what_the_host_sends),
        cmocka_unit_test(test_bulk_timeouts_are_counted_alike),
        cmocka_unit_test(test_bulk_moved_every_5_ms_under_loss_arrives_intact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
