/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-ethernet-header.h.
 */
#include "flue-ethernet-header.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueEthernetHeader);

namespace
{

/** Puts @p number at @p bytes, big-endian. */
void WriteNumber(uint8_t* bytes, uint16_t number)
{
    bytes[0] = static_cast<uint8_t>(number >> 8);
    bytes[1] = static_cast<uint8_t>(number);
}

} // namespace

TypeId FlueEthernetHeader::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueEthernetHeader")
                            .SetParent<Header>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueEthernetHeader>();
    return tid;
}

TypeId FlueEthernetHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

FlueEthernetHeader::FlueEthernetHeader()
    : m_type(0),
      m_tci(0),
      m_isTagged(false)
{
}

FlueEthernetHeader::FlueEthernetHeader(Mac48Address destination, Mac48Address source, uint16_t type)
    : m_destination(destination),
      m_source(source),
      m_type(type),
      m_tci(0),
      m_isTagged(false)
{
}

void FlueEthernetHeader::SetTag(uint16_t tci)
{
    m_tci = tci;
    m_isTagged = true;
}

bool FlueEthernetHeader::IsTagged() const
{
    return m_isTagged;
}

uint16_t FlueEthernetHeader::GetVlanId() const
{
    return m_tci & 0x0fff;
}

uint8_t FlueEthernetHeader::GetPriority() const
{
    return static_cast<uint8_t>(m_tci >> 13);
}

Mac48Address FlueEthernetHeader::GetDestination() const
{
    return m_destination;
}

Mac48Address FlueEthernetHeader::GetSource() const
{
    return m_source;
}

uint16_t FlueEthernetHeader::GetType() const
{
    return m_type;
}

bool FlueEthernetHeader::Read(const FlueFrameFront& front)
{
    if (front.GetHeaderSize() == 0)
    {
        return false;
    }
    m_destination.CopyFrom(front.GetBytes());
    m_source.CopyFrom(front.GetBytes() + 6);
    m_isTagged = front.IsTagged();
    m_tci = front.GetTci();
    m_type = front.GetType();
    return true;
}

uint32_t FlueEthernetHeader::GetSerializedSize() const
{
    return m_isTagged ? TAGGED_SIZE : UNTAGGED_SIZE;
}

void FlueEthernetHeader::Serialize(Buffer::Iterator start) const
{
    uint8_t bytes[TAGGED_SIZE];
    uint8_t* type = bytes + 12;
    m_destination.CopyTo(bytes);
    m_source.CopyTo(bytes + 6);
    if (m_isTagged)
    {
        WriteNumber(type, FlueFrameFront::TAG_TYPE);
        WriteNumber(type + 2, m_tci);
        type += 4;
    }
    WriteNumber(type, m_type);
    start.Write(bytes, GetSerializedSize());
}

uint32_t FlueEthernetHeader::Deserialize(Buffer::Iterator start)
{
    return Read(FlueFrameFront(start)) ? GetSerializedSize() : 0;
}

void FlueEthernetHeader::Print(std::ostream& os) const
{
    const auto flags = os.flags();
    os << "source=" << m_source << " destination=" << m_destination;
    if (m_isTagged)
    {
        os << " vlan=" << GetVlanId() << " priority=" << +GetPriority();
    }
    os << " type=0x" << std::hex << m_type;
    os.flags(flags);
}

} // namespace ns3
