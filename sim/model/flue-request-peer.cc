/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One end of a connection: the part of flue-request-application.h that moves bytes.
 */
#include "flue-request-application.h"

#include "ns3/inet-socket-address.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <algorithm>

namespace ns3
{

FlueRequestPeer::FlueRequestPeer(FlueRequestApplication* owner, Ptr<Socket> socket, uint32_t number)
    : index(number),
      m_owner(owner),
      m_socket(socket)
{
    socket->SetRecvCallback(MakeCallback(&FlueRequestPeer::OnData, this));
    socket->SetSendCallback(MakeCallback(&FlueRequestPeer::OnRoom, this));
    socket->SetCloseCallbacks(MakeCallback(&FlueRequestPeer::OnPeerClosed, this),
                              MakeCallback(&FlueRequestPeer::OnFailed, this));
}

void FlueRequestPeer::Open()
{
    Address here;
    Address there;
    if (m_socket->GetSockName(here) == 0 && m_socket->GetPeerName(there) == 0 &&
        InetSocketAddress::IsMatchingType(here) && InetSocketAddress::IsMatchingType(there))
    {
        const InetSocketAddress local = InetSocketAddress::ConvertFrom(here);
        const InetSocketAddress remote = InetSocketAddress::ConvertFrom(there);
        m_hash = FlueProcessor::FlowHash(local.GetIpv4().Get(),
                                         remote.GetIpv4().Get(),
                                         local.GetPort(),
                                         remote.GetPort());
    }
    // Half of the buffer, so that it never runs empty while a call waits for room.
    m_callSize = std::max(1U, std::min(m_owner->m_ioSize, m_socket->GetTxAvailable() / 2));
    m_isOpen = true;
    Work();
}

void FlueRequestPeer::Send(uint64_t bytes)
{
    m_toSend += bytes;
    Work();
}

void FlueRequestPeer::Close()
{
    m_isClosing = true;
    Work();
}

void FlueRequestPeer::Forget()
{
    if (!m_owner)
    {
        return;
    }
    m_owner = nullptr;
    m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    m_socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    m_socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                                MakeNullCallback<void, Ptr<Socket>>());
    m_socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                                 MakeNullCallback<void, Ptr<Socket>>());
}

void FlueRequestPeer::Release()
{
    Forget();
    if (!m_hasClosed)
    {
        m_hasClosed = true;
        m_socket->Close();
    }
}

void FlueRequestPeer::OnData(Ptr<Socket>)
{
    Work();
}

void FlueRequestPeer::OnRoom(Ptr<Socket>, uint32_t)
{
    Work();
}

void FlueRequestPeer::OnPeerClosed(Ptr<Socket>)
{
    m_peerClosed = true;
    Work();
}

void FlueRequestPeer::OnFailed(Ptr<Socket>)
{
    const Ptr<FlueRequestPeer> self(this);
    if (m_owner)
    {
        m_owner->OnEnded(this, true);
    }
}

void FlueRequestPeer::Work()
{
    if (m_isPaying || m_isLooping || !m_isOpen || !m_owner)
    {
        return;
    }
    const Ptr<FlueRequestPeer> self(this); // its owner may be done with it on the way
    m_isLooping = true;
    while (m_owner && !m_isPaying && Call())
    {
    }
    m_isLooping = false;
    if (!m_owner || m_isPaying)
    {
        return;
    }
    if (m_peerClosed && m_socket->GetRxAvailable() == 0)
    {
        m_owner->OnEnded(this, false);
    }
    if (m_isClosing && m_toSend == 0 && !m_hasClosed)
    {
        m_hasClosed = true;
        m_socket->Close();
    }
}

bool FlueRequestPeer::Call()
{
    uint32_t size = std::min(m_owner->m_ioSize, m_socket->GetRxAvailable());
    const bool isSending = size == 0;
    if (isSending)
    {
        size = static_cast<uint32_t>(std::min<uint64_t>(m_callSize, m_toSend));
        if (size == 0 || m_hasClosed || m_socket->GetTxAvailable() < size)
        {
            return false;
        }
    }
    m_isPaying = true;
    Pay(size, isSending);
    return true;
}

void FlueRequestPeer::Pay(uint32_t bytes, bool isSending)
{
    const Ptr<FlueRequestPeer> self(this);
    const auto effect = [self, bytes, isSending]()
    {
        self->m_isPaying = false;
        if (!self->m_owner)
        {
            return;
        }
        if (isSending)
        {
            self->Put(bytes);
        }
        else
        {
            self->Take(bytes);
        }
        self->Work();
    };
    const Ptr<FlueProcessor> processor = m_owner->GetNode()->GetObject<FlueProcessor>();
    if (!processor || processor->IsIdeal())
    {
        effect();
        return;
    }
    const flue_profile& profile = processor->GetProfile();
    processor->Occupy(m_hash, FLUE_COST_SYSCALL, profile.syscall_cycles);
    const uint64_t copy =
        isSending ? profile.copy_tx_cycles_per_kib : profile.copy_rx_cycles_per_kib;
    processor->Execute(m_hash, FLUE_COST_COPY, copy * bytes / 1024, effect);
}

void FlueRequestPeer::Take(uint32_t size)
{
    Ptr<Packet> packet = m_socket->Recv(size, 0);
    if (!packet || packet->GetSize() == 0)
    {
        return;
    }
    const uint32_t taken = packet->GetSize();
    if (m_owner->m_withContent)
    {
        std::vector<uint8_t>& bytes = m_owner->m_bytes;
        bytes.resize(taken);
        packet->CopyData(bytes.data(), taken);
        for (uint32_t i = 0; i < taken; i++)
        {
            m_owner->m_corruptBytes += bytes[i] != FlueBulkByte(received + i) ? 1 : 0;
        }
    }
    received += taken;
    m_owner->m_receivedBytes += taken;
    m_owner->OnReceived(this);
}

void FlueRequestPeer::Put(uint32_t size)
{
    Ptr<Packet> packet;
    if (m_owner->m_withContent)
    {
        std::vector<uint8_t>& bytes = m_owner->m_bytes;
        bytes.resize(size);
        for (uint32_t i = 0; i < size; i++)
        {
            bytes[i] = FlueBulkByte(m_sent + i);
        }
        packet = Create<Packet>(bytes.data(), size);
    }
    else
    {
        packet = Create<Packet>(size);
    }
    const int taken = m_socket->Send(packet);
    if (taken <= 0)
    {
        OnFailed(m_socket); // there was room, so the connection has ended
        return;
    }
    m_sent += static_cast<uint32_t>(taken);
    m_toSend -= static_cast<uint32_t>(taken);
    m_owner->m_sentBytes += static_cast<uint32_t>(taken);
}

} // namespace ns3
