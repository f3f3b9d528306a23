/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-request-application.h. Connections are in flue-request-peer.cc.
 */
#include "flue-request-application.h"

#include "flue-deadline.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueRequestApplication);
NS_OBJECT_ENSURE_REGISTERED(FlueRequestClient);
NS_OBJECT_ENSURE_REGISTERED(FlueRequestServer);

// ---- Both ends ----------------------------------------------------------------------------------

TypeId FlueRequestApplication::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueRequestApplication")
            .SetParent<FlueBulkApplication>()
            .SetGroupName("Flue")
            .AddAttribute("RequestBytes",
                          "Bytes of a request.",
                          UintegerValue(128),
                          MakeUintegerAccessor(&FlueRequestApplication::m_requestBytes),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("ResponseBytes",
                          "Bytes of a response.",
                          UintegerValue(1024),
                          MakeUintegerAccessor(&FlueRequestApplication::m_responseBytes),
                          MakeUintegerChecker<uint32_t>(1));
    return tid;
}

uint64_t FlueRequestApplication::GetSent() const
{
    return m_sentBytes;
}

uint64_t FlueRequestApplication::GetReceived() const
{
    return m_receivedBytes;
}

uint64_t FlueRequestApplication::GetCorrupt() const
{
    return m_corruptBytes;
}

// ---- Asking -------------------------------------------------------------------------------------

TypeId FlueRequestClient::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueRequestClient")
            .SetParent<FlueRequestApplication>()
            .SetGroupName("Flue")
            .AddConstructor<FlueRequestClient>()
            .AddAttribute("Connections",
                          "How many connections it has.",
                          UintegerValue(1),
                          MakeUintegerAccessor(&FlueRequestClient::m_connections),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Spacing",
                          "From the opening of one connection to that of the next.",
                          TimeValue(MicroSeconds(20)),
                          MakeTimeAccessor(&FlueRequestClient::m_spacing),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("Requests",
                          "Requests of a connection, which then closes; 0: without end.",
                          UintegerValue(0),
                          MakeUintegerAccessor(&FlueRequestClient::m_requests),
                          MakeUintegerChecker<uint64_t>())
            .AddAttribute("Reopens",
                          "Another connection follows one that has closed.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueRequestClient::m_reopens),
                          MakeBooleanChecker())
            .AddAttribute("Manual",
                          "Requests are made by Go alone.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueRequestClient::m_isManual),
                          MakeBooleanChecker())
            .AddAttribute("Rate",
                          "Requests a second that arrive, at random, for all connections together; "
                          "0: a connection makes its next request when it has its response.",
                          DoubleValue(0),
                          MakeDoubleAccessor(&FlueRequestClient::m_rate),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("Think",
                          "Mean time from a response to the next request, exponential.",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&FlueRequestClient::m_think),
                          MakeTimeChecker(Seconds(0)));
    return tid;
}

FlueRequestClient::FlueRequestClient()
    : m_random(CreateObject<ExponentialRandomVariable>())
{
}

void FlueRequestClient::SetLocalAddresses(const std::vector<Ipv4Address>& addresses)
{
    m_local = addresses;
}

const FlueRequestClient::Counts& FlueRequestClient::GetCounts() const
{
    return m_counts;
}

flue_time FlueRequestClient::GetLatency(flue_time since, double share) const
{
    std::vector<flue_time> times;
    for (auto it = m_latencies.rbegin(); it != m_latencies.rend() && it->first >= since; ++it)
    {
        times.push_back(it->second);
    }
    if (times.empty())
    {
        return FLUE_TIME_NEVER;
    }
    const double rank = std::ceil(share * static_cast<double>(times.size()));
    const std::size_t at = rank < 1 ? 0 : std::min<std::size_t>(times.size(), rank) - 1;
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(at), times.end());
    return times[at];
}

void FlueRequestClient::DoDispose()
{
    m_openEvent.Cancel();
    m_arriveEvent.Cancel();
    for (Slot& slot : m_slots)
    {
        if (slot.peer)
        {
            slot.peer->Forget();
        }
    }
    m_slots.clear();
    FlueRequestApplication::DoDispose();
}

