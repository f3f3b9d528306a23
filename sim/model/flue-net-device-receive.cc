/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way in of a FlueNetDevice: from the channel to the node.
 */
#include "flue-ethernet-header.h"
#include "flue-net-device.h"

#include "ns3/error-model.h"

#include <algorithm>
#include <cstring>

namespace ns3
{

namespace
{

const uint16_t VLAN_ID_MASK = 0x0fff; //!< in the tag control information

} // namespace

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
        Accept(frame, FlueFrameFront(*frame));
    }
    else
    {
        EnterAdapter(frame);
    }
}

void FlueNetDevice::EnterAdapter(Ptr<Packet>& frame)
{
    if (m_unused.empty())
    {
        m_inAdapter.push_back(std::make_unique<Arrival>());
        m_unused.push_back(m_inAdapter.back().get());
    }
    Arrival* arrival = m_unused.back();
    m_unused.pop_back();
    arrival->front.Set(*frame);
    arrival->frame = std::move(frame);
    m_adapter.Receive(
        Classify(arrival->front),
        FlueTask([device = Ptr<FlueNetDevice>(this), arrival] { device->LeaveAdapter(arrival); }));
}

void FlueNetDevice::LeaveAdapter(Arrival* arrival)
{
    Ptr<Packet> frame = std::move(arrival->frame);
    Accept(frame, arrival->front);
    m_unused.push_back(arrival);
}

FlueAdapter::Work FlueNetDevice::Classify(const FlueFrameFront& front) const
{
    FlueAdapter::Work work;
    work.bytes = front.GetFrameSize();
    return work;
}

void FlueNetDevice::Accept(Ptr<Packet>& frame, const FlueFrameFront& front)
{
    const uint32_t headerSize = front.GetHeaderSize();
    if (headerSize == 0)
    {
        Fire(m_macRxDropTrace, frame);
        return;
    }
    const PacketType concern = Concern(front.GetBytes());
    if (concern != PACKET_OTHERHOST)
    {
        Fire(m_snifferTrace, frame);
    }
    if ((front.GetTci() & VLAN_ID_MASK) != m_vlanId || front.GetFrameSize() > m_mtu + headerSize)
    {
        Fire(m_macRxDropTrace, frame);
        return;
    }
    if (concern == PACKET_HOST && ReceiveFrame(frame, front))
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
    FlueEthernetHeader header;
    header.Read(front);
    Strip(frame, headerSize);
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

NetDevice::PacketType FlueNetDevice::Concern(const uint8_t* destination) const
{
    if (std::memcmp(destination, m_addressBytes, ADDRESS_BYTES) == 0)
    {
        return PACKET_HOST;
    }
    Mac48Address address;
    address.CopyFrom(destination);
    const auto end = m_furtherAddresses.end();
    if (std::find(m_furtherAddresses.begin(), end, address) != end)
    {
        return PACKET_HOST;
    }
    if (!address.IsGroup() || m_isGroupsDeaf)
    {
        return PACKET_OTHERHOST;
    }
    return address.IsBroadcast() ? PACKET_BROADCAST : PACKET_MULTICAST;
}

void FlueNetDevice::SetFurtherAddresses(std::vector<Mac48Address> addresses)
{
    m_furtherAddresses = std::move(addresses);
}

void FlueNetDevice::SetGroupsDeaf(bool isDeaf)
{
    m_isGroupsDeaf = isDeaf;
}

bool FlueNetDevice::ReceiveFrame(const Ptr<Packet>&, const FlueFrameFront&)
{
    return false;
}

} // namespace ns3
