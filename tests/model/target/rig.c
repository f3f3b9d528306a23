/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The bench of rig.h.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

/* ---- The wire ----------------------------------------------------------------------------------
 */

static struct flue_four_tuple
turned(const struct flue_four_tuple *tuple)
{
    struct flue_four_tuple other = *tuple;

    other.local = tuple->remote;
    other.remote = tuple->local;
    other.local_port = tuple->remote_port;
    other.remote_port = tuple->local_port;
    return other;
}

static void
put(struct rig *rig, bool to_peer, const struct flue_four_tuple *sender,
    const struct flue_tcp_segment *segment)
{
    uint32_t length = segment->payload.length;
    uint32_t i;

    if (rig->is_cut)
        return;
    assert_true(rig->frame_count < RIG_FRAMES);
    i = rig->frame_count++;
    rig->frames[i].to_peer = to_peer;
    rig->frames[i].tuple = turned(sender);
    rig->frames[i].segment = *segment;
    rig->frames[i].payload = (struct flue_memory_descriptor){NULL, malloc(length + 1), length};
    assert_non_null(rig->frames[i].payload.bytes);
    flue_span_copy(&segment->payload, rig->frames[i].payload.bytes);
}

static void
on_opener_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
               const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    (void)now;
    (void)connection;
    put(user, true, tuple, segment);
}

static void
on_peer_emit(void *user, flue_time now, struct flue_tcp_connection *connection,
             const struct flue_four_tuple *tuple, const struct flue_tcp_segment *segment)
{
    (void)now;
    (void)connection;
    put(user, false, tuple, segment);
}

static void
on_transmit(void *user, flue_time now, const struct flue_packet *packet)
{
    struct rig *rig = user;

    (void)now;
    if (rig->target_segments < RIG_SENT)
        rig->sent[rig->target_segments] = *packet;
    rig->target_segments++;
    rig->to_peer_flags |= packet->segment.flags;
    rig->last_packet = *packet;
    put(rig, true, &packet->tuple, &packet->segment);
}

static void
on_pass_up(void *user, flue_time now, const struct flue_packet *packet)
{
    struct rig *rig = user;

    assert_true(now == rig->now);
    assert_true(rig->passed_later < RIG_LATER);
    rig->passed_later_seq[rig->passed_later++] = packet->segment.seq;
}

static bool
is_welcome(void *user, flue_time now, const struct flue_tcp_block *block)
{
    (void)now;
    (void)block;
    return !((struct rig *)user)->is_picky;
}

static void
deliver(struct rig *rig)
{
    struct flue_four_tuple tuple = rig->frames[0].tuple;
    struct flue_tcp_segment segment = rig->frames[0].segment;
    struct flue_memory_descriptor payload = rig->frames[0].payload;
    bool to_peer = rig->frames[0].to_peer;
    struct flue_packet packet;

    rig->frame_count--;
    memmove(&rig->frames[0], &rig->frames[1], rig->frame_count * sizeof rig->frames[0]);
    segment.payload = (struct flue_span){&payload, 0, payload.byte_count};
    if (to_peer) {
        flue_tcp_input(rig->peer, rig->now, &tuple, &segment);
    } else {
        memset(&packet, 0, sizeof packet);
        packet.tuple = tuple;
        packet.destination = rig->destination;
        packet.segment = segment;
        if (!flue_target_input(rig->target, rig->now, &packet)) {
            rig->passed_up++;
            flue_tcp_input(rig->opener, rig->now, &tuple, &segment);
        }
    }
    free(payload.bytes);
}

void
rig_deliver_first(struct rig *rig)
{
    deliver(rig);
}

void
rig_lose_last(struct rig *rig)
{
    assert_true(rig->frame_count > 0);
    free(rig->frames[--rig->frame_count].payload.bytes);
}

/* ---- The peer's application --------------------------------------------------------------------
 */

static void
on_opener_connected(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    (void)user;
    (void)now;
    (void)connection;
}

