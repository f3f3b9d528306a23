/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-adapter.h.
 */
#include "flue-adapter.h"

#include "flue-deadline.h"
#include "flue-event.h"

#include "ns3/abort.h"

#include <algorithm>

namespace ns3
{

struct FlueAdapter::Job : flue_job
{
    Work work;      //!< what the frame is
    bool isSending; //!< which way it goes
    FlueTask ready; //!< what follows
};

class FlueAdapter::Unit
{
  public:
    Unit(FlueAdapter* adapter, uint32_t context)
        : m_adapter(adapter),
          m_context(context),
          m_event(Create<Event>(this))
    {
    }

    ~Unit()
    {
        m_event->Cancel();
    }

    void Submit(Job* job, flue_time now)
    {
        flue_engine_submit(&engine, now, job);
        Arm(now);
    }

    void Stop()
    {
        m_event->Cancel();
        m_isStopped = true;
    }

    flue_engine engine; //!< the arithmetic

  private:
    void Arm(flue_time now)
    {
        const flue_time due = flue_engine_next_deadline(&engine);
        if (m_isArmed || due == FLUE_TIME_NEVER)
        {
            return;
        }
        m_isArmed = true;
        m_event->Schedule(m_context, FlueToTime(due > now ? due - now : 0));
    }

    /** The job is done; more jobs may be when ns-3's clock is coarse. */
    void Serve()
    {
        const flue_time now = FlueNow();
        while (flue_job* job = flue_engine_finish(&engine, now))
        {
            m_adapter->OnEngineDone(static_cast<Job*>(job), now);
            if (m_isStopped)
            {
                return;
            }
        }
        m_isArmed = false;
        Arm(now);
    }

    /** The event type. */
    using Event = FlueEvent<Unit, &Unit::Serve>;

