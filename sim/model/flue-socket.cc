/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-socket.h. The file goes: closing, and the host stack's calls. Opening is in
 * flue-socket-open.cc; data, names and attributes are in flue-socket-data.cc, posted reads in
 * flue-socket-reads.cc.
 */
#include "flue-socket.h"

#include "flue-socket-rare.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueSocket");

FlueSocketRare& FlueSocket::Rare()
{
    if (!m_rare)
    {
        m_rare = std::make_unique<FlueSocketRare>();
    }
    return *m_rare;
}

FlueSocketTraces* FlueSocket::GetTraces() const
{
    return m_rare ? m_rare->traces.get() : nullptr;
}

FlueSocketReads* FlueSocket::GetReads() const
{
    return m_rare ? m_rare->reads.get() : nullptr;
}

FlueSocketTraces& FlueSocket::Traces()
{
    if (!GetTraces())
    {
        Rare().traces = std::make_unique<FlueSocketTraces>();
        if (m_connection)
        {
            m_rare->traces->owner.Set(GetOwner());
            m_tcp->Watch(this);
        }
    }
    return *m_rare->traces;
}

FlueSocket::FlueSocket()
{
    NS_LOG_FUNCTION(this);
}

FlueSocket::~FlueSocket()
{
    NS_LOG_FUNCTION(this);
    FreePort(); // bound, but never used
}

void FlueSocket::DoDispose()
{
    FreePort();
    m_connection = nullptr;
    m_state = ENDED;
    m_tcp = nullptr;
    if (m_rare)
    {
        m_rare->listener = nullptr;
        m_rare->reads.reset(); // the host stack is gone
    }
    Socket::DoDispose();
}

int FlueSocket::Fail(SocketErrno error) const
{
    m_errno = error;
    return -1;
}

flue_owner FlueSocket::GetOwner() const
{
    return m_connection ? flue_host_owner(m_connection) : FLUE_OWNER_HOST;
}

flue_host_connection* FlueSocket::GetConnection() const
{
    return m_connection;
}

flue_result FlueSocket::GetEndReason() const
{
    return static_cast<flue_result>(m_endReason);
}

Socket::SocketErrno FlueSocket::GetErrno() const
{
    return static_cast<SocketErrno>(m_errno);
}

Socket::SocketType FlueSocket::GetSocketType() const
{
    return NS3_SOCK_STREAM;
}

Ptr<Node> FlueSocket::GetNode() const
{
    return m_tcp ? m_tcp->GetNode() : nullptr;
}

// ---- Closing ------------------------------------------------------------------------------------

void FlueSocket::Release()
{
    Ptr<FlueSocket> self(this); // the protocol's reference may be the last
    const std::vector<ReadCallback> forgotten = ForgetReads();
    if (m_connection)
    {
        LeaveReads();
        flue_host_connection* connection = m_connection;
        m_connection = nullptr;
        if (GetTraces())
        {
            m_tcp->m_ended.push_back(self);
        }
        flue_host_set_user(connection, nullptr);
        flue_host_close(connection, FlueNow());
    }
    FreePort();
    m_state = ENDED;
    m_tcp->Drop(this);
    TellForgotten(forgotten);
}

int FlueSocket::Close()
{
    if (!m_tcp || m_isClosing)
    {
        return 0;
    }
    m_isClosing = true;
    Ptr<FlueTcpL4Protocol> tcp = m_tcp;
    switch (m_state)
    {
    case IDLE:
        Release();
        return 0;
    case ENDED:
        return 0;
    case LISTENING:
        flue_host_listener_close(m_rare->listener, FlueNow());
        m_rare->listener = nullptr;
        Release();
        break;
    case CONNECTING:
        flue_host_abort(m_connection, FlueNow());
        break;
    case CONNECTED:
        if (m_hasEnded)
        {
            Release(); // there is nobody left to reset
        }
        else if (flue_host_available(m_connection) > 0)
        {
            flue_host_abort(m_connection, FlueNow());
        }
        else if (flue_host_peer_closed(m_connection) && !HasReads())
        {
            // Nothing can arrive any more, so the rest is the host stack's own business.
            NotifyEnd(); // a posted read may be told of the end before its socket
            Release();
        }
        else if (flue_host_shutdown(m_connection, FlueNow()) != FLUE_OK)
        {
            NS_LOG_LOGIC("sending was shut down before");
        }
        break;
    }
    tcp->Settle();
    return 0;
}

