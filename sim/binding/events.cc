/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What goes wrong: links, adapters, neighbours, routes and path MTUs that change.
 */
#include "binding.h"

#include "ns3/arp-cache.h"
#include "ns3/icmpv4-l4-protocol.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-list-routing.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/ipv4-static-routing.h"

#include <array>

using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

flue_result CheckEnd(const struct flue_sim_link* link, uint32_t end)
{
    return end > 1 ? Fail(link->sim, FLUE_ERROR_INVALID, "a link has the ends 0 and 1") : FLUE_OK;
}

/** @return the end of @p link that is @p node's */
uint32_t EndOf(const struct flue_sim_link* link, const struct flue_sim_node* node)
{
    return link->nodes[0] == node ? 0 : 1;
}

/** @return a link between the two that has addresses, or null */
const struct flue_sim_link* LinkBetween(const struct flue_sim_node* a,
                                        const struct flue_sim_node* b)
{
    for (const struct flue_sim_link* link : a->links)
    {
        if (link->mask && link->nodes[1 - EndOf(link, a)] == b)
        {
            return link;
        }
    }
    return nullptr;
}

/** @return the node's static routes, which come before the computed ones */
Ptr<ns3::Ipv4StaticRouting> StaticRouting(const struct flue_sim_node* node)
{
    Ptr<ns3::Ipv4> ipv4 = node->node->GetObject<ns3::Ipv4>();
    Ptr<ns3::Ipv4ListRouting> list =
        ns3::DynamicCast<ns3::Ipv4ListRouting>(ipv4->GetRoutingProtocol());
    int16_t priority = 0;
    for (uint32_t i = 0; list && i < list->GetNRoutingProtocols(); i++)
    {
        Ptr<ns3::Ipv4StaticRouting> found =
            ns3::DynamicCast<ns3::Ipv4StaticRouting>(list->GetRoutingProtocol(i, priority));
        if (found)
        {
            return found;
        }
    }
    return nullptr;
}

void RemoveHostRoute(Ptr<ns3::Ipv4StaticRouting> routing, ns3::Ipv4Address destination)
{
    for (uint32_t i = 0; i < routing->GetNRoutes(); i++)
    {
        const ns3::Ipv4RoutingTableEntry route = routing->GetRoute(i);
        if (route.IsHost() && route.GetDest() == destination)
        {
            routing->RemoveRoute(i);
            return;
        }
    }
}

void NotifyStack(const struct flue_sim_node* node)
{
    if (node->tcp)
    {
        node->tcp->NotifyRoutesChanged();
    }
}

flue_result Route(struct flue_sim_node* node,
                  struct flue_sim_node* destination,
                  struct flue_sim_node* gateway)
{
    const struct flue_sim_link* link = LinkBetween(node, gateway);
    if (!link)
    {
        return Fail(node->sim,
                    FLUE_ERROR_STATE,
                    node->name + " shares no link that has addresses with " + gateway->name);
    }
    const uint32_t end = EndOf(link, node);
    const int32_t interface =
        node->node->GetObject<ns3::Ipv4>()->GetInterfaceForDevice(link->devices[end]);
    Ptr<ns3::Ipv4StaticRouting> routing = StaticRouting(node);
    for (const struct flue_sim_link* other : destination->links)
    {
        const ns3::Ipv4Address address(other->addresses[EndOf(other, destination)]);
        if (!other->mask || other->nodes[1 - EndOf(other, destination)] == node)
        {
            continue; // a network of its own needs no gateway
        }
        RemoveHostRoute(routing, address);
        routing->AddHostRouteTo(address,
                                ns3::Ipv4Address(link->addresses[1 - end]),
                                static_cast<uint32_t>(interface));
    }
    NotifyStack(node);
    return FLUE_OK;
}

flue_result ChangeMac(struct flue_sim_link* link, uint32_t end, const uint8_t bytes[6])
{
    if (!link->mask)
    {
        return Fail(link->sim, FLUE_ERROR_STATE, "the link has no addresses");
    }
    if ((bytes[0] & 1) != 0)
    {
        return Fail(link->sim, FLUE_ERROR_INVALID, "a machine's MAC address is no group address");
    }
    ns3::Mac48Address mac;
    mac.CopyFrom(bytes);
    const uint32_t peer = 1 - end;
    link->devices[end]->SetAddress(mac);
    Ptr<ns3::Ipv4L3Protocol> ipv4 = link->nodes[peer]->node->GetObject<ns3::Ipv4L3Protocol>();
    const auto interface = static_cast<uint32_t>(ipv4->GetInterfaceForDevice(link->devices[peer]));
    const ns3::Ipv4Address address(link->addresses[end]);
    ns3::ArpCache::Entry* entry = ipv4->GetInterface(interface)->GetArpCache()->Lookup(address);
    entry->SetMacAddress(mac);
    NotifyStack(link->nodes[end]); // its own frames have another source
    NotifyStack(link->nodes[peer]);
    return FLUE_OK;
}

/** @param seq becomes a sequence number in flight. @return false when there is none */
bool FindInFlight(const flue_sim_flow* flow,
                  const ns3::Address& from,
                  const ns3::Address& to,
                  uint32_t* seq)
{
    const auto local = ns3::InetSocketAddress::ConvertFrom(from);
    const auto remote = ns3::InetSocketAddress::ConvertFrom(to);
    flue_four_tuple tuple{};
    flue_tcp_snapshot snapshot;
    *seq = 0;
    if (!flow->client->tcp)
    {
        return true; // ns-3's TCP
    }
    tuple.ip_version = 4;
    local.GetIpv4().Serialize(tuple.local.bytes);
    remote.GetIpv4().Serialize(tuple.remote.bytes);
    tuple.local_port = local.GetPort();
    tuple.remote_port = remote.GetPort();
    if (!flow->client->tcp->FindSnapshot(tuple, &snapshot))
    {
        return false;
    }
    *seq = snapshot.snd_max - 1; // of the youngest: it is in flight still when the error comes
    return snapshot.snd_una != snapshot.snd_max;
}

