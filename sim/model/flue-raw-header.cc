/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-raw-header.h.
 */
#include "flue-raw-header.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueRawHeader);

FlueRawHeader::FlueRawHeader(const uint8_t* bytes, uint32_t size)
    : m_bytes(bytes),
      m_size(size)
{
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
    return m_size;
}

void FlueRawHeader::Serialize(Buffer::Iterator start) const
{
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
