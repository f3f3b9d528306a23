/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-processor.h.
 */
#include "flue-processor.h"

#include "flue-deadline.h"

#include "ns3/abort.h"
#include "ns3/node.h"
#include "ns3/string.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueProcessor);

namespace
{

const uint32_t NO_CONTEXT = 0xffffffff; //!< ns-3's "no node"

/** @return true when nothing in @p profile takes time */
bool CostsNothing(const flue_profile& profile)
{
    return profile.syscall_cycles == 0 && profile.copy_cycles_per_kib == 0 &&
           profile.tcp_tx_cycles == 0 && profile.tcp_rx_cycles == 0 && profile.ack_tx_cycles == 0 &&
           profile.ack_rx_cycles == 0 && profile.interrupt_cycles == 0 &&
           profile.completion_cycles == 0 && profile.state_move_cycles == 0 &&
           profile.connection_cycles == 0;
}

} // namespace

/**
 * One core: its ledger, the callbacks that wait for it, and the one event for the first of them.
 */
class FlueProcessor::Server
{
  public:
    /** @param hz cycles a second */
    explicit Server(uint64_t hz)
        : m_event(Create<Event>(this))
    {
        flue_core_init(&m_core, hz);
    }

    ~Server()
    {
        m_event->Cancel(); // the simulator may still hold it
    }

    /** @return true when there is no work and nobody waits */
    bool IsIdle() const
    {
        return m_waiting.IsEmpty() && m_core.busy_until <= FlueNow();
    }

    /** Lets @p task wait for all work given until now. */
    void Wait(FlueTask&& task, uint32_t context)
    {
        m_context = context;
        m_waiting.Push({m_core.busy_until, std::move(task)});
        Arm();
    }

    flue_core m_core; //!< the ledger

  private:
    /** A callback and when it is due. */
    struct Waiting
    {
        flue_time due = 0; //!< when the core has done the work before it
        FlueTask task;     //!< what to call
    };

    /** Sets the event for the first that waits. */
    void Arm()
    {
        if (m_isArmed || m_waiting.IsEmpty())
        {
            return;
        }
        const flue_time now = FlueNow();
        const flue_time due = m_waiting.Front().due;
        m_isArmed = true;
        m_event->Schedule(m_context, FlueToTime(due > now ? due - now : 0));
    }

    /** Calls those that are due. What they add waits behind, so m_isArmed stays set meanwhile. */
    void Serve()
    {
        const flue_time now = FlueNow();
        while (!m_waiting.IsEmpty() && m_waiting.Front().due <= now)
        {
            Waiting first = m_waiting.Pop();
            first.task();
        }
        m_isArmed = false;
        Arm();
    }

    /** The event type. */
    using Event = FlueEvent<Server, &Server::Serve>;

    Ptr<Event> m_event;              //!< calls Serve
    FlueRing<Waiting> m_waiting;     //!< first come, first served
    uint32_t m_context = NO_CONTEXT; //!< the node
    bool m_isArmed = false;          //!< the event is scheduled, or is running
};

TypeId FlueProcessor::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueProcessor")
            .SetParent<Object>()
            .SetGroupName("Flue")
            .AddConstructor<FlueProcessor>()
            .AddAttribute(
                "Profile",
                "The built-in profile that says what work costs on this host, and how "
                "many cores it has. Set it before the simulation runs.",
                StringValue("ideal"),
                MakeStringAccessor(&FlueProcessor::SetProfileName, &FlueProcessor::GetProfileName),
                MakeStringChecker());
    return tid;
}

FlueProcessor::FlueProcessor()
    : m_profile(nullptr),
      m_isIdeal(true),
      m_context(NO_CONTEXT)
{
    SetProfile(flue_profile_find("ideal"));
}

FlueProcessor::~FlueProcessor() = default;

void FlueProcessor::DoDispose()
{
    // Waiting callbacks hold devices and packets; the ledger stays for whoever still reads it.
    for (auto& server : m_servers)
    {
        auto ended = std::make_unique<Server>(m_profile->core_hz);
        ended->m_core = server->m_core;
        server = std::move(ended);
    }
    Object::DoDispose();
}

