/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-team-helper.h.
 */
#include "flue-team-helper.h"

#include "ns3/abort.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/node.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{

namespace
{

/** @return "device 3 of node 1" */
std::string Describe(const Ptr<NetDevice>& device)
{
    return "device " + std::to_string(device->GetIfIndex()) + " of node " +
           std::to_string(device->GetNode()->GetId());
}

/** @return the VLAN of what a device sends */
uint64_t VlanOf(const Ptr<NetDevice>& device)
{
    UintegerValue vlan;
    device->GetAttribute("VlanId", vlan);
    return vlan.Get();
}

bool HasInterface(const Ptr<NetDevice>& device)
{
    const Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
    const Ptr<Ipv6> ipv6 = device->GetNode()->GetObject<Ipv6>();
    return (ipv4 && ipv4->GetInterfaceForDevice(device) >= 0) ||
           (ipv6 && ipv6->GetInterfaceForDevice(device) >= 0);
}

/** @return what is wrong with one member of a team whose first one is @p first */
std::string FindFaultOf(const Ptr<NetDevice>& device, const Ptr<NetDevice>& first)
{
    const Ptr<FlueNic> nic = DynamicCast<FlueNic>(device);
    if (!nic)
    {
        return Describe(device) + " is an " + device->GetInstanceTypeId().GetName() +
               " and cannot be a member of a team; make its link with FlueNicHelper";
    }
    if (device->GetNode() != first->GetNode())
    {
        return Describe(device) + " is not on the same node as " + Describe(first) +
               "; make a team for each node";
    }
    if (FlueTeamDevice::Find(nic))
    {
        return Describe(device) + " is in a team already; an adapter can be in one";
    }
    if (nic->IsJoined())
    {
        return Describe(device) + " carries connections already; make teams before the simulation "
                                  "starts";
    }
    if (HasInterface(device))
    {
        return Describe(device) + " has an IP interface; give the addresses to the team instead";
    }
    if (device->GetMtu() != first->GetMtu())
    {
        return Describe(device) + " has an MTU of " + std::to_string(device->GetMtu()) +
               " bytes, and " + Describe(first) + " of " + std::to_string(first->GetMtu()) +
               "; give the members the same one";
    }
    if (VlanOf(device) != VlanOf(first))
    {
        return Describe(device) + " is in another VLAN than " + Describe(first) +
               "; give the members the same VlanId";
    }
    return "";
}

} // namespace

FlueTeamHelper::FlueTeamHelper(std::string mode)
{
    m_factory.SetTypeId(FlueTeamDevice::GetTypeId());
    NS_ABORT_MSG_UNLESS(
        CreateObject<FlueTeamDevice>()->SetAttributeFailSafe("Mode", StringValue(mode)),
        "FlueTeamHelper: there is no mode \"" << mode << "\"; choose one of "
                                              << FlueTeamDevice::ModeNames());
    m_factory.Set("Mode", StringValue(mode));
}

void FlueTeamHelper::SetDeviceAttribute(std::string name, const AttributeValue& value)
{
    NS_ABORT_MSG_UNLESS(CreateObject<FlueTeamDevice>()->SetAttributeFailSafe(name, value),
                        "FlueTeamHelper: ns3::FlueTeamDevice has no attribute \""
                            << name << "\", or it cannot have this value");
    m_factory.Set(name, value);
}

std::string FlueTeamHelper::FindFault(const NetDeviceContainer& members)
{
    if (members.GetN() == 0 || members.GetN() > FLUE_IM_MOST)
    {
        return "a team has 1 to " + std::to_string(FLUE_IM_MOST) + " members, not " +
               std::to_string(members.GetN());
    }
    for (uint32_t i = 0; i < members.GetN(); i++)
    {
        const std::string fault = FindFaultOf(members.Get(i), members.Get(0));
        if (!fault.empty())
        {
            return fault;
        }
        if (std::find(members.Begin(), members.Begin() + i, members.Get(i)) != members.Begin() + i)
        {
            return Describe(members.Get(i)) + " is named twice";
        }
    }
    return "";
}

Ptr<FlueTeamDevice> FlueTeamHelper::Install(const NetDeviceContainer& members) const
{
    const std::string fault = FindFault(members);
    NS_ABORT_MSG_UNLESS(fault.empty(), "FlueTeamHelper: " << fault);
    Ptr<FlueTeamDevice> team = m_factory.Create<FlueTeamDevice>();
    members.Get(0)->GetNode()->AddDevice(team);
    for (auto member = members.Begin(); member != members.End(); ++member)
    {
        team->AddMember(DynamicCast<FlueNic>(*member));
    }
    return team;
}

} // namespace ns3