static void
on_accepted(void *user, flue_time now, struct flue_tcp_listener *listener,
            struct flue_tcp_connection *connection)
{
    (void)now;
    (void)listener;
    ((struct rig *)user)->accepted = connection;
}

static void
on_peer_received(void *user, flue_time now, struct flue_tcp_connection *connection,
                 const struct flue_span *data, bool push)
{
    struct rig *rig = user;

    (void)push;
    assert_true(rig->peer_bytes + data->length <= RIG_BYTES);
    flue_span_copy(data, rig->peer_got + rig->peer_bytes);
    rig->peer_bytes += data->length;
    flue_tcp_consume(connection, now, data->length);
}

static void
on_peer_fin(void *user, flue_time now, struct flue_tcp_connection *connection)
{
    (void)now;
    (void)connection;
    ((struct rig *)user)->peer_saw_fin = true;
}

static void
free_peer_list(struct rig *rig, struct flue_buffer_list *list)
{
    for (uint32_t i = 0; i < RIG_LISTS; i++)
        if (rig->peer_lists[i] == (struct rig_list *)list)
            rig->peer_lists[i] = NULL;
    free(list);
}

static void
on_peer_sent(void *user, flue_time now, struct flue_tcp_connection *connection,
             struct flue_buffer_list *lists)
{
    (void)now;
    (void)connection;
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;

        free_peer_list(user, lists);
        lists = next;
    }
}

static void
on_peer_closed(void *user, flue_time now, struct flue_tcp_connection *connection,
               enum flue_result reason)
{
    struct rig *rig = user;

    rig->peer_ended = true;
    rig->peer_reason = reason;
    flue_tcp_release(connection, now);
}

/* ---- The client
 * ---------------------------------------------------------------------------------- */

static void
note(struct rig *rig, struct call call)
{
    assert_true(rig->call_count < RIG_CALLS);
    rig->calls[rig->call_count++] = call;
    if (rig->inside != NULL)
        rig->inside(rig, &call);
}

static void
note_tree(void *binding, enum call_kind kind, const struct flue_block_list *tree)
{
    note(binding, (struct call){.kind = kind, .subject = tree});
}

static void
note_lists(void *binding, enum call_kind kind, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct flue_buffer_list *next = lists->next;

        note(binding, (struct call){.kind = kind,
                                    .status = lists->status,
                                    .bytes = lists->tcp_offload_bytes_transferred,
                                    .subject = lists});
        lists = next;
    }
}

#define NOTE_TREE(name, kind)                                                                      \
    static void name(void *binding, flue_time now, struct flue_block_list *tree)                   \
    {                                                                                              \
        (void)now;                                                                                 \
        note_tree(binding, kind, tree);                                                            \
    }
#define NOTE_LISTS(name, kind)                                                                     \
    static void name(void *binding, flue_time now, struct flue_buffer_list *lists)                 \
    {                                                                                              \
        (void)now;                                                                                 \
        note_lists(binding, kind, lists);                                                          \
    }

NOTE_TREE(note_initiate, CALL_INITIATE)
NOTE_TREE(note_terminate, CALL_TERMINATE)
NOTE_TREE(note_update, CALL_UPDATE)
NOTE_TREE(note_invalidate, CALL_INVALIDATE)
NOTE_TREE(note_query, CALL_QUERY)
NOTE_LISTS(note_send, CALL_SEND)
NOTE_LISTS(note_receive, CALL_RECEIVE)
NOTE_LISTS(note_forward, CALL_FORWARD)
NOTE_LISTS(note_disconnect, CALL_DISCONNECT)

/* The handle's neighbours know no rig: the one under test is here. */
static struct rig *current;

static void
note_event(struct flue_offload_handle *handle, flue_time now, uint32_t type, uint32_t information)
{
    (void)now;
    note(current,
         (struct call){.kind = CALL_EVENT, .event = type, .bytes = information, .subject = handle});
}

static enum flue_status
note_indicate(struct flue_offload_handle *handle, flue_time now, struct flue_buffer_list *list,
              enum flue_status status, uint32_t *consumed)
{
    struct rig *rig = current;
    struct flue_span span = flue_buffer_list_span(list);
    enum flue_status answer;
    uint32_t taken;

