/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stacks.
 *
 * All three stacks have ns-3's IP, ARP, ICMP and UDP, no queue discs, and TCP with the same segment
 * size, buffers, windows, timers, NewReno, timestamps and window scaling, SACK or not.
 */
#include "binding.h"

#include "ns3/abort.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/boolean.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/object-factory.h"
#include "ns3/packet-socket-factory.h"
#include "ns3/string.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/uinteger.h"

#include <algorithm>

using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

const uint32_t TCP_TIMESTAMP_BYTES = 12;
const uint32_t IPV4_TCP_BYTES = 40;

ns3::Ipv4ListRoutingHelper Routing()
{
    ns3::Ipv4ListRoutingHelper list;
    list.Add(ns3::Ipv4StaticRoutingHelper(), 0);
    list.Add(ns3::Ipv4GlobalRoutingHelper(), -10);
    return list;
}

/** The waits of a stack's timers, and how many segments an acknowledgement waits for. */
flue_result CheckTimes(flue_sim* sim, const flue_sim_stack_config& config)
{
    const auto invalid = [sim](const std::string& what)
    { return Fail(sim, FLUE_ERROR_INVALID, what); };
    if (config.min_rto < FLUE_MILLISECOND || config.min_rto > 60 * FLUE_SECOND)
    {
        return invalid(
            "the smallest retransmission timeout is out of range: expected 1 ms to 60 s");
    }
    if (config.delayed_ack < FLUE_MILLISECOND || config.delayed_ack > 500 * FLUE_MILLISECOND)
    {
        return invalid("the acknowledgement delay is out of range: expected 1 ms to 500 ms");
    }
    if (config.time_wait < FLUE_MILLISECOND || config.time_wait > 240 * FLUE_SECOND)
    {
        return invalid("a closed connection is remembered for 1 ms to 240 s");
    }
    if (config.keepalive != 0 &&
        (config.keepalive < 10 * FLUE_MILLISECOND || config.keepalive > 86400 * FLUE_SECOND))
    {
        return invalid("a connection is probed after 10 ms to 24 h, or never");
    }
    if (config.ack_segments < 1 || config.ack_segments > 2)
    {
        return invalid("an acknowledgement is for 1 or 2 segments, not for " +
                       std::to_string(config.ack_segments));
    }
    return FLUE_OK;
}

flue_result CheckStack(struct flue_sim_node* node, const flue_sim_stack_config& config)
{
    flue_sim* sim = node->sim;
    const auto invalid = [sim](const std::string& what)
    { return Fail(sim, FLUE_ERROR_INVALID, what); };
    if (node->processor)
    {
        return Fail(sim, FLUE_ERROR_STATE, node->name + " has a stack already");
    }
    if (node->is_switch)
    {
        return Fail(sim, FLUE_ERROR_NOT_SUPPORTED, node->name + " is a switch and has no stack");
    }
    if (!config.profile)
    {
        return invalid("a stack needs a profile");
    }
    if (config.mss_bytes < 64 || config.mss_bytes > ns3::FlueNetDevice::MAX_MTU)
    {
        return invalid("a segment of " + std::to_string(config.mss_bytes) +
                       " bytes is out of range: expected 64 to 8948");
    }
    for (const struct flue_sim_link* link : node->links)
    {
        const uint32_t mtu = link->devices[0]->GetMtu();
        if (config.mss_bytes + TCP_TIMESTAMP_BYTES + IPV4_TCP_BYTES > mtu)
        {
            return invalid("a segment of " + std::to_string(config.mss_bytes) +
                           " bytes and its headers do not fit the MTU of " + std::to_string(mtu) +
                           " bytes");
        }
    }
    const uint32_t most = 1U << 30;
    if (config.send_buffer_bytes < config.mss_bytes || config.send_buffer_bytes > most ||
        config.receive_buffer_bytes < config.mss_bytes || config.receive_buffer_bytes > most)
    {
        return invalid("a buffer holds at least one segment and at most 1 GiB");
    }
    if (config.initial_window_segments != 4 && config.initial_window_segments != 10)
    {
        return invalid("the initial window is 10 segments (RFC 6928) or 4 (RFC 3390), not " +
                       std::to_string(config.initial_window_segments));
    }
    flue_offload_policy kind;
    if (!config.policy || !flue_policy_find(config.policy, &kind) || kind == FLUE_POLICY_CUSTOM)
    {
        return invalid(std::string("there is no offload policy ") +
                       (config.policy ? config.policy : "NULL") +
                       "; there are: never, always, automatic, bytes, lifetime, priority, "
                       "adaptive");
    }
    return CheckTimes(sim, config);
}

