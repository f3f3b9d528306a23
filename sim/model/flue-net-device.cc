/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-net-device.h, whose head tells the life of a frame.
 */
#include "flue-net-device.h"

#include "flue-channel.h"
#include "flue-ethernet-header.h"
#include "flue-processor.h"

#include "ns3/error-model.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/queue.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <numeric>

namespace ns3
{

namespace
{

const uint32_t BITS = 8; //!< in a byte

using Wide = unsigned __int128; //!< bits times time steps may not fit 64 bits

/**
 * @param sum in fractions of a time step
 * @param denominator of those fractions
 * @param rest gets what is left over
 * @return whole time steps
 */
inline int64_t WholeSteps(Wide sum, uint64_t denominator, uint64_t* rest)
{
    if (denominator == 1)
    {
        *rest = 0;
        return static_cast<int64_t>(sum);
    }
    *rest = static_cast<uint64_t>(sum % denominator);
    return static_cast<int64_t>(sum / denominator);
}

/** Shows @p frame to the sinks of @p trace. Usually there are none, and then this costs next to
 * nothing. */
inline void Fire(const TracedCallback<Ptr<const Packet>>& trace, const Ptr<Packet>& frame)
{
    if (!trace.IsEmpty())
    {
        trace(frame);
    }
}

} // namespace

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

void FlueNetDevice::DropWaiting()
{
    while (m_queue && !m_queue->IsEmpty())
    {
        Ptr<Packet> frame = m_queue->Dequeue();
        if (frame)
        {
            Fire(m_macTxDropTrace, frame);
        }
    }
    while (!m_overflow.IsEmpty())
    {
        Fire(m_macTxDropTrace, m_overflow.Pop());
    }
    CheckRoom();
}

// ---- Sending -----------------------------------------------------------------------------------

bool FlueNetDevice::Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber)
{
    return SendFrame(packet, m_address, dest, protocolNumber);
}

bool FlueNetDevice::SendFrom(Ptr<Packet> packet,
                             const Address& source,
                             const Address& dest,
                             uint16_t protocolNumber)
{
    return SendFrame(packet, Mac48Address::ConvertFrom(source), dest, protocolNumber);
}

bool FlueNetDevice::SendFrame(const Ptr<Packet>& packet,
                              Mac48Address source,
                              const Address& dest,
                              uint16_t protocolNumber)
{
    if (!m_isLinkUp || packet->GetSize() > m_mtu)
    {
        Fire(m_macTxDropTrace, packet);
        return false;
    }
    const Mac48Address destination = Mac48Address::ConvertFrom(dest);
    FlueHostPath& host = HostPath();
    if (host.IsFree())
    {
        AddHeader(packet, source, destination, protocolNumber);
        return Enqueue(packet);
    }
    BeginWork();
    host.Send(*packet,
              protocolNumber,
              [device = Ptr<FlueNetDevice>(this), packet, source, destination, protocolNumber]
              {
                  device->AddHeader(packet, source, destination, protocolNumber);
                  device->LeaveHost(packet);
              });
    return true;
}

void FlueNetDevice::LeaveHost(const Ptr<Packet>& frame)
{
    if (m_adapter.IsFree())
    {
        EnqueueAfterWork(frame);
        return;
    }
    FlueAdapter::Work work;
    work.bytes = frame->GetSize();
    m_adapter.Send(
        work,
        FlueTask([device = Ptr<FlueNetDevice>(this), frame] { device->EnqueueAfterWork(frame); }));
}

void FlueNetDevice::AddHeader(const Ptr<Packet>& packet,
                              Mac48Address source,
                              Mac48Address destination,
                              uint16_t type) const
{
    FlueEthernetHeader header(destination, source, type);
    if (GetVlanTci() != 0)
    {
        header.SetTag(GetVlanTci());
    }
    packet->AddHeader(header);
    Pad(packet);
}

void FlueNetDevice::Pad(const Ptr<Packet>& frame)
{
    const uint32_t size = frame->GetSize();
    if (size < MIN_FRAME)
    {
        // Packet::AddPaddingAtEnd leaves whatever was in memory.
        const uint8_t zeroes[MIN_FRAME] = {};
        frame->AddAtEnd(Create<Packet>(zeroes, MIN_FRAME - size));
    }
}

bool FlueNetDevice::TransmitFrame(Ptr<Packet> frame)
{
    const uint32_t headerSize =
        GetVlanTci() != 0 ? FlueEthernetHeader::TAGGED_SIZE : FlueEthernetHeader::UNTAGGED_SIZE;
    if (!m_isLinkUp || frame->GetSize() > m_mtu + headerSize)
    {
        Fire(m_macTxDropTrace, frame);
        return false;
    }
    Pad(frame);
    return Enqueue(frame);
}

