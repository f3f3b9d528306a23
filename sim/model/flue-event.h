/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Simulator events that are made once and scheduled again and again.
 *
 * Simulator::Schedule makes an object for each event. A device has the same few events for every
 * frame, so it keeps them: scheduling one costs the scheduler's own work and nothing else. An event
 * may be scheduled several times at once. It does not keep its owner alive: the owner retires it in
 * DoDispose.
 */
#ifndef FLUE_EVENT_H
#define FLUE_EVENT_H

#include "ns3/event-impl.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/simulator.h"

#include <utility>
#include <vector>

namespace ns3
{

/**
 * A reusable event that calls one member function of one object.
 *
 * @tparam T the object's class
 * @tparam Method what the event calls
 */
template <class T, void (T::*Method)()>
class FlueEvent : public EventImpl
{
  public:
    /** @param object the object that is called; it must outlive the event or Cancel() it */
    explicit FlueEvent(T* object)
        : m_object(object)
    {
    }

    /**
     * Schedules the event once more.
     *
     * @param context the node in whose context it runs
     * @param delay from now
     */
    void Schedule(uint32_t context, const Time& delay)
    {
        Ref(); // the simulator gives this one back when the event has run
        Simulator::ScheduleWithContext(context, delay, static_cast<EventImpl*>(this));
    }

  protected:
    void Notify() override
    {
        (m_object->*Method)();
    }

  private:
    T* m_object; //!< whom to call
};

/**
 * A first-in, first-out queue that takes no memory once it has reached its working size.
 *
 * std::deque gives back and takes a block of memory every few elements as a queue moves through it.
 */
template <class T>
class FlueRing
{
  public:
    /** @return true when nothing waits */
    bool IsEmpty() const
    {
        return m_count == 0;
    }

    /** @return how many wait */
    std::size_t GetSize() const
    {
        return m_count;
    }

    /** @return the one that has waited longest; the ring must not be empty */
    T& Front()
    {
        return m_slots[m_first];
    }

    /** @param item goes behind all others */
    void Push(T&& item)
    {
        if (m_count == m_slots.size())
        {
            Grow();
        }
        m_slots[(m_first + m_count) & (m_slots.size() - 1)] = std::move(item);
        m_count++;
    }

    /** @return the one that has waited longest, which waits no more */
    T Pop()
    {
        T item = std::move(m_slots[m_first]);
        m_slots[m_first] = T();
        m_first = (m_first + 1) & (m_slots.size() - 1);
        m_count--;
        return item;
    }

    /** Forgets everything that waits. */
    void Clear()
    {
        m_slots.clear();
        m_first = 0;
        m_count = 0;
    }

  private:
    /** Doubles the room; it stays a power of two. */
    void Grow()
    {
        std::vector<T> slots(m_slots.empty() ? 16 : 2 * m_slots.size());
        for (std::size_t i = 0; i < m_count; i++)
        {
            slots[i] = std::move(m_slots[(m_first + i) & (m_slots.size() - 1)]);
        }
        m_slots = std::move(slots);
        m_first = 0;
    }

    std::vector<T> m_slots;  //!< power-of-two room
    std::size_t m_first = 0; //!< where the front is
    std::size_t m_count = 0; //!< how many wait
};

} // namespace ns3

#endif /* FLUE_EVENT_H */
