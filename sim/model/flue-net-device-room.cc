/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Back pressure: the part of FlueNetDevice that says when no more data should be sent, and when it
 * may go on.
 */
#include "flue-ethernet-header.h"
#include "flue-net-device.h"

#include "ns3/queue.h"

#include <algorithm>

namespace ns3
{

void FlueNetDevice::SetRoomCallback(Callback<void> callback)
{
    m_roomCallback = callback;
}

uint32_t FlueNetDevice::Backlog() const
{
    return m_working + static_cast<uint32_t>(m_overflow.GetSize()) +
           (m_queue ? m_queue->GetNPackets() : 0);
}

uint32_t FlueNetDevice::QueueLimit() const
{
    const QueueSize limit = m_queue->GetMaxSize();
    return limit.GetUnit() == QueueSizeUnit::PACKETS
               ? limit.GetValue()
               : limit.GetValue() / (m_mtu + FlueEthernetHeader::UNTAGGED_SIZE);
}

bool FlueNetDevice::HasRoom()
{
    if (m_isFull)
    {
        return false;
    }
    if (!m_hasBackPressure || !m_queue)
    {
        return true;
    }
    const uint32_t limit = QueueLimit();
    m_isFull = Backlog() >= std::max(1U, limit - limit / 4);
    return !m_isFull;
}

void FlueNetDevice::CheckRoom()
{
    if (m_isFull && (!m_queue || Backlog() <= QueueLimit() / 2))
    {
        m_isFull = false;
        // An event of its own: whoever waits must not be called from inside what it called.
        m_roomEvent->Schedule(m_context, Time(0));
    }
}

void FlueNetDevice::TellRoom()
{
    if (!m_roomCallback.IsNull())
    {
        m_roomCallback();
    }
}

void FlueNetDevice::BeginWork()
{
    m_working++;
}

void FlueNetDevice::EndWork()
{
    m_working--;
    CheckRoom();
}

} // namespace ns3