bool FlueNetDevice::Enqueue(const Ptr<Packet>& frame)
{
    Fire(m_macTxTrace, frame);
    if (!m_queue->Enqueue(frame))
    {
        m_statistics.queueDrops++;
        Fire(m_macTxDropTrace, frame);
        return false;
    }
    Kick();
    return true;
}

void FlueNetDevice::EnqueueAfterWork(const Ptr<Packet>& frame)
{
    EndWork();
    if (!m_isLinkUp)
    {
        Fire(m_macTxDropTrace, frame);
        return;
    }
    // With flow control, the layer above stopped in time when the queue became full. What the host
    // was still working for then is not lost for it, but waits in the host.
    if (m_hasFlowControl && (!m_overflow.IsEmpty() || m_queue->WouldOverflow(1, frame->GetSize())))
    {
        m_overflow.Push(Ptr<Packet>(frame));
        return;
    }
    Enqueue(frame);
}

void FlueNetDevice::Kick()
{
    if (m_isStarting || m_isWaking)
    {
        return;
    }
    const int64_t now = Simulator::Now().GetTimeStep();
    if (now >= m_freeAt)
    {
        StartFrame();
        return;
    }
    m_isWaking = true;
    m_wireFreeEvent->Schedule(m_context, TimeStep(m_freeAt - now));
}

void FlueNetDevice::WireFree()
{
    m_isWaking = false;
    if (!m_queue->IsEmpty())
    {
        StartFrame();
    }
}

void FlueNetDevice::StartFrame()
{
    // Taking a frame out lets flow control send the next one, which must not start in here.
    m_isStarting = true;
    Ptr<Packet> frame = m_queue->Dequeue();
    while (!m_overflow.IsEmpty() && !m_queue->WouldOverflow(1, m_overflow.Front()->GetSize()))
    {
        Enqueue(m_overflow.Pop());
    }
    if (frame)
    {
        PutOnWire(frame);
    }
    m_isStarting = false;
    CheckRoom();
    if (!m_queue->IsEmpty())
    {
        Kick();
    }
}

void FlueNetDevice::PutOnWire(const Ptr<Packet>& frame)
{
    if (m_bitDenominator == 0)
    {
        SetBitTime();
    }
    const uint32_t size = frame->GetSize() + FRAME_CHECK_BYTES;
    const int64_t now = Simulator::Now().GetTimeStep();
    const uint64_t begin = now == m_freeAt ? m_freeAtRest : 0;
    const Wide bitsEnd = Wide{BITS} * (m_preamble + uint64_t{size}) * m_bitNumerator + begin;
    const Wide gapEnd = bitsEnd + Wide{BITS} * m_gap * m_bitNumerator;
    uint64_t rest;
    const int64_t duration = WholeSteps(bitsEnd, m_bitDenominator, &rest);

    m_freeAt = now + WholeSteps(gapEnd, m_bitDenominator, &m_freeAtRest);
    m_statistics.txFrames++;
    m_statistics.txBytes += size;
    Fire(m_snifferTrace, frame);
    Fire(m_promiscSnifferTrace, frame);
    Fire(m_phyTxBeginTrace, frame);
    if (!m_phyTxEndTrace.IsEmpty() || !m_phyTxDropTrace.IsEmpty())
    {
        m_ending.Push(Ptr<Packet>(frame));
        m_frameEndEvent->Schedule(m_context, TimeStep(duration));
    }
    m_channel->Transmit(frame, m_end, duration);
}

void FlueNetDevice::FrameEnd()
{
    const Ptr<Packet> frame = m_ending.Pop();
    if (m_isLinkUp)
    {
        Fire(m_phyTxEndTrace, frame);
    }
    else
    {
        Fire(m_phyTxDropTrace, frame);
    }
}

void FlueNetDevice::SetBitTime()
{
    const auto stepsOfSecond = static_cast<uint64_t>(Seconds(1).GetTimeStep());
    const uint64_t divisor = std::gcd(stepsOfSecond, m_rate.GetBitRate());
    m_bitNumerator = stepsOfSecond / divisor;
    m_bitDenominator = m_rate.GetBitRate() / divisor;
    m_freeAtRest = 0;
}

// ---- Receiving ---------------------------------------------------------------------------------

void FlueNetDevice::ExpectFrame(const Ptr<Packet>& frame, const Time& delay)
{
    m_arriving.Push(Ptr<Packet>(frame));
    m_arrivedEvent->Schedule(m_context, delay);
}

