/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-tcp-l4-protocol.h. The file goes: attributes and start, the host stack's calls,
 * what sockets need, and moving and counting. Segments are in flue-tcp-l4-segments.cc, next hops in
 * flue-tcp-l4-routes.cc.
 */
#include "flue-tcp-l4-protocol.h"

#include "flue-nic.h"
#include "flue-processor.h"
#include "flue-raw-header.h"
#include "flue-socket-factory.h"
#include "flue-socket.h"

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
NS_OBJECT_ENSURE_REGISTERED(FlueTcpL4Protocol);

namespace
{

const uint16_t FIRST_EPHEMERAL_PORT = 49152; // RFC 6335
const uint16_t LAST_EPHEMERAL_PORT = 65535;

} // namespace

// ---- Attributes and start -----------------------------------------------------------------------

TypeId FlueTcpL4Protocol::AddConnectionAttributes(TypeId tid)
{
    return tid
        .AddAttribute("SegmentSize",
                      "Payload of a full segment, in bytes, if the path can carry it; new sockets "
                      "start with it.",
                      UintegerValue(1448),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_segmentSize),
                      MakeUintegerChecker<uint32_t>(64, 65483))
        .AddAttribute("SndBufSize",
                      "Send buffer of a connection, in bytes; new sockets start with it.",
                      UintegerValue(131072),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_sndBufSize),
                      MakeUintegerChecker<uint32_t>(1, 1U << 30))
        .AddAttribute(
            "RcvBufSize",
            "Largest receive window of a connection, in bytes; new sockets start with it.",
            UintegerValue(131072),
            MakeUintegerAccessor(&FlueTcpL4Protocol::m_rcvBufSize),
            MakeUintegerChecker<uint32_t>(1, 1U << 30))
        .AddAttribute("TcpNoDelay",
                      "Do without Nagle's algorithm; new sockets start with it.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_noDelay),
                      MakeBooleanChecker())
        .AddAttribute("Timestamp",
                      "Offer RFC 7323 timestamps.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_timestamps),
                      MakeBooleanChecker())
        .AddAttribute("WindowScaling",
                      "Offer RFC 7323 window scaling.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_windowScaling),
                      MakeBooleanChecker())
        .AddAttribute("Sack",
                      "Offer RFC 2018 selective acknowledgements.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_sack),
                      MakeBooleanChecker())
        .AddAttribute("CongestionControl",
                      "Congestion control of every connection: newreno, cubic, dctcp (which agrees "
                      "on ECN by itself) or compound.",
                      StringValue("newreno"),
                      MakeStringAccessor(&FlueTcpL4Protocol::m_congestion),
                      MakeStringChecker())
        .AddAttribute(
            "LargeInitialWindow",
            "Start with the window of RFC 6928 (ten segments) instead of RFC 3390 (four).",
            BooleanValue(true),
            MakeBooleanAccessor(&FlueTcpL4Protocol::m_largeInitialWindow),
            MakeBooleanChecker());
}

TypeId FlueTcpL4Protocol::AddTimerAttributes(TypeId tid)
{
    return tid
        .AddAttribute("InitialRto",
                      "Retransmission timeout before the first measurement (RFC 6298 2.1).",
                      TimeValue(Seconds(1)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_initialRto),
                      MakeTimeChecker(MilliSeconds(1), Seconds(60)))
        .AddAttribute("MinRto",
                      "Smallest retransmission timeout (RFC 6298 2.4).",
                      TimeValue(Seconds(1)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_minRto),
                      MakeTimeChecker(MilliSeconds(1), Seconds(60)))
        .AddAttribute("DelAckTimeout",
                      "Longest time that an acknowledgement is delayed.",
                      TimeValue(MilliSeconds(40)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_delAckTimeout),
                      MakeTimeChecker(MilliSeconds(1), MilliSeconds(500)))
        .AddAttribute("DelAckCount",
                      "Most full segments that one acknowledgement answers.",
                      UintegerValue(2),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_delAckCount),
                      MakeUintegerChecker<uint32_t>(1, 255))
        .AddAttribute("TimeWait",
                      "How long a closed connection is remembered: twice the segment lifetime.",
                      TimeValue(Seconds(60)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_timeWait),
                      MakeTimeChecker(MilliSeconds(1), Seconds(240)))
        .AddAttribute("ConnCount",
                      "How often a SYN is sent again before giving up.",
                      UintegerValue(6),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_connCount),
                      MakeUintegerChecker<uint32_t>(1, 255))
        .AddAttribute("DataRetries",
                      "How often a segment is sent again before giving up.",
                      UintegerValue(15),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_dataRetries),
                      MakeUintegerChecker<uint32_t>(1, 255));
}