    FlueAdapter* m_adapter;
    uint32_t m_context;
    Ptr<Event> m_event;
    bool m_isArmed = false;
    bool m_isStopped = false;
};

FlueAdapter::FlueAdapter() = default;

FlueAdapter::~FlueAdapter()
{
    flue_context_cache_destroy(m_cache);
}

void FlueAdapter::Configure(const flue_profile* profile, uint32_t context)
{
    m_units.clear();
    flue_context_cache_destroy(m_cache);
    m_cache = nullptr;
    m_profile = profile;
    m_context = context;
    m_hasEngine = profile && profile->engine_hz != 0;
    m_hasBus = profile && (profile->bus_bps != 0 || profile->bus_read_latency != 0 ||
                           profile->bus_write_latency != 0);
    m_isFree = !m_hasEngine && !m_hasBus;
    if (m_isFree)
    {
        return;
    }
    flue_bus_init(&m_bus, profile);
    if (profile->contexts != 0)
    {
        const flue_allocator allocator = flue_allocator_default();
        const flue_result result =
            flue_context_cache_create(static_cast<uint32_t>(profile->contexts),
                                      &allocator,
                                      &m_cache);
        NS_ABORT_MSG_IF(result != FLUE_OK, "no memory for the adapter's contexts");
    }
    for (uint64_t i = 0; i < std::max<uint64_t>(profile->engine_units, 1); i++)
    {
        m_units.push_back(std::make_unique<Unit>(this, context));
        flue_engine_init(&m_units.back()->engine,
                         profile->engine_hz,
                         m_cache,
                         &m_bus,
                         profile->context_bytes);
    }
}

void FlueAdapter::Stop()
{
    m_isFree = true;
    for (auto& unit : m_units)
    {
        unit->Stop();
    }
    for (auto& waiting : m_waiting)
    {
        waiting.Clear();
    }
    m_jobs.clear(); // and with them the frames that they hold
    m_unused = nullptr;
}

void FlueAdapter::Send(const Work& work, FlueTask ready)
{
    Job* job = TakeJob(work, true, std::move(ready));
    if (work.IsOffloaded())
    {
        Engage(job, FlueNow());
    }
    else
    {
        Transfer(job, FlueNow());
    }
}

void FlueAdapter::Receive(const Work& work, FlueTask ready)
{
    Engage(TakeJob(work, false, std::move(ready)), FlueNow());
}

void FlueAdapter::Complete(uint32_t count)
{
    if (count == 0 || m_isFree)
    {
        return;
    }
    const flue_time now = FlueNow();
    const uint64_t bytes = m_profile->descriptor_bytes;
    for (uint32_t i = 0; i < count; i++)
    {
        Book(now, FLUE_BUS_READ, FLUE_COST_DESCRIPTOR, bytes);
        m_written = std::max(m_written, Book(now, FLUE_BUS_WRITE, FLUE_COST_DESCRIPTOR, bytes));
    }
}

void FlueAdapter::Move(uint32_t count, bool isToAdapter)
{
    if (count == 0 || m_isFree)
    {
        return;
    }
    const flue_time now = FlueNow();
    for (uint32_t i = 0; i < count; i++)
    {
        Book(now,
             isToAdapter ? FLUE_BUS_READ : FLUE_BUS_WRITE,
             FLUE_COST_STATE_MOVE,
             m_profile->context_bytes);
    }
}

const flue_engine& FlueAdapter::GetUnit(uint32_t index) const
{
    return m_units.at(index)->engine;
}

void FlueAdapter::Engage(Job* job, flue_time now)
{
    if (!m_hasEngine)
    {
        OnEngineDone(job, now);
        return;
    }
    job->category = job->work.category;
    job->cycles = CyclesOf(job->category);
    job->key = job->work.hash;
    job->has_context = job->work.IsOffloaded();
    job->is_urgent = m_profile->engine_has_priority && !job->work.IsOffloaded();
    m_units[job->work.hash % m_units.size()]->Submit(job, now);
}

uint64_t FlueAdapter::CyclesOf(flue_cost_category category) const
{
    switch (category)
    {
    case FLUE_COST_FORWARD:
        return m_profile->engine_forward_cycles;
    case FLUE_COST_TCP_TX:
        return m_profile->engine_tx_cycles;
    case FLUE_COST_TCP_RX:
        return m_profile->engine_rx_cycles;
    default:
        return m_profile->engine_ack_cycles;
    }
}

void FlueAdapter::OnEngineDone(Job* job, flue_time now)
{
    const Work& work = job->work;
    if (work.IsOffloaded() == job->isSending)
    {
        Transfer(job, now); // a segment's payload to be sent; a frame for the host
        return;
    }
    if (work.IsOffloaded() && work.bytes != 0)
    {
        m_written = std::max(m_written, Book(now, FLUE_BUS_WRITE, FLUE_COST_PAYLOAD, work.bytes));
    }
    Finish(job);
}

void FlueAdapter::Transfer(Job* job, flue_time now)
{
    const flue_bus_direction direction = job->isSending ? FLUE_BUS_READ : FLUE_BUS_WRITE;
    flue_time arrival = now;
    if (!job->work.IsOffloaded())
    {
        arrival = Book(now, direction, FLUE_COST_DESCRIPTOR, m_profile->descriptor_bytes);
    }
    if (job->work.bytes != 0)
    {
        arrival = Book(now, direction, FLUE_COST_PAYLOAD, job->work.bytes);
    }
    if (arrival <= now && m_waiting[direction].IsEmpty())
    {
        OnTransferred(job, now);
        return;
    }
    m_waiting[direction].Wait(now,
                              arrival,
                              FlueTask([this, job] { OnTransferred(job, FlueNow()); }),
                              m_context);
}

void FlueAdapter::OnTransferred(Job* job, flue_time now)
{
    if (job->isSending && !job->work.IsOffloaded())
    {
        Engage(job, now);
    }
    else
    {
        Finish(job);
    }
}

void FlueAdapter::Finish(Job* job)
{
    FlueTask ready = std::move(job->ready);
    job->next = m_unused;
    m_unused = job;
    ready();
}

flue_time FlueAdapter::Book(flue_time now,
                            flue_bus_direction direction,
                            flue_cost_category category,
                            uint64_t bytes)
{
    return flue_bus_transfer(&m_bus, now, direction, category, bytes);
}

FlueAdapter::Job* FlueAdapter::TakeJob(const Work& work, bool isSending, FlueTask&& ready)
{
    if (!m_unused)
    {
        m_jobs.push_back(std::make_unique<Job>());
        m_unused = m_jobs.back().get();
        m_unused->next = nullptr;
    }
    Job* job = m_unused;
    m_unused = static_cast<Job*>(job->next);
    job->work = work;
    job->isSending = isSending;
    job->ready = std::move(ready);
    return job;
}

} // namespace ns3
