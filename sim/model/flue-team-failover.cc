/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a team does when a link fails or comes back, and its part towards the host stack: see
 * flue-team-device.h. How connections leave a member is the driver's business (model/im/team.c).
 */
#include "flue-deadline.h"
#include "flue-tcp-l4-protocol.h"
#include "flue-team-device.h"

#include "ns3/abort.h"
#include "ns3/arp-header.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/ipv6-header.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueTeamDevice");

// ---- The host stack's side ----------------------------------------------------------------------

flue_provider* FlueTeamDevice::Join(FlueTcpL4Protocol* tcp, const flue_tcp_config& engine)
{
    flue_im_config config = flue_im_config_default();
    config.members = static_cast<uint32_t>(m_members.size());
    config.mode = m_mode;
    for (std::size_t i = 0; i < m_members.size(); i++)
    {
        Mac48Address::ConvertFrom(m_members[i]->GetAddress()).CopyTo(config.sources[i]);
    }
    flue_im_handlers handlers{};
    handlers.interrupt = [](void* user, flue_time)
    { static_cast<FlueTeamDevice*>(user)->m_isRaised = true; };
    const flue_allocator allocator = flue_allocator_default();
    const flue_result result = flue_im_create(&config, &handlers, this, &allocator, &m_im);
    if (result != FLUE_OK)
    {
        NS_LOG_WARN("no driver for the team: " << flue_result_text(result));
        return nullptr;
    }
    m_tcp = tcp;
    for (uint32_t i = 0; i < m_members.size(); i++)
    {
        flue_provider* provider = m_members[i]->Join(tcp, engine);
        if (!provider)
        {
            return nullptr;
        }
        flue_im_bind(m_im, i, provider);
        m_members[i]->Attach(flue_im_client(m_im, i));
    }
    return Watch();
}

flue_provider* FlueTeamDevice::Watch()
{
    if (!m_members.front()->GetVerify())
    {
        return flue_im_provider(m_im, 0);
    }
    const flue_allocator allocator = flue_allocator_default();
    const auto report = [](void* user, const flue_violation* violation)
    { static_cast<FlueTeamDevice*>(user)->m_members.front()->OnViolation(*violation); };
    return flue_verifier_create(&allocator, report, this, &m_verifier) == FLUE_OK
               ? flue_verifier_provider(m_verifier)
               : nullptr;
}

void FlueTeamDevice::Attach(const flue_client* client)
{
    if (m_verifier)
    {
        flue_verifier_attach(m_verifier, flue_im_provider(m_im, 0), client);
        client = flue_verifier_client(m_verifier);
    }
    flue_im_attach(m_im, 0, client);
    for (uint32_t i = 0; i < m_members.size(); i++)
    {
        if (!m_known[i].isUp && flue_im_set_link(m_im, FlueNow(), i, false) != FLUE_OK)
        {
            NS_ABORT_MSG("the driver does not know member " << i);
        }
    }
}

void FlueTeamDevice::Leave()
{
    for (const Ptr<FlueNic>& member : m_members)
    {
        member->Leave();
    }
    flue_im_destroy(m_im);
    flue_verifier_destroy(m_verifier);
    m_im = nullptr;
    m_verifier = nullptr;
    m_tcp = nullptr;
}

bool FlueTeamDevice::Deliver()
{
    const bool isRaised = m_isRaised && m_im;
    m_isRaised = false;
    if (isRaised)
    {
        flue_im_poll(m_im, FlueNow());
    }
    return isRaised;
}

void FlueTeamDevice::NoteMove(flue_owner owner)
{
    if (owner == FLUE_OWNER_HOST && flue_im_is_moving(m_im))
    {
        m_failover.uploaded = Simulator::Now();
    }
    else if (owner == FLUE_OWNER_TARGET && m_failovers != 0)
    {
        m_failover.offloaded = Simulator::Now();
    }
}

FlueTeamDevice::Failover FlueTeamDevice::GetFailover() const
{
    Failover failover = m_failover;
    if (m_im)
    {
        const flue_im_statistics statistics = flue_im_get_statistics(m_im);
        failover.resumed = statistics.failover_resumed != 0 && statistics.failovers != 0
                               ? FlueToTime(statistics.failover_resumed)
                               : Time::Min();
    }
    return failover;
}

uint64_t FlueTeamDevice::GetFailovers() const
{
    return m_failovers;
}

// ---- Links --------------------------------------------------------------------------------------

