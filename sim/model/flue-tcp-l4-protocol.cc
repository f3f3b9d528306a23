/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-tcp-l4-protocol.h. The file goes: start, the host stack's calls, sockets, and moving and
 * counting. Attributes are in flue-tcp-l4-attributes.cc, segments in flue-tcp-l4-segments.cc, next
 * hops in flue-tcp-l4-routes.cc, ports in flue-tcp-l4-ports.cc.
 */
#include "flue-tcp-l4-protocol.h"

#include "flue-nic.h"
#include "flue-processor.h"
#include "flue-raw-header.h"
#include "flue-socket-factory.h"
#include "flue-socket-traces.h"
#include "flue-socket.h"
#include "flue-team-device.h"

#include "flue/frame.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv6-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstring>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueTcpL4Protocol");

// ---- Start
// ----------------------------------------------------------------------------------------

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
    std::list<Ptr<FlueSocket>> sockets;
    sockets.swap(m_sockets);
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

std::vector<Ptr<NetDevice>> FlueTcpL4Protocol::WantedAdapters() const
{
    std::vector<Ptr<NetDevice>> wanted = m_wanted;
    for (uint32_t i = 0; m_useAdapters && i < m_node->GetNDevices(); i++)
    {
        Ptr<NetDevice> device = m_node->GetDevice(i);
        Ptr<FlueNic> nic = DynamicCast<FlueNic>(device);
        const bool isAdapter =
            (nic && !FlueTeamDevice::Find(nic)) || DynamicCast<FlueTeamDevice>(device);
        if (isAdapter && std::find(wanted.begin(), wanted.end(), device) == wanted.end())
        {
            wanted.push_back(device);
        }
    }
    return wanted;
}

std::vector<Ptr<FlueNic>> FlueTcpL4Protocol::NicsOf(const Ptr<NetDevice>& adapter)
{
    if (Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(adapter))
    {
        return team->GetMembers();
    }
    return {DynamicCast<FlueNic>(adapter)};
}

void FlueTcpL4Protocol::UseAdapter(Ptr<NetDevice> adapter)
{
    NS_ABORT_MSG_IF(m_host, "adapters are chosen before the stack starts");
    m_wanted.push_back(adapter);
    m_useAdapters = false;
}

bool FlueTcpL4Protocol::AddAdapter(Ptr<NetDevice> adapter)
{
    flue_host* host = Host();
    const std::vector<Ptr<FlueNic>> nics = NicsOf(adapter);
    const auto isJoined = [](const Ptr<FlueNic>& nic) { return !nic || nic->IsJoined(); };
    if (std::any_of(nics.begin(), nics.end(), isJoined))
    {
        return false;
    }
    Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(adapter);
    flue_provider* provider =
        team ? team->Join(this, EngineConfig()) : nics.front()->Join(this, EngineConfig());
    uint32_t number = 0;
    if (!provider || flue_host_add_adapter(host, provider, &number) != FLUE_OK)
    {
        team ? team->Leave() : nics.front()->Leave();
        return false;
    }
    NS_ASSERT(number == m_adapters.size());
    const flue_client* client = flue_host_client(host, number);
    team ? team->Attach(client) : nics.front()->Attach(client);
    m_adapters.push_back(adapter);
    if (team)
    {
        m_teams.push_back(team);
    }
    for (const Ptr<FlueNic>& nic : nics)
    {
        nic->SetWithContent(m_withContent);
        m_nics.push_back(nic);
    }
    return true;
}

uint32_t FlueTcpL4Protocol::GetNAdapters()
{
    Host();
    return static_cast<uint32_t>(m_adapters.size());
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

// ---- The host stack's other calls ---------------------------------------------------------------

flue_host_handlers FlueTcpL4Protocol::Handlers()
{
    flue_host_handlers handlers{};
    AddEventHandlers(&handlers);
    handlers.transmit =
        [](void* user, flue_time, const flue_four_tuple* tuple, const flue_tcp_segment* segment)
    { static_cast<FlueTcpL4Protocol*>(user)->Transmit(*tuple, *segment); };
    handlers.next_hop = [](void* user, const flue_four_tuple* tuple, flue_next_hop* hop)
    { return static_cast<FlueTcpL4Protocol*>(user)->NextHop(*tuple, hop); };
    handlers.has_room = [](void* user, const flue_four_tuple* tuple)
    { return static_cast<FlueTcpL4Protocol*>(user)->HasRoom(*tuple); };
    handlers.moved = [](void* user, flue_time, flue_host_connection* connection, flue_owner owner)
    { static_cast<FlueTcpL4Protocol*>(user)->Moved(connection, owner); };
    handlers.worked = [](void* user, flue_time, flue_cost_category category, uint32_t count)
    { static_cast<FlueTcpL4Protocol*>(user)->Worked(category, count); };
    handlers.accepted =
        [](void*, flue_time, flue_host_listener* listener, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_listener_user(listener)));
        socket->OnAccepted(connection);
    };
    // A connection's socket is its user; one that has none was refused by its application.
    handlers.connected = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        socket->OnConnected();
    };
    handlers.readable = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnReadable();
        }
    };
    handlers.writable = [](void*, flue_time, flue_host_connection* connection, uint32_t bytes)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnWritable(bytes);
        }
    };
    handlers.peer_closed = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnPeerClosed();
        }
    };
    handlers.closed = [](void*, flue_time now, flue_host_connection* connection, flue_result reason)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnClosed(reason);
        }
        else
        {
            flue_host_close(connection, now);
        }
    };
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

