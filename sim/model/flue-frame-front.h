/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first bytes of a frame, read once for everybody on its way in: the device that filters, the
 * adapter that classifies and the offload target, none of which needs an ns-3 header for it.
 */
#ifndef FLUE_FRAME_FRONT_H
#define FLUE_FRAME_FRONT_H

#include "flue/frame.h"

#include "ns3/packet.h"

#include <algorithm>
#include <cstdint>

namespace ns3
{

/** The headers of a frame, with what may follow them. */
class FlueFrameFront
{
  public:
    static constexpr uint32_t UNTAGGED_SIZE = 14; //!< bytes of an Ethernet II header
    static constexpr uint32_t TAGGED_SIZE = 18;   //!< the same with an 802.1Q tag
    static constexpr uint16_t TAG_TYPE = 0x8100;  //!< the type that announces the tag

    /** @param frame with its Ethernet header; it stays as it is */
    explicit FlueFrameFront(const Packet& frame)
        : m_size(frame.CopyData(m_bytes, sizeof m_bytes))
    {
        FindHeader();
    }

    /** @param start of a frame's bytes */
    explicit FlueFrameFront(Buffer::Iterator start)
        : m_size(std::min<uint32_t>(start.GetRemainingSize(), sizeof m_bytes))
    {
        start.Read(m_bytes, m_size);
        FindHeader();
    }

    /** @return the first bytes: the destination's address, the source's, the tag or the type */
    const uint8_t* GetBytes() const
    {
        return m_bytes;
    }

    /** @return how many there are: all of the frame's, but at most FLUE_FRAME_HEADER_MAX */
    uint32_t GetSize() const
    {
        return m_size;
    }

    /** @return bytes of the Ethernet header; 0 when the frame is too short for one */
    uint32_t GetHeaderSize() const
    {
        return m_headerSize;
    }

    /** @return true with an 802.1Q tag */
    bool IsTagged() const
    {
        return m_isTagged;
    }

    /** @return the tag control information; 0 without a tag; there must be a header */
    uint16_t GetTci() const
    {
        return m_isTagged ? ReadNumber(14) : 0;
    }

    /** @return the type of what follows the header, which must be there */
    uint16_t GetType() const
    {
        return ReadNumber(m_headerSize - 2);
    }

  private:
    /** Finds the Ethernet header's length. */
    void FindHeader()
    {
        if (m_size < UNTAGGED_SIZE)
        {
            return;
        }
        m_isTagged = ReadNumber(12) == TAG_TYPE;
        const uint32_t headerSize = m_isTagged ? TAGGED_SIZE : UNTAGGED_SIZE;
        m_headerSize = m_size < headerSize ? 0 : headerSize;
    }

    /** @return the big-endian number at @p offset */
    uint16_t ReadNumber(uint32_t offset) const
    {
        return static_cast<uint16_t>(m_bytes[offset] << 8 | m_bytes[offset + 1]);
    }

    uint8_t m_bytes[FLUE_FRAME_HEADER_MAX]; //!< of which m_size are filled
    uint32_t m_size;                        //!< bytes
    bool m_isTagged = false;                //!< the type announces a tag
    uint32_t m_headerSize = 0;              //!< bytes; 0: too short
};

} // namespace ns3

#endif /* FLUE_FRAME_FRONT_H */
