/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Switches and teams through the C binding: hundreds of connections whose bytes are checked, over
 * links that lose frames and fail; and what is refused.
 */
#include <string.h>

#include "cmocka_first.h"
#include "flue/sim.h"

enum
{
    MEMBERS = 2,
    CONNECTIONS = 300,
    REQUESTS = 20, /* of each */
    MANY = 17000   /* more than an address has ports */
};

struct teamed
{
    struct flue_sim* sim;
    struct flue_sim_node *client, *server, *middle;
    struct flue_sim_link* members[MEMBERS]; /* end 0 is the client's */
    struct flue_sim_link* far;              /* end 0 is the server's */
    struct flue_sim_team* team;
    struct flue_sim_requests* requests;
};

static void must(const struct teamed* net, enum flue_result result)
{
    if (result != FLUE_OK)
        fail_msg("%s", flue_sim_error(net->sim));
}

static void build_links(struct teamed* net)
{
    struct flue_sim_link_config link = flue_sim_link_config_default();
    uint32_t i;

    memset(net, 0, sizeof *net);
    link.delay = 20 * FLUE_MICROSECOND;
    link.queue_packets = 5000;
    assert_int_equal(flue_sim_create(1, 1, &net->sim), FLUE_OK);
    must(net, flue_sim_node(net->sim, "client", &net->client));
    must(net, flue_sim_node(net->sim, "server", &net->server));
    must(net, flue_sim_switch(net->sim, "switch", &net->middle));
    for (i = 0; i < MEMBERS; i++)
        must(net, flue_sim_link(net->sim, net->client, net->middle, &link, &net->members[i]));
    must(net, flue_sim_link(net->sim, net->server, net->middle, &link, &net->far));
}

static void build(struct teamed* net,
                  const struct flue_sim_team_config* team,
                  enum flue_sim_stack_kind client,
                  enum flue_sim_stack_kind server)
{
    struct flue_sim_stack_config stack = flue_sim_stack_config_default();

    build_links(net);
    must(net, flue_sim_team(net->client, net->members, MEMBERS, team, &net->team));
    must(net, flue_sim_stack(net->client, client, &stack));
    must(net, flue_sim_stack(net->server, server, &stack));
    must(net, flue_sim_switch_address(net->middle, "10.1.1.0", "255.255.255.0"));
}

/* All links lose frames, once the connections are open: a lost SYN takes a second. */
static void start(struct teamed* net)
{
    struct flue_sim_requests_config requests = flue_sim_requests_config_default();
    uint32_t i, end;

    requests.connections = CONNECTIONS;
    requests.request_bytes = 3000;
    requests.response_bytes = 5000;
    requests.think = 5 * FLUE_MILLISECOND;
    requests.requests = REQUESTS;
    requests.with_content = true;
    must(net, flue_sim_requests(net->sim, net->client, net->server, &requests, &net->requests));
    must(net, flue_sim_run(net->sim, 20 * FLUE_MILLISECOND));
    for (end = 0; end < 2; end++)
    {
        must(net, flue_sim_link_loss(net->far, end, 0.002));
        for (i = 0; i < MEMBERS; i++)
            must(net, flue_sim_link_loss(net->members[i], end, 0.002));
    }
}

static void run_until(struct teamed* net, flue_time until)
{
    must(net, flue_sim_run(net->sim, until));
}

static uint32_t carried(const struct teamed* net, uint32_t member)
{
    struct flue_sim_adapter_statistics adapter;

    flue_sim_adapter_read(net->members[member], 0, &adapter);
    return adapter.connections;
}

/* Every byte has arrived, once and in order, and no connection was reset. */
static void assert_all_is_well(const struct teamed* net)
{
    struct flue_sim_requests_statistics now;

    flue_sim_requests_read(net->requests, &now);
    assert_int_equal(now.completed, REQUESTS * CONNECTIONS);
    assert_int_equal(now.closed, CONNECTIONS);
    assert_int_equal(now.received_bytes, 8000ULL * REQUESTS * CONNECTIONS);
    assert_int_equal(now.corrupt_bytes, 0);
    assert_int_equal(now.failed, 0);
}

