/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A full-duplex Ethernet adapter for ns-3, which has none.
 *
 * Frames are bytes: Ethernet II, one 802.1Q tag if wanted, padded to 60 bytes. The FCS, the
 * preamble and the gap between frames take time on the wire but are not carried, so a capture looks
 * like a real one.
 *
 * The life of a frame: Send puts the header in front, the host's processor (flue-host-path.h) does
 * its work, the frame waits in TxQueue, enters the channel and arrives at the other device, is
 * judged by the error model, shown to the sniffers, filtered by VLAN and address, offered to
 * ReceiveFrame, and goes up. That is at most two simulator events: the arrival, and the start of
 * the next frame if one waits. (A connected PhyTxEnd costs a third.) No packet is copied on the
 * way, unless somebody still holds it when its header comes off.
 *
 * Times are exact in ns-3's resolution: fractions are carried from one frame to the next one behind
 * it, so a busy link has exactly its data rate. With Time::SetResolution(Time::PS) usual rates have
 * none.
 *
 * VLAN: a device with VlanId 0 sends untagged (with VlanPriority above 0: priority-tagged), and
 * takes untagged and priority-tagged frames. A device with another VlanId tags what it sends and
 * takes that VLAN only. MacRxDrop shows the others.
 */
#ifndef FLUE_NET_DEVICE_H
#define FLUE_NET_DEVICE_H

#include "flue-adapter.h"
#include "flue-event.h"
#include "flue-frame-front.h"
#include "flue-host-path.h"

#include "ns3/data-rate.h"
#include "ns3/mac48-address.h"
#include "ns3/net-device.h"
#include "ns3/packet.h"
#include "ns3/queue-fwd.h"
#include "ns3/traced-callback.h"

#include <memory>
#include <vector>

namespace ns3
{

class ErrorModel;
class FlueChannel;
class FlueEthernetHeader;

/** A full-duplex Ethernet adapter. */
class FlueNetDevice : public NetDevice
{
  public:
    static constexpr uint16_t MAX_MTU = 9000;        //!< bytes of the largest IP packet
    static constexpr uint16_t MIN_MTU = 68;          //!< bytes; what IPv4 needs at least
    static constexpr uint32_t MIN_FRAME = 60;        //!< bytes of the shortest frame, without FCS
    static constexpr uint32_t FRAME_CHECK_BYTES = 4; //!< of the FCS

    /** What has happened at this device. */
    struct Statistics
    {
        uint64_t txFrames = 0;   //!< frames that entered the channel
        uint64_t txBytes = 0;    //!< their bytes, Ethernet header, padding and FCS included
        uint64_t rxFrames = 0;   //!< frames that arrived whole
        uint64_t lostFrames = 0; //!< frames that the error model took
        uint64_t queueDrops = 0; //!< frames that found the transmit queue full
    };

    /** @return the type of this class */
    static TypeId GetTypeId();

    FlueNetDevice();
    ~FlueNetDevice() override;

    /**
     * Plugs the device into a channel. Once.
     *
     * @param channel has at least one free end
     * @return false when it has none, or the device has a channel already
     */
    bool Attach(Ptr<FlueChannel> channel);
    /**
     * Takes a frame that its error model has held back: it is not lost.
     * @param frame as the error model got it
     */
    void TakeLate(Ptr<Packet> frame);
    /** @param queue where frames wait for the wire */
    void SetQueue(Ptr<Queue<Packet>> queue);
    /** @return where frames wait for the wire */
    Ptr<Queue<Packet>> GetQueue() const;
    /** @param errorModel judges arriving frames; null: all arrive whole */
    void SetReceiveErrorModel(Ptr<ErrorModel> errorModel);
    /**
     * @param rate bits a second, from the next frame on
     * @return false for a rate of zero
     */
    bool SetDataRate(DataRate rate);
    /** @return bits a second */
    DataRate GetDataRate() const;

    /** Switches the device on. The link is up when both ends are on, as they are at first. */
    void SetLinkUp();
    /**
     * Switches the device off: the link goes down at both ends, what waits in the transmit queues
     * is dropped (MacTxDrop), and so is what arrives before the link is up again (PhyRxDrop).
     */
    void SetLinkDown();

