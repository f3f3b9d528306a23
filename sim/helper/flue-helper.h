/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Gives the nodes of an ns-3 script Flue's TCP, on the host or on an offload adapter. Two lines of
 * a script change:
 *
 *     FlueNicHelper link;                // in the place of PointToPointHelper
 *     NetDeviceContainer devices = link.Install(nodes);
 *     InternetStackHelper().Install(nodes);
 *     FlueHelper("always").Install(nodes); // behind the internet stack
 *
 * Applications, addresses and routes stay as they are: sockets of ns3::TcpSocketFactory are
 * Flue's on these nodes. So do the defaults that a script has set for ns-3's TCP, ns3::TcpSocket's
 * SndBufSize say: where Flue has the same attribute, it takes the value, unless it was given one of
 * its own. Values that make no sense stop the program with a message that says what to do, at the
 * call or, for what is known no earlier, when the simulation starts.
 */
#ifndef FLUE_HELPER_H
#define FLUE_HELPER_H

#include "flue-link-helper.h"
#include "model/flue-processor.h"

#include "flue/profile.h"

#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <set>
#include <string>

namespace ns3
{

class FlueTcpL4Protocol;

/** Makes links whose devices are ns3::FlueNic. */
class FlueNicHelper : public FlueLinkHelper
{
  public:
    FlueNicHelper()
    {
        SetDeviceType("ns3::FlueNic");
    }
};

/** Installs Flue's TCP on nodes that have ns-3's internet stack. */
class FlueHelper
{
  public:
    /** @param policy when connections move to an adapter, as SetPolicy */
    explicit FlueHelper(std::string policy = "never");

    /** @param policy never, always, automatic, bytes, lifetime, priority or adaptive */
    void SetPolicy(std::string policy);
    /** @param name of a built-in profile, "ideal" (nothing costs anything) or "server-2009" say */
    void SetProfile(std::string name);
    /** @param profile what work costs on the nodes, and what their adapters are; it is copied */
    void SetProfile(const flue_profile& profile);
    /**
     * @param name of an attribute of ns3::FlueTcpL4Protocol
     * @param value of it
     */
    void SetAttribute(std::string name, const AttributeValue& value);

    /**
     * Gives a node Flue's TCP. Every ns3::FlueNic that it has when the simulation starts is joined.
     * @param node has ns-3's internet stack
     */
    void Install(Ptr<Node> node) const;
    /** @param nodes as Install of one */
    void Install(const NodeContainer& nodes) const;
    /** @param nodeName as it was given to ns3::Names */
    void Install(std::string nodeName) const;
    /**
     * The same for the nodes of these devices, of which these and no others are joined.
     * @param devices each an ns3::FlueNic that is in no team, or an ns3::FlueTeamDevice
     */
    void Install(const NetDeviceContainer& devices) const;

  private:
    /** Stops the program if @p node cannot be given the stack. */
    void CheckNode(const Ptr<Node>& node) const;
    /** @return the stacks' factory, with the defaults that were set for ns-3's TCP */
    ObjectFactory WithDefaults() const;
    /** @return the node's new stack */
    Ptr<FlueTcpL4Protocol> InstallStack(const Ptr<Node>& node) const;

    ObjectFactory m_factory;      //!< makes stacks
    std::set<std::string> m_set;  //!< attributes that were given to it
    Ptr<FlueProcessor> m_profile; //!< keeps what work costs; null: nothing was said
};

} // namespace ns3

#endif /* FLUE_HELPER_H */
