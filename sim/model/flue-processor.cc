/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-processor.h.
 */
#include "flue-processor.h"

#include "flue-deadline.h"
#include "flue-waiting.h"

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
    const bool isHostFree =
        profile.syscall_cycles == 0 && profile.copy_tx_cycles_per_kib == 0 &&
        profile.copy_rx_cycles_per_kib == 0 &&
        (profile.checksum_is_offloaded || profile.checksum_cycles_per_kib == 0) &&
        profile.tcp_tx_cycles == 0 && profile.large_send_cycles == 0 &&
        profile.large_send_packet_cycles == 0 && profile.tcp_rx_cycles == 0 &&
        profile.coalesced_rx_cycles == 0 && profile.ack_tx_cycles == 0 &&
        profile.ack_rx_cycles == 0 && profile.interrupt_cycles == 0 &&
        profile.completion_cycles == 0 && profile.state_move_cycles == 0 &&
        profile.connection_cycles == 0;
    return isHostFree && profile.bus_bps == 0 && profile.bus_read_latency == 0 &&
           profile.bus_write_latency == 0 && profile.engine_hz == 0;
}

} // namespace

/** One core: its ledger, and the callbacks that wait for it. */
struct FlueProcessor::Server
{
    /** @param hz cycles a second */
    explicit Server(uint64_t hz)
    {
        flue_server_init(&core, hz);
    }

    flue_server core;    //!< the ledger
    FlueWaiting waiting; //!< for what was given until then
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
    : m_isIdeal(true),
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
        auto ended = std::make_unique<Server>(m_profile.core_hz);
        ended->core = server->core;
        server = std::move(ended);
    }
    Object::DoDispose();
}

void FlueProcessor::SetProfile(const flue_profile* profile)
{
    NS_ABORT_MSG_IF(!profile, "a processor needs a profile");
    m_name = profile->name;
    m_text = profile->text;
    m_profile = *profile;
    m_profile.name = m_name.c_str();
    m_profile.text = m_text.c_str();
    m_isIdeal = CostsNothing(*profile);
    m_servers.clear();
    flue_placement_init(&m_placement, profile);
    for (uint64_t i = 0; i < std::max<uint64_t>(profile->cores, 1); i++)
    {
        m_servers.push_back(std::make_unique<Server>(profile->core_hz));
    }
}

const flue_profile& FlueProcessor::GetProfile() const
{
    return m_profile;
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
    return m_profile.name;
}

bool FlueProcessor::IsIdeal() const
{
    return m_isIdeal;
}

uint32_t FlueProcessor::GetNCores() const
{
    return static_cast<uint32_t>(m_servers.size());
}

uint32_t FlueProcessor::GetCoreOf(flue_role role, uint32_t hash) const
{
    return m_servers.size() == 1 ? 0 : flue_placement_core(&m_placement, role, hash);
}

flue_time FlueProcessor::Occupy(uint32_t hash, flue_cost_category category, uint64_t cycles)
{
    flue_server& core = m_servers[GetCoreOf(GetRoleOf(category), hash)]->core;
    return flue_server_occupy(&core, FlueNow(), category, cycles);
}

bool FlueProcessor::IsIdle(flue_time now, flue_role role, uint32_t hash) const
{
    const Server& server = *m_servers[GetCoreOf(role, hash)];
    return server.waiting.IsEmpty() && server.core.busy_until <= now;
}

void FlueProcessor::Wait(flue_time now, flue_role role, uint32_t hash, FlueTask&& task)
{
    Server& server = *m_servers[GetCoreOf(role, hash)];
    server.waiting.Wait(now, server.core.busy_until, std::move(task), GetContext());
}

flue_role FlueProcessor::GetRoleOf(flue_cost_category category)
{
    switch (category)
    {
    case FLUE_COST_APPLICATION:
    case FLUE_COST_SYSCALL:
    case FLUE_COST_COPY:
        return FLUE_ROLE_APPLICATION;
    case FLUE_COST_INTERRUPT:
    case FLUE_COST_COMPLETION:
        return FLUE_ROLE_INTERRUPT;
    default:
        return FLUE_ROLE_PROTOCOL;
    }
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
        busy += flue_server_busy(&server->core, now);
    }
    return busy;
}

flue_time FlueProcessor::GetBooked(flue_cost_category category) const
{
    flue_time booked = 0;
    for (const auto& server : m_servers)
    {
        booked += server->core.booked[category];
    }
    return booked;
}

uint64_t FlueProcessor::GetEvents(flue_cost_category category) const
{
    uint64_t events = 0;
    for (const auto& server : m_servers)
    {
        events += server->core.events[category];
    }
    return events;
}

const flue_server& FlueProcessor::GetCore(uint32_t index) const
{
    return m_servers.at(index)->core;
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
    const uint32_t size = tuple.ip_version == 4 ? 4 : sizeof tuple.local.bytes;
    return FlowHash(FoldAddress(tuple.local.bytes, size),
                    FoldAddress(tuple.remote.bytes, size),
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
        folded ^= word;
    }
    return ntohl(folded);
}

} // namespace ns3
