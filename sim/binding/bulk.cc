/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bulk transfers.
 */
#include "binding.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

using flue::Fail;
using flue::Guard;
using ns3::Create;
using ns3::CreateObject;
using ns3::Ptr;

namespace
{

/** The initial window in whole segments, by the formula that Flue's engine follows. */
uint32_t InitialWindow(const flue_sim_stack_config& stack)
{
    const uint32_t count = stack.initial_window_segments;
    const uint32_t bytes = count == 10 ? 14600 : 4380;
    const uint32_t window = std::min(count * stack.mss_bytes, std::max(2 * stack.mss_bytes, bytes));
    return std::max(1U, window / stack.mss_bytes);
}

/** Tells the sockets of ns-3's TCP what Flue's stack was told when it was made. */
void SetSocketOptions(Ptr<ns3::FlueBulkApplication> application, const struct flue_sim_node* node)
{
    const flue_sim_stack_config& stack = node->stack;
    const auto number = [&](const char* name, uint64_t value)
    { application->AddSocketOption(name, Create<ns3::UintegerValue>(value)); };
    const auto time = [&](const char* name, flue_time value)
    { application->AddSocketOption(name, Create<ns3::TimeValue>(flue::ToTime(value))); };
    const auto flag = [&](const char* name, bool value)
    { application->AddSocketOption(name, Create<ns3::BooleanValue>(value)); };
    number("SegmentSize", stack.mss_bytes);
    number("SndBufSize", stack.send_buffer_bytes);
    number("RcvBufSize", stack.receive_buffer_bytes);
    number("InitialCwnd", InitialWindow(stack));
    number("DelAckCount", stack.ack_segments);
    time("DelAckTimeout", stack.delayed_ack);
    time("MinRto", stack.min_rto);
    time("ConnTimeout", FLUE_SECOND);
    application->AddSocketOption(
        "MaxSegLifetime",
        Create<ns3::DoubleValue>(flue::ToTime(stack.time_wait).GetSeconds() / 2));
    flag("Sack", stack.use_sack);
    flag("Timestamp", true);
    flag("WindowScaling", true);
}

} // namespace

namespace flue
{

flue_result CheckEnds(flue_sim* sim,
                      const struct flue_sim_node* client,
                      const struct flue_sim_node* server,
                      uint16_t port,
                      flue_time start)
{
    if (client == server)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    "a transfer goes from one machine to another, not from " + client->name +
                        " to itself");
    }
    for (const struct flue_sim_node* node : {client, server})
    {
        if (!node->processor)
        {
            return Fail(sim, FLUE_ERROR_STATE, node->name + " has no stack");
        }
    }
    if (AddressOf(server, client) == 0)
    {
        return Fail(sim, FLUE_ERROR_STATE, server->name + " has no address");
    }
    if (port == 0)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a server's port lies between 1 and 65535");
    }
    const auto hasPort = [server, port](const auto& other)
    { return other->server == server && other->port == port; };
    if (std::any_of(server->flows.begin(), server->flows.end(), hasPort) ||
        std::any_of(sim->requests.begin(), sim->requests.end(), hasPort))
    {
        return Fail(sim,
                    FLUE_ERROR_IN_USE,
                    "port " + std::to_string(port) + " of " + server->name +
                        " has a transfer already");
    }
    if (!flue::FitsTime(start) || !flue::FitsTime(start + flue_sim_now(sim)))
    {
        return Fail(sim, FLUE_ERROR_INVALID, "the start lies behind the end of simulated time");
    }
    return FLUE_OK;
}

void Place(Ptr<ns3::FlueBulkApplication> application,
           struct flue_sim_node* node,
           const struct flue_sim_node* server,
           const struct flue_sim_node* client,
           const flue_sim_bulk_config& config)
{
    const uint32_t address = AddressOf(server, client);
    const ns3::TypeId factory = ns3::TypeId::LookupByName(node->tcp ? "ns3::FlueTcpSocketFactory"
                                                                    : "ns3::TcpSocketFactory");
    application->SetAttribute("Protocol", ns3::TypeIdValue(factory));
    application->SetAttribute(
        "Address",
        ns3::AddressValue(ns3::InetSocketAddress(ns3::Ipv4Address(address), config.port)));
    application->SetAttribute("IoSize", ns3::UintegerValue(config.io_bytes));
    application->SetAttribute("WithContent", ns3::BooleanValue(config.with_content));
    if (node->tcp && config.with_content)
    {
        node->tcp->SetWithContent(true);
    }
    if (!node->tcp)
    {
        SetSocketOptions(application, node);
    }
    application->SetStartTime(flue::ToTime(config.start));
    node->node->AddApplication(application);
}

} // namespace flue

extern "C"
{
    struct flue_sim_bulk_config flue_sim_bulk_config_default(void)
    {
        struct flue_sim_bulk_config config = {};
        config.port = 5001;
        config.io_bytes = 65536;
        return config;
    }

    enum flue_result flue_sim_bulk(struct flue_sim* sim,
                                   struct flue_sim_node* client,
                                   struct flue_sim_node* server,
                                   const struct flue_sim_bulk_config* config,
                                   struct flue_sim_flow** flow)
    {
        if (!sim || !client || !server || !flow || client->sim != sim || server->sim != sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(
            sim,
            [=]()
            {
                const struct flue_sim_bulk_config chosen =
                    config ? *config : flue_sim_bulk_config_default();
                const flue_result checked =
                    flue::CheckEnds(sim, client, server, chosen.port, chosen.start);
                if (checked != FLUE_OK)
                {
                    return checked;
                }
                if (chosen.io_bytes == 0 || chosen.io_bytes > 1U << 30)
                {
                    return Fail(sim, FLUE_ERROR_INVALID, "a call moves between 1 byte and 1 GiB");
                }
                auto made = std::make_unique<struct flue_sim_flow>();
                made->client = client;
                made->server = server;
                made->port = chosen.port;
                made->sender = CreateObject<ns3::FlueBulkClient>();
                made->sender->SetAttribute("MaxBytes", ns3::UintegerValue(chosen.bytes));
                made->receiver = CreateObject<ns3::FlueBulkServer>();
                made->receiver->SetAttribute("Pause", ns3::TimeValue(flue::ToTime(chosen.pause)));
                // First: it listens before the client calls.
                flue::Place(made->receiver, server, server, client, chosen);
                flue::Place(made->sender, client, server, client, chosen);
                client->flows.push_back(made.get());
                server->flows.push_back(made.get());
                *flow = made.get();
                sim->flows.push_back(std::move(made));
                return FLUE_OK;
            });
    }

    void flue_sim_flow_read(const struct flue_sim_flow* flow,
                            struct flue_sim_flow_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_flow_statistics{};
        if (!flow)
        {
            return;
        }
        statistics->sent_bytes = flow->sender->GetSent();
        statistics->received_bytes = flow->receiver->GetReceived();
        statistics->corrupt_bytes = flow->receiver->GetCorrupt();
        statistics->is_connected = flow->sender->IsConnected();
        statistics->is_complete = flow->receiver->IsComplete();
        statistics->has_failed = flow->sender->HasFailed() || flow->receiver->HasFailed();
        statistics->completed_at =
            static_cast<flue_time>(flow->receiver->GetCompletionTime().GetPicoSeconds());
    }
}
