/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of world.h share.
 */
#ifndef WORLD_PARTS_H
#define WORLD_PARTS_H

#include "world.h"

/* Joins the machine's host and target, with what the configuration wants between them. */
void world__join(struct machine *machine, const struct world_config *config);
void world__put_on_wire(struct machine *from, uint32_t port, const struct flue_packet *packet);
struct flue_mac world__mac(uint32_t index);

/* Which of the two VLANs a connection is in. */
uint32_t world__vlan(const struct flue_four_tuple *tuple);
/* What the mux would do with a frame of the host's own TCP: where there is one. */
void world__tag(const struct world *world, struct flue_packet *packet);
/* A target's frame has its VLAN's tag: where there is a mux. */
void world__check_tag(const struct world *world, const struct flue_packet *packet);

#endif
