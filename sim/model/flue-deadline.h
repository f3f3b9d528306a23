/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The model's time in ns-3, and the one event with which an engine is called again.
 *
 * The model counts picoseconds. ns-3 counts in whatever resolution the script has set; a deadline
 * is rounded up to it, never down, or an event could fire before the engine has anything due and be
 * armed for the same instant again.
 */
#ifndef FLUE_DEADLINE_H
#define FLUE_DEADLINE_H

#include "flue/time.h"

#include "ns3/callback.h"
#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstdint>

namespace ns3
{

/** @return the simulation's time, as the model counts it */
inline flue_time FlueNow()
{
    return static_cast<flue_time>(Simulator::Now().GetPicoSeconds());
}

/** @return @p time as the model counts it */
inline flue_time FlueFromTime(const Time& time)
{
    return static_cast<flue_time>(time.GetPicoSeconds());
}

/** @return @p time as an ns-3 time, rounded up to ns-3's resolution */
inline Time FlueToTime(flue_time time)
{
    const int64_t picoseconds = static_cast<int64_t>(std::min<flue_time>(time, INT64_MAX));
    Time result = PicoSeconds(picoseconds);
    if (result.GetPicoSeconds() < picoseconds)
    {
        result += TimeStep(1);
    }
    return result;
}

/**
 * One simulator event for the next deadline of a whole engine.
 *
 * Deadlines move all the time and mostly to later, while an ns-3 event costs more than a segment's
 * worth of checks. So the event is moved only when the deadline becomes earlier; otherwise it fires
 * early once, finds nothing due, and is armed anew by its owner.
 */
class FlueDeadline
{
  public:
    ~FlueDeadline()
    {
        Cancel();
    }

    /** @param callback called at the deadline, or earlier; it must Arm() again */
    void SetCallback(Callback<void> callback)
    {
        m_callback = callback;
    }

    /** @param deadline when the owner must be called; FLUE_TIME_NEVER: it need not be */
    void Arm(flue_time deadline)
    {
        if (deadline >= m_armed)
        {
            return;
        }
        const flue_time now = FlueNow();
        m_event.Remove(); // a cancelled event would wait in the simulator until its time
        m_armed = deadline;
        m_event = Simulator::Schedule(FlueToTime(deadline > now ? deadline - now : 0),
                                      &FlueDeadline::Expire,
                                      this);
    }

    /** Forgets the deadline and its owner. */
    void Cancel()
    {
        m_event.Cancel();
        m_armed = FLUE_TIME_NEVER;
    }

  private:
    void Expire()
    {
        m_armed = FLUE_TIME_NEVER;
        m_callback();
    }

    Callback<void> m_callback;           //!< the owner
    EventId m_event;                     //!< the event, while m_armed is not FLUE_TIME_NEVER
    flue_time m_armed = FLUE_TIME_NEVER; //!< when the event fires
};

} // namespace ns3

#endif /* FLUE_DEADLINE_H */
