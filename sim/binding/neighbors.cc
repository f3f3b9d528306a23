/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who is whose neighbour, and by which device.
 *
 * Neighbours are known from the start: an ARP request that a lossy link takes would cost a second
 * and say nothing about TCP.
 */
#include "binding.h"

#include "ns3/arp-cache.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"

using ns3::Ptr;

uint32_t flue::EndOf(const struct flue_sim_link* link, const struct flue_sim_node* node)
{
    return link->nodes[0] == node ? 0 : 1;
}

Ptr<ns3::NetDevice> flue::DeviceOf(const struct flue_sim_link* link, uint32_t end)
{
    return link->teams[end] ? Ptr<ns3::NetDevice>(link->teams[end]->device)
                            : Ptr<ns3::NetDevice>(link->devices[end]);
}

bool flue::IsSwitched(const struct flue_sim_link* link)
{
    return link->nodes[0]->is_switch || link->nodes[1]->is_switch;
}

std::vector<struct flue_sim_link*> flue::AttachmentsOf(const struct flue_sim_node* node)
{
    std::vector<struct flue_sim_link*> attachments;
    for (struct flue_sim_link* link : node->links)
    {
        const struct flue_sim_team* team = link->teams[1 - EndOf(link, node)];
        if (!team || team->links.front() == link)
        {
            attachments.push_back(link);
        }
    }
    return attachments;
}

namespace
{

void Know(const Ptr<ns3::ArpCache>& cache, uint32_t address, const ns3::Address& mac)
{
    const ns3::Ipv4Address ip(address);
    ns3::ArpCache::Entry* entry = cache->Lookup(ip);
    entry = entry ? entry : cache->Add(ip);
    entry->SetMacAddress(mac);
    entry->MarkPermanent();
}

/** What one machine of a network knows of another. */
void KnowNeighbor(const struct flue_sim_link* link,
                  uint32_t end,
                  const struct flue_sim_link* other,
                  uint32_t otherEnd)
{
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
    const int32_t index = ipv4 ? ipv4->GetInterfaceForDevice(flue::DeviceOf(link, end)) : -1;
    if (index < 0)
    {
        return; // its address comes next
    }
    Ptr<ns3::ArpCache> cache = ipv4->GetInterface(static_cast<uint32_t>(index))->GetArpCache();
    const struct flue_sim_team* team = other->teams[otherEnd];
    const ns3::Address mac = flue::DeviceOf(other, otherEnd)->GetAddress();
    for (const uint32_t address : flue::AddressesOf(other, otherEnd))
    {
        Know(cache,
             address,
             team ? team->device->GetAddressOf(ns3::Ipv4Address(address))
                  : ns3::Mac48Address::ConvertFrom(mac));
    }
    if (link->gateways[end])
    {
        Know(cache, link->gateways[end], mac);
    }
}

} // namespace

void flue::KnowNeighborsAt(const struct flue_sim_node* node)
{
    const std::vector<struct flue_sim_link*> attachments = AttachmentsOf(node);
    for (const struct flue_sim_link* link : attachments)
    {
        for (const struct flue_sim_link* other : attachments)
        {
            if (other != link)
            {
                KnowNeighbor(link, 1 - EndOf(link, node), other, 1 - EndOf(other, node));
            }
        }
    }
}

void flue::KnowNeighbors(struct flue_sim_link* link)
{
    if (IsSwitched(link))
    {
        KnowNeighborsAt(link->nodes[link->nodes[0]->is_switch ? 0 : 1]);
        return;
    }
    for (uint32_t end = 0; end < 2; end++)
    {
        KnowNeighbor(link, end, link, 1 - end);
    }
}
