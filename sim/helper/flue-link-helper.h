/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Builds Ethernet links between nodes, and traces them: what PointToPointHelper is for
 * point-to-point.
 */
#ifndef FLUE_LINK_HELPER_H
#define FLUE_LINK_HELPER_H

#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/queue.h"
#include "ns3/trace-helper.h"

#include <string>
#include <utility>

namespace ns3
{

class FlueChannel;

/** Makes pairs of FlueNetDevices, or of a class derived from it, with a FlueChannel between them.
 */
class FlueLinkHelper : public PcapHelperForDevice, public AsciiTraceHelperForDevice
{
  public:
    FlueLinkHelper();
    ~FlueLinkHelper() override = default;

    /**
     * @param type name of a class derived from FlueNetDevice, "ns3::FlueNic" say. Device attributes
     *             that were set before stay set as far as the new class has them.
     */
    void SetDeviceType(std::string type);
    /**
     * @param type name of a queue class, "ns3::DropTailQueue" say
     * @param args names and values of its attributes, by turns
     */
    template <typename... Args>
    void SetQueue(std::string type, Args&&... args);
    /**
     * @param name of an attribute of the devices
     * @param value of it
     */
    void SetDeviceAttribute(std::string name, const AttributeValue& value);
    /**
     * @param name of an attribute of the channel
     * @param value of it
     */
    void SetChannelAttribute(std::string name, const AttributeValue& value);
    /**
     * Links made from now on do not stop the traffic control layer above when their transmit queue
     * is full; frames that find it full are dropped.
     */
    void DisableFlowControl();

    /**
     * @param c two nodes
     * @return the two devices, in the order of the nodes
     */
    NetDeviceContainer Install(NodeContainer c);
    /**
     * @param a one node
     * @param b the other
     * @return the device of @p a, then that of @p b
     */
    NetDeviceContainer Install(Ptr<Node> a, Ptr<Node> b);

  private:
    /** @return a device on @p node, plugged into @p channel */
    Ptr<NetDevice> InstallEnd(Ptr<Node> node, Ptr<FlueChannel> channel);
    void EnablePcapInternal(std::string prefix,
                            Ptr<NetDevice> nd,
                            bool promiscuous,
                            bool explicitFilename) override;
    void EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                             std::string prefix,
                             Ptr<NetDevice> nd,
                             bool explicitFilename) override;

    ObjectFactory m_queueFactory;   //!< makes queues
    ObjectFactory m_channelFactory; //!< makes channels
    ObjectFactory m_deviceFactory;  //!< makes devices
    bool m_hasFlowControl;          //!< unless DisableFlowControl
};

template <typename... Args>
void FlueLinkHelper::SetQueue(std::string type, Args&&... args)
{
    QueueBase::AppendItemTypeIfNotPresent(type, "Packet");
    m_queueFactory = ObjectFactory();
    m_queueFactory.SetTypeId(type);
    m_queueFactory.Set(std::forward<Args>(args)...);
}

} // namespace ns3

#endif /* FLUE_LINK_HELPER_H */