    /**
     * Is there room for one more frame of data on the way to the wire? A quarter of the transmit
     * queue is kept for frames that do not ask: acknowledgements, what is sent again, and those of
     * other protocols. Frames that the host or the adapter still works for count as queued.
     *
     * @return false: the asker is told by the room callback when half of the queue is free again.
     *         Always true when BackPressure is off.
     */
    bool HasRoom();
    /** @param callback who is told that there is room again after HasRoom has said no */
    void SetRoomCallback(Callback<void> callback);

    /** @param addresses that the device takes frames for, besides its own */
    void SetFurtherAddresses(std::vector<Mac48Address> addresses);
    /** @param isDeaf it takes no frames for groups and for everybody */
    void SetGroupsDeaf(bool isDeaf);

    /** @return what has happened at this device */
    const Statistics& GetStatistics() const;
    /** @return the bus and the engine, with their ledgers */
    const FlueAdapter& GetAdapter();

    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    Ptr<Channel> GetChannel() const override;
    void SetAddress(Address address) override;
    Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(Callback<void> callback) override;
    bool IsBroadcast() const override;
    Address GetBroadcast() const override;
    bool IsMulticast() const override;
    Address GetMulticast(Ipv4Address multicastGroup) const override;
    Address GetMulticast(Ipv6Address addr) const override;
    bool IsBridge() const override;
    bool IsPointToPoint() const override;
    /**
     * @param packet to send; the device changes it, so it is no longer the caller's
     * @param dest a Mac48Address
     * @param protocolNumber its Ethernet type
     * @return false when it was dropped here and now; a host that works for the frame first (see
     *         flue-host-path.h) may find the queue full later
     */
    bool Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    Ptr<Node> GetNode() const override;
    void SetNode(Ptr<Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(NetDevice::ReceiveCallback callback) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
    bool SupportsSendFrom() const override;

  protected:
    /**
     * For an adapter that does more than Ethernet: sees every frame addressed to this device (its
     * own unicast address, VLAN and size are right) before the host does, and pays no host costs.
     *
     * @param frame with its Ethernet header; unchanged when false is returned
     * @param front its first bytes
     * @return true when the frame was taken and does not go up
     */
    virtual bool ReceiveFrame(const Ptr<Packet>& frame, const FlueFrameFront& front);
    /**
     * @param front the first bytes of a frame that has arrived
     * @return what the adapter has to do for it
     */
    virtual FlueAdapter::Work Classify(const FlueFrameFront& front) const;
    /** @return the bus and the engine, made at the first frame */
    FlueAdapter& Adapter();
    /**
     * Sends a complete frame past the host's processor.
     *
     * @param frame with its Ethernet header, tag included if it has one; padded here
     * @return false when it was dropped: queue full, link down, or longer than the MTU allows
     */
    bool TransmitFrame(Ptr<Packet> frame);
    /** A frame is on its way to TransmitFrame: the adapter works for it. */
    void BeginWork();
    /** That work is done. */
    void EndWork();
    /** @return the 802.1Q tag control information of what this device sends; 0: it sends untagged
     */
    uint16_t GetVlanTci() const;
    /** @return the shortest time between two interrupts */
    Time GetInterruptGap() const;
    /** @return true when the gap follows the load instead */
    bool IsInterruptAdaptive() const;

    /** Shows @p frame to the sinks of @p trace. Usually there are none, and then this costs next
     * to nothing. */
    static void Fire(const TracedCallback<Ptr<const Packet>>& trace, const Ptr<Packet>& frame)
    {
        if (!trace.IsEmpty())
        {
            trace(frame);
        }
    }

    void NotifyNewAggregate() override;
    void DoDispose() override;

  private:
    friend class FlueChannel;

    static constexpr std::size_t ADDRESS_BYTES = 6; //!< of a MAC address

    /** A frame that the adapter works for. */
    struct Arrival
    {
        Ptr<Packet> frame;    //!< whole
        FlueFrameFront front; //!< its first bytes
    };

    /** @name Registration, called once by GetTypeId */
    /**@{*/
    static TypeId AddWireAttributes(TypeId tid);
    static TypeId AddHostAttributes(TypeId tid);
    static TypeId AddTraceSources(TypeId tid);
    /**@}*/

    /** @param address of the device, from now on */
    void SetMacAddress(Mac48Address address);
    /** @return the device's address */
    Mac48Address GetMacAddress() const;
    /** @param gap the shortest time between two interrupts, from now on */
    void SetInterruptGap(Time gap);
    /** @param isAdaptive the gap follows the load instead */
    void SetInterruptAdaptive(bool isAdaptive);

    /** @name Sending; each now is the simulation's time, in time steps */
    /**@{*/
    /** Send and SendFrom. */
    bool SendFrame(const Ptr<Packet>& packet,
                   Mac48Address source,
                   const Address& dest,
                   uint16_t protocolNumber);
    /** Makes a frame of @p packet: header in front, padding behind. */
    void AddHeader(const Ptr<Packet>& packet,
                   Mac48Address source,
                   Mac48Address destination,
                   uint16_t type) const;
    /** Makes @p frame as long as the shortest frame. */
    static void Pad(const Ptr<Packet>& frame);
    /** Puts @p frame into the queue and starts it if the wire is free. @return false: dropped */
    bool Enqueue(const Ptr<Packet>& frame);
    /** Brings a frame that the host has worked for through the adapter. */
    void LeaveHost(const Ptr<Packet>& frame);
    /** Enqueue for a frame that the host has worked for. */
    void EnqueueAfterWork(const Ptr<Packet>& frame);
    /** @return frames that wait for the wire, or are on their way to where they wait */
    uint32_t Backlog() const;
    /** @return how many of them the transmit queue can hold */
    uint32_t QueueLimit() const;
    /** Tells who waits for room, soon, if there is room. */
    void CheckRoom();
    /** Tells who waits for room. */
    void TellRoom();
    /** Sees to it that the frame at the head of the queue leaves: now, or when the wire is free. */
    void Kick(int64_t now);
    /** The wire is free again. */
    void WireFree();
    /** Takes the frame at the head of the queue and sends it. */
    void StartFrame(int64_t now);
    /** @p frame leaves @p now. */
    void PutOnWire(const Ptr<Packet>& frame, int64_t now);
    /** The last bit of a frame has left, and PhyTxEnd or PhyTxDrop wants to know. */
    void FrameEnd();
    /** Works out how many time steps a bit takes, as a fraction. */
    void SetBitTime();
    /**@}*/

    /** @name Receiving */
    /**@{*/
    /** @p frame arrives after @p delay. */
    void ExpectFrame(const Ptr<Packet>& frame, const Time& delay);
    /** The frame that has been expected for longest has arrived. */
    void FrameArrived();
    /** @p frame is whole. */
    void TakeWhole(Ptr<Packet>& frame);
    /** Brings a whole frame through the adapter. */
    void EnterAdapter(Ptr<Packet>& frame);
    /** The adapter has worked for a frame. */
    void LeaveAdapter(Arrival* arrival);
    /** Filters a whole frame, offers it to ReceiveFrame and brings it to the host. */
    void Accept(Ptr<Packet>& frame, const FlueFrameFront& front);
    /** @return how the six bytes of @p destination concern this device */
    PacketType Concern(const uint8_t* destination) const;
    /** Takes the Ethernet header off, in a copy if somebody else holds @p frame. */
    static void Strip(Ptr<Packet>& frame, uint32_t headerSize);
    /** Passes a packet up when the host has worked for it. */
    void BringUp(const Ptr<Packet>& packet, const FlueEthernetHeader& header, PacketType concern);
    /** Hands a packet to the node. */
    void PassUp(const Ptr<Packet>& packet,
                uint16_t type,
                Mac48Address source,
                Mac48Address destination,
                PacketType concern);
    /**@}*/

    /** @return the way through the host's processor, looked up at the first frame */
    FlueHostPath& HostPath();
    /** Looks up what the host and the adapter cost. */
    void FindCosts();
    /** The channel says whether the link is up. */
    void SetCarrier(bool isUp);
    /** Drops everything that waits for the wire. */
    void DropWaiting();
    /** Keeps events that are still scheduled from calling this device. */
    void RetireEvents();

    Ptr<Node> m_node;              //!< whose device it is
    uint32_t m_context;            //!< the node's id
    uint32_t m_ifIndex;            //!< its number there
    Ptr<FlueChannel> m_channel;    //!< the cable
    uint32_t m_end;                //!< which of its ends
    bool m_isEnabled;              //!< switched on
    bool m_isLinkUp;               //!< carrier
    TracedCallback<> m_linkChange; //!< who wants to know about the link
    Statistics m_statistics;       //!< what has happened
    Time m_interruptGap;           //!< InterruptGap
    bool m_isInterruptAdaptive;    //!< InterruptAdaptive
    FlueHostPath m_hostPath;       //!< the host's work
    FlueAdapter m_adapter;         //!< the bus and the engine
    bool m_hasCosts;               //!< both have been looked up
    bool m_hasFlowControl;         //!< a NetDeviceQueueInterface stops the layer above

    bool m_hasBackPressure;        //!< BackPressure
    bool m_isFull = false;         //!< HasRoom has said no
    uint32_t m_working = 0;        //!< frames between Send and the transmit queue
    Callback<void> m_roomCallback; //!< who waits for room

    uint16_t m_mtu;                        //!< Mtu
    Mac48Address m_address;                //!< Address
    uint8_t m_addressBytes[ADDRESS_BYTES]; //!< the same
    DataRate m_rate;                       //!< DataRate
    uint32_t m_preamble;                   //!< Preamble
    uint32_t m_gap;                        //!< InterframeGap
    uint16_t m_vlanId;                     //!< VlanId
    uint8_t m_vlanPriority;                //!< VlanPriority

    Ptr<Queue<Packet>> m_queue;       //!< TxQueue
    FlueRing<Ptr<Packet>> m_overflow; //!< see EnqueueAfterWork
    int64_t m_freeAt;                 //!< when the wire is free, in time steps
    uint64_t m_freeAtRest;     //!< and the fraction of a step behind it, in 1/m_bitDenominator
    uint64_t m_bitNumerator;   //!< time steps a bit...
    uint64_t m_bitDenominator; //!< ...divided by this; 0: not worked out yet
    bool m_isStarting;         //!< StartFrame is on the stack
    bool m_isWaking;           //!< WireFree is scheduled

    FlueRing<Ptr<Packet>> m_ending;                    //!< frames whose PhyTxEnd is scheduled
    FlueRing<Ptr<Packet>> m_arriving;                  //!< frames on their way here
    std::vector<std::unique_ptr<Arrival>> m_inAdapter; //!< all that there ever were at a time
    std::vector<Arrival*> m_unused;                    //!< of them
    Ptr<ErrorModel> m_errorModel;                      //!< ReceiveErrorModel
    ReceiveCallback m_receive;                         //!< the node
    PromiscReceiveCallback m_promisc;                  //!< a bridge, say
    std::vector<Mac48Address> m_furtherAddresses;      //!< SetFurtherAddresses
    bool m_isGroupsDeaf = false;                       //!< SetGroupsDeaf

    Ptr<FlueEvent<FlueNetDevice, &FlueNetDevice::WireFree>> m_wireFreeEvent;    //!< calls it
    Ptr<FlueEvent<FlueNetDevice, &FlueNetDevice::TellRoom>> m_roomEvent;        //!< calls it
    Ptr<FlueEvent<FlueNetDevice, &FlueNetDevice::FrameEnd>> m_frameEndEvent;    //!< calls it
    Ptr<FlueEvent<FlueNetDevice, &FlueNetDevice::FrameArrived>> m_arrivedEvent; //!< calls it

    TracedCallback<Ptr<const Packet>> m_macTxTrace;          //!< MacTx
    TracedCallback<Ptr<const Packet>> m_macTxDropTrace;      //!< MacTxDrop
    TracedCallback<Ptr<const Packet>> m_macPromiscRxTrace;   //!< MacPromiscRx
    TracedCallback<Ptr<const Packet>> m_macRxTrace;          //!< MacRx
    TracedCallback<Ptr<const Packet>> m_macRxDropTrace;      //!< MacRxDrop
    TracedCallback<Ptr<const Packet>> m_phyTxBeginTrace;     //!< PhyTxBegin
    TracedCallback<Ptr<const Packet>> m_phyTxEndTrace;       //!< PhyTxEnd
    TracedCallback<Ptr<const Packet>> m_phyTxDropTrace;      //!< PhyTxDrop
    TracedCallback<Ptr<const Packet>> m_phyRxEndTrace;       //!< PhyRxEnd
    TracedCallback<Ptr<const Packet>> m_phyRxDropTrace;      //!< PhyRxDrop
    TracedCallback<Ptr<const Packet>> m_snifferTrace;        //!< Sniffer
    TracedCallback<Ptr<const Packet>> m_promiscSnifferTrace; //!< PromiscSniffer
};

} // namespace ns3

#endif /* FLUE_NET_DEVICE_H */