/** ns-3's name for a congestion control; empty for one that it does not have. */
std::string Ns3Congestion(const std::string& name)
{
    if (name == "newreno")
    {
        return "ns3::TcpNewReno";
    }
    if (name == "cubic")
    {
        return "ns3::TcpCubic";
    }
    return name == "dctcp" ? "ns3::TcpDctcp" : "";
}

bool IsCongestion(const std::string& name)
{
    for (uint32_t i = 0; flue_tcp_congestion_name(i); i++)
    {
        if (name == flue_tcp_congestion_name(i))
        {
            return true;
        }
    }
    return false;
}

/** What is wrong with the congestion control of a stack; empty: nothing. */
std::string CheckCongestion(enum flue_sim_stack_kind kind, const char* name)
{
    if (!name || !IsCongestion(name))
    {
        return std::string("there is no congestion control ") + (name ? name : "NULL") +
               "; there are: newreno, cubic, dctcp, compound";
    }
    if (kind == FLUE_SIM_STACK_NS3 && Ns3Congestion(name).empty())
    {
        return std::string("ns-3's TCP has no congestion control ") + name +
               "; it has: newreno, cubic, dctcp";
    }
    return "";
}

void InstallNs3(Ptr<ns3::Node> node, const std::string& congestion)
{
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.SetRoutingHelper(Routing());
    internet.Install(node);
    Ptr<ns3::TcpL4Protocol> tcp = node->GetObject<ns3::TcpL4Protocol>();
    const auto type = [](const char* name)
    { return ns3::TypeIdValue(ns3::TypeId::LookupByName(name)); };
    tcp->SetAttribute("SocketType", type(Ns3Congestion(congestion).c_str()));
    tcp->SetAttribute("RecoveryType", type("ns3::TcpPrrRecovery"));
}

/** What InternetStackHelper does, without ns-3's TCP. */
void InstallIp(Ptr<ns3::Node> node)
{
    const auto add = [node](const char* type)
    {
        ns3::ObjectFactory factory;
        factory.SetTypeId(type);
        node->AggregateObject(factory.Create<ns3::Object>());
    };
    add("ns3::ArpL3Protocol");
    add("ns3::Ipv4L3Protocol");
    add("ns3::Icmpv4L4Protocol");
    node->GetObject<ns3::Ipv4>()->SetRoutingProtocol(Routing().Create(node));
    add("ns3::TrafficControlLayer");
    add("ns3::UdpL4Protocol");
    node->AggregateObject(ns3::CreateObject<ns3::PacketSocketFactory>());
    node->GetObject<ns3::ArpL3Protocol>()->SetTrafficControl(
        node->GetObject<ns3::TrafficControlLayer>());
}

