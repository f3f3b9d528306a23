/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Delivery at random against a small model of it: segments, requests of all kinds, answers, returns
 * and time, also from inside the calls. The model says which call must come next, with how many
 * bytes; the bytes are those of one endless stream, in order, each once (RECV-038, RECV-054).
 *
 *     test_target_random_delivery [full | SEED]
 */
#include "arrivals.h"

#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 64, MOST_HELD = 60000, PUSH_MS = 500 };

struct request {
    struct rig_list memory;
    bool is_out;
    uint32_t held; /* bytes that the client had put there */
    uint32_t filled;
};

/* What the flowcharts say of this connection. */
static struct {
    struct request *requests[REQUESTS]; /* posted, oldest first */
    uint32_t request_count;
    struct request *completed[REQUESTS]; /* to be told, in order */
    uint32_t completed_count;
    uint32_t buffered;
    bool ends_with_push;
    bool is_refused;
    bool is_paced;
    bool is_push_running;
    flue_time push_since;
    flue_time now;   /* of what happened last: what follows from it happens then too */
    bool is_telling; /* a poll is going on */
    uint32_t lent;   /* lists with the client ... */
    uint32_t kept;   /* ... and their bytes */
    uint32_t told;   /* bytes of the stream that the client has */
} model;

static struct arrivals arrivals;
static struct request requests[REQUESTS];
static uint32_t indication_size; /* RcvIndicationSize */
static uint64_t current_seed;
static uint64_t random_state;

static uint32_t
random_below(uint32_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % bound);
}

/* ---- The model ---------------------------------------------------------------------------------
 */

static struct request *
take_first(struct request **queue, uint32_t *count)
{
    struct request *first = queue[0];

    assert_true(*count > 0);
    (*count)--;
    memmove(&queue[0], &queue[1], *count * sizeof queue[0]);
    return first;
}

static uint32_t
length_of(const struct request *request)
{
    return request->memory.descriptor.byte_count;
}

static void
model_complete(void)
{
    struct request *request = take_first(model.requests, &model.request_count);

    model.completed[model.completed_count++] = request;
}

/* The first request is part full, in push mode. */
static bool
model_can_push(void)
{
    return model.request_count > 0 && model.requests[0]->filled > 0 &&
           !model.requests[0]->memory.list.tcp_receive_no_push;
}

static uint32_t model_place(uint32_t length, bool push);

/* A partly filled request is complete; so are those behind it that the client had filled. */
static void
model_push(void)
{
    model.is_push_running = false;
    model_complete();
    (void)model_place(0, false);
}

/* Returns what found no room. */
static uint32_t
model_place(uint32_t length, bool push)
{
    uint32_t left = length;
    bool is_any_full = false;

    while (model.request_count > 0) {
        struct request *request = model.requests[0];
        uint32_t room = length_of(request) - request->filled;
        uint32_t count = left < room ? left : room;

        if (left == 0 && (room > 0 || length_of(request) == 0))
            break;
        request->filled += count;
        left -= count;
        if (request->filled < length_of(request))
            break;
        model_complete();
        is_any_full = true;
    }
    if (is_any_full)
        model.is_push_running = false;
    if (left > 0 || (length == 0 && !is_any_full) || !model_can_push())
        return left;
    model.is_push_running = true;
    model.push_since = model.now;
    if (push && length > 0)
        model_push();
    return left;
}

static void
model_arrive(uint32_t length, bool push)
{
    if (!model.is_telling && model.request_count > 0 && model.buffered == 0)
        length = model_place(length, push);
    if (length > 0)
        model.ends_with_push = push;
    model.buffered += length;
}

/* What a poll does before its next call: data goes into requests. */
static void
model_go_on(void)
{
    if (model.completed_count == 0)
        model.buffered = model_place(model.buffered, model.ends_with_push);
}

static void
model_expire(void)
{
    assert_true(model.is_push_running);
    assert_true(bench.rig.now == model.push_since + PUSH_MS * FLUE_MILLISECOND);
    assert_true(model_can_push());
    model_push();
}

/* ---- What the client and the wire do -----------------------------------------------------------
 */

