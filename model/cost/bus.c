/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The I/O bus: one server a direction, or one for both, and a latency behind it.
 */
#include "flue/cost.h"

#include <string.h>

void
flue_bus_init(struct flue_bus *bus, const struct flue_profile *profile)
{
    memset(bus, 0, sizeof *bus);
    for (int i = 0; i < FLUE_BUS_DIRECTIONS; i++)
        flue_server_init(&bus->servers[i], profile->bus_bps);
    bus->latency[FLUE_BUS_READ] = profile->bus_read_latency;
    bus->latency[FLUE_BUS_WRITE] = profile->bus_write_latency;
    bus->is_shared = profile->bus_is_shared != 0;
}

struct flue_server *
flue_bus_server(struct flue_bus *bus, enum flue_bus_direction direction)
{
    return &bus->servers[bus->is_shared ? 0 : direction];
}

flue_time
flue_bus_transfer(struct flue_bus *bus, flue_time now, enum flue_bus_direction direction,
                  enum flue_cost_category category, uint64_t bytes)
{
    struct flue_server *server = flue_bus_server(bus, direction);
    uint64_t bits = bytes > UINT64_MAX / 8 ? UINT64_MAX : 8 * bytes;
    flue_time done = flue_server_occupy(server, now, category, bits);

    bus->crossings++;
    return done > FLUE_TIME_NEVER - bus->latency[direction] ? FLUE_TIME_NEVER
                                                            : done + bus->latency[direction];
}
