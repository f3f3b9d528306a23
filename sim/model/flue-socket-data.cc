/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The part of FlueSocket (see flue-socket.h) that has to do with data, names and attributes.
 */
#include "flue-raw-header.h"
#include "flue-socket-rare.h"
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/packet.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueSocket);

TypeId FlueSocket::GetTypeId()
{
    // ATTR_CONSTRUCT is left out: a new socket takes its stack's values, not the ones below.
    const uint32_t flags = TypeId::ATTR_GET | TypeId::ATTR_SET;
    static TypeId tid = FlueSocketTraces::AddTo(
        TypeId("ns3::FlueSocket")
            .SetParent<Socket>()
            .SetGroupName("Flue")
            .AddAttribute("SndBufSize",
                          "Most bytes that may be unsent or unacknowledged.",
                          flags,
                          UintegerValue(131072),
                          MakeUintegerAccessor(&FlueSocket::m_sndBufSize),
                          MakeUintegerChecker<uint32_t>(1, 1U << 30))
            .AddAttribute("RcvBufSize",
                          "Largest receive window, in bytes. Before Connect or Listen.",
                          flags,
                          UintegerValue(131072),
                          MakeUintegerAccessor(&FlueSocket::m_rcvBufSize),
                          MakeUintegerChecker<uint32_t>(1, 1U << 30))
            .AddAttribute("SegmentSize",
                          "Payload of a full segment, in bytes, if the path can carry it. Before "
                          "Connect or Listen.",
                          flags,
                          UintegerValue(1448),
                          MakeUintegerAccessor(&FlueSocket::m_segmentSize),
                          MakeUintegerChecker<uint32_t>(64, 65483))
            .AddAttribute("TcpNoDelay",
                          "Do without Nagle's algorithm. Before Connect or Listen.",
                          flags,
                          BooleanValue(true),
                          MakeBooleanAccessor(&FlueSocket::m_noDelay),
                          MakeBooleanChecker())
            .AddAttribute(
                "MaxSegLifetime",
                "Half of how long the closed connection is remembered, in seconds, where "
                "this side closes first; 0: half the stack's TimeWait.",
                flags,
                DoubleValue(0),
                MakeDoubleAccessor(&FlueSocket::SetMaxSegLifetime, &FlueSocket::GetMaxSegLifetime),
                MakeDoubleChecker<double>(0, 120)));
    return tid;
}

void FlueSocket::SetMaxSegLifetime(double seconds)
{
    if (seconds != GetMaxSegLifetime())
    {
        Rare().maxSegLifetime = seconds;
    }
    LimitTimeWait();
}

double FlueSocket::GetMaxSegLifetime() const
{
    return m_rare ? m_rare->maxSegLifetime : 0;
}

void FlueSocket::LimitTimeWait()
{
    if (m_connection)
    {
        flue_host_set_time_wait(m_connection, m_tcp->Ticks(2 * GetMaxSegLifetime()));
    }
}

// ---- Data ---------------------------------------------------------------------------------------

uint32_t FlueSocket::GetTxAvailable() const
{
    if (m_state != CONNECTED && m_state != CONNECTING)
    {
        return m_state == IDLE ? m_sndBufSize : 0;
    }
    const uint32_t room = m_sndBufSize > m_unacknowledged ? m_sndBufSize - m_unacknowledged : 0;
    return std::min(room, flue_host_send_space(m_connection));
}

int FlueSocket::Send(Ptr<Packet> packet, uint32_t)
{
    if (m_state != CONNECTED && m_state != CONNECTING)
    {
        return Fail(ERROR_NOTCONN);
    }
    if (m_shutdownSend || m_isClosing)
    {
        return Fail(ERROR_SHUTDOWN);
    }
    const uint32_t size = packet->GetSize();
    if (size > GetTxAvailable())
    {
        return Fail(ERROR_MSGSIZE);
    }
    uint8_t* bytes = nullptr;
    if (m_tcp->GetWithContent())
    {
        bytes = FlueRoom(m_tcp->m_application, size);
        packet->CopyData(bytes, size);
    }
    uint32_t accepted = 0;
    // Counted before the call: an acknowledgement may arrive from inside Settle.
    m_unacknowledged += size;
    if (flue_host_send(m_connection, FlueNow(), bytes, size, &accepted) != FLUE_OK)
    {
        m_unacknowledged -= size;
        return Fail(ERROR_SHUTDOWN);
    }
    m_unacknowledged -= size - accepted;
    m_tcp->Settle();
    return static_cast<int>(accepted);
}

