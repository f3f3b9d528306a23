/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-booked-ports.h. Pages are ordered by version, then number: those of one port's number at
 * all addresses are neighbours, the one for every address first.
 */
#include "flue-booked-ports.h"

#include <cstring>

namespace ns3
{

bool FlueBookedPorts::Page::operator<(const Page& other) const
{
    if (version != other.version)
    {
        return version < other.version;
    }
    if (number != other.number)
    {
        return number < other.number;
    }
    return std::memcmp(&address, &other.address, sizeof address) < 0;
}

bool FlueBookedPorts::IsFree(uint8_t version, const flue_ip& address, uint16_t port) const
{
    static const flue_ip any{};
    const uint32_t bit = port % PAGE_PORTS;
    const auto number = static_cast<uint8_t>(port / PAGE_PORTS);
    const auto isBooked = [&](const Pages::const_iterator& page)
    { return page != m_pages.end() && page->second.test(bit); };
    if (std::memcmp(&address, &any, sizeof any) != 0)
    {
        return !isBooked(m_pages.find({version, number, any})) &&
               !isBooked(m_pages.find({version, number, address}));
    }
    for (auto page = m_pages.lower_bound({version, number, any});
         page != m_pages.end() && page->first.version == version && page->first.number == number;
         ++page)
    {
        if (isBooked(page))
        {
            return false;
        }
    }
    return true;
}

void FlueBookedPorts::Book(uint8_t version, const flue_ip& address, uint16_t port)
{
    m_pages[{version, static_cast<uint8_t>(port / PAGE_PORTS), address}].set(port % PAGE_PORTS);
}

void FlueBookedPorts::Free(uint8_t version, const flue_ip& address, uint16_t port)
{
    const auto page = m_pages.find({version, static_cast<uint8_t>(port / PAGE_PORTS), address});
    if (page == m_pages.end())
    {
        return;
    }
    page->second.reset(port % PAGE_PORTS);
    if (page->second.none())
    {
        m_pages.erase(page);
    }
}

} // namespace ns3
