/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The send queue against a flat array: what spans read, which lists complete, and that the owner's
 * descriptor chains come back as they were.
 */
#include "tcp/send_queue.h"

#include <string.h>

#include "cmocka_first.h"
#include "wire.h"

enum { LISTS = 40, PIECES = 3, MOST = 400 };

struct owned {
    struct flue_buffer_list list;
    struct flue_memory_descriptor pieces[PIECES];
    uint8_t bytes[PIECES][MOST];
    uint32_t length;
    bool is_back;
};

struct bench {
    struct test_random random;
    struct send_queue queue;
    struct owned owned[LISTS];
    uint8_t flat[LISTS * PIECES * MOST];
    uint32_t start, una, end; /* una and end count from start */
};

/* A list over a chain whose used part starts and ends anywhere, or is empty. */
static void
make_list(struct bench *bench, struct owned *it)
{
    uint32_t total = 0;
    uint32_t skip;

    for (int i = 0; i < PIECES; i++) {
        it->pieces[i].byte_count = (uint32_t)test_random_below(&bench->random, MOST);
        it->pieces[i].bytes = it->bytes[i];
        it->pieces[i].next = i + 1 < PIECES ? &it->pieces[i + 1] : NULL;
        for (uint32_t k = 0; k < it->pieces[i].byte_count; k++)
            it->bytes[i][k] = (uint8_t)test_random_next(&bench->random);
        total += it->pieces[i].byte_count;
    }
    flue_buffer_list_init(&it->list, &it->pieces[0], it->bytes[0], it->pieces[0].byte_count);
    it->pieces[0].next = &it->pieces[1];
    it->list.buffer.data_length = total;
    skip = test_random_chance(&bench->random, 0.4)
               ? (uint32_t)test_random_below(&bench->random, total + 1)
               : 0;
    flue_buffer_advance(&it->list.buffer, skip);
    if (test_random_chance(&bench->random, 0.3))
        it->list.buffer.data_length =
            (uint32_t)test_random_below(&bench->random, it->list.buffer.data_length + 1);
    it->length = it->list.buffer.data_length;
    struct flue_span span = flue_buffer_list_span(&it->list);
    if (it->length > 0)
        flue_span_copy(&span, bench->flat + bench->end);
    bench->end += it->length;
}

static void
check_back(struct bench *bench, struct flue_buffer_list *lists)
{
    while (lists != NULL) {
        struct owned *it = (struct owned *)lists; /* its first member */

        lists = lists->next;
        assert_false(it->is_back);
        it->is_back = true;
        for (int i = 0; i < PIECES; i++)
            assert_ptr_equal(it->pieces[i].next, i + 1 < PIECES ? &it->pieces[i + 1] : NULL);
    }
    (void)bench;
}

static void
read_somewhere(struct bench *bench)
{
    uint8_t read[PIECES * MOST];
    uint32_t at, length;
    struct flue_span span;
    bool push;

    if (bench->una == bench->end)
        return;
    at = bench->una + (uint32_t)test_random_below(&bench->random, bench->end - bench->una);
    length = 1 + (uint32_t)test_random_below(&bench->random, bench->end - at);
    if (length > sizeof read)
        length = sizeof read;
    span = send_queue_span(&bench->queue, bench->start + at, length, &push);
    assert_in_range(span.length, 1, length);
    flue_span_copy(&span, read);
    assert_memory_equal(read, bench->flat + at, span.length);
}

static void
acknowledge_some(struct bench *bench)
{
    bench->una += (uint32_t)test_random_below(&bench->random, (bench->end - bench->una) / 2 + 1);
    check_back(bench, send_queue_acknowledge(&bench->queue, bench->start + bench->una));
}

static void
prop_queue_reads_like_a_flat_array(void **state)
{
    static struct bench bench;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        memset(&bench, 0, sizeof bench);
        bench.random.state = seed * 2654435761u;
        bench.start = (uint32_t)(0xFFFFFFFFu - test_random_below(&bench.random, 5000));
        send_queue_init(&bench.queue, bench.start);
        for (int i = 0; i < LISTS; i++) {
            make_list(&bench, &bench.owned[i]);
            send_queue_append(&bench.queue, &bench.owned[i].list);
            for (uint64_t k = test_random_below(&bench.random, 6); k > 0; k--)
                read_somewhere(&bench);
            if (test_random_chance(&bench.random, 0.5))
                acknowledge_some(&bench);
        }
        if (seed % 2 == 0) {
            check_back(&bench, send_queue_take(&bench.queue, bench.start + bench.una));
        } else {
            bench.una = bench.end;
            check_back(&bench, send_queue_acknowledge(&bench.queue, bench.start + bench.una));
        }
        for (int i = 0; i < LISTS; i++)
            assert_true(bench.owned[i].is_back);
    }
}

/* Two lists over one chain of the owner's: the link between them is not the queue's to cut. */
static void
test_queue_lists_share_a_chain_and_it_comes_back_whole(void **state)
{
    struct flue_memory_descriptor pieces[2] = {{&pieces[1], NULL, 100}, {NULL, NULL, 100}};
    struct flue_memory_descriptor unused;
    struct flue_buffer_list lists[2];
    struct send_queue queue;

    (void)state;
    for (int take = 0; take < 2; take++) {
        for (int i = 0; i < 2; i++) {
            flue_buffer_list_init(&lists[i], &unused, NULL, 100);
            lists[i].buffer.first_descriptor = &pieces[i];
            lists[i].buffer.current_descriptor = &pieces[i];
        }
        lists[0].next = &lists[1];
        send_queue_init(&queue, 1);
        send_queue_append(&queue, &lists[0]);
        if (take == 1)
            assert_ptr_equal(send_queue_take(&queue, 1), &lists[0]);
        else
            assert_ptr_equal(send_queue_acknowledge(&queue, 201), &lists[0]);
        assert_ptr_equal(pieces[0].next, &pieces[1]);
        assert_null(pieces[1].next);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_queue_reads_like_a_flat_array),
        cmocka_unit_test(test_queue_lists_share_a_chain_and_it_comes_back_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