    (void)now;
    if (rig->choose_answer != NULL)
        rig->choose_answer(rig, span.length);
    answer = rig->answer;
    taken = answer == FLUE_STATUS_SUCCESS ? span.length : rig->answer_bytes;
    assert_int_equal(status, FLUE_STATUS_SUCCESS); /* RECV-040, RECV-041 */
    assert_null(list->next);                       /* RECV-039 */
    if (answer == FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED)
        taken = 0;
    span = flue_span_slice(&span, 0, taken);
    assert_true(rig->indicated_bytes + taken <= RIG_BYTES);
    flue_span_copy(&span, rig->indicated + rig->indicated_bytes);
    rig->indicated_bytes += taken;
    *consumed = taken;
    if (answer == FLUE_STATUS_SUCCESS) {
        list->next = rig->lent;
        rig->lent = list;
    }
    note(rig, (struct call){
                  .kind = CALL_INDICATE, .bytes = list->buffer.data_length, .subject = handle});
    return answer;
}

static void
on_interrupt(void *user, flue_time now)
{
    (void)now;
    ((struct rig *)user)->interrupts++;
}

static void
note_status(void *binding, flue_time now, enum flue_status status, const void *buffer,
            uint32_t length)
{
    struct rig *rig = binding;

    (void)now;
    if (status == FLUE_STATUS_OFFLOAD_RESUME) {
        assert_int_equal(length, sizeof rig->resumed_with);
        memcpy(&rig->resumed_with, buffer, length);
    }
    note(rig,
         (struct call){.kind = CALL_STATUS, .status = status, .bytes = length, .subject = buffer});
}

static void
note_request(void *binding, flue_time now, struct flue_oid_request *request,
             enum flue_status status)
{
    (void)now;
    note(binding, (struct call){.kind = CALL_REQUEST, .status = status, .subject = request});
}

static void
init_client(struct rig *rig)
{
    struct flue_client *client = &rig->client;

    flue_client_init(client);
    client->binding = rig;
    client->initiate_offload_complete = note_initiate;
    client->terminate_offload_complete = note_terminate;
    client->update_offload_complete = note_update;
    client->invalidate_offload_complete = note_invalidate;
    client->query_offload_complete = note_query;
    client->tcp_offload_send_complete = note_send;
    client->tcp_offload_receive_complete = note_receive;
    client->tcp_offload_forward_complete = note_forward;
    client->tcp_offload_disconnect_complete = note_disconnect;
    client->tcp_offload_event = note_event;
    client->tcp_offload_receive_indicate = note_indicate;
    client->indicate_status = note_status;
    client->oid_request_complete = note_request;
}

/* ---- Life
 * ---------------------------------------------------------------------------------------- */

void
rig_create(struct rig *rig, const struct flue_target_config *config)
{
    struct flue_tcp_config hosts = flue_tcp_config_default();

    hosts.options.use_nagle = false; /* a test says when a segment goes */
    rig_create_as(rig, config, &hosts, 4);
}

