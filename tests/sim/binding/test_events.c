/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Power, routes and failures: what is sent arrives, every byte, in order, once, whatever happens
 * meanwhile; and what happens is seen to happen.
 */
#include <string.h>

#include "cmocka_first.h"
#include "two_hosts.h"

#define MIB 1048576

/* What happens to a transfer under way, at 5 ms. */
struct happening
{
    struct two_hosts hosts;
    void (*happen)(struct happening* happening);
    struct flue_sim_adapter_statistics before; /* the client's, as it happens */
    struct flue_sim_node_statistics soon;      /* the client, some time later */
};

static void must(const struct happening* happening, enum flue_result result)
{
    if (result != FLUE_OK)
        fail_msg("%s", flue_sim_error(happening->hosts.sim));
}

static void on_time(void* user)
{
    struct happening* happening = user;

    flue_sim_adapter_read(happening->hosts.link, CLIENT, &happening->before);
    happening->happen(happening);
}

static void later(struct happening* happening, flue_time delay, void (*call)(void* user))
{
    must(happening, flue_sim_schedule(happening->hosts.sim, delay, call, happening));
}

static struct two_hosts_outcome run(enum flue_sim_stack_kind client,
                                    enum flue_sim_stack_kind server,
                                    struct happening* happening,
                                    void (*happen)(struct happening* happening))
{
    struct two_hosts_config config = two_hosts_config_default(client);
    struct two_hosts_outcome outcome;

    config.stack[SERVER] = server;
    config.bulk.bytes = 2 * MIB;
    config.bulk.with_content = true;
    happening->happen = happen;
    two_hosts_build(&happening->hosts, &config);
    later(happening, 5 * FLUE_MILLISECOND, on_time);
    must(happening, flue_sim_run(happening->hosts.sim, 60 * FLUE_SECOND));
    two_hosts_read(&happening->hosts, &outcome);
    return outcome;
}

static void assert_all_arrived(const struct two_hosts_outcome* outcome)
{
    assert_true(outcome->flow.is_complete);
    assert_false(outcome->flow.has_failed);
    assert_int_equal(outcome->flow.received_bytes, 2 * MIB);
    assert_int_equal(outcome->flow.corrupt_bytes, 0);
}

/* Under each pair of stacks; those of the client where `least` or better. */
static void survives(enum flue_sim_stack_kind least, void (*happen)(struct happening* happening))
{
    int client, server;

    for (client = least; client <= FLUE_SIM_STACK_OFFLOAD; client++)
        for (server = FLUE_SIM_STACK_NS3; server <= FLUE_SIM_STACK_OFFLOAD; server++)
        {
            struct happening happening;
            struct two_hosts_outcome outcome = run((enum flue_sim_stack_kind)client,
                                                   (enum flue_sim_stack_kind)server,
                                                   &happening,
                                                   happen);

            flue_sim_destroy(happening.hosts.sim);
            assert_all_arrived(&outcome);
            assert_int_equal(happening.before.connections, client == FLUE_SIM_STACK_OFFLOAD);
        }
}

/* ---- Power ------------------------------------------------------------------------------------
 */

static void wake(void* user)
{
    struct happening* happening = user;
    struct flue_sim_adapter_statistics asleep;
    struct flue_sim_link_statistics link;

    flue_sim_adapter_read(happening->hosts.link, CLIENT, &asleep);
    flue_sim_link_read(happening->hosts.link, CLIENT, &link);
    assert_false(asleep.is_on);
    assert_int_equal(asleep.connections, 0);
    assert_true(asleep.powered_at >= 5 * FLUE_MILLISECOND);
    assert_int_equal(flue_sim_link_power(happening->hosts.link, CLIENT, false), FLUE_ERROR_STATE);
    must(happening, flue_sim_link_power(happening->hosts.link, CLIENT, true));
    flue_sim_node_read(happening->hosts.nodes[CLIENT], &happening->soon);
}

static void sleep_for_a_while(struct happening* happening)
{
    must(happening, flue_sim_link_power(happening->hosts.link, CLIENT, false));
    later(happening, 30 * FLUE_MILLISECOND, wake);
}

static void test_power_down_and_up_every_byte_arrives(void** state)
{
    (void)state;
    survives(FLUE_SIM_STACK_NS3, sleep_for_a_while);
}