static void
post(void)
{
    struct request *request = NULL;
    struct flue_provider *provider = bench.rig.provider;
    struct flue_buffer_list *list;

    for (uint32_t i = 0; i < REQUESTS && request == NULL; i++)
        if (!requests[i].is_out)
            request = &requests[i];
    if (request == NULL)
        return;
    rig_make_list(&request->memory, 0,
                  random_below(4) == 0 ? random_below(4000) : random_below(300));
    list = &request->memory.list;
    list->tcp_receive_no_push = random_below(2) == 0;
    request->held = 0;
    if (list->tcp_receive_no_push && random_below(3) == 0)
        request->held = random_below(length_of(request) + 1);
    list->tcp_receive_bytes_transferred = request->held;
    request->filled = request->held;
    request->is_out = true;
    model.requests[model.request_count++] = request;
    model.is_refused = false;
    model.is_paced = false;
    (void)provider->tcp_offload_receive(provider->adapter, bench.rig.now, rig_context(&bench.tcp),
                                        list);
}

/* New bytes, sometimes behind some that came before. */
static void
arrive(void)
{
    uint32_t length = 1 + random_below(random_below(5) == 0 ? 1460 : 200);
    uint32_t again = random_below(4) == 0 ? random_below(100) : 0;
    uint32_t from = arrivals.sent;
    bool push = random_below(3) == 0;

    if (model.buffered + model.kept > MOST_HELD)
        return;
    if (again > from)
        again = 0;
    arrivals.sent += length;
    model_arrive(length, push);
    arrivals_part(&arrivals, from - again, length + again, push ? FLUE_TCP_PSH : 0);
}

/* Bytes that came before come again. */
static void
repeat(void)
{
    uint32_t length = random_below(500);

    if (length <= arrivals.sent)
        arrivals_part(&arrivals, arrivals.sent - length, length, 0);
}

static void
give_back(void)
{
    if (model.lent == 0)
        return;
    model.lent = 0;
    model.kept = 0;
    model.is_paced = false;
    rig_return_lent(&bench.rig);
}

static void
act(void)
{
    model.now = bench.rig.now;
    switch (random_below(8)) {
    case 0:
    case 1:
    case 2:
        arrive();
        break;
    case 3:
    case 4:
        post();
        break;
    case 5:
        repeat();
        break;
    case 6:
        give_back();
        break;
    default:
        break;
    }
}

/* ---- What the client is told -------------------------------------------------------------------
 */

static void
act_inside(void)
{
    while (random_below(3) == 0)
        act();
}

static void
hear_completion(const struct call *call)
{
    struct request *request;

    if (model.completed_count == 0)
        model_expire();
    request = take_first(model.completed, &model.completed_count);
    assert_ptr_equal(call->subject, &request->memory.list);
    assert_int_equal(call->status, FLUE_STATUS_SUCCESS);
    assert_int_equal(call->bytes, request->filled);
    arrivals_check(request->memory.bytes + request->held, model.told,
                   request->filled - request->held);
    model.told += request->filled - request->held;
    request->is_out = false;
}

static void
choose_answer(struct rig *rig, uint32_t length)
{
    static const enum flue_status answers[] = {FLUE_STATUS_SUCCESS, FLUE_STATUS_SUCCESS,
                                               FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED,
                                               FLUE_STATUS_OFFLOAD_DATA_PARTIALLY_ACCEPTED};

    rig->answer = answers[random_below(length > 1 ? 4 : 3)];
    rig->answer_bytes = length > 1 ? 1 + random_below(length - 1) : 0;
}

/* RECV-045: until here only a request posted since the last refusal can have undone it. */
static void
hear_indication(const struct rig *rig, const struct call *call)
{
    uint32_t expected = model.buffered;
    uint32_t taken = rig->indicated_bytes;

    assert_int_equal(model.completed_count, 0);
    assert_int_equal(model.request_count, 0);
    assert_false(model.is_refused);
    assert_false(model.is_paced);
    if (indication_size > 0 && expected > indication_size)
        expected = indication_size;
    assert_int_equal(call->bytes, expected);
    arrivals_check(rig->indicated, model.told, taken);
    model.told += taken;
    model.buffered -= expected;
    if (rig->answer == FLUE_STATUS_SUCCESS) {
        model.lent++;
        model.kept += taken;
        model.is_refused = true; /* a request undoes it, from inside the call too */
        act_inside();
        model.is_paced =
            expected == indication_size && model.is_refused && model.lent > 0 && model.buffered > 0;
        model.is_refused = false;
    } else {
        model.is_refused = true;
        act_inside();
        model.buffered += expected - taken;
    }
}

static void
hear(struct rig *rig, const struct call *call)
{
    struct call copy = *call;

    model.is_telling = true;
    model_go_on();
    model.now = rig->now;
    if (copy.kind == CALL_RECEIVE) {
        hear_completion(&copy);
        act_inside();
    } else if (copy.kind == CALL_INDICATE) {
        hear_indication(rig, &copy);
    } else {
        fail_msg("seed %llu: an unexpected call", (unsigned long long)current_seed);
    }
    rig->call_count = 0;
    rig->indicated_bytes = 0;
}