void FlueRequestClient::StartApplication()
{
    m_slots.resize(m_connections);
    if (m_rate > 0)
    {
        m_arriveEvent = Simulator::Schedule(Draw(1 / m_rate), &FlueRequestClient::Arrive, this);
    }
    OpenNext();
}

void FlueRequestClient::StopApplication()
{
    m_openEvent.Cancel();
    m_arriveEvent.Cancel();
    m_reopens = false;
    for (Slot& slot : m_slots)
    {
        if (slot.peer && slot.isOpen)
        {
            slot.peer->Close();
        }
    }
}

void FlueRequestClient::OpenNext()
{
    OpenSlot(m_next++);
    if (m_next < m_connections)
    {
        m_openEvent = Simulator::Schedule(m_spacing, &FlueRequestClient::OpenNext, this);
    }
}

void FlueRequestClient::OpenSlot(uint32_t index)
{
    Ptr<Socket> socket = MakeSocket();
    m_slots[index].peer = Create<FlueRequestPeer>(this, socket, index);
    socket->SetConnectCallback(MakeCallback(&FlueRequestClient::OnConnected, this).Bind(index),
                               MakeCallback(&FlueRequestClient::OnRefused, this).Bind(index));
    if (Bind(socket, index) != 0 || socket->Connect(m_address) != 0)
    {
        m_counts.failed++;
        Vacate(index, true);
    }
}

int FlueRequestClient::Bind(const Ptr<Socket>& socket, uint32_t index) const
{
    return m_local.empty() ? socket->Bind()
                           : socket->Bind(InetSocketAddress(m_local[index % m_local.size()], 0));
}

void FlueRequestClient::OnConnected(uint32_t index, Ptr<Socket>)
{
    Slot& slot = m_slots[index];
    m_counts.opened++;
    m_counts.open++;
    slot.isOpen = true;
    slot.peer->Open();
    Offer(index);
}

void FlueRequestClient::OnRefused(uint32_t index, Ptr<Socket>)
{
    m_counts.failed++;
    Vacate(index, true);
}

void FlueRequestClient::Vacate(uint32_t index, bool hasFailed)
{
    Slot& slot = m_slots[index];
    m_counts.open -= slot.isOpen ? 1 : 0;
    m_counts.waiting -= slot.isWaiting ? 1 : 0;
    if (m_rate > 0 && slot.isOpen && !slot.isWaiting)
    {
        m_free.erase(std::remove(m_free.begin(), m_free.end(), index), m_free.end());
    }
    slot.peer->Forget();
    slot = Slot();
    if (m_reopens)
    {
        // Not at once: this is called from inside the socket that has ended; and one that could not
        // be opened at all is not tried again in the same moment.
        Simulator::Schedule(hasFailed ? MilliSeconds(1) : Time(),
                            &FlueRequestClient::OpenSlot,
                            this,
                            index);
    }
}

void FlueRequestClient::OnEnded(FlueRequestPeer* peer, bool)
{
    // The client is the side that closes: whoever else does has not answered.
    m_counts.failed++;
    Vacate(peer->index, true);
}

void FlueRequestClient::OnReceived(FlueRequestPeer* peer)
{
    const uint32_t index = peer->index;
    Slot& slot = m_slots[index];
    if (!slot.isWaiting || peer->received < slot.made * m_responseBytes)
    {
        return;
    }
    const flue_time now = FlueNow();
    m_latencies.emplace_back(now, now - slot.since);
    m_counts.completed++;
    m_counts.waiting--;
    slot.isWaiting = false;
    if (m_requests != 0 && slot.made == m_requests)
    {
        m_counts.closed++;
        peer->Release();
        Vacate(index, false);
        return;
    }
    if (m_think.IsZero() || m_rate > 0 || m_isManual)
    {
        Offer(index);
        return;
    }
    slot.isThinking = true;
    Ptr<FlueRequestPeer> thinker = slot.peer;
    Simulator::Schedule(Draw(m_think.GetSeconds()),
                        [this, thinker, index]()
                        {
                            if (index < m_slots.size() && m_slots[index].peer == thinker)
                            {
                                m_slots[index].isThinking = false;
                                Ask(index, FlueNow());
                            }
                        });
}

