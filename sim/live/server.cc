/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See server.h. Bytes move as far as they can at every occasion (Pump), so that it does not matter
 * which callback came first; that a connection has ended is seen by looking (Reap), because a
 * socket that has seen the other side's end is told no more.
 */
#include "server.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/packet.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

namespace flue
{

using ns3::Packet;
using ns3::Ptr;
using ns3::Socket;

namespace
{

/** Most bytes of one read or write. */
const uint32_t CHUNK = 65536;

const char* const NAMES[] = {"sink", "echo", "source"};

std::string PeerText(const ns3::Address& address)
{
    if (ns3::Inet6SocketAddress::IsMatchingType(address))
    {
        const auto inet6 = ns3::Inet6SocketAddress::ConvertFrom(address);
        return "[" + AddressText(inet6.GetIpv6()) + "]:" + std::to_string(inet6.GetPort());
    }
    const auto inet = ns3::InetSocketAddress::ConvertFrom(address);
    return AddressText(inet.GetIpv4().Get()) + ":" + std::to_string(inet.GetPort());
}

} // namespace

Server::Server(Ptr<ns3::FlueTcpL4Protocol> tcp, const LiveOptions& options, std::FILE* out)
    : m_tcp(tcp),
      m_options(options),
      m_out(out),
      m_buffer(CHUNK)
{
    tcp->TraceConnectWithoutContext("Owner", ns3::MakeCallback(&Server::Moved, this));
}

Server::~Server()
{
    for (const auto& entry : m_connections)
    {
        if (entry.second->file)
        {
            std::fclose(entry.second->file);
        }
    }
}

void Server::Start()
{
    Listen(SINK, m_options.sink);
    Listen(ECHO, m_options.echo);
    if (!m_options.file.empty())
    {
        Listen(SOURCE, m_options.source);
    }
}

void Server::Listen(Service service, uint16_t port)
{
    Listen(service, ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), port));
    Listen(service, ns3::Inet6SocketAddress(ns3::Ipv6Address::GetAny(), port));
}

void Server::Listen(Service service, const ns3::Address& address)
{
    Ptr<Socket> socket = m_tcp->CreateSocket();
    const bool isListening = socket->Bind(address) == 0 && socket->Listen() == 0;
    NS_ABORT_MSG_UNLESS(isListening, "a port of a new host is taken");
    socket->SetAcceptCallback(ns3::MakeNullCallback<bool, Ptr<Socket>, const ns3::Address&>(),
                              ns3::Callback<void, Ptr<Socket>, const ns3::Address&>(
                                  [this, service](Ptr<Socket> accepted, const ns3::Address& from)
                                  { Accepted(service, accepted, from); }));
    m_listeners.push_back(socket);
}

void Server::Accepted(Service service, Ptr<Socket> socket, const ns3::Address& from)
{
    auto owned = std::make_unique<Connection>();
    Connection* connection = owned.get();
    connection->socket = ns3::DynamicCast<ns3::FlueSocket>(socket);
    connection->service = service;
    connection->peer = PeerText(from);
    m_connections[ns3::PeekPointer(socket)] = std::move(owned);
    std::fprintf(m_out, "%s %s: open\n", NAMES[service], connection->peer.c_str());
    OpenFile(connection);
    socket->SetRecvCallback(ns3::MakeCallback(&Server::Ready, this));
    socket->SetSendCallback(ns3::MakeCallback(&Server::Writable, this));
    socket->SetCloseCallbacks(ns3::MakeCallback(&Server::Ready, this),
                              ns3::MakeCallback(&Server::Ready, this));
    Pump(connection);
}

void Server::OpenFile(Connection* connection)
{
    if (connection->service == SOURCE)
    {
        connection->file = std::fopen(m_options.file.c_str(), "rbe");
        if (!connection->file)
        {
            FileFailed(m_options.file);
        }
    }
    else if (connection->service == SINK && !m_options.save.empty())
    {
        const std::string path = m_options.save + "/" + std::to_string(++m_saved);
        connection->file = std::fopen(path.c_str(), "wbe");
        if (!connection->file)
        {
            FileFailed(path);
        }
    }
}

void Server::FileFailed(const std::string& path)
{
    if (m_isGood)
    {
        std::fprintf(stderr, "flue: %s: %s\n", path.c_str(), std::strerror(errno));
    }
    m_isGood = false;
}

// ---- Bytes --------------------------------------------------------------------------------------

