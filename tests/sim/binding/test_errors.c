/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wrong calls: refused with a result and a sentence that names the word, and nothing has changed.
 * ns-3 would end the process over most of these.
 */
#include "two_hosts.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "cmocka_first.h"

struct fixture
{
    struct flue_sim* sim;
    struct flue_sim_node *a, *b;
    struct flue_sim_link* link;
};

static int setup(void** state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    if (flue_sim_create(1, 1, &fixture.sim) != FLUE_OK ||
        flue_sim_node(fixture.sim, "a", &fixture.a) != FLUE_OK ||
        flue_sim_node(fixture.sim, "b", &fixture.b) != FLUE_OK ||
        flue_sim_link(fixture.sim, fixture.a, fixture.b, NULL, &fixture.link) != FLUE_OK)
        return -1;
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    struct fixture* fixture = *state;

    flue_sim_destroy(fixture->sim);
    return 0;
}

/* The call failed as expected, and its sentence has the word. */
#define assert_refused(fixture, call, result, word)                                       \
    do                                                                                    \
    {                                                                                     \
        assert_int_equal(call, result);                                                   \
        if (strstr(flue_sim_error((fixture)->sim), word) == NULL)                         \
            fail_msg("\"%s\" does not say \"%s\"", flue_sim_error((fixture)->sim), word); \
    } while (0)

static void test_create_twice_is_refused(void** state)
{
    struct flue_sim* second = NULL;

    (void)state;
    assert_int_equal(flue_sim_create(1, 1, &second), FLUE_ERROR_STATE);
    assert_null(second);
}

static void test_create_seed_zero_is_refused(void** state)
{
    struct flue_sim* sim = NULL;

    (void)state;
    assert_int_equal(flue_sim_create(0, 1, &sim), FLUE_ERROR_INVALID);
    assert_null(sim);
}

/* The largest seed that ns-3's generator takes, and the next, over which it ends the process. */
static void test_create_seed_too_large_is_refused(void** state)
{
    struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_HOST);
    struct two_hosts_outcome outcome;
    struct flue_sim* sim = NULL;

    (void)state;
    assert_int_equal(flue_sim_create(4294944443U, 1, &sim), FLUE_ERROR_INVALID);
    assert_null(sim);
    config.seed = 4294944442U;
    config.loss = 0.01;
    two_hosts_run(&config, 50 * FLUE_MILLISECOND, &outcome);
    assert_true(outcome.flow.received_bytes > 0);
}

static void test_node_names_are_checked(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_node* node = NULL;

    assert_string_equal(flue_sim_error(f->sim), "");
    assert_refused(f, flue_sim_node(f->sim, "a", &node), FLUE_ERROR_IN_USE, "a machine a");
    assert_refused(f, flue_sim_node(f->sim, "", &node), FLUE_ERROR_INVALID, "cannot name");
    assert_refused(f, flue_sim_node(f->sim, "x/y", &node), FLUE_ERROR_INVALID, "x/y");
    assert_null(node);
}

static void test_default_attribute_text_is_checked(void** state)
{
    struct fixture* f = *state;
    static const struct
    {
        const char *name, *value, *word;
        enum flue_result result;
    } cases[] = {
        {"SegmentSize", "1", "SegmentSize", FLUE_ERROR_NOT_FOUND},
        {"ns3::Nothing::SegmentSize", "1", "ns3::Nothing", FLUE_ERROR_NOT_FOUND},
        {"ns3::TcpSocket::Nothing", "1", "Nothing", FLUE_ERROR_NOT_FOUND},
        {"ns3::TcpSocket::SegmentSize", "many", "many", FLUE_ERROR_INVALID},
        {"ns3::TcpSocket::SegmentSize", "-5", "-5", FLUE_ERROR_INVALID},
        {"ns3::TcpSocket::SegmentSize", "12 apples", "apples", FLUE_ERROR_INVALID},
        {"ns3::TcpSocket::ConnTimeout", "5 parsecs", "5 parsecs", FLUE_ERROR_INVALID},
        {"ns3::TcpSocket::TcpNoDelay", "perhaps", "perhaps", FLUE_ERROR_INVALID},
        {"ns3::TcpL4Protocol::SocketType", "ns3::Nothing", "ns3::Nothing", FLUE_ERROR_INVALID},
        {"ns3::FlueNetDevice::DataRate", "10 horses", "10 horses", FLUE_ERROR_INVALID},
        {"ns3::TcpSocketBase::UseEcn", "Sometimes", "Sometimes", FLUE_ERROR_INVALID},
        {"ns3::DropTailQueue<Packet>::MaxSize", "9x", "9x", FLUE_ERROR_INVALID},
    };
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(f,
                       flue_sim_set_default(f->sim, cases[i].name, cases[i].value),
                       cases[i].result,
                       cases[i].word);
    assert_int_equal(flue_sim_set_default(f->sim, "ns3::TcpSocket::SegmentSize", "1000"), FLUE_OK);
    assert_int_equal(flue_sim_set_default(f->sim, "ns3::TcpSocket::ConnTimeout", "2.5s"), FLUE_OK);
    assert_int_equal(flue_sim_set_default(f->sim, "ns3::TcpSocketBase::UseEcn", "On"), FLUE_OK);
}

