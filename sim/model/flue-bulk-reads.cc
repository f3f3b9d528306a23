/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The part of FlueBulkServer (see flue-bulk-application.h) that posts its reads.
 */
#include "flue-bulk-application.h"
#include "flue-socket.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"

namespace ns3
{

void FlueBulkServer::Post()
{
    if (!m_posting || m_isComplete || m_hasFailed)
    {
        return;
    }
    m_unfinished++;
    if (m_posting->PostReceive(m_ioSize, false, MakeCallback(&FlueBulkServer::OnRead, this)) != 0)
    {
        m_unfinished--; // it has ended
    }
}

void FlueBulkServer::OnRead(Ptr<Socket>, Ptr<Packet> data)
{
    if (data->GetSize() == 0)
    {
        m_unfinished--; // the end
        Drain();
        return;
    }
    const bool isPlaced = m_posting && m_posting->GetOwner() == FLUE_OWNER_TARGET;
    Ptr<FlueBulkServer> self(this);
    Pay(isPlaced ? 0 : data->GetSize(), false, [self, data]() { self->TakeRead(data); });
}

void FlueBulkServer::TakeRead(Ptr<Packet> data)
{
    m_unfinished--;
    if (!m_socket || m_hasFailed)
    {
        return;
    }
    Count(data);
    if (m_pause.IsStrictlyPositive())
    {
        m_unfinished++;
        Simulator::Schedule(m_pause,
                            [self = Ptr<FlueBulkServer>(this)]()
                            {
                                self->m_unfinished--;
                                self->Post();
                                self->Drain();
                            });
        return;
    }
    Post();
    Drain();
}

} // namespace ns3
