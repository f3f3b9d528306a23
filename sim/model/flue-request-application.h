/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Requests and responses over many connections, whose applications pay for their system calls as
 * those of flue-bulk-application.h do.
 *
 * The client opens connections and makes requests on them: one after the other's response, with
 * time to think between; or as they arrive, at random; or when it is told to. The server answers a
 * request when it has all of it. The two know from their attributes how long requests and responses
 * are; nothing in the bytes says so. With content, the byte at each position of either stream is
 * FlueBulkByte of that position.
 */
#ifndef FLUE_REQUEST_APPLICATION_H
#define FLUE_REQUEST_APPLICATION_H

#include "flue-bulk-application.h"

#include "flue/time.h"

#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simple-ref-count.h"

#include <deque>
#include <utility>
#include <vector>

namespace ns3
{

class FlueRequestApplication;

/** One end of a connection: reads all that comes, and sends what it is told to. */
class FlueRequestPeer : public SimpleRefCount<FlueRequestPeer>
{
  public:
    /**
     * @param owner hears what happens, until Forget
     * @param socket the connection, or what becomes it
     * @param index by which the owner knows this
     */
    FlueRequestPeer(FlueRequestApplication* owner, Ptr<Socket> socket, uint32_t index);
    /** The connection is open: bytes may flow. */
    void Open();
    /** Sends @p bytes behind all others. */
    void Send(uint64_t bytes);
    /** Closes behind all that is to be sent. */
    void Close();
    /** The owner is gone, or the connection is. */
    void Forget();
    /** The owner is done with it: closes it now. */
    void Release();

    const uint32_t index;  //!< by which the owner knows this
    uint64_t received = 0; //!< bytes read
    uint64_t answered = 0; //!< requests, by a server

  private:
    void OnData(Ptr<Socket> socket);
    void OnRoom(Ptr<Socket> socket, uint32_t room);
    void OnPeerClosed(Ptr<Socket> socket);
    void OnFailed(Ptr<Socket> socket);
    /** Makes calls while there is something to read or room to send. */
    void Work();
    /** Begins a call. @return false: there is none to make now */
    bool Call();
    /** Does a call's work, then its effect. */
    void Pay(uint32_t bytes, bool isSending);
    void Take(uint32_t size);
    void Put(uint32_t size);

    FlueRequestApplication* m_owner; //!< null: forgotten
    Ptr<Socket> m_socket;            //!< the connection
    uint32_t m_hash = 0;             //!< of its addresses
    uint32_t m_callSize = 0;         //!< bytes of a send call, at most
    uint64_t m_toSend = 0;           //!< bytes that wait
    uint64_t m_sent = 0;             //!< bytes that the socket has taken
    bool m_isOpen = false;           //!< Open
    bool m_isClosing = false;        //!< Close
    bool m_hasClosed = false;        //!< and the socket was told
    bool m_peerClosed = false;       //!< the other side sends no more
    bool m_isPaying = false;         //!< a call waits for its core
    bool m_isLooping = false;        //!< Work is on the stack
};

/** What client and server have in common. */
class FlueRequestApplication : public FlueBulkApplication
{
  public:
    static TypeId GetTypeId();
    /** @return bytes that its sockets have taken */
    uint64_t GetSent() const;
    /** @return bytes read */
    uint64_t GetReceived() const;
    /** @return bytes that were not what the other side sends */
    uint64_t GetCorrupt() const;

  protected:
    friend class FlueRequestPeer;
    /** @p peer has read something. */
    virtual void OnReceived(FlueRequestPeer* peer) = 0;
    /** The other side of @p peer has closed, and everything was read; or the connection broke. */
    virtual void OnEnded(FlueRequestPeer* peer, bool hasFailed) = 0;

    uint32_t m_requestBytes;      //!< RequestBytes
    uint32_t m_responseBytes;     //!< ResponseBytes
    uint64_t m_sentBytes = 0;     //!< GetSent
    uint64_t m_receivedBytes = 0; //!< GetReceived
    uint64_t m_corruptBytes = 0;  //!< GetCorrupt
};

/** The side that asks. */
class FlueRequestClient : public FlueRequestApplication
{
  public:
    static TypeId GetTypeId();
    FlueRequestClient();

