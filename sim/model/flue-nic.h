/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The adapter: an Ethernet device with an offload target (flue/target.h) inside.
 *
 * Frames of offloaded connections go to the target, everything else up the ordinary path. What the
 * target transmits is written once, headers and all, into one packet and goes to the same transmit
 * queue as the host's frames. With BackPressure the target holds data back while that queue is
 * nearly full; a frame that finds it full is dropped and counted by the device, and TCP recovers
 * it, as behind any adapter.
 *
 * What the target has for the host waits in the target until a core has been interrupted for it and
 * has worked off one completion for each call. InterruptGap keeps a busy adapter from interrupting
 * for every segment, as interrupt moderation does in hardware. Where work costs nothing, the host
 * is told at once.
 *
 * With Verify the contract's verifier (flue/verifier.h) stands between host stack and target.
 *
 * Until a host stack is joined to it (FlueTcpL4Protocol does that) it is a plain FlueNetDevice.
 */
#ifndef FLUE_NIC_H
#define FLUE_NIC_H

#include "flue-deadline.h"
#include "flue-net-device.h"
#include "flue-raw-header.h"

#include "flue/target.h"
#include "flue/verifier.h"

#include "ns3/traced-callback.h"

#include <vector>

namespace ns3
{

class FlueProcessor;
class FlueTcpL4Protocol;
class FlueTeamDevice;

/** An Ethernet adapter that carries TCP connections for its host. */
class FlueNic : public FlueNetDevice
{
  public:
    static TypeId GetTypeId();
    FlueNic();
    ~FlueNic() override;

    /** @return true once a host stack is joined */
    bool IsJoined() const;
    /** @return the target's counts; all zero before a host stack is joined */
    flue_target_statistics GetTargetStatistics() const;
    /** Also tells the host stack: connections on the target send segments that fit. */
    bool SetMtu(const uint16_t mtu) override;
    /** @return false while it sleeps */
    bool IsOn() const;
    /** @return when it last fell asleep or woke up */
    Time GetPowerTime() const;
    /** Sleeps, or wakes up: for an adapter without a host stack. Asleep its link is down. */
    void TakePower(bool isOn);
    /** The cable is in, as at first, or out; then the link is down. */
    void SetPlugged(bool isPlugged);
    /** The target's hardware fails for good: its connections are lost. */
    void Fail();
    /**
     * The target's hardware loses a connection.
     * @param skip so many segments of offloaded connections arrive before
     */
    void FailConnection(uint32_t skip);
    /** @return breaches of the contract that the verifier has found; see Verify */
    uint64_t GetViolations() const;
    /**
     * Makes it the adapter of a profile: sets the attributes that are still as they were made.
     * Before a host stack is joined.
     * @param profile what hardware it is
     */
    void ApplyProfile(const flue_profile& profile);

    /** TracedCallback signature: who broke which requirement, and how. */
    typedef void (*ViolationTracedCallback)(std::string side,
                                            std::string requirement,
                                            std::string text);

  protected:
    bool ReceiveFrame(const Ptr<Packet>& frame, const FlueFrameFront& front) override;
    FlueAdapter::Work Classify(const FlueFrameFront& front) const override;
    void DoDispose() override;

  private:
    friend class FlueTcpL4Protocol;
    friend class FlueTeamDevice;

    /** @name For the host stack's owner */
    /**@{*/
    /** Makes the target. @return its provider, or nullptr when the configuration is refused */
    flue_provider* Join(FlueTcpL4Protocol* tcp, const flue_tcp_config& config);
    void Attach(const flue_client* client);
    void OnViolation(const flue_violation& violation);
    /** @return how busy its engine was since the last call, 0 to 1000 */
    uint32_t TakeLoad();
    /** Ends the target: the host stack is gone. */
    void Leave();
    void SetWithContent(bool withContent);
    /** There is room on the way to the wire again. */
    void Continue();
    /**
     * Hands waiting completions and indications to the host: now, or when a core has time for it.
     * @return true when the host has got some
     */
    bool Deliver();
    /** @return false when it does not carry @p tuple's connection */
    bool GetSnapshot(const flue_four_tuple& tuple, flue_tcp_snapshot* snapshot) const;
    /** @return the VLAN id of the frames that the target must send; 0: untagged */
    uint16_t GetTargetVlan() const;
    /** Sets the event for the target's next deadline. */
    void Arm();
    /**@}*/

