/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A host's cores as simulated resources: work occupies a core and takes effect when it is done.
 *
 * The arithmetic is flue/cost.h's struct flue_server; this file adds simulator events. Each core is
 * a FIFO server. Work names a flow by its hash, and all work that one hash has in one role (the
 * application's, interrupts, the protocol's) goes to one core, so what belongs together stays in
 * order. Aggregated to a Node, it is used by the node's devices and TCP.
 */
#ifndef FLUE_PROCESSOR_H
#define FLUE_PROCESSOR_H

#include "flue-deadline.h"
#include "flue-event.h"
#include "flue-task.h"

#include "flue/address.h"
#include "flue/cost.h"

#include "ns3/object.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{

/** The cores of one host, for aggregation to its Node. */
class FlueProcessor : public Object
{
  public:
    /** @return the type of this class */
    static TypeId GetTypeId();

    FlueProcessor();
    ~FlueProcessor() override;

    /**
     * Makes the cores anew, idle and with an empty ledger. Before the first work.
     *
     * @param profile what work costs; it is copied
     */
    void SetProfile(const flue_profile* profile);
    /** @return what work costs */
    const flue_profile& GetProfile() const;
    /**
     * @param name of a built-in profile
     * @return false when there is none of that name
     */
    bool SetProfileName(std::string name);
    /** @return the profile's name */
    std::string GetProfileName() const;
    /** @return true when every kind of work costs nothing, so that nobody need ask for any */
    bool IsIdeal() const;

    /** @return how many cores there are, at least 1 */
    uint32_t GetNCores() const;
    /**
     * @param category what kind of work
     * @return whose work that is
     */
    static flue_role GetRoleOf(flue_cost_category category);
    /**
     * @param role whose work
     * @param hash of a flow
     * @return the core that does it
     */
    uint32_t GetCoreOf(flue_role role, uint32_t hash) const;

    /**
     * Books work on the core of @p hash, behind what that core already has.
     *
     * @param hash of a flow
     * @param category what kind of work
     * @param cycles how much
     * @return when it will be done
     */
    flue_time Occupy(uint32_t hash, flue_cost_category category, uint64_t cycles);

    /**
     * Calls @p callback when the core of @p hash has done all that it was given until now; at once,
     * without an event, when there is nothing. Callbacks of a core come in the order of the calls.
     *
     * @param role which of its cores
     * @param hash of a flow
     * @param callback anything that can be called without arguments; it is moved, never copied
     */
    template <typename F>
    void WhenDone(flue_role role, uint32_t hash, F&& callback);

    /**
     * Occupy and WhenDone in one: does the work, then calls @p callback.
     *
     * @param hash of a flow
     * @param category what kind of work
     * @param cycles how much
     * @param callback as in WhenDone
     */
    template <typename F>
    void Execute(uint32_t hash, flue_cost_category category, uint64_t cycles, F&& callback);

    /** @return how long the cores have been busy until now, summed, in picoseconds */
    flue_time GetBusy() const;
    /**
     * @param category what kind of work
     * @return the time booked for it on all cores, work not yet done included, in picoseconds
     */
    flue_time GetBooked(flue_cost_category category) const;
    /**
     * @param category what kind of work
     * @return how often it was booked on all cores
     */
    uint64_t GetEvents(flue_cost_category category) const;
    /**
     * @param index of a core, less than GetNCores
     * @return its ledger
     */
    const flue_server& GetCore(uint32_t index) const;

    /**
     * Spreads flows over cores: the same for both directions of a connection, so that a host's
     * sending and receiving of it meet on one core.
     *
     * @param a one address: IPv4's as a number, of IPv6 its four words xored together
     * @param b the other address
     * @param aPort the port at a
     * @param bPort the port at b
     * @return the hash
     */
    static uint32_t FlowHash(uint32_t a, uint32_t b, uint16_t aPort, uint16_t bPort);
    /**
     * @param tuple a connection
     * @return its hash, the same as from its frames
     */
    static uint32_t FlowHash(const flue_four_tuple& tuple);
    /**
     * @param bytes an address in network byte order
     * @param size 4 or 16
     * @return its words as numbers, xored together: what FlowHash takes
     */
    static uint32_t FoldAddress(const uint8_t* bytes, uint32_t size);

  protected:
    void DoDispose() override;

  private:
    /** One core and the callbacks that wait for it. */
    struct Server;

    /**
     * @param now the simulation's time
     * @param role which of its cores
     * @param hash of a flow
     * @return true when that core has nothing to do and nobody waiting
     */
    bool IsIdle(flue_time now, flue_role role, uint32_t hash) const;
    /**
     * @param now the simulation's time
     * @param role which of its cores
     * @param hash of a flow
     * @param task waits for that core
     */
    void Wait(flue_time now, flue_role role, uint32_t hash, FlueTask&& task);
    /** @return the node's id, for the context of events */
    uint32_t GetContext();

    flue_profile m_profile;                         //!< what work costs
    std::string m_name;                             //!< the profile's
    std::string m_text;                             //!< likewise
    bool m_isIdeal;                                 //!< IsIdeal
    uint32_t m_context;                             //!< the node's id, once known
    flue_placement m_placement;                     //!< which core does what
    std::vector<std::unique_ptr<Server>> m_servers; //!< the cores
};

template <typename F>
void FlueProcessor::WhenDone(flue_role role, uint32_t hash, F&& callback)
{
    const flue_time now = FlueNow();
    if (IsIdle(now, role, hash))
    {
        callback();
        return;
    }
    Wait(now, role, hash, FlueTask(std::forward<F>(callback)));
}

template <typename F>
void FlueProcessor::Execute(uint32_t hash,
                            flue_cost_category category,
                            uint64_t cycles,
                            F&& callback)
{
    Occupy(hash, category, cycles);
    WhenDone(GetRoleOf(category), hash, std::forward<F>(callback));
}

} // namespace ns3

#endif /* FLUE_PROCESSOR_H */
