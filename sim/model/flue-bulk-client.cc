/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sending end of flue-bulk-application.h.
 */
#include "flue-bulk-application.h"

#include "ns3/packet.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueBulkClient);

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

} // namespace ns3