int FlueSocket::SendTo(Ptr<Packet> packet, uint32_t flags, const Address&)
{
    return Send(packet, flags); // as ns-3's TCP: the connection knows where to
}

uint32_t FlueSocket::GetRxAvailable() const
{
    return m_state == CONNECTED ? flue_host_available(m_connection) : 0;
}

Ptr<Packet> FlueSocket::Recv(uint32_t maxSize, uint32_t flags)
{
    if (m_state != CONNECTED)
    {
        if (m_state == ENDED && m_sawEnd)
        {
            return Create<Packet>(); // the end of what the peer sent
        }
        m_errno = ERROR_NOTCONN;
        return nullptr;
    }
    const uint32_t size = std::min(maxSize, flue_host_available(m_connection));
    if (size == 0 || flags != 0)
    {
        if (flue_host_peer_closed(m_connection) && flags == 0)
        {
            return Create<Packet>();
        }
        m_errno = flags != 0 ? ERROR_OPNOTSUPP : ERROR_AGAIN;
        return nullptr;
    }
    Ptr<Packet> packet;
    if (m_tcp->GetWithContent())
    {
        uint8_t* bytes = FlueRoom(m_tcp->m_application, size);
        const uint32_t taken = flue_host_receive(m_connection, FlueNow(), bytes, size);
        packet = Create<Packet>(bytes, taken);
    }
    else
    {
        packet = Create<Packet>(flue_host_receive(m_connection, FlueNow(), nullptr, size));
    }
    FinishRead();
    return packet;
}

uint32_t FlueSocket::Discard(uint32_t maxSize)
{
    if (m_state != CONNECTED)
    {
        m_errno = ERROR_NOTCONN;
        return 0;
    }
    const uint32_t taken = flue_host_receive(m_connection, FlueNow(), nullptr, maxSize);
    if (taken == 0)
    {
        m_errno = ERROR_AGAIN;
        return 0;
    }
    FinishRead();
    return taken;
}

void FlueSocket::FinishRead()
{
    Ptr<FlueTcpL4Protocol> tcp = m_tcp;
    CloseIfFinished();
    ReleaseIfEnded();
    tcp->Settle();
}

Ptr<Packet> FlueSocket::RecvFrom(uint32_t maxSize, uint32_t flags, Address& from)
{
    const flue_four_tuple tuple = m_tuple;
    Ptr<Packet> packet = Recv(maxSize, flags);
    if (packet)
    {
        from = ToAddress(tuple.remote, tuple.remote_port);
    }
    return packet;
}

// ---- Names and options --------------------------------------------------------------------------

Address FlueSocket::ToAddress(const flue_ip& address, uint16_t port) const
{
    if (m_tuple.ip_version == 6)
    {
        return Inet6SocketAddress(Ipv6Address::Deserialize(address.bytes), port);
    }
    return InetSocketAddress(Ipv4Address::Deserialize(address.bytes), port);
}

int FlueSocket::GetSockName(Address& address) const
{
    address = ToAddress(m_tuple.local, m_tuple.local_port);
    return 0;
}

int FlueSocket::GetPeerName(Address& address) const
{
    if (m_tuple.remote_port == 0)
    {
        return Fail(ERROR_NOTCONN);
    }
    address = ToAddress(m_tuple.remote, m_tuple.remote_port);
    return 0;
}

bool FlueSocket::SetAllowBroadcast(bool allowBroadcast)
{
    return !allowBroadcast; // a stream has one peer
}

bool FlueSocket::GetAllowBroadcast() const
{
    return false;
}

} // namespace ns3
