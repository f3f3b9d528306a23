/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a socket lets others watch: trace sources with the names and signatures of ns-3's TCP.
 *
 * A socket has them only once somebody has connected to one of them: nobody else pays, in memory or
 * in time. From then on the connection's variables are read after each of its segments, wherever it
 * lives, also after the application has closed the socket, until the connection is gone.
 */
#ifndef FLUE_SOCKET_TRACES_H
#define FLUE_SOCKET_TRACES_H

#include "flue/tcp.h"

#include "ns3/nstime.h"
#include "ns3/sequence-number.h"
#include "ns3/socket.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-state.h"
#include "ns3/tcp-socket.h"
#include "ns3/traced-callback.h"

namespace ns3
{

/** A value that tells when it changes; as TracedValue, but set by hand. */
template <typename T>
class FlueTrace : public TracedCallback<T, T>
{
  public:
    /** @param value of now */
    void Set(const T& value)
    {
        if (value != m_value)
        {
            const T old = m_value;
            m_value = value;
            (*this)(old, value);
        }
    }

  private:
    T m_value{}; //!< as it was told last
};

/** The trace sources of a watched socket. */
struct FlueSocketTraces
{
    /**
     * @param tid FlueSocket's
     * @return it, with the trace sources
     */
    static TypeId AddTo(TypeId tid);
    /**
     * Tells what has changed.
     * @param snapshot the connection's variables
     * @param tick of its engine's timers
     */
    void Sample(const flue_tcp_snapshot& snapshot, Time tick);
    /** The connection is gone. */
    void Close()
    {
        state.Set(TcpSocket::CLOSED);
    }

    FlueTrace<uint32_t> congestionWindow;                //!< CongestionWindow
    FlueTrace<uint32_t> slowStartThreshold;              //!< SlowStartThreshold
    FlueTrace<uint32_t> bytesInFlight;                   //!< BytesInFlight
    FlueTrace<uint32_t> advertisedWindow;                //!< AdvWND
    FlueTrace<uint32_t> remoteWindow;                    //!< RWND
    FlueTrace<Time> rtt;                                 //!< RTT
    FlueTrace<Time> rto;                                 //!< RTO
    FlueTrace<TcpSocket::TcpStates_t> state;             //!< State
    FlueTrace<TcpSocketState::TcpCongState_t> congState; //!< CongState
    FlueTrace<SequenceNumber32> nextTx;                  //!< NextTxSequence
    FlueTrace<SequenceNumber32> highestTx;               //!< HighestSequence
    FlueTrace<SequenceNumber32> highestRx;               //!< HighestRxSequence
    FlueTrace<SequenceNumber32> highestRxAck;            //!< HighestRxAck
    FlueTrace<uint32_t> owner;                           //!< Owner
    TracedCallback<Ptr<const Packet>, const TcpHeader&, Ptr<const Socket>> tx; //!< Tx
    TracedCallback<Ptr<const Packet>, const TcpHeader&, Ptr<const Socket>> rx; //!< Rx

    /** TracedCallback signature: a segment, without its header, and the header. */
    typedef void (*SegmentTracedCallback)(Ptr<const Packet> packet,
                                          const TcpHeader& header,
                                          Ptr<const Socket> socket);
};

} // namespace ns3

#endif /* FLUE_SOCKET_TRACES_H */
