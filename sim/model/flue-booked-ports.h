/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which local ports of a node's TCP are in use, at which of its addresses. A bit each: a client of
 * many has tens of thousands.
 */
#ifndef FLUE_BOOKED_PORTS_H
#define FLUE_BOOKED_PORTS_H

#include "flue/address.h"

#include <bitset>
#include <map>

namespace ns3
{

/** The booked ports of each address; the address zero stands for all of them. */
class FlueBookedPorts
{
  public:
    /** @return true when @p port is free at @p address; where that is zero, at every address */
    bool IsFree(uint8_t version, const flue_ip& address, uint16_t port) const;
    /** Books a port that is free. */
    void Book(uint8_t version, const flue_ip& address, uint16_t port);
    void Free(uint8_t version, const flue_ip& address, uint16_t port);

  private:
    static const uint32_t PAGE_PORTS = 1024;

    /** Neighbouring ports at one address. */
    struct Page
    {
        uint8_t version; //!< of IP
        uint8_t number;  //!< the first port, in pages
        flue_ip address; //!< zero: all
        bool operator<(const Page& other) const;
    };

    using Pages = std::map<Page, std::bitset<PAGE_PORTS>>;

    Pages m_pages; //!< those in which a port is booked
};

} // namespace ns3

#endif /* FLUE_BOOKED_PORTS_H */
