/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way out of a FlueNetDevice: from Send to the channel. Room on this way is in
 * flue-net-device-room.cc.
 */
#include "flue-channel.h"
#include "flue-ethernet-header.h"
#include "flue-net-device.h"

#include "ns3/net-device-queue-interface.h"
#include "ns3/queue.h"
#include "ns3/simulator.h"

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

} // namespace

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
    Kick(Simulator::Now().GetTimeStep());
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

void FlueNetDevice::Kick(int64_t now)
{
    if (m_isStarting || m_isWaking)
    {
        return;
    }
    if (now >= m_freeAt)
    {
        StartFrame(now);
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
        StartFrame(m_freeAt);
    }
}

void FlueNetDevice::StartFrame(int64_t now)
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
        PutOnWire(frame, now);
    }
    m_isStarting = false;
    CheckRoom();
    if (!m_queue->IsEmpty())
    {
        Kick(now);
    }
}

void FlueNetDevice::PutOnWire(const Ptr<Packet>& frame, int64_t now)
{
    if (m_bitDenominator == 0)
    {
        SetBitTime();
    }
    const uint32_t size = frame->GetSize() + FRAME_CHECK_BYTES;
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
    m_channel->Transmit(frame, m_end, now, duration);
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

} // namespace ns3