static void fails(void* user)
{
    const struct teamed* net = user;

    must(net, flue_sim_link_carrier(net->members[0], false));
}

static void test_team_failed_link_every_byte_arrives(void** state)
{
    struct flue_sim_team_config config = flue_sim_team_config_default();
    struct flue_sim_team_statistics team;
    struct teamed net;
    int client, server;

    (void)state;
    config.detect = 10 * FLUE_MILLISECOND;
    for (client = FLUE_SIM_STACK_NS3; client <= FLUE_SIM_STACK_OFFLOAD; client++)
        for (server = FLUE_SIM_STACK_NS3; server <= FLUE_SIM_STACK_OFFLOAD; server += 2)
        {
            const uint32_t all = client == FLUE_SIM_STACK_OFFLOAD ? CONNECTIONS : 0;

            build(&net,
                  &config,
                  (enum flue_sim_stack_kind)client,
                  (enum flue_sim_stack_kind)server);
            start(&net);
            must(&net, flue_sim_schedule(net.sim, 30 * FLUE_MILLISECOND, fails, &net));
            run_until(&net, 49 * FLUE_MILLISECOND);
            assert_int_equal(carried(&net, 0), all);
            run_until(&net, 80 * FLUE_MILLISECOND);
            assert_int_equal(carried(&net, 0), 0);
            assert_int_equal(carried(&net, 1), all);
            flue_sim_team_read(net.team, &team);
            assert_int_equal(team.active, 1);
            assert_int_equal(team.failovers, 1);
            assert_int_equal(team.failed_at, 50 * FLUE_MILLISECOND);
            assert_int_equal(team.noticed_at, 60 * FLUE_MILLISECOND);
            assert_int_equal(team.uploaded_at != 0, all != 0);
            assert_true(team.resumed_at >= team.uploaded_at);
            assert_int_equal(team.offloaded_at != 0, all != 0);
            run_until(&net, 300 * FLUE_SECOND);
            assert_all_is_well(&net);
            flue_sim_destroy(net.sim);
        }
}

/* Each link carries a half of the connections, and then one all of them. */
static void test_team_balanced_every_byte_arrives(void** state)
{
    struct flue_sim_team_config config = flue_sim_team_config_default();
    struct flue_sim_node_statistics client;
    struct teamed net;

    (void)state;
    config.mode = FLUE_SIM_TEAM_BALANCE;
    config.detect = 10 * FLUE_MILLISECOND;
    build(&net, &config, FLUE_SIM_STACK_OFFLOAD, FLUE_SIM_STACK_OFFLOAD);
    start(&net);
    must(&net, flue_sim_schedule(net.sim, 30 * FLUE_MILLISECOND, fails, &net));
    run_until(&net, 49 * FLUE_MILLISECOND);
    assert_int_equal(carried(&net, 0), CONNECTIONS / 2);
    assert_int_equal(carried(&net, 1), CONNECTIONS / 2);
    run_until(&net, 80 * FLUE_MILLISECOND);
    assert_int_equal(carried(&net, 0), 0);
    assert_int_equal(carried(&net, 1), CONNECTIONS);
    run_until(&net, 300 * FLUE_SECOND);
    assert_all_is_well(&net);
    flue_sim_node_read(net.client, &client);
    assert_true(client.forwards < CONNECTIONS);
    flue_sim_destroy(net.sim);
}