void InstallFlue(struct flue_sim_node* node, bool offload, const flue_sim_stack_config& config)
{
    InstallIp(node->node);
    Ptr<ns3::FlueTcpL4Protocol> tcp = ns3::CreateObject<ns3::FlueTcpL4Protocol>();
    tcp->SetAttribute("SegmentSize", ns3::UintegerValue(config.mss_bytes));
    tcp->SetAttribute("SndBufSize", ns3::UintegerValue(config.send_buffer_bytes));
    tcp->SetAttribute("RcvBufSize", ns3::UintegerValue(config.receive_buffer_bytes));
    tcp->SetAttribute("LargeInitialWindow",
                      ns3::BooleanValue(config.initial_window_segments == 10));
    tcp->SetAttribute("Sack", ns3::BooleanValue(config.use_sack));
    tcp->SetAttribute("CongestionControl", ns3::StringValue(config.congestion_control));
    tcp->SetAttribute("MinRto", ns3::TimeValue(flue::ToTime(config.min_rto)));
    tcp->SetAttribute("DelAckTimeout", ns3::TimeValue(flue::ToTime(config.delayed_ack)));
    if (config.keepalive != 0)
    {
        const ns3::TimeValue keepalive(flue::ToTime(config.keepalive));
        tcp->SetAttribute("KeepAliveTime", keepalive);
        tcp->SetAttribute("KeepAliveInterval", keepalive);
    }
    tcp->SetAttribute("TimeWait", ns3::TimeValue(flue::ToTime(config.time_wait)));
    tcp->SetAttribute("DelAckCount", ns3::UintegerValue(config.ack_segments));
    tcp->SetAttribute("UseAdapters", ns3::BooleanValue(offload));
    tcp->SetAttribute("NeedsAdapter", ns3::BooleanValue(false)); // a machine may have no link
    tcp->SetAttribute("OffloadPolicy", ns3::StringValue(offload ? config.policy : "never"));
    tcp->SetAttribute("WithContent", ns3::BooleanValue(false)); // a flow may ask for it
    node->node->AggregateObject(tcp);
    node->tcp = tcp;
}

/** Makes the adapters of a node those of its profile. */
void ConfigureAdapters(struct flue_sim_node* node, uint32_t tableEntries)
{
    const flue_profile& profile = node->processor->GetProfile();
    for (const struct flue_sim_link* link : node->links)
    {
        if (tableEntries != 0)
        {
            link->devices[flue::EndOf(link, node)]->SetAttribute("Capacity",
                                                                 ns3::UintegerValue(tableEntries));
        }
    }
    if (node->processor->IsIdeal())
    {
        return;
    }
    for (const struct flue_sim_link* link : node->links)
    {
        link->devices[flue::EndOf(link, node)]->ApplyProfile(profile);
    }
}

} // namespace

