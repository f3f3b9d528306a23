/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-bulk-application.h.
 */
#include "flue-bulk-application.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueBulkApplication");
NS_OBJECT_ENSURE_REGISTERED(FlueBulkApplication);
NS_OBJECT_ENSURE_REGISTERED(FlueBulkClient);
NS_OBJECT_ENSURE_REGISTERED(FlueBulkServer);

// ---- Both ends ----------------------------------------------------------------------------------

TypeId FlueBulkApplication::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueBulkApplication")
            .SetParent<Application>()
            .SetGroupName("Flue")
            .AddAttribute("Protocol",
                          "The socket factory to use.",
                          TypeIdValue(TcpSocketFactory::GetTypeId()),
                          MakeTypeIdAccessor(&FlueBulkApplication::m_factory),
                          MakeTypeIdChecker())
            .AddAttribute(
                "Address",
                "The server's address and port: where the client connects to and where the "
                "server listens.",
                AddressValue(),
                MakeAddressAccessor(&FlueBulkApplication::m_address),
                MakeAddressChecker())
            .AddAttribute(
                "IoSize",
                "Bytes of one call, at most. A client's calls are also at most half of its "
                "send buffer, so that the buffer never runs empty while a call waits for room.",
                UintegerValue(65536),
                MakeUintegerAccessor(&FlueBulkApplication::m_ioSize),
                MakeUintegerChecker<uint32_t>(1, 1U << 30))
            .AddAttribute("WithContent",
                          "Send real bytes, and check them on arrival.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueBulkApplication::m_withContent),
                          MakeBooleanChecker());
    return tid;
}

void FlueBulkApplication::AddSocketOption(std::string name, Ptr<AttributeValue> value)
{
    m_options.emplace_back(name, value);
}

void FlueBulkApplication::DoDispose()
{
    m_processor = nullptr;
    m_options.clear();
    Application::DoDispose();
}

Ptr<Socket> FlueBulkApplication::MakeSocket()
{
    Ptr<Socket> socket = Socket::CreateSocket(GetNode(), m_factory);
    for (const auto& option : m_options)
    {
        if (!socket->SetAttributeFailSafe(option.first, *option.second))
        {
            NS_LOG_LOGIC("this kind of socket has no " << option.first);
        }
    }
    m_processor = GetNode()->GetObject<FlueProcessor>();
    return socket;
}

void FlueBulkApplication::FindCore(Ptr<Socket> socket)
{
    Address here;
    Address there;
    if (socket->GetSockName(here) == 0 && socket->GetPeerName(there) == 0 &&
        InetSocketAddress::IsMatchingType(here) && InetSocketAddress::IsMatchingType(there))
    {
        const InetSocketAddress local = InetSocketAddress::ConvertFrom(here);
        const InetSocketAddress remote = InetSocketAddress::ConvertFrom(there);
        m_hash = FlueProcessor::FlowHash(local.GetIpv4().Get(),
                                         remote.GetIpv4().Get(),
                                         local.GetPort(),
                                         remote.GetPort());
    }
}

// ---- Sending ------------------------------------------------------------------------------------

TypeId FlueBulkClient::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueBulkClient")
                            .SetParent<FlueBulkApplication>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueBulkClient>()
                            .AddAttribute("MaxBytes",
                                          "How much to send; 0: without end.",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&FlueBulkClient::m_maxBytes),
                                          MakeUintegerChecker<uint64_t>());
    return tid;
}

uint64_t FlueBulkClient::GetSent() const
{
    return m_sent;
}

bool FlueBulkClient::IsConnected() const
{
    return m_isConnected;
}

bool FlueBulkClient::HasFailed() const
{
    return m_hasFailed;
}

uint64_t FlueBulkClient::GetRetransmitted() const
{
    return m_retransmitted;
}

uint64_t FlueBulkClient::GetTimeouts() const
{
    return m_timeouts;
}

void FlueBulkClient::WatchTcp(Ptr<Socket> socket)
{
    if (DynamicCast<TcpSocketBase>(socket))
    {
        socket->TraceConnectWithoutContext("Tx", MakeCallback(&FlueBulkClient::OnSegment, this));
        socket->TraceConnectWithoutContext("RTO", MakeCallback(&FlueBulkClient::OnRto, this));
    }
}

