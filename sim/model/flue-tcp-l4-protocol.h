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

#include "flue-deadline.h"

#include "flue/host.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/traced-callback.h"

#include <list>
#include <unordered_map>
#include <vector>

namespace ns3
{

class FlueNic;
class FlueProcessor;
class FlueSocket;

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
     * Joins an adapter of the node to the stack. The adapters that the node has when the stack
     * starts are joined by themselves if UseAdapters is set.
     * @param nic the adapter
     * @return false when the adapter cannot be joined
     */
    bool AddAdapter(Ptr<FlueNic> nic);
    /** @return how many adapters are joined */
    uint32_t GetNAdapters();
    /** Moves every connection that can move to the adapter. @return how many started to move */
    uint32_t OffloadAll();
    /** Moves every connection that can move back. @return how many started to move */
    uint32_t UploadAll();
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
    void SetDownTarget(DownTargetCallback callback) override;
    void SetDownTarget6(DownTargetCallback6 callback) override;
    DownTargetCallback GetDownTarget() const override;
    DownTargetCallback6 GetDownTarget6() const override;

    /** TracedCallback signature: a socket's connection changed hands. */
    typedef void (*OwnerTracedCallback)(Ptr<const Socket> socket, uint32_t owner);

  protected:
    void NotifyNewAggregate() override;
    void DoInitialize() override;
    void DoDispose() override;

  private:
    friend class FlueSocket;
    friend class FlueNic;

    /** @name The attributes, in groups */
    /**@{*/
    static TypeId AddConnectionAttributes(TypeId tid);
    static TypeId AddTimerAttributes(TypeId tid);
    static TypeId AddOffloadAttributes(TypeId tid);
    /**@}*/

    /** @return the host stack, made at the first call; attributes have no effect after it */
    flue_host* Host();
    flue_tcp_config EngineConfig() const;
    /** After every call into host or target: deliver what waits and set the events anew. */
    void Settle();
    void OnDeadline();

    /** @name The host stack's handlers */
    /**@{*/
    flue_host_handlers Handlers();
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
    void Moved(flue_host_connection* connection, flue_owner owner);
    void Worked(flue_cost_category category, uint32_t count);
    /**@}*/

    Ptr<Ipv4Route> Route4(const flue_four_tuple& tuple, Ptr<NetDevice> device);
    Ptr<Ipv6Route> Route6(const flue_four_tuple& tuple, Ptr<NetDevice> device);
    void Input(Ptr<Packet> packet, flue_four_tuple* tuple, flue_tcp_segment* segment);

    /** @name For sockets */
    /**@{*/
    /** Keeps @p socket alive until Drop. */
    void Keep(FlueSocket* socket);
    void Drop(FlueSocket* socket);
    /** Books a local port. @return false when it is taken */
    bool BookPort(const flue_four_tuple& local);
    void FreePort(const flue_four_tuple& local);
    /** @return the next ephemeral port that nobody has booked, or 0 */
    uint16_t NextPort(uint8_t version);
    /** Fills in the local address that @p tuple leaves by. @return the MTU there; 0: no route */
    uint32_t FindSource(flue_four_tuple* tuple, Ptr<NetDevice> device);
    /** @return the smallest MTU of the node's devices */
    uint32_t SmallestMtu() const;
    /**@}*/

    Ptr<Node> m_node;                     //!< the node
    Ptr<Ipv4L3Protocol> m_ipv4;           //!< its IPv4, or null
    Ptr<Ipv6L3Protocol> m_ipv6;           //!< its IPv6, or null
    Ptr<FlueProcessor> m_processor;       //!< its processor, or null: work costs nothing
    DownTargetCallback m_downTarget;      //!< to IPv4
    DownTargetCallback6 m_downTarget6;    //!< to IPv6
    flue_host* m_host = nullptr;          //!< the host stack
    FlueDeadline m_deadline;              //!< when it must be called again
    std::vector<Ptr<FlueNic>> m_nics;     //!< joined adapters, by the host stack's number
    std::list<Ptr<FlueSocket>> m_sockets; //!< sockets that have a connection or listen
    /** Booked ports (version and port), and for which local addresses. */
    std::unordered_map<uint32_t, std::vector<flue_ip>> m_ports;
    uint16_t m_nextPort = 0; //!< where the search for a port goes on
    // Content in one piece. Three, because an arriving segment's bytes are still lent to the host
    // stack while it transmits and while the application reads and writes.
    std::vector<uint8_t> m_arriving;    //!< a segment from IP
    std::vector<uint8_t> m_leaving;     //!< a payload for IP
    std::vector<uint8_t> m_application; //!< what a socket sends or receives
    bool m_isSettling = false;          //!< Settle is on the stack

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
    std::string m_policy;      //!< OffloadPolicy
    bool m_useAdapters;        //!< UseAdapters
    bool m_withContent;        //!< WithContent
    bool m_verifyChecksums;    //!< VerifyChecksums

    TracedCallback<Ptr<const Socket>, uint32_t> m_ownerTrace; //!< Owner
};

} // namespace ns3

#endif /* FLUE_TCP_L4_PROTOCOL_H */