    /** @name Attributes that the target is made with: refused once it is */
    /**@{*/
    bool SetVerify(bool verify);
    bool GetVerify() const;
    bool SetCapacity(uint32_t connections);
    uint32_t GetCapacity() const;
    bool SetMaxReceiveWindow(uint32_t bytes);
    uint32_t GetMaxReceiveWindow() const;
    bool SetInitiateDelay(Time delay);
    Time GetInitiateDelay() const;
    bool SetTerminateDelay(Time delay);
    Time GetTerminateDelay() const;
    bool SetUpdateDelay(Time delay);
    Time GetUpdateDelay() const;
    bool SetReuseDelay(Time delay);
    Time GetReuseDelay() const;
    /**@}*/

    static TypeId AddSuggestionAttributes(TypeId tid);
    flue_target_suggestions Suggestions() const;
    /** ReceiveFrame where the target wants to see all of the frame. */
    bool ReceiveContent(const Ptr<Packet>& frame);
    /** Gives the target what was read of a frame. @return false when it is for the ordinary path */
    bool TakeIn(const Ptr<Packet>& frame, flue_frame_kind kind, const flue_packet& packet);
    void Transmit(const flue_packet& packet);
    /** @return what the engine and the bus have to do for a segment */
    static FlueAdapter::Work WorkOf(const flue_packet& packet,
                                    flue_cost_category data,
                                    flue_cost_category ack);
    /** Connections that have moved since the last call cross the bus. */
    void ChargeMoves();
    void OnDeadline();
    /** @return true when the host's work takes no time */
    bool IsHostFree() const;
    /** The target has something for the host. */
    void OnRaised();
    /** Takes the interrupt: a core is given its work. */
    void Interrupt();
    void OnInterruptTaken();
    void OnCompletionsTaken(uint32_t charged);
    uint32_t Poll();

    flue_target* m_target = nullptr;     //!< the firmware, once joined
    flue_verifier* m_verifier = nullptr; //!< between it and the host stack, if Verify
    FlueTcpL4Protocol* m_tcp = nullptr;  //!< whom it serves
    Ptr<FlueProcessor> m_processor;      //!< where interrupts and completions cost; or null
    FlueDeadline m_deadline;             //!< when the target must be called again
    bool m_isOn = true;                  //!< IsOn
    bool m_isPlugged = true;             //!< SetPlugged
    Time m_powerTime;                    //!< GetPowerTime
    flue_time m_loadTime = 0;            //!< of the last TakeLoad
    flue_time m_loadBusy = 0;            //!< and what its engine had done until then
    uint32_t m_load = 0;                 //!< and what it returned
    bool m_isRaised = false;             //!< the target has raised its interrupt
    flue_moderation m_moderation{};      //!< when it may be raised again
    EventId m_interruptEvent;            //!< waits for it
    bool m_isTaking = false;             //!< a core is on its way to polling
    bool m_isTakingIn = false;           //!< flue_target_input is on the stack
    bool m_hasPolled = false;            //!< and the host has been told inside it
    uint64_t m_offloads = 0;             //!< connections that have come, charged to the bus
    uint64_t m_uploads = 0;              //!< and those that have gone
    bool m_isPolling = false;            //!< flue_target_poll is on the stack
    bool m_withContent = false;          //!< payload is real bytes
    std::vector<uint8_t> m_arriving;     //!< a frame with content, in one piece
    std::vector<uint8_t> m_leaving;      //!< a payload with content, in one piece
    FlueRawHeader m_rawHeader;           //!< puts headers in front of frames

    uint32_t m_capacity;         //!< Capacity
    uint32_t m_maxReceiveWindow; //!< MaxReceiveWindow
    Time m_initiateDelay;        //!< InitiateDelay
    Time m_terminateDelay;       //!< TerminateDelay
    Time m_updateDelay;          //!< UpdateDelay
    Time m_reuseDelay;           //!< ReuseDelay
    bool m_verifyChecksums;      //!< VerifyChecksums
    bool m_verify = false;       //!< Verify

    Time m_suggestPeriod;                    //!< SuggestPeriod
    uint32_t m_suggestLeast;                 //!< SuggestLeast
    uint16_t m_suggestDropPermille;          //!< SuggestDropPermille
    uint16_t m_suggestFragmentationPermille; //!< SuggestFragmentationPermille
    uint16_t m_suggestOutOfOrderPermille;    //!< SuggestOutOfOrderPermille
    uint16_t m_suggestUnpostedPermille;      //!< SuggestUnpostedPermille
    uint32_t m_suggestLowActivity;           //!< SuggestLowActivitySegments
    uint32_t m_suggestSmallIo;               //!< SuggestSmallIoBytes

    TracedCallback<std::string, std::string, std::string> m_violationTrace; //!< Violation
    TracedCallback<Ptr<const Packet>> m_targetTxTrace;                      //!< TargetTx
    TracedCallback<Ptr<const Packet>> m_targetRxTrace;                      //!< TargetRx
};

} // namespace ns3

#endif /* FLUE_NIC_H */
