/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The receiving end of flue-bulk-application.h.
 */
#include "flue-bulk-application.h"
#include "flue-socket.h"

#include "flue-socket.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueBulkServer);

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
                                          MakeTimeChecker(Seconds(0)))
                            .AddAttribute("PostedReads",
                                          "Reads of IoSize bytes that are kept posted; 0, or over "
                                          "ns-3's TCP: none, it reads what has arrived.",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&FlueBulkServer::m_postedReads),
                                          MakeUintegerChecker<uint32_t>(0, 1000));
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
    m_counted = nullptr;
    m_posting = nullptr;
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
    FlueSocket* flue = dynamic_cast<FlueSocket*>(PeekPointer(socket));
    m_counted = m_withContent ? nullptr : flue;
    m_posting = m_postedReads > 0 ? flue : nullptr;
    FindCore(socket);
    socket->SetRecvCallback(MakeCallback(&FlueBulkServer::OnData, this));
    socket->SetCloseCallbacks(MakeCallback(&FlueBulkServer::OnPeerClosed, this),
                              MakeCallback(&FlueBulkServer::OnFailed, this));
    for (uint32_t i = 0; m_posting && i < m_postedReads; i++)
    {
        Post();
    }
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
    while (!m_posting && !m_isPaying && !IsPausing())
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
    if (m_peerClosed && !m_isPaying && !IsPausing() && m_unfinished == 0 &&
        m_socket->GetRxAvailable() == 0)
    {
        Finish();
    }
}

bool FlueBulkServer::IsPausing() const
{
    return m_pause.IsStrictlyPositive() && m_pauseEvent.IsRunning();
}

void FlueBulkServer::Take(uint32_t size)
{
    m_isPaying = false;
    if (!m_socket || m_hasFailed)
    {
        return;
    }
    Read(size);
    if (m_pause.IsStrictlyPositive())
    {
        m_pauseEvent = Simulator::Schedule(m_pause, &FlueBulkServer::Drain, this);
        return;
    }
    Drain();
}

void FlueBulkServer::Read(uint32_t size)
{
    if (m_counted)
    {
        m_received += m_counted->Discard(size);
        return;
    }
    Ptr<Packet> packet = m_socket->Recv(size, 0);
    if (packet)
    {
        Count(packet);
    }
}

void FlueBulkServer::Count(Ptr<Packet> packet)
{
    if (m_withContent)
    {
        Check(packet);
    }
    m_received += packet->GetSize();
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
