/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a frame occupies between the host's memory and the wire: the I/O bus and the adapter's
 * engine.
 *
 * A frame of the host's own stack is read over the bus, with its descriptor, and passed on by the
 * engine; arriving it takes the opposite way. A segment of an offloaded connection is decided on by
 * the engine, which needs the connection's context for it, before its payload is read; arriving,
 * its payload is written while the engine goes on, and the host hears of it when it is there. The
 * arithmetic is flue/cost.h's; this file adds simulator events.
 */
#ifndef FLUE_ADAPTER_H
#define FLUE_ADAPTER_H

#include "flue-task.h"
#include "flue-waiting.h"

#include "flue/cost.h"

#include <memory>
#include <utility>
#include <vector>

namespace ns3
{

/** The bus and the engine of one adapter. */
class FlueAdapter
{
  public:
    /** What a frame is. */
    struct Work
    {
        flue_cost_category category = FLUE_COST_FORWARD; //!< FORWARD: the host's own stack's
        uint32_t hash = 0;                               //!< of the flow
        uint32_t bytes = 0;                              //!< that cross the bus

        /** @return true when it belongs to an offloaded connection */
        bool IsOffloaded() const
        {
            return category != FLUE_COST_FORWARD;
        }
    };

    FlueAdapter();
    ~FlueAdapter();

    /**
     * Makes bus and engine anew, idle and with an empty ledger.
     *
     * @param profile of the host; null: nothing takes time. It must outlive this object
     * @param context the node's id
     */
    void Configure(const flue_profile* profile, uint32_t context);
    /** Forgets all that waits; the ledger stays. */
    void Stop();
    /** @return true when frames need not come this way, because nothing takes time */
    bool IsFree() const
    {
        return m_isFree;
    }

    /**
     * Brings a frame from the host's memory to the wire.
     *
     * @param work what it is
     * @param ready called without arguments when it may be sent; at once or later
     */
    void Send(const Work& work, FlueTask ready);
    /**
     * Brings a frame from the wire to the host's memory.
     *
     * @param work what it is
     * @param ready called without arguments: of an offloaded connection when the engine takes it
     *              in, else when it is in host memory
     */
    void Receive(const Work& work, FlueTask ready);
    /** @return when everything written until now is in host memory */
    flue_time GetWritten() const
    {
        return m_written;
    }
    /** @param count I/O requests and their completions cross the bus */
    void Complete(uint32_t count);
    /**
     * Contexts cross the bus because connections move.
     *
     * @param count how many
     * @param isToAdapter their direction
     */
    void Move(uint32_t count, bool isToAdapter);

    /** @return true when the bus takes time */
    bool HasBus() const
    {
        return m_hasBus;
    }
    /** @return true when the engine does */
    bool HasEngine() const
    {
        return m_hasEngine;
    }
    /** @return the bus */
    const flue_bus& GetBus() const
    {
        return m_bus;
    }
    /** @return how many units the engine has; 0 before Configure */
    uint32_t GetNUnits() const
    {
        return static_cast<uint32_t>(m_units.size());
    }
    /**
     * @param index of a unit, less than GetNUnits
     * @return the unit's ledger and misses
     */
    const flue_engine& GetUnit(uint32_t index) const;

  private:
    /** A frame on its way. */
    struct Job;
    /** One unit and the event for the job that it does. */
    class Unit;

    /** Gives a frame to its unit of the engine. */
    void Engage(Job* job, flue_time now);
    void OnEngineDone(Job* job, flue_time now);
    /** Gives a frame to the bus. */
    void Transfer(Job* job, flue_time now);
    void OnTransferred(Job* job, flue_time now);
    /** Its way is over. */
    void Finish(Job* job);
    /** @return what the engine does for a frame of @p category */
    uint64_t CyclesOf(flue_cost_category category) const;
    /** Books a transfer. @return when it has arrived */
    flue_time Book(flue_time now,
                   flue_bus_direction direction,
                   flue_cost_category category,
                   uint64_t bytes);
    Job* TakeJob(const Work& work, bool isSending, FlueTask&& ready);

    const flue_profile* m_profile = nullptr;    //!< what work costs
    uint32_t m_context = 0;                     //!< the node's id
    bool m_isFree = true;                       //!< IsFree
    bool m_hasBus = false;                      //!< the bus takes time
    bool m_hasEngine = false;                   //!< the engine does
    flue_time m_written = 0;                    //!< GetWritten
    flue_bus m_bus{};                           //!< the bus
    flue_context_cache* m_cache = nullptr;      //!< contexts on the chip; null: all
    std::vector<std::unique_ptr<Unit>> m_units; //!< the engine
    FlueWaiting m_waiting[FLUE_BUS_DIRECTIONS]; //!< for the bus
    std::vector<std::unique_ptr<Job>> m_jobs;   //!< all that there are
    Job* m_unused = nullptr;                    //!< linked by next
};

} // namespace ns3

#endif /* FLUE_ADAPTER_H */
