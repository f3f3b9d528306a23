/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the five state operations cost on trees of any size; `usage` says what is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flue/target.h"
#include "measure.h"
#include "results.h"

enum { ON_A_PATH = 1000, GROWTH_FROM = 1, COUNTS = 4 };

static const double MOST_GROWTH = 1.25;

static const char usage[] =
    "usage: bench-trees [FILE]    everything: a table, added to the list in FILE\n"
    "       bench-trees COUNT     the ns of each operation on a tree of COUNT connections\n"
    "\n"
    "The tree has one neighbour, and a path for each thousand connections. There is no verifier,\n"
    "and operations take no simulated time. Counted are a connection's share of the call, of the\n"
    "work behind it, and of the completion and its events; the host's building of the tree is "
    "not.\n"
    "invalidate_one is the call that invalidates the neighbour alone, on which all connections\n"
    "depend: the whole call, none's share.\n"
    "Growth is a connection's instructions in the worst of the larger trees over those in the "
    "tree\n"
    "of 1000. Instructions are callgrind's, between marks around each operation; times are of a\n"
    "run without it.\n";

/* In the order in which they are carried out. */
static const char *const operations[] = {"initiate",       "query",      "update",
                                         "invalidate_one", "invalidate", "terminate"};
enum operation { INITIATE, QUERY, UPDATE, INVALIDATE_ONE, INVALIDATE, TERMINATE, OPERATIONS };

struct path_item {
    struct flue_path_block block;
    struct flue_offload_handle handle;
    struct flue_ip source;
    struct flue_ip destination;
};

struct tcp_item {
    struct flue_tcp_block block;
    struct flue_offload_handle handle;
};

static struct bench {
    struct flue_target *target;
    struct flue_provider *provider;
    struct flue_client client;
    uint32_t count;
    uint32_t path_count;
    uint32_t completions;
    struct flue_neighbor_block neighbor;
    struct flue_offload_handle handle;
    struct path_item *paths;
    struct tcp_item *tcps;
} bench;

static void
on_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    (void)user;
    (void)now;
    (void)packet;
}

static void
on_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    if (tree->status != FLUE_STATUS_SUCCESS) {
        fprintf(stderr, "bench-trees: %s\n", flue_status_name(tree->status));
        exit(1);
    }
    bench.completions++;
}

static void
create(uint32_t count)
{
    static const struct flue_target_handlers handlers = {.transmit = on_transmit};
    struct flue_target_config config = flue_target_config_default();
    struct flue_allocator allocator = flue_allocator_default();

    config.max_connections = count;
    config.max_paths = count;
    config.receive_buffer_bytes = UINT64_MAX;
    bench.count = count;
    bench.path_count = (count + ON_A_PATH - 1) / ON_A_PATH;
    bench.paths = calloc(bench.path_count, sizeof *bench.paths);
    bench.tcps = calloc(count, sizeof *bench.tcps);
    flue_client_init(&bench.client);
    bench.client.initiate_offload_complete = on_complete;
    bench.client.query_offload_complete = on_complete;
    bench.client.update_offload_complete = on_complete;
    bench.client.invalidate_offload_complete = on_complete;
    bench.client.terminate_offload_complete = on_complete;
    if (bench.paths == NULL || bench.tcps == NULL ||
        flue_target_create(&config, &handlers, NULL, &allocator, &bench.target) != FLUE_OK) {
        fprintf(stderr, "bench-trees: no memory\n");
        exit(1);
    }
    bench.provider = flue_target_provider(bench.target);
    flue_target_attach(bench.target, &bench.client);
}

static void
destroy(void)
{
    flue_target_destroy(bench.target);
    free(bench.paths);
    free(bench.tcps);
}

/* ---- The tree, whole: what an operation does not need it does not read -------------------------
 */

static void
make_path(uint32_t i)
{
    struct path_item *path = &bench.paths[i];

    flue_block_list_init(&path->block.block, FLUE_IP4_OFFLOAD_STATE, sizeof path->block,
                         &path->handle);
    path->source = flue_ipv4(10, 0, 0, 1);
    path->destination = flue_ipv4(10, 1, (uint8_t)(i >> 8), (uint8_t)i);
    path->block.constants.header.length = sizeof path->block.constants;
    path->block.constants.source_address = path->source.bytes;
    path->block.constants.destination_address = path->destination.bytes;
    path->block.cached.header.length = sizeof path->block.cached;
    path->block.cached.path_mtu = 1500;
    path->block.delegated.header.length = sizeof path->block.delegated;
    if (i > 0)
        bench.paths[i - 1].block.block.next_block = &path->block.block;
}

static void
make_tcp(uint32_t i)
{
    struct flue_tcp_block *block = &bench.tcps[i].block;

    memset(block, 0, sizeof *block);
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block,
                         &bench.tcps[i].handle);
    block->constants.header.length = sizeof block->constants;
    block->constants.local_port = (uint16_t)(10000 + i % ON_A_PATH);
    block->constants.remote_port = 80;
    block->constants.remote_mss = 1460;
    block->constants.flags = FLUE_TCP_FLAG_TIMESTAMP_ENABLED | FLUE_TCP_FLAG_SACK_ENABLED;
    block->cached.header.length = sizeof block->cached;
    block->cached.initial_rcv_wnd = 65535;
    block->cached.ttl_or_hop_limit = 64;
    block->delegated.header.length = sizeof block->delegated;
    block->delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
    block->delegated.rcv_wnd = 65535;
    block->delegated.snd_wnd = 65535;
    block->delegated.max_snd_wnd = 65535;
    block->delegated.cwnd = 14600;
    block->delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    block->delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    if (i % ON_A_PATH == 0)
        bench.paths[i / ON_A_PATH].block.block.dependent_block_list = &block->block;
    else
        bench.tcps[i - 1].block.block.next_block = &block->block;
}

