/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-socket-traces.h.
 */
#include "flue-socket-traces.h"

#include "flue-deadline.h"
#include "flue-socket.h"

#include "ns3/trace-source-accessor.h"

namespace ns3
{

namespace
{

/** Finds a trace source of a socket that has none until it is asked for. */
template <typename Source>
class Accessor : public TraceSourceAccessor
{
  public:
    /** @param source which one */
    explicit Accessor(Source FlueSocketTraces::*source)
        : m_source(source)
    {
    }

    bool ConnectWithoutContext(ObjectBase* object, const CallbackBase& callback) const override
    {
        auto* socket = dynamic_cast<FlueSocket*>(object);
        if (socket)
        {
            (socket->Traces().*m_source).ConnectWithoutContext(callback);
        }
        return socket != nullptr;
    }

    bool Connect(ObjectBase* object,
                 std::string context,
                 const CallbackBase& callback) const override
    {
        auto* socket = dynamic_cast<FlueSocket*>(object);
        if (socket)
        {
            (socket->Traces().*m_source).Connect(callback, context);
        }
        return socket != nullptr;
    }

    bool DisconnectWithoutContext(ObjectBase* object, const CallbackBase& callback) const override
    {
        auto* socket = dynamic_cast<FlueSocket*>(object);
        if (socket)
        {
            (socket->Traces().*m_source).DisconnectWithoutContext(callback);
        }
        return socket != nullptr;
    }

    bool Disconnect(ObjectBase* object,
                    std::string context,
                    const CallbackBase& callback) const override
    {
        auto* socket = dynamic_cast<FlueSocket*>(object);
        if (socket)
        {
            (socket->Traces().*m_source).Disconnect(callback, context);
        }
        return socket != nullptr;
    }

