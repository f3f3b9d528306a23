/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Local ports: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that books them.
 */
#include "flue-tcp-l4-protocol.h"

namespace ns3
{

namespace
{

const uint16_t FIRST_EPHEMERAL_PORT = 49152; // RFC 6335
const uint16_t LAST_EPHEMERAL_PORT = 65535;

} // namespace

bool FlueTcpL4Protocol::BookPort(const flue_four_tuple& local)
{
    if (!m_ports.IsFree(local.ip_version, local.local, local.local_port))
    {
        return false;
    }
    m_ports.Book(local.ip_version, local.local, local.local_port);
    return true;
}

void FlueTcpL4Protocol::FreePort(const flue_four_tuple& local)
{
    m_ports.Free(local.ip_version, local.local, local.local_port);
}

uint16_t FlueTcpL4Protocol::NextPort(uint8_t version, const flue_ip& address)
{
    for (uint32_t tries = FIRST_EPHEMERAL_PORT; tries <= LAST_EPHEMERAL_PORT; tries++)
    {
        if (m_nextPort < FIRST_EPHEMERAL_PORT)
        {
            m_nextPort = FIRST_EPHEMERAL_PORT;
        }
        const uint16_t port = m_nextPort++; // behind the last one it wraps to 0
        if (m_ports.IsFree(version, address, port))
        {
            return port;
        }
    }
    return 0;
}

} // namespace ns3
