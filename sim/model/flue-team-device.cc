/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-team-device.h. The file goes: members, frames out and in, and what every NetDevice says
 * of itself. Attributes are in flue-team-attributes.cc; failures, and the host stack's side, in
 * flue-team-failover.cc.
 */
#include "flue-team-device.h"

#include "ns3/abort.h"
#include "ns3/channel.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/node.h"

#include <algorithm>

namespace ns3
{

FlueTeamDevice::FlueTeamDevice() = default;

FlueTeamDevice::~FlueTeamDevice()
{
    Leave();
}

void FlueTeamDevice::DoInitialize()
{
    Check();
    NetDevice::DoInitialize();
}

void FlueTeamDevice::DoDispose()
{
    Leave();
    m_reminder.Cancel();
    m_members.clear();
    m_receive = ReceiveCallback();
    m_promisc = PromiscReceiveCallback();
    m_node = nullptr;
    NetDevice::DoDispose();
}

// ---- Members ------------------------------------------------------------------------------------

void FlueTeamDevice::AddMember(Ptr<FlueNic> member)
{
    NS_ABORT_MSG_IF(m_tcp, "a team's members are chosen before a host stack is joined to it");
    const uint32_t number = static_cast<uint32_t>(m_members.size());
    if (number == 0)
    {
        m_address = Mac48Address::ConvertFrom(member->GetAddress());
    }
    if (m_mode != FLUE_TEAM_BALANCE)
    {
        member->SetAddress(m_address);
    }
    member->SetReceiveCallback(MakeCallback(&FlueTeamDevice::Receive, this).Bind(number));
    member->AddLinkChangeCallback(MakeCallback(&FlueTeamDevice::OnLinkChange, this).Bind(number));
    m_members.push_back(member);
    m_known.push_back(Member{member->IsLinkUp(), Time::Min()});
    ChooseActive();
    TakeOver();
}

const std::vector<Ptr<FlueNic>>& FlueTeamDevice::GetMembers() const
{
    return m_members;
}

Ptr<FlueTeamDevice> FlueTeamDevice::Find(const Ptr<const FlueNic>& member)
{
    const Ptr<Node> node = member->GetNode();
    for (uint32_t i = 0; node && i < node->GetNDevices(); i++)
    {
        Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(node->GetDevice(i));
        if (team && std::find(team->m_members.begin(), team->m_members.end(), member) !=
                        team->m_members.end())
        {
            return team;
        }
    }
    return nullptr;
}

void FlueTeamDevice::Check() const
{
    NS_ABORT_MSG_IF(m_members.empty(), "a team needs members: use FlueTeamHelper");
    const Ptr<Ipv4L3Protocol> ipv4 = m_node->GetObject<Ipv4L3Protocol>();
    const Ptr<Ipv6L3Protocol> ipv6 = m_node->GetObject<Ipv6L3Protocol>();
    for (const Ptr<FlueNic>& member : m_members)
    {
        NS_ABORT_MSG_IF(
            (ipv4 && ipv4->GetInterfaceForDevice(member) >= 0) ||
                (ipv6 && ipv6->GetInterfaceForDevice(member) >= 0),
            "device " << member->GetIfIndex() << " of node " << m_node->GetId()
                      << " is a member of a team and has an IP interface; give the "
                         "addresses to the team, which FlueTeamHelper::Install returns");
    }
}

uint32_t FlueTeamDevice::GetActive() const
{
    return m_active;
}

bool FlueTeamDevice::IsMemberUp(uint32_t number) const
{
    return m_known.at(number).isUp;
}

bool FlueTeamDevice::HasRoom()
{
    bool hasRoom = true;
    for (std::size_t i = 0; i < m_members.size(); i++)
    {
        // Each is asked: one that says no tells when it has room again.
        hasRoom = (!m_known[i].isUp || m_members[i]->HasRoom()) && hasRoom;
    }
    return hasRoom;
}

// ---- Frames -------------------------------------------------------------------------------------

namespace
{

const uint32_t IPV4_LEAST = 20; //!< bytes of an IPv4 header without options
const uint32_t IPV6_SIZE = 40;  //!< bytes of an IPv6 header
const uint32_t IPV4_MOST = 60;  //!< bytes of the longest IPv4 header
const uint32_t PORTS_SIZE = 4;  //!< bytes of the two ports
const uint8_t TCP = 6;          //!< IP's number for it
const uint8_t UDP = 17;         //!< likewise

uint32_t ReadWord(const uint8_t* bytes)
{
    return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

/** Folds what tells flows apart into a byte. */
uint32_t Fold(uint32_t word)
{
    word ^= word >> 16;
    return (word ^ word >> 8) & 0xff;
}

/**
 * A hash of addresses and ports, as "layer3+4" of switches.
 * @param isIp false: it is something else
 */
uint32_t HashPorts(const Packet& packet, uint16_t protocol, bool* isIp)
{
    uint8_t bytes[IPV4_MOST + PORTS_SIZE] = {};
    const uint32_t available = packet.CopyData(bytes, sizeof bytes);
    uint32_t hash = 0;
    uint32_t begin = 12; // of the addresses
    uint32_t end = 20;
    uint32_t ports = 0; // where they are; 0: there are none
    uint8_t above = 0;
    if (protocol == Ipv4L3Protocol::PROT_NUMBER && available >= IPV4_LEAST)
    {
        const bool isFragment = ((bytes[6] & 0x3f) | bytes[7]) != 0;
        above = bytes[9];
        ports = isFragment ? 0 : (bytes[0] & 0x0fU) * 4;
    }
    else if (protocol == Ipv6L3Protocol::PROT_NUMBER && available >= IPV6_SIZE)
    {
        begin = 8;
        end = IPV6_SIZE;
        above = bytes[6];
        ports = IPV6_SIZE;
    }
    else
    {
        *isIp = false;
        return 0;
    }
    *isIp = true;
    for (uint32_t i = begin; i < end; i += 4)
    {
        hash ^= ReadWord(bytes + i);
    }
    if ((above == TCP || above == UDP) && ports != 0)
    {
        hash ^= ReadWord(bytes + ports);
    }
    return Fold(hash);
}

} // namespace

uint32_t FlueTeamDevice::NumberOfUp(uint32_t number) const
{
    const auto isUp = [](const Member& member) { return member.isUp; };
    const auto up = static_cast<uint32_t>(std::count_if(m_known.begin(), m_known.end(), isUp));
    if (up == 0)
    {
        return m_active;
    }
    number %= up;
    for (uint32_t i = 0;; i++)
    {
        if (m_known[i].isUp && number-- == 0)
        {
            return i;
        }
    }
}

uint32_t FlueTeamDevice::Choose(const Packet& packet,
                                const Mac48Address& source,
                                const Mac48Address& dest,
                                uint16_t protocolNumber) const
{
    if (m_mode == FLUE_TEAM_ACTIVE_BACKUP)
    {
        return m_active;
    }
    bool isIp = false;
    if (m_hashesPorts)
    {
        const uint32_t hash = HashPorts(packet, protocolNumber, &isIp);
        if (isIp)
        {
            return NumberOfUp(hash);
        }
    }
    // As the driver below the host stack does with neighbours (model/im/team.c).
    uint8_t from[6];
    uint8_t to[6];
    source.CopyTo(from);
    dest.CopyTo(to);
    return NumberOfUp(uint32_t{from[5]} ^ uint32_t{to[5]} ^
                      uint32_t{m_members.front()->GetTargetVlan()});
}

bool FlueTeamDevice::Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber)
{
    return SendFrom(packet, m_address, dest, protocolNumber);
}

bool FlueTeamDevice::SendFrom(Ptr<Packet> packet,
                              const Address& source,
                              const Address& dest,
                              uint16_t protocolNumber)
{
    if (m_mode == FLUE_TEAM_BALANCE)
    {
        return m_members[Direct(packet, protocolNumber)]->Send(packet, dest, protocolNumber);
    }
    const uint32_t number = Choose(*packet,
                                   Mac48Address::ConvertFrom(source),
                                   Mac48Address::ConvertFrom(dest),
                                   protocolNumber);
    return m_members[number]->SendFrom(packet, source, dest, protocolNumber);
}

bool FlueTeamDevice::IsHeard(uint32_t number) const
{
    // What a switch floods comes by each member.
    return m_mode != FLUE_TEAM_ACTIVE_BACKUP || number == m_active;
}

bool FlueTeamDevice::IsOwn(const Mac48Address& source) const
{
    const auto bears = [&source](const Ptr<FlueNic>& member)
    { return Mac48Address::ConvertFrom(member->GetAddress()) == source; };
    return std::any_of(m_members.begin(), m_members.end(), bears);
}

bool FlueTeamDevice::Receive(uint32_t number,
                             Ptr<NetDevice>,
                             Ptr<const Packet> packet,
                             uint16_t protocol,
                             const Address& source)
{
    return IsHeard(number) && !IsOwn(Mac48Address::ConvertFrom(source)) && !m_receive.IsNull() &&
           m_receive(this, packet, protocol, source);
}

bool FlueTeamDevice::ReceiveAll(uint32_t number,
                                Ptr<NetDevice>,
                                Ptr<const Packet> packet,
                                uint16_t protocol,
                                const Address& source,
                                const Address& dest,
                                PacketType type)
{
    return IsHeard(number) && !m_promisc.IsNull() &&
           m_promisc(this, packet, protocol, source, dest, type);
}

void FlueTeamDevice::SetReceiveCallback(NetDevice::ReceiveCallback callback)
{
    m_receive = callback;
}

void FlueTeamDevice::SetPromiscReceiveCallback(PromiscReceiveCallback callback)
{
    m_promisc = callback;
    for (uint32_t i = 0; i < m_members.size(); i++)
    {
        m_members[i]->SetPromiscReceiveCallback(
            callback.IsNull() ? PromiscReceiveCallback()
                              : MakeCallback(&FlueTeamDevice::ReceiveAll, this).Bind(i));
    }
}

// ---- What every NetDevice says of itself --------------------------------------------------------

void FlueTeamDevice::SetIfIndex(const uint32_t index)
{
    m_ifIndex = index;
}

uint32_t FlueTeamDevice::GetIfIndex() const
{
    return m_ifIndex;
}

Ptr<Channel> FlueTeamDevice::GetChannel() const
{
    return nullptr;
}

void FlueTeamDevice::SetAddress(Address address)
{
    m_address = Mac48Address::ConvertFrom(address);
    for (const Ptr<FlueNic>& member : m_members)
    {
        if (m_mode != FLUE_TEAM_BALANCE || member == m_members.front())
        {
            member->SetAddress(m_address);
        }
    }
}

Address FlueTeamDevice::GetAddress() const
{
    return m_address;
}

bool FlueTeamDevice::SetMtu(const uint16_t mtu)
{
    const auto set = [mtu](const Ptr<FlueNic>& member) { return member->SetMtu(mtu); };
    return std::all_of(m_members.begin(), m_members.end(), set);
}

uint16_t FlueTeamDevice::GetMtu() const
{
    return m_members.empty() ? 0 : m_members.front()->GetMtu();
}

bool FlueTeamDevice::IsLinkUp() const
{
    return !m_known.empty() && m_known[m_active].isUp;
}

void FlueTeamDevice::AddLinkChangeCallback(Callback<void> callback)
{
    m_linkChange.ConnectWithoutContext(callback);
}

bool FlueTeamDevice::IsBroadcast() const
{
    return true;
}

Address FlueTeamDevice::GetBroadcast() const
{
    return Mac48Address::GetBroadcast();
}

bool FlueTeamDevice::IsMulticast() const
{
    return true;
}

Address FlueTeamDevice::GetMulticast(Ipv4Address multicastGroup) const
{
    return Mac48Address::GetMulticast(multicastGroup);
}

Address FlueTeamDevice::GetMulticast(Ipv6Address addr) const
{
    return Mac48Address::GetMulticast(addr);
}

bool FlueTeamDevice::IsBridge() const
{
    return false;
}

bool FlueTeamDevice::IsPointToPoint() const
{
    return false;
}

Ptr<Node> FlueTeamDevice::GetNode() const
{
    return m_node;
}

void FlueTeamDevice::SetNode(Ptr<Node> node)
{
    m_node = node;
}

bool FlueTeamDevice::NeedsArp() const
{
    return true;
}

bool FlueTeamDevice::SupportsSendFrom() const
{
    return true;
}

} // namespace ns3