  private:
    Source FlueSocketTraces::*m_source; //!< the one
};

/** As MakeTraceSourceAccessor. */
template <typename Source>
Ptr<const TraceSourceAccessor> Access(Source FlueSocketTraces::*source)
{
    return Ptr<const TraceSourceAccessor>(new Accessor<Source>(source), false);
}

/** @return ns-3's name of a state */
TcpSocket::TcpStates_t ToState(flue_tcp_connection_state state)
{
    switch (state)
    {
    case FLUE_TCP_CONNECTION_CLOSED:
        return TcpSocket::CLOSED;
    case FLUE_TCP_CONNECTION_LISTEN:
        return TcpSocket::LISTEN;
    case FLUE_TCP_CONNECTION_SYN_SENT:
        return TcpSocket::SYN_SENT;
    case FLUE_TCP_CONNECTION_SYN_RCVD:
        return TcpSocket::SYN_RCVD;
    case FLUE_TCP_CONNECTION_ESTABLISHED:
        return TcpSocket::ESTABLISHED;
    case FLUE_TCP_CONNECTION_FIN_WAIT1:
        return TcpSocket::FIN_WAIT_1;
    case FLUE_TCP_CONNECTION_FIN_WAIT2:
        return TcpSocket::FIN_WAIT_2;
    case FLUE_TCP_CONNECTION_CLOSE_WAIT:
        return TcpSocket::CLOSE_WAIT;
    case FLUE_TCP_CONNECTION_CLOSING:
        return TcpSocket::CLOSING;
    case FLUE_TCP_CONNECTION_LAST_ACK:
        return TcpSocket::LAST_ACK;
    case FLUE_TCP_CONNECTION_TIME_WAIT:
        return TcpSocket::TIME_WAIT;
    }
    return TcpSocket::CLOSED;
}

/** @return what ns-3 calls how a connection deals with congestion */
TcpSocketState::TcpCongState_t ToCongState(const flue_tcp_snapshot& snapshot)
{
    if (snapshot.backoff != 0 && snapshot.snd_una != snapshot.snd_max)
    {
        return TcpSocketState::CA_LOSS;
    }
    if (snapshot.in_recovery)
    {
        return TcpSocketState::CA_RECOVERY;
    }
    return snapshot.dup_acks != 0 || snapshot.sacked_bytes != 0 ? TcpSocketState::CA_DISORDER
                                                                : TcpSocketState::CA_OPEN;
}

TypeId AddWindows(TypeId tid)
{
    const char* const uint32 = "ns3::TracedValueCallback::Uint32";
    return tid
        .AddTraceSource("CongestionWindow",
                        "The congestion window, in bytes.",
                        Access(&FlueSocketTraces::congestionWindow),
                        uint32)
        .AddTraceSource("SlowStartThreshold",
                        "The slow start threshold, in bytes.",
                        Access(&FlueSocketTraces::slowStartThreshold),
                        uint32)
        .AddTraceSource("BytesInFlight",
                        "Bytes sent and not acknowledged, neither in order nor selectively.",
                        Access(&FlueSocketTraces::bytesInFlight),
                        uint32)
        .AddTraceSource("AdvWND",
                        "The window last offered to the peer, in bytes.",
                        Access(&FlueSocketTraces::advertisedWindow),
                        uint32)
        .AddTraceSource("RWND",
                        "The window that the peer offers, in bytes.",
                        Access(&FlueSocketTraces::remoteWindow),
                        uint32)
        .AddTraceSource("RTT",
                        "The smoothed round trip.",
                        Access(&FlueSocketTraces::rtt),
                        "ns3::TracedValueCallback::Time")
        .AddTraceSource("RTO",
                        "The retransmission timeout.",
                        Access(&FlueSocketTraces::rto),
                        "ns3::TracedValueCallback::Time");
}

} // namespace

TypeId FlueSocketTraces::AddTo(TypeId tid)
{
    const char* const sequence = "ns3::TracedValueCallback::SequenceNumber32";
    const char* const segment = "ns3::FlueSocketTraces::SegmentTracedCallback";
    return AddWindows(tid)
        .AddTraceSource("State",
                        "The state of the connection.",
                        Access(&FlueSocketTraces::state),
                        "ns3::TcpStatesTracedValueCallback")
        .AddTraceSource("CongState",
                        "How it deals with congestion.",
                        Access(&FlueSocketTraces::congState),
                        "ns3::TcpSocketState::TcpCongStatesTracedValueCallback")
        .AddTraceSource("NextTxSequence",
                        "Next sequence number to send (SND.NXT).",
                        Access(&FlueSocketTraces::nextTx),
                        sequence)
        .AddTraceSource("HighestSequence",
                        "Highest sequence number sent so far.",
                        Access(&FlueSocketTraces::highestTx),
                        sequence)
        .AddTraceSource("HighestRxSequence",
                        "Next sequence number expected (RCV.NXT).",
                        Access(&FlueSocketTraces::highestRx),
                        sequence)
        .AddTraceSource("HighestRxAck",
                        "Highest acknowledgement received (SND.UNA).",
                        Access(&FlueSocketTraces::highestRxAck),
                        sequence)
        .AddTraceSource("Owner",
                        "Who has the connection: 0 the host, 2 the adapter; 1 and 3: it is on its "
                        "way there, or back.",
                        Access(&FlueSocketTraces::owner),
                        "ns3::TracedValueCallback::Uint32")
        .AddTraceSource("Tx",
                        "A segment is sent, by the host or the adapter.",
                        Access(&FlueSocketTraces::tx),
                        segment)
        .AddTraceSource("Rx",
                        "A segment has arrived, at the host or the adapter.",
                        Access(&FlueSocketTraces::rx),
                        segment);
}

void FlueSocketTraces::Sample(const flue_tcp_snapshot& snapshot, Time tick)
{
    congestionWindow.Set(snapshot.cwnd);
    slowStartThreshold.Set(snapshot.ssthresh);
    const uint32_t flight = snapshot.snd_max - snapshot.snd_una;
    bytesInFlight.Set(flight > snapshot.sacked_bytes ? flight - snapshot.sacked_bytes : 0);
    advertisedWindow.Set(snapshot.rcv_wnd);
    remoteWindow.Set(snapshot.snd_wnd);
    rtt.Set(snapshot.fine_srtt != 0 ? FlueToTime(snapshot.fine_srtt)
                                    : tick * static_cast<int64_t>(snapshot.srtt_x8_ticks) / 8);
    rto.Set(tick * static_cast<int64_t>(snapshot.rto_ticks));
    congState.Set(ToCongState(snapshot));
    nextTx.Set(SequenceNumber32(snapshot.snd_nxt));
    highestTx.Set(SequenceNumber32(snapshot.snd_max));
    highestRx.Set(SequenceNumber32(snapshot.rcv_nxt));
    highestRxAck.Set(SequenceNumber32(snapshot.snd_una));
    state.Set(ToState(snapshot.state));
}

} // namespace ns3
