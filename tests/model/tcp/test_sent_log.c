/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The log of what is in flight against one entry a byte: whatever is sent, sent again, acknowledged
 * and lost in whatever order, it must know what the entries know. Sequence numbers wrap on the way.
 */
#include <string.h>

#include "cmocka_first.h"
#include "tcp/sent_log.h"
#include "tcp/seq.h"
#include "test_memory.h"
#include "wire.h"

enum { BYTES = 3000, STEPS = 300 };

struct byte {
    bool is_held;
    bool is_lost;
    bool is_repeated;
    flue_time at;
};

struct bench {
    struct sent_log log;
    struct byte bytes[BYTES];
    uint32_t start;
    uint32_t end; /* how far data has been sent, from start */
    flue_time now;
    uint32_t taken;
};

static void
check_list(const struct sent_log *log, const struct sent_list *list, bool is_lost)
{
    const struct sent_record *previous = NULL;
    uint32_t bytes = 0;

    for (const struct sent_record *it = list->first; it != NULL; previous = it, it = it->next) {
        assert_ptr_equal(it->previous, previous);
        assert_int_equal(it->is_lost, is_lost);
        assert_true(is_lost || previous == NULL || previous->at <= it->at);
        bytes += it->right - it->left;
    }
    assert_ptr_equal(list->last, previous);
    assert_int_equal(list->bytes, bytes);
    (void)log;
}

static void
check(const struct bench *bench)
{
    const struct sent_record *previous = NULL;
    uint32_t position = 0;
    uint32_t count = 0;

    for (const struct sent_record *it = bench->log.first; it != NULL; it = it->seq_next) {
        assert_ptr_equal(it->seq_previous, previous);
        for (; bench->start + position != it->left; position++)
            assert_false(bench->bytes[position].is_held);
        for (; bench->start + position != it->right; position++) {
            const struct byte *byte = &bench->bytes[position];

            assert_true(byte->is_held);
            assert_int_equal(byte->is_lost, it->is_lost);
            assert_int_equal(byte->is_repeated, it->is_repeated);
            assert_true(byte->at == it->at);
        }
        previous = it;
        count++;
    }
    for (; position < bench->end; position++)
        assert_false(bench->bytes[position].is_held);
    assert_ptr_equal(bench->log.last, previous);
    assert_int_equal(bench->log.count, count);
    check_list(&bench->log, &bench->log.in_flight, false);
    check_list(&bench->log, &bench->log.lost, true);
}

static void
count_piece(void *user, const struct sent_record *piece)
{
    struct bench *bench = user;

    for (uint32_t seq = piece->left; seq != piece->right; seq++)
        assert_true(bench->bytes[seq - bench->start].at == piece->at);
    bench->taken += piece->right - piece->left;
}

static void
send(struct bench *bench, uint32_t from, uint32_t to)
{
    struct sent_record sent = {.left = bench->start + from,
                               .right = bench->start + to,
                               .at = bench->now,
                               .is_repeated = from < bench->end};

    assert_true(sent_log_add(&bench->log, &sent));
    for (uint32_t i = from; i < to; i++)
        bench->bytes[i] = (struct byte){true, false, sent.is_repeated, bench->now};
    if (to > bench->end)
        bench->end = to;
}

static void
take(struct bench *bench, uint32_t from, uint32_t to)
{
    uint32_t held = 0;

    for (uint32_t i = from; i < to; i++) {
        held += bench->bytes[i].is_held;
        bench->bytes[i].is_held = false;
    }
    bench->taken = 0;
    assert_true(
        sent_log_take(&bench->log, bench->start + from, bench->start + to, count_piece, bench));
    assert_int_equal(bench->taken, held);
}

static void
lose_first(struct bench *bench)
{
    struct sent_record *record = bench->log.in_flight.first;

    if (record == NULL)
        return;
    for (uint32_t seq = record->left; seq != record->right; seq++)
        bench->bytes[seq - bench->start].is_lost = true;
    sent_log_mark_lost(&bench->log, record);
}

static void
set_lost(struct bench *bench, bool is_lost)
{
    for (uint32_t i = 0; i < bench->end; i++)
        bench->bytes[i].is_lost = is_lost;
}

static void
step(struct bench *bench, struct test_random *random)
{
    uint32_t from = (uint32_t)test_random_below(random, bench->end + 1);
    uint32_t to = from + (uint32_t)test_random_below(random, bench->end - from + 1);

    bench->now += test_random_below(random, 2);
    switch (test_random_below(random, 9)) {
    case 0:
    case 1:
    case 2:
        to = bench->end + (uint32_t)test_random_below(random, 100);
        if (to > bench->end && to <= BYTES)
            send(bench, bench->end, to);
        break;
    case 3: /* again, and perhaps some new with it */
        if (from < to)
            send(bench, from, to);
        break;
    case 4:
    case 5:
        take(bench, from, to);
        break;
    case 6:
        assert_true(sent_log_cut(&bench->log, bench->start + from));
        break;
    case 7:
        lose_first(bench);
        break;
    default:
        if (test_random_chance(random, 0.3)) {
            sent_log_unmark_lost(&bench->log);
            set_lost(bench, false);
        } else if (test_random_chance(random, 0.2)) {
            sent_log_mark_all_lost(&bench->log);
            set_lost(bench, true);
        }
        break;
    }
}

static void
prop_sent_log_knows_what_a_flag_a_byte_knows(void **state)
{
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct slab records;

    (void)state;
    slab_init(&records, &allocator, sizeof(struct sent_record));
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct test_random random = {seed * 2 + 1};
        struct bench bench = {.start = UINT32_MAX - (uint32_t)(seed * 17)};

        sent_log_init(&bench.log, &records);
        for (unsigned i = 0; i < STEPS; i++) {
            step(&bench, &random);
            check(&bench);
        }
        sent_log_clear(&bench.log);
        assert_int_equal(records.used, 0);
    }
    slab_fini(&records);
    flue_test_memory_assert_empty(&memory);
}

/* A peer cannot make it grow for ever. */
static void
test_sent_log_too_many_records_are_refused(void **state)
{
    struct flue_test_memory memory = {0};
    struct flue_allocator allocator = flue_test_memory_allocator(&memory);
    struct sent_log log;
    struct slab records;
    uint32_t count = 0;

    (void)state;
    slab_init(&records, &allocator, sizeof(struct sent_record));
    sent_log_init(&log, &records);
    for (struct sent_record sent = {.right = 1}; sent_log_add(&log, &sent) && count < 1000000;
         count++) {
        sent.left = sent.right++;
        sent.at++;
    }
    assert_int_equal(count, 65536);
    sent_log_clear(&log);
    assert_int_equal(records.used, 0);
    slab_fini(&records);
    flue_test_memory_assert_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_sent_log_knows_what_a_flag_a_byte_knows),
        cmocka_unit_test(test_sent_log_too_many_records_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