    /** What has happened. */
    struct Counts
    {
        uint32_t open = 0;      //!< connections
        uint32_t waiting = 0;   //!< of them, for a response
        uint64_t opened = 0;    //!< until now
        uint64_t closed = 0;    //!< in order
        uint64_t failed = 0;    //!< in another way
        uint64_t started = 0;   //!< requests
        uint64_t completed = 0; //!< responses
    };

    /** Connections that leave from one local address: fewer than there are ephemeral ports. */
    static constexpr uint32_t CONNECTIONS_PER_ADDRESS = 16000;

    /** Where connections leave from, each address in turn; none: wherever they like. */
    void SetLocalAddresses(const std::vector<Ipv4Address>& addresses);
    /** @return what has happened */
    const Counts& GetCounts() const;
    /** Makes a request on each connection that waits for none. @return how many */
    uint32_t Go();
    /** @return how long @p share of the requests took that ended at @p since or later, at most */
    flue_time GetLatency(flue_time since, double share) const;

  protected:
    void DoDispose() override;

  private:
    /** A connection and its request. */
    struct Slot
    {
        Ptr<FlueRequestPeer> peer; //!< the connection; null: none
        uint64_t made = 0;         //!< requests on it
        flue_time since = 0;       //!< of the request that waits for its response
        bool isOpen = false;       //!< connected
        bool isWaiting = false;    //!< for a response
        bool isThinking = false;   //!< before the next request
    };

    void StartApplication() override;
    void StopApplication() override;
    void OnReceived(FlueRequestPeer* peer) override;
    void OnEnded(FlueRequestPeer* peer, bool hasFailed) override;
    /** Opens the first connection that is not, and has the next one opened later. */
    void OpenNext();
    void OpenSlot(uint32_t index);
    /** @return what Socket::Bind does */
    int Bind(const Ptr<Socket>& socket, uint32_t index) const;
    void OnConnected(uint32_t index, Ptr<Socket> socket);
    void OnRefused(uint32_t index, Ptr<Socket> socket);
    /** Its connection is over; another may follow. */
    void Vacate(uint32_t index, bool hasFailed);
    /** A connection is free for a request. */
    void Offer(uint32_t index);
    /** Makes a request that was to be made at @p since. */
    void Ask(uint32_t index, flue_time since);
    /** A request arrives, and the next one will. */
    void Arrive();
    /** @return a time with this mean, exponential */
    Time Draw(double seconds);

    uint32_t m_connections; //!< Connections
    Time m_spacing;         //!< Spacing
    uint64_t m_requests;    //!< Requests
    bool m_reopens;         //!< Reopens
    bool m_isManual;        //!< Manual
    double m_rate;          //!< Rate
    Time m_think;           //!< Think

    std::vector<Ipv4Address> m_local; //!< SetLocalAddresses
    std::vector<Slot> m_slots;        //!< by index
    std::vector<uint32_t> m_free;     //!< open loop: those without a request
    std::deque<flue_time> m_queue;    //!< open loop: requests that wait
    std::vector<std::pair<flue_time, flue_time>> m_latencies; //!< when completed, and after what
    Ptr<ExponentialRandomVariable> m_random;                  //!< of arrivals and thought
    EventId m_openEvent;                                      //!< OpenNext
    EventId m_arriveEvent;                                    //!< Arrive
    uint32_t m_next = 0;                                      //!< index that OpenNext opens
    Counts m_counts;                                          //!< GetCounts
};

/** The side that answers. */
class FlueRequestServer : public FlueRequestApplication
{
  public:
    static TypeId GetTypeId();

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void OnReceived(FlueRequestPeer* peer) override;
    void OnEnded(FlueRequestPeer* peer, bool hasFailed) override;
    void OnAccepted(Ptr<Socket> socket, const Address& from);

    Ptr<Socket> m_listener;                    //!< accepts
    std::vector<Ptr<FlueRequestPeer>> m_peers; //!< by index
    std::vector<uint32_t> m_vacant;            //!< indices that are unused
};

} // namespace ns3

#endif /* FLUE_REQUEST_APPLICATION_H */