static void test_global_value_text_is_checked(void** state)
{
    struct fixture* f = *state;

    assert_refused(f, flue_sim_set_global(f->sim, "Nothing", "1"), FLUE_ERROR_NOT_FOUND, "Nothing");
    assert_refused(f,
                   flue_sim_set_global(f->sim, "ChecksumEnabled", "perhaps"),
                   FLUE_ERROR_INVALID,
                   "perhaps");
    assert_refused(f,
                   flue_sim_set_global(f->sim, "SchedulerType", "ns3::Nothing"),
                   FLUE_ERROR_INVALID,
                   "ns3::Nothing");
    assert_int_equal(flue_sim_set_global(f->sim, "ChecksumEnabled", "true"), FLUE_OK);
    /* What the simulation is made of is not open to change. */
    assert_refused(f,
                   flue_sim_set_global(f->sim, "RngSeed", "0"),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "flue_sim_create");
    assert_refused(f,
                   flue_sim_set_global(f->sim, "RngRun", "2"),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "flue_sim_create");
    assert_refused(f,
                   flue_sim_set_global(f->sim, "SimulatorImplementationType", "ns3::Node"),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "SimulatorImplementationType");
    assert_refused(f,
                   flue_sim_set_global(f->sim, "SchedulerType", "ns3::HeapScheduler"),
                   FLUE_ERROR_STATE,
                   "first machine");
}

static void test_scheduler_is_chosen_before_the_first_machine(void** state)
{
    struct flue_sim* sim = NULL;
    struct flue_sim_node* node = NULL;
    struct fixture fixture;

    (void)state;
    assert_int_equal(flue_sim_create(1, 1, &sim), FLUE_OK);
    fixture.sim = sim;
    assert_refused(&fixture,
                   flue_sim_set_global(sim, "SchedulerType", "ns3::Node"),
                   FLUE_ERROR_INVALID,
                   "ns3::Node");
    assert_refused(&fixture,
                   flue_sim_set_global(sim, "SchedulerType", "ns3::Scheduler"),
                   FLUE_ERROR_INVALID,
                   "ns3::Scheduler");
    assert_int_equal(flue_sim_set_global(sim, "SchedulerType", "ns3::HeapScheduler"), FLUE_OK);
    assert_int_equal(flue_sim_node(sim, "a", &node), FLUE_OK);
    assert_int_equal(flue_sim_run(sim, FLUE_SECOND), FLUE_OK);
    flue_sim_destroy(sim);
}

static void test_link_configuration_is_checked(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_link_config good = flue_sim_link_config_default(), config = good;
    struct flue_sim_link* link = NULL;

    assert_refused(f, flue_sim_link(f->sim, f->a, f->a, &good, &link), FLUE_ERROR_INVALID, "a");
    config.rate_bps = 0;
    assert_refused(f,
                   flue_sim_link(f->sim, f->a, f->b, &config, &link),
                   FLUE_ERROR_INVALID,
                   "rate");
    config = good;
    config.mtu_bytes = 9001;
    assert_refused(f,
                   flue_sim_link(f->sim, f->a, f->b, &config, &link),
                   FLUE_ERROR_INVALID,
                   "9001");
    config = good;
    config.queue_packets = 0;
    assert_refused(f,
                   flue_sim_link(f->sim, f->a, f->b, &config, &link),
                   FLUE_ERROR_INVALID,
                   "queue");
    config = good;
    config.delay = FLUE_TIME_NEVER;
    assert_refused(f,
                   flue_sim_link(f->sim, f->a, f->b, &config, &link),
                   FLUE_ERROR_INVALID,
                   "delay");
    assert_null(link);
}

