/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The Ethernet II header, with or without one 802.1Q tag.
 *
 * ns-3's own EthernetHeader knows no tag. Preamble, padding and FCS are the device's business.
 */
#ifndef FLUE_ETHERNET_HEADER_H
#define FLUE_ETHERNET_HEADER_H

#include "flue-frame-front.h"

#include "ns3/header.h"
#include "ns3/mac48-address.h"

namespace ns3
{

/** Addresses, the optional tag, and the type of what follows. */
class FlueEthernetHeader : public Header
{
  public:
    static constexpr uint32_t UNTAGGED_SIZE = FlueFrameFront::UNTAGGED_SIZE; //!< bytes
    static constexpr uint32_t TAGGED_SIZE = FlueFrameFront::TAGGED_SIZE;     //!< bytes

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
     * Reads the header at the start of a frame.
     *
     * @param front of the frame
     * @return false when the frame is too short to have one
     */
    bool Read(const FlueFrameFront& front);

    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

  private:
    Mac48Address m_destination; //!< to
    Mac48Address m_source;      //!< from
    uint16_t m_type;            //!< of what follows
    uint16_t m_tci;             //!< the tag, if any
    bool m_isTagged;            //!< there is one
};

} // namespace ns3

#endif /* FLUE_ETHERNET_HEADER_H */