void
rig_create_as(struct rig *rig, const struct flue_target_config *config,
              const struct flue_tcp_config *hosts, uint8_t ip_version)
{
    static const struct flue_tcp_handlers opener = {.emit = on_opener_emit,
                                                    .connected = on_opener_connected};
    static const struct flue_tcp_handlers peer = {
        .emit = on_peer_emit,
        .accepted = on_accepted,
        .received = on_peer_received,
        .peer_closed = on_peer_fin,
        .sent = on_peer_sent,
        .closed = on_peer_closed,
    };
    static const struct flue_target_handlers down = {
        .transmit = on_transmit,
        .interrupt = on_interrupt,
        .pass_up = on_pass_up,
        .is_welcome = is_welcome,
    };
    struct flue_target_config defaults = flue_target_config_default();
    struct flue_tcp_listener *listener;
    struct flue_allocator watching;

    memset(rig, 0, sizeof *rig);
    current = rig;
    rig->ip_version = ip_version;
    rig->allocator = flue_test_memory_allocator(&rig->memory);
    init_client(rig);
    if (config == NULL)
        config = &defaults;
    assert_int_equal(flue_tcp_engine_create(hosts, &opener, rig, &rig->allocator, &rig->opener),
                     FLUE_OK);
    assert_int_equal(flue_tcp_engine_create(hosts, &peer, rig, &rig->allocator, &rig->peer),
                     FLUE_OK);
    assert_int_equal(
        flue_tcp_listen(rig->peer, ip_version, NULL, RIG_PORT, 2000, NULL, NULL, &listener),
        FLUE_OK);
    assert_int_equal(flue_target_create(config, &down, rig, &rig->allocator, &rig->target),
                     FLUE_OK);
    watching = flue_test_memory_allocator(&rig->verifier_memory);
    rig->verifier = flue_verifier_watch_new(&watching, &rig->watch);
    rig->provider = flue_verifier_provider(rig->verifier);
    flue_verifier_attach(rig->verifier, flue_target_provider(rig->target), &rig->client);
    flue_target_attach(rig->target, flue_verifier_client(rig->verifier));
}

void
rig_expect(struct rig *rig, const char *requirement)
{
    flue_verifier_watch_expect(&rig->watch, requirement);
}

void
rig_stop_watching(struct rig *rig)
{
    rig->provider = flue_target_provider(rig->target);
    flue_target_attach(rig->target, &rig->client);
}

void
rig_destroy(struct rig *rig)
{
    while (rig->frame_count > 0)
        free(rig->frames[--rig->frame_count].payload.bytes);
    flue_tcp_engine_destroy(rig->opener);
    flue_tcp_engine_destroy(rig->peer);
    flue_target_destroy(rig->target);
    for (uint32_t i = 0; i < RIG_LISTS; i++)
        free(rig->peer_lists[i]);
    flue_verifier_destroy(rig->verifier);
    flue_test_memory_assert_empty(&rig->memory);
    flue_test_memory_assert_empty(&rig->verifier_memory);
    flue_verifier_watch_assert_kept(&rig->watch);
}

void
rig_settle(struct rig *rig)
{
    for (;;) {
        if (rig->frame_count > 0)
            deliver(rig);
        else if (flue_target_next_deadline(rig->target) <= rig->now)
            flue_target_advance(rig->target, rig->now);
        else if (flue_tcp_next_deadline(rig->peer) <= rig->now)
            flue_tcp_advance(rig->peer, rig->now);
        else if (flue_tcp_next_deadline(rig->opener) <= rig->now)
            flue_tcp_advance(rig->opener, rig->now);
        else if (flue_target_poll(rig->target, rig->now) == 0)
            break;
    }
    assert_int_equal(flue_target_pending(rig->target), 0);
}

void
rig_advance(struct rig *rig, flue_time time)
{
    flue_time until = rig->now + time;

    rig_settle(rig);
    for (;;) {
        flue_time next = flue_target_next_deadline(rig->target);

        if (flue_tcp_next_deadline(rig->peer) < next)
            next = flue_tcp_next_deadline(rig->peer);
        if (flue_tcp_next_deadline(rig->opener) < next)
            next = flue_tcp_next_deadline(rig->opener);
        if (next > until)
            break;
        if (next > rig->now)
            rig->now = next;
        rig_settle(rig);
    }
    rig->now = until;
}

static struct flue_ip
address_of(const struct rig *rig, uint8_t host)
{
    struct flue_ip ip = flue_ipv4(192, 0, 2, host);

    if (rig->ip_version == 4)
        return ip;
    memset(&ip, 0, sizeof ip);
    ip.bytes[0] = 0x20;
    ip.bytes[1] = 0x01;
    ip.bytes[15] = host;
    return ip;
}

