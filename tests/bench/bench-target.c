/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the target's data path costs a segment, and an idle connection in memory; `usage` says what
 * is counted. The peers are made up: data that comes in order, and an ACK for every second segment.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flue/target.h"
#include "measure.h"
#include "results.h"

enum {
    ON_A_PATH = 1000,
    MOST_FLOWS = 1000,
    SEGMENT = 1448,
    WINDOW = 65535,
    LIST_BYTES = 65536,
    LISTS = 2,
    WARM_UP = 60, /* segments of each flow before the count */
    SEGMENTS = 200000,
    RING = 1 << 16,
    FIRST_PORT = 10000
};

static const char usage[] =
    "usage: bench-target [FILE]            everything: a table, added to the list in FILE\n"
    "       bench-target receive COUNT     ns a segment with COUNT connections open, and the\n"
    "       bench-target send COUNT        target's bytes of memory for each of them, at rest\n"
    "\n"
    "One data segment of 1448 bytes (length only, timestamps, no loss) through a target without a\n"
    "simulator or verifier: what arrives, the engine, the delivery into posted requests of 64 KiB\n"
    "or the completion of sends of 64 KiB, its share of acknowledgements and timers, the poll "
    "after\n"
    "each packet, and the benchmark's own making of packets. At most 1000 of the connections, "
    "spread\n"
    "over all, have traffic, a segment or an ACK each in turn; the others are open and idle.\n"
    "Memory is what the target has from its allocator more than before the offload of all of "
    "them.\n"
    "Instructions are callgrind's, of 200000 segments behind the first ones; times are of a run\n"
    "without it.\n";

/* A connection with traffic. */
struct flow {
    uint32_t number;
    void *context;
    struct flue_four_tuple tuple;
    uint32_t seq;     /* the peer's next */
    uint32_t una;     /* everything before is acknowledged by the peer */
    uint32_t unacked; /* segments since its last ACK */
    struct flue_buffer_list lists[LISTS];
    struct flue_memory_descriptor descriptors[LISTS];
};

static struct bench {
    struct flue_target *target;
    struct flue_provider *provider;
    struct flue_client client;
    flue_time now;
    uint64_t bytes, empty_bytes; /* of the target; before it had any object */
    bool is_send;
    uint32_t count, flow_count, completions;
    uint64_t segments;
    struct flow *flows;
    struct flow **by_number; /* NULL: idle */
    struct ack {
        struct flow *flow;
        uint32_t number;
    } ring[RING]; /* on their way, in order */
    uint32_t ring_head, ring_tail;
    struct flue_offload_handle *handles;
    struct flue_offload_handle neighbor_handle, path_handle;
    struct flue_neighbor_block neighbor;
    struct flue_path_block path;
    struct flue_ip addresses[2];
    struct flue_tcp_block blocks[ON_A_PATH];
} bench;

static void
require(bool is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "bench-target: %s\n", what);
    exit(1);
}

static void *
count_bytes(void *user, void *memory, size_t old_bytes, size_t bytes)
{
    (void)user;
    bench.bytes += bytes - old_bytes;
    if (bytes == 0) {
        free(memory);
        return NULL;
    }
    return realloc(memory, bytes);
}

/* ---- The client and the wire --------------------------------------------------------------------
 */

static void
post(struct flue_buffer_list *list, struct flow *flow)
{
    uint32_t i = (uint32_t)(list - flow->lists);
    enum flue_status status;

    flue_buffer_list_init(list, &flow->descriptors[i], NULL, LIST_BYTES);
    list->protocol_reserved[0] = flow;
    list->tcp_receive_no_push = true;
    if (bench.is_send)
        status = bench.provider->tcp_offload_send(bench.provider->adapter, bench.now, flow->context,
                                                  list);
    else
        status = bench.provider->tcp_offload_receive(bench.provider->adapter, bench.now,
                                                     flow->context, list);
    require(status == FLUE_STATUS_PENDING, "a list was not taken");
}

