/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where segments leave the node: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that
 * asks ns-3's routing, ARP and neighbour discovery.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"
#include "flue-team-device.h"

#include "ns3/arp-cache.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/ipv6-interface.h"
#include "ns3/ipv6-route.h"
#include "ns3/ipv6-routing-protocol.h"
#include "ns3/loopback-net-device.h"
#include "ns3/ndisc-cache.h"
#include "ns3/node.h"

#include <algorithm>
#include <cstring>

namespace ns3
{

Ptr<Ipv4Route> FlueTcpL4Protocol::Route4(const flue_four_tuple& tuple, Ptr<NetDevice> device)
{
    if (!m_ipv4 || !m_ipv4->GetRoutingProtocol())
    {
        return nullptr;
    }
    Ipv4Header header;
    header.SetSource(Ipv4Address::Deserialize(tuple.local.bytes));
    header.SetDestination(Ipv4Address::Deserialize(tuple.remote.bytes));
    header.SetProtocol(PROT_NUMBER);
    Socket::SocketErrno error;
    return m_ipv4->GetRoutingProtocol()->RouteOutput(nullptr, header, device, error);
}

Ptr<Ipv6Route> FlueTcpL4Protocol::Route6(const flue_four_tuple& tuple, Ptr<NetDevice> device)
{
    if (!m_ipv6 || !m_ipv6->GetRoutingProtocol())
    {
        return nullptr;
    }
    Ipv6Header header;
    header.SetSource(Ipv6Address::Deserialize(tuple.local.bytes));
    header.SetDestination(Ipv6Address::Deserialize(tuple.remote.bytes));
    header.SetNextHeader(PROT_NUMBER);
    Socket::SocketErrno error;
    return m_ipv6->GetRoutingProtocol()->RouteOutput(nullptr, header, device, error);
}

void FlueTcpL4Protocol::FindDevices()
{
    for (uint32_t i = 0; i < m_node->GetNDevices(); i++)
    {
        Ptr<FlueNetDevice> device = DynamicCast<FlueNetDevice>(m_node->GetDevice(i));
        if (device)
        {
            device->SetRoomCallback(MakeCallback(&FlueTcpL4Protocol::OnRoom, this));
            m_devices.push_back(device);
        }
    }
}

bool FlueTcpL4Protocol::HasRoom(const flue_four_tuple& tuple)
{
    const auto hasRoom = [](const Ptr<FlueNetDevice>& device) { return device->HasRoom(); };
    if (std::all_of(m_devices.begin(), m_devices.end(), hasRoom))
    {
        return true; // wherever it leaves
    }
    Ptr<NetDevice> device;
    if (tuple.ip_version == 6)
    {
        Ptr<Ipv6Route> route = Route6(tuple, nullptr);
        device = route ? route->GetOutputDevice() : nullptr;
    }
    else
    {
        Ptr<Ipv4Route> route = Route4(tuple, nullptr);
        device = route ? route->GetOutputDevice() : nullptr;
    }
    if (Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(device))
    {
        return team->HasRoom();
    }
    Ptr<FlueNetDevice> single = DynamicCast<FlueNetDevice>(device);
    return !single || single->HasRoom();
}

bool FlueTcpL4Protocol::NextHop4(const flue_four_tuple& tuple,
                                 Ptr<NetDevice>* device,
                                 flue_ip* address,
                                 Address* mac)
{
    Ptr<Ipv4Route> route = Route4(tuple, nullptr);
    if (!route)
    {
        return false;
    }
    *device = route->GetOutputDevice();
    const int32_t index = m_ipv4->GetInterfaceForDevice(*device);
    if (index < 0)
    {
        return false;
    }
    Ptr<ArpCache> cache = m_ipv4->GetInterface(static_cast<uint32_t>(index))->GetArpCache();
    const Ipv4Address gateway = route->GetGateway();
    // Not the route's own destination: that is a network.
    const Ipv4Address remote = Ipv4Address::Deserialize(tuple.remote.bytes);
    const Ipv4Address hop = gateway == Ipv4Address::GetZero() ? remote : gateway;
    ArpCache::Entry* entry = cache ? cache->Lookup(hop) : nullptr;
    if (!entry || !(entry->IsAlive() || entry->IsPermanent()))
    {
        return false;
    }
    *address = flue_ip{};
    hop.Serialize(address->bytes);
    *mac = entry->GetMacAddress();
    return true;
}

bool FlueTcpL4Protocol::NextHop6(const flue_four_tuple& tuple,
                                 Ptr<NetDevice>* device,
                                 flue_ip* address,
                                 Address* mac)
{
    Ptr<Ipv6Route> route = Route6(tuple, nullptr);
    if (!route)
    {
        return false;
    }
    *device = route->GetOutputDevice();
    const int32_t index = m_ipv6->GetInterfaceForDevice(*device);
    if (index < 0)
    {
        return false;
    }
    Ptr<NdiscCache> cache = m_ipv6->GetInterface(static_cast<uint32_t>(index))->GetNdiscCache();
    const Ipv6Address gateway = route->GetGateway();
    const Ipv6Address remote = Ipv6Address::Deserialize(tuple.remote.bytes);
    const Ipv6Address hop = gateway == Ipv6Address::GetZero() ? remote : gateway;
    NdiscCache::Entry* entry = cache ? cache->Lookup(hop) : nullptr;
    if (!entry || entry->IsIncomplete())
    {
        return false;
    }
    *address = flue_ip{};
    hop.Serialize(address->bytes);
    *mac = entry->GetMacAddress();
    return true;
}

bool FlueTcpL4Protocol::NextHop(const flue_four_tuple& tuple, flue_next_hop* hop)
{
    Ptr<NetDevice> device;
    flue_ip address;
    Address mac;
    if (!(tuple.ip_version == 6 ? NextHop6(tuple, &device, &address, &mac)
                                : NextHop4(tuple, &device, &address, &mac)))
    {
        return false;
    }
    const auto adapter = std::find(m_adapters.begin(), m_adapters.end(), device);
    if (adapter == m_adapters.end() || !Mac48Address::IsMatchingType(mac))
    {
        return false;
    }
    const Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(device);
    const Ptr<FlueNic> nic =
        team ? team->GetMembers()[team->GetActive()] : DynamicCast<FlueNic>(device);
    const Mac48Address source = team && tuple.ip_version == 4
                                    ? team->GetSourceOf(Ipv4Address::Deserialize(tuple.local.bytes))
                                    : Mac48Address::ConvertFrom(device->GetAddress());
    *hop = flue_next_hop{};
    hop->adapter = static_cast<uint32_t>(adapter - m_adapters.begin());
    source.CopyTo(hop->source.bytes);
    Mac48Address::ConvertFrom(mac).CopyTo(hop->destination.bytes);
    hop->vlan_id = nic->GetTargetVlan();
    hop->path_mtu = device->GetMtu();
    hop->ip_version = tuple.ip_version;
    hop->address = address;
    hop->link_bps = nic->GetDataRate().GetBitRate();
    return true;
}

uint32_t FlueTcpL4Protocol::FindSource(flue_four_tuple* tuple, Ptr<NetDevice> device)
{
    static const flue_ip any{};
    const bool choose = std::memcmp(&tuple->local, &any, sizeof any) == 0;
    if (tuple->ip_version == 6)
    {
        Ptr<Ipv6Route> route = Route6(*tuple, device);
        if (route && choose)
        {
            route->GetSource().Serialize(tuple->local.bytes);
        }
        return route ? route->GetOutputDevice()->GetMtu() : 0;
    }
    Ptr<Ipv4Route> route = Route4(*tuple, device);
    if (route && choose)
    {
        route->GetSource().Serialize(tuple->local.bytes);
    }
    return route ? route->GetOutputDevice()->GetMtu() : 0;
}

uint32_t FlueTcpL4Protocol::SmallestMtu() const
{
    uint32_t smallest = 65535;
    for (uint32_t i = 0; i < m_node->GetNDevices(); i++)
    {
        Ptr<NetDevice> device = m_node->GetDevice(i);
        if (!DynamicCast<LoopbackNetDevice>(device))
        {
            smallest = std::min<uint32_t>(smallest, device->GetMtu());
        }
    }
    return smallest;
}

} // namespace ns3
