/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Random trees and random sequences of operations, thousands of objects, against a small model of
 * who owns what, with which values, and what each block must say. The verifier looks on.
 *
 *     test_target_random_trees          a few seeds
 *     test_target_random_trees full     many
 *     test_target_random_trees SEED     that one
 */
#include "cmocka_first.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forest.h"

static uint64_t first_seed = 1;
static uint64_t last_seed = 8;

static void
test_random_trees_agree_with_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++) {
        uint32_t most = 0;
        bool is_watched = seed % 2 == 1;

        printf("seed %" PRIu64 ": ", seed);
        fflush(stdout);
        begin(seed, is_watched);
        for (uint32_t step = 0; step < STEPS; step++) {
            for (uint32_t i = 1 + below(4); i > 0 && operate(); i--)
                continue;
            settle();
            check_counts();
            if (!is_watched && below(4) == 0)
                operate_on_no_tree();
            settle();
            for (uint32_t i = below(20); i > 0; i--)
                send_something();
            settle();
            if (below(3) == 0)
                let_time_pass(below(3000) * FLUE_MILLISECOND);
            if (world.counts[TCP] > most)
                most = world.counts[TCP];
        }
        printf("%u initiate, %u terminate, %u update, %u invalidate, %u query; at most %u "
               "connections; %u packets\n",
               world.completions[0], world.completions[1], world.completions[2],
               world.completions[3], world.completions[4], most, world.packets);
        finish();
    }
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees_agree_with_the_model),
    };

    if (argc == 2 && strcmp(argv[1], "full") == 0)
        last_seed = 300;
    else if (argc == 2)
        first_seed = last_seed = strtoull(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
