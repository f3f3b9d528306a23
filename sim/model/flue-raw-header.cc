/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-raw-header.h.
 */
#include "flue-raw-header.h"

#include "flue/frame.h"

#include "ns3/packet.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueRawHeader);

void FlueRawHeader::AddTo(Packet& packet, const uint8_t* bytes, uint32_t size)
{
    static_assert(ROOM >= FLUE_FRAME_HEADER_MAX, "every frame's headers must fit");
    m_bytes = bytes;
    m_size = size;
    packet.AddHeader(*this);
    packet.RemoveAtStart(ROOM - size);
}

TypeId FlueRawHeader::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueRawHeader")
                            .SetParent<Header>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueRawHeader>();
    return tid;
}

TypeId FlueRawHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

uint32_t FlueRawHeader::GetSerializedSize() const
{
    return ROOM;
}

void FlueRawHeader::Serialize(Buffer::Iterator start) const
{
    start.Next(ROOM - m_size);
    start.Write(m_bytes, m_size);
}

uint32_t FlueRawHeader::Deserialize(Buffer::Iterator)
{
    return 0;
}

void FlueRawHeader::Print(std::ostream& os) const
{
    os << "bytes=" << m_size;
}

} // namespace ns3
