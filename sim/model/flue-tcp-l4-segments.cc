/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Segments in from IP and out to it: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h)
 * that stands between the host stack and ns-3's network layer.
 */
#include "flue-tcp-l4-protocol.h"

#include "flue/frame.h"

#include "ns3/ipv4-route.h"
#include "ns3/ipv6-route.h"
#include "ns3/log.h"
#include "ns3/packet.h"

#include <algorithm>
#include <cstring>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueTcpL4Segments");

namespace
{

uint16_t ReadPort(const uint8_t* bytes)
{
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

/** The Internet checksum's sum of @p size bytes, not yet folded; @p size is even except at the end.
 */
uint64_t Sum(const uint8_t* bytes, uint32_t size)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i + 1 < size; i += 2)
    {
        sum += ReadPort(bytes + i);
    }
    return size % 2 ? sum + (bytes[size - 1] << 8) : sum;
}

/** @return true when the TCP checksum of a whole segment is right (RFC 9293 3.1) */
bool IsChecksumRight(const flue_four_tuple& tuple, const uint8_t* bytes, uint32_t size)
{
    const uint32_t addressBytes = tuple.ip_version == 6 ? 16 : 4;
    uint64_t sum = Sum(tuple.local.bytes, addressBytes) + Sum(tuple.remote.bytes, addressBytes);
    sum += FlueTcpL4Protocol::PROT_NUMBER + size + Sum(bytes, size);
    while (sum >> 16)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum == 0xffff;
}

Ipv4Address ToIpv4(const flue_ip& ip)
{
    return Ipv4Address::Deserialize(ip.bytes);
}

Ipv6Address ToIpv6(const flue_ip& ip)
{
    return Ipv6Address::Deserialize(ip.bytes);
}

} // namespace

int FlueTcpL4Protocol::GetProtocolNumber() const
{
    return PROT_NUMBER;
}

void FlueTcpL4Protocol::Input(Ptr<Packet> packet, flue_four_tuple* tuple, flue_tcp_segment* segment)
{
    const uint32_t size = packet->GetSize();
    uint8_t headerBytes[FLUE_TCP_HEADER_MAX];
    const bool wantsAll = m_withContent || m_verifyChecksums;
    const uint32_t available = wantsAll ? size : std::min<uint32_t>(size, sizeof headerBytes);
    uint8_t* bytes = wantsAll ? FlueRoom(m_arriving, size) : headerBytes;
    packet->CopyData(bytes, available);
    flue_memory_descriptor memory{};
    flue_memory_descriptor* payload = m_withContent ? &memory : nullptr;
    if (flue_tcp_header_read(bytes, available, size, payload, segment) != FLUE_OK)
    {
        NS_LOG_WARN("a segment that cannot be read is dropped");
        return;
    }
    tuple->remote_port = ReadPort(bytes);
    tuple->local_port = ReadPort(bytes + 2);
    if (m_verifyChecksums && !IsChecksumRight(*tuple, bytes, size))
    {
        NS_LOG_WARN("a segment with a wrong checksum is dropped");
        return;
    }
    See(*tuple, *segment, false);
    flue_host_input(Host(), FlueNow(), tuple, segment);
    Settle();
}

void FlueTcpL4Protocol::TakeBack(const flue_packet& packet)
{
    flue_host_input(Host(), FlueNow(), &packet.tuple, &packet.segment);
}

IpL4Protocol::RxStatus FlueTcpL4Protocol::Receive(Ptr<Packet> packet,
                                                  const Ipv4Header& header,
                                                  Ptr<Ipv4Interface> incoming)
{
    NS_LOG_FUNCTION(this << packet << header << incoming);
    if (header.GetDestination().IsBroadcast() || header.GetDestination().IsMulticast())
    {
        return RX_OK; // RFC 9293 3.9.2.3: not for TCP, and not answered
    }
    flue_four_tuple tuple{};
    flue_tcp_segment segment{};
    tuple.ip_version = 4;
    header.GetDestination().Serialize(tuple.local.bytes);
    header.GetSource().Serialize(tuple.remote.bytes);
    segment.hop_limit = header.GetTtl();
    segment.traffic_class = header.GetTos();
    Input(packet, &tuple, &segment);
    return RX_OK;
}

