/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The part of wire.h that wire.c and wire_flight.c share.
 */
#ifndef FLUE_TEST_TCP_WIRE_FLIGHT_H
#define FLUE_TEST_TCP_WIRE_FLIGHT_H

#include "wire.h"

/* The next segment arrives, if what is left of it passes for one. */
void wire_land(struct wire *wire);

#endif
