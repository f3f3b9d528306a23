/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a frame costs its host between the adapter and TCP, either way.
 *
 * Sending charges tcp_tx for a frame with TCP payload and ack_tx for TCP without; receiving charges
 * tcp_rx or ack_rx alike, and an interrupt when no earlier frame waits for the same core: a busy
 * host polls. A frame goes on when its core has done that work. It makes no difference whose TCP it
 * is, so ns-3's and Flue's host stack pay alike. Frames of other protocols cost only the interrupt
 * that announces them.
 */
#ifndef FLUE_HOST_PATH_H
#define FLUE_HOST_PATH_H

#include "flue-processor.h"

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
        bool isTcp = false;      //!< TCP has to be paid
        bool hasPayload = false; //!< and it carries data
        uint32_t hash = 0;       //!< of the flow
    };

    /**
     * @param packet without its Ethernet header
     * @param protocol its Ethernet type
     * @return the work that it causes
     */
    static Work Classify(const Packet& packet, uint16_t protocol);
    /** Books the work of sending a packet. */
    void ChargeSend(const Work& work);
    /** Books the work of receiving a packet, the interrupt included. */
    void ChargeReceive(const Work& work);

    Ptr<FlueProcessor> m_processor;  //!< null: free
    std::vector<uint32_t> m_waiting; //!< by core: received frames that it has not yet delivered
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
    m_processor->WhenDone(work.hash, std::forward<F>(enqueue));
}

template <typename F>
void FlueHostPath::Receive(const Packet& packet, uint16_t protocol, F&& deliver)
{
    const Work work = Classify(packet, protocol);
    const uint32_t core = m_processor->GetCoreOf(work.hash);
    ChargeReceive(work);
    m_waiting[core]++;
    m_processor->WhenDone(work.hash,
                          [this, core, deliver = std::forward<F>(deliver)]() mutable
                          {
                              m_waiting[core]--;
                              deliver();
                          });
}

} // namespace ns3

#endif /* FLUE_HOST_PATH_H */
