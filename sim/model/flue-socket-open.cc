/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The part of FlueSocket (see flue-socket.h) that opens: bind, connect and listen, and the local
 * port that goes with them.
 */
#include "flue-socket-rare.h"
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"

#include <algorithm>

namespace ns3
{

namespace
{

bool IsAny(const flue_ip& address)
{
    static const flue_ip any{};
    return std::equal(any.bytes, any.bytes + sizeof any.bytes, address.bytes);
}

} // namespace

int FlueSocket::BindTo(uint8_t version, const flue_ip& address, uint16_t port)
{
    if (m_isBound || m_state != IDLE)
    {
        return Fail(ERROR_INVAL);
    }
    flue_four_tuple tuple{};
    tuple.ip_version = version;
    tuple.local = address;
    tuple.local_port = port ? port : m_tcp->NextPort(version, address);
    if (tuple.local_port == 0)
    {
        return Fail(ERROR_ADDRNOTAVAIL);
    }
    if (!m_tcp->BookPort(tuple))
    {
        return Fail(ERROR_ADDRINUSE);
    }
    m_tuple = tuple;
    m_isBoundToAny = IsAny(address);
    m_isBound = true;
    return 0;
}

void FlueSocket::FreePort()
{
    if (m_isBound)
    {
        m_isBound = false;
        flue_four_tuple booked = m_tuple;
        if (m_isBoundToAny)
        {
            booked.local = flue_ip{};
        }
        m_tcp->FreePort(booked);
    }
}

int FlueSocket::Bind()
{
    return BindTo(4, flue_ip{}, 0);
}

int FlueSocket::Bind6()
{
    return BindTo(6, flue_ip{}, 0);
}

int FlueSocket::Bind(const Address& address)
{
    flue_ip ip{};
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress inet = InetSocketAddress::ConvertFrom(address);
        inet.GetIpv4().Serialize(ip.bytes);
        return BindTo(4, ip, inet.GetPort());
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress inet = Inet6SocketAddress::ConvertFrom(address);
        inet.GetIpv6().Serialize(ip.bytes);
        return BindTo(6, ip, inet.GetPort());
    }
    return Fail(ERROR_INVAL);
}

flue_tcp_options FlueSocket::Options(uint32_t mtu) const
{
    flue_tcp_options options = m_tcp->EngineConfig().options;
    options.receive_buffer_bytes = m_rcvBufSize;
    options.use_nagle = !m_noDelay;
    // ns-3's segment size is payload; the engine's MSS counts the options in (RFC 6691).
    uint32_t mss = m_segmentSize + (options.use_timestamps ? 12 : 0);
    const uint32_t headers = m_tuple.ip_version == 6 ? 60 : 40;
    if (mtu > headers)
    {
        mss = std::min(mss, mtu - headers);
    }
    options.mss = static_cast<uint16_t>(std::max(64U, std::min(mss, 65495U)));
    const bool isIpv6 = m_tuple.ip_version == 6;
    if (isIpv6 ? IsManualIpv6HopLimit() : IsManualIpTtl())
    {
        options.ttl = isIpv6 ? GetIpv6HopLimit() : GetIpTtl();
    }
    options.traffic_class = (isIpv6 ? GetIpv6Tclass() : GetIpTos()) & 0xfc; // less the ECN bits
    return options;
}

int FlueSocket::Connect(const Address& address)
{
    if (m_state != IDLE)
    {
        return Fail(m_state == CONNECTED || m_state == CONNECTING ? ERROR_ISCONN : ERROR_INVAL);
    }
    flue_four_tuple tuple = m_tuple;
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress inet = InetSocketAddress::ConvertFrom(address);
        inet.GetIpv4().Serialize(tuple.remote.bytes);
        tuple.remote_port = inet.GetPort();
        tuple.ip_version = 4;
    }
    else if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress inet = Inet6SocketAddress::ConvertFrom(address);
        inet.GetIpv6().Serialize(tuple.remote.bytes);
        tuple.remote_port = inet.GetPort();
        tuple.ip_version = 6;
    }
    else
    {
        return Fail(ERROR_INVAL);
    }
    if (m_isBound && tuple.ip_version != m_tuple.ip_version)
    {
        return Fail(ERROR_AFNOSUPPORT);
    }
    flue_host* host = m_tcp->Host();
    const uint32_t mtu = m_tcp->FindSource(&tuple, m_boundnetdevice);
    if (mtu == 0)
    {
        return Fail(ERROR_NOROUTETOHOST);
    }
    if (!m_isBound && BindTo(tuple.ip_version, tuple.local, 0) != 0)
    {
        return -1;
    }
    tuple.local_port = m_tuple.local_port;
    m_tuple = tuple;
    const flue_tcp_options options = Options(mtu);
    m_state = CONNECTING;
    const flue_result result =
        flue_host_connect(host, FlueNow(), &m_tuple, &options, this, &m_connection);
    if (result != FLUE_OK)
    {
        m_state = IDLE;
        return Fail(result == FLUE_ERROR_IN_USE ? ERROR_ADDRINUSE : ERROR_INVAL);
    }
    LimitTimeWait();
    m_tcp->Keep(this);
    m_tcp->Settle();
    return 0;
}

int FlueSocket::Listen()
{
    if (m_state != IDLE)
    {
        return Fail(ERROR_INVAL);
    }
    if (!m_isBound && Bind() != 0)
    {
        return -1;
    }
    const flue_tcp_options options = Options(m_tcp->SmallestMtu());
    flue_host_listener* listener = nullptr;
    // ns-3's Listen has no backlog: nothing is refused for it.
    const uint32_t backlog = UINT32_MAX;
    if (flue_host_listen(m_tcp->Host(),
                         m_tuple.ip_version,
                         m_isBoundToAny ? nullptr : &m_tuple.local,
                         m_tuple.local_port,
                         backlog,
                         &options,
                         this,
                         &listener) != FLUE_OK)
    {
        return Fail(ERROR_ADDRINUSE);
    }
    Rare().listener = listener;
    m_state = LISTENING;
    m_tcp->Keep(this);
    return 0;
}

} // namespace ns3
