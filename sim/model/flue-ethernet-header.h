/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The Ethernet II header, with or without one 802.1Q tag.
 *
 * ns-3's own EthernetHeader knows no tag. Preamble, padding and FCS are the device's business.
 */
#ifndef FLUE_ETHERNET_HEADER_H
#define FLUE_ETHERNET_HEADER_H

#include "ns3/header.h"
#include "ns3/mac48-address.h"

namespace ns3
{

class Packet;

/** Addresses, the optional tag, and the type of what follows. */
class FlueEthernetHeader : public Header
{
  public:
    static constexpr uint32_t UNTAGGED_SIZE = 14; //!< bytes without a tag
    static constexpr uint32_t TAGGED_SIZE = 18;   //!< bytes with a tag
    static constexpr uint16_t TAG_TYPE = 0x8100;  //!< the type that announces an 802.1Q tag

    /** @return the type of this class */
    static TypeId GetTypeId();
    TypeId GetInstanceTypeId() const override;

    /** Makes an untagged header of zeroes. */
    FlueEthernetHeader();
    /**
     * @param destination who is to receive the frame
     * @param source who sends it
     * @param type of what follows
     */
    FlueEthernetHeader(Mac48Address destination, Mac48Address source, uint16_t type);

    /** @param tci tag control information: priority (3 bits), DEI (1), VLAN id (12) */
    void SetTag(uint16_t tci);
    /** @return true with an 802.1Q tag */
    bool IsTagged() const;
    /** @return the VLAN id of the tag; 0 for a priority tag and for none */
    uint16_t GetVlanId() const;
    /** @return the priority of the tag, 0..7; 0 for no tag */
    uint8_t GetPriority() const;
    /** @return who is to receive the frame */
    Mac48Address GetDestination() const;
    /** @return who sends it */
    Mac48Address GetSource() const;
    /** @return the type of what follows, behind the tag if there is one */
    uint16_t GetType() const;

    /**
     * Reads the header at the start of a frame, which stays as it is.
     *
     * @param frame a frame
     * @return false when the frame is too short to have one
     */
    bool Peek(const Packet& frame);

    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

  private:
    /**
     * @param bytes the start of a frame
     * @param size how many there are
     * @return the header's length; 0 when there are too few
     */
    uint32_t Parse(const uint8_t* bytes, uint32_t size);

    Mac48Address m_destination; //!< to
    Mac48Address m_source;      //!< from
    uint16_t m_type;            //!< of what follows
    uint16_t m_tci;             //!< the tag, if any
    bool m_isTagged;            //!< there is one
};

} // namespace ns3

#endif /* FLUE_ETHERNET_HEADER_H */