/* ---- A run -------------------------------------------------------------------------------------
 */

/* RECV-038: nothing is left to do. */
static void
settle(void)
{
    rig_settle(&bench.rig);
    model.is_telling = false;
    model_go_on();
    assert_int_equal(model.completed_count, 0);
    assert_true(model.buffered == 0 || model.is_refused || model.is_paced);
    assert_true(model.buffered == 0 || model.request_count == 0);
}

static void
pass_time(void)
{
    settle();
    rig_advance(&bench.rig, random_below(700) * FLUE_MILLISECOND);
    settle();
    if (model.is_push_running)
        assert_true(bench.rig.now < model.push_since + PUSH_MS * FLUE_MILLISECOND);
}

static void
open_bench(void)
{
    (void)bench_set_up(NULL);
    memset(&model, 0, sizeof model);
    memset(requests, 0, sizeof requests);
    indication_size = random_below(2) == 0 ? 0 : 50 + random_below(500);
    if (indication_size > 0) {
        struct {
            struct flue_block_list block;
            struct flue_tcp_cached cached;
        } update;

        flue_block_list_init(&update.block, FLUE_TCP_OFFLOAD_CACHED_STATE, sizeof update,
                             &bench.tcp.handle);
        update.cached = bench.tcp.block.cached;
        update.cached.rcv_indication_size = indication_size;
        rig_operate(&bench.rig, CALL_UPDATE, &update.block);
        assert_int_equal(update.block.status, FLUE_STATUS_SUCCESS);
        bench.rig.call_count = 0;
    }
    arrivals_begin(&arrivals, &bench.rig, &bench.tcp);
    bench.rig.choose_answer = choose_answer;
    bench.rig.inside = hear;
}

/* TERM-012 to TERM-014: what was not delivered comes back with the state; nothing else is missing.
 */
static void
close_bench(void)
{
    struct flue_tcp_delegated_block back;
    struct flue_buffer_list *rest;

    settle();
    bench.rig.inside = NULL;
    bench.rig.choose_answer = NULL;
    bench.rig.answer = FLUE_STATUS_OFFLOAD_DATA_NOT_ACCEPTED;
    rig_terminate(&bench.rig, &bench.tcp, &back);
    for (uint32_t i = 0; i < bench.rig.call_count; i++) {
        struct request *request;

        if (bench.rig.calls[i].kind != CALL_RECEIVE)
            continue;
        request = take_first(model.requests, &model.request_count);
        assert_ptr_equal(bench.rig.calls[i].subject, &request->memory.list);
        assert_int_equal(bench.rig.calls[i].status, FLUE_STATUS_UPLOAD_IN_PROGRESS);
        assert_int_equal(bench.rig.calls[i].bytes, request->filled);
        arrivals_check(request->memory.bytes + request->held, model.told,
                       request->filled - request->held);
        model.told += request->filled - request->held;
    }
    assert_int_equal(model.request_count, 0); /* RECV-018 */
    rest = back.delegated.buffered_data;
    if (rest != NULL) {
        struct flue_span span = flue_buffer_list_span(rest);
        uint8_t *bytes = malloc(span.length);

        assert_non_null(bytes);
        assert_int_equal(span.length, model.buffered);
        flue_span_copy(&span, bytes);
        arrivals_check(bytes, model.told, span.length);
        free(bytes);
        model.told += span.length;
        rest->next = bench.rig.lent;
        bench.rig.lent = rest;
    }
    assert_int_equal(model.told, arrivals.sent);
    (void)bench_tear_down(NULL);
}

static void
run(uint64_t seed)
{
    current_seed = seed;
    random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    open_bench();
    for (uint32_t i = 0; i < 80; i++) {
        act();
        if (random_below(2) == 0)
            settle();
        if (random_below(8) == 0)
            pass_time();
    }
    close_bench();
}

static uint64_t first_seed = 1;
static uint64_t last_seed = 400;

static void
prop_delivery_follows_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        run(seed);
}

static int
print_seed(void **state)
{
    (void)state;
    print_message("last seed: test_target_random_delivery %llu\n",
                  (unsigned long long)current_seed);
    return 0;
}

int
main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(prop_delivery_follows_the_model, print_seed),
    };

    if (count > 1 && strcmp(words[1], "full") == 0) {
        last_seed = 40000;
    } else if (count > 1) {
        first_seed = strtoull(words[1], NULL, 10);
        last_seed = first_seed;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