void FlueProcessor::SetProfile(const flue_profile* profile)
{
    NS_ABORT_MSG_IF(!profile, "a processor needs a profile");
    m_profile = profile;
    m_isIdeal = CostsNothing(*profile);
    m_servers.clear();
    for (uint32_t i = 0; i < std::max<uint32_t>(profile->cores, 1); i++)
    {
        m_servers.push_back(std::make_unique<Server>(profile->core_hz));
    }
}

const flue_profile& FlueProcessor::GetProfile() const
{
    return *m_profile;
}

bool FlueProcessor::SetProfileName(std::string name)
{
    const flue_profile* profile = flue_profile_find(name.c_str());
    if (!profile)
    {
        return false;
    }
    SetProfile(profile);
    return true;
}

std::string FlueProcessor::GetProfileName() const
{
    return m_profile->name;
}

bool FlueProcessor::IsIdeal() const
{
    return m_isIdeal;
}

uint32_t FlueProcessor::GetNCores() const
{
    return static_cast<uint32_t>(m_servers.size());
}

uint32_t FlueProcessor::GetCoreOf(uint32_t hash) const
{
    return m_servers.size() == 1 ? 0 : hash % static_cast<uint32_t>(m_servers.size());
}

void FlueProcessor::Occupy(uint32_t hash, flue_cost_category category, uint64_t cycles)
{
    flue_core_occupy(&m_servers[GetCoreOf(hash)]->m_core, FlueNow(), category, cycles);
}

bool FlueProcessor::IsIdle(uint32_t hash) const
{
    return m_servers[GetCoreOf(hash)]->IsIdle();
}

void FlueProcessor::Wait(uint32_t hash, FlueTask&& task)
{
    m_servers[GetCoreOf(hash)]->Wait(std::move(task), GetContext());
}

uint32_t FlueProcessor::GetContext()
{
    if (m_context == NO_CONTEXT)
    {
        Ptr<Node> node = GetObject<Node>();
        m_context = node ? node->GetId() : NO_CONTEXT;
    }
    return m_context;
}

flue_time FlueProcessor::GetBusy() const
{
    const flue_time now = FlueNow();
    flue_time busy = 0;
    for (const auto& server : m_servers)
    {
        busy += flue_core_busy(&server->m_core, now);
    }
    return busy;
}

flue_time FlueProcessor::GetBooked(flue_cost_category category) const
{
    flue_time booked = 0;
    for (const auto& server : m_servers)
    {
        booked += server->m_core.booked[category];
    }
    return booked;
}

uint64_t FlueProcessor::GetEvents(flue_cost_category category) const
{
    uint64_t events = 0;
    for (const auto& server : m_servers)
    {
        events += server->m_core.events[category];
    }
    return events;
}

const flue_core& FlueProcessor::GetCore(uint32_t index) const
{
    return m_servers.at(index)->m_core;
}

uint32_t FlueProcessor::FlowHash(uint32_t a, uint32_t b, uint16_t aPort, uint16_t bPort)
{
    // Xor and sum do not care which side is which; the mixing (MurmurHash3's last step) lets every
    // bit reach the low ones, which choose the core.
    uint32_t hash = (a ^ b) + (uint32_t{aPort} + bPort) + 0x9e3779b9U * (uint32_t{aPort} ^ bPort);
    hash ^= hash >> 16;
    hash *= 0x85ebca6bU;
    hash ^= hash >> 13;
    hash *= 0xc2b2ae35U;
    hash ^= hash >> 16;
    return hash;
}

uint32_t FlueProcessor::FlowHash(const flue_four_tuple& tuple)
{
    // All 16 bytes: those behind an IPv4 address are zero.
    return FlowHash(FoldAddress(tuple.local.bytes, sizeof tuple.local.bytes),
                    FoldAddress(tuple.remote.bytes, sizeof tuple.remote.bytes),
                    tuple.local_port,
                    tuple.remote_port);
}

uint32_t FlueProcessor::FoldAddress(const uint8_t* bytes, uint32_t size)
{
    uint32_t folded = 0;
    for (uint32_t i = 0; i < size; i += 4)
    {
        uint32_t word;
        std::memcpy(&word, bytes + i, sizeof word);
        folded ^= ntohl(word);
    }
    return folded;
}

} // namespace ns3
