/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Header bytes that are already written, as an ns-3 header.
 *
 * The model writes all headers of a frame once, into the caller's memory. This class puts them in
 * front of a packet in one step, without a field being looked at again. It can only be added:
 * whoever reads such a packet uses ns-3's own header classes, or copies the bytes out.
 */
#ifndef FLUE_RAW_HEADER_H
#define FLUE_RAW_HEADER_H

#include "ns3/header.h"

#include <vector>

namespace ns3
{

/** @return room for @p size bytes in @p buffer, which only grows: frames with content reuse it */
inline uint8_t* FlueRoom(std::vector<uint8_t>& buffer, uint32_t size)
{
    if (buffer.size() < size)
    {
        buffer.resize(size);
    }
    return buffer.data();
}

/** Bytes in front of a packet; they stay the caller's. */
class FlueRawHeader : public Header
{
  public:
    /**
     * @param bytes the header, complete; used during Packet::AddHeader only
     * @param size how many bytes
     */
    FlueRawHeader(const uint8_t* bytes, uint32_t size);
    FlueRawHeader() = default;

    static TypeId GetTypeId();
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

  private:
    const uint8_t* m_bytes = nullptr; //!< the bytes
    uint32_t m_size = 0;              //!< how many
};

} // namespace ns3

#endif /* FLUE_RAW_HEADER_H */
