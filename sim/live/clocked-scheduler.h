/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ns-3's own event heap, which can also be asked when its first event is due: a program that keeps
 * simulated time at the wall clock's must know how long it may sleep.
 */
#ifndef FLUE_LIVE_CLOCKED_SCHEDULER_H
#define FLUE_LIVE_CLOCKED_SCHEDULER_H

#include "ns3/heap-scheduler.h"

namespace flue
{

/** The simulator's events. Chosen by the global value SchedulerType. */
class ClockedScheduler : public ns3::HeapScheduler
{
  public:
    static ns3::TypeId GetTypeId();
    ClockedScheduler();
    ~ClockedScheduler() override;

    /** @return when the simulator's next event is due, in time steps; INT64_MAX: there is none */
    static int64_t NextEvent();
};

} // namespace flue

#endif /* FLUE_LIVE_CLOCKED_SCHEDULER_H */
