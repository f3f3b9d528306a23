/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The part of FlueSocket (see flue-socket.h) that posts reads.
 *
 * Their memory is the host stack's until it says that they are done, past the end of the socket's
 * connection too: the protocol keeps it then.
 */
#include "flue-socket-rare.h"

#include "flue-tcp-l4-protocol.h"

#include "ns3/packet.h"

namespace ns3
{

namespace
{

const uint32_t MOST_BYTES = 1U << 30; // of one read

} // namespace

int FlueSocket::PostReceive(uint32_t size, bool isWhole, ReadCallback done)
{
    if (size == 0 || size > MOST_BYTES || done.IsNull())
    {
        return Fail(ERROR_INVAL);
    }
    if (m_state != CONNECTED && m_state != CONNECTING)
    {
        return Fail(ERROR_NOTCONN);
    }
    if (m_isClosing || m_shutdownRecv)
    {
        return Fail(ERROR_SHUTDOWN);
    }
    std::unique_ptr<FlueSocketReads>& reads = Rare().reads;
    if (!reads)
    {
        reads = std::make_unique<FlueSocketReads>();
    }
    Ptr<FlueSocket> self(this); // the read may be done at once, and be the last
    Ptr<FlueTcpL4Protocol> tcp = m_tcp;
    FlueSocketReads::Read read;
    read.done = done;
    if (tcp->GetWithContent())
    {
        read.bytes.reset(new uint8_t[size]);
    }
    uint8_t* bytes = read.bytes.get();
    reads->waiting.push_back(std::move(read));
    if (flue_host_post_receive(m_connection, FlueNow(), bytes, size, isWhole) != FLUE_OK)
    {
        reads->waiting.pop_back();
        return Fail(ERROR_AGAIN); // no memory
    }
    tcp->Settle();
    return 0;
}

bool FlueSocket::HasReads() const
{
    return GetReads() && !GetReads()->waiting.empty();
}

void FlueSocket::OnRead(uint32_t length)
{
    FlueSocketReads::Read read = std::move(GetReads()->waiting.front());
    GetReads()->waiting.pop_front();
    if (!read.done.IsNull())
    {
        read.done(this,
                  read.bytes ? Create<Packet>(read.bytes.get(), length) : Create<Packet>(length));
    }
    CloseIfFinished();
}

std::vector<FlueSocket::ReadCallback> FlueSocket::ForgetReads()
{
    std::vector<ReadCallback> forgotten;
    if (GetReads())
    {
        for (FlueSocketReads::Read& read : GetReads()->waiting)
        {
            if (!read.done.IsNull())
            {
                forgotten.push_back(read.done);
                read.done.Nullify();
            }
        }
    }
    return forgotten;
}

void FlueSocket::LeaveReads()
{
    if (GetReads())
    {
        for (FlueSocketReads::Read& read : GetReads()->waiting)
        {
            m_tcp->KeepMemory(std::move(read.bytes));
        }
        GetReads()->waiting.clear();
    }
}

void FlueSocket::TellForgotten(const std::vector<ReadCallback>& forgotten)
{
    Ptr<FlueSocket> self(this);
    for (const ReadCallback& done : forgotten)
    {
        done(self, Create<Packet>());
    }
}

} // namespace ns3
