/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What happens to a node's adapters, neighbours and paths: the part of FlueTcpL4Protocol (see
 * flue-tcp-l4-protocol.h) that brings ICMP, ARP and neighbour discovery, power and route changes to
 * the host stack.
 *
 * ns-3's ARP tells nobody what it hears. So from the first time that the host stack asks for a next
 * hop, the answers are read from the node's packets, besides ns-3.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/arp-header.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/icmpv6-header.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/ipv6-header.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueTcpL4Events");

namespace
{

const uint32_t NO_ADAPTER = UINT32_MAX;

flue_mac ToMac(const Address& address)
{
    flue_mac mac{};
    Mac48Address::ConvertFrom(address).CopyTo(mac.bytes);
    return mac;
}

Mac48Address FromMac(const flue_mac& mac)
{
    Mac48Address address;
    address.CopyFrom(mac.bytes);
    return address;
}

} // namespace

uint32_t FlueTcpL4Protocol::NumberOf(Ptr<NetDevice> device) const
{
    const auto adapter = std::find(m_adapters.begin(), m_adapters.end(), device);
    return adapter == m_adapters.end() ? NO_ADAPTER
                                       : static_cast<uint32_t>(adapter - m_adapters.begin());
}

void FlueTcpL4Protocol::AddEventHandlers(flue_host_handlers* handlers)
{
    handlers->solicit = [](void* user, flue_time, const flue_next_hop* hop)
    { static_cast<FlueTcpL4Protocol*>(user)->Solicit(*hop); };
    handlers->powered = [](void* user, flue_time, uint32_t adapter, bool isOn, flue_result result)
    { static_cast<FlueTcpL4Protocol*>(user)->Powered(adapter, isOn, result); };
    handlers->adapter_load = [](void* user, flue_time, uint32_t adapter)
    { return static_cast<FlueTcpL4Protocol*>(user)->TakeLoad(adapter); };
}

uint32_t FlueTcpL4Protocol::TakeLoad(uint32_t adapter)
{
    uint32_t load = 0;
    for (const Ptr<FlueNic>& nic : NicsOf(m_adapters[adapter]))
    {
        load = std::max(load, nic->TakeLoad());
    }
    return load;
}

// ---- Power --------------------------------------------------------------------------------------

flue_result FlueTcpL4Protocol::SetPower(Ptr<NetDevice> adapter, bool isOn)
{
    flue_host* host = Host();
    const uint32_t number = NumberOf(adapter);
    if (number == NO_ADAPTER)
    {
        return FLUE_ERROR_NOT_FOUND;
    }
    const flue_result result = flue_host_set_power(host, FlueNow(), number, isOn);
    Settle();
    return result;
}

void FlueTcpL4Protocol::Powered(uint32_t adapter, bool isOn, flue_result result)
{
    if (result != FLUE_OK)
    {
        NS_LOG_WARN("adapter " << adapter << " keeps its power: " << flue_result_text(result));
        return;
    }
    for (const Ptr<FlueNic>& nic : NicsOf(m_adapters[adapter]))
    {
        nic->TakePower(isOn);
    }
}

// ---- Routes and neighbours ----------------------------------------------------------------------

void FlueTcpL4Protocol::RoutesChanged()
{
    if (m_host)
    {
        flue_host_routes_changed(m_host, FlueNow());
        Settle();
    }
}

void FlueTcpL4Protocol::Solicit(const flue_next_hop& hop)
{
    if (!m_isHearing)
    {
        m_isHearing = true;
        for (const uint16_t protocol : {ArpL3Protocol::PROT_NUMBER, Ipv6L3Protocol::PROT_NUMBER})
        {
            m_node->RegisterProtocolHandler(MakeCallback(&FlueTcpL4Protocol::Hear, this),
                                            protocol,
                                            nullptr);
        }
    }
    Ptr<NetDevice> device = m_adapters[hop.adapter];
    if (hop.ip_version == 6)
    {
        Solicit6(hop, device);
    }
    else
    {
        Solicit4(hop, device);
    }
}

void FlueTcpL4Protocol::Solicit4(const flue_next_hop& hop, Ptr<NetDevice> device)
{
    const int32_t interface = m_ipv4 ? m_ipv4->GetInterfaceForDevice(device) : -1;
    if (interface < 0)
    {
        return;
    }
    const Ipv4Address target = Ipv4Address::Deserialize(hop.address.bytes);
    const Ipv4Address source =
        m_ipv4->SourceAddressSelection(static_cast<uint32_t>(interface), target);
    ArpHeader header;
    header.SetRequest(device->GetAddress(), source, FromMac(hop.destination), target);
    Ptr<Packet> packet = Create<Packet>();
    packet->AddHeader(header);
    device->Send(packet, FromMac(hop.destination), ArpL3Protocol::PROT_NUMBER);
}

