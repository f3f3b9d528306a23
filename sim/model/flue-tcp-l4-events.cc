/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What happens to the network below a stack: the part of FlueTcpL4Protocol (see
 * flue-tcp-l4-protocol.h) that brings ICMP errors, changed routes and neighbours, and the power of
 * adapters to the host stack.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/node.h"

#include <algorithm>

namespace ns3
{

namespace
{

/** The start of the quoted segment, which is all that an ICMP error must carry of it. */
void ReadQuoted(const uint8_t payload[8], flue_four_tuple* tuple, flue_tcp_icmp* error)
{
    tuple->local_port = static_cast<uint16_t>(payload[0] << 8 | payload[1]);
    tuple->remote_port = static_cast<uint16_t>(payload[2] << 8 | payload[3]);
    error->seq = static_cast<uint32_t>(payload[4]) << 24 | static_cast<uint32_t>(payload[5]) << 16 |
                 static_cast<uint32_t>(payload[6]) << 8 | payload[7];
}

} // namespace

void FlueTcpL4Protocol::ReceiveIcmp(Ipv4Address,
                                    uint8_t,
                                    uint8_t type,
                                    uint8_t code,
                                    uint32_t info,
                                    Ipv4Address source,
                                    Ipv4Address destination,
                                    const uint8_t payload[8])
{
    flue_four_tuple tuple{};
    flue_tcp_icmp error{};
    tuple.ip_version = 4;
    source.Serialize(tuple.local.bytes);
    destination.Serialize(tuple.remote.bytes);
    ReadQuoted(payload, &tuple, &error);
    error.type = type;
    error.code = code;
    error.mtu = info;
    flue_host_icmp_input(Host(), FlueNow(), &tuple, &error);
    Settle();
}

void FlueTcpL4Protocol::ReceiveIcmp(Ipv6Address,
                                    uint8_t,
                                    uint8_t type,
                                    uint8_t code,
                                    uint32_t info,
                                    Ipv6Address source,
                                    Ipv6Address destination,
                                    const uint8_t payload[8])
{
    flue_four_tuple tuple{};
    flue_tcp_icmp error{};
    tuple.ip_version = 6;
    source.Serialize(tuple.local.bytes);
    destination.Serialize(tuple.remote.bytes);
    ReadQuoted(payload, &tuple, &error);
    error.type = type;
    error.code = code;
    error.mtu = info;
    flue_host_icmp_input(Host(), FlueNow(), &tuple, &error);
    Settle();
}

void FlueTcpL4Protocol::NotifyRoutesChanged()
{
    flue_host_routes_changed(Host(), FlueNow());
    Settle();
}

flue_result FlueTcpL4Protocol::SetPower(Ptr<FlueNic> nic, bool isOn)
{
    Host(); // adapters join when it is made
    const auto place = std::find(m_nics.begin(), m_nics.end(), nic);
    if (place == m_nics.end())
    {
        return FLUE_ERROR_NOT_FOUND;
    }
    const auto adapter = static_cast<uint32_t>(place - m_nics.begin());
    const flue_result result = flue_host_set_power(m_host, FlueNow(), adapter, isOn);
    Settle();
    return result;
}

void FlueTcpL4Protocol::AddEventHandlers(flue_host_handlers* handlers)
{
    handlers->powered = [](void* user, flue_time, uint32_t adapter, bool isOn, flue_result result)
    {
        const Ptr<FlueNic> nic = static_cast<FlueTcpL4Protocol*>(user)->m_nics[adapter];
        nic->OnPowered(result == FLUE_OK ? isOn : !isOn);
    };
    handlers->solicit = [](void* user, flue_time, const flue_next_hop* hop)
    { static_cast<FlueTcpL4Protocol*>(user)->Solicit(*hop); };
    handlers->adapter_load = [](void* user, flue_time, uint32_t adapter)
    { return static_cast<FlueTcpL4Protocol*>(user)->m_nics[adapter]->GetLoad(); };
}

} // namespace ns3