extern "C"
{
    enum flue_result flue_sim_stack_kind_of(const char* name, enum flue_sim_stack_kind* kind)
    {
        static const char* const NAMES[] = {"ns3", "host", "offload"};
        if (!name || !kind)
        {
            return FLUE_ERROR_INVALID;
        }
        for (int i = FLUE_SIM_STACK_NS3; i <= FLUE_SIM_STACK_OFFLOAD; i++)
        {
            if (std::string(NAMES[i]) == name)
            {
                *kind = static_cast<enum flue_sim_stack_kind>(i);
                return FLUE_OK;
            }
        }
        return FLUE_ERROR_NOT_FOUND;
    }

    struct flue_sim_stack_config flue_sim_stack_config_default(void)
    {
        struct flue_sim_stack_config config = {};
        config.profile = flue_profile_find("ideal");
        config.mss_bytes = 1448;
        config.send_buffer_bytes = 1048576;
        config.receive_buffer_bytes = 1048576;
        config.initial_window_segments = 10;
        config.min_rto = 200 * FLUE_MILLISECOND;
        config.delayed_ack = 40 * FLUE_MILLISECOND;
        config.ack_segments = 2;
        config.congestion_control = "newreno";
        config.time_wait = 60 * FLUE_SECOND;
        config.policy = "always";
        return config;
    }

    enum flue_result flue_sim_stack(struct flue_sim_node* node,
                                    enum flue_sim_stack_kind kind,
                                    const struct flue_sim_stack_config* config)
    {
        if (!node)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(
            node->sim,
            [=]()
            {
                const struct flue_sim_stack_config chosen =
                    config ? *config : flue_sim_stack_config_default();
                const flue_result checked = CheckStack(node, chosen);
                if (checked != FLUE_OK)
                {
                    return checked;
                }
                if (kind < FLUE_SIM_STACK_NS3 || kind > FLUE_SIM_STACK_OFFLOAD)
                {
                    return Fail(node->sim,
                                FLUE_ERROR_INVALID,
                                "there are the stacks ns3, host and offload");
                }
                if (kind == FLUE_SIM_STACK_NS3 && chosen.keepalive != 0)
                {
                    return Fail(node->sim, FLUE_ERROR_NOT_SUPPORTED, "ns-3's TCP has no keepalive");
                }
                const std::string wrong = CheckCongestion(kind, chosen.congestion_control);
                if (!wrong.empty())
                {
                    return Fail(node->sim, FLUE_ERROR_NOT_FOUND, wrong);
                }
                node->processor = ns3::CreateObject<ns3::FlueProcessor>();
                node->processor->SetProfile(chosen.profile);
                node->node->AggregateObject(node->processor);
                ConfigureAdapters(node, chosen.table_entries);
                node->kind = kind;
                node->stack = chosen;
                const std::string congestion = chosen.congestion_control;
                node->stack.congestion_control = nullptr;             // used here only
                node->stack.policy = nullptr;                         // likewise
                node->stack.profile = &node->processor->GetProfile(); // the copy
                if (kind == FLUE_SIM_STACK_NS3)
                {
                    InstallNs3(node->node, congestion);
                }
                else
                {
                    InstallFlue(node, kind == FLUE_SIM_STACK_OFFLOAD, chosen);
                }
                return FLUE_OK;
            });
    }

    void flue_sim_node_read(const struct flue_sim_node* node,
                            struct flue_sim_node_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_node_statistics{};
        if (!node || !node->processor)
        {
            return;
        }
        statistics->cores = node->processor->GetNCores();
        statistics->core_hz = node->processor->GetProfile().core_hz;
        statistics->core_busy = node->processor->GetBusy();
        for (int i = 0; i < FLUE_COST_CATEGORIES; i++)
        {
            const flue_cost_category category = static_cast<flue_cost_category>(i);
            statistics->core_booked[i] = node->processor->GetBooked(category);
            statistics->core_events[i] = node->processor->GetEvents(category);
        }
        for (const struct flue_sim_link* link : node->links)
        {
            const Ptr<ns3::FlueNic> nic = link->devices[flue::EndOf(link, node)];
            const ns3::FlueAdapter& adapter = nic->GetAdapter();
            statistics->bus_crossings += adapter.GetBus().crossings;
            for (uint32_t i = 0; i < adapter.GetNUnits(); i++)
            {
                statistics->context_misses += adapter.GetUnit(i).misses;
            }
            ns3::UintegerValue capacity;
            nic->GetAttribute("Capacity", capacity);
            statistics->table_entries +=
                nic->IsJoined() ? static_cast<uint32_t>(capacity.Get()) : 0;
        }
        if (node->tcp)
        {
            const flue_host_statistics counts = node->tcp->GetStatistics();
            statistics->retransmitted_segments = counts.tcp.retransmitted_segments;
            statistics->timeouts = counts.tcp.timeouts;
            statistics->offloads = counts.offloads;
            statistics->uploads = counts.uploads;
            statistics->offloaded = counts.offloaded;
            statistics->moving = counts.moving;
            statistics->forwards = counts.forwards;
            return;
        }
        for (const flue_sim_flow* flow : node->flows)
        {
            if (flow->client == node)
            {
                statistics->retransmitted_segments += flow->sender->GetRetransmitted();
                statistics->timeouts += flow->sender->GetTimeouts();
            }
        }
    }

    enum flue_result flue_sim_offload_all(struct flue_sim_node* node)
    {
        if (!node)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(node->sim,
                     [=]()
                     {
                         if (!node->tcp || node->tcp->GetNAdapters() == 0)
                         {
                             return Fail(node->sim,
                                         FLUE_ERROR_NOT_SUPPORTED,
                                         node->name + " has no NIC to offload to");
                         }
                         node->tcp->OffloadAll();
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_upload_all(struct flue_sim_node* node)
    {
        if (!node)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(node->sim,
                     [=]()
                     {
                         if (!node->tcp || node->tcp->GetNAdapters() == 0)
                         {
                             return Fail(node->sim,
                                         FLUE_ERROR_NOT_SUPPORTED,
                                         node->name + " has no NIC to upload from");
                         }
                         node->tcp->UploadAll();
                         return FLUE_OK;
                     });
    }
}
