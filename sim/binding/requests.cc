/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests and responses.
 */
#include "binding.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/uinteger.h"

#include <algorithm>

using flue::Fail;
using flue::Guard;
using ns3::CreateObject;

namespace
{

flue_result CheckRequests(flue_sim* sim,
                          const struct flue_sim_node* client,
                          const flue_sim_requests_config& config)
{
    // ns-3's TCP gives each port away once, whatever the address.
    const uint32_t most =
        client->tcp ? FLUE_SIM_REQUESTS_CONNECTIONS_MAX : FLUE_SIM_REQUESTS_CONNECTIONS_MAX_NS3;
    if (config.connections == 0 || config.connections > most)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    client->name + " opens between 1 and " + std::to_string(most) + " connections");
    }
    if (config.request_bytes == 0 || config.response_bytes == 0)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a request, and a response, has at least 1 byte");
    }
    if (config.io_bytes == 0 || config.io_bytes > 1U << 30)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a call moves between 1 byte and 1 GiB");
    }
    if (!(config.rate >= 0 && config.rate <= 1e9))
    {
        return Fail(sim, FLUE_ERROR_INVALID, "between 0 and 1e9 requests arrive in a second");
    }
    if (!flue::FitsTime(config.think) || !flue::FitsTime(config.spacing))
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a time is longer than simulated time");
    }
    return FLUE_OK;
}

/** @return how many addresses a machine spreads its connections over */
std::size_t Spread(const struct flue_sim_node* client)
{
    std::size_t most = 1;
    for (const struct flue_sim_link* link : client->links)
    {
        const struct flue_sim_team* team = link->teams[flue::EndOf(link, client)];
        const bool isBalanced = team && team->config.mode == FLUE_SIM_TEAM_BALANCE;
        most = std::max(most, isBalanced ? team->links.size() : 1);
    }
    return most;
}

/** Finds local addresses for so many connections: none when those that there are will do. */
flue_result FindAddresses(struct flue_sim_node* client,
                          const struct flue_sim_node* server,
                          uint32_t connections,
                          std::vector<ns3::Ipv4Address>* local)
{
    const uint32_t each = ns3::FlueRequestClient::CONNECTIONS_PER_ADDRESS;
    const std::size_t count =
        std::max<std::size_t>((connections + each - 1) / each, Spread(client));
    if (count <= 1)
    {
        return FLUE_OK;
    }
    std::vector<uint32_t> addresses;
    const flue_result result = flue::TakeAddresses(client, server, count, &addresses);
    for (const uint32_t address : addresses)
    {
        local->emplace_back(address);
    }
    return result;
}

/** Makes the two applications. */
void Make(struct flue_sim_requests* requests, const flue_sim_requests_config& config)
{
    requests->asker = CreateObject<ns3::FlueRequestClient>();
    requests->answerer = CreateObject<ns3::FlueRequestServer>();
    const ns3::Ptr<ns3::FlueRequestApplication> both[] = {requests->answerer, requests->asker};
    for (const ns3::Ptr<ns3::FlueRequestApplication>& one : both)
    {
        one->SetAttribute("RequestBytes", ns3::UintegerValue(config.request_bytes));
        one->SetAttribute("ResponseBytes", ns3::UintegerValue(config.response_bytes));
    }
    const auto set = [requests](const char* name, const ns3::AttributeValue& value)
    { requests->asker->SetAttribute(name, value); };
    set("Connections", ns3::UintegerValue(config.connections));
    set("Spacing", ns3::TimeValue(flue::ToTime(config.spacing)));
    set("Requests", ns3::UintegerValue(config.requests));
    set("Reopens", ns3::BooleanValue(config.reopens));
    set("Manual", ns3::BooleanValue(config.is_manual));
    set("Rate", ns3::DoubleValue(config.rate));
    set("Think", ns3::TimeValue(flue::ToTime(config.think)));
}

} // namespace

extern "C"
{
    struct flue_sim_requests_config flue_sim_requests_config_default(void)
    {
        struct flue_sim_requests_config config = {};
        config.port = 6001;
        config.connections = 1;
        config.spacing = 20 * FLUE_MICROSECOND;
        config.request_bytes = 128;
        config.response_bytes = 1024;
        config.io_bytes = 65536;
        return config;
    }

    enum flue_result flue_sim_requests(struct flue_sim* sim,
                                       struct flue_sim_node* client,
                                       struct flue_sim_node* server,
                                       const struct flue_sim_requests_config* config,
                                       struct flue_sim_requests** requests)
    {
        if (!sim || !client || !server || !requests || client->sim != sim || server->sim != sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim,
                     [=]()
                     {
                         const struct flue_sim_requests_config chosen =
                             config ? *config : flue_sim_requests_config_default();
                         flue_result checked =
                             flue::CheckEnds(sim, client, server, chosen.port, chosen.start);
                         checked =
                             checked == FLUE_OK ? CheckRequests(sim, client, chosen) : checked;
                         std::vector<ns3::Ipv4Address> local;
                         checked = checked == FLUE_OK
                                       ? FindAddresses(client, server, chosen.connections, &local)
                                       : checked;
                         if (checked != FLUE_OK)
                         {
                             return checked;
                         }
                         auto made = std::make_unique<struct flue_sim_requests>();
                         made->client = client;
                         made->server = server;
                         made->port = chosen.port;
                         Make(made.get(), chosen);
                         made->asker->SetLocalAddresses(local);
                         flue_sim_bulk_config common = flue_sim_bulk_config_default();
                         common.port = chosen.port;
                         common.io_bytes = chosen.io_bytes;
                         common.start = chosen.start;
                         common.with_content = chosen.with_content;
                         flue::Place(made->answerer, server, server, client, common);
                         flue::Place(made->asker, client, server, client, common);
                         *requests = made.get();
                         sim->requests.push_back(std::move(made));
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_requests_go(struct flue_sim_requests* requests, uint32_t* count)
    {
        if (!requests)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(requests->client->sim,
                     [=]()
                     {
                         const uint32_t made = requests->asker->Go();
                         if (count)
                         {
                             *count = made;
                         }
                         return FLUE_OK;
                     });
    }

    void flue_sim_requests_read(const struct flue_sim_requests* requests,
                                struct flue_sim_requests_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_requests_statistics{};
        if (!requests)
        {
            return;
        }
        const ns3::FlueRequestClient::Counts& counts = requests->asker->GetCounts();
        statistics->open = counts.open;
        statistics->waiting = counts.waiting;
        statistics->opened = counts.opened;
        statistics->closed = counts.closed;
        statistics->failed = counts.failed;
        statistics->started = counts.started;
        statistics->completed = counts.completed;
        statistics->sent_bytes = requests->asker->GetSent() + requests->answerer->GetSent();
        statistics->received_bytes =
            requests->asker->GetReceived() + requests->answerer->GetReceived();
        statistics->corrupt_bytes =
            requests->asker->GetCorrupt() + requests->answerer->GetCorrupt();
    }

    flue_time flue_sim_requests_latency(const struct flue_sim_requests* requests,
                                        flue_time since,
                                        double share)
    {
        return requests ? requests->asker->GetLatency(since, share) : FLUE_TIME_NEVER;
    }
}