static void test_power_down_and_up_the_connection_comes_and_goes(void** state)
{
    struct happening happening;
    struct flue_sim_adapter_statistics after;
    struct two_hosts_outcome outcome =
        run(FLUE_SIM_STACK_OFFLOAD, FLUE_SIM_STACK_HOST, &happening, sleep_for_a_while);

    (void)state;
    flue_sim_adapter_read(happening.hosts.link, CLIENT, &after);
    flue_sim_destroy(happening.hosts.sim);
    assert_all_arrived(&outcome);
    assert_true(after.is_on);
    assert_int_equal(after.offloads, happening.before.offloads + 1);
    assert_int_equal(happening.soon.uploads, 1); /* another one comes when it ends */
}

/* ---- The link ---------------------------------------------------------------------------------
 */

static void plug_in(void* user)
{
    struct happening* happening = user;

    assert_int_equal(flue_sim_link_carrier(happening->hosts.link, false), FLUE_ERROR_STATE);
    must(happening, flue_sim_link_carrier(happening->hosts.link, true));
}

static void unplug_for_a_while(struct happening* happening)
{
    must(happening, flue_sim_link_carrier(happening->hosts.link, false));
    later(happening, 30 * FLUE_MILLISECOND, plug_in);
}

static void test_link_down_and_up_every_byte_arrives(void** state)
{
    (void)state;
    survives(FLUE_SIM_STACK_NS3, unplug_for_a_while);
}

/* ---- Next hops --------------------------------------------------------------------------------
 */

static void change_mac(struct happening* happening)
{
    must(happening, flue_sim_link_change_mac(happening->hosts.link, SERVER));
}

static void test_arp_change_every_byte_arrives(void** state)
{
    (void)state;
    survives(FLUE_SIM_STACK_NS3, change_mac);
}

static void look(void* user)
{
    struct happening* happening = user;

    flue_sim_node_read(happening->hosts.nodes[CLIENT], &happening->soon);
}

static void change_next_hop(struct happening* happening)
{
    later(happening, 5 * FLUE_MILLISECOND, look);
    must(happening, flue_sim_link_change_next_hop(happening->hosts.link, CLIENT));
    must(happening, flue_sim_link_change_next_hop(happening->hosts.link, CLIENT));
}

static void test_next_hop_change_every_byte_arrives(void** state)
{
    (void)state;
    survives(FLUE_SIM_STACK_NS3, change_next_hop);
}

/* The connection stays where it is: its path is relinked. */
static void test_next_hop_change_nothing_is_uploaded(void** state)
{
    struct happening happening;
    struct flue_sim_adapter_statistics after;
    struct two_hosts_outcome outcome =
        run(FLUE_SIM_STACK_OFFLOAD, FLUE_SIM_STACK_OFFLOAD, &happening, change_next_hop);

    (void)state;
    flue_sim_adapter_read(happening.hosts.link, CLIENT, &after);
    flue_sim_destroy(happening.hosts.sim);
    assert_all_arrived(&outcome);
    assert_int_equal(after.offloads, 1);
    assert_int_equal(happening.soon.uploads, 0);
    assert_int_equal(happening.soon.offloaded, 1);
    assert_true(outcome.nodes[CLIENT].retransmitted_segments > 0); /* what the old gateway lost */
}

/* ---- The path's MTU ---------------------------------------------------------------------------
 */

static void narrow(struct happening* happening)
{
    must(happening, flue_sim_link_limit_mtu(happening->hosts.link, SERVER, 1000));
}

static void test_path_mtu_drop_every_byte_arrives(void** state)
{
    (void)state;
    survives(FLUE_SIM_STACK_HOST, narrow);
}

/* The sender heeds what it was told: no more than what was on its way is lost. */
static void test_path_mtu_drop_is_learnt_once(void** state)
{
    int stack;

    (void)state;
    for (stack = FLUE_SIM_STACK_HOST; stack <= FLUE_SIM_STACK_OFFLOAD; stack++)
    {
        struct happening happening;
        struct two_hosts_outcome outcome =
            run((enum flue_sim_stack_kind)stack, FLUE_SIM_STACK_HOST, &happening, narrow);

        flue_sim_destroy(happening.hosts.sim);
        assert_all_arrived(&outcome);
        assert_true(outcome.ends[SERVER].lost_frames > 0);
        assert_true(outcome.ends[SERVER].lost_frames < 1000);
        assert_true(outcome.flow.completed_at < 5 * FLUE_SECOND);
    }
}

/* ---- Failures ---------------------------------------------------------------------------------
 */

static void fail_connection(struct happening* happening)
{
    must(happening, flue_sim_link_fail_connection(happening->hosts.link, CLIENT, 3));
}

static void fail_adapter(struct happening* happening)
{
    must(happening, flue_sim_link_fail_adapter(happening->hosts.link, CLIENT));
}