void FlueBulkClient::OnSegment(Ptr<const Packet> packet,
                               const TcpHeader& header,
                               Ptr<const TcpSocketBase>)
{
    if (packet->GetSize() == 0)
    {
        return;
    }
    const SequenceNumber32 end = header.GetSequenceNumber() + packet->GetSize();
    if (end <= m_highest)
    {
        m_retransmitted++;
    }
    else
    {
        m_highest = end;
    }
}

void FlueBulkClient::OnRto(Time before, Time after)
{
    // A timeout doubles it. The congestion state shows only the first of several in a row.
    m_timeouts += m_isConnected && after == before + before ? 1 : 0;
}

bool FlueBulkClient::IsDone() const
{
    return m_maxBytes != 0 && m_sent == m_maxBytes;
}

void FlueBulkClient::DoDispose()
{
    m_socket = nullptr;
    FlueBulkApplication::DoDispose();
}

void FlueBulkClient::StartApplication()
{
    if (m_socket)
    {
        return;
    }
    m_socket = MakeSocket();
    WatchTcp(m_socket);
    m_socket->SetConnectCallback(MakeCallback(&FlueBulkClient::OnConnected, this),
                                 MakeCallback(&FlueBulkClient::OnFailed, this));
    m_socket->SetCloseCallbacks(MakeCallback(&FlueBulkClient::OnClosed, this),
                                MakeCallback(&FlueBulkClient::OnFailed, this));
    m_socket->SetSendCallback(MakeCallback(&FlueBulkClient::OnRoom, this));
    if (m_socket->Bind() != 0 || m_socket->Connect(m_address) != 0)
    {
        m_hasFailed = true;
    }
}

void FlueBulkClient::StopApplication()
{
    if (m_socket && !m_hasClosed)
    {
        m_hasClosed = true;
        m_socket->Close();
    }
}

void FlueBulkClient::OnConnected(Ptr<Socket> socket)
{
    m_isConnected = true;
    FindCore(socket);
    m_callSize = std::max(1U, std::min(m_ioSize, socket->GetTxAvailable() / 2));
    Fill();
}

void FlueBulkClient::OnFailed(Ptr<Socket>)
{
    m_hasFailed = true;
}

void FlueBulkClient::OnClosed(Ptr<Socket>)
{
    m_hasFailed = m_hasFailed || !m_hasClosed;
}

void FlueBulkClient::OnRoom(Ptr<Socket>, uint32_t)
{
    Fill();
}

uint32_t FlueBulkClient::NextSize() const
{
    uint64_t size = m_callSize;
    if (m_maxBytes != 0)
    {
        size = std::min<uint64_t>(size, m_maxBytes - m_sent);
    }
    return m_socket->GetTxAvailable() >= size ? static_cast<uint32_t>(size) : 0;
}

void FlueBulkClient::Fill()
{
    if (m_isPaying || m_isLooping || !m_isConnected || m_hasFailed || m_hasClosed)
    {
        return;
    }
    m_isLooping = true;
    for (uint32_t size = NextSize(); size > 0 && !m_isPaying; size = NextSize())
    {
        m_isPaying = true;
        Ptr<FlueBulkClient> self(this);
        Pay(size, true, [self, size]() { self->Put(size); });
    }
    m_isLooping = false;
    if (IsDone() && !m_hasClosed)
    {
        m_hasClosed = true;
        m_socket->Close();
    }
}

void FlueBulkClient::Put(uint32_t size)
{
    if (!m_socket || m_hasClosed || m_hasFailed)
    {
        m_isPaying = false;
        return;
    }
    Ptr<Packet> packet;
    if (m_withContent)
    {
        m_bytes.resize(size);
        for (uint32_t i = 0; i < size; i++)
        {
            m_bytes[i] = FlueBulkByte(m_sent + i);
        }
        packet = Create<Packet>(m_bytes.data(), size);
    }
    else
    {
        packet = Create<Packet>(size);
    }
    const int taken = m_socket->Send(packet);
    if (taken > 0)
    {
        m_sent += static_cast<uint32_t>(taken);
    }
    else
    {
        m_hasFailed = true; // there was room, so the connection has ended
    }
    m_isPaying = false;
    Fill();
}

// ---- Receiving ----------------------------------------------------------------------------------

