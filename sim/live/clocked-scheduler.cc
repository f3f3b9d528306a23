/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See clocked-scheduler.h.
 */
#include "clocked-scheduler.h"

#include <limits>

namespace flue
{

namespace
{

/** A process has one simulator, and that has one scheduler. */
const ClockedScheduler* g_current = nullptr;

} // namespace

ns3::TypeId ClockedScheduler::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("flue::ClockedScheduler")
                                 .SetParent<ns3::HeapScheduler>()
                                 .SetGroupName("Flue")
                                 .AddConstructor<ClockedScheduler>();
    return tid;
}

ClockedScheduler::ClockedScheduler()
{
    g_current = this;
}

ClockedScheduler::~ClockedScheduler()
{
    if (g_current == this)
    {
        g_current = nullptr;
    }
}

int64_t ClockedScheduler::NextEvent()
{
    if (!g_current || g_current->IsEmpty())
    {
        return std::numeric_limits<int64_t>::max();
    }
    return static_cast<int64_t>(g_current->PeekNext().key.m_ts);
}

} // namespace flue
