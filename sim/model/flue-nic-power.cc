/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An adapter's power, its failures and its load: the part of FlueNic (see flue-nic.h) for those who
 * ask what happens when.
 */
#include "flue-nic.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

flue_result FlueNic::SetPower(bool isOn)
{
    if (m_isRemoved)
    {
        return FLUE_ERROR_STATE;
    }
    if (isOn)
    {
        SetLinkUp();
    }
    if (!m_tcp)
    {
        const bool isChange = isOn != m_isOn;
        OnPowered(isOn);
        return isChange ? FLUE_OK : FLUE_ERROR_STATE;
    }
    return m_tcp->SetPower(this, isOn);
}

void FlueNic::OnPowered(bool isOn)
{
    if (isOn != m_isOn)
    {
        m_isOn = isOn;
        m_poweredAt = Simulator::Now();
    }
    if (!isOn)
    {
        SetLinkDown();
    }
}

bool FlueNic::IsOn() const
{
    return m_isOn;
}

Time FlueNic::GetPoweredAt() const
{
    return m_poweredAt;
}

void FlueNic::Remove()
{
    m_isRemoved = true;
    OnPowered(false);
    if (m_target)
    {
        flue_target_remove(m_target, FlueNow());
        m_tcp->Settle();
    }
}

bool FlueNic::Inject(flue_target_fault fault, uint32_t skip)
{
    if (m_target)
    {
        flue_target_inject(m_target, fault, skip);
    }
    return m_target != nullptr;
}

uint32_t FlueNic::GetLoad()
{
    // Shorter than this a busy unit is busy with one frame and no more.
    const flue_time least = FLUE_MILLISECOND;
    const flue_time now = FlueNow();
    const FlueAdapter& adapter = GetAdapter();
    if (!adapter.HasEngine() || now < m_loadAt + least)
    {
        return m_load;
    }
    flue_time busiest = 0;
    m_loadBusy.resize(adapter.GetNUnits());
    for (uint32_t unit = 0; unit < adapter.GetNUnits(); unit++)
    {
        const flue_time busy = flue_server_busy(&adapter.GetUnit(unit).server, now);
        busiest = std::max(busiest, busy - m_loadBusy[unit]);
        m_loadBusy[unit] = busy;
    }
    m_load = static_cast<uint32_t>(std::min<flue_time>(1000, 1000 * busiest / (now - m_loadAt)));
    m_loadAt = now;
    return m_load;
}

} // namespace ns3
