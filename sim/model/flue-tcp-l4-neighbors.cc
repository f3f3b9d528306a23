/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whether the next hops of offloaded connections are there: the part of FlueTcpL4Protocol (see
 * flue-tcp-l4-protocol.h) that asks them, by ARP or neighbour solicitation, and hears them answer.
 *
 * ns-3 does its own asking, for what it sends itself. It knows nothing of what an adapter sends,
 * and takes no notice of answers that it did not ask for; so these are looked at here as well.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/arp-header.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/node.h"

#include <algorithm>

namespace ns3
{

namespace
{

const uint16_t ARP = 0x0806;
const uint16_t IPV6 = 0x86DD;
const uint8_t ICMPV6 = 58;
const uint8_t NEIGHBOR_ADVERTISEMENT = 136;

} // namespace

void FlueTcpL4Protocol::ListenForNeighbors(Ptr<FlueNic> nic)
{
    m_node->RegisterProtocolHandler(MakeCallback(&FlueTcpL4Protocol::OnArp, this), ARP, nic);
}

void FlueTcpL4Protocol::Solicit(const flue_next_hop& hop)
{
    const Ptr<FlueNic> nic = m_nics[hop.adapter];
    Mac48Address source;
    Mac48Address destination;
    source.CopyFrom(hop.source.bytes);
    destination.CopyFrom(hop.destination.bytes);
    if (hop.ip_version == 4)
    {
        const auto index = static_cast<uint32_t>(m_ipv4->GetInterfaceForDevice(nic));
        ArpHeader request;
        request.SetRequest(source,
                           m_ipv4->GetAddress(index, 0).GetLocal(),
                           destination,
                           Ipv4Address::Deserialize(hop.address.bytes));
        Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(request);
        nic->Send(packet, destination, ARP);
        return;
    }
    if (!m_hearsAdvertisements)
    {
        m_hearsAdvertisements = true; // from the first question on: every IPv6 packet is looked at
        m_node->RegisterProtocolHandler(MakeCallback(&FlueTcpL4Protocol::OnIpv6, this),
                                        IPV6,
                                        nullptr);
    }
    const auto index = static_cast<uint32_t>(m_ipv6->GetInterfaceForDevice(nic));
    const Ipv6Address target = Ipv6Address::Deserialize(hop.address.bytes);
    m_node->GetObject<Icmpv6L4Protocol>()->SendNS(m_ipv6->GetAddress(index, 0).GetAddress(),
                                                  target,
                                                  target,
                                                  nic->GetAddress());
}

void FlueTcpL4Protocol::Hear(Ptr<NetDevice> device,
                             uint8_t version,
                             const flue_ip& address,
                             const Address& from)
{
    const auto nic = std::find(m_nics.begin(), m_nics.end(), device);
    if (nic == m_nics.end())
    {
        return;
    }
    flue_mac mac{};
    Mac48Address::ConvertFrom(from).CopyTo(mac.bytes);
    flue_host_neighbor_heard(m_host,
                             FlueNow(),
                             static_cast<uint32_t>(nic - m_nics.begin()),
                             version,
                             &address,
                             &mac);
    Settle();
}

void FlueTcpL4Protocol::OnArp(Ptr<NetDevice> device,
                              Ptr<const Packet> packet,
                              uint16_t,
                              const Address&,
                              const Address&,
                              NetDevice::PacketType)
{
    ArpHeader arp;
    packet->PeekHeader(arp);
    const Ipv4Address sender = arp.GetSourceIpv4Address();
    // A request says nothing about whether the asker can hear, but for one that tells of itself.
    if (arp.IsReply() || sender == arp.GetDestinationIpv4Address())
    {
        flue_ip address{};
        sender.Serialize(address.bytes);
        Hear(device, 4, address, arp.GetSourceHardwareAddress());
    }
}

void FlueTcpL4Protocol::OnIpv6(Ptr<NetDevice> device,
                               Ptr<const Packet> packet,
                               uint16_t,
                               const Address& from,
                               const Address&,
                               NetDevice::PacketType)
{
    uint8_t bytes[64]; // IPv6 header, and the advertisement up to its target
    const uint32_t size = packet->CopyData(bytes, sizeof bytes);
    if (size == sizeof bytes && bytes[6] == ICMPV6 && bytes[40] == NEIGHBOR_ADVERTISEMENT)
    {
        flue_ip address{};
        std::copy_n(bytes + 48, sizeof address.bytes, address.bytes);
        Hear(device, 6, address, from);
    }
}

} // namespace ns3