void Server::Ready(Ptr<Socket> socket)
{
    const auto found = m_connections.find(ns3::PeekPointer(socket));
    if (found != m_connections.end())
    {
        Pump(found->second.get());
    }
}

void Server::Writable(Ptr<Socket> socket, uint32_t)
{
    Ready(socket);
}

void Server::Pump(Connection* connection)
{
    connection->isAgain = true;
    if (connection->isPumping)
    {
        return;
    }
    connection->isPumping = true;
    while (connection->isAgain)
    {
        connection->isAgain = false;
        if (connection->service == ECHO)
        {
            Echo(connection);
        }
        else
        {
            Take(connection);
            SendFile(connection);
        }
    }
    connection->isPumping = false;
}

void Server::Take(Connection* connection)
{
    while (Ptr<Packet> packet = connection->socket->Recv(CHUNK, 0))
    {
        const uint32_t size = packet->GetSize();
        if (size == 0)
        {
            // The other side's end: the sink has nothing to say, so it ends too.
            if (connection->service == SINK && !connection->isEnding)
            {
                connection->isEnding = true;
                connection->socket->Close();
            }
            return;
        }
        connection->inBytes += size;
        m_totals.inBytes += size;
        if (connection->service == SINK && connection->file)
        {
            packet->CopyData(m_buffer.data(), size);
            if (std::fwrite(m_buffer.data(), 1, size, connection->file) != size)
            {
                FileFailed(m_options.save);
            }
        }
    }
}

void Server::SendFile(Connection* connection)
{
    if (connection->service != SOURCE || connection->isEnding)
    {
        return;
    }
    while (const uint32_t room = std::min(CHUNK, connection->socket->GetTxAvailable()))
    {
        const std::size_t size =
            connection->file ? std::fread(m_buffer.data(), 1, room, connection->file) : 0;
        if (size == 0)
        {
            if (connection->file && std::ferror(connection->file))
            {
                FileFailed(m_options.file);
            }
            connection->isEnding = true;
            connection->socket->ShutdownSend();
            return;
        }
        const uint32_t length = static_cast<uint32_t>(size);
        if (connection->socket->Send(ns3::Create<Packet>(m_buffer.data(), length), 0) < 0)
        {
            return; // it has ended; Reap will tell
        }
        connection->outBytes += size;
        m_totals.outBytes += size;
    }
}

void Server::Echo(Connection* connection)
{
    while (const uint32_t room = std::min(CHUNK, connection->socket->GetTxAvailable()))
    {
        Ptr<Packet> packet = connection->socket->Recv(room, 0);
        if (!packet)
        {
            return;
        }
        const uint32_t size = packet->GetSize();
        if (size == 0)
        {
            if (!connection->isEnding)
            {
                connection->isEnding = true;
                connection->socket->Close();
            }
            return;
        }
        connection->inBytes += size;
        m_totals.inBytes += size;
        if (connection->socket->Send(packet, 0) < 0)
        {
            return;
        }
        connection->outBytes += size;
        m_totals.outBytes += size;
    }
}

// ---- Lives --------------------------------------------------------------------------------------

void Server::Moved(Ptr<const Socket> socket, uint32_t owner)
{
    const auto found = m_connections.find(ns3::PeekPointer(socket));
    if (found != m_connections.end() && (owner == FLUE_OWNER_HOST || owner == FLUE_OWNER_TARGET))
    {
        found->second->moves++;
    }
}

void Server::Ended(const Connection& connection)
{
    const flue_result reason = connection.socket->GetEndReason();
    std::fprintf(m_out,
                 "%s %s: %s, %" PRIu64 " bytes in, %" PRIu64 " out, %" PRIu64 " moves\n",
                 NAMES[connection.service],
                 connection.peer.c_str(),
                 reason == FLUE_OK ? "closed" : flue_result_text(reason),
                 connection.inBytes,
                 connection.outBytes,
                 connection.moves);
    if (connection.file && std::fclose(connection.file) != 0)
    {
        FileFailed(connection.service == SINK ? m_options.save : m_options.file);
    }
}

void Server::Reap()
{
    for (auto entry = m_connections.begin(); entry != m_connections.end();)
    {
        Connection* connection = entry->second.get();
        if (connection->socket->GetConnection())
        {
            ++entry;
            continue;
        }
        Ended(*connection);
        entry = m_connections.erase(entry);
    }
}

const Server::Totals& Server::GetTotals() const
{
    return m_totals;
}

std::size_t Server::GetNConnections() const
{
    return m_connections.size();
}

bool Server::IsGood() const
{
    return m_isGood;
}

} // namespace flue