void FlueRequestClient::Offer(uint32_t index)
{
    if (m_isManual)
    {
        return;
    }
    if (m_rate == 0)
    {
        Ask(index, FlueNow());
    }
    else if (m_queue.empty())
    {
        m_free.push_back(index);
    }
    else
    {
        const flue_time since = m_queue.front();
        m_queue.pop_front();
        Ask(index, since);
    }
}

void FlueRequestClient::Ask(uint32_t index, flue_time since)
{
    Slot& slot = m_slots[index];
    m_counts.started += m_rate == 0 ? 1 : 0; // in an open loop they start when they arrive
    m_counts.waiting++;
    slot.isWaiting = true;
    slot.since = since;
    slot.made++;
    slot.peer->Send(m_requestBytes);
}

void FlueRequestClient::Arrive()
{
    m_arriveEvent = Simulator::Schedule(Draw(1 / m_rate), &FlueRequestClient::Arrive, this);
    m_counts.started++;
    if (m_free.empty())
    {
        m_queue.push_back(FlueNow());
        return;
    }
    const uint32_t index = m_free.back();
    m_free.pop_back();
    Ask(index, FlueNow());
}

uint32_t FlueRequestClient::Go()
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < m_slots.size(); i++)
    {
        if (m_slots[i].isOpen && !m_slots[i].isWaiting && !m_slots[i].isThinking)
        {
            Ask(i, FlueNow());
            count++;
        }
    }
    return count;
}

Time FlueRequestClient::Draw(double seconds)
{
    return Seconds(m_random->GetValue(seconds, 0));
}

// ---- Answering ----------------------------------------------------------------------------------

TypeId FlueRequestServer::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueRequestServer")
                            .SetParent<FlueRequestApplication>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueRequestServer>();
    return tid;
}

void FlueRequestServer::DoDispose()
{
    for (const Ptr<FlueRequestPeer>& peer : m_peers)
    {
        if (peer)
        {
            peer->Forget();
        }
    }
    m_peers.clear();
    m_listener = nullptr;
    FlueRequestApplication::DoDispose();
}

void FlueRequestServer::StartApplication()
{
    m_listener = MakeSocket();
    m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                  MakeCallback(&FlueRequestServer::OnAccepted, this));
    if (m_listener->Bind(m_address) != 0 || m_listener->Listen() != 0)
    {
        NS_FATAL_ERROR("the port of a FlueRequestServer is taken");
    }
}

void FlueRequestServer::StopApplication()
{
    if (m_listener)
    {
        m_listener->Close();
    }
}

void FlueRequestServer::OnAccepted(Ptr<Socket> socket, const Address&)
{
    uint32_t index = static_cast<uint32_t>(m_peers.size());
    if (m_vacant.empty())
    {
        m_peers.emplace_back();
    }
    else
    {
        index = m_vacant.back();
        m_vacant.pop_back();
    }
    const Ptr<FlueRequestPeer> peer = Create<FlueRequestPeer>(this, socket, index);
    m_peers[index] = peer;
    peer->Open();
}

void FlueRequestServer::OnReceived(FlueRequestPeer* peer)
{
    for (; peer->answered < peer->received / m_requestBytes; peer->answered++)
    {
        peer->Send(m_responseBytes);
    }
}

void FlueRequestServer::OnEnded(FlueRequestPeer* peer, bool hasFailed)
{
    const uint32_t index = peer->index;
    const Ptr<FlueRequestPeer> kept(peer);
    if (hasFailed)
    {
        peer->Forget();
    }
    else
    {
        peer->Release();
    }
    m_peers[index] = nullptr;
    m_vacant.push_back(index);
}

} // namespace ns3
