/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Watched sockets: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that tells their
 * trace sources what happens to their connections.
 */
#include "flue-nic.h"
#include "flue-socket-traces.h"
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/packet.h"

#include <cstring>
#include <tuple>

namespace ns3
{

bool FlueTcpL4Protocol::TupleLess::operator()(const flue_four_tuple& a,
                                              const flue_four_tuple& b) const
{
    const auto numbers = [](const flue_four_tuple& tuple)
    { return std::make_tuple(tuple.ip_version, tuple.local_port, tuple.remote_port); };
    if (numbers(a) != numbers(b))
    {
        return numbers(a) < numbers(b);
    }
    const int local = std::memcmp(&a.local, &b.local, sizeof a.local);
    return local != 0 ? local < 0 : std::memcmp(&a.remote, &b.remote, sizeof a.remote) < 0;
}

void FlueTcpL4Protocol::Watch(FlueSocket* socket)
{
    m_watched[socket->m_tuple] = socket;
    m_changed.push_back(socket);
    Settle();
}

void FlueTcpL4Protocol::SeeSegment(const flue_four_tuple& tuple,
                                   const flue_tcp_segment& segment,
                                   bool isSent)
{
    const auto found = m_watched.find(tuple);
    if (found == m_watched.end())
    {
        return;
    }
    Ptr<FlueSocket> socket = found->second;
    m_changed.push_back(socket);
    FlueSocketTraces& traces = socket->Traces();
    auto& trace = isSent ? traces.tx : traces.rx;
    if (trace.IsEmpty())
    {
        return;
    }
    flue_four_tuple written = tuple;
    if (!isSent)
    {
        std::swap(written.local, written.remote);
        std::swap(written.local_port, written.remote_port);
    }
    uint8_t bytes[FLUE_TCP_HEADER_MAX];
    const uint32_t size = flue_tcp_header_write(&written, &segment, bytes);
    Ptr<Packet> packet = Create<Packet>(segment.payload.length);
    m_rawHeader.AddTo(*packet, bytes, size);
    TcpHeader header;
    packet->RemoveHeader(header);
    trace(packet, header, socket);
}

void FlueTcpL4Protocol::Sample(const Ptr<FlueSocket>& socket)
{
    const flue_four_tuple tuple = socket->m_tuple;
    const Time tick = Seconds(1) / static_cast<int64_t>(EngineConfig().ticks_per_second);
    flue_tcp_snapshot snapshot;
    const flue_result result = flue_host_find_snapshot(m_host, FlueNow(), &tuple, &snapshot);
    bool isFound = result == FLUE_OK;
    for (auto nic = m_nics.begin(); !isFound && nic != m_nics.end(); ++nic)
    {
        isFound = (*nic)->GetSnapshot(tuple, &snapshot);
    }
    if (isFound)
    {
        socket->Traces().Sample(snapshot, tick);
    }
    else if (result == FLUE_ERROR_NOT_FOUND)
    {
        const auto place = m_watched.find(tuple);
        if (place != m_watched.end() && place->second == socket)
        {
            m_watched.erase(place);
        }
        m_ended.remove(socket);
        socket->Traces().Close();
    }
}

void FlueTcpL4Protocol::SampleChanged()
{
    // What a sink does may change more.
    std::vector<Ptr<FlueSocket>> changed;
    changed.swap(m_changed);
    for (const Ptr<FlueSocket>& socket : changed)
    {
        Sample(socket);
    }
}

void FlueTcpL4Protocol::SampleEnded()
{
    // Nobody tells when a connection that the application has closed is gone.
    m_changed.insert(m_changed.end(), m_ended.begin(), m_ended.end());
}

} // namespace ns3