static void remove_adapter(struct happening* happening)
{
    must(happening, flue_sim_link_remove_adapter(happening->hosts.link, CLIENT));
}

/* The state is gone: the application hears it, and what came before is whole. */
static void test_hardware_failure_the_application_hears(void** state)
{
    void (*const failures[])(struct happening*) = {fail_connection, fail_adapter, remove_adapter};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof failures / sizeof failures[0]; i++)
    {
        struct happening happening;
        struct flue_sim_adapter_statistics after;
        struct two_hosts_outcome outcome =
            run(FLUE_SIM_STACK_OFFLOAD, FLUE_SIM_STACK_HOST, &happening, failures[i]);

        flue_sim_adapter_read(happening.hosts.link, CLIENT, &after);
        flue_sim_destroy(happening.hosts.sim);
        assert_int_equal(after.failures, 1);
        assert_true(outcome.flow.has_failed);
        assert_false(outcome.flow.is_complete);
        assert_true(outcome.flow.received_bytes > 0);
        assert_int_equal(outcome.flow.corrupt_bytes, 0);
    }
}

static void test_events_without_a_target_are_refused(void** state)
{
    struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_HOST);
    struct two_hosts hosts;
    struct flue_sim_link_config lone = flue_sim_link_config_default();
    struct flue_sim_node* node;
    struct flue_sim_node* other;
    struct flue_sim_link* link;

    (void)state;
    two_hosts_build(&hosts, &config);
    assert_int_equal(flue_sim_link_fail_adapter(hosts.link, CLIENT), FLUE_ERROR_NOT_SUPPORTED);
    assert_string_equal(flue_sim_error(hosts.sim), "client offloads nothing to this adapter");
    assert_int_equal(flue_sim_link_fail_connection(hosts.link, CLIENT, 0),
                     FLUE_ERROR_NOT_SUPPORTED);
    assert_int_equal(flue_sim_link_remove_adapter(hosts.link, CLIENT), FLUE_ERROR_NOT_SUPPORTED);
    assert_int_equal(flue_sim_link_power(hosts.link, 2, false), FLUE_ERROR_INVALID);
    assert_string_equal(flue_sim_error(hosts.sim), "a link has the ends 0 and 1");
    assert_int_equal(flue_sim_link_power(NULL, 0, false), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_link_power(hosts.link, CLIENT, true), FLUE_ERROR_STATE);
    assert_string_equal(flue_sim_error(hosts.sim),
                        "the adapter of client is awake, or waking up, already");
    assert_int_equal(flue_sim_link_carrier(hosts.link, true), FLUE_ERROR_STATE);
    assert_string_equal(flue_sim_error(hosts.sim), "the cable is in already");
    assert_int_equal(flue_sim_link_limit_mtu(hosts.link, SERVER, 575), FLUE_ERROR_INVALID);
    assert_string_equal(flue_sim_error(hosts.sim), "a path takes packets of at least 576 bytes");
    assert_int_equal(flue_sim_node(hosts.sim, "a", &node), FLUE_OK);
    assert_int_equal(flue_sim_node(hosts.sim, "b", &other), FLUE_OK);
    assert_int_equal(flue_sim_link(hosts.sim, node, other, &lone, &link), FLUE_OK);
    assert_int_equal(flue_sim_link_change_mac(link, 0), FLUE_ERROR_STATE);
    assert_int_equal(flue_sim_link_change_next_hop(link, 0), FLUE_ERROR_STATE);
    assert_string_equal(flue_sim_error(hosts.sim), "the link has no addresses yet");
    assert_int_equal(flue_sim_stack(node, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_stack(other, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_link_address(link, "10.9.9.0", "255.255.255.252"), FLUE_OK);
    assert_int_equal(flue_sim_link_change_next_hop(link, 0), FLUE_ERROR_LIMIT);
    flue_sim_destroy(hosts.sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_down_and_up_every_byte_arrives),
        cmocka_unit_test(test_power_down_and_up_the_connection_comes_and_goes),
        cmocka_unit_test(test_link_down_and_up_every_byte_arrives),
        cmocka_unit_test(test_arp_change_every_byte_arrives),
        cmocka_unit_test(test_next_hop_change_every_byte_arrives),
        cmocka_unit_test(test_next_hop_change_nothing_is_uploaded),
        cmocka_unit_test(test_path_mtu_drop_every_byte_arrives),
        cmocka_unit_test(test_path_mtu_drop_is_learnt_once),
        cmocka_unit_test(test_hardware_failure_the_application_hears),
        cmocka_unit_test(test_events_without_a_target_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
