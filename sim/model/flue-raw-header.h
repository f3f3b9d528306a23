/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Header bytes that are already written, as an ns-3 header.
 *
 * The model writes all headers of a frame once, into the caller's memory. This class puts them in
 * front of a packet in one step, without a field being looked at again. It can only be added:
 * whoever reads such a packet uses ns-3's own header classes, or copies the bytes out.
 *
 * ns-3 keeps the memory of a packet's bytes for the next packet when it is at least as large as any
 * there has been. So all packets get the same room, of which the part in front of the header is
 * taken off again: that saves two allocations a packet.
 */
#ifndef FLUE_RAW_HEADER_H
#define FLUE_RAW_HEADER_H

#include "ns3/header.h"

#include <vector>

namespace ns3
{

class Packet;

/** @return room for @p size bytes in @p buffer, which only grows: frames with content reuse it */
inline uint8_t* FlueRoom(std::vector<uint8_t>& buffer, uint32_t size)
{
    if (buffer.size() < size)
    {
        buffer.resize(size);
    }
    return buffer.data();
}

/** Puts bytes in front of packets; they stay the caller's. */
class FlueRawHeader : public Header
{
  public:
    FlueRawHeader() = default;
    /**
     * Puts a header in front of a packet. Any number of times: making one of these costs more.
     *
     * @param packet gets it
     * @param bytes the header, complete
     * @param size how many bytes, at most ROOM
     */
    void AddTo(Packet& packet, const uint8_t* bytes, uint32_t size);

    static TypeId GetTypeId();
    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

  private:
    static constexpr uint32_t ROOM = 128; //!< bytes that a header takes before it is trimmed

    const uint8_t* m_bytes = nullptr; //!< the header while AddTo is on the stack
    uint32_t m_size = 0;              //!< bytes
};

} // namespace ns3

#endif /* FLUE_RAW_HEADER_H */
