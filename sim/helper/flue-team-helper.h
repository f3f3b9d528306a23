/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Makes teams of Flue's adapters, which a node's other layers see as one device:
 *
 *     FlueNicHelper link;
 *     NetDeviceContainer first = link.Install(host, upSwitch);
 *     NetDeviceContainer second = link.Install(host, upSwitch);
 *     Ptr<FlueTeamDevice> team = FlueTeamHelper("active-backup").Install({first.Get(0),
 * second.Get(0)}); BridgeHelper().Install(upSwitch, ...);          // the other ends, and the rest
 * of the network InternetStackHelper().Install(host); ipv4.Assign(team); // one address, the team's
 *     FlueHelper("always").Install(host);
 *
 * Wrong use stops the program with a message that says what to do.
 */
#ifndef FLUE_TEAM_HELPER_H
#define FLUE_TEAM_HELPER_H

#include "model/flue-team-device.h"

#include "ns3/net-device-container.h"
#include "ns3/object-factory.h"

#include <string>

namespace ns3
{

/** Makes teams: ns3::FlueTeamDevice. */
class FlueTeamHelper
{
  public:
    /** @param mode as ns3::FlueTeamDevice::Mode */
    explicit FlueTeamHelper(std::string mode = "active-backup");
    /**
     * @param name of an attribute of ns3::FlueTeamDevice
     * @param value of it
     */
    void SetDeviceAttribute(std::string name, const AttributeValue& value);
    /**
     * Puts adapters of one node together, before its stack is started and before they have IP
     * interfaces.
     *
     * @param members each an ns3::FlueNic of the node, in no team, and all with the same MTU and
     *        VLAN, in the order in which they are preferred; at most FLUE_IM_MOST
     * @return the team, a further device of the node
     */
    Ptr<FlueTeamDevice> Install(const NetDeviceContainer& members) const;

    /**
     * @param members as Install's
     * @return what is wrong with them, and what to do; "" when nothing is
     */
    static std::string FindFault(const NetDeviceContainer& members);

  private:
    ObjectFactory m_factory; //!< makes teams
};

} // namespace ns3

#endif /* FLUE_TEAM_HELPER_H */
