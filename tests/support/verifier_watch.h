/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A verifier for tests: a breach of the contract fails the test with its text, unless the test has
 * announced it because it makes a side misbehave.
 *
 *     struct flue_verifier_watch watch = {0};
 *     verifier = flue_verifier_watch_new(&allocator, &watch);
 *     flue_verifier_watch_expect(&watch, "HOST-005");
 *     ... break it ...
 *     flue_verifier_watch_assert_kept(&watch);
 *
 * A breach is written down when it comes and fails the test in flue_verifier_watch_assert_kept: in
 * the middle of the model's calls nothing may be torn down.
 */
#ifndef FLUE_VERIFIER_WATCH_H
#define FLUE_VERIFIER_WATCH_H

#include "flue/verifier.h"

enum { FLUE_WATCH_EXPECTED = 16, FLUE_WATCH_TEXT = 4000 };

struct flue_verifier_watch {
    struct {
        const char *requirement;
        bool is_seen;
    } expected[FLUE_WATCH_EXPECTED];
    uint32_t expected_count;
    uint32_t breaches;          /* that were not expected */
    char text[FLUE_WATCH_TEXT]; /* of the first of them */
};

struct flue_verifier *flue_verifier_watch_new(const struct flue_allocator *allocator,
                                              struct flue_verifier_watch *watch);
/* `requirement` may be broken from here on, any number of times, and must be once. */
void flue_verifier_watch_expect(struct flue_verifier_watch *watch, const char *requirement);
/* Fails the test when something was broken that was not expected, or expected and not broken. */
void flue_verifier_watch_assert_kept(const struct flue_verifier_watch *watch);

#endif