void FlueTeamDevice::OnLinkChange(uint32_t number)
{
    m_known[number].changed = Simulator::Now();
    Simulator::Schedule(m_detectDelay, &FlueTeamDevice::Notice, Ptr<FlueTeamDevice>(this), number);
}

void FlueTeamDevice::Notice(uint32_t number)
{
    if (number >= m_members.size() || m_members[number]->IsLinkUp() == m_known[number].isUp)
    {
        return; // disposed of, or as it was before
    }
    const bool wasUp = IsLinkUp();
    const uint32_t before = m_active;
    const bool isUp = !m_known[number].isUp;
    m_known[number].isUp = isUp;
    ChooseActive();
    const bool hasToMove =
        !isUp && IsLinkUp() && m_members[number]->GetTargetStatistics().connections > 0;
    if (m_active != before || hasToMove)
    {
        m_failovers++;
        m_failover = Failover{m_known[m_active != before ? before : number].changed,
                              Simulator::Now(),
                              Time::Min(),
                              Time::Min(),
                              Time::Min()};
    }
    TakeOver();
    if (m_active != before || m_mode == FLUE_TEAM_BALANCE)
    {
        Announce();
    }
    Remind();
    if (m_im)
    {
        const flue_result result = flue_im_set_link(m_im, FlueNow(), number, isUp);
        NS_ABORT_MSG_IF(result != FLUE_OK || flue_im_active(m_im) != m_active,
                        "the team and its driver do not agree on the active member");
        m_tcp->Settle();
        if (m_mode == FLUE_TEAM_BALANCE && !flue_im_is_moving(m_im))
        {
            m_tcp->RoutesChanged(); // what is sent has other sources
        }
    }
    if (IsLinkUp() != wasUp)
    {
        m_linkChange();
    }
}

void FlueTeamDevice::ChooseActive()
{
    for (uint32_t i = 0; !m_known[m_active].isUp && i < m_known.size(); i++)
    {
        if (m_known[i].isUp)
        {
            m_active = i;
        }
    }
}

// ---- The switch ---------------------------------------------------------------------------------

void FlueTeamDevice::Announce()
{
    if (m_mode != FLUE_TEAM_AGGREGATE)
    {
        AnnounceIpv4();
        AnnounceIpv6();
    }
}

void FlueTeamDevice::Remind()
{
    const auto isUp = [](const Member& member) { return member.isUp; };
    m_reminder.Cancel();
    if (m_mode != FLUE_TEAM_BALANCE || std::all_of(m_known.begin(), m_known.end(), isUp))
    {
        return;
    }
    m_reminder = Simulator::Schedule(m_remindInterval,
                                     [this]()
                                     {
                                         AnnounceIpv4();
                                         Remind();
                                     });
}

void FlueTeamDevice::AnnounceIpv4()
{
    const Ptr<Ipv4L3Protocol> ipv4 = m_node->GetObject<Ipv4L3Protocol>();
    const int32_t interface = ipv4 ? ipv4->GetInterfaceForDevice(this) : -1;
    for (uint32_t i = 0; interface >= 0 && i < ipv4->GetNAddresses(interface); i++)
    {
        const Ipv4Address address = ipv4->GetAddress(interface, i).GetLocal();
        ArpHeader header;
        header.SetRequest(GetSourceOf(address), address, GetBroadcast(), address);
        Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(header);
        // The Ethernet source is what the switch learns, for all who go on to send there.
        m_members[HolderOf(HomeOf(address))]->SendFrom(packet,
                                                       GetAddressOf(address),
                                                       GetBroadcast(),
                                                       ArpL3Protocol::PROT_NUMBER);
    }
}

void FlueTeamDevice::AnnounceIpv6()
{
    const Ptr<Ipv6L3Protocol> ipv6 = m_node->GetObject<Ipv6L3Protocol>();
    const Ptr<Icmpv6L4Protocol> icmp = m_node->GetObject<Icmpv6L4Protocol>();
    const int32_t interface = ipv6 && icmp ? ipv6->GetInterfaceForDevice(this) : -1;
    const uint8_t isOverride = 1;
    for (uint32_t i = 0; interface >= 0 && i < ipv6->GetNAddresses(interface); i++)
    {
        const Ipv6Address address = ipv6->GetAddress(interface, i).GetAddress();
        const Ipv6Address all = Ipv6Address::GetAllNodesMulticast();
        Address mac = m_address;
        const auto advertisement = icmp->ForgeNA(address, all, &mac, isOverride);
        advertisement.first->AddHeader(advertisement.second);
        Send(advertisement.first, GetMulticast(all), Ipv6L3Protocol::PROT_NUMBER);
    }
}

} // namespace ns3
