/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sockets over a host stack: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that
 * makes them, keeps those alive that have a connection, and tells them what the host stack says.
 */
#include "flue-socket-rare.h"
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"
#include "flue-team-device.h"

namespace ns3
{

Ptr<FlueSocket> FlueTcpL4Protocol::CreateSocket()
{
    Ptr<FlueSocket> socket = CreateObject<FlueSocket>();
    socket->m_tcp = this;
    socket->m_sndBufSize = m_sndBufSize;
    socket->m_rcvBufSize = m_rcvBufSize;
    socket->m_segmentSize = m_segmentSize;
    socket->m_noDelay = m_noDelay;
    return socket;
}

void FlueTcpL4Protocol::Keep(FlueSocket* socket)
{
    socket->m_place = static_cast<uint32_t>(m_sockets.size());
    m_sockets.emplace_back(socket);
    if (socket->GetTraces() && socket->m_connection)
    {
        Watch(socket);
    }
}

void FlueTcpL4Protocol::Drop(FlueSocket* socket)
{
    const uint32_t place = socket->m_place;
    if (place == FlueSocket::NOT_KEPT)
    {
        return;
    }
    socket->m_place = FlueSocket::NOT_KEPT;
    const Ptr<FlueSocket> dropped = std::move(m_sockets[place]);
    if (m_sockets.back()) // another takes its place
    {
        m_sockets.back()->m_place = place;
        m_sockets[place] = std::move(m_sockets.back());
    }
    m_sockets.pop_back();
}

void FlueTcpL4Protocol::KeepMemory(std::unique_ptr<uint8_t[]> bytes)
{
    if (bytes)
    {
        const void* key = bytes.get();
        m_memory[key] = std::move(bytes);
    }
}

void FlueTcpL4Protocol::AddSocketHandlers(flue_host_handlers* handlers)
{
    handlers->accepted =
        [](void*, flue_time, flue_host_listener* listener, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_listener_user(listener)));
        socket->OnAccepted(connection);
    };
    // A connection's socket is its user; one that has none was refused by its application.
    handlers->connected = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        socket->OnConnected();
    };
    handlers->readable = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnReadable();
        }
    };
    handlers->received =
        [](void* user, flue_time, flue_host_connection* connection, void* bytes, uint32_t length)
    {
        void* owner = connection ? flue_host_user(connection) : nullptr;
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(owner));
        if (socket)
        {
            socket->OnRead(length);
        }
        else
        {
            static_cast<FlueTcpL4Protocol*>(user)->m_memory.erase(bytes);
        }
    };
    handlers->writable = [](void*, flue_time, flue_host_connection* connection, uint32_t bytes)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnWritable(bytes);
        }
    };
    handlers->peer_closed = [](void*, flue_time, flue_host_connection* connection)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnPeerClosed();
        }
    };
    handlers->closed =
        [](void*, flue_time now, flue_host_connection* connection, flue_result reason)
    {
        Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
        if (socket)
        {
            socket->OnClosed(reason);
        }
        else
        {
            flue_host_close(connection, now);
        }
    };
    handlers->moved = [](void* user, flue_time, flue_host_connection* connection, flue_owner owner)
    { static_cast<FlueTcpL4Protocol*>(user)->Moved(connection, owner); };
}

void FlueTcpL4Protocol::Moved(flue_host_connection* connection, flue_owner owner)
{
    for (const Ptr<FlueTeamDevice>& team : m_teams)
    {
        team->NoteMove(owner);
    }
    Ptr<FlueSocket> socket(static_cast<FlueSocket*>(flue_host_user(connection)));
    if (!socket)
    {
        return;
    }
    m_ownerTrace(socket, owner);
    if (FlueSocketTraces* traces = socket->GetTraces())
    {
        traces->owner.Set(owner);
    }
    if (owner == FLUE_OWNER_TARGET)
    {
        m_offloadTrace(socket);
    }
    else if (owner == FLUE_OWNER_UPLOADING)
    {
        flue_tcp_upload_reason reason;
        m_uploadTrace(socket,
                      flue_host_was_retrieved(connection, &reason)
                          ? flue_tcp_upload_reason_name(reason)
                          : "host");
    }
}

} // namespace ns3
