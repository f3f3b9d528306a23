/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-tcp-l4-protocol.h: start and end, and when the host stack is called. Attributes are in
 * flue-tcp-l4-attributes.cc, adapters in -adapters.cc, sockets in -sockets.cc, segments in
 * -segments.cc, next hops in -routes.cc, what happens to adapters and neighbours in -events.cc,
 * ports in -ports.cc.
 */
#include "flue-tcp-l4-protocol.h"

#include "flue-nic.h"
#include "flue-processor.h"
#include "flue-socket-factory.h"
#include "flue-socket.h"
#include "flue-team-device.h"

#include "ns3/abort.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv6-route.h"
#include "ns3/log.h"
#include "ns3/node.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueTcpL4Protocol");

// ---- Start and end ------------------------------------------------------------------------------

namespace
{

/**
 * Applications ask a node for a TcpSocketFactory. Where ns-3's own TCP is there too, it has one,
 * and it would make sockets that no segment reaches. ns-3 looks first among the objects that were
 * asked for most; so ours is asked for until it is found.
 */
void Prefer(Ptr<Node> node, Ptr<FlueTcpSocketFactory> factory)
{
    while (node->GetObject<TcpSocketFactory>() != factory)
    {
        for (int i = 0; i < 2; i++)
        {
            NS_ABORT_UNLESS(node->GetObject<FlueTcpSocketFactory>() == factory);
        }
    }
}

} // namespace

FlueTcpL4Protocol::FlueTcpL4Protocol()
{
    NS_LOG_FUNCTION(this);
    m_deadline.SetCallback(MakeCallback(&FlueTcpL4Protocol::OnDeadline, this));
}

FlueTcpL4Protocol::~FlueTcpL4Protocol()
{
    NS_LOG_FUNCTION(this);
    flue_host_destroy(m_host);
}

void FlueTcpL4Protocol::NotifyNewAggregate()
{
    if (!m_node)
    {
        m_node = GetObject<Node>();
        if (m_node)
        {
            Ptr<FlueTcpSocketFactory> factory = CreateObject<FlueTcpSocketFactory>();
            factory->SetTcp(this);
            m_node->AggregateObject(factory);
            Prefer(m_node, factory);
        }
    }
    if (m_node && !m_ipv4)
    {
        m_ipv4 = m_node->GetObject<Ipv4L3Protocol>();
        if (m_ipv4)
        {
            m_ipv4->Insert(this);
            Ptr<Ipv4> ipv4 = m_ipv4;
            SetDownTarget(MakeCallback(&Ipv4::Send, ipv4));
        }
    }
    if (m_node && !m_ipv6)
    {
        m_ipv6 = m_node->GetObject<Ipv6L3Protocol>();
        if (m_ipv6)
        {
            m_ipv6->Insert(this);
            Ptr<Ipv6> ipv6 = m_ipv6;
            SetDownTarget6(MakeCallback(&Ipv6::Send, ipv6));
        }
    }
    IpL4Protocol::NotifyNewAggregate();
}

void FlueTcpL4Protocol::DoInitialize()
{
    Host();
    IpL4Protocol::DoInitialize();
}

void FlueTcpL4Protocol::DoDispose()
{
    m_deadline.Cancel();
    if (m_isHearing)
    {
        m_node->UnregisterProtocolHandler(MakeCallback(&FlueTcpL4Protocol::Hear, this));
        m_isHearing = false;
    }
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->Leave();
    }
    for (const Ptr<FlueTeamDevice>& team : m_teams)
    {
        team->Leave();
    }
    m_nics.clear();
    m_teams.clear();
    m_adapters.clear();
    for (const Ptr<FlueNetDevice>& device : m_devices)
    {
        device->SetRoomCallback(Callback<void>());
    }
    m_devices.clear();
    m_wanted.clear();
    flue_host_destroy(m_host);
    m_host = nullptr;
    m_watched.clear();
    m_changed.clear();
    m_ended.clear();
    std::vector<Ptr<FlueSocket>> sockets;
    sockets.swap(m_sockets);
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        socket->m_place = FlueSocket::NOT_KEPT;
    }
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        socket->Dispose();
    }
    m_downTarget.Nullify();
    m_downTarget6.Nullify();
    m_ipv4 = nullptr;
    m_ipv6 = nullptr;
    m_processor = nullptr;
    m_node = nullptr;
    IpL4Protocol::DoDispose();
}

