/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What happens to an adapter: the part of FlueNic (see flue-nic.h) about its MTU, power,
 * failures and load.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

bool FlueNic::SetMtu(const uint16_t mtu)
{
    const bool isSet = FlueNetDevice::SetMtu(mtu);
    if (isSet && m_tcp)
    {
        m_tcp->RoutesChanged();
    }
    return isSet;
}

bool FlueNic::IsOn() const
{
    return m_isOn;
}

Time FlueNic::GetPowerTime() const
{
    return m_powerTime;
}

void FlueNic::TakePower(bool isOn)
{
    m_isOn = isOn;
    m_powerTime = Simulator::Now();
    SetPlugged(m_isPlugged);
}

void FlueNic::SetPlugged(bool isPlugged)
{
    m_isPlugged = isPlugged;
    if (m_isOn && m_isPlugged)
    {
        SetLinkUp();
    }
    else
    {
        SetLinkDown();
    }
}

void FlueNic::Fail()
{
    if (m_target)
    {
        flue_target_remove(m_target, FlueNow());
        m_tcp->Settle();
    }
}

void FlueNic::FailConnection(uint32_t skip)
{
    if (m_target)
    {
        flue_target_inject(m_target, FLUE_TARGET_FAULT_SEGMENT, skip);
    }
}

uint32_t FlueNic::TakeLoad()
{
    const flue_time now = FlueNow();
    const uint32_t units = Adapter().HasEngine() ? Adapter().GetNUnits() : 0;
    if (now < m_loadTime + FLUE_MILLISECOND || units == 0)
    {
        return m_load; // too short a time says nothing
    }
    flue_time busy = 0;
    for (uint32_t i = 0; i < units; i++)
    {
        busy += flue_server_busy(&Adapter().GetUnit(i).server, now);
    }
    const double share = static_cast<double>(busy - m_loadBusy) /
                         (static_cast<double>(now - m_loadTime) * static_cast<double>(units));
    m_load = static_cast<uint32_t>(std::min(1000.0, 1000 * share));
    m_loadTime = now;
    m_loadBusy = busy;
    return m_load;
}

} // namespace ns3