void
rig_open(struct rig *rig, uint16_t port)
{
    struct flue_four_tuple tuple = {0};

    tuple.local = address_of(rig, 1);
    tuple.remote = address_of(rig, 2);
    tuple.local_port = port;
    tuple.remote_port = RIG_PORT;
    tuple.ip_version = rig->ip_version;
    assert_int_equal(flue_tcp_connect(rig->opener, rig->now, &tuple, NULL, NULL, &rig->opened),
                     FLUE_OK);
    rig_settle(rig);
    assert_int_equal(flue_tcp_state(rig->opened), FLUE_TCP_CONNECTION_ESTABLISHED);
}

void
rig_make_neighbor(struct rig_neighbor *neighbor)
{
    memset(neighbor, 0, sizeof *neighbor);
    flue_block_list_init(&neighbor->block.block, FLUE_NEIGHBOR_OFFLOAD_STATE,
                         sizeof neighbor->block, &neighbor->handle);
    neighbor->block.constants.header.length = sizeof neighbor->block.constants;
    neighbor->block.cached.header.length = sizeof neighbor->block.cached;
    neighbor->block.cached.dl_destination_address[0] = 2;
    neighbor->block.cached.dl_destination_address[5] = 9;
    neighbor->block.delegated.header.length = sizeof neighbor->block.delegated;
}

void
rig_make_path(struct rig_path *path)
{
    memset(path, 0, sizeof *path);
    flue_block_list_init(&path->block.block,
                         current->ip_version == 4 ? FLUE_IP4_OFFLOAD_STATE : FLUE_IP6_OFFLOAD_STATE,
                         sizeof path->block, &path->handle);
    path->source = address_of(current, 1);
    path->destination = address_of(current, 2);
    path->block.constants.source_address = path->source.bytes;
    path->block.constants.destination_address = path->destination.bytes;
    path->block.constants.header.length = sizeof path->block.constants;
    path->block.cached.header.length = sizeof path->block.cached;
    path->block.cached.path_mtu = 1500;
    path->block.delegated.header.length = sizeof path->block.delegated;
}

void
rig_take_tcp(struct rig *rig, struct rig_tcp *tcp)
{
    struct flue_buffer_list *lists;

    memset(tcp, 0, sizeof *tcp);
    tcp->peer = rig->accepted;
    flue_block_list_init(&tcp->block.block, FLUE_TCP_OFFLOAD_STATE, sizeof tcp->block,
                         &tcp->handle);
    flue_tcp_flush_ack(rig->opened, rig->now);
    flue_tcp_export(rig->opened, rig->now, &tcp->block.constants, &tcp->block.cached,
                    &tcp->block.delegated);
    flue_tcp_surrender(rig->opened, rig->now, &lists);
    tcp->block.block.net_buffer_list_chain = lists;
    tcp->block.delegated.send_data_head = lists;
    for (; lists != NULL; lists = lists->next)
        tcp->block.delegated.send_data_tail = lists;
}

void
rig_make_tcp(struct rig *rig, struct rig_tcp *tcp, uint16_t port)
{
    rig_open(rig, port);
    rig_take_tcp(rig, tcp);
}

void
rig_link(struct rig_neighbor *neighbor, struct rig_path *path, struct rig_tcp *tcp)
{
    neighbor->block.block.dependent_block_list = &path->block.block;
    path->block.block.dependent_block_list = &tcp->block.block;
}

void
rig_offload(struct rig *rig, struct rig_neighbor *neighbor, struct rig_path *path,
            struct rig_tcp *tcp, uint16_t port)
{
    rig_make_neighbor(neighbor);
    rig_make_path(path);
    rig_make_tcp(rig, tcp, port);
    rig_link(neighbor, path, tcp);
    rig->provider->initiate_offload(rig->provider->adapter, rig->now, &neighbor->block.block);
    rig_settle(rig);
    assert_int_equal(tcp->block.block.status, FLUE_STATUS_SUCCESS);
    assert_non_null(rig_context(tcp));
}

void *
rig_context(const struct rig_tcp *tcp)
{
    return tcp->handle.miniport_offload_context;
}