/* What arrives where its connection does not live is the host's work; every byte arrives still. */
static void test_team_aggregate_is_only_as_good_as_the_switch(void** state)
{
    struct flue_sim_team_config config = flue_sim_team_config_default();
    struct flue_sim_node_statistics client;
    struct flue_sim_link_statistics links[MEMBERS];
    struct teamed net;
    uint64_t received;
    uint32_t i, mixes;

    (void)state;
    config.mode = FLUE_SIM_TEAM_AGGREGATE;
    for (mixes = 0; mixes < 2; mixes++)
    {
        config.mixes_ports = mixes != 0;
        build(&net, &config, FLUE_SIM_STACK_OFFLOAD, FLUE_SIM_STACK_HOST);
        start(&net);
        run_until(&net, 49 * FLUE_MILLISECOND);
        assert_int_equal(carried(&net, 0) + carried(&net, 1), CONNECTIONS);
        run_until(&net, 300 * FLUE_SECOND);
        assert_all_is_well(&net);
        flue_sim_node_read(net.client, &client);
        for (i = 0, received = 0; i < MEMBERS; i++)
        {
            flue_sim_link_read(net.members[i], 0, &links[i]);
            received += links[i].rx_frames;
        }
        assert_true(mixes == 0 ? client.forwards < received / 50
                               : client.forwards > received * 2 / 5);
        assert_int_equal(links[0].rx_frames > 100 && links[1].rx_frames > 100, mixes);
        flue_sim_destroy(net.sim);
    }
}

/* The switch, whose machines know each other, without a team; more addresses than one each. */
static void test_switch_joins_machines(void** state)
{
    struct flue_sim_requests_config requests = flue_sim_requests_config_default();
    struct flue_sim_requests_statistics now;
    struct flue_sim_requests* crowd;
    struct flue_sim_node* other;
    struct flue_sim_link* link;
    struct teamed net;

    (void)state;
    build_links(&net);
    must(&net, flue_sim_team(net.client, net.members, MEMBERS, NULL, &net.team));
    must(&net, flue_sim_node(net.sim, "other", &other));
    must(&net, flue_sim_link(net.sim, net.middle, other, NULL, &link));
    must(&net, flue_sim_stack(net.client, FLUE_SIM_STACK_OFFLOAD, NULL));
    must(&net, flue_sim_stack(net.server, FLUE_SIM_STACK_HOST, NULL));
    must(&net, flue_sim_stack(other, FLUE_SIM_STACK_NS3, NULL));
    must(&net, flue_sim_switch_address(net.middle, "10.1.1.0", "255.255.255.0"));
    must(&net, flue_sim_routes(net.sim));
    start(&net);
    requests.connections = 200;
    requests.requests = 3;
    requests.with_content = true;
    must(&net, flue_sim_requests(net.sim, other, net.client, &requests, &crowd));
    requests.connections = MANY;
    requests.spacing = 50 * FLUE_MICROSECOND;
    requests.requests = 0;
    requests.think = 2 * FLUE_SECOND;
    requests.port = 7000;
    must(&net, flue_sim_requests(net.sim, net.server, net.client, &requests, &crowd));
    run_until(&net, 5 * FLUE_SECOND);
    assert_all_is_well(&net);
    flue_sim_requests_read(crowd, &now);
    assert_int_equal(now.open, MANY);
    assert_true(now.completed > MANY);
    assert_int_equal(now.failed + now.corrupt_bytes, 0);
    flue_sim_destroy(net.sim);
}

/* ---- Wrong calls ------------------------------------------------------------------------------
 */

/* The call failed as expected, and its sentence has the word. */
#define assert_refused(net, call, result, word)                                      \
    do                                                                               \
    {                                                                                \
        assert_int_equal(call, result);                                              \
        if (strstr(flue_sim_error((net).sim), word) == NULL)                         \
            fail_msg("\"%s\" does not say \"%s\"", flue_sim_error((net).sim), word); \
    } while (0)