void FlueTcpL4Protocol::Solicit6(const flue_next_hop& hop, Ptr<NetDevice> device)
{
    Ptr<Icmpv6L4Protocol> icmp = m_node->GetObject<Icmpv6L4Protocol>();
    const int32_t interface = m_ipv6 ? m_ipv6->GetInterfaceForDevice(device) : -1;
    if (!icmp || interface < 0)
    {
        return;
    }
    const Ipv6Address target = Ipv6Address::Deserialize(hop.address.bytes);
    const Ipv6Address source =
        m_ipv6->SourceAddressSelection(static_cast<uint32_t>(interface), target);
    const std::pair<Ptr<Packet>, Ipv6Header> request =
        icmp->ForgeNS(source, target, target, device->GetAddress());
    request.first->AddHeader(request.second);
    device->Send(request.first, FromMac(hop.destination), Ipv6L3Protocol::PROT_NUMBER);
}

void FlueTcpL4Protocol::Hear(Ptr<NetDevice> device,
                             Ptr<const Packet> packet,
                             uint16_t protocol,
                             const Address& from,
                             const Address&,
                             NetDevice::PacketType)
{
    const uint32_t number = NumberOf(device);
    flue_ip address{};
    flue_mac mac{};
    if (number == NO_ADAPTER || !m_host)
    {
        return;
    }
    if (protocol == ArpL3Protocol::PROT_NUMBER)
    {
        ArpHeader header;
        if (packet->PeekHeader(header) == 0 || !header.IsReply())
        {
            return;
        }
        header.GetSourceIpv4Address().Serialize(address.bytes);
        mac = ToMac(header.GetSourceHardwareAddress());
    }
    else
    {
        Ptr<Packet> copy = packet->Copy();
        Ipv6Header ip;
        uint8_t type = 0;
        copy->RemoveHeader(ip);
        copy->CopyData(&type, 1);
        Icmpv6NA answer;
        if (ip.GetNextHeader() != Icmpv6L4Protocol::PROT_NUMBER ||
            type != Icmpv6Header::ICMPV6_ND_NEIGHBOR_ADVERTISEMENT ||
            copy->GetSize() < answer.GetSerializedSize())
        {
            return;
        }
        copy->RemoveHeader(answer);
        answer.GetIpv6Target().Serialize(address.bytes);
        mac = ToMac(from);
    }
    flue_host_neighbor_heard(m_host,
                             FlueNow(),
                             number,
                             protocol == ArpL3Protocol::PROT_NUMBER ? 4 : 6,
                             &address,
                             &mac);
    Settle();
}

// ---- ICMP ---------------------------------------------------------------------------------------

void FlueTcpL4Protocol::TakeIcmp(flue_four_tuple* tuple,
                                 uint8_t type,
                                 uint8_t code,
                                 uint32_t info,
                                 const uint8_t payload[8])
{
    const auto number = [payload](int at, int size)
    {
        uint32_t value = 0;
        for (int i = 0; i < size; i++)
        {
            value = value << 8 | payload[at + i];
        }
        return value;
    };
    tuple->local_port = static_cast<uint16_t>(number(0, 2));
    tuple->remote_port = static_cast<uint16_t>(number(2, 2));
    flue_tcp_icmp icmp{};
    icmp.type = type;
    icmp.code = code;
    icmp.mtu = info;
    icmp.seq = number(4, 4);
    flue_host_icmp_input(Host(), FlueNow(), tuple, &icmp);
    Settle();
}

void FlueTcpL4Protocol::ReceiveIcmp(Ipv4Address source,
                                    uint8_t,
                                    uint8_t type,
                                    uint8_t code,
                                    uint32_t info,
                                    Ipv4Address local,
                                    Ipv4Address remote,
                                    const uint8_t payload[8])
{
    NS_LOG_FUNCTION(this << source << +type << +code << info);
    flue_four_tuple tuple{};
    tuple.ip_version = 4;
    local.Serialize(tuple.local.bytes);
    remote.Serialize(tuple.remote.bytes);
    TakeIcmp(&tuple, type, code, info, payload);
}

void FlueTcpL4Protocol::ReceiveIcmp(Ipv6Address source,
                                    uint8_t,
                                    uint8_t type,
                                    uint8_t code,
                                    uint32_t info,
                                    Ipv6Address local,
                                    Ipv6Address remote,
                                    const uint8_t payload[8])
{
    NS_LOG_FUNCTION(this << source << +type << +code << info);
    flue_four_tuple tuple{};
    tuple.ip_version = 6;
    local.Serialize(tuple.local.bytes);
    remote.Serialize(tuple.remote.bytes);
    TakeIcmp(&tuple, type, code, info, payload);
}

} // namespace ns3
