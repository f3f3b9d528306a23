/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The timing wheel against a plain list: every entry comes out at its tick, in the order of arming.
 */
#include "tcp/wheel.h"

#include <string.h>

#include "cmocka_first.h"
#include "wire.h"

enum { ENTRIES = 300 };

struct model {
    struct wheel wheel;
    struct wheel_entry entries[ENTRIES];
    uint64_t deadline[ENTRIES]; /* WHEEL_NEVER: not armed */
    uint64_t armed[ENTRIES];    /* when, as a count of armings */
    uint64_t armings;
};

static void
arm(struct model *model, unsigned i, uint64_t deadline)
{
    if (deadline != WHEEL_NEVER && deadline < model->wheel.current)
        deadline = model->wheel.current;
    if (model->deadline[i] != deadline)
        model->armed[i] = model->armings++;
    model->deadline[i] = deadline;
    wheel_set(&model->wheel, &model->entries[i], deadline);
}

/* The entry that should come out first at `now`, or -1. */
static int
expected(const struct model *model, uint64_t now)
{
    int best = -1;

    for (int i = 0; i < ENTRIES; i++) {
        if (model->deadline[i] == WHEEL_NEVER || model->deadline[i] > now)
            continue;
        if (best < 0 || model->deadline[i] < model->deadline[best] ||
            (model->deadline[i] == model->deadline[best] && model->armed[i] < model->armed[best]))
            best = i;
    }
    return best;
}

static uint64_t
random_delay(struct test_random *random)
{
    unsigned bits = (unsigned)test_random_below(random, 34);

    return test_random_below(random, UINT64_C(1) << bits);
}

static void
prop_entries_come_out_by_deadline_then_by_order_of_arming(void **state)
{
    static struct model model;
    struct test_random random = {12345};
    uint64_t now = 0;

    (void)state;
    memset(&model, 0, sizeof model);
    wheel_init(&model.wheel, now);
    for (unsigned i = 0; i < ENTRIES; i++) {
        wheel_entry_init(&model.entries[i]);
        model.deadline[i] = WHEEL_NEVER;
    }
    for (int round = 0; round < 20000; round++) {
        struct wheel_entry *entry;

        for (int k = 0; k < 3; k++) {
            unsigned i = (unsigned)test_random_below(&random, ENTRIES);
            arm(&model, i,
                test_random_chance(&random, 0.2) ? WHEEL_NEVER : now + random_delay(&random));
        }
        now += test_random_chance(&random, 0.5) ? test_random_below(&random, 100)
                                                : random_delay(&random) / 4;
        for (;;) {
            int want = expected(&model, now);
            uint64_t next = wheel_next(&model.wheel);

            if (want >= 0)
                assert_true(next <= model.deadline[want]);
            entry = wheel_pop(&model.wheel, now);
            if (want < 0) {
                assert_null(entry);
                break;
            }
            assert_ptr_equal(entry, &model.entries[want]);
            model.deadline[want] = WHEEL_NEVER;
        }
    }
}

static void
test_wheel_next_within_64_ticks_is_exact(void **state)
{
    static struct wheel wheel;
    struct wheel_entry entry;

    (void)state;
    wheel_init(&wheel, 1000);
    wheel_entry_init(&entry);
    assert_int_equal(wheel_next(&wheel), WHEEL_NEVER);
    wheel_set(&wheel, &entry, 1010);
    assert_int_equal(wheel_next(&wheel), 1010);
    wheel_set(&wheel, &entry, WHEEL_NEVER);
    assert_int_equal(wheel_next(&wheel), WHEEL_NEVER);
    wheel_set(&wheel, &entry, 5); /* the past is now */
    assert_int_equal(wheel_next(&wheel), 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prop_entries_come_out_by_deadline_then_by_order_of_arming),
        cmocka_unit_test(test_wheel_next_within_64_ticks_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