/** The far end plays the router: it knows the way back. */
flue_result SendTooBig(const flue_sim_flow* flow, uint32_t mtu)
{
    const Ptr<ns3::Socket> socket = flow->sender->GetSocket();
    ns3::Address from;
    ns3::Address to;
    uint32_t seq = 0;
    if (!flow->sender->IsConnected() || flow->sender->HasFailed() || !socket ||
        socket->GetSockName(from) != 0 || socket->GetPeerName(to) != 0 ||
        !FindInFlight(flow, from, to, &seq))
    {
        return Fail(flow->client->sim,
                    FLUE_ERROR_STATE,
                    "the flow has nothing in flight that a router could complain of");
    }
    const auto local = ns3::InetSocketAddress::ConvertFrom(from);
    const auto remote = ns3::InetSocketAddress::ConvertFrom(to);
    const std::array<uint8_t, 8> quoted = {static_cast<uint8_t>(local.GetPort() >> 8),
                                           static_cast<uint8_t>(local.GetPort()),
                                           static_cast<uint8_t>(remote.GetPort() >> 8),
                                           static_cast<uint8_t>(remote.GetPort()),
                                           static_cast<uint8_t>(seq >> 24),
                                           static_cast<uint8_t>(seq >> 16),
                                           static_cast<uint8_t>(seq >> 8),
                                           static_cast<uint8_t>(seq)};
    ns3::Ipv4Header header;
    header.SetSource(local.GetIpv4());
    header.SetDestination(remote.GetIpv4());
    header.SetProtocol(ns3::FlueTcpL4Protocol::PROT_NUMBER);
    header.SetTtl(64);
    Ptr<ns3::Icmpv4L4Protocol> icmp = flow->server->node->GetObject<ns3::Icmpv4L4Protocol>();
    icmp->SendDestUnreachFragNeeded(header,
                                    ns3::Create<ns3::Packet>(quoted.data(), quoted.size()),
                                    static_cast<uint16_t>(mtu));
    return FLUE_OK;
}

} // namespace

extern "C"
{
    enum flue_result flue_sim_link_up(struct flue_sim_link* link, bool is_up)
    {
        if (!link)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         if (is_up)
                         {
                             link->devices[0]->SetLinkUp();
                         }
                         else
                         {
                             link->devices[0]->SetLinkDown();
                         }
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_nic_power(struct flue_sim_link* link, uint32_t end, bool is_on)
    {
        if (!link)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         const flue_result checked = CheckEnd(link, end);
                         if (checked != FLUE_OK)
                         {
                             return checked;
                         }
                         const flue_result result = link->devices[end]->SetPower(is_on);
                         return result == FLUE_OK
                                    ? FLUE_OK
                                    : Fail(link->sim,
                                           result,
                                           std::string("the adapter cannot ") +
                                               (is_on ? "wake up" : "go to sleep") +
                                               ": it does already, or it was removed");
                     });
    }

    enum flue_result flue_sim_nic_remove(struct flue_sim_link* link, uint32_t end)
    {
        if (!link)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         const flue_result checked = CheckEnd(link, end);
                         if (checked == FLUE_OK)
                         {
                             link->devices[end]->Remove();
                         }
                         return checked;
                     });
    }

    enum flue_result flue_sim_nic_fail(struct flue_sim_link* link, uint32_t end, uint32_t skip)
    {
        if (!link)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         const flue_result checked = CheckEnd(link, end);
                         if (checked != FLUE_OK)
                         {
                             return checked;
                         }
                         return link->devices[end]->Inject(FLUE_TARGET_FAULT_SEGMENT, skip)
                                    ? FLUE_OK
                                    : Fail(link->sim,
                                           FLUE_ERROR_NOT_SUPPORTED,
                                           "only an adapter to which connections are offloaded can "
                                           "lose one");
                     });
    }

    void flue_sim_nic_read(const struct flue_sim_link* link,
                           uint32_t end,
                           struct flue_sim_nic_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_nic_statistics{};
        if (link && end <= 1)
        {
            statistics->is_on = link->devices[end]->IsOn();
            statistics->since = ns3::FlueFromTime(link->devices[end]->GetPoweredAt());
        }
    }

    enum flue_result flue_sim_link_mac(struct flue_sim_link* link,
                                       uint32_t end,
                                       const uint8_t mac[6])
    {
        if (!link || !mac)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim,
                     [=]()
                     {
                         const flue_result checked = CheckEnd(link, end);
                         return checked == FLUE_OK ? ChangeMac(link, end, mac) : checked;
                     });
    }

    enum flue_result flue_sim_route(struct flue_sim_node* node,
                                    struct flue_sim_node* destination,
                                    struct flue_sim_node* gateway)
    {
        if (!node || !destination || !gateway || destination->sim != node->sim ||
            gateway->sim != node->sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(node->sim, [=]() { return Route(node, destination, gateway); });
    }

    enum flue_result flue_sim_flow_too_big(struct flue_sim_flow* flow, uint32_t mtu)
    {
        if (!flow)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(flow->client->sim,
                     [=]()
                     {
                         return mtu >= 68 && mtu <= 65535
                                    ? SendTooBig(flow, mtu)
                                    : Fail(flow->client->sim,
                                           FLUE_ERROR_INVALID,
                                           "an MTU of " + std::to_string(mtu) +
                                               " bytes is out of range: expected 68 to 65535");
                     });
    }
}