TypeId FlueBulkServer::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueBulkServer")
                            .SetParent<FlueBulkApplication>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueBulkServer>()
                            .AddAttribute("Pause",
                                          "Time from the end of a call to the next one.",
                                          TimeValue(Time()),
                                          MakeTimeAccessor(&FlueBulkServer::m_pause),
                                          MakeTimeChecker(Seconds(0)));
    return tid;
}

uint64_t FlueBulkServer::GetReceived() const
{
    return m_received;
}

uint64_t FlueBulkServer::GetCorrupt() const
{
    return m_corrupt;
}

bool FlueBulkServer::IsComplete() const
{
    return m_isComplete;
}

bool FlueBulkServer::HasFailed() const
{
    return m_hasFailed;
}

Time FlueBulkServer::GetCompletionTime() const
{
    return m_completionTime;
}

void FlueBulkServer::DoDispose()
{
    m_pauseEvent.Cancel();
    m_listener = nullptr;
    m_socket = nullptr;
    FlueBulkApplication::DoDispose();
}

void FlueBulkServer::StartApplication()
{
    if (m_listener)
    {
        return;
    }
    m_listener = MakeSocket();
    m_listener->SetAcceptCallback(MakeCallback(&FlueBulkServer::OnRequest, this),
                                  MakeCallback(&FlueBulkServer::OnAccepted, this));
    if (m_listener->Bind(m_address) != 0 || m_listener->Listen() != 0)
    {
        m_hasFailed = true;
    }
}

void FlueBulkServer::StopApplication()
{
    if (m_listener)
    {
        m_listener->Close();
    }
    if (m_socket && !m_isComplete)
    {
        m_socket->Close();
    }
}

bool FlueBulkServer::OnRequest(Ptr<Socket>, const Address&)
{
    return !m_socket;
}

void FlueBulkServer::OnAccepted(Ptr<Socket> socket, const Address&)
{
    m_socket = socket;
    FindCore(socket);
    socket->SetRecvCallback(MakeCallback(&FlueBulkServer::OnData, this));
    socket->SetCloseCallbacks(MakeCallback(&FlueBulkServer::OnPeerClosed, this),
                              MakeCallback(&FlueBulkServer::OnFailed, this));
    Drain();
}

void FlueBulkServer::OnData(Ptr<Socket>)
{
    Drain();
}

void FlueBulkServer::OnPeerClosed(Ptr<Socket>)
{
    m_peerClosed = true;
    Drain();
}

void FlueBulkServer::OnFailed(Ptr<Socket>)
{
    m_hasFailed = m_hasFailed || !m_isComplete;
}

void FlueBulkServer::Drain()
{
    if (m_isPaying || m_isLooping || !m_socket || m_isComplete || m_hasFailed)
    {
        return;
    }
    m_isLooping = true;
    while (!m_isPaying && !m_pauseEvent.IsRunning())
    {
        const uint32_t size = std::min(m_ioSize, m_socket->GetRxAvailable());
        if (size == 0)
        {
            break;
        }
        m_isPaying = true;
        Ptr<FlueBulkServer> self(this);
        Pay(size, false, [self, size]() { self->Take(size); });
    }
    m_isLooping = false;
    if (m_peerClosed && !m_isPaying && !m_pauseEvent.IsRunning() && m_socket->GetRxAvailable() == 0)
    {
        Finish();
    }
}

void FlueBulkServer::Take(uint32_t size)
{
    m_isPaying = false;
    if (!m_socket || m_hasFailed)
    {
        return;
    }
    Ptr<Packet> packet = m_socket->Recv(size, 0);
    if (packet)
    {
        if (m_withContent)
        {
            Check(packet);
        }
        m_received += packet->GetSize();
    }
    if (m_pause.IsStrictlyPositive())
    {
        m_pauseEvent = Simulator::Schedule(m_pause, &FlueBulkServer::Drain, this);
        return;
    }
    Drain();
}

void FlueBulkServer::Check(Ptr<Packet> packet)
{
    const uint32_t size = packet->GetSize();
    m_bytes.resize(size);
    packet->CopyData(m_bytes.data(), size);
    for (uint32_t i = 0; i < size; i++)
    {
        m_corrupt += m_bytes[i] != FlueBulkByte(m_received + i) ? 1 : 0;
    }
}

void FlueBulkServer::Finish()
{
    if (!m_isComplete)
    {
        m_isComplete = true;
        m_completionTime = Simulator::Now();
        m_socket->Close();
    }
}

} // namespace ns3
