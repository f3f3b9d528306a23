/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ns-3 socket over Flue's host stack. Applications use it as they use ns-3's own TCP sockets,
 * and do not see whether the connection lives on the host or on the adapter.
 *
 * It behaves as ns3::Socket documents and as ns-3's TCP does where the documentation is silent:
 * - Send takes a whole packet or nothing (-1, ERROR_MSGSIZE when it does not fit now);
 * - Recv returns an empty packet once the peer has closed and everything is read;
 * - a listening socket's ShutdownSend is inherited by the sockets that it accepts: they close when
 * the peer has closed and everything is read (that is what PacketSink relies on);
 * - Close with unread data resets the connection.
 * Payload is length-only if the stack's WithContent attribute is off.
 *
 * Beyond that it can be given reads ahead, as an adapter that places data in the application's
 * memory wants them (PostReceive).
 */
#ifndef FLUE_SOCKET_H
#define FLUE_SOCKET_H

#include "flue/host.h"

#include "ns3/socket.h"

#include <memory>
#include <vector>

namespace ns3
{

struct FlueSocketRare;
struct FlueSocketReads;
struct FlueSocketTraces;
class FlueTcpL4Protocol;

/** A stream socket; made by FlueTcpSocketFactory. */
class FlueSocket : public Socket
{
  public:
    static TypeId GetTypeId();
    FlueSocket();
    ~FlueSocket() override;

    /** @return who owns the connection's state now; FLUE_OWNER_HOST without a connection */
    flue_owner GetOwner() const;
    /** @return the host stack's connection, or nullptr */
    flue_host_connection* GetConnection() const;
    /** @return why the connection ended: FLUE_OK in order, or before it has ended */
    flue_result GetEndReason() const;

    SocketErrno GetErrno() const override;
    SocketType GetSocketType() const override;
    Ptr<Node> GetNode() const override;
    int Bind(const Address& address) override;
    int Bind() override;
    int Bind6() override;
    int Close() override;
    int ShutdownSend() override;
    int ShutdownRecv() override;
    int Connect(const Address& address) override;
    int Listen() override;
    uint32_t GetTxAvailable() const override;
    int Send(Ptr<Packet> packet, uint32_t flags) override;
    int SendTo(Ptr<Packet> packet, uint32_t flags, const Address& to) override;
    uint32_t GetRxAvailable() const override;
    Ptr<Packet> Recv(uint32_t maxSize, uint32_t flags) override;
    Ptr<Packet> RecvFrom(uint32_t maxSize, uint32_t flags, Address& from) override;
    int GetSockName(Address& address) const override;
    int GetPeerName(Address& address) const override;
    bool SetAllowBroadcast(bool allowBroadcast) override;
    bool GetAllowBroadcast() const override;
    using Socket::Recv;
    using Socket::RecvFrom;
    using Socket::Send;
    using Socket::SendTo;

    /**
     * Takes received bytes without looking at them, as MSG_TRUNC does on Linux: for applications
     * that only count. Recv makes a packet of them, which costs more than the bytes' way here.
     * @param maxSize bytes
     * @return how many were taken; 0: none are here (ERROR_AGAIN), or the socket is not connected
     *         (ERROR_NOTCONN)
     */
    uint32_t Discard(uint32_t maxSize);

    /**
     * What a posted read is told when it is done.
     * @param socket that posted it
     * @param data what has come; fewer bytes than were asked for, or none, where no more can come
     */
    typedef Callback<void, Ptr<Socket>, Ptr<Packet>> ReadCallback;

    /**
     * Posts a read: what the peer sends next goes to it, before Recv sees any of it, and on the
     * adapter straight into the read's memory. As many as one likes may wait; they are filled in
     * the order of posting, wherever the connection lives. Meanwhile Recv returns, GetRxAvailable
     * counts, and the receive callback announces only what no posted read takes.
     *
     * Every read is told exactly once, unless the simulation ends first; perhaps before this call
     * returns, when there is data already. It is told an empty packet when the peer has closed and
     * everything has gone to reads before it, when the connection breaks or fails to open, and when
     * ShutdownRecv says that nobody listens. Close leaves posted reads in place: they take what the
     * peer still sends, until it closes too.
     *
     * @param size bytes, 1 to 2^30; the socket provides the memory
     * @param isWhole done when it is full; otherwise, when it has some data and no more is at hand
     * @param done called when it is done
     * @return 0; or -1, when nothing was posted: ERROR_INVAL for a size or callback that cannot be,
     * ERROR_NOTCONN without a connection that is open or opening, ERROR_SHUTDOWN after Close or
     * ShutdownRecv, ERROR_AGAIN when there is no memory
     */
    int PostReceive(uint32_t size, bool isWhole, ReadCallback done);

