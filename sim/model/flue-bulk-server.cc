/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The receiving end of flue-bulk-application.h.
 */
#include "flue-bulk-application.h"

#include "flue-socket.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"

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
    m_counted = nullptr;
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
    m_counted = m_withContent ? nullptr : dynamic_cast<FlueSocket*>(PeekPointer(socket));
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
    while (!m_isPaying && !IsPausing())
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
    if (m_peerClosed && !m_isPaying && !IsPausing() && m_socket->GetRxAvailable() == 0)
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
    m_received += Read(size);
    if (m_pause.IsStrictlyPositive())
    {
        m_pauseEvent = Simulator::Schedule(m_pause, &FlueBulkServer::Drain, this);
        return;
    }
    Drain();
}

uint32_t FlueBulkServer::Read(uint32_t size)
{
    if (m_counted)
    {
        return m_counted->Discard(size);
    }
    Ptr<Packet> packet = m_socket->Recv(size, 0);
    if (!packet)
    {
        return 0;
    }
    if (m_withContent)
    {
        Check(packet);
    }
    return packet->GetSize();
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