IpL4Protocol::RxStatus FlueTcpL4Protocol::Receive(Ptr<Packet> packet,
                                                  const Ipv6Header& header,
                                                  Ptr<Ipv6Interface> incoming)
{
    NS_LOG_FUNCTION(this << packet << header << incoming);
    if (header.GetDestination().IsMulticast())
    {
        return RX_OK;
    }
    flue_four_tuple tuple{};
    flue_tcp_segment segment{};
    tuple.ip_version = 6;
    header.GetDestination().Serialize(tuple.local.bytes);
    header.GetSource().Serialize(tuple.remote.bytes);
    segment.hop_limit = header.GetHopLimit();
    segment.traffic_class = header.GetTrafficClass();
    segment.flow_label = header.GetFlowLabel();
    Input(packet, &tuple, &segment);
    return RX_OK;
}

void FlueTcpL4Protocol::Transmit(const flue_four_tuple& tuple, const flue_tcp_segment& segment)
{
    See(tuple, segment, true);
    uint8_t header[FLUE_TCP_HEADER_MAX];
    const uint32_t headerSize = flue_tcp_header_write(&tuple, &segment, header);
    Ptr<Packet> packet;
    if (flue_span_is_virtual(&segment.payload))
    {
        packet = Create<Packet>(segment.payload.length);
    }
    else
    {
        uint8_t* bytes = FlueRoom(m_leaving, segment.payload.length);
        flue_span_copy(&segment.payload, bytes);
        packet = Create<Packet>(bytes, segment.payload.length);
    }
    m_rawHeader.AddTo(*packet, header, headerSize);
    if (tuple.ip_version == 6)
    {
        Transmit6(packet, tuple, segment);
    }
    else
    {
        Transmit4(packet, tuple, segment);
    }
}

void FlueTcpL4Protocol::Transmit4(Ptr<Packet> packet,
                                  const flue_four_tuple& tuple,
                                  const flue_tcp_segment& segment)
{
    Ptr<Ipv4Route> route = Route4(tuple, nullptr);
    if (!route)
    {
        NS_LOG_WARN("no route to " << ToIpv4(tuple.remote));
        return; // as lost on the way: TCP tries again, and gives up in its own time
    }
    // IP takes these from tags, and fills in the values that are common without them.
    if (segment.hop_limit != 64)
    {
        SocketIpTtlTag tag;
        tag.SetTtl(segment.hop_limit);
        packet->AddPacketTag(tag);
    }
    if (segment.traffic_class != 0)
    {
        SocketIpTosTag tag;
        tag.SetTos(segment.traffic_class);
        packet->AddPacketTag(tag);
    }
    m_downTarget(packet, ToIpv4(tuple.local), ToIpv4(tuple.remote), PROT_NUMBER, route);
}

void FlueTcpL4Protocol::Transmit6(Ptr<Packet> packet,
                                  const flue_four_tuple& tuple,
                                  const flue_tcp_segment& segment)
{
    Ptr<Ipv6Route> route = Route6(tuple, nullptr);
    if (!route)
    {
        NS_LOG_WARN("no route to " << ToIpv6(tuple.remote));
        return;
    }
    if (segment.hop_limit != 64)
    {
        SocketIpv6HopLimitTag tag;
        tag.SetHopLimit(segment.hop_limit);
        packet->AddPacketTag(tag);
    }
    if (segment.traffic_class != 0)
    {
        SocketIpv6TclassTag tag;
        tag.SetTclass(segment.traffic_class);
        packet->AddPacketTag(tag);
    }
    m_downTarget6(packet, ToIpv6(tuple.local), ToIpv6(tuple.remote), PROT_NUMBER, route);
}

void FlueTcpL4Protocol::SetDownTarget(DownTargetCallback callback)
{
    m_downTarget = callback;
}

void FlueTcpL4Protocol::SetDownTarget6(DownTargetCallback6 callback)
{
    m_downTarget6 = callback;
}

IpL4Protocol::DownTargetCallback FlueTcpL4Protocol::GetDownTarget() const
{
    return m_downTarget;
}

IpL4Protocol::DownTargetCallback6 FlueTcpL4Protocol::GetDownTarget6() const
{
    return m_downTarget6;
}

} // namespace ns3
