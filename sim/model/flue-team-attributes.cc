/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What can be set on a team of adapters (see flue-team-device.h).
 */
#include "flue-team-device.h"

#include "ns3/string.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueTeamDevice);

namespace
{

const char* const MODES[] = {"active-backup", "balance", "aggregate"}; //!< by flue_team_mode
const char* const HASHES[] = {"layer2", "layer3+4"};                   //!< by m_hashesPorts

} // namespace

TypeId FlueTeamDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueTeamDevice")
            .SetParent<NetDevice>()
            .SetGroupName("Flue")
            .AddConstructor<FlueTeamDevice>()
            .AddAttribute("Mode",
                          "By which member frames leave: active-backup (one, and another when its "
                          "link fails), balance (each has a share of the IPv4 addresses) or "
                          "aggregate (by a hash, as the switch at the other end chooses too). "
                          "Until there are members.",
                          StringValue(MODES[FLUE_TEAM_ACTIVE_BACKUP]),
                          MakeStringAccessor(&FlueTeamDevice::SetMode, &FlueTeamDevice::GetMode),
                          MakeStringChecker())
            .AddAttribute("Hash",
                          "Of an aggregate: layer2 (both MAC addresses) or layer3+4 (addresses and "
                          "ports; what is not IP: layer2). Offloaded connections are placed by "
                          "layer2 in any case.",
                          StringValue(HASHES[0]),
                          MakeStringAccessor(&FlueTeamDevice::SetHash, &FlueTeamDevice::GetHash),
                          MakeStringChecker())
            .AddAttribute("DetectDelay",
                          "From the change of a member's link until the team notices it.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlueTeamDevice::m_detectDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("RemindInterval",
                          "Of mode balance: how often a member that stands in for another tells "
                          "the switch, which may not have heard it, and forgets.",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&FlueTeamDevice::m_remindInterval),
                          MakeTimeChecker(MilliSeconds(1)));
    return tid;
}

std::string FlueTeamDevice::ModeNames()
{
    return std::string(MODES[0]) + ", " + MODES[1] + ", " + MODES[2];
}

bool FlueTeamDevice::SetMode(std::string name)
{
    for (const flue_team_mode mode :
         {FLUE_TEAM_ACTIVE_BACKUP, FLUE_TEAM_BALANCE, FLUE_TEAM_AGGREGATE})
    {
        if (name == MODES[mode] && m_members.empty())
        {
            m_mode = mode;
            return true;
        }
    }
    return false;
}

std::string FlueTeamDevice::GetMode() const
{
    return MODES[m_mode];
}

bool FlueTeamDevice::SetHash(std::string name)
{
    for (int hash = 0; hash < 2; hash++)
    {
        if (name == HASHES[hash])
        {
            m_hashesPorts = hash == 1;
            return true;
        }
    }
    return false;
}

std::string FlueTeamDevice::GetHash() const
{
    return HASHES[m_hashesPorts ? 1 : 0];
}

} // namespace ns3