static void
on_done(void *binding, flue_time now, struct flue_buffer_list *lists)
{
    (void)binding;
    (void)now;
    while (lists != NULL) {
        struct flue_buffer_list *list = lists;

        lists = lists->next;
        require(list->status == FLUE_STATUS_SUCCESS, "a list failed");
        post(list, list->protocol_reserved[0]);
    }
}

static void
on_complete(void *binding, flue_time now, struct flue_block_list *tree)
{
    (void)binding;
    (void)now;
    require(tree->status == FLUE_STATUS_SUCCESS, flue_status_name(tree->status));
    bench.completions++;
}

static uint32_t
number_of(const struct flue_four_tuple *tuple)
{
    uint32_t path = (uint32_t)tuple->remote.bytes[2] << 8 | tuple->remote.bytes[3];

    return path * ON_A_PATH + tuple->local_port - FIRST_PORT;
}

static void
on_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    uint32_t length = packet->segment.payload.length;
    struct flow *flow;

    (void)user;
    (void)now;
    if (length == 0)
        return;
    flow = bench.by_number[number_of(&packet->tuple)];
    bench.segments++;
    if (++flow->unacked % 2 != 0)
        return;
    require(bench.ring_tail - bench.ring_head < RING, "too many ACKs");
    bench.ring[bench.ring_tail++ % RING] = (struct ack){flow, packet->segment.seq + length};
}

/* ---- Opening ------------------------------------------------------------------------------------
 */

static void
make_lower(uint32_t path)
{
    bool is_first = path == 0;

    flue_block_list_init(&bench.neighbor.block, FLUE_NEIGHBOR_OFFLOAD_STATE,
                         is_first ? sizeof bench.neighbor : sizeof bench.neighbor.block,
                         &bench.neighbor_handle);
    bench.neighbor.constants.header.length = sizeof bench.neighbor.constants;
    bench.neighbor.cached.header.length = sizeof bench.neighbor.cached;
    bench.neighbor.delegated.header.length = sizeof bench.neighbor.delegated;
    bench.path_handle.miniport_offload_context = NULL;
    flue_block_list_init(&bench.path.block, FLUE_IP4_OFFLOAD_STATE, sizeof bench.path,
                         &bench.path_handle);
    bench.addresses[0] = flue_ipv4(10, 0, 0, 1);
    bench.addresses[1] = flue_ipv4(10, 1, (uint8_t)(path >> 8), (uint8_t)path);
    bench.path.constants.header.length = sizeof bench.path.constants;
    bench.path.constants.source_address = bench.addresses[0].bytes;
    bench.path.constants.destination_address = bench.addresses[1].bytes;
    bench.path.cached.header.length = sizeof bench.path.cached;
    bench.path.cached.path_mtu = 1500;
    bench.path.delegated.header.length = sizeof bench.path.delegated;
    bench.neighbor.block.dependent_block_list = &bench.path.block;
    bench.path.block.dependent_block_list = &bench.blocks[0].block;
}

static void
make_tcp(uint32_t i, struct flue_offload_handle *handle)
{
    struct flue_tcp_block *block = &bench.blocks[i];

    memset(block, 0, sizeof *block);
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_STATE, sizeof *block, handle);
    block->constants.header.length = sizeof block->constants;
    block->constants.local_port = (uint16_t)(FIRST_PORT + i);
    block->constants.remote_port = 80;
    block->constants.remote_mss = 1460;
    block->constants.flags = FLUE_TCP_FLAG_TIMESTAMP_ENABLED | FLUE_TCP_FLAG_SACK_ENABLED;
    block->cached.header.length = sizeof block->cached;
    block->cached.initial_rcv_wnd = WINDOW;
    block->cached.ttl_or_hop_limit = 64;
    block->delegated.header.length = sizeof block->delegated;
    block->delegated.state = FLUE_TCP_CONNECTION_ESTABLISHED;
    block->delegated.rcv_wnd = WINDOW;
    block->delegated.snd_wnd = WINDOW;
    block->delegated.max_snd_wnd = WINDOW;
    block->delegated.cwnd = 2 * WINDOW;
    block->delegated.ss_thresh = WINDOW;
    block->delegated.srtt = 8;
    block->delegated.rtt_var = 4;
    block->delegated.keep_alive.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    block->delegated.retransmit.timeout_delta_ticks = FLUE_TICKS_NOT_RUNNING;
    if (i > 0)
        bench.blocks[i - 1].block.next_block = &block->block;
}

