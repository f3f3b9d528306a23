/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a frame costs its host between the adapter and TCP, either way.
 *
 * Sending charges tcp_tx for a frame with TCP payload and ack_tx for TCP without; receiving charges
 * tcp_rx or ack_rx alike, and an interrupt when no earlier frame waits for the same core: a busy
 * host polls. Where the profile has large sends or receive coalescing, segments that travel as one
 * cost less each (flue/cost.h, struct flue_batch). Interrupts are moderated: between two of one
 * core lies at least the gap, and the frames that arrive meanwhile wait for the next. A frame goes
 * on when its core has done that work.
 * It makes no difference whose TCP it is, so ns-3's and Flue's host stack pay alike. Frames of
 * other protocols cost only the interrupt that announces them.
 */
#ifndef FLUE_HOST_PATH_H
#define FLUE_HOST_PATH_H

#include "flue-processor.h"
#include "flue-task.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <utility>
#include <vector>

namespace ns3
{

/** The way of frames through a host's processor. */
class FlueHostPath
{
  public:
    /** @param processor does the work; null or an ideal one: nothing costs anything */
    void SetProcessor(Ptr<FlueProcessor> processor);
    /** @param gap shortest time between two interrupts of one core, from now on; frames that are
     * held already wait as long as they were told */
    void SetInterruptGap(const Time& gap);
    /** @param isAdaptive the gap follows the load instead, from the next interrupt on */
    void SetInterruptAdaptive(bool isAdaptive);
    /** @return true when frames need not come this way, because nothing costs anything */
    bool IsFree() const
    {
        return !m_processor;
    }

    /**
     * Does the work for a packet that is to be sent, then calls @p enqueue.
     *
     * @param packet without its Ethernet header
     * @param protocol its Ethernet type
     * @param enqueue called without arguments, at once or later
     */
    template <typename F>
    void Send(const Packet& packet, uint16_t protocol, F&& enqueue);

    /**
     * Does the work for a packet that has arrived, then calls @p deliver.
     *
     * @param packet without its Ethernet header
     * @param protocol its Ethernet type
     * @param deliver called without arguments, at once or later, while this object lives
     */
    template <typename F>
    void Receive(const Packet& packet, uint16_t protocol, F&& deliver);

  private:
    /** What the host has to do for a packet. */
    struct Work
    {
        bool isTcp = false;   //!< TCP has to be paid
        uint32_t payload = 0; //!< bytes of data that it carries
        uint32_t size = 0;    //!< bytes in all
        uint32_t hash = 0;    //!< of the flow
    };

    /**
     * @param packet without its Ethernet header
     * @param protocol its Ethernet type
     * @return the work that it causes
     */
    static Work Classify(const Packet& packet, uint16_t protocol);
    /** Books the sum over a segment's payload, if the adapter does not make it. */
    void ChargeSum(const Work& work);
    /**
     * Books the work of a data segment.
     *
     * @param batch those before it
     * @param category whether it comes or goes
     * @param first cycles if it begins a batch
     * @param further cycles if it joins one
     */
    void ChargeSegment(const Work& work,
                       flue_batch* batch,
                       flue_cost_category category,
                       uint64_t first,
                       uint64_t further);
    /** Books the work of sending a packet. */
    void ChargeSend(const Work& work);
    /** Books the work of receiving a packet. */
    void ChargeReceive(const Work& work);

    /** A received frame that waits for the next interrupt. */
    struct Held
    {
        Work work;        //!< what it will cost
        FlueTask deliver; //!< what happens then
    };

    /** What goes on at one core that is interrupted. */
    struct Core
    {
        uint32_t waiting = 0;         //!< received frames that are worked on
        flue_moderation moderation{}; //!< when it may be interrupted
        std::vector<Held> held;       //!< received frames that no interrupt has announced
        EventId interrupt;            //!< the one that will
    };

    /** What travels a core's stack as one. */
    struct Batches
    {
        flue_batch sent;     //!< large sends
        flue_batch received; //!< coalesced segments
    };

    /**
     * Announces a frame at once if that may be, and says so.
     *
     * @param core where it goes
     * @return false: it must be held
     */
    bool Announce(Core& core, const Work& work);
    /** Holds a frame until its core may be interrupted. */
    void Hold(uint32_t index, const Work& work, FlueTask deliver);
    /** The gap is over: the frames that were held go on. */
    void Interrupt(uint32_t index);
    /** Does the work for a frame that was announced, when its core has been, then calls @p deliver.
     */
    template <typename F>
    void TakeAfterInterrupt(uint32_t index, const Work& work, F&& deliver);
    /** Does the work for a frame, then calls @p deliver. */
    template <typename F>
    void Take(uint32_t index, const Work& work, F&& deliver);

    Ptr<FlueProcessor> m_processor; //!< null: free
    std::vector<Core> m_cores;      //!< by the processor's number
    std::vector<Batches> m_batches; //!< likewise
    Time m_interruptGap{0};         //!< shortest time between two interrupts of one core
    bool m_isAdaptive = false;      //!< or as the load asks for
};

template <typename F>
void FlueHostPath::Send(const Packet& packet, uint16_t protocol, F&& enqueue)
{
    const Work work = Classify(packet, protocol);
    if (!work.isTcp)
    {
        enqueue();
        return;
    }
    ChargeSend(work);
    m_processor->WhenDone(FLUE_ROLE_PROTOCOL, work.hash, std::forward<F>(enqueue));
}

template <typename F>
void FlueHostPath::Receive(const Packet& packet, uint16_t protocol, F&& deliver)
{
    const Work work = Classify(packet, protocol);
    const uint32_t index = m_processor->GetCoreOf(FLUE_ROLE_INTERRUPT, work.hash);
    flue_moderation_add(&m_cores[index].moderation, work.size);
    if (Announce(m_cores[index], work))
    {
        TakeAfterInterrupt(index, work, std::forward<F>(deliver));
    }
    else
    {
        Hold(index, work, FlueTask(std::forward<F>(deliver)));
    }
}

template <typename F>
void FlueHostPath::TakeAfterInterrupt(uint32_t index, const Work& work, F&& deliver)
{
    m_cores[index].waiting++;
    if (m_processor->GetCoreOf(FLUE_ROLE_PROTOCOL, work.hash) == index)
    {
        Take(index, work, std::forward<F>(deliver)); // behind the interrupt in any case
        return;
    }
    m_processor->WhenDone(FLUE_ROLE_INTERRUPT,
                          work.hash,
                          [this, index, work, deliver = std::forward<F>(deliver)]() mutable
                          {
                              if (m_processor)
                              {
                                  Take(index, work, std::move(deliver));
                              }
                          });
}

template <typename F>
void FlueHostPath::Take(uint32_t index, const Work& work, F&& deliver)
{
    ChargeReceive(work);
    m_processor->WhenDone(FLUE_ROLE_PROTOCOL,
                          work.hash,
                          [this, index, deliver = std::forward<F>(deliver)]() mutable
                          {
                              if (!m_processor)
                              {
                                  return; // the adapter has been disposed of meanwhile
                              }
                              m_cores[index].waiting--;
                              deliver();
                          });
}

} // namespace ns3

#endif /* FLUE_HOST_PATH_H */
