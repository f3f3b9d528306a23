/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * State that was written at one time and is taken up later, because the adapter needs time for a
 * move.
 */
#ifndef FLUE_CHIMNEY_AGE_H
#define FLUE_CHIMNEY_AGE_H

#include "flue/state.h"
#include "flue/time.h"

/* Whole ticks that begin between the two times. */
uint32_t flue__ticks_between(flue_time from, flue_time to, uint32_t ticks_per_second);

/* Makes state that was right `ticks` ago right for now: clocks advance, what is left of timers
 * shrinks. Without it the timestamp clock would fall behind by the length of every move
 * (TSTAMP-001). */
void flue__tcp_delegated_age(struct flue_tcp_delegated *delegated, uint32_t ticks);

#endif
