/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What can be set on a stack, and what the engine and the policy are given of it: the part of
 * FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that reads its attributes.
 */
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/object-vector.h"
#include "ns3/string.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueTcpL4Protocol);

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
                      MakeUintegerChecker<uint32_t>(1, 255))
        .AddAttribute(
            "KeepAliveTime",
            "Silence before the peer is asked whether it is there; zero: it is not asked.",
            TimeValue(Time(0)),
            MakeTimeAccessor(&FlueTcpL4Protocol::m_keepAliveTime),
            MakeTimeChecker(Time(0), Hours(24 * 7)))
        .AddAttribute("KeepAliveInterval",
                      "Time between such questions while there is no answer; nine are asked.",
                      TimeValue(Seconds(75)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_keepAliveInterval),
                      MakeTimeChecker(MilliSeconds(1), Hours(24)));
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
        .AddAttribute("SocketList",
                      "The sockets that have a connection or listen.",
                      TypeId::ATTR_GET,
                      ObjectVectorValue(),
                      MakeObjectVectorAccessor(&FlueTcpL4Protocol::m_sockets),
                      MakeObjectVectorChecker<FlueSocket>())
        .AddAttribute("NeedsAdapter",
                      "Refuse to start with a policy that offloads and no adapter to offload to.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueTcpL4Protocol::m_isOffloadSure),
                      MakeBooleanChecker())
        .AddAttribute("WithContent",
                      "Carry real bytes. Without it payload is length-only: it reads as zeros and "
                      "costs neither memory nor time. Bulk senders do well without; an application "
                      "that reads what it receives does not.",
                      BooleanValue(true),
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

TypeId FlueTcpL4Protocol::AddPolicyAttributes(TypeId tid)
{
    return tid
        .AddAttribute("PolicyLeastBytes",
                      "Policies automatic and bytes: bytes, both ways together, that a connection "
                      "carries before it moves.",
                      UintegerValue(130000),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_leastBytes),
                      MakeUintegerChecker<uint64_t>())
        .AddAttribute("PolicyLeastRate",
                      "Policy automatic: slowest link whose connections move.",
                      DataRateValue(DataRate("10Gbps")),
                      MakeDataRateAccessor(&FlueTcpL4Protocol::m_leastRate),
                      MakeDataRateChecker())
        .AddAttribute("PolicyMostRtt",
                      "Policy automatic: longest round trip of a connection that moves.",
                      TimeValue(MilliSeconds(20)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_mostRtt),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("PolicyLeastLeft",
                      "Policy lifetime: how long a connection that moves will live, by prediction.",
                      TimeValue(Seconds(1)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_leastLeft),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("PolicyLeastPriority",
                      "Policy priority: of a connection that moves at all.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_leastPriority),
                      MakeUintegerChecker<uint32_t>(0, 255))
        .AddAttribute("PolicyLowLoad",
                      "Policy adaptive: adapter load in 1/1000 below which connections move there.",
                      UintegerValue(700),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_lowLoad),
                      MakeUintegerChecker<uint32_t>(0, 1000))
        .AddAttribute("PolicyHighLoad",
                      "Policy adaptive: adapter load in 1/1000 above which some come back.",
                      UintegerValue(900),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_highLoad),
                      MakeUintegerChecker<uint32_t>(0, 1000))
        .AddAttribute("PolicyStep",
                      "Policy adaptive: most connections that move between two reviews.",
                      UintegerValue(64),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_step),
                      MakeUintegerChecker<uint32_t>());
}

