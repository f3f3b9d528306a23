/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A bulk transfer whose applications pay for their system calls.
 *
 * The client opens a connection, sends as fast as the socket takes it, and closes; the server
 * accepts one connection and reads to its end. They use ns3::Socket alone, so they run over ns-3's
 * TCP and over Flue's alike. Each call costs a system call and the copy of its bytes on the node's
 * FlueProcessor and takes effect when a core has done that; the next call is not made before.
 * Without a processor, or with an ideal one, calls cost nothing.
 *
 * A server over Flue's TCP can post its reads ahead instead (PostedReads). A read that the adapter
 * has filled costs its system call and no copy.
 *
 * With content, the byte at each position of the stream is FlueBulkByte of that position.
 */
#ifndef FLUE_BULK_APPLICATION_H
#define FLUE_BULK_APPLICATION_H

#include "flue-processor.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/attribute.h"
#include "ns3/event-id.h"
#include "ns3/sequence-number.h"
#include "ns3/socket.h"

#include <string>
#include <utility>
#include <vector>

namespace ns3
{

class FlueSocket;
class TcpHeader;
class TcpSocketBase;

/** @return the byte at @p position of every stream with content */
inline uint8_t FlueBulkByte(uint64_t position)
{
    // Letters and signs, like text: bytes of every kind are soon taken for some binary protocol by
    // those who look at a capture.
    return static_cast<uint8_t>(0x40 | (position * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

/** What the two ends have in common: a socket, its options and the price of using it. */
class FlueBulkApplication : public Application
{
  public:
    static TypeId GetTypeId();

    /**
     * Sets an attribute of the socket before it is used. Sockets that know no such attribute are
     * left alone: ns-3's and Flue's do not have the same.
     */
    void AddSocketOption(std::string name, Ptr<AttributeValue> value);

  protected:
    void DoDispose() override;

    /** @return a new socket with its options set */
    Ptr<Socket> MakeSocket();
    /** Finds the core that works for @p socket's connection, once it has both addresses. */
    void FindCore(Ptr<Socket> socket);
    /**
     * Does the work of one call that moves @p bytes, then calls @p effect.
     * @param bytes of payload
     * @param isSending they are sent, not received
     * @param effect anything that can be called without arguments
     */
    template <typename F>
    void Pay(uint32_t bytes, bool isSending, F&& effect);

    Address m_address;            //!< Address: the server's, and where it listens
    uint32_t m_ioSize;            //!< IoSize
    bool m_withContent;           //!< WithContent
    std::vector<uint8_t> m_bytes; //!< content of one call
    bool m_isPaying = false;      //!< a call is waiting for its core
    bool m_isLooping = false;     //!< calls that cost nothing are made in a loop, not recursively

  private:
    TypeId m_factory;                                                   //!< Protocol
    std::vector<std::pair<std::string, Ptr<AttributeValue>>> m_options; //!< of the socket
    Ptr<FlueProcessor> m_processor;                                     //!< null: free
    uint32_t m_hash = 0;                                                //!< of the connection
};

template <typename F>
void FlueBulkApplication::Pay(uint32_t bytes, bool isSending, F&& effect)
{
    if (!m_processor || m_processor->IsIdeal())
    {
        effect();
        return;
    }
    const flue_profile& profile = m_processor->GetProfile();
    m_processor->Occupy(m_hash, FLUE_COST_SYSCALL, profile.syscall_cycles);
    const uint64_t copy =
        isSending ? profile.copy_tx_cycles_per_kib : profile.copy_rx_cycles_per_kib;
    m_processor->Execute(m_hash, FLUE_COST_COPY, copy * bytes / 1024, std::forward<F>(effect));
}

/** The side that sends. */
class FlueBulkClient : public FlueBulkApplication
{
  public:
    static TypeId GetTypeId();

    /** @return bytes that the socket has taken */
    uint64_t GetSent() const;
    bool IsConnected() const;
    /** @return true when the connection failed, or ended before everything was handed over */
    bool HasFailed() const;
    /**
     * What ns-3's TCP did; 0 over Flue's, whose stack counts for itself.
     * @return segments sent again
     */
    uint64_t GetRetransmitted() const;
    /** @return retransmission timeouts, counted likewise */
    uint64_t GetTimeouts() const;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    /** @name What ns-3's TCP tells */
    /**@{*/
    void WatchTcp(Ptr<Socket> socket);
    void OnSegment(Ptr<const Packet> packet, const TcpHeader& header, Ptr<const TcpSocketBase>);
    void OnRto(Time before, Time after);
    /**@}*/
    void OnConnected(Ptr<Socket> socket);
    void OnFailed(Ptr<Socket> socket);
    void OnClosed(Ptr<Socket> socket);
    void OnRoom(Ptr<Socket> socket, uint32_t room);
    /** Makes calls while the socket has room for them. */
    void Fill();
    /** @return the size of the next call; 0: there is none to make now */
    uint32_t NextSize() const;
    /** The effect of a call. */
    void Put(uint32_t size);
    bool IsDone() const;

    Ptr<Socket> m_socket;         //!< the connection
    uint64_t m_maxBytes;          //!< MaxBytes
    uint32_t m_callSize = 0;      //!< bytes of a call, at most
    uint64_t m_sent = 0;          //!< GetSent
    bool m_isConnected = false;   //!< IsConnected
    bool m_hasFailed = false;     //!< HasFailed
    bool m_hasClosed = false;     //!< everything was handed over and the socket closed
    SequenceNumber32 m_highest;   //!< behind the last byte that ns-3's TCP has sent
    uint64_t m_retransmitted = 0; //!< GetRetransmitted
    uint64_t m_timeouts = 0;      //!< GetTimeouts
};

/** The side that reads. */
class FlueBulkServer : public FlueBulkApplication
{
  public:
    static TypeId GetTypeId();

    /** @return bytes read */
    uint64_t GetReceived() const;
    /** @return bytes that were not what the client sends */
    uint64_t GetCorrupt() const;
    /** @return true when everything up to the client's end has been read */
    bool IsComplete() const;
    bool HasFailed() const;
    /** @return when it became complete */
    Time GetCompletionTime() const;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    bool OnRequest(Ptr<Socket> socket, const Address& from);
    void OnAccepted(Ptr<Socket> socket, const Address& from);
    void OnData(Ptr<Socket> socket);
    void OnPeerClosed(Ptr<Socket> socket);
    void OnFailed(Ptr<Socket> socket);
    /** Makes calls while there is something to read. */
    void Drain();
    /** @return true between the end of a call and the next one */
    bool IsPausing() const;
    /** The effect of a call. */
    void Take(uint32_t size);
    /** Reads @p size bytes, and looks at them if that is wanted. */
    void Read(uint32_t size);
    void Check(Ptr<Packet> packet);
    /** What a call has read is the application's. */
    void Count(Ptr<Packet> packet);
    void Finish();

    /** @name With PostedReads (flue-bulk-reads.cc) */
    /**@{*/
    void Post();
    void OnRead(Ptr<Socket> socket, Ptr<Packet> data);
    /** The effect of a read. */
    void TakeRead(Ptr<Packet> data);
    /**@}*/

    Time m_pause;                    //!< Pause
    EventId m_pauseEvent;            //!< the next call may be made
    Ptr<Socket> m_listener;          //!< accepts one connection
    Ptr<Socket> m_socket;            //!< it
    FlueSocket* m_counted = nullptr; //!< the same, if it is Flue's and only its bytes count
    FlueSocket* m_posting = nullptr; //!< the same, if reads are posted
    uint32_t m_postedReads;          //!< PostedReads
    uint32_t m_unfinished = 0;       //!< reads that are posted, or being paid for
    uint64_t m_received = 0;         //!< GetReceived
    uint64_t m_corrupt = 0;          //!< GetCorrupt
    bool m_peerClosed = false;       //!< the client's end stands behind what is unread
    bool m_isComplete = false;       //!< IsComplete
    bool m_hasFailed = false;        //!< HasFailed
    Time m_completionTime;           //!< GetCompletionTime
};

} // namespace ns3

#endif /* FLUE_BULK_APPLICATION_H */