TypeId FlueTcpL4Protocol::AddOffloadAttributes(TypeId tid)
{
    return tid
        .AddAttribute(
            "OffloadPolicy",
            "When a connection moves to the adapter: never (only on request), always (as soon as "
            "it is established), automatic, bytes, lifetime, priority or adaptive.",
            StringValue("never"),
            MakeStringAccessor(&FlueTcpL4Protocol::m_policy),
            MakeStringChecker())
        .AddAttribute("UseAdapters",
                      "Join every FlueNic of the node to the stack when it starts.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_useAdapters),
                      MakeBooleanChecker())
        .AddAttribute("WithContent",
                      "Carry real bytes. Without it payload is length-only: it reads as zeros and "
                      "costs neither memory nor time.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::SetWithContent,
                                          &FlueTcpL4Protocol::GetWithContent),
                      MakeBooleanChecker())
        .AddAttribute(
            "VerifyChecksums",
            "Drop segments whose TCP checksum is wrong. Simulated links lose frames but do "
            "not damage them, so nobody needs it but those who do.",
            BooleanValue(false),
            MakeBooleanAccessor(&FlueTcpL4Protocol::m_verifyChecksums),
            MakeBooleanChecker());
}

TypeId FlueTcpL4Protocol::GetTypeId()
{
    static TypeId tid =
        AddOffloadAttributes(
            AddTimerAttributes(AddConnectionAttributes(TypeId("ns3::FlueTcpL4Protocol")
                                                           .SetParent<IpL4Protocol>()
                                                           .SetGroupName("Flue")
                                                           .AddConstructor<FlueTcpL4Protocol>())))
            .AddTraceSource("Owner",
                            "A connection changed hands between host and adapter.",
                            MakeTraceSourceAccessor(&FlueTcpL4Protocol::m_ownerTrace),
                            "ns3::FlueTcpL4Protocol::OwnerTracedCallback");
    return tid;
}

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
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->Leave();
    }
    m_nics.clear();
    flue_host_destroy(m_host);
    m_host = nullptr;
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

/** The engine's own copy of a name, which lasts. */
static const char* CongestionName(const std::string& wanted)
{
    const char* name = nullptr;
    for (uint32_t i = 0; (name = flue_tcp_congestion_name(i)) != nullptr && wanted != name; i++)
    {
    }
    NS_ABORT_MSG_UNLESS(name,
                        "CongestionControl is \"" << wanted
                                                  << "\"; it can be newreno, cubic, dctcp or "
                                                     "compound");
    return name;
}

flue_tcp_config FlueTcpL4Protocol::EngineConfig() const
{
    flue_tcp_config config = flue_tcp_config_default();
    const auto ticks = [&config](Time time)
    {
        const double count = time.GetSeconds() * config.ticks_per_second;
        return static_cast<uint32_t>(count + 0.5);
    };
    config.initial_rto_ticks = std::max(ticks(m_initialRto), ticks(m_minRto));
    config.min_rto_ticks = ticks(m_minRto);
    config.delayed_ack_ticks = ticks(m_delAckTimeout);
    config.ack_frequency = static_cast<uint8_t>(m_delAckCount);
    config.sws_prevention_ticks = ticks(MilliSeconds(200));
    config.time_wait_ticks = ticks(m_timeWait);
    config.max_syn_retransmissions = static_cast<uint8_t>(m_connCount);
    config.max_syn_ack_retransmissions = static_cast<uint8_t>(m_connCount);
    config.max_retransmissions = static_cast<uint8_t>(m_dataRetries);
    config.initial_window = m_largeInitialWindow ? FLUE_TCP_IW_RFC6928 : FLUE_TCP_IW_RFC3390;
    config.options.use_timestamps = m_timestamps;
    config.options.use_window_scaling = m_windowScaling;
    config.options.use_sack = m_sack;
    config.options.congestion_control = CongestionName(m_congestion);
    config.options.use_nagle = !m_noDelay;
    config.options.receive_buffer_bytes = m_rcvBufSize;
    return config;
}

flue_host* FlueTcpL4Protocol::Host()
{
    if (m_host)
    {
        return m_host;
    }
    m_processor = m_node->GetObject<FlueProcessor>();
    flue_host_config config = flue_host_config_default();
    config.tcp = EngineConfig();
    // Sockets keep their own send buffers' limits, which differ from one to the next.
    config.send_buffer_bytes = 1U << 30;
    NS_ABORT_MSG_UNLESS(flue_policy_find(m_policy.c_str(), &config.policy.kind) &&
                            config.policy.kind != FLUE_POLICY_CUSTOM,
                        "OffloadPolicy is \"" << m_policy
                                              << "\"; it can be never, always, automatic, bytes, "
                                                 "lifetime, priority or adaptive");
    const char* reason = nullptr;
    NS_ABORT_MSG_UNLESS(flue_host_config_check(&config, &reason) == FLUE_OK,
                        "no host stack: " << reason);
    const flue_host_handlers handlers = Handlers();
    const flue_allocator allocator = flue_allocator_default();
    const flue_result result = flue_host_create(&config, &handlers, this, &allocator, &m_host);
    NS_ABORT_MSG_UNLESS(result == FLUE_OK, "no host stack: " << flue_result_text(result));
    for (uint32_t i = 0; m_useAdapters && i < m_node->GetNDevices(); i++)
    {
        Ptr<FlueNic> nic = DynamicCast<FlueNic>(m_node->GetDevice(i));
        if (nic)
        {
            NS_ABORT_MSG_UNLESS(AddAdapter(nic), "an adapter could not be joined to its host");
        }
    }
    return m_host;
}

