/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The cable: two ends, full duplex, with a propagation delay.
 *
 * Frames of one direction never overtake each other, not even when Delay is made shorter while some
 * are on their way. The carrier is up while a device that is switched on hangs at each end.
 */
#ifndef FLUE_CHANNEL_H
#define FLUE_CHANNEL_H

#include "ns3/channel.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

namespace ns3
{

class FlueNetDevice;

/** A full-duplex Ethernet cable between two FlueNetDevices. */
class FlueChannel : public Channel
{
  public:
    /** @return the type of this class */
    static TypeId GetTypeId();

    FlueChannel();
    ~FlueChannel() override;

    std::size_t GetNDevices() const override;
    Ptr<NetDevice> GetDevice(std::size_t i) const override;

    /** @return the propagation delay, one way */
    Time GetDelay() const;

    /**
     * TracedCallback signature of TxRxPointToPoint, as ns-3's point-to-point channel has it.
     *
     * @param frame the frame
     * @param txDevice who sends it
     * @param rxDevice who will receive it
     * @param duration how long sending it takes
     * @param lastBitTime from now until its last bit arrives
     */
    typedef void (*TxRxTracedCallback)(Ptr<const Packet> frame,
                                       Ptr<NetDevice> txDevice,
                                       Ptr<NetDevice> rxDevice,
                                       Time duration,
                                       Time lastBitTime);

  protected:
    void DoDispose() override;

  private:
    friend class FlueNetDevice;

    static const uint32_t ENDS = 2; //!< a cable has two

    /**
     * @param device gets the next free end
     * @return the number of that end; ENDS when none is free
     */
    uint32_t Attach(FlueNetDevice* device);
    /** Tells both devices whether there is a carrier now. */
    void UpdateLink();
    /**
     * @param frame leaves now
     * @param end where it enters the cable
     * @param now the simulation's time, in time steps
     * @param duration time steps until its last bit has left
     */
    void Transmit(const Ptr<Packet>& frame, uint32_t end, int64_t now, int64_t duration);

    Time m_delay;                    //!< Delay
    Ptr<FlueNetDevice> m_ends[ENDS]; //!< who hangs at each end
    uint32_t m_attached;             //!< how many do
    int64_t m_lastArrival[ENDS]; //!< when the last frame that entered at an end comes out, in steps

    /** TxRxPointToPoint */
    TracedCallback<Ptr<const Packet>, Ptr<NetDevice>, Ptr<NetDevice>, Time, Time> m_txRxTrace;
};

} // namespace ns3

#endif /* FLUE_CHANNEL_H */