    /** @param seconds the longest that a segment lives; 0: half the stack's TimeWait */
    void SetMaxSegLifetime(double seconds);
    double GetMaxSegLifetime() const;
    /** @return the trace sources, made at the first call, by which the socket is watched */
    FlueSocketTraces& Traces();

  protected:
    void DoDispose() override;

  private:
    friend class FlueTcpL4Protocol; // makes sockets and hands the host stack's calls to them

    /** What the socket can be asked to do. */
    enum State : uint8_t
    {
        IDLE,       //!< made, perhaps bound
        LISTENING,  //!< accepts connections
        CONNECTING, //!< SYN sent
        CONNECTED,  //!< established and not yet ended
        ENDED       //!< the connection has gone
    };

    /** @name The host stack's calls */
    /**@{*/
    void OnAccepted(flue_host_connection* connection);
    void OnConnected();
    void OnReadable();
    void OnRead(uint32_t length);
    void OnWritable(uint32_t bytes);
    void OnPeerClosed();
    void OnClosed(flue_result reason);
    /**@}*/

    static constexpr uint32_t NOT_KEPT = UINT32_MAX; //!< no place

    /** @return what most sockets do not need, made at the first call */
    FlueSocketRare& Rare();
    /** @return the trace sources, or null when nobody watches */
    FlueSocketTraces* GetTraces() const;
    /** @return the reads, or null when none was ever posted */
    FlueSocketReads* GetReads() const;
    int Fail(SocketErrno error) const;
    /** Tells the host stack how long TIME_WAIT will last. */
    void LimitTimeWait();
    int BindTo(uint8_t version, const flue_ip& address, uint16_t port);
    flue_tcp_options Options(uint32_t mtu) const;
    Address ToAddress(const flue_ip& address, uint16_t port) const;
    /** Gives the connection back to the host stack and the socket's place back to the protocol. */
    void Release();
    /** Gives the port back, if one is booked. */
    void FreePort();
    /** What follows when the application has read: see Recv. */
    void FinishRead();
    void CloseIfFinished();
    /** Tells the application, once, that the peer sends no more. */
    void NotifyEnd();
    /** Gives an ended connection back once everything is read. */
    void ReleaseIfEnded();
    /** @return true while posted reads wait */
    bool HasReads() const;
    /** What comes for the reads that wait will be dropped. @return who must be told */
    std::vector<ReadCallback> ForgetReads();
    /** Leaves the memory of reads that wait to the protocol. */
    void LeaveReads();
    void TellForgotten(const std::vector<ReadCallback>& forgotten);

    Ptr<FlueTcpL4Protocol> m_tcp;                 //!< the node's stack
    flue_host_connection* m_connection = nullptr; //!< while CONNECTING or CONNECTED
    std::unique_ptr<FlueSocketRare> m_rare;       //!< what most do not need
    flue_four_tuple m_tuple{};                //!< local part once bound, all of it once connected
    uint32_t m_unacknowledged = 0;            //!< bytes that the send buffer holds
    uint32_t m_sndBufSize = 0;                //!< most of them
    uint32_t m_rcvBufSize = 0;                //!< largest window offered
    uint32_t m_segmentSize = 0;               //!< payload of a full segment
    uint32_t m_place = NOT_KEPT;              //!< where the protocol keeps a busy socket alive
    int8_t m_endReason = FLUE_OK;             //!< why the connection ended; a flue_result
    mutable uint8_t m_errno = ERROR_NOTERROR; //!< why the last call failed; a SocketErrno
    State m_state = IDLE;                     //!< see State
    bool m_isBound = false;       //!< m_tuple's local part holds, and its port is booked ...
    bool m_isBoundToAny = false;  //!< ... for every address
    bool m_noDelay = true;        //!< Nagle's algorithm off
    bool m_shutdownSend = false;  //!< ShutdownSend was called (here or on the listener)
    bool m_shutdownRecv = false;  //!< what arrives is dropped
    bool m_isClosing = false;     //!< Close was called
    bool m_sawEnd = false;        //!< the peer's FIN stands behind the data
    bool m_hasEnded = false;      //!< ended in order, but not all is read
    bool m_closeNotified = false; //!< one of the close callbacks was called
};

} // namespace ns3

#endif /* FLUE_SOCKET_H */