static void
settle(void)
{
    if (flue_target_next_deadline(bench.target) <= bench.now)
        flue_target_advance(bench.target, bench.now);
    flue_target_poll(bench.target, bench.now);
}

static void
open_all(void)
{
    for (uint32_t first = 0; first < bench.count; first += ON_A_PATH) {
        uint32_t before = bench.completions;

        make_lower(first / ON_A_PATH);
        for (uint32_t i = 0; i < ON_A_PATH && first + i < bench.count; i++)
            make_tcp(i, &bench.handles[first + i]);
        bench.provider->initiate_offload(bench.provider->adapter, bench.now, &bench.neighbor.block);
        settle();
        require(bench.completions == before + 1, "an offload was not completed");
    }
}

static void
create(uint32_t count, bool is_send)
{
    static const struct flue_target_handlers handlers = {.transmit = on_transmit};
    struct flue_target_config config = flue_target_config_default();
    struct flue_allocator allocator = {.reallocate = count_bytes};

    bench.count = count;
    bench.is_send = is_send;
    bench.flow_count = count < MOST_FLOWS ? count : MOST_FLOWS;
    bench.handles = calloc(count, sizeof *bench.handles);
    bench.by_number = calloc(count, sizeof(struct flow *));
    bench.flows = calloc(bench.flow_count, sizeof *bench.flows);
    require(bench.handles != NULL && bench.by_number != NULL && bench.flows != NULL, "no memory");
    config.max_connections = count;
    config.max_paths = count;
    flue_client_init(&bench.client);
    bench.client.initiate_offload_complete = on_complete;
    bench.client.tcp_offload_send_complete = on_done;
    bench.client.tcp_offload_receive_complete = on_done;
    require(flue_target_create(&config, &handlers, NULL, &allocator, &bench.target) == FLUE_OK,
            "no target");
    bench.provider = flue_target_provider(bench.target);
    require(flue_target_attach(bench.target, &bench.client) == FLUE_OK, "no client");
    bench.empty_bytes = bench.bytes;
    open_all();
}

static void
destroy(void)
{
    flue_target_destroy(bench.target);
    free(bench.handles);
    free(bench.by_number);
    free(bench.flows);
}

/* ---- Traffic ------------------------------------------------------------------------------------
 */

static void
begin_flows(void)
{
    for (uint32_t i = 0; i < bench.flow_count; i++) {
        struct flow *flow = &bench.flows[i];
        uint32_t path;

        flow->number = (uint32_t)((uint64_t)i * bench.count / bench.flow_count);
        path = flow->number / ON_A_PATH;
        bench.by_number[flow->number] = flow;
        flow->context = bench.handles[flow->number].miniport_offload_context;
        flow->tuple.local = flue_ipv4(10, 0, 0, 1);
        flow->tuple.remote = flue_ipv4(10, 1, (uint8_t)(path >> 8), (uint8_t)path);
        flow->tuple.local_port = (uint16_t)(FIRST_PORT + flow->number % ON_A_PATH);
        flow->tuple.remote_port = 80;
        flow->tuple.ip_version = 4;
        for (uint32_t k = 0; k < LISTS; k++)
            post(&flow->lists[k], flow);
    }
}

static void
arrive(struct flow *flow, uint32_t length)
{
    struct flue_packet packet;
    struct flue_tcp_segment *segment = &packet.segment;

    memset(&packet, 0, sizeof packet);
    packet.tuple = flow->tuple;
    packet.ip_bytes = 52 + length;
    segment->seq = flow->seq;
    segment->ack = flow->una;
    segment->window = WINDOW;
    segment->flags = FLUE_TCP_ACK;
    segment->has_timestamp = true;
    segment->ts_val = segment->ts_ecr = (uint32_t)(bench.now / FLUE_MILLISECOND);
    segment->hop_limit = 64;
    segment->payload = flue_span_virtual(length);
    flow->seq += length;
    bench.now += FLUE_MICROSECOND;
    require(flue_target_input(bench.target, bench.now, &packet), "a segment was not taken");
    settle();
}

