/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Mode balance of a team: which IPv4 address belongs to which member, and who takes its place. See
 * flue-team-device.h.
 *
 * The first address of the interface belongs to the first member, the second to the second, and so
 * on, over and over. Others learn a member's MAC address for it, from the ARP packets that leave.
 * What belongs to nobody is the first member's.
 */
#include "flue-team-device.h"

#include "ns3/arp-header.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/node.h"

namespace ns3
{

uint32_t FlueTeamDevice::HomeOf(Ipv4Address address) const
{
    const Ptr<Ipv4L3Protocol> ipv4 = m_node->GetObject<Ipv4L3Protocol>();
    const int32_t interface = ipv4 ? ipv4->GetInterfaceForDevice(this) : -1;
    if (interface < 0 || m_mode != FLUE_TEAM_BALANCE)
    {
        return 0;
    }
    const auto number = static_cast<uint32_t>(interface);
    for (uint32_t i = 0; i < ipv4->GetNAddresses(number); i++)
    {
        if (ipv4->GetAddress(number, i).GetLocal() == address)
        {
            return i % static_cast<uint32_t>(m_members.size());
        }
    }
    return 0;
}

uint32_t FlueTeamDevice::HolderOf(uint32_t home) const
{
    return m_mode == FLUE_TEAM_BALANCE && m_known[home].isUp ? home : m_active;
}

Mac48Address FlueTeamDevice::GetAddressOf(Ipv4Address address) const
{
    return Mac48Address::ConvertFrom(m_members[HomeOf(address)]->GetAddress());
}

Mac48Address FlueTeamDevice::GetSourceOf(Ipv4Address address) const
{
    return Mac48Address::ConvertFrom(m_members[HolderOf(HomeOf(address))]->GetAddress());
}

uint32_t FlueTeamDevice::Direct(const Ptr<Packet>& packet, uint16_t protocolNumber) const
{
    Ipv4Address source;
    if (protocolNumber == ArpL3Protocol::PROT_NUMBER)
    {
        ArpHeader header;
        packet->RemoveHeader(header);
        source = header.GetSourceIpv4Address();
        if (header.IsRequest())
        {
            header.SetRequest(GetSourceOf(source),
                              source,
                              header.GetDestinationHardwareAddress(),
                              header.GetDestinationIpv4Address());
        }
        else
        {
            header.SetReply(GetSourceOf(source),
                            source,
                            header.GetDestinationHardwareAddress(),
                            header.GetDestinationIpv4Address());
        }
        packet->AddHeader(header);
    }
    else if (protocolNumber == Ipv4L3Protocol::PROT_NUMBER)
    {
        Ipv4Header header;
        packet->PeekHeader(header);
        source = header.GetSource();
    }
    return HolderOf(HomeOf(source));
}

void FlueTeamDevice::TakeOver()
{
    for (uint32_t i = 0; m_mode == FLUE_TEAM_BALANCE && i < m_members.size(); i++)
    {
        std::vector<Mac48Address> further;
        for (uint32_t home = 0; home < m_members.size(); home++)
        {
            if (home != i && HolderOf(home) == i)
            {
                further.push_back(Mac48Address::ConvertFrom(m_members[home]->GetAddress()));
            }
        }
        m_members[i]->SetFurtherAddresses(std::move(further));
        m_members[i]->SetGroupsDeaf(i != m_active);
    }
}

} // namespace ns3
