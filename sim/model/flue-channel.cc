/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-channel.h.
 */
#include "flue-channel.h"

#include "flue-net-device.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueChannel);

TypeId FlueChannel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueChannel")
            .SetParent<Channel>()
            .SetGroupName("Flue")
            .AddConstructor<FlueChannel>()
            .AddAttribute("Delay",
                          "Propagation delay, one way. When it changes, frames that are on their "
                          "way keep theirs.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&FlueChannel::m_delay),
                          MakeTimeChecker(Seconds(0)))
            .AddTraceSource("TxRxPointToPoint",
                            "A frame enters the channel; names both devices and its times.",
                            MakeTraceSourceAccessor(&FlueChannel::m_txRxTrace),
                            "ns3::FlueChannel::TxRxTracedCallback");
    return tid;
}

FlueChannel::FlueChannel()
    : m_attached(0),
      m_lastArrival{0, 0}
{
}

FlueChannel::~FlueChannel() = default;

void FlueChannel::DoDispose()
{
    for (auto& end : m_ends)
    {
        end = nullptr;
    }
    Channel::DoDispose();
}

std::size_t FlueChannel::GetNDevices() const
{
    return m_attached;
}

Ptr<NetDevice> FlueChannel::GetDevice(std::size_t i) const
{
    return i < ENDS ? m_ends[i] : nullptr;
}

Time FlueChannel::GetDelay() const
{
    return m_delay;
}

uint32_t FlueChannel::Attach(FlueNetDevice* device)
{
    if (m_attached == ENDS)
    {
        return ENDS;
    }
    m_ends[m_attached] = device;
    return m_attached++;
}

void FlueChannel::UpdateLink()
{
    const bool isUp = m_ends[0] && m_ends[1] && m_ends[0]->m_isEnabled && m_ends[1]->m_isEnabled;
    for (const auto& end : m_ends)
    {
        if (end)
        {
            end->SetCarrier(isUp);
        }
    }
}

void FlueChannel::Transmit(const Ptr<Packet>& frame, uint32_t end, int64_t now, int64_t duration)
{
    const auto& to = m_ends[ENDS - 1 - end];
    if (!to)
    {
        return; // the far end has been disposed of
    }
    if (m_delay.GetTimeStep() > Time::Max().GetTimeStep() - now - duration)
    {
        return; // it would arrive behind the end of simulated time
    }
    const int64_t arrival = std::max(now + duration + m_delay.GetTimeStep(), m_lastArrival[end]);
    m_lastArrival[end] = arrival;
    if (!m_txRxTrace.IsEmpty())
    {
        m_txRxTrace(frame, m_ends[end], to, TimeStep(duration), TimeStep(arrival - now));
    }
    to->ExpectFrame(frame, TimeStep(arrival - now));
}

} // namespace ns3