static void test_team_wrong_links_are_refused(void** state)
{
    struct flue_sim_team_config config = flue_sim_team_config_default();
    struct flue_sim_link_config large = flue_sim_link_config_default();
    struct flue_sim_team* team = NULL;
    struct flue_sim_link* links[3];
    struct teamed net;

    (void)state;
    build_links(&net);
    assert_refused(net,
                   flue_sim_team(net.client, NULL, 0, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "1 to 16 members");
    links[0] = net.members[0];
    links[1] = net.far;
    assert_refused(net,
                   flue_sim_team(net.client, links, 2, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "all client's");
    links[1] = net.members[0];
    assert_refused(net,
                   flue_sim_team(net.client, links, 2, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "named twice");
    must(&net, flue_sim_link(net.sim, net.client, net.server, NULL, &links[1]));
    assert_refused(net,
                   flue_sim_team(net.client, links, 2, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "same switch");
    large.mtu_bytes = 9000;
    must(&net, flue_sim_link(net.sim, net.client, net.middle, &large, &links[1]));
    assert_refused(net,
                   flue_sim_team(net.client, links, 2, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "MTU of 9000");
    config.mode = (enum flue_sim_team_mode)7;
    assert_refused(net,
                   flue_sim_team(net.client, net.members, MEMBERS, &config, &team),
                   FLUE_ERROR_INVALID,
                   "aggregate");
    assert_null(team);
    must(&net, flue_sim_team(net.client, net.members, MEMBERS, NULL, &team));
    assert_refused(net,
                   flue_sim_team(net.client, net.members, MEMBERS, NULL, &team),
                   FLUE_ERROR_INVALID,
                   "in a team already");
    must(&net, flue_sim_stack(net.server, FLUE_SIM_STACK_HOST, NULL));
    links[1] = net.far;
    assert_refused(net,
                   flue_sim_team(net.server, links + 1, 1, NULL, &team),
                   FLUE_ERROR_STATE,
                   "before stacks");
    flue_sim_destroy(net.sim);
}

static void test_switch_wrong_use_is_refused(void** state)
{
    struct flue_sim_node* second;
    struct flue_sim_link* link;
    struct teamed net;

    (void)state;
    build_links(&net);
    must(&net, flue_sim_team(net.client, net.members, MEMBERS, NULL, &net.team));
    assert_refused(net,
                   flue_sim_stack(net.middle, FLUE_SIM_STACK_HOST, NULL),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "has no stack");
    assert_refused(net,
                   flue_sim_switch_address(net.client, "10.1.1.0", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "no switch");
    assert_refused(net,
                   flue_sim_switch_address(net.middle, "10.1.1.0", "255.255.255.0"),
                   FLUE_ERROR_STATE,
                   "needs a stack");
    must(&net, flue_sim_switch(net.sim, "second", &second));
    assert_refused(net,
                   flue_sim_link(net.sim, net.middle, second, NULL, &link),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "to another");
    must(&net, flue_sim_stack(net.client, FLUE_SIM_STACK_OFFLOAD, NULL));
    must(&net, flue_sim_stack(net.server, FLUE_SIM_STACK_HOST, NULL));
    assert_refused(net,
                   flue_sim_link_address(net.far, "10.1.1.0", "255.255.255.0"),
                   FLUE_ERROR_INVALID,
                   "flue_sim_switch_address");
    assert_refused(net,
                   flue_sim_switch_address(net.middle, "10.1.1.0", "255.255.255.255"),
                   FLUE_ERROR_INVALID,
                   "room for two");
    must(&net, flue_sim_switch_address(net.middle, "10.1.1.0", "255.255.255.0"));
    assert_refused(net,
                   flue_sim_switch_address(net.middle, "10.1.2.0", "255.255.255.0"),
                   FLUE_ERROR_STATE,
                   "already");
    must(&net, flue_sim_node(net.sim, "late", &second));
    assert_refused(net,
                   flue_sim_link(net.sim, net.middle, second, NULL, &link),
                   FLUE_ERROR_STATE,
                   "before addresses");
    assert_refused(net,
                   flue_sim_link_power(net.members[0], 0, false),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "in a team");
    assert_refused(net,
                   flue_sim_link_change_mac(net.far, 0),
                   FLUE_ERROR_NOT_SUPPORTED,
                   "at a switch");
    flue_sim_destroy(net.sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_team_failed_link_every_byte_arrives),
        cmocka_unit_test(test_team_balanced_every_byte_arrives),
        cmocka_unit_test(test_team_aggregate_is_only_as_good_as_the_switch),
        cmocka_unit_test(test_switch_joins_machines),
        cmocka_unit_test(test_team_wrong_links_are_refused),
        cmocka_unit_test(test_switch_wrong_use_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