static void
receive(uint64_t segments)
{
    for (; segments > 0; segments--)
        arrive(&bench.flows[bench.segments++ % bench.flow_count], SEGMENT);
}

static void
send(uint64_t segments)
{
    uint64_t end = bench.segments + segments;

    while (bench.segments < end) {
        const struct ack *ack = &bench.ring[bench.ring_head % RING];

        require(bench.ring_tail != bench.ring_head++, "the transfer has stopped");
        ack->flow->una = ack->number;
        arrive(ack->flow, 0);
    }
}

static double
nanoseconds(void)
{
    struct timespec time;

    timespec_get(&time, TIME_UTC);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static int
point(const char *what, uint32_t count)
{
    bool is_send = strcmp(what, "send") == 0;
    uint64_t idle_bytes;
    double start;

    if (count == 0 || count > ON_A_PATH << 16 || (!is_send && strcmp(what, "receive") != 0)) {
        fputs(usage, stderr);
        return 2;
    }
    create(count, is_send);
    idle_bytes = bench.bytes - bench.empty_bytes;
    begin_flows();
    settle();
    if (is_send)
        send((uint64_t)WARM_UP * bench.flow_count);
    else
        receive((uint64_t)WARM_UP * bench.flow_count);
    start = nanoseconds();
    MEASURE_START;
    if (is_send)
        send(SEGMENTS);
    else
        receive(SEGMENTS);
    MEASURE_STOP;
    printf("%.1f %.1f\n", (nanoseconds() - start) / SEGMENTS, (double)idle_bytes / count);
    destroy();
    return 0;
}

/* ---- All of them --------------------------------------------------------------------------------
 */

static bool
measure(char *self, const char *what, bool has_callgrind)
{
    static const char *const counts[] = {"1", "10000", "1000000"};
    char words[2][16], name[64];
    char *argv[] = {self, words[0], words[1], NULL};
    double numbers[2], first = 0, instructions = 0;

    for (uint32_t i = 0; i < 3; i++) {
        uint64_t counted = 0;

        snprintf(words[0], sizeof words[0], "%s", what);
        snprintf(words[1], sizeof words[1], "%s", counts[i]);
        fprintf(stderr, "measuring %s %s ...\n", what, counts[i]);
        if (!measure_numbers(argv, numbers, 2) ||
            (has_callgrind && !measure_instructions(argv, MEASURE_MARKED, &counted)))
            return false;
        instructions = (double)counted / SEGMENTS;
        first = i == 0 ? instructions : first;
        snprintf(name, sizeof name, "target_%s_%s_time", what, counts[i]);
        results_add(name, numbers[0], "ns", RESULTS_NO_TARGET);
        snprintf(name, sizeof name, "target_%s_%s_rate", what, counts[i]);
        results_add(name, 1e9 / numbers[0], "segments/s", RESULTS_NO_TARGET);
        snprintf(name, sizeof name, "target_%s_%s_instructions", what, counts[i]);
        if (has_callgrind)
            results_add(name, instructions, "instructions", RESULTS_NO_TARGET);
        snprintf(name, sizeof name, "target_idle_connection_%s", counts[i]);
        if (i > 0 && strcmp(what, "send") == 0)
            results_add(name, numbers[1], "bytes", 512);
    }
    snprintf(name, sizeof name, "target_%s_1000000_to_1", what);
    if (has_callgrind)
        results_add(name, instructions / first, "times", 1.3);
    return true;
}

int
main(int argc, char **argv)
{
    bool has_callgrind;
    int status;

    if (measure_wants_help(argc, argv, usage, &status))
        return status;
    if (argc > 2)
        return point(argv[1], (uint32_t)strtoul(argv[2], NULL, 10));
    has_callgrind = measure_has_callgrind();
    if (!measure(argv[0], "receive", has_callgrind) || !measure(argv[0], "send", has_callgrind))
        return 1;
    results_print("The target's data path: a segment, and an idle connection");
    return results_write(argc > 1 ? argv[1] : NULL) ? 0 : 1;
}