int FlueSocket::ShutdownSend()
{
    m_shutdownSend = true;
    if (m_state == CONNECTED || m_state == CONNECTING)
    {
        if (flue_host_shutdown(m_connection, FlueNow()) != FLUE_OK)
        {
            NS_LOG_LOGIC("sending was shut down before");
        }
        m_tcp->Settle();
    }
    return 0;
}

int FlueSocket::ShutdownRecv()
{
    m_shutdownRecv = true;
    if (m_state == CONNECTED)
    {
        Ptr<FlueSocket> self(this);
        Ptr<FlueTcpL4Protocol> tcp = m_tcp;
        TellForgotten(ForgetReads());
        OnReadable();
        ReleaseIfEnded();
        tcp->Settle();
    }
    return 0;
}

void FlueSocket::CloseIfFinished()
{
    if (m_state == CONNECTED && m_shutdownSend && !m_isClosing &&
        flue_host_peer_closed(m_connection) && flue_host_available(m_connection) == 0)
    {
        Close();
    }
}

void FlueSocket::ReleaseIfEnded()
{
    if (m_hasEnded && m_state == CONNECTED && flue_host_available(m_connection) == 0)
    {
        Release();
    }
}

// ---- The host stack's calls ---------------------------------------------------------------------

void FlueSocket::OnAccepted(flue_host_connection* connection)
{
    const flue_four_tuple* tuple = flue_host_tuple(connection);
    const Address from = ToAddress(tuple->remote, tuple->remote_port);
    if (!NotifyConnectionRequest(from))
    {
        flue_host_set_user(connection, nullptr);
        flue_host_abort(connection, FlueNow());
        return;
    }
    Ptr<FlueSocket> socket = m_tcp->CreateSocket();
    socket->m_tuple = *tuple;
    socket->m_connection = connection;
    socket->m_state = CONNECTED;
    socket->m_sndBufSize = m_sndBufSize;
    socket->m_rcvBufSize = m_rcvBufSize;
    socket->m_segmentSize = m_segmentSize;
    socket->m_noDelay = m_noDelay;
    socket->m_shutdownSend = m_shutdownSend;
    socket->SetMaxSegLifetime(GetMaxSegLifetime());
    flue_host_set_user(connection, PeekPointer(socket));
    m_tcp->Keep(PeekPointer(socket));
    NotifyNewConnectionCreated(socket, from);
}

void FlueSocket::OnConnected()
{
    m_state = CONNECTED;
    NotifyConnectionSucceeded();
    if (m_state == CONNECTED && GetTxAvailable() > 0)
    {
        NotifySend(GetTxAvailable());
    }
}

void FlueSocket::OnReadable()
{
    if (m_shutdownRecv)
    {
        // Taking it may end the connection.
        while (m_connection && flue_host_receive(m_connection, FlueNow(), nullptr, UINT32_MAX) > 0)
        {
        }
        return;
    }
    NotifyDataRecv();
}

void FlueSocket::OnWritable(uint32_t bytes)
{
    m_unacknowledged -= std::min(bytes, m_unacknowledged);
    NotifyDataSent(bytes);
    if (m_state == CONNECTED && !m_isClosing)
    {
        const uint32_t room = GetTxAvailable();
        if (room > 0)
        {
            NotifySend(room);
        }
    }
}

void FlueSocket::NotifyEnd()
{
    m_sawEnd = true;
    if (!m_closeNotified)
    {
        m_closeNotified = true;
        NotifyNormalClose();
    }
}

void FlueSocket::OnPeerClosed()
{
    if (GetTraces())
    {
        m_tcp->Sample(this); // the application may close in its callback, and CLOSE_WAIT is over
    }
    NotifyEnd();
    if (m_state != CONNECTED)
    {
        return;
    }
    if (m_isClosing && flue_host_available(m_connection) == 0 && !HasReads())
    {
        Release();
        return;
    }
    CloseIfFinished();
}

void FlueSocket::OnClosed(flue_result reason)
{
    Ptr<FlueSocket> self(this);
    const State before = m_state;
    m_endReason = static_cast<int8_t>(reason);
    if (reason == FLUE_OK && !m_isClosing && flue_host_available(m_connection) > 0)
    {
        m_hasEnded = true; // what arrived in order can still be read
    }
    else
    {
        Release();
    }
    if (m_closeNotified)
    {
        return;
    }
    m_closeNotified = true;
    if (reason == FLUE_OK || m_isClosing)
    {
        NotifyNormalClose();
    }
    else if (before == CONNECTING)
    {
        NotifyConnectionFailed();
    }
    else
    {
        NotifyErrorClose();
    }
}

} // namespace ns3
