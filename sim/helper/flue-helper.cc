/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-helper.h.
 */
#include "flue-helper.h"

#include "model/flue-nic.h"
#include "model/flue-processor.h"
#include "model/flue-tcp-l4-protocol.h"
#include "model/flue-team-device.h"

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

/** @return Flue's name of one of ns-3's congestion controls; empty: it has no such */
std::string ToCongestionControl(const std::string& type)
{
    if (type == "ns3::TcpNewReno" || type == "ns3::TcpLinuxReno")
    {
        return "newreno";
    }
    if (type == "ns3::TcpCubic")
    {
        return "cubic";
    }
    return type == "ns3::TcpDctcp" ? "dctcp" : "";
}

/** An attribute of ns-3's TCP, and what Flue calls it. */
struct Inherited
{
    const char* type;
    const char* theirs;
    const char* ours;
    std::string (*translate)(const std::string& value); //!< null: the value is the same
};

const Inherited INHERITED[] = {
    {"ns3::TcpSocket", "SegmentSize", "SegmentSize", nullptr},
    {"ns3::TcpSocket", "SndBufSize", "SndBufSize", nullptr},
    {"ns3::TcpSocket", "RcvBufSize", "RcvBufSize", nullptr},
    {"ns3::TcpSocket", "TcpNoDelay", "TcpNoDelay", nullptr},
    {"ns3::TcpSocket", "DelAckTimeout", "DelAckTimeout", nullptr},
    {"ns3::TcpSocket", "DelAckCount", "DelAckCount", nullptr},
    {"ns3::TcpSocket", "ConnTimeout", "InitialRto", nullptr},
    {"ns3::TcpSocket", "ConnCount", "ConnCount", nullptr},
    {"ns3::TcpSocket", "DataRetries", "DataRetries", nullptr},
    {"ns3::TcpSocketBase", "MinRto", "MinRto", nullptr},
    {"ns3::TcpSocketBase", "Timestamp", "Timestamp", nullptr},
    {"ns3::TcpSocketBase", "WindowScaling", "WindowScaling", nullptr},
    {"ns3::TcpSocketBase", "Sack", "Sack", nullptr},
    {"ns3::TcpL4Protocol", "SocketType", "CongestionControl", &ToCongestionControl},
};

TypeId::AttributeInformation AboutAttribute(const char* type, const char* name)
{
    TypeId::AttributeInformation info;
    const bool isKnown = TypeId::LookupByName(type).LookupAttributeByName(name, &info);
    NS_ABORT_MSG_UNLESS(isKnown, type << " has no attribute " << name);
    return info;
}

/** @return true when the script has set another default */
bool IsChanged(const TypeId::AttributeInformation& info)
{
    return info.initialValue->SerializeToString(info.checker) !=
           info.originalInitialValue->SerializeToString(info.checker);
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
    m_set.insert(name);
}

ObjectFactory FlueHelper::WithDefaults() const
{
    ObjectFactory factory = m_factory;
    for (const Inherited& inherited : INHERITED)
    {
        TypeId::AttributeInformation theirs = AboutAttribute(inherited.type, inherited.theirs);
        TypeId::AttributeInformation ours =
            AboutAttribute("ns3::FlueTcpL4Protocol", inherited.ours);
        if (!IsChanged(theirs) || IsChanged(ours) || m_set.count(inherited.ours) != 0)
        {
            continue;
        }
        const std::string said = theirs.initialValue->SerializeToString(theirs.checker);
        const StringValue value(inherited.translate ? inherited.translate(said) : said);
        NS_ABORT_MSG_UNLESS(ours.checker->CreateValidValue(value) && !value.Get().empty(),
                            "FlueHelper: " << inherited.type << "::" << inherited.theirs << " is "
                                           << said
                                           << ", which Flue's TCP cannot do; give it a value of "
                                              "its own with FlueHelper::SetAttribute(\""
                                           << inherited.ours << "\", ...): " << ours.help);
        factory.Set(inherited.ours, value);
    }
    return factory;
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
    Ptr<FlueTcpL4Protocol> tcp = WithDefaults().Create<FlueTcpL4Protocol>();
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
    std::map<uint32_t, std::vector<Ptr<NetDevice>>> byNode;
    for (auto device = devices.Begin(); device != devices.End(); ++device)
    {
        Ptr<FlueNic> nic = DynamicCast<FlueNic>(*device);
        NS_ABORT_MSG_UNLESS(nic || DynamicCast<FlueTeamDevice>(*device),
                            "FlueHelper: a device of "
                                << Describe((*device)->GetNode()) << " is an "
                                << (*device)->GetInstanceTypeId().GetName()
                                << " and cannot carry connections; make its link with "
                                   "FlueNicHelper");
        NS_ABORT_MSG_IF(nic && FlueTeamDevice::Find(nic),
                        "FlueHelper: device " << nic->GetIfIndex() << " of "
                                              << Describe(nic->GetNode())
                                              << " is a member of a team; name the team instead");
        byNode[(*device)->GetNode()->GetId()].push_back(*device);
    }
    for (const auto& entry : byNode)
    {
        Ptr<FlueTcpL4Protocol> tcp = InstallStack(entry.second.front()->GetNode());
        for (const Ptr<NetDevice>& adapter : entry.second)
        {
            tcp->UseAdapter(adapter);
        }
    }
}

} // namespace ns3
