/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a node's work occupies: its cores, and of each link the bus, the engine and the wire.
 */
#include "binding.h"

#include <algorithm>
#include <cstdio>

namespace
{

void Fill(flue_sim_resource* resource, const flue_server& server, flue_sim_resource_kind kind)
{
    resource->kind = kind;
    resource->busy = flue_server_busy(&server, ns3::FlueNow());
    resource->waited = server.waited;
    std::copy(std::begin(server.booked), std::end(server.booked), resource->booked);
    std::copy(std::begin(server.events), std::end(server.events), resource->events);
}

/** The wire has no server: the device knows what it sent. */
void FillWire(flue_sim_resource* resource, const ns3::FlueNetDevice& device)
{
    const uint64_t overhead = 8 + 12; // preamble and gap of a frame, in bytes
    const ns3::FlueNetDevice::Statistics& sent = device.GetStatistics();
    const double bits = 8.0 * static_cast<double>(sent.txBytes + overhead * sent.txFrames);
    const double seconds = bits / static_cast<double>(device.GetDataRate().GetBitRate());
    resource->kind = FLUE_SIM_WIRE;
    resource->busy = static_cast<flue_time>(seconds * static_cast<double>(FLUE_SECOND) + 0.5);
}

/** Reads the index-th resource of a link's end. @return false: there are only *count */
bool ReadLink(const struct flue_sim_link& link,
              uint32_t end,
              uint32_t index,
              flue_sim_resource* resource,
              uint32_t* count)
{
    const ns3::FlueAdapter& adapter = link.devices[end]->GetAdapter();
    const flue_bus& bus = adapter.GetBus();
    const uint32_t units = adapter.HasEngine() ? adapter.GetNUnits() : 0;
    const uint32_t directions = !adapter.HasBus() ? 0 : bus.is_shared ? 1 : 2;
    *count = directions + units + 1;
    if (index >= *count)
    {
        return false;
    }
    const auto name = [resource](const char* format, auto... values)
    { std::snprintf(resource->name, sizeof resource->name, format, values...); };
    if (index < directions)
    {
        const char* const ways[] = {"read", "write"};
        name("bus %u %s", link.number, bus.is_shared ? "shared" : ways[index]);
        Fill(resource, bus.servers[index], FLUE_SIM_BUS);
    }
    else if (index < directions + units)
    {
        name("engine %u.%u", link.number, index - directions);
        Fill(resource, adapter.GetUnit(index - directions).server, FLUE_SIM_ENGINE);
    }
    else
    {
        name("wire %u", link.number);
        FillWire(resource, *link.devices[end]);
    }
    return true;
}

} // namespace

extern "C"
{
    bool flue_sim_node_resource(const struct flue_sim_node* node,
                                uint32_t index,
                                struct flue_sim_resource* resource)
    {
        if (!node || !resource || !node->processor)
        {
            return false;
        }
        flue_sim_resource found = {};
        const uint32_t cores = node->processor->GetNCores();
        if (index < cores)
        {
            std::snprintf(found.name, sizeof found.name, "core %u", index);
            Fill(&found, node->processor->GetCore(index), FLUE_SIM_CORE);
            *resource = found;
            return true;
        }
        index -= cores;
        for (const struct flue_sim_link* link : node->links)
        {
            uint32_t count = 0;
            if (ReadLink(*link, link->nodes[0] == node ? 0 : 1, index, &found, &count))
            {
                *resource = found;
                return true;
            }
            index -= count;
        }
        return false;
    }
}