void FlueTcpL4Protocol::Moved(flue_host_connection* connection, flue_owner owner)
{
    for (const Ptr<FlueTeamDevice>& team : m_teams)
    {
        team->NoteMove(owner);
    }
    Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
    if (!socket)
    {
        return;
    }
    m_ownerTrace(socket, owner);
    if (socket->m_traces)
    {
        socket->m_traces->owner.Set(owner);
    }
    if (owner == FLUE_OWNER_TARGET)
    {
        m_offloadTrace(socket);
    }
    else if (owner == FLUE_OWNER_UPLOADING)
    {
        flue_tcp_upload_reason reason;
        m_uploadTrace(socket,
                      flue_host_was_retrieved(connection, &reason)
                          ? flue_tcp_upload_reason_name(reason)
                          : "host");
    }
}

// ---- Sockets -- --------------------------------------------------------------------------------

Ptr<FlueSocket> FlueTcpL4Protocol::CreateSocket()
{
    Ptr<FlueSocket> socket = CreateObject<FlueSocket>();
    socket->m_tcp = this;
    socket->m_sndBufSize = m_sndBufSize;
    socket->m_rcvBufSize = m_rcvBufSize;
    socket->m_segmentSize = m_segmentSize;
    socket->m_noDelay = m_noDelay;
    return socket;
}

void FlueTcpL4Protocol::Keep(FlueSocket* socket)
{
    socket->m_place = m_sockets.insert(m_sockets.end(), Ptr<FlueSocket>(socket));
    socket->m_isKept = true;
    if (socket->m_traces && socket->m_connection)
    {
        Watch(socket);
    }
}

void FlueTcpL4Protocol::Drop(FlueSocket* socket)
{
    if (socket->m_isKept)
    {
        socket->m_isKept = false;
        m_sockets.erase(socket->m_place);
    }
}

// ---- Moving and counting ------------------------------------------------------------------------

uint32_t FlueTcpL4Protocol::MoveAll(flue_result (*move)(flue_host_connection*, flue_time))
{
    uint32_t count = 0;
    const std::list<Ptr<FlueSocket>> sockets = m_sockets; // traces may close some
    flue_host_hold(Host());
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        flue_host_connection* connection = socket->m_connection;
        count += connection && move(connection, FlueNow()) == FLUE_OK ? 1 : 0;
    }
    flue_host_release(Host(), FlueNow());
    Settle();
    return count;
}

uint32_t FlueTcpL4Protocol::OffloadAll()
{
    return MoveAll(flue_host_offload);
}

uint32_t FlueTcpL4Protocol::UploadAll()
{
    return MoveAll(flue_host_upload);
}

flue_host_statistics FlueTcpL4Protocol::GetStatistics()
{
    flue_host_statistics statistics{};
    if (!m_host)
    {
        return statistics; // reading must not start the stack: attributes have no effect after that
    }
    flue_host_get_statistics(m_host, &statistics);
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        const flue_tcp_statistics target = nic->GetTargetStatistics().tcp;
        statistics.tcp.in_segments += target.in_segments;
        statistics.tcp.out_segments += target.out_segments;
        statistics.tcp.retransmitted_segments += target.retransmitted_segments;
        statistics.tcp.in_errors += target.in_errors;
        statistics.tcp.out_resets += target.out_resets;
        statistics.tcp.fast_retransmits += target.fast_retransmits;
        statistics.tcp.timeouts += target.timeouts;
        statistics.tcp.currently_established += target.currently_established;
        statistics.tcp.connections += target.connections;
    }
    return statistics;
}

} // namespace ns3
