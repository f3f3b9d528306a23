/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Switches, and teams of adapters at them.
 */
#include "binding.h"

#include "helper/flue-team-helper.h"

#include "ns3/boolean.h"
#include "ns3/bridge-net-device.h"
#include "ns3/string.h"

#include <algorithm>

using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

const char* NameOf(enum flue_sim_team_mode mode)
{
    static const char* const NAMES[] = {"active-backup", "balance", "aggregate"};
    return NAMES[mode];
}

flue_result CheckTeam(const struct flue_sim_node* node,
                      struct flue_sim_link* const* links,
                      uint32_t count,
                      const flue_sim_team_config& config)
{
    flue_sim* sim = node->sim;
    if (config.mode < FLUE_SIM_TEAM_ACTIVE_BACKUP || config.mode > FLUE_SIM_TEAM_AGGREGATE)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a team is active-backup, balance or aggregate");
    }
    if (!flue::FitsTime(config.detect))
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a failure is noticed within simulated time");
    }
    if (node->processor)
    {
        return Fail(sim,
                    FLUE_ERROR_STATE,
                    "teams are made before stacks, and " + node->name + " has a stack");
    }
    ns3::NetDeviceContainer members;
    for (uint32_t i = 0; i < count; i++)
    {
        const struct flue_sim_link* link = links[i];
        if (!link || (link->nodes[0] != node && link->nodes[1] != node))
        {
            return Fail(sim, FLUE_ERROR_INVALID, "a team's links are all " + node->name + "'s");
        }
        const struct flue_sim_node* far = link->nodes[1 - flue::EndOf(link, node)];
        if (!far->is_switch || far != links[0]->nodes[1 - flue::EndOf(links[0], node)])
        {
            return Fail(sim, FLUE_ERROR_INVALID, "a team's links all lead to the same switch");
        }
        members.Add(link->devices[flue::EndOf(link, node)]);
    }
    const std::string fault = ns3::FlueTeamHelper::FindFault(members);
    return fault.empty() ? FLUE_OK : Fail(sim, FLUE_ERROR_INVALID, fault);
}

/** @return a team of the adapters at one end of a team's links */
Ptr<ns3::FlueTeamDevice> MakeDevice(const struct flue_sim_team& team, bool isAtSwitch)
{
    ns3::FlueTeamHelper helper(NameOf(team.config.mode));
    helper.SetDeviceAttribute("DetectDelay", ns3::TimeValue(flue::ToTime(team.config.detect)));
    if (isAtSwitch)
    {
        helper.SetDeviceAttribute(
            "Hash",
            ns3::StringValue(team.config.mixes_ports ? "layer3+4" : "layer2"));
    }
    ns3::NetDeviceContainer members;
    for (const struct flue_sim_link* link : team.links)
    {
        members.Add(link->devices[link->nodes[0]->is_switch == isAtSwitch ? 0 : 1]);
    }
    return helper.Install(members);
}

/** @return @p time as the binding has it; 0: never */
flue_time FromTime(const ns3::Time& time)
{
    return time.IsNegative() ? 0 : ns3::FlueFromTime(time);
}

} // namespace

void flue::JoinPorts(struct flue_sim_node* node)
{
    std::vector<Ptr<ns3::NetDevice>> ports;
    for (const struct flue_sim_link* link : node->links)
    {
        const uint32_t end = EndOf(link, node);
        const struct flue_sim_team* team = link->teams[1 - end];
        if (!team || team->config.mode != FLUE_SIM_TEAM_AGGREGATE)
        {
            ports.push_back(link->devices[end]);
        }
        else if (team->links.front() == link)
        {
            ports.push_back(MakeDevice(*team, true));
        }
    }
    Ptr<ns3::BridgeNetDevice> bridge = ns3::CreateObject<ns3::BridgeNetDevice>();
    node->node->AddDevice(bridge);
    for (const Ptr<ns3::NetDevice>& port : ports)
    {
        bridge->AddBridgePort(port);
    }
}

extern "C"
{
    enum flue_result flue_sim_switch(struct flue_sim* sim,
                                     const char* name,
                                     struct flue_sim_node** node)
    {
        if (!sim || !name || !node)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim, [=]() { return flue::MakeNode(sim, name, true, node); });
    }

    struct flue_sim_team_config flue_sim_team_config_default(void)
    {
        struct flue_sim_team_config config = {};
        config.mode = FLUE_SIM_TEAM_ACTIVE_BACKUP;
        return config;
    }

    enum flue_result flue_sim_team(struct flue_sim_node* node,
                                   struct flue_sim_link* const* links,
                                   uint32_t count,
                                   const struct flue_sim_team_config* config,
                                   struct flue_sim_team** team)
    {
        if (!node || (!links && count > 0) || !team)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(node->sim,
                     [=]()
                     {
                         const struct flue_sim_team_config chosen =
                             config ? *config : flue_sim_team_config_default();
                         const flue_result checked = CheckTeam(node, links, count, chosen);
                         if (checked != FLUE_OK)
                         {
                             return checked;
                         }
                         auto made = std::make_unique<struct flue_sim_team>();
                         made->sim = node->sim;
                         made->config = chosen;
                         made->links.assign(links, links + count);
                         made->device = MakeDevice(*made, false);
                         for (struct flue_sim_link* link : made->links)
                         {
                             link->teams[flue::EndOf(link, node)] = made.get();
                         }
                         *team = made.get();
                         node->sim->teams.push_back(std::move(made));
                         return FLUE_OK;
                     });
    }

    void flue_sim_team_read(const struct flue_sim_team* team,
                            struct flue_sim_team_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_team_statistics{};
        if (!team)
        {
            return;
        }
        const ns3::FlueTeamDevice::Failover failover = team->device->GetFailover();
        statistics->active = team->device->GetActive();
        statistics->failovers = team->device->GetFailovers();
        statistics->failed_at = FromTime(failover.failed);
        statistics->noticed_at = FromTime(failover.noticed);
        statistics->uploaded_at = FromTime(failover.uploaded);
        statistics->resumed_at = FromTime(failover.resumed);
        statistics->offloaded_at = FromTime(failover.offloaded);
    }
}
