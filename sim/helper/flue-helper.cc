/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-helper.h.
 */
#include "flue-helper.h"

#include "model/flue-nic.h"
#include "model/flue-processor.h"
#include "model/flue-tcp-l4-protocol.h"

#include "flue/policy.h"

#include "ns3/abort.h"
#include "ns3/names.h"
#include "ns3/node.h"
#include "ns3/string.h"

#include <map>
#include <vector>

namespace ns3
{

namespace
{

/** @return "node 3", with its name if it has one */
std::string Describe(const Ptr<Node>& node)
{
    const std::string name = Names::FindName(node);
    return "node " + std::to_string(node->GetId()) + (name.empty() ? "" : " (" + name + ")");
}

/** @return the built-in profiles' names */
std::string ProfileNames()
{
    std::string names;
    const flue_profile* profile = nullptr;
    for (uint32_t i = 0; (profile = flue_profile_at(i)) != nullptr; i++)
    {
        names += (i == 0 ? "" : ", ") + std::string(profile->name);
    }
    return names;
}

/** @return the policies' names that a script can choose */
std::string PolicyNames()
{
    std::string names;
    for (int kind = FLUE_POLICY_NEVER; kind < FLUE_POLICY_CUSTOM; kind++)
    {
        names += (kind == 0 ? "" : ", ") +
                 std::string(flue_policy_name(static_cast<flue_offload_policy>(kind)));
    }
    return names;
}

} // namespace

FlueHelper::FlueHelper(std::string policy)
{
    m_factory.SetTypeId(FlueTcpL4Protocol::GetTypeId());
    SetPolicy(policy);
}

void FlueHelper::SetPolicy(std::string policy)
{
    flue_offload_policy kind;
    NS_ABORT_MSG_UNLESS(flue_policy_find(policy.c_str(), &kind) && kind != FLUE_POLICY_CUSTOM,
                        "FlueHelper: there is no offload policy \""
                            << policy << "\"; choose one of " << PolicyNames());
    m_factory.Set("OffloadPolicy", StringValue(policy));
}

void FlueHelper::SetProfile(std::string name)
{
    const flue_profile* profile = flue_profile_find(name.c_str());
    NS_ABORT_MSG_UNLESS(profile,
                        "FlueHelper: there is no profile \"" << name << "\"; choose one of "
                                                             << ProfileNames());
    SetProfile(*profile);
}

void FlueHelper::SetProfile(const flue_profile& profile)
{
    m_profile = CreateObject<FlueProcessor>();
    m_profile->SetProfile(&profile);
}

void FlueHelper::SetAttribute(std::string name, const AttributeValue& value)
{
    TypeId::AttributeInformation info;
    NS_ABORT_MSG_UNLESS(FlueTcpL4Protocol::GetTypeId().LookupAttributeByName(name, &info),
                        "FlueHelper: ns3::FlueTcpL4Protocol has no attribute \""
                            << name
                            << "\"; those of adapters are set with "
                               "FlueNicHelper::SetDeviceAttribute");
    NS_ABORT_MSG_UNLESS(info.checker->CreateValidValue(value),
                        "FlueHelper: \"" << value.SerializeToString(info.checker)
                                         << "\" is out of range for the attribute " << name << " ("
                                         << info.help << ")");
    m_factory.Set(name, value);
}

void FlueHelper::CheckNode(const Ptr<Node>& node) const
{
    NS_ABORT_MSG_UNLESS(node, "FlueHelper: no node was given");
    NS_ABORT_MSG_IF(node->GetObject<FlueTcpL4Protocol>(),
                    "FlueHelper: " << Describe(node)
                                   << " has Flue's TCP already; install it once, with all its "
                                      "devices in one call");
    NS_ABORT_MSG_UNLESS(node->GetObject<Ipv4L3Protocol>() || node->GetObject<Ipv6L3Protocol>(),
                        "FlueHelper: " << Describe(node)
                                       << " has no IP; call InternetStackHelper::Install first");
    NS_ABORT_MSG_IF(m_profile && node->GetObject<FlueProcessor>(),
                    "FlueHelper: " << Describe(node)
                                   << " has an ns3::FlueProcessor already; give it the profile, or "
                                      "the helper, not both");
}

Ptr<FlueTcpL4Protocol> FlueHelper::InstallStack(const Ptr<Node>& node) const
{
    CheckNode(node);
    Ptr<FlueTcpL4Protocol> tcp = m_factory.Create<FlueTcpL4Protocol>();
    tcp->Check();
    if (m_profile)
    {
        Ptr<FlueProcessor> processor = CreateObject<FlueProcessor>();
        processor->SetProfile(&m_profile->GetProfile());
        node->AggregateObject(processor);
    }
    node->AggregateObject(tcp);
    return tcp;
}

void FlueHelper::Install(Ptr<Node> node) const
{
    InstallStack(node);
}

void FlueHelper::Install(const NodeContainer& nodes) const
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        InstallStack(*node);
    }
}

void FlueHelper::Install(std::string nodeName) const
{
    Ptr<Node> node = Names::Find<Node>(nodeName);
    NS_ABORT_MSG_UNLESS(node, "FlueHelper: no node is named " << nodeName);
    InstallStack(node);
}

void FlueHelper::Install(const NetDeviceContainer& devices) const
{
    std::map<uint32_t, std::vector<Ptr<FlueNic>>> byNode;
    for (auto device = devices.Begin(); device != devices.End(); ++device)
    {
        Ptr<FlueNic> nic = DynamicCast<FlueNic>(*device);
        NS_ABORT_MSG_UNLESS(nic,
                            "FlueHelper: a device of "
                                << Describe((*device)->GetNode()) << " is an "
                                << (*device)->GetInstanceTypeId().GetName()
                                << " and cannot carry connections; make its link with "
                                   "FlueNicHelper");
        byNode[nic->GetNode()->GetId()].push_back(nic);
    }
    for (const auto& entry : byNode)
    {
        Ptr<FlueTcpL4Protocol> tcp = InstallStack(entry.second.front()->GetNode());
        for (const Ptr<FlueNic>& nic : entry.second)
        {
            tcp->UseAdapter(nic);
        }
    }
}

} // namespace ns3
