/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The watch of verifier_watch.h.
 */
#include "verifier_watch.h"

#include <stdio.h>
#include <string.h>

#include "cmocka_first.h"

static void
on_violation(void *user, const struct flue_violation *violation)
{
    struct flue_verifier_watch *watch = user;
    size_t used = strlen(watch->text);

    for (uint32_t i = 0; i < watch->expected_count; i++)
        if (strcmp(watch->expected[i].requirement, violation->requirement) == 0) {
            watch->expected[i].is_seen = true;
            return;
        }
    watch->breaches++;
    (void)snprintf(watch->text + used, sizeof watch->text - used,
                   "%s, the %s, %s %p at %.9f s: %s\n", violation->requirement,
                   flue_contract_side_name(violation->side), violation->kind, violation->object,
                   (double)violation->time / (double)FLUE_SECOND, violation->text);
}

struct flue_verifier *
flue_verifier_watch_new(const struct flue_allocator *allocator, struct flue_verifier_watch *watch)
{
    struct flue_verifier *verifier;

    assert_int_equal(flue_verifier_create(allocator, on_violation, watch, &verifier), FLUE_OK);
    return verifier;
}

void
flue_verifier_watch_expect(struct flue_verifier_watch *watch, const char *requirement)
{
    assert_true(watch->expected_count < FLUE_WATCH_EXPECTED);
    watch->expected[watch->expected_count++].requirement = requirement;
}

void
flue_verifier_watch_assert_kept(const struct flue_verifier_watch *watch)
{
    if (watch->breaches > 0)
        fail_msg("the contract was broken %u times:\n%s", (unsigned)watch->breaches, watch->text);
    for (uint32_t i = 0; i < watch->expected_count; i++)
        if (!watch->expected[i].is_seen)
            fail_msg("%s was to be broken, and was not", watch->expected[i].requirement);
}