flue_host* FlueTcpL4Protocol::Host()
{
    if (m_host)
    {
        return m_host;
    }
    CheckNode();
    m_processor = m_node->GetObject<FlueProcessor>();
    const flue_host_config config = HostConfig();
    const flue_host_handlers handlers = Handlers();
    const flue_allocator allocator = flue_allocator_default();
    const flue_result result = flue_host_create(&config, &handlers, this, &allocator, &m_host);
    NS_ABORT_MSG_UNLESS(result == FLUE_OK, "no host stack: " << flue_result_text(result));
    FindDevices();
    for (const Ptr<NetDevice>& adapter : WantedAdapters())
    {
        for (const Ptr<FlueNic>& nic : NicsOf(adapter))
        {
            if (m_processor && !m_processor->IsIdeal())
            {
                nic->ApplyProfile(m_processor->GetProfile());
            }
        }
        NS_ABORT_MSG_UNLESS(AddAdapter(adapter), "an adapter could not be joined to its host");
    }
    NS_ABORT_MSG_IF(m_isOffloadSure && m_nics.empty() && config.policy.kind != FLUE_POLICY_NEVER,
                    "node " << m_node->GetId() << " has the offload policy \"" << m_policy
                            << "\" and no ns3::FlueNic to offload to: make its links with "
                               "FlueNicHelper, or choose the policy never");
    return m_host;
}

void FlueTcpL4Protocol::CheckNode() const
{
    NS_ABORT_MSG_UNLESS(m_node, "FlueTcpL4Protocol must be aggregated to a node: use FlueHelper");
    const auto isOurs = [this](auto ip)
    { return !ip || PeekPointer(ip->GetProtocol(PROT_NUMBER)) == this; };
    NS_ABORT_MSG_UNLESS(isOurs(m_ipv4) && isOurs(m_ipv6),
                        "node " << m_node->GetId()
                                << " was given another TCP behind Flue's: install the internet "
                                   "stack first, then FlueHelper");
}

Ptr<Node> FlueTcpL4Protocol::GetNode() const
{
    return m_node;
}

void FlueTcpL4Protocol::SetWithContent(bool withContent)
{
    m_withContent = withContent;
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->SetWithContent(withContent);
    }
}

bool FlueTcpL4Protocol::GetWithContent() const
{
    return m_withContent;
}

void FlueTcpL4Protocol::Settle()
{
    if (m_isSettling || !m_host)
    {
        return;
    }
    m_isSettling = true;
    // What one brings may have the host do something that another has done at once.
    for (bool isAny = true; isAny;)
    {
        isAny = false;
        for (const Ptr<FlueNic>& nic : m_nics)
        {
            isAny = nic->Deliver() || isAny;
        }
        for (const Ptr<FlueTeamDevice>& team : m_teams)
        {
            isAny = team->Deliver() || isAny;
        }
    }
    SampleEnded();
    while (!m_changed.empty())
    {
        SampleChanged();
    }
    m_deadline.Arm(flue_host_next_deadline(m_host));
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->Arm(); // what the host did with the deliveries may have set timers there
    }
    m_isSettling = false;
}

void FlueTcpL4Protocol::OnDeadline()
{
    flue_host_advance(m_host, FlueNow());
    Settle();
}

void FlueTcpL4Protocol::OnRoom()
{
    if (!m_host)
    {
        return;
    }
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->Continue();
    }
    flue_host_continue(m_host, FlueNow());
    Settle();
}

// ---- The host stack's calls ---------------------------------------------------------------------

flue_host_handlers FlueTcpL4Protocol::Handlers()
{
    flue_host_handlers handlers{};
    AddEventHandlers(&handlers);
    AddSocketHandlers(&handlers);
    handlers.transmit =
        [](void* user, flue_time, const flue_four_tuple* tuple, const flue_tcp_segment* segment)
    { static_cast<FlueTcpL4Protocol*>(user)->Transmit(*tuple, *segment); };
    handlers.next_hop = [](void* user, const flue_four_tuple* tuple, flue_next_hop* hop)
    { return static_cast<FlueTcpL4Protocol*>(user)->NextHop(*tuple, hop); };
    handlers.has_room = [](void* user, const flue_four_tuple* tuple)
    { return static_cast<FlueTcpL4Protocol*>(user)->HasRoom(*tuple); };
    handlers.worked = [](void* user, flue_time, flue_cost_category category, uint32_t count)
    { static_cast<FlueTcpL4Protocol*>(user)->Worked(category, count); };
    return handlers;
}

void FlueTcpL4Protocol::Worked(flue_cost_category category, uint32_t count)
{
    if (!m_processor || m_processor->IsIdeal())
    {
        return;
    }
    const flue_profile& profile = m_processor->GetProfile();
    uint64_t cycles = 0;
    switch (category)
    {
    case FLUE_COST_STATE_MOVE:
        cycles = profile.state_move_cycles;
        break;
    case FLUE_COST_CONNECTION:
        cycles = profile.connection_cycles;
        break;
    default:
        return; // frames, system calls and completions are charged before their effect, elsewhere
    }
    for (uint32_t i = 0; i < count; i++)
    {
        m_processor->Occupy(0, category, cycles);
    }
}

} // namespace ns3