static void test_link_attributes_and_loss_are_checked(void** state)
{
    struct fixture* f = *state;

    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "Nothing", "1"),
                   FLUE_ERROR_NOT_FOUND,
                   "Nothing");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "Capacity", "0"),
                   FLUE_ERROR_INVALID,
                   "Capacity");
    assert_refused(f, flue_sim_link_set(f->link, 2, "Capacity", "1"), FLUE_ERROR_INVALID, "ends");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "InitiateDelay", "soon"),
                   FLUE_ERROR_INVALID,
                   "soon");
    assert_int_equal(flue_sim_link_set(f->link, 0, "InitiateDelay", "5us"), FLUE_OK);
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "InitiateDelay", "99999999999999999999s"),
                   FLUE_ERROR_INVALID,
                   "InitiateDelay");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "InitiateDelay", "-5us"),
                   FLUE_ERROR_INVALID,
                   "InitiateDelay");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "DataRate", "99999999999999999999Gbps"),
                   FLUE_ERROR_INVALID,
                   "DataRate");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "DataRate", "0bps"),
                   FLUE_ERROR_INVALID,
                   "DataRate");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "Preamble", "4294967295"),
                   FLUE_ERROR_INVALID,
                   "Preamble");
    assert_refused(f,
                   flue_sim_link_set(f->link, 0, "Capacity", "99999999999999999999999999"),
                   FLUE_ERROR_INVALID,
                   "Capacity");
    assert_refused(f, flue_sim_link_loss(f->link, 0, 1.5), FLUE_ERROR_INVALID, "probability");
    assert_refused(f, flue_sim_link_loss(f->link, 3, 0.5), FLUE_ERROR_INVALID, "ends");
    assert_refused(f, flue_sim_link_loss_every(f->link, 3, 10), FLUE_ERROR_INVALID, "ends");
}

static void test_trace_in_no_folder_is_refused(void** state)
{
    struct fixture* f = *state;

    assert_refused(f, flue_sim_link_pcap(f->link, "/nowhere/at/all/x"), FLUE_ERROR_IO, "/nowhere");
    assert_refused(f, flue_sim_link_ascii(f->link, "/nowhere/at/all/x"), FLUE_ERROR_IO, "/nowhere");
}

static void test_a_second_trace_of_a_link_is_refused(void** state)
{
    struct fixture* f = *state;

    assert_int_equal(flue_sim_link_pcap(f->link, "test_errors"), FLUE_OK);
    assert_refused(f, flue_sim_link_pcap(f->link, "test_errors"), FLUE_ERROR_STATE, "already");
    assert_int_equal(flue_sim_link_ascii(f->link, "test_errors"), FLUE_OK);
    assert_refused(f, flue_sim_link_ascii(f->link, "test_errors"), FLUE_ERROR_STATE, "already");
}

static void test_stack_configuration_is_checked(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_stack_config good = flue_sim_stack_config_default(), config = good;
    enum flue_sim_stack_kind kind = FLUE_SIM_STACK_NS3;

    assert_int_equal(flue_sim_stack_kind_of("both", &kind), FLUE_ERROR_NOT_FOUND);
    config.profile = NULL;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "profile");
    config = good;
    config.mss_bytes = 1449;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "1449");
    config = good;
    config.initial_window_segments = 7;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "7");
    config = good;
    config.send_buffer_bytes = 10;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "buffer");
    config = good;
    config.min_rto = 0;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "timeout");
    config = good;
    config.delayed_ack = FLUE_SECOND;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "acknowledgement");
    config = good;
    config.ack_segments = 3;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_INVALID, "3");
    config = good;
    config.congestion_control = "vegas";
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_NOT_FOUND, "vegas");
    config.congestion_control = "compound";
    assert_refused(f,
                   flue_sim_stack(f->a, FLUE_SIM_STACK_NS3, &config),
                   FLUE_ERROR_NOT_FOUND,
                   "ns-3");
    config.congestion_control = NULL;
    assert_refused(f, flue_sim_stack(f->a, kind, &config), FLUE_ERROR_NOT_FOUND, "newreno");
    assert_int_equal(flue_sim_stack(f->a, kind, &good), FLUE_OK);
    assert_refused(f, flue_sim_stack(f->a, kind, &good), FLUE_ERROR_STATE, "a has a stack");
}

