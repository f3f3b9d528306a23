/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Addresses, neighbours and routes.
 *
 * Neighbours are known from the start: an ARP request that a lossy link takes would cost a second
 * and say nothing about TCP.
 */
#include "binding.h"

#include "ns3/arp-cache.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"

#include <algorithm>
#include <arpa/inet.h>

using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

/** Reads dotted IPv4 text into a number. */
bool ReadIpv4(const char* text, uint32_t* number)
{
    in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1)
    {
        return false;
    }
    *number = ntohl(address.s_addr);
    return true;
}

flue_result CheckNetwork(struct flue_sim_link* link,
                         const char* networkText,
                         const char* maskText,
                         uint32_t* network)
{
    flue_sim* sim = link->sim;
    uint32_t mask = 0;
    if (!ReadIpv4(networkText, network) || !ReadIpv4(maskText, &mask))
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    std::string("\"") + networkText + "\", \"" + maskText +
                        "\" is no network: expected one as \"10.1.1.0\", \"255.255.255.0\"");
    }
    const uint32_t hosts = ~mask;
    const uint32_t first = *network >> 24;
    const bool isForHosts = first != 0 && first != 127 && first < 224; // no loopback, no multicast
    if ((hosts & (hosts + 1)) != 0 || hosts < 3 || (*network & hosts) != 0 || !isForHosts)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    std::string(networkText) + " and " + maskText +
                        " do not make a network with room for two machines");
    }
    for (uint32_t end = 0; end < 2; end++)
    {
        if (!link->nodes[end]->processor)
        {
            return Fail(sim,
                        FLUE_ERROR_STATE,
                        link->nodes[end]->name + " needs a stack before it gets an address");
        }
    }
    if (link->mask)
    {
        return Fail(sim, FLUE_ERROR_STATE, "the link has its addresses already");
    }
    for (const auto& other : sim->links)
    {
        const uint32_t common = other->mask & mask;
        if (other->mask && (other->addresses[0] & common) == (*network & common))
        {
            return Fail(sim,
                        FLUE_ERROR_IN_USE,
                        std::string(networkText) + " overlaps the network of another link");
        }
    }
    link->mask = mask;
    return FLUE_OK;
}

void AddAddress(const struct flue_sim_link* link, uint32_t end, uint32_t address)
{
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
    ipv4->AddAddress(
        static_cast<uint32_t>(ipv4->GetInterfaceForDevice(link->devices[end])),
        ns3::Ipv4InterfaceAddress(ns3::Ipv4Address(address), ns3::Ipv4Mask(link->mask)));
}

/** Gives one end IP, and its address. */
void AddInterface(struct flue_sim_link* link, uint32_t end)
{
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
    const uint32_t interface = ipv4->AddInterface(link->devices[end]);
    AddAddress(link, end, link->addresses[end]);
    ipv4->SetMetric(interface, 1);
    ipv4->SetUp(interface);
    // Behind ns-3's own, which forgets all neighbours.
    link->devices[end]->AddLinkChangeCallback(ns3::MakeBoundCallback(&flue::KnowNeighbors, link));
}

void Know(const Ptr<ns3::ArpCache>& cache, uint32_t address, const ns3::Address& mac)
{
    const ns3::Ipv4Address ip(address);
    ns3::ArpCache::Entry* entry = cache->Lookup(ip);
    entry = entry ? entry : cache->Add(ip);
    entry->SetMacAddress(mac);
    entry->MarkPermanent();
}

} // namespace

uint32_t flue::AddressOf(const struct flue_sim_node* server, const struct flue_sim_node* client)
{
    uint32_t address = 0;
    for (const struct flue_sim_link* link : server->links)
    {
        const uint32_t end = link->nodes[0] == server ? 0 : 1;
        if (link->mask && (address == 0 || link->nodes[1 - end] == client))
        {
            address = link->addresses[end];
        }
        if (link->mask && link->nodes[1 - end] == client)
        {
            break;
        }
    }
    return address;
}

std::vector<uint32_t> flue::AddressesOf(const struct flue_sim_link* link, uint32_t end)
{
    std::vector<uint32_t> addresses = link->aliases[end];
    addresses.insert(addresses.begin(), link->addresses[end]);
    return addresses;
}

uint32_t flue::EndOfNetwork(const struct flue_sim_link* link)
{
    const std::size_t aliases = std::max(link->aliases[0].size(), link->aliases[1].size());
    return (link->addresses[0] | ~link->mask) - static_cast<uint32_t>(2 * aliases);
}

flue_result flue::TakeAddresses(struct flue_sim_node* node,
                                const struct flue_sim_node* peer,
                                std::size_t count,
                                std::vector<uint32_t>* addresses)
{
    struct flue_sim_link* link = nullptr;
    for (struct flue_sim_link* one : node->links)
    {
        const bool isDirect = one->nodes[0] == peer || one->nodes[1] == peer;
        link = one->mask && (!link || isDirect) ? one : link;
    }
    if (!link)
    {
        return Fail(node->sim, FLUE_ERROR_STATE, node->name + " has no address");
    }
    const uint32_t end = link->nodes[0] == node ? 0 : 1;
    const uint32_t taken =
        std::max({link->addresses[0], link->addresses[1], link->gateways[0], link->gateways[1]});
    while (link->aliases[end].size() + 1 < count)
    {
        const uint32_t number = static_cast<uint32_t>(link->aliases[end].size());
        const uint32_t address = (link->addresses[0] | ~link->mask) - 1 - 2 * number - end;
        if (address <= taken)
        {
            return Fail(node->sim,
                        FLUE_ERROR_LIMIT,
                        "the link's network has no address left for so many connections");
        }
        link->aliases[end].push_back(address);
        AddAddress(link, end, address);
    }
    KnowNeighbors(link);
    *addresses = AddressesOf(link, end);
    addresses->resize(count);
    return FLUE_OK;
}

void flue::KnowNeighbors(struct flue_sim_link* link)
{
    for (uint32_t end = 0; end < 2; end++)
    {
        Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
        const int32_t index = ipv4 ? ipv4->GetInterfaceForDevice(link->devices[end]) : -1;
        if (index < 0)
        {
            continue; // its address comes next
        }
        Ptr<ns3::ArpCache> cache = ipv4->GetInterface(static_cast<uint32_t>(index))->GetArpCache();
        const ns3::Address mac = link->devices[1 - end]->GetAddress();
        for (const uint32_t address : AddressesOf(link, 1 - end))
        {
            Know(cache, address, mac);
        }
        if (link->gateways[end])
        {
            Know(cache, link->gateways[end], mac);
        }
    }
}

extern "C"
{
    enum flue_result flue_sim_link_address(struct flue_sim_link* link,
                                           const char* network,
                                           const char* mask)
    {
        if (!link || !network || !mask)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         uint32_t base = 0;
                         const flue_result checked = CheckNetwork(link, network, mask, &base);
                         if (checked != FLUE_OK)
                         {
                             return checked;
                         }
                         link->addresses[0] = base + 1;
                         link->addresses[1] = base + 2;
                         for (uint32_t end = 0; end < 2; end++)
                         {
                             AddInterface(link, end);
                         }
                         flue::KnowNeighbors(link);
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_routes(struct flue_sim* sim)
    {
        if (!sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim,
                     [=]()
                     {
                         if (sim->has_routes)
                         {
                             ns3::Ipv4GlobalRoutingHelper::RecomputeRoutingTables();
                         }
                         else
                         {
                             ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();
                         }
                         sim->has_routes = true;
                         return FLUE_OK;
                     });
    }
}
