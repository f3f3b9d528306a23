/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an intermediate driver adds to a segment and to a state operation; `usage` says what is
 * counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flue/im.h"
#include "measure.h"
#include "results.h"

enum { CONNECTIONS = 1000, SEGMENTS = 100000, MOST_INSTRUCTIONS = 100 };

static const char usage[] =
    "usage: bench-im [FILE]         everything: a table, added to the list in FILE\n"
    "       bench-im DRIVER WORK    does WORK once through DRIVER, for callgrind\n"
    "\n"
    "DRIVER is none, pass (one above, one below), mux (two above) or team (two below). WORK is\n"
    "receive (a segment indicated and its list returned), send (a list posted and completed), or\n"
    "trees (initiate, query and terminate of a neighbour with a path and 1000 connections). On\n"
    "both sides there are stubs. Counted is what is done through the driver less what the same\n"
    "calls take without one: a segment's, or a connection's share of one operation, the mean of\n"
    "the three. Instructions are callgrind's.\n";

static const char *const drivers[] = {"none", "pass", "mux", "team"};
static const char *const works[] = {"receive", "send", "trees"};
enum driver { NONE, PASS, MUX, TEAM, DRIVERS };
enum work { RECEIVE, SEND, TREES, WORKS };

static struct bench {
    struct flue_im *im;
    struct flue_provider provider; /* the stubs ... */
    struct flue_client client;
    struct flue_provider *up; /* ... and what they call */
    const struct flue_client *down;
    uint64_t calls;
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_tcp_block tcps[CONNECTIONS];
    struct flue_offload_handle handles[CONNECTIONS + 2];
} bench;

static void
require(bool is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "bench-im: %s\n", what);
    exit(1);
}

/* ---- The stubs ---------------------------------------------------------------------------------
 */

static void
on_interrupt(void *user, flue_time now)
{
    (void)user;
    (void)now;
    require(false, "the driver refused something");
}

static void
take_tree(void *own, flue_time now, struct flue_block_list *tree)
{
    (void)own;
    (void)now;
    (void)tree;
    bench.calls++;
}

static void
take_lists(void *own, flue_time now, struct flue_buffer_list *lists)
{
    (void)own;
    (void)now;
    (void)lists;
    bench.calls++;
}

static enum flue_status
take_post(void *own, flue_time now, void *context, struct flue_buffer_list *lists)
{
    (void)own;
    (void)now;
    (void)lists;
    bench.calls += context != NULL;
    return FLUE_STATUS_PENDING;
}

static enum flue_status
take_return(void *own, flue_time now, struct flue_buffer_list *lists)
{
    take_lists(own, now, lists);
    return FLUE_STATUS_SUCCESS;
}

static enum flue_status
take_data(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
          enum flue_status status, uint32_t *bytes_consumed)
{
    (void)handle;
    (void)now;
    (void)status;
    *bytes_consumed = list->buffer.data_length;
    bench.calls++;
    return FLUE_STATUS_SUCCESS;
}

static void
create(enum driver driver)
{
    static const struct flue_im_handlers handlers = {.interrupt = on_interrupt};
    struct flue_allocator allocator = flue_allocator_default();
    struct flue_im_config config = flue_im_config_default();

    flue_client_init(&bench.client);
    flue_provider_init(&bench.provider, &bench.client);
    bench.client.tcp_offload_send_complete = take_lists;
    bench.client.tcp_offload_receive_indicate = take_data;
    bench.provider.initiate_offload = take_tree;
    bench.provider.query_offload = take_tree;
    bench.provider.terminate_offload = take_tree;
    bench.provider.tcp_offload_send = take_post;
    bench.provider.tcp_offload_receive_return = take_return;
    bench.up = &bench.provider;
    bench.down = &bench.client;
    if (driver == NONE)
        return;
    config.uppers = driver == MUX ? 2 : 1;
    config.members = driver == TEAM ? 2 : 1;
    require(flue_im_create(&config, &handlers, NULL, &allocator, &bench.im) == FLUE_OK,
            "no driver could be made");
    for (uint32_t i = 0; i < config.uppers; i++)
        flue_im_attach(bench.im, i, &bench.client);
    for (uint32_t i = 0; i < config.members; i++)
        flue_im_bind(bench.im, i, &bench.provider);
    bench.up = flue_im_provider(bench.im, 0);
    bench.down = flue_im_client(bench.im, 0);
}

/* ---- The work ----------------------------------------------------------------------------------
 */

static void
make_tree(void)
{
    flue_block_list_init(&bench.neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE, sizeof bench.neighbor,
                         &bench.handles[CONNECTIONS]);
    flue_block_list_init(&bench.path.block, FLUE_IP4_OFFLOAD_STATE, sizeof bench.path,
                         &bench.handles[CONNECTIONS + 1]);
    bench.neighbor.block.dependent_block_list = &bench.path.block;
    bench.path.block.dependent_block_list = &bench.tcps[0].block;
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        flue_block_list_init(&bench.tcps[i].block, FLUE_TCP_OFFLOAD_STATE, sizeof bench.tcps[0],
                             &bench.handles[i]);
        if (i > 0)
            bench.tcps[i - 1].block.next_block = &bench.tcps[i].block;
    }
}

