/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hierarchical timing wheel: arming, moving and cancelling cost the same at any count.
 *
 * A deadline is a tick. An entry lies on the level of the highest base-64 digit in which its
 * deadline differs from the wheel's current tick, and moves down when the current tick reaches that
 * digit. An entry therefore enters a slot behind everything armed for the same tick before it:
 * entries of one tick come out in the order in which they were armed.
 */
#ifndef FLUE_TCP_WHEEL_H
#define FLUE_TCP_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define WHEEL_BITS 6
#define WHEEL_SLOTS (1U << WHEEL_BITS)
#define WHEEL_LEVELS 11 /* all 64 bits */
#define WHEEL_NEVER UINT64_MAX

struct wheel_entry {
    struct wheel_entry *next;
    struct wheel_entry *previous;
    uint64_t deadline; /* tick; WHEEL_NEVER: not armed */
};

struct wheel {
    uint64_t current;                /* every tick before this one has been served */
    unsigned levels;                 /* a bit for each level that holds an entry */
    uint64_t occupied[WHEEL_LEVELS]; /* a bit for each of its slots that does */
    struct wheel_entry slots[WHEEL_LEVELS][WHEEL_SLOTS]; /* list heads */
};

void wheel_init(struct wheel *wheel, uint64_t current);
void wheel_entry_init(struct wheel_entry *entry);

/* Arms the entry for `deadline` (a past one counts as the current tick), or disarms it
 * (WHEEL_NEVER). Arming for the deadline that it has keeps its place. */
void wheel_set(struct wheel *wheel, struct wheel_entry *entry, uint64_t deadline);

/* A tick not after the first deadline, and not before the current tick; WHEEL_NEVER when empty. It
 * is the first deadline itself when that lies within the current 64 ticks. */
uint64_t wheel_next(const struct wheel *wheel);

/* The first deadline itself; WHEEL_NEVER when empty. It may look at every entry of one slot. */
uint64_t wheel_first(const struct wheel *wheel);

/* Takes out the first entry due at `now` or before, disarmed; NULL when there is none left, and the
 * current tick is then `now`. */
struct wheel_entry *wheel_pop(struct wheel *wheel, uint64_t now);

#endif
