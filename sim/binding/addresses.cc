/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Addresses and routes. What a machine knows of its neighbours is in neighbors.cc.
 */
#include "binding.h"

#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-l3-protocol.h"

#include <algorithm>
#include <arpa/inet.h>

using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

/** What addresses are given from. */
struct Network
{
    uint32_t base;
    uint32_t mask;
    uint32_t machines; //!< that it is for
};

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

/** Reads a network that is to hold this many machines, and overlaps no other. */
flue_result ReadNetwork(flue_sim* sim,
                        const char* networkText,
                        const char* maskText,
                        uint32_t machines,
                        Network* network)
{
    uint32_t mask = 0;
    uint32_t base = 0;
    if (!ReadIpv4(networkText, &base) || !ReadIpv4(maskText, &mask))
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    std::string("\"") + networkText + "\", \"" + maskText +
                        "\" is no network: expected one as \"10.1.1.0\", \"255.255.255.0\"");
    }
    const uint32_t hosts = ~mask;
    const uint32_t first = base >> 24;
    const bool isForHosts = first != 0 && first != 127 && first < 224; // no loopback, no multicast
    if ((hosts & (hosts + 1)) != 0 || hosts < machines + 1 || (base & hosts) != 0 || !isForHosts)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    std::string(networkText) + " and " + maskText +
                        " do not make a network with room for " +
                        (machines == 2 ? "two" : std::to_string(machines)) + " machines");
    }
    for (const auto& other : sim->links)
    {
        const uint32_t common = other->mask & mask;
        if (other->mask && (other->network & common) == (base & common))
        {
            return Fail(sim,
                        FLUE_ERROR_IN_USE,
                        std::string(networkText) + " overlaps the network of another link");
        }
    }
    *network = Network{base, mask, machines};
    return FLUE_OK;
}

flue_result CheckHasStack(const struct flue_sim_node* node)
{
    return node->processor ? FLUE_OK
                           : Fail(node->sim,
                                  FLUE_ERROR_STATE,
                                  node->name + " needs a stack before it gets an address");
}

flue_result CheckLink(const struct flue_sim_link* link)
{
    if (flue::IsSwitched(link))
    {
        return Fail(link->sim,
                    FLUE_ERROR_INVALID,
                    "machines at a switch get their addresses together: flue_sim_switch_address");
    }
    for (const struct flue_sim_node* node : link->nodes)
    {
        const flue_result checked = CheckHasStack(node);
        if (checked != FLUE_OK)
        {
            return checked;
        }
    }
    return link->mask ? Fail(link->sim, FLUE_ERROR_STATE, "the link has its addresses already")
                      : FLUE_OK;
}

flue_result CheckSwitch(const struct flue_sim_node* node)
{
    if (!node->is_switch)
    {
        return Fail(node->sim, FLUE_ERROR_INVALID, node->name + " is no switch");
    }
    for (const struct flue_sim_link* link : flue::AttachmentsOf(node))
    {
        const flue_result checked = CheckHasStack(link->nodes[1 - flue::EndOf(link, node)]);
        if (checked != FLUE_OK || link->mask)
        {
            return checked != FLUE_OK ? checked
                                      : Fail(node->sim,
                                             FLUE_ERROR_STATE,
                                             node->name + "'s machines have addresses already");
        }
    }
    return FLUE_OK;
}

void AddAddress(const struct flue_sim_link* link, uint32_t end, uint32_t address)
{
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
    ipv4->AddAddress(
        static_cast<uint32_t>(ipv4->GetInterfaceForDevice(flue::DeviceOf(link, end))),
        ns3::Ipv4InterfaceAddress(ns3::Ipv4Address(address), ns3::Ipv4Mask(link->mask)));
}

/** Gives one end IP, and the network's address of that number. */
void AddInterface(struct flue_sim_link* link, uint32_t end, const Network& network, uint32_t number)
{
    link->network = network.base;
    link->mask = network.mask;
    link->machines = network.machines;
    link->numbers[end] = number;
    link->addresses[end] = network.base + 1 + number;
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4L3Protocol>();
    const Ptr<ns3::NetDevice> device = flue::DeviceOf(link, end);
    const uint32_t interface = ipv4->AddInterface(device);
    AddAddress(link, end, link->addresses[end]);
    ipv4->SetMetric(interface, 1);
    ipv4->SetUp(interface);
    // Behind ns-3's own, which forgets all neighbours.
    device->AddLinkChangeCallback(ns3::MakeBoundCallback(&flue::KnowNeighbors, link));
}

} // namespace

uint32_t flue::AddressOf(const struct flue_sim_node* server, const struct flue_sim_node* client)
{
    uint32_t address = 0;
    for (const struct flue_sim_link* link : server->links)
    {
        const uint32_t end = EndOf(link, server);
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
    if (link->addresses[end]) // a switch has none
    {
        addresses.insert(addresses.begin(), link->addresses[end]);
    }
    return addresses;
}

uint32_t flue::EndOfNetwork(const struct flue_sim_link* link)
{
    const std::size_t aliases = std::max(link->aliases[0].size(), link->aliases[1].size());
    return (link->network | ~link->mask) - static_cast<uint32_t>(2 * aliases);
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
    const uint32_t end = EndOf(link, node);
    const uint32_t taken =
        std::max({link->network + link->machines, link->gateways[0], link->gateways[1]});
    while (link->aliases[end].size() + 1 < count)
    {
        const uint32_t number = static_cast<uint32_t>(link->aliases[end].size());
        const uint32_t address =
            (link->network | ~link->mask) - 1 - link->machines * number - link->numbers[end];
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
                         Network read{};
                         flue_result checked = ReadNetwork(link->sim, network, mask, 2, &read);
                         checked = checked == FLUE_OK ? CheckLink(link) : checked;
                         for (uint32_t end = 0; checked == FLUE_OK && end < 2; end++)
                         {
                             AddInterface(link, end, read, end);
                         }
                         if (checked == FLUE_OK)
                         {
                             flue::KnowNeighbors(link);
                         }
                         return checked;
                     });
    }

    enum flue_result flue_sim_switch_address(struct flue_sim_node* node,
                                             const char* network,
                                             const char* mask)
    {
        if (!node || !network || !mask)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(node->sim,
                     [=]()
                     {
                         const flue_result checked = CheckSwitch(node);
                         const std::vector<struct flue_sim_link*> links = flue::AttachmentsOf(node);
                         const uint32_t count = static_cast<uint32_t>(links.size());
                         Network read{};
                         const flue_result result =
                             checked == FLUE_OK
                                 ? ReadNetwork(node->sim, network, mask, count, &read)
                                 : checked;
                         if (result != FLUE_OK)
                         {
                             return result;
                         }
                         flue::JoinPorts(node);
                         for (uint32_t i = 0; i < count; i++)
                         {
                             AddInterface(links[i], 1 - flue::EndOf(links[i], node), read, i);
                         }
                         flue::KnowNeighborsAt(node);
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