/* What the provider does: not counted where it is done. */
static void
take_all(void)
{
    struct flue_block_walk walk;

    for (struct flue_block_list *block = flue_block_walk_first(&walk, &bench.neighbor.block);
         block != NULL; block = flue_block_walk_next(&walk)) {
        block->status = FLUE_STATUS_SUCCESS;
        *block->miniport_offload_context = block;
    }
}

static void
offload(void)
{
    make_tree();
    bench.up->initiate_offload(bench.up->adapter, 0, &bench.neighbor.block);
    take_all();
    bench.down->initiate_offload_complete(bench.down->binding, 0, &bench.neighbor.block);
}

static void
do_trees(void)
{
    struct flue_block_list *tree = &bench.neighbor.block;

    offload(); /* memory is there from here on */
    bench.up->terminate_offload(bench.up->adapter, 0, tree);
    take_all();
    bench.down->terminate_offload_complete(bench.down->binding, 0, tree);
    memset(bench.handles, 0, sizeof bench.handles);
    make_tree();
    MEASURE_START;
    bench.up->initiate_offload(bench.up->adapter, 0, tree);
    MEASURE_STOP;
    take_all();
    MEASURE_START;
    bench.down->initiate_offload_complete(bench.down->binding, 0, tree);
    bench.up->query_offload(bench.up->adapter, 0, tree);
    bench.down->query_offload_complete(bench.down->binding, 0, tree);
    bench.up->terminate_offload(bench.up->adapter, 0, tree);
    bench.down->terminate_offload_complete(bench.down->binding, 0, tree);
    MEASURE_STOP;
}

static void
do_segments(enum work work)
{
    struct flue_buffer_list list;
    struct flue_memory_descriptor descriptor;
    void *context;
    struct flue_offload_handle *handle;
    uint32_t consumed;

    offload();
    context = bench.handles[0].miniport_offload_context;
    /* Without a driver the handle is the client's; with one it is the driver's entry. */
    handle = bench.im == NULL ? &bench.handles[0] : context;
    flue_buffer_list_init(&list, &descriptor, NULL, 1448);
    MEASURE_START;
    for (uint32_t i = 0; i < SEGMENTS; i++)
        if (work == RECEIVE) {
            (void)bench.down->tcp_offload_receive_indicate(handle, 0, &list, FLUE_STATUS_SUCCESS,
                                                           &consumed);
            (void)bench.up->tcp_offload_receive_return(bench.up->adapter, 0, &list);
        } else {
            (void)bench.up->tcp_offload_send(bench.up->adapter, 0, context, &list);
            bench.down->tcp_offload_send_complete(bench.down->binding, 0, &list);
        }
    MEASURE_STOP;
    require(bench.calls == 2 * SEGMENTS + 1, "calls were lost");
}

/* ---- The measurement ---------------------------------------------------------------------------
 */

static void
measure(char *program, const char *file)
{
    uint64_t without[WORKS];

    if (!measure_has_callgrind()) {
        printf("bench-im: there is no valgrind to count instructions with\n");
        return;
    }
    for (uint32_t driver = NONE; driver < DRIVERS; driver++)
        for (uint32_t work = 0; work < WORKS; work++) {
            char *argv[] = {program, (char *)(uintptr_t)drivers[driver],
                            (char *)(uintptr_t)works[work], NULL};
            double units = work == TREES ? 3.0 * CONNECTIONS : SEGMENTS;
            char name[80];
            uint64_t instructions;

            require(measure_instructions(argv, MEASURE_MARKED, &instructions), works[work]);
            if (driver == NONE) {
                without[work] = instructions;
                continue;
            }
            (void)snprintf(name, sizeof name, "im_%s_%s", drivers[driver],
                           work == TREES ? "operation" : works[work]);
            results_add(name, (double)(instructions - without[work]) / units, "instructions",
                        work == TREES ? RESULTS_NO_TARGET : MOST_INSTRUCTIONS);
        }
    results_print("Intermediate drivers: what one adds, a segment or a connection of an operation");
    require(results_write(file), "the results could not be written");
}

static uint32_t
find(const char *const *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    require(false, name);
    return 0;
}

int
main(int argc, char **argv)
{
    int status;
    uint32_t work;

    if (measure_wants_help(argc, argv, usage, &status))
        return status;
    if (argc < 3) {
        measure(argv[0], argc > 1 ? argv[1] : NULL);
        return 0;
    }
    create((enum driver)find(drivers, DRIVERS, argv[1]));
    work = find(works, WORKS, argv[2]);
    if (work == TREES)
        do_trees();
    else
        do_segments((enum work)work);
    flue_im_destroy(bench.im);
    return 0;
}
