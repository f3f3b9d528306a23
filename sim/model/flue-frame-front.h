/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first bytes of a frame, read once for everybody on its way in: the device that filters, the
 * adapter that classifies and the offload target. None of them needs an ns-3 header for it.
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

    /** That of no frame. */
    FlueFrameFront() = default;

    /** @param frame with its Ethernet header; it stays as it is */
    explicit FlueFrameFront(const Packet& frame)
    {
        Set(frame);
    }

    /** @param start of a frame's bytes */
    explicit FlueFrameFront(Buffer::Iterator start)
        : m_frameSize(start.GetRemainingSize())
    {
        m_size = std::min<uint32_t>(m_frameSize, sizeof m_bytes);
        start.Read(m_bytes, m_size);
        FindHeader();
    }

    /** @param frame to read next, with its Ethernet header; it stays as it is */
    void Set(const Packet& frame)
    {
        m_frameSize = frame.GetSize();
        m_size = frame.CopyData(m_bytes, sizeof m_bytes);
        FindHeader();
    }

    /** @return bytes of the frame, Ethernet header included */
    uint32_t GetFrameSize() const
    {
        return m_frameSize;
    }

    /** @return what the model says of the frame, which it is asked once; see flue_frame_read */
    flue_frame_kind GetKind() const
    {
        if (!m_isRead)
        {
            m_kind = flue_frame_read(m_bytes, m_size, m_frameSize, nullptr, &m_packet);
            m_isRead = true;
        }
        return m_kind;
    }

    /** @return what the model has read, the payload by its length only; GetKind says how much */
    const flue_packet& GetPacket() const
    {
        return m_packet;
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
        m_isRead = false;
        m_isTagged = false;
        m_headerSize = 0;
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
    uint32_t m_size = 0;                    //!< bytes
    uint32_t m_frameSize = 0;               //!< GetFrameSize
    bool m_isTagged = false;                //!< the type announces a tag
    uint32_t m_headerSize = 0;              //!< bytes; 0: too short
    mutable bool m_isRead = false;          //!< the rest is filled
    mutable flue_frame_kind m_kind;         //!< GetKind
    mutable flue_packet m_packet;           //!< GetPacket
};

} // namespace ns3

#endif /* FLUE_FRAME_FRONT_H */