static void test_order_of_building_is_checked(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_link* link = NULL;
    struct flue_sim_flow* flow = NULL;

    assert_refused(f,
                   flue_sim_link_address(f->link, "10.0.0.0", "255.255.255.0"),
                   FLUE_ERROR_STATE,
                   "needs a stack");
    assert_refused(f, flue_sim_bulk(f->sim, f->a, f->b, NULL, &flow), FLUE_ERROR_STATE, "no stack");
    assert_int_equal(flue_sim_stack(f->a, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_stack(f->b, FLUE_SIM_STACK_NS3, NULL), FLUE_OK);
    assert_refused(f,
                   flue_sim_link(f->sim, f->a, f->b, NULL, &link),
                   FLUE_ERROR_STATE,
                   "before stacks");
    assert_refused(f,
                   flue_sim_bulk(f->sim, f->a, f->b, NULL, &flow),
                   FLUE_ERROR_STATE,
                   "no address");
    assert_null(flow);
}

static void test_address_and_transfer_are_checked(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_bulk_config config = flue_sim_bulk_config_default();
    struct flue_sim_flow* flow = NULL;

    assert_int_equal(flue_sim_stack(f->a, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_stack(f->b, FLUE_SIM_STACK_NS3, NULL), FLUE_OK);
    assert_refused(f,
                   flue_sim_link_address(f->link, "10.0.0", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "10.0.0");
    assert_refused(f,
                   flue_sim_link_address(f->link, "10.0.0.1", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "10.0.0.1");
    assert_refused(f,
                   flue_sim_link_address(f->link, "10.0.0.0", "255.0.255.0"),
                   FLUE_ERROR_INVALID,
                   "255.0.255.0");
    assert_refused(f,
                   flue_sim_link_address(f->link, "0.0.0.0", "0.0.0.0"),
                   FLUE_ERROR_INVALID,
                   "0.0.0.0");
    assert_refused(f,
                   flue_sim_link_address(f->link, "127.0.0.0", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "127.0.0.0");
    assert_refused(f,
                   flue_sim_link_address(f->link, "224.1.1.0", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "224.1.1.0");
    assert_int_equal(flue_sim_link_address(f->link, "10.0.0.0", "255.255.255.0"), FLUE_OK);
    assert_refused(f,
                   flue_sim_link_address(f->link, "10.1.0.0", "255.255.255.0"),
                   FLUE_ERROR_STATE,
                   "already");
    assert_refused(f,
                   flue_sim_bulk(f->sim, f->a, f->a, &config, &flow),
                   FLUE_ERROR_INVALID,
                   "itself");
    config.port = 0;
    assert_refused(f,
                   flue_sim_bulk(f->sim, f->a, f->b, &config, &flow),
                   FLUE_ERROR_INVALID,
                   "port");
    config = flue_sim_bulk_config_default();
    config.io_bytes = 0;
    assert_refused(f,
                   flue_sim_bulk(f->sim, f->a, f->b, &config, &flow),
                   FLUE_ERROR_INVALID,
                   "call");
    assert_null(flow);
    config = flue_sim_bulk_config_default();
    assert_int_equal(flue_sim_bulk(f->sim, f->a, f->b, &config, &flow), FLUE_OK);
    assert_refused(f, flue_sim_bulk(f->sim, f->a, f->b, &config, &flow), FLUE_ERROR_IN_USE, "5001");
    assert_refused(f, flue_sim_offload_all(f->a), FLUE_ERROR_NOT_SUPPORTED, "a has no NIC");
    assert_refused(f, flue_sim_upload_all(f->b), FLUE_ERROR_NOT_SUPPORTED, "b has no NIC");
}

static void never_called(void* user)
{
    (void)user;
    fail();
}

static void test_run_into_the_past_is_refused(void** state)
{
    struct fixture* f = *state;

    assert_int_equal(flue_sim_run(f->sim, FLUE_SECOND), FLUE_OK);
    assert_int_equal(flue_sim_now(f->sim), FLUE_SECOND);
    assert_refused(f, flue_sim_run(f->sim, FLUE_SECOND - 1), FLUE_ERROR_INVALID, "passed");
    assert_refused(f, flue_sim_run(f->sim, FLUE_TIME_NEVER), FLUE_ERROR_INVALID, "end");
    assert_refused(f,
                   flue_sim_schedule(f->sim, FLUE_TIME_NEVER, never_called, NULL),
                   FLUE_ERROR_INVALID,
                   "end");
}

/* What a scheduled call tries inside flue_sim_run, and what came of it. */
struct inside
{
    struct flue_sim* sim;
    enum flue_result run;
    bool is_called;
};

static void run_inside(void* user)
{
    struct inside* inside = user;

    inside->is_called = true;
    inside->run = flue_sim_run(inside->sim, 2 * FLUE_SECOND);
    flue_sim_destroy(inside->sim);
}

static void test_run_and_destroy_inside_a_run_are_refused(void** state)
{
    struct fixture* f = *state;
    struct inside inside = {f->sim, FLUE_OK, false};

    assert_int_equal(flue_sim_schedule(f->sim, FLUE_MILLISECOND, run_inside, &inside), FLUE_OK);
    assert_int_equal(flue_sim_run(f->sim, FLUE_SECOND), FLUE_OK);
    assert_true(inside.is_called);
    assert_int_equal(inside.run, FLUE_ERROR_STATE);
    assert_int_equal(flue_sim_now(f->sim), FLUE_SECOND);
}

static void test_a_transfer_that_starts_too_late_is_refused(void** state)
{
    struct fixture* f = *state;
    struct flue_sim_bulk_config config = flue_sim_bulk_config_default();
    struct flue_sim_flow* flow = NULL;

    assert_int_equal(flue_sim_stack(f->a, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_stack(f->b, FLUE_SIM_STACK_HOST, NULL), FLUE_OK);
    assert_int_equal(flue_sim_link_address(f->link, "10.0.0.0", "255.255.255.0"), FLUE_OK);
    assert_int_equal(flue_sim_run(f->sim, FLUE_SECOND), FLUE_OK);
    config.start = INT64_MAX;
    assert_refused(f,
                   flue_sim_bulk(f->sim, f->a, f->b, &config, &flow),
                   FLUE_ERROR_INVALID,
                   "start");
    assert_null(flow);
}

/* As far as simulated time goes: the frame never arrives, and nobody minds. */
static void test_the_longest_delay_does_no_harm(void** state)
{
    struct two_hosts_config config = two_hosts_config_default(FLUE_SIM_STACK_HOST);
    struct two_hosts_outcome outcome;

    (void)state;
    config.link.delay = INT64_MAX;
    two_hosts_run(&config, 10 * FLUE_SECOND, &outcome);
    assert_true(outcome.ends[CLIENT].tx_frames > 0);
    assert_int_equal(outcome.ends[SERVER].rx_frames, 0);
    assert_int_equal(outcome.ends[SERVER].lost_frames, 0);
}

static void test_null_arguments_are_refused(void** state)
{
    struct fixture* f = *state;

    assert_int_equal(flue_sim_create(1, 1, NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_node(f->sim, "c", NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_node(NULL, "c", NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_link(f->sim, f->a, f->b, NULL, NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_link_set(NULL, 0, "Mtu", "1"), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_stack(NULL, FLUE_SIM_STACK_NS3, NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_bulk(f->sim, f->a, NULL, NULL, NULL), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_run(NULL, 0), FLUE_ERROR_INVALID);
    assert_int_equal(flue_sim_schedule(f->sim, 0, NULL, NULL), FLUE_ERROR_INVALID);
    assert_string_equal(flue_sim_error(NULL), "");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_create_twice_is_refused),
        CASE(test_create_seed_zero_is_refused),
        cmocka_unit_test(test_create_seed_too_large_is_refused),
        CASE(test_node_names_are_checked),
        CASE(test_default_attribute_text_is_checked),
        CASE(test_global_value_text_is_checked),
        cmocka_unit_test(test_scheduler_is_chosen_before_the_first_machine),
        CASE(test_link_configuration_is_checked),
        CASE(test_link_attributes_and_loss_are_checked),
        CASE(test_trace_in_no_folder_is_refused),
        CASE(test_a_second_trace_of_a_link_is_refused),
        CASE(test_stack_configuration_is_checked),
        CASE(test_order_of_building_is_checked),
        CASE(test_address_and_transfer_are_checked),
        CASE(test_run_into_the_past_is_refused),
        CASE(test_run_and_destroy_inside_a_run_are_refused),
        CASE(test_a_transfer_that_starts_too_late_is_refused),
        cmocka_unit_test(test_the_longest_delay_does_no_harm),
        CASE(test_null_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