void FlueNetDevice::FrameArrived()
{
    // From here on nobody but observers holds the frame: see Strip.
    Ptr<Packet> frame = m_arriving.Pop();
    if (!m_isLinkUp)
    {
        Fire(m_phyRxDropTrace, frame);
        return;
    }
    if (m_errorModel && m_errorModel->IsCorrupt(frame))
    {
        m_statistics.lostFrames++;
        Fire(m_phyRxDropTrace, frame);
        return;
    }
    TakeWhole(frame);
}

void FlueNetDevice::TakeLate(Ptr<Packet> frame)
{
    if (m_isLinkUp)
    {
        m_statistics.lostFrames--;
        TakeWhole(frame);
    }
}

void FlueNetDevice::TakeWhole(Ptr<Packet>& frame)
{
    m_statistics.rxFrames++;
    Fire(m_promiscSnifferTrace, frame);
    Fire(m_phyRxEndTrace, frame);
    if (Adapter().IsFree())
    {
        Accept(frame);
    }
    else
    {
        EnterAdapter(frame);
    }
}

void FlueNetDevice::EnterAdapter(Ptr<Packet>& frame)
{
    m_adapter.Receive(Classify(*frame),
                      FlueTask([device = Ptr<FlueNetDevice>(this),
                                frame = std::move(frame)]() mutable { device->Accept(frame); }));
}

FlueAdapter::Work FlueNetDevice::Classify(const Packet& frame) const
{
    FlueAdapter::Work work;
    work.bytes = frame.GetSize();
    return work;
}

void FlueNetDevice::Accept(Ptr<Packet>& frame)
{
    FlueEthernetHeader header;
    if (!header.Peek(*frame))
    {
        Fire(m_macRxDropTrace, frame);
        return;
    }
    const PacketType concern = Concern(header.GetDestination());
    if (concern != PACKET_OTHERHOST)
    {
        Fire(m_snifferTrace, frame);
    }
    if (header.GetVlanId() != m_vlanId || frame->GetSize() > m_mtu + header.GetSerializedSize())
    {
        Fire(m_macRxDropTrace, frame);
        return;
    }
    if (concern == PACKET_HOST && ReceiveFrame(frame))
    {
        return;
    }
    Fire(m_macPromiscRxTrace, frame);
    if (concern != PACKET_OTHERHOST)
    {
        Fire(m_macRxTrace, frame);
    }
    else if (m_promisc.IsNull())
    {
        return;
    }
    Strip(frame, header.GetSerializedSize());
    BringUp(frame, header, concern);
}

void FlueNetDevice::Strip(Ptr<Packet>& frame, uint32_t headerSize)
{
    // Somebody who looked at the frame may have kept it. He keeps it as it was.
    if (frame->GetReferenceCount() > 1)
    {
        frame = frame->Copy();
    }
    frame->RemoveAtStart(headerSize);
}

void FlueNetDevice::BringUp(const Ptr<Packet>& packet,
                            const FlueEthernetHeader& header,
                            PacketType concern)
{
    FlueHostPath& host = HostPath();
    if (host.IsFree())
    {
        PassUp(packet, header.GetType(), header.GetSource(), header.GetDestination(), concern);
        return;
    }
    host.Receive(*packet,
                 header.GetType(),
                 [device = Ptr<FlueNetDevice>(this),
                  packet,
                  type = header.GetType(),
                  source = header.GetSource(),
                  destination = header.GetDestination(),
                  concern] { device->PassUp(packet, type, source, destination, concern); });
}

void FlueNetDevice::PassUp(const Ptr<Packet>& packet,
                           uint16_t type,
                           Mac48Address source,
                           Mac48Address destination,
                           PacketType concern)
{
    if (!m_promisc.IsNull())
    {
        m_promisc(this, packet, type, source, destination, concern);
    }
    if (concern != PACKET_OTHERHOST && !m_receive.IsNull())
    {
        m_receive(this, packet, type, source);
    }
}

NetDevice::PacketType FlueNetDevice::Concern(Mac48Address destination) const
{
    const auto end = m_furtherAddresses.end();
    if (destination == m_address || std::find(m_furtherAddresses.begin(), end, destination) != end)
    {
        return PACKET_HOST;
    }
    if (!destination.IsGroup() || m_isGroupsDeaf)
    {
        return PACKET_OTHERHOST;
    }
    return destination.IsBroadcast() ? PACKET_BROADCAST : PACKET_MULTICAST;
}

void FlueNetDevice::SetFurtherAddresses(std::vector<Mac48Address> addresses)
{
    m_furtherAddresses = std::move(addresses);
}

void FlueNetDevice::SetGroupsDeaf(bool isDeaf)
{
    m_isGroupsDeaf = isDeaf;
}

bool FlueNetDevice::ReceiveFrame(Ptr<Packet>)
{
    return false;
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
    m_address = Mac48Address::ConvertFrom(address);
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