static void
make_tree(void)
{
    struct flue_neighbor_block *block = &bench.neighbor;

    flue_block_list_init(&block->block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof *block, &bench.handle);
    block->constants.header.length = sizeof block->constants;
    block->cached.header.length = sizeof block->cached;
    block->delegated.header.length = sizeof block->delegated;
    for (uint32_t i = 0; i < bench.path_count; i++)
        make_path(i);
    for (uint32_t i = 0; i < bench.count; i++)
        make_tcp(i);
    block->block.dependent_block_list = &bench.paths[0].block.block;
}

/* ---- One tree
 * -------------------------------------------------------------------------------------
 */

static double
nanoseconds(void)
{
    struct timespec time;

    timespec_get(&time, TIME_UTC);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

/* One operation on the tree; returns its ns. */
static double
run(enum operation operation)
{
    struct flue_provider *provider = bench.provider;
    void (*const calls[OPERATIONS])(void *adapter, flue_time now, struct flue_block_list *tree) = {
        provider->initiate_offload,   provider->query_offload,      provider->update_offload,
        provider->invalidate_offload, provider->invalidate_offload, provider->terminate_offload};
    uint32_t before = bench.completions;
    double start;

    make_tree();
    if (operation == INVALIDATE_ONE)
        bench.neighbor.block.dependent_block_list = NULL;
    start = nanoseconds();
    MEASURE_START;
    calls[operation](provider->adapter, 0, &bench.neighbor.block);
    flue_target_advance(bench.target, 0);
    while (flue_target_poll(bench.target, 0) > 0)
        continue;
    MEASURE_STOP;
    MEASURE_PART;
    if (bench.completions != before + 1) {
        fprintf(stderr, "bench-trees: %s was not completed\n", operations[operation]);
        exit(1);
    }
    return nanoseconds() - start;
}

static void
forget_contexts(void)
{
    bench.handle.miniport_offload_context = NULL;
    for (uint32_t i = 0; i < bench.path_count; i++)
        bench.paths[i].handle.miniport_offload_context = NULL;
    for (uint32_t i = 0; i < bench.count; i++)
        bench.tcps[i].handle.miniport_offload_context = NULL;
}

/* How often, so that a small tree can be timed. */
static uint32_t
rounds_of(uint32_t count)
{
    return count >= 1000 ? (count >= 100000 ? 1 : 10) : 50;
}

/* What one operation's figure is divided by. */
static double
share_of(enum operation operation, uint32_t count)
{
    return (double)rounds_of(count) * (operation == INVALIDATE_ONE ? 1 : count);
}

static int
point(const char *text)
{
    uint32_t count = (uint32_t)strtoul(text, NULL, 10);
    double totals[OPERATIONS] = {0};

    create(count);
    for (uint32_t i = 0; i < rounds_of(count); i++) {
        for (enum operation operation = INITIATE; operation < OPERATIONS; operation++)
            totals[operation] += run(operation);
        forget_contexts();
    }
    for (enum operation operation = INITIATE; operation < OPERATIONS; operation++)
        printf("%.1f ", totals[operation] / share_of(operation, count));
    printf("\n");
    destroy();
    return 0;
}

/* ---- All of them --------------------------------------------------------------------------------
 */

static const char *const counts[COUNTS] = {"1", "1000", "100000", "1000000"};
static double times[COUNTS][OPERATIONS];
static double instructions[COUNTS][OPERATIONS];

static bool
measure(char *self, uint32_t i, bool has_callgrind)
{
    uint32_t count = (uint32_t)strtoul(counts[i], NULL, 10);
    uint64_t counted[OPERATIONS] = {0};
    char text[16];
    char *argv[] = {self, text, NULL};

    snprintf(text, sizeof text, "%s", counts[i]);
    fprintf(stderr, "measuring a tree of %s ...\n", text);
    if (!measure_numbers(argv, times[i], OPERATIONS) ||
        (has_callgrind && !measure_parts(argv, OPERATIONS, counted)))
        return false;
    for (enum operation operation = INITIATE; operation < OPERATIONS; operation++)
        instructions[i][operation] = (double)counted[operation] / share_of(operation, count);
    return true;
}

static void
add_results(enum operation operation, bool has_callgrind)
{
    double worst = 0;
    char name[64];

    for (uint32_t i = 0; i < COUNTS; i++) {
        double growth = instructions[i][operation] / instructions[GROWTH_FROM][operation];

        snprintf(name, sizeof name, "tree_%s_%s_time", operations[operation], counts[i]);
        results_add(name, times[i][operation], "ns", RESULTS_NO_TARGET);
        snprintf(name, sizeof name, "tree_%s_%s_instructions", operations[operation], counts[i]);
        if (has_callgrind)
            results_add(name, instructions[i][operation], "instructions", RESULTS_NO_TARGET);
        if (i > GROWTH_FROM && growth > worst)
            worst = growth;
    }
    snprintf(name, sizeof name, "tree_%s_growth", operations[operation]);
    if (has_callgrind)
        results_add(name, worst, "x of 1000", MOST_GROWTH);
}

int
main(int argc, char **argv)
{
    bool has_callgrind;
    int status;

    if (measure_wants_help(argc, argv, usage, &status))
        return status;
    if (argc == 2 && strtoul(argv[1], NULL, 10) > 0)
        return point(argv[1]);
    has_callgrind = measure_has_callgrind();
    for (uint32_t i = 0; i < COUNTS; i++)
        if (!measure(argv[0], i, has_callgrind))
            return 1;
    for (enum operation operation = INITIATE; operation < OPERATIONS; operation++)
        add_results(operation, has_callgrind);
    results_print("State operations on trees: a connection's share, and one neighbour's call");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
