/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-net-device.h, whose head tells the life of a frame. Here are set-up, the link and what
 * every NetDevice says of itself; the frame's way out is in flue-net-device-send.cc, its way in in
 * flue-net-device-receive.cc.
 */
#include "flue-net-device.h"

#include "flue-channel.h"
#include "flue-processor.h"

#include "ns3/error-model.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/node.h"
#include "ns3/queue.h"

namespace ns3
{

FlueNetDevice::FlueNetDevice()
    : m_context(0xffffffff),
      m_ifIndex(0),
      m_end(0),
      m_isEnabled(true),
      m_isLinkUp(false),
      m_isInterruptAdaptive(false),
      m_hasCosts(false),
      m_hasFlowControl(false),
      m_freeAt(0),
      m_freeAtRest(0),
      m_bitNumerator(0),
      m_bitDenominator(0),
      m_isStarting(false),
      m_isWaking(false),
      m_wireFreeEvent(Create<FlueEvent<FlueNetDevice, &FlueNetDevice::WireFree>>(this)),
      m_roomEvent(Create<FlueEvent<FlueNetDevice, &FlueNetDevice::TellRoom>>(this)),
      m_frameEndEvent(Create<FlueEvent<FlueNetDevice, &FlueNetDevice::FrameEnd>>(this)),
      m_arrivedEvent(Create<FlueEvent<FlueNetDevice, &FlueNetDevice::FrameArrived>>(this))
{
}

FlueNetDevice::~FlueNetDevice()
{
    RetireEvents();
}

void FlueNetDevice::DoDispose()
{
    RetireEvents();
    m_isLinkUp = false;
    m_overflow.Clear();
    m_ending.Clear();
    m_arriving.Clear();
    m_hostPath.SetProcessor(nullptr);
    m_adapter.Stop();
    m_hasCosts = true;
    m_queue = nullptr;
    m_errorModel = nullptr;
    m_roomCallback = Callback<void>();
    m_receive = ReceiveCallback();
    m_promisc = PromiscReceiveCallback();
    m_channel = nullptr;
    m_node = nullptr;
    NetDevice::DoDispose();
}

void FlueNetDevice::RetireEvents()
{
    m_wireFreeEvent->Cancel();
    m_roomEvent->Cancel();
    m_frameEndEvent->Cancel();
    m_arrivedEvent->Cancel();
}

void FlueNetDevice::NotifyNewAggregate()
{
    m_hasFlowControl = m_hasFlowControl || GetObject<NetDeviceQueueInterface>();
    NetDevice::NotifyNewAggregate();
}

// ---- Set-up ------------------------------------------------------------------------------------

bool FlueNetDevice::Attach(Ptr<FlueChannel> channel)
{
    if (m_channel)
    {
        return false;
    }
    const uint32_t end = channel->Attach(this);
    if (end == FlueChannel::ENDS)
    {
        return false;
    }
    m_end = end;
    m_channel = channel;
    m_channel->UpdateLink();
    return true;
}

void FlueNetDevice::SetQueue(Ptr<Queue<Packet>> queue)
{
    m_queue = queue;
}

Ptr<Queue<Packet>> FlueNetDevice::GetQueue() const
{
    return m_queue;
}

void FlueNetDevice::SetReceiveErrorModel(Ptr<ErrorModel> errorModel)
{
    m_errorModel = errorModel;
}

bool FlueNetDevice::SetDataRate(DataRate rate)
{
    if (rate.GetBitRate() == 0)
    {
        return false;
    }
    m_rate = rate;
    m_bitDenominator = 0;
    return true;
}

DataRate FlueNetDevice::GetDataRate() const
{
    return m_rate;
}

uint16_t FlueNetDevice::GetVlanTci() const
{
    return static_cast<uint16_t>(m_vlanPriority << 13 | m_vlanId);
}

const FlueNetDevice::Statistics& FlueNetDevice::GetStatistics() const
{
    return m_statistics;
}

void FlueNetDevice::SetInterruptGap(Time gap)
{
    m_interruptGap = gap;
    m_hostPath.SetInterruptGap(gap);
}

Time FlueNetDevice::GetInterruptGap() const
{
    return m_interruptGap;
}

void FlueNetDevice::SetInterruptAdaptive(bool isAdaptive)
{
    m_isInterruptAdaptive = isAdaptive;
    m_hostPath.SetInterruptAdaptive(isAdaptive);
}

bool FlueNetDevice::IsInterruptAdaptive() const
{
    return m_isInterruptAdaptive;
}

FlueHostPath& FlueNetDevice::HostPath()
{
    FindCosts();
    return m_hostPath;
}

FlueAdapter& FlueNetDevice::Adapter()
{
    FindCosts();
    return m_adapter;
}

void FlueNetDevice::FindCosts()
{
    if (m_hasCosts)
    {
        return;
    }
    m_hasCosts = true;
    Ptr<FlueProcessor> processor = m_node ? m_node->GetObject<FlueProcessor>() : nullptr;
    m_hostPath.SetProcessor(processor);
    m_adapter.Configure(processor ? &processor->GetProfile() : nullptr, m_context);
}

const FlueAdapter& FlueNetDevice::GetAdapter()
{
    return Adapter();
}

// ---- The link ----------------------------------------------------------------------------------

void FlueNetDevice::SetLinkUp()
{
    m_isEnabled = true;
    if (m_channel)
    {
        m_channel->UpdateLink();
    }
}

void FlueNetDevice::SetLinkDown()
{
    m_isEnabled = false;
    if (m_channel)
    {
        m_channel->UpdateLink();
    }
}

void FlueNetDevice::SetCarrier(bool isUp)
{
    if (isUp == m_isLinkUp)
    {
        return;
    }
    m_isLinkUp = isUp;
    if (!isUp)
    {
        DropWaiting();
    }
    m_linkChange();
}

// ---- What every NetDevice says of itself -------------------------------------------------------

void FlueNetDevice::SetIfIndex(const uint32_t index)
{
    m_ifIndex = index;
}

uint32_t FlueNetDevice::GetIfIndex() const
{
    return m_ifIndex;
}

Ptr<Channel> FlueNetDevice::GetChannel() const
{
    return m_channel;
}

void FlueNetDevice::SetAddress(Address address)
{
    SetMacAddress(Mac48Address::ConvertFrom(address));
}

void FlueNetDevice::SetMacAddress(Mac48Address address)
{
    m_address = address;
    m_address.CopyTo(m_addressBytes);
}

Mac48Address FlueNetDevice::GetMacAddress() const
{
    return m_address;
}

Address FlueNetDevice::GetAddress() const
{
    return m_address;
}

bool FlueNetDevice::SetMtu(const uint16_t mtu)
{
    if (mtu < MIN_MTU || mtu > MAX_MTU)
    {
        return false;
    }
    m_mtu = mtu;
    return true;
}

uint16_t FlueNetDevice::GetMtu() const
{
    return m_mtu;
}

bool FlueNetDevice::IsLinkUp() const
{
    return m_isLinkUp;
}

void FlueNetDevice::AddLinkChangeCallback(Callback<void> callback)
{
    m_linkChange.ConnectWithoutContext(callback);
}

bool FlueNetDevice::IsBroadcast() const
{
    return true;
}

Address FlueNetDevice::GetBroadcast() const
{
    return Mac48Address::GetBroadcast();
}

bool FlueNetDevice::IsMulticast() const
{
    return true;
}

Address FlueNetDevice::GetMulticast(Ipv4Address multicastGroup) const
{
    return Mac48Address::GetMulticast(multicastGroup);
}

Address FlueNetDevice::GetMulticast(Ipv6Address addr) const
{
    return Mac48Address::GetMulticast(addr);
}

bool FlueNetDevice::IsBridge() const
{
    return false;
}

bool FlueNetDevice::IsPointToPoint() const
{
    return false; // a cable has two ends, but frames have addresses and a bridge may follow
}

Ptr<Node> FlueNetDevice::GetNode() const
{
    return m_node;
}

void FlueNetDevice::SetNode(Ptr<Node> node)
{
    m_node = node;
    m_context = node->GetId();
}

bool FlueNetDevice::NeedsArp() const
{
    return true;
}

void FlueNetDevice::SetReceiveCallback(NetDevice::ReceiveCallback callback)
{
    m_receive = callback;
}

void FlueNetDevice::SetPromiscReceiveCallback(PromiscReceiveCallback callback)
{
    m_promisc = callback;
}

bool FlueNetDevice::SupportsSendFrom() const
{
    return true;
}

} // namespace ns3
