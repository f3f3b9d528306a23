/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Local ports: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that books them.
 */
#include "flue-tcp-l4-protocol.h"

#include <algorithm>
#include <cstring>

namespace ns3
{

namespace
{

const uint16_t FIRST_EPHEMERAL_PORT = 49152; // RFC 6335
const uint16_t LAST_EPHEMERAL_PORT = 65535;

/** The key of FlueTcpL4Protocol::m_ports. */
uint32_t PortKey(const flue_four_tuple& local)
{
    return static_cast<uint32_t>(local.ip_version) << 16 | local.local_port;
}

/** @return true when no address that has the port stands in the way of @p local */
bool IsFree(const std::vector<flue_ip>& booked, const flue_ip& local)
{
    static const flue_ip any{};
    const auto same = [](const flue_ip& a, const flue_ip& b)
    { return std::memcmp(&a, &b, sizeof a) == 0; };
    return std::none_of(booked.begin(),
                        booked.end(),
                        [&](const flue_ip& other)
                        { return same(other, any) || same(local, any) || same(other, local); });
}

} // namespace

bool FlueTcpL4Protocol::BookPort(const flue_four_tuple& local)
{
    std::vector<flue_ip>& booked = m_ports[PortKey(local)];
    if (!IsFree(booked, local.local))
    {
        return false;
    }
    booked.push_back(local.local);
    return true;
}

void FlueTcpL4Protocol::FreePort(const flue_four_tuple& local)
{
    const auto found = m_ports.find(PortKey(local));
    if (found == m_ports.end())
    {
        return;
    }
    std::vector<flue_ip>& booked = found->second;
    const auto place = std::find_if(booked.begin(),
                                    booked.end(),
                                    [&local](const flue_ip& ip)
                                    { return std::memcmp(&ip, &local.local, sizeof ip) == 0; });
    if (place != booked.end())
    {
        booked.erase(place);
    }
    if (booked.empty())
    {
        m_ports.erase(found);
    }
}

uint16_t FlueTcpL4Protocol::NextPort(uint8_t version, const flue_ip& address)
{
    for (uint32_t tries = FIRST_EPHEMERAL_PORT; tries <= LAST_EPHEMERAL_PORT; tries++)
    {
        if (m_nextPort < FIRST_EPHEMERAL_PORT)
        {
            m_nextPort = FIRST_EPHEMERAL_PORT;
        }
        flue_four_tuple local{};
        local.ip_version = version;
        local.local_port = m_nextPort++; // behind the last one it wraps to 0
        const auto booked = m_ports.find(PortKey(local));
        if (booked == m_ports.end() || IsFree(booked->second, address))
        {
            return local.local_port;
        }
    }
    return 0;
}

} // namespace ns3
