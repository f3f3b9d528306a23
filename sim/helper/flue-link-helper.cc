/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-link-helper.h.
 */
#include "flue-link-helper.h"

#include "model/flue-channel.h"
#include "model/flue-net-device.h"

#include "ns3/abort.h"
#include "ns3/mac48-address.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/node.h"

namespace ns3
{

namespace
{

/** The link type of Ethernet captures; newer ns-3 renames the constant, not the number. */
const auto LINK_TYPE_ETHERNET = static_cast<PcapHelper::DataLinkType>(1);

/** @return @p device as one of ours, or null */
Ptr<FlueNetDevice> AsFlue(Ptr<NetDevice> device)
{
    return DynamicCast<FlueNetDevice>(device);
}

} // namespace

FlueLinkHelper::FlueLinkHelper()
    : m_hasFlowControl(true)
{
    m_queueFactory.SetTypeId("ns3::DropTailQueue<Packet>");
    m_deviceFactory.SetTypeId(FlueNetDevice::GetTypeId());
    m_channelFactory.SetTypeId(FlueChannel::GetTypeId());
}

void FlueLinkHelper::SetDeviceType(std::string type)
{
    m_deviceFactory.SetTypeId(type);
}

void FlueLinkHelper::SetDeviceAttribute(std::string name, const AttributeValue& value)
{
    m_deviceFactory.Set(name, value);
}

void FlueLinkHelper::SetChannelAttribute(std::string name, const AttributeValue& value)
{
    m_channelFactory.Set(name, value);
}

void FlueLinkHelper::DisableFlowControl()
{
    m_hasFlowControl = false;
}

NetDeviceContainer FlueLinkHelper::Install(NodeContainer c)
{
    NS_ABORT_MSG_IF(c.GetN() != 2, "a link has two ends, not " << c.GetN());
    return Install(c.Get(0), c.Get(1));
}

NetDeviceContainer FlueLinkHelper::Install(Ptr<Node> a, Ptr<Node> b)
{
    Ptr<FlueChannel> channel = m_channelFactory.Create<FlueChannel>();
    NetDeviceContainer devices;
    devices.Add(InstallEnd(a, channel));
    devices.Add(InstallEnd(b, channel));
    return devices;
}

Ptr<NetDevice> FlueLinkHelper::InstallEnd(Ptr<Node> node, Ptr<FlueChannel> channel)
{
    Ptr<FlueNetDevice> device = m_deviceFactory.Create()->GetObject<FlueNetDevice>();
    NS_ABORT_MSG_IF(!device, "the device type is not derived from ns3::FlueNetDevice");
    Ptr<Queue<Packet>> queue = m_queueFactory.Create<Queue<Packet>>();

    device->SetAddress(Mac48Address::Allocate());
    device->SetQueue(queue);
    node->AddDevice(device);
    if (m_hasFlowControl)
    {
        Ptr<NetDeviceQueueInterface> interface = CreateObject<NetDeviceQueueInterface>();
        interface->GetTxQueue(0)->ConnectQueueTraces(queue);
        device->AggregateObject(interface);
    }
    device->Attach(channel);
    return device;
}

void FlueLinkHelper::EnablePcapInternal(std::string prefix,
                                        Ptr<NetDevice> nd,
                                        bool promiscuous,
                                        bool explicitFilename)
{
    Ptr<FlueNetDevice> device = AsFlue(nd);
    if (!device)
    {
        return; // EnablePcapAll offers every device there is
    }
    PcapHelper helper;
    const std::string name =
        explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, device);
    Ptr<PcapFileWrapper> file = helper.CreateFile(name, std::ios::out, LINK_TYPE_ETHERNET);
    helper.HookDefaultSink<FlueNetDevice>(device, promiscuous ? "PromiscSniffer" : "Sniffer", file);
}

void FlueLinkHelper::EnableAsciiInternal(Ptr<OutputStreamWrapper> stream,
                                         std::string prefix,
                                         Ptr<NetDevice> nd,
                                         bool explicitFilename)
{
    Ptr<FlueNetDevice> device = AsFlue(nd);
    if (!device)
    {
        return;
    }
    AsciiTraceHelper helper;
    Ptr<Queue<Packet>> queue = device->GetQueue();
    Packet::EnablePrinting();
    // Received is what the wire brought, PhyRxEnd: frames that an adapter takes for itself too.
    if (!stream)
    {
        const std::string name =
            explicitFilename ? prefix : helper.GetFilenameFromDevice(prefix, device);
        stream = helper.CreateFileStream(name);
        helper.HookDefaultReceiveSinkWithoutContext<NetDevice>(device, "PhyRxEnd", stream);
        helper.HookDefaultEnqueueSinkWithoutContext<Queue<Packet>>(queue, "Enqueue", stream);
        helper.HookDefaultDequeueSinkWithoutContext<Queue<Packet>>(queue, "Dequeue", stream);
        helper.HookDefaultDropSinkWithoutContext<Queue<Packet>>(queue, "Drop", stream);
        helper.HookDefaultDropSinkWithoutContext<NetDevice>(device, "PhyRxDrop", stream);
        return;
    }
    // A shared stream has to be told whose line it is.
    const std::string path = "/NodeList/" + std::to_string(device->GetNode()->GetId()) +
                             "/DeviceList/" + std::to_string(device->GetIfIndex()) +
                             "/$ns3::FlueNetDevice/";
    helper.HookDefaultReceiveSinkWithContext<NetDevice>(device,
                                                        path + "PhyRxEnd",
                                                        "PhyRxEnd",
                                                        stream);
    helper.HookDefaultEnqueueSinkWithContext<Queue<Packet>>(queue,
                                                            path + "TxQueue/Enqueue",
                                                            "Enqueue",
                                                            stream);
    helper.HookDefaultDequeueSinkWithContext<Queue<Packet>>(queue,
                                                            path + "TxQueue/Dequeue",
                                                            "Dequeue",
                                                            stream);
    helper.HookDefaultDropSinkWithContext<Queue<Packet>>(queue,
                                                         path + "TxQueue/Drop",
                                                         "Drop",
                                                         stream);
    helper.HookDefaultDropSinkWithContext<NetDevice>(device,
                                                     path + "PhyRxDrop",
                                                     "PhyRxDrop",
                                                     stream);
}

} // namespace ns3