void
rig_terminate(struct rig *rig, struct rig_tcp *tcp, struct flue_tcp_delegated_block *block)
{
    memset(block, 0xA5, sizeof *block);
    flue_block_list_init(&block->block, FLUE_TCP_OFFLOAD_DELEGATED_STATE, sizeof *block,
                         &tcp->handle);
    rig->provider->terminate_offload(rig->provider->adapter, rig->now, &block->block);
    rig_settle(rig);
}

void
rig_make_list(struct rig_list *list, uint8_t first, uint32_t length)
{
    assert_true(length <= sizeof list->bytes);
    for (uint32_t i = 0; i < length; i++)
        list->bytes[i] = (uint8_t)(first + i);
    flue_buffer_list_init(&list->list, &list->descriptor, list->bytes, length);
}

void
rig_peer_send(struct rig *rig, struct flue_tcp_connection *peer, uint8_t first, uint32_t length)
{
    struct rig_list *list = malloc(sizeof *list);
    uint32_t i = 0;

    assert_non_null(list);
    while (rig->peer_lists[i] != NULL)
        assert_true(++i < RIG_LISTS);
    rig->peer_lists[i] = list;
    rig_make_list(list, first, length);
    assert_int_equal(flue_tcp_send(peer, rig->now, &list->list), FLUE_OK);
}

void
rig_return_lent(struct rig *rig)
{
    struct flue_buffer_list *lists = rig->lent;

    rig->lent = NULL;
    if (lists != NULL)
        assert_int_equal(
            rig->provider->tcp_offload_receive_return(rig->provider->adapter, rig->now, lists),
            FLUE_STATUS_SUCCESS); /* RECV-052 */
}

uint32_t
rig_find(const struct rig *rig, enum call_kind kind, uint32_t from)
{
    for (uint32_t i = from; i < rig->call_count; i++)
        if (rig->calls[i].kind == kind)
            return i;
    fail_msg("no call of kind %d", (int)kind);
    return 0;
}

uint32_t
rig_count(const struct rig *rig, enum call_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < rig->call_count; i++)
        count += rig->calls[i].kind == kind ? 1 : 0;
    return count;
}

void
rig_operate(struct rig *rig, enum call_kind kind, struct flue_block_list *tree)
{
    const struct flue_provider *provider = rig->provider;
    void (*const calls[])(void *adapter, flue_time now, struct flue_block_list *tree) = {
        [CALL_INITIATE] = provider->initiate_offload,
        [CALL_TERMINATE] = provider->terminate_offload,
        [CALL_UPDATE] = provider->update_offload,
        [CALL_INVALIDATE] = provider->invalidate_offload,
        [CALL_QUERY] = provider->query_offload,
    };

    calls[kind](provider->adapter, rig->now, tree);
    rig_settle(rig);
}

enum flue_status
rig_request(struct rig *rig, enum flue_request_type type, enum flue_oid oid, void *buffer,
            uint32_t length, uint32_t *written)
{
    struct flue_oid_request request = {
        .type = type, .oid = oid, .protocol = rig, .buffer = buffer, .length = length};
    enum flue_status status =
        rig->provider->oid_request(rig->provider->adapter, rig->now, &request);

    if (written != NULL)
        *written = request.written;
    return status;
}

void
rig_send(struct rig *rig, const struct rig_tcp *tcp, struct rig_list *list)
{
    assert_int_equal(rig->provider->tcp_offload_send(rig->provider->adapter, rig->now,
                                                     rig_context(tcp), &list->list),
                     FLUE_STATUS_PENDING); /* SEND-001 */
}

struct bench bench;

int
bench_set_up(void **state)
{
    (void)state;
    memset(&bench, 0, sizeof bench);
    rig_create(&bench.rig, NULL);
    rig_offload(&bench.rig, &bench.neighbor, &bench.path, &bench.tcp, 100);
    bench.rig.call_count = 0;
    bench.rig.target_segments = 0;
    return 0;
}

int
bench_tear_down(void **state)
{
    (void)state;
    rig_return_lent(&bench.rig);
    rig_destroy(&bench.rig);
    return 0;
}
