/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TCP for a node, by Flue: an IpL4Protocol that takes protocol 6 and owns the node's host stack
 * (flue/host.h), below it ns-3's IP, above it FlueSockets.
 *
 * It hands the host stack segments, time and next hops, and carries its calls to sockets, adapters
 * and the node's processor. Where connections live is the host stack's business; what a TCP segment
 * means, the engine's.
 *
 * Aggregated to a node that has Ipv4 or Ipv6 it registers itself there, in the place of
 * ns3::TcpL4Protocol if that is present, and aggregates an ns3::FlueTcpSocketFactory.
 */
#ifndef FLUE_TCP_L4_PROTOCOL_H
#define FLUE_TCP_L4_PROTOCOL_H

#include "flue-booked-ports.h"
#include "flue-deadline.h"
#include "flue-raw-header.h"

#include "flue/frame.h"
#include "flue/host.h"

#include "ns3/data-rate.h"
#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/traced-callback.h"

#include <list>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ns3
{

class FlueNetDevice;
class FlueNic;
class FlueProcessor;
class FlueSocket;
class FlueTeamDevice;

/** Flue's host stack on a node. */
class FlueTcpL4Protocol : public IpL4Protocol
{
  public:
    static const uint8_t PROT_NUMBER = 6; //!< TCP
    static TypeId GetTypeId();
    FlueTcpL4Protocol();
    ~FlueTcpL4Protocol() override;

    /** @return a new socket over this stack */
    Ptr<FlueSocket> CreateSocket();
    Ptr<Node> GetNode() const;
    /**
     * Chooses an adapter of the node that the stack will join when it starts, and no others than
     * those that are chosen so (UseAdapters is off then).
     * @param adapter an ns3::FlueNic that is in no team, or an ns3::FlueTeamDevice
     */
    void UseAdapter(Ptr<NetDevice> adapter);
    /**
     * Stops the program, with a message that says what to do, when an attribute's value is
     * impossible; the start of the simulation does the same.
     */
    void Check() const;
    /**
     * Joins an adapter of the node to the stack. The adapters that the node has when the stack
     * starts are joined by themselves if UseAdapters is set.
     * @param adapter as UseAdapter
     * @return false when the adapter cannot be joined
     */
    bool AddAdapter(Ptr<NetDevice> adapter);
    /** @return how many adapters are joined; a team is one */
    uint32_t GetNAdapters();
    /** Moves every connection that can move to the adapter. @return how many started to move */
    uint32_t OffloadAll();
    /** Moves every connection that can move back. @return how many started to move */
    uint32_t UploadAll();
    /**
     * Puts a joined adapter to sleep, after its connections have come back, or wakes it up. Asleep
     * its link is down.
     * @return why it cannot be; FLUE_ERROR_STATE when it is so, or on its way there
     */
    flue_result SetPower(Ptr<NetDevice> adapter, bool isOn);
    /** Routes, or what ARP knows of next hops, are others now: ns-3 tells nobody. A FlueNic tells
     * of its MTU itself. */
    void RoutesChanged();
    /** @return the stack's counts, those of the joined targets added to tcp */
    flue_host_statistics GetStatistics();

    /** @param withContent payload is real bytes instead of a length */
    void SetWithContent(bool withContent);
    bool GetWithContent() const;

    int GetProtocolNumber() const override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv4Header& header,
                     Ptr<Ipv4Interface> incoming) override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv6Header& header,
                     Ptr<Ipv6Interface> incoming) override;
    void ReceiveIcmp(Ipv4Address source,
                     uint8_t ttl,
                     uint8_t type,
                     uint8_t code,
                     uint32_t info,
                     Ipv4Address local,
                     Ipv4Address remote,
                     const uint8_t payload[8]) override;
    void ReceiveIcmp(Ipv6Address source,
                     uint8_t ttl,
                     uint8_t type,
                     uint8_t code,
                     uint32_t info,
                     Ipv6Address local,
                     Ipv6Address remote,
                     const uint8_t payload[8]) override;
    void SetDownTarget(DownTargetCallback callback) override;
    void SetDownTarget6(DownTargetCallback6 callback) override;
    DownTargetCallback GetDownTarget() const override;
    DownTargetCallback6 GetDownTarget6() const override;

    /** TracedCallback signature: a socket's connection changed hands. */
    typedef void (*OwnerTracedCallback)(Ptr<const Socket> socket, uint32_t owner);
    /** TracedCallback signature: a socket's connection lives on an adapter. */
    typedef void (*OffloadTracedCallback)(Ptr<const Socket> socket);
    /** TracedCallback signature: a socket's connection begins its way back, and why. */
    typedef void (*UploadTracedCallback)(Ptr<const Socket> socket, std::string reason);

  protected:
    void NotifyNewAggregate() override;
    void DoInitialize() override;
    void DoDispose() override;

  private:
    friend class FlueSocket;
    friend class FlueNic;
    friend class FlueTeamDevice;

    /** @name The attributes, in groups */
    /**@{*/
    static TypeId AddConnectionAttributes(TypeId tid);
    static TypeId AddTimerAttributes(TypeId tid);
    static TypeId AddOffloadAttributes(TypeId tid);
    static TypeId AddPolicyAttributes(TypeId tid);
    static TypeId AddDampingAttributes(TypeId tid);
    /**@}*/

    /** @return the host stack, made at the first call; attributes have no effect after it */
    flue_host* Host();
    /** Moves every connection that can. @return how many started to move */
    uint32_t MoveAll(flue_result (*move)(flue_host_connection*, flue_time));
    /** @return a length of time in ticks of the engine's timers */
    static uint32_t Ticks(double seconds);
    flue_tcp_config EngineConfig() const;
    flue_policy_config PolicyConfig() const;
    flue_host_config HostConfig() const;
    /** Stops the program when the node cannot have this stack. */
    void CheckNode() const;
    /** Looks for the node's devices that say when they are full. */
    void FindDevices();
    /** @return the adapters that the stack must join when it starts */
    std::vector<Ptr<NetDevice>> WantedAdapters() const;
    /** @return the adapter, or the members of the team */
    static std::vector<Ptr<FlueNic>> NicsOf(const Ptr<NetDevice>& adapter);
    /** After every call into host or target: deliver what waits and set the events anew. */
    void Settle();
    void OnDeadline();
    /** A device has room for frames again. */
    void OnRoom();

    /** @name The host stack's handlers */
    /**@{*/
    flue_host_handlers Handlers();
    void AddSocketHandlers(flue_host_handlers* handlers);
    void Transmit(const flue_four_tuple& tuple, const flue_tcp_segment& segment);
    void Transmit4(Ptr<Packet> packet,
                   const flue_four_tuple& tuple,
                   const flue_tcp_segment& segment);
    void Transmit6(Ptr<Packet> packet,
                   const flue_four_tuple& tuple,
                   const flue_tcp_segment& segment);
    bool NextHop(const flue_four_tuple& tuple, flue_next_hop* hop);
    bool NextHop4(const flue_four_tuple& tuple,
                  Ptr<NetDevice>* device,
                  flue_ip* address,
                  Address* mac);
    bool NextHop6(const flue_four_tuple& tuple,
                  Ptr<NetDevice>* device,
                  flue_ip* address,
                  Address* mac);
    bool HasRoom(const flue_four_tuple& tuple);
    void Moved(flue_host_connection* connection, flue_owner owner);
    void Worked(flue_cost_category category, uint32_t count);
    /**@}*/

    /** @name What happens to adapters and neighbours */
    /**@{*/
    void AddEventHandlers(flue_host_handlers* handlers);
    void Powered(uint32_t adapter, bool isOn, flue_result result);
    void Solicit(const flue_next_hop& hop);
    void Solicit4(const flue_next_hop& hop, Ptr<NetDevice> device);
    void Solicit6(const flue_next_hop& hop, Ptr<NetDevice> device);
    /** @return how busy the engine of an adapter, or the busiest of a team, was */
    uint32_t TakeLoad(uint32_t adapter);
    /** An ARP packet, or an IPv6 one, came by: maybe an answer. */
    void Hear(Ptr<NetDevice> device,
              Ptr<const Packet> packet,
              uint16_t protocol,
              const Address& from,
              const Address& to,
              NetDevice::PacketType type);
    void TakeIcmp(flue_four_tuple* tuple,
                  uint8_t type,
                  uint8_t code,
                  uint32_t info,
                  const uint8_t payload[8]);
    /** @return the host stack's number for it, or UINT32_MAX: none */
    uint32_t NumberOf(Ptr<NetDevice> device) const;
    /**@}*/

    Ptr<Ipv4Route> Route4(const flue_four_tuple& tuple, Ptr<NetDevice> device);
    Ptr<Ipv6Route> Route6(const flue_four_tuple& tuple, Ptr<NetDevice> device);
    /** A segment that an adapter has kept while its connection moved to the host. */
    void TakeBack(const flue_packet& packet);
    void Input(Ptr<Packet> packet, flue_four_tuple* tuple, flue_tcp_segment* segment);

    /** @name For watched sockets (flue-socket-traces.h) */
    /**@{*/
    /** Orders connections. */
    struct TupleLess
    {
        bool operator()(const flue_four_tuple& a, const flue_four_tuple& b) const;
    };

    /** From here on @p socket, which has a connection, is told what happens to it. */
    void Watch(FlueSocket* socket);
    /** A segment was sent, or has arrived, here or at an adapter. */
    void See(const flue_four_tuple& tuple, const flue_tcp_segment& segment, bool isSent)
    {
        if (!m_watched.empty())
        {
            SeeSegment(tuple, segment, isSent);
        }
    }
    void SeeSegment(const flue_four_tuple& tuple, const flue_tcp_segment& segment, bool isSent);
    void Sample(const Ptr<FlueSocket>& socket);
    /** Tells what has changed since the last call. */
    void SampleChanged();
    /** Sockets that the application has closed are to be looked at. */
    void SampleEnded();
    /**@}*/

    /** @name For sockets */
    /**@{*/
    /** Keeps @p socket alive until Drop. */
    void Keep(FlueSocket* socket);
    void Drop(FlueSocket* socket);
    /** Keeps a posted read's memory, which no socket waits for, until the host stack is done. */
    void KeepMemory(std::unique_ptr<uint8_t[]> bytes);
    /** Books a local port. @return false when it is taken */
    bool BookPort(const flue_four_tuple& local);
    void FreePort(const flue_four_tuple& local);
    /** @return the next ephemeral port that is free at the address (zero: at all of them), or 0 */
    uint16_t NextPort(uint8_t version, const flue_ip& address);
    /** Fills in the local address that @p tuple leaves by. @return the MTU there; 0: no route */
    uint32_t FindSource(flue_four_tuple* tuple, Ptr<NetDevice> device);
    /** @return the smallest MTU of the node's devices */
    uint32_t SmallestMtu() const;
    /**@}*/

    Ptr<Node> m_node;                          //!< the node
    Ptr<Ipv4L3Protocol> m_ipv4;                //!< its IPv4, or null
    Ptr<Ipv6L3Protocol> m_ipv6;                //!< its IPv6, or null
    Ptr<FlueProcessor> m_processor;            //!< its processor, or null: work costs nothing
    DownTargetCallback m_downTarget;           //!< to IPv4
    DownTargetCallback6 m_downTarget6;         //!< to IPv6
    flue_host* m_host = nullptr;               //!< the host stack
    FlueDeadline m_deadline;                   //!< when it must be called again
    std::vector<Ptr<FlueNetDevice>> m_devices; //!< that say when they are full
    std::vector<Ptr<NetDevice>> m_wanted;      //!< adapters that were chosen
    std::vector<Ptr<NetDevice>> m_adapters;    //!< joined ones, by the host stack's number
    std::vector<Ptr<FlueNic>> m_nics;          //!< what they are made of: members for a team
    std::vector<Ptr<FlueTeamDevice>> m_teams;  //!< those of them that are teams
    std::vector<Ptr<FlueSocket>> m_sockets;    //!< sockets that have a connection or listen
    std::map<flue_four_tuple, Ptr<FlueSocket>, TupleLess> m_watched; //!< sockets with traces
    std::vector<Ptr<FlueSocket>> m_changed;                          //!< those to be looked at
    std::list<Ptr<FlueSocket>> m_ended; //!< those whose connections end by themselves
    FlueBookedPorts m_ports;            //!< local ports in use
    uint16_t m_nextPort = 0;            //!< where the search for a port goes on
    std::unordered_map<const void*, std::unique_ptr<uint8_t[]>> m_memory; //!< see KeepMemory
    // Content in one piece. Three, because an arriving segment's bytes are still lent to the host
    // stack while it transmits and while the application reads and writes.
    std::vector<uint8_t> m_arriving;    //!< a segment from IP
    std::vector<uint8_t> m_leaving;     //!< a payload for IP
    std::vector<uint8_t> m_application; //!< what a socket sends or receives
    FlueRawHeader m_rawHeader;          //!< puts headers in front of segments
    bool m_isSettling = false;          //!< Settle is on the stack, or follows
    bool m_isHearing = false;           //!< Hear is registered with the node

    uint32_t m_segmentSize;    //!< SegmentSize
    uint32_t m_sndBufSize;     //!< SndBufSize
    uint32_t m_rcvBufSize;     //!< RcvBufSize
    bool m_noDelay;            //!< TcpNoDelay
    bool m_timestamps;         //!< Timestamp
    bool m_windowScaling;      //!< WindowScaling
    bool m_sack;               //!< Sack
    std::string m_congestion;  //!< CongestionControl
    bool m_largeInitialWindow; //!< LargeInitialWindow
    Time m_initialRto;         //!< InitialRto
    Time m_minRto;             //!< MinRto
    Time m_delAckTimeout;      //!< DelAckTimeout
    uint32_t m_delAckCount;    //!< DelAckCount
    Time m_timeWait;           //!< TimeWait
    uint32_t m_connCount;      //!< ConnCount
    uint32_t m_dataRetries;    //!< DataRetries
    Time m_keepAliveTime;      //!< KeepAliveTime
    Time m_keepAliveInterval;  //!< KeepAliveInterval
    std::string m_policy;      //!< OffloadPolicy
    Time m_leastStay;          //!< PolicyLeastStay
    Time m_mostStay;           //!< PolicyMostStay
    uint32_t m_margin;         //!< PolicyMarginPercent
    Time m_reviewInterval;     //!< PolicyReviewInterval
    DataRate m_leastRate;      //!< PolicyLeastRate
    Time m_mostRtt;            //!< PolicyMostRtt
    uint64_t m_leastBytes;     //!< PolicyLeastBytes
    Time m_leastLeft;          //!< PolicyLeastLeft
    uint32_t m_leastPriority;  //!< PolicyLeastPriority
    uint32_t m_lowLoad;        //!< PolicyLowLoad
    uint32_t m_highLoad;       //!< PolicyHighLoad
    uint32_t m_step;           //!< PolicyStep
    std::string m_heeded;      //!< PolicyHeededReasons
    bool m_useAdapters;        //!< UseAdapters
    bool m_isOffloadSure;      //!< NeedsAdapter
    bool m_withContent;        //!< WithContent
    bool m_verifyChecksums;    //!< VerifyChecksums

    TracedCallback<Ptr<const Socket>, uint32_t> m_ownerTrace;     //!< Owner
    TracedCallback<Ptr<const Socket>> m_offloadTrace;             //!< Offload
    TracedCallback<Ptr<const Socket>, std::string> m_uploadTrace; //!< Upload
};

} // namespace ns3

#endif /* FLUE_TCP_L4_PROTOCOL_H */
