/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The timing wheel of wheel.h.
 */
#include "tcp/wheel.h"

#include <stddef.h>

static unsigned
digit(uint64_t tick, unsigned level)
{
    return (unsigned)(tick >> (level * WHEEL_BITS)) & (WHEEL_SLOTS - 1);
}

/* The level on which `deadline` lies: the highest digit that differs from the current tick's. */
static unsigned
level_of(const struct wheel *wheel, uint64_t deadline)
{
    uint64_t differing = deadline ^ wheel->current;

    return differing < WHEEL_SLOTS ? 0 : (63U - (unsigned)__builtin_clzll(differing)) / WHEEL_BITS;
}

static void
unlink_entry(struct wheel *wheel, struct wheel_entry *entry)
{
    struct wheel_entry *next = entry->next;

    entry->previous->next = next;
    next->previous = entry->previous;
    if (next->next == next) { /* only the list head is left */
        size_t index = (size_t)(next - &wheel->slots[0][0]);
        size_t level = index / WHEEL_SLOTS;

        wheel->occupied[level] &= ~(UINT64_C(1) << (index % WHEEL_SLOTS));
        if (wheel->occupied[level] == 0)
            wheel->levels &= ~(1U << level);
    }
    entry->next = NULL;
    entry->previous = NULL;
}

static void
link_entry(struct wheel *wheel, struct wheel_entry *entry)
{
    unsigned level = level_of(wheel, entry->deadline);
    unsigned slot = digit(entry->deadline, level);
    struct wheel_entry *head = &wheel->slots[level][slot];

    entry->next = head;
    entry->previous = head->previous;
    head->previous->next = entry;
    head->previous = entry;
    wheel->occupied[level] |= UINT64_C(1) << slot;
    wheel->levels |= 1U << level;
}

void
wheel_init(struct wheel *wheel, uint64_t current)
{
    wheel->current = current;
    wheel->levels = 0;
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        wheel->occupied[level] = 0;
        for (unsigned slot = 0; slot < WHEEL_SLOTS; slot++) {
            struct wheel_entry *head = &wheel->slots[level][slot];
            head->next = head;
            head->previous = head;
            head->deadline = WHEEL_NEVER;
        }
    }
}

void
wheel_entry_init(struct wheel_entry *entry)
{
    entry->next = NULL;
    entry->previous = NULL;
    entry->deadline = WHEEL_NEVER;
}

void
wheel_set(struct wheel *wheel, struct wheel_entry *entry, uint64_t deadline)
{
    if (deadline < wheel->current)
        deadline = wheel->current;
    if (deadline == entry->deadline)
        return;
    if (entry->deadline != WHEEL_NEVER)
        unlink_entry(wheel, entry);
    entry->deadline = deadline;
    if (deadline != WHEEL_NEVER)
        link_entry(wheel, entry);
}

uint64_t
wheel_next(const struct wheel *wheel)
{
    unsigned level, shift;
    uint64_t slot, above;

    if (wheel->levels == 0)
        return WHEEL_NEVER;
    /* The lower the level, the sooner; and no slot of a level lies behind the current tick. */
    level = (unsigned)__builtin_ctz(wheel->levels);
    shift = level * WHEEL_BITS;
    slot = (unsigned)__builtin_ctzll(wheel->occupied[level]);
    above = wheel->current >> shift >> WHEEL_BITS << WHEEL_BITS;
    return (above | slot) << shift;
}

uint64_t
wheel_first(const struct wheel *wheel)
{
    uint64_t next = wheel_next(wheel);
    uint64_t first = WHEEL_NEVER;
    const struct wheel_entry *head;
    unsigned level;

    if (next == WHEEL_NEVER)
        return WHEEL_NEVER;
    level = (unsigned)__builtin_ctz(wheel->levels);
    head = &wheel->slots[level][digit(next, level)];
    for (const struct wheel_entry *it = head->next; it != head; it = it->next)
        if (it->deadline < first)
            first = it->deadline;
    return first;
}

/* Moves the entries of an upper slot down, in order, now that the current tick has reached it. */
static void
cascade(struct wheel *wheel, unsigned level)
{
    struct wheel_entry *head = &wheel->slots[level][digit(wheel->current, level)];

    while (head->next != head) {
        struct wheel_entry *entry = head->next;
        unlink_entry(wheel, entry);
        link_entry(wheel, entry);
    }
}

struct wheel_entry *
wheel_pop(struct wheel *wheel, uint64_t now)
{
    for (;;) {
        uint64_t next = wheel_next(wheel);

        if (next > now) {
            if (now > wheel->current)
                wheel->current = now;
            return NULL;
        }
        if (next > wheel->current)
            wheel->current = next;
        for (unsigned level = WHEEL_LEVELS - 1; level > 0; level--)
            if (wheel->occupied[level] & (UINT64_C(1) << digit(wheel->current, level)))
                cascade(wheel, level);
        unsigned slot = digit(wheel->current, 0);
        if (wheel->occupied[0] & (UINT64_C(1) << slot)) {
            struct wheel_entry *entry = wheel->slots[0][slot].next;
            unlink_entry(wheel, entry);
            entry->deadline = WHEEL_NEVER;
            return entry;
        }
    }
}