TypeId FlueTcpL4Protocol::AddDampingAttributes(TypeId tid)
{
    return tid
        .AddAttribute("PolicyReviewInterval",
                      "How often a policy that changes its mind with time looks again.",
                      TimeValue(MilliSeconds(100)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_reviewInterval),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("PolicyLeastStay",
                      "How long a connection stays before the policy moves it again; each further "
                      "time twice as long. 0: no damping.",
                      TimeValue(Seconds(1)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_leastStay),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("PolicyMostStay",
                      "... but no longer than this.",
                      TimeValue(Seconds(60)),
                      MakeTimeAccessor(&FlueTcpL4Protocol::m_mostStay),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("PolicyMarginPercent",
                      "By how much a newcomer must be worth more than the connection that it "
                      "displaces from a full adapter.",
                      UintegerValue(25),
                      MakeUintegerAccessor(&FlueTcpL4Protocol::m_margin),
                      MakeUintegerChecker<uint32_t>(0, 1000))
        .AddAttribute("PolicyHeededReasons",
                      "Suggestions of the adapter to take a connection back that are followed, "
                      "separated by spaces: HighDropRate LowActivity, say; or all. When it "
                      "suggests is said by ns3::FlueNic's attributes.",
                      StringValue(""),
                      MakeStringAccessor(&FlueTcpL4Protocol::m_heeded),
                      MakeStringChecker());
}

TypeId FlueTcpL4Protocol::GetTypeId()
{
    static TypeId tid =
        AddDampingAttributes(
            AddPolicyAttributes(AddOffloadAttributes(AddTimerAttributes(
                AddConnectionAttributes(TypeId("ns3::FlueTcpL4Protocol")
                                            .SetParent<IpL4Protocol>()
                                            .SetGroupName("Flue")
                                            .AddConstructor<FlueTcpL4Protocol>())))))
            .AddTraceSource("Offload",
                            "A connection has been handed to an adapter.",
                            MakeTraceSourceAccessor(&FlueTcpL4Protocol::m_offloadTrace),
                            "ns3::FlueTcpL4Protocol::OffloadTracedCallback")
            .AddTraceSource("Upload",
                            "A connection begins its way back from an adapter. The reason is the "
                            "adapter's, by its name in the contract, or \"host\".",
                            MakeTraceSourceAccessor(&FlueTcpL4Protocol::m_uploadTrace),
                            "ns3::FlueTcpL4Protocol::UploadTracedCallback")
            .AddTraceSource("Owner",
                            "A connection changed hands between host and adapter.",
                            MakeTraceSourceAccessor(&FlueTcpL4Protocol::m_ownerTrace),
                            "ns3::FlueTcpL4Protocol::OwnerTracedCallback");
    return tid;
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

uint32_t FlueTcpL4Protocol::Ticks(double seconds)
{
    const double count = seconds * flue_tcp_config_default().ticks_per_second;
    return static_cast<uint32_t>(count + 0.5);
}

flue_tcp_config FlueTcpL4Protocol::EngineConfig() const
{
    flue_tcp_config config = flue_tcp_config_default();
    const auto ticks = [](Time time) { return Ticks(time.GetSeconds()); };
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
    config.options.use_keepalive = !m_keepAliveTime.IsZero();
    if (config.options.use_keepalive)
    {
        config.options.keepalive_idle_ticks = ticks(m_keepAliveTime);
        config.options.keepalive_interval_ticks = ticks(m_keepAliveInterval);
    }
    config.options.receive_buffer_bytes = m_rcvBufSize;
    return config;
}

/** @return the reasons that @p names lists, one bit each */
static uint32_t HeededReasons(const std::string& names)
{
    std::string known;
    uint32_t all = 0;
    for (int reason = FLUE_UPLOAD_HIGH_DROP_RATE; reason <= FLUE_UPLOAD_SMALL_IO; reason++)
    {
        const char* name = flue_tcp_upload_reason_name(static_cast<flue_tcp_upload_reason>(reason));
        known += std::string(known.empty() ? "" : ", ") + name;
        all |= 1U << reason;
    }
    uint32_t reasons = 0;
    std::istringstream words(names);
    std::string word;
    while (words >> word)
    {
        uint32_t found = word == "all" ? all : 0;
        for (int reason = FLUE_UPLOAD_HIGH_DROP_RATE; reason <= FLUE_UPLOAD_SMALL_IO; reason++)
        {
            const auto kind = static_cast<flue_tcp_upload_reason>(reason);
            found |= word == flue_tcp_upload_reason_name(kind) ? 1U << reason : 0;
        }
        NS_ABORT_MSG_UNLESS(found != 0,
                            "PolicyHeededReasons has \"" << word << "\"; it can be all, or some of "
                                                         << known);
        reasons |= found;
    }
    return reasons;
}

/** @return what is wrong with a configuration, with its fields named as their attributes are */
static std::string InAttributes(std::string reason)
{
    static const char* const NAMES[][2] = {
        {"damping.most_stay", "PolicyMostStay"},
        {"damping.least_stay", "PolicyLeastStay"},
        {"damping.margin_percent", "PolicyMarginPercent"},
        {"review_interval", "PolicyReviewInterval"},
        {"automatic.most_rtt", "PolicyMostRtt"},
        {"lifetime.least_left", "PolicyLeastLeft"},
        {"adaptive.low_permille", "PolicyLowLoad"},
        {"adaptive.high_permille", "PolicyHighLoad"},
        {"adaptive.step", "PolicyStep"},
    };
    for (const auto& name : NAMES)
    {
        const std::size_t at = reason.find(name[0]);
        if (at != std::string::npos)
        {
            reason.replace(at, std::strlen(name[0]), name[1]);
        }
    }
    return reason;
}

flue_policy_config FlueTcpL4Protocol::PolicyConfig() const
{
    flue_policy_config config = flue_policy_config_default();
    NS_ABORT_MSG_UNLESS(flue_policy_find(m_policy.c_str(), &config.kind) &&
                            config.kind != FLUE_POLICY_CUSTOM,
                        "OffloadPolicy is \"" << m_policy
                                              << "\"; it can be never, always, automatic, bytes, "
                                                 "lifetime, priority or adaptive");
    config.damping.least_stay = FlueFromTime(m_leastStay);
    config.damping.most_stay = FlueFromTime(m_mostStay);
    config.damping.margin_percent = static_cast<uint16_t>(m_margin);
    config.heeded_reasons = HeededReasons(m_heeded);
    config.review_interval = FlueFromTime(m_reviewInterval);
    config.automatic.least_link_bps = m_leastRate.GetBitRate();
    config.automatic.most_rtt = FlueFromTime(m_mostRtt);
    config.automatic.least_bytes = m_leastBytes;
    config.bytes.least_bytes = m_leastBytes;
    config.lifetime.least_left = FlueFromTime(m_leastLeft);
    config.priority.least = static_cast<uint8_t>(m_leastPriority);
    config.adaptive.low_permille = static_cast<uint16_t>(m_lowLoad);
    config.adaptive.high_permille = static_cast<uint16_t>(m_highLoad);
    config.adaptive.step = m_step;
    return config;
}

flue_host_config FlueTcpL4Protocol::HostConfig() const
{
    flue_host_config config = flue_host_config_default();
    config.tcp = EngineConfig();
    // Sockets keep their own send buffers' limits, which differ from one to the next.
    config.send_buffer_bytes = 1U << 30;
    config.policy = PolicyConfig();
    const char* reason = nullptr;
    NS_ABORT_MSG_UNLESS(flue_host_config_check(&config, &reason) == FLUE_OK,
                        "the stack cannot be made as its attributes say: " << InAttributes(reason));
    return config;
}

void FlueTcpL4Protocol::Check() const
{
    (void)HostConfig();
}

} // namespace ns3