bool FlueTcpL4Protocol::AddAdapter(Ptr<FlueNic> nic)
{
    flue_host* host = Host();
    if (nic->IsJoined())
    {
        return false;
    }
    flue_provider* provider = nic->Join(this, EngineConfig());
    uint32_t number = 0;
    if (!provider || flue_host_add_adapter(host, provider, &number) != FLUE_OK)
    {
        nic->Leave();
        return false;
    }
    NS_ASSERT(number == m_nics.size());
    nic->Attach(flue_host_client(host, number));
    nic->SetWithContent(m_withContent);
    m_nics.push_back(nic);
    return true;
}

uint32_t FlueTcpL4Protocol::GetNAdapters()
{
    Host();
    return static_cast<uint32_t>(m_nics.size());
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
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        nic->Deliver();
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

// ---- The host stack's other calls ---------------------------------------------------------------

flue_host_handlers FlueTcpL4Protocol::Handlers()
{
    flue_host_handlers handlers{};
    handlers.transmit =
        [](void* user, flue_time, const flue_four_tuple* tuple, const flue_tcp_segment* segment)
    { static_cast<FlueTcpL4Protocol*>(user)->Transmit(*tuple, *segment); };
    handlers.next_hop = [](void* user, const flue_four_tuple* tuple, flue_next_hop* hop)
    { return static_cast<FlueTcpL4Protocol*>(user)->NextHop(*tuple, hop); };
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
    Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
    if (socket)
    {
        m_ownerTrace(socket, owner);
    }
}

// ---- For sockets --------------------------------------------------------------------------------

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
}

void FlueTcpL4Protocol::Drop(FlueSocket* socket)
{
    if (socket->m_isKept)
    {
        socket->m_isKept = false;
        m_sockets.erase(socket->m_place);
    }
}

namespace
{

/** The key of FlueTcpL4Protocol::m_ports. */
uint32_t PortKey(const flue_four_tuple& local)
{
    return static_cast<uint32_t>(local.ip_version) << 16 | local.local_port;
}

} // namespace

bool FlueTcpL4Protocol::BookPort(const flue_four_tuple& local)
{
    std::vector<flue_ip>& booked = m_ports[PortKey(local)];
    static const flue_ip any{};
    const auto same = [](const flue_ip& a, const flue_ip& b)
    { return std::memcmp(&a, &b, sizeof a) == 0; };
    for (const flue_ip& other : booked)
    {
        if (same(other, any) || same(local.local, any) || same(other, local.local))
        {
            return false;
        }
    }
    booked.push_back(local.local);
    return true;
}

void FlueTcpL4Protocol::FreePort(const flue_four_tuple& local)
{
    const auto found = m_ports.find(PortKey(local));
    if (found == m_ports.end())
    {
        return;
    }
    std::vector<flue_ip>& booked = found->second;
    const auto place = std::find_if(booked.begin(),
                                    booked.end(),
                                    [&local](const flue_ip& ip)
                                    { return std::memcmp(&ip, &local.local, sizeof ip) == 0; });
    if (place != booked.end())
    {
        booked.erase(place);
    }
    if (booked.empty())
    {
        m_ports.erase(found);
    }
}

uint16_t FlueTcpL4Protocol::NextPort(uint8_t version)
{
    for (uint32_t tries = FIRST_EPHEMERAL_PORT; tries <= LAST_EPHEMERAL_PORT; tries++)
    {
        if (m_nextPort < FIRST_EPHEMERAL_PORT)
        {
            m_nextPort = FIRST_EPHEMERAL_PORT;
        }
        flue_four_tuple local{};
        local.ip_version = version;
        local.local_port = m_nextPort++; // behind the last one it wraps to 0
        if (m_ports.count(PortKey(local)) == 0)
        {
            return local.local_port;
        }
    }
    return 0;
}

// ---- Moving and counting ------------------------------------------------------------------------

uint32_t FlueTcpL4Protocol::OffloadAll()
{
    uint32_t count = 0;
    const std::list<Ptr<FlueSocket>> sockets = m_sockets; // traces may close some
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        flue_host_connection* connection = socket->m_connection;
        count += connection && flue_host_offload(connection, FlueNow()) == FLUE_OK ? 1 : 0;
    }
    Settle();
    return count;
}

uint32_t FlueTcpL4Protocol::UploadAll()
{
    uint32_t count = 0;
    const std::list<Ptr<FlueSocket>> sockets = m_sockets;
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        flue_host_connection* connection = socket->m_connection;
        count += connection && flue_host_upload(connection, FlueNow()) == FLUE_OK ? 1 : 0;
    }
    Settle();
    return count;
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
