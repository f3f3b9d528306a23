/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Tasks that wait for times that only grow, with one simulator event for the first of them.
 */
#ifndef FLUE_WAITING_H
#define FLUE_WAITING_H

#include "flue-deadline.h"
#include "flue-event.h"
#include "flue-task.h"

#include <utility>

namespace ns3
{

/** First come, first served: for what leaves a FIFO server. */
class FlueWaiting
{
  public:
    FlueWaiting()
        : m_event(Create<Event>(this))
    {
    }

    ~FlueWaiting()
    {
        m_event->Cancel(); // the simulator may still hold it
    }

    FlueWaiting(const FlueWaiting&) = delete;
    FlueWaiting& operator=(const FlueWaiting&) = delete;

    /** @return true when nobody waits */
    bool IsEmpty() const
    {
        return m_tasks.IsEmpty();
    }

    /** Forgets all that wait; a task that is running may do so, too. */
    void Clear()
    {
        m_tasks.Clear();
    }

    /**
     * @param now the simulation's time
     * @param due when @p task is called; not before that of the task before it
     * @param task what to call
     * @param context the node in whose context it is called
     */
    void Wait(flue_time now, flue_time due, FlueTask&& task, uint32_t context)
    {
        m_context = context;
        m_tasks.Push({due, std::move(task)});
        Arm(now);
    }

  private:
    /** A task and when it is due. */
    struct Waiting
    {
        flue_time due = 0; //!< not before this
        FlueTask task;     //!< what to call
    };

    /** Sets the event for the first that waits. */
    void Arm(flue_time now)
    {
        if (m_isArmed || m_tasks.IsEmpty())
        {
            return;
        }
        const flue_time due = m_tasks.Front().due;
        m_isArmed = true;
        m_event->Schedule(m_context, FlueToTime(due > now ? due - now : 0));
    }

    /** Calls those that are due. What they add waits behind, so m_isArmed stays set meanwhile. */
    void Serve()
    {
        const flue_time now = FlueNow();
        while (!m_tasks.IsEmpty() && m_tasks.Front().due <= now)
        {
            Waiting first = m_tasks.Pop();
            first.task();
        }
        m_isArmed = false;
        Arm(now);
    }

    /** The event type. */
    using Event = FlueEvent<FlueWaiting, &FlueWaiting::Serve>;

    Ptr<Event> m_event;        //!< calls Serve
    FlueRing<Waiting> m_tasks; //!< first come, first served
    uint32_t m_context = 0;    //!< the node
    bool m_isArmed = false;    //!< the event is scheduled, or is running
};

} // namespace ns3

#endif /* FLUE_WAITING_H */
