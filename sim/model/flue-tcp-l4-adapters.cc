/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The adapters of a host stack: the part of FlueTcpL4Protocol (see flue-tcp-l4-protocol.h) that
 * joins them, moves all connections there or back, and counts what their targets do.
 */
#include "flue-nic.h"
#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"
#include "flue-team-device.h"

#include "ns3/abort.h"
#include "ns3/node.h"

#include <algorithm>

namespace ns3
{

std::vector<Ptr<NetDevice>> FlueTcpL4Protocol::WantedAdapters() const
{
    std::vector<Ptr<NetDevice>> wanted = m_wanted;
    for (uint32_t i = 0; m_useAdapters && i < m_node->GetNDevices(); i++)
    {
        Ptr<NetDevice> device = m_node->GetDevice(i);
        Ptr<FlueNic> nic = DynamicCast<FlueNic>(device);
        const bool isAdapter =
            (nic && !FlueTeamDevice::Find(nic)) || DynamicCast<FlueTeamDevice>(device);
        if (isAdapter && std::find(wanted.begin(), wanted.end(), device) == wanted.end())
        {
            wanted.push_back(device);
        }
    }
    return wanted;
}

std::vector<Ptr<FlueNic>> FlueTcpL4Protocol::NicsOf(const Ptr<NetDevice>& adapter)
{
    if (Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(adapter))
    {
        return team->GetMembers();
    }
    return {DynamicCast<FlueNic>(adapter)};
}

void FlueTcpL4Protocol::UseAdapter(Ptr<NetDevice> adapter)
{
    NS_ABORT_MSG_IF(m_host, "adapters are chosen before the stack starts");
    m_wanted.push_back(adapter);
    m_useAdapters = false;
}

bool FlueTcpL4Protocol::AddAdapter(Ptr<NetDevice> adapter)
{
    flue_host* host = Host();
    const std::vector<Ptr<FlueNic>> nics = NicsOf(adapter);
    const auto isJoined = [](const Ptr<FlueNic>& nic) { return !nic || nic->IsJoined(); };
    if (std::any_of(nics.begin(), nics.end(), isJoined))
    {
        return false;
    }
    Ptr<FlueTeamDevice> team = DynamicCast<FlueTeamDevice>(adapter);
    flue_provider* provider =
        team ? team->Join(this, EngineConfig()) : nics.front()->Join(this, EngineConfig());
    uint32_t number = 0;
    if (!provider || flue_host_add_adapter(host, provider, &number) != FLUE_OK)
    {
        team ? team->Leave() : nics.front()->Leave();
        return false;
    }
    NS_ASSERT(number == m_adapters.size());
    const flue_client* client = flue_host_client(host, number);
    team ? team->Attach(client) : nics.front()->Attach(client);
    m_adapters.push_back(adapter);
    if (team)
    {
        m_teams.push_back(team);
    }
    for (const Ptr<FlueNic>& nic : nics)
    {
        nic->SetWithContent(m_withContent);
        m_nics.push_back(nic);
    }
    return true;
}

uint32_t FlueTcpL4Protocol::GetNAdapters()
{
    Host();
    return static_cast<uint32_t>(m_adapters.size());
}

uint32_t FlueTcpL4Protocol::MoveAll(flue_result (*move)(flue_host_connection*, flue_time))
{
    uint32_t count = 0;
    const std::vector<Ptr<FlueSocket>> sockets = m_sockets; // traces may close some
    flue_host_hold(Host());
    for (const Ptr<FlueSocket>& socket : sockets)
    {
        flue_host_connection* connection = socket->m_connection;
        count += connection && move(connection, FlueNow()) == FLUE_OK ? 1 : 0;
    }
    flue_host_release(Host(), FlueNow());
    Settle();
    return count;
}

uint32_t FlueTcpL4Protocol::OffloadAll()
{
    return MoveAll(flue_host_offload);
}

uint32_t FlueTcpL4Protocol::UploadAll()
{
    return MoveAll(flue_host_upload);
}

flue_host_statistics FlueTcpL4Protocol::GetStatistics()
{
    flue_host_statistics statistics{};
    if (!m_host)
    {
        return statistics; // reading must not start the stack: attributes have no effect after that
    }
    flue_host_get_statistics(m_host, &statistics);
    for (const Ptr<FlueNic>& nic : m_nics)
    {
        const flue_tcp_statistics target = nic->GetTargetStatistics().tcp;
        statistics.tcp.in_segments += target.in_segments;
        statistics.tcp.out_segments += target.out_segments;
        statistics.tcp.retransmitted_segments += target.retransmitted_segments;
        statistics.tcp.in_errors += target.in_errors;
        statistics.tcp.out_resets += target.out_resets;
        statistics.tcp.fast_retransmits += target.fast_retransmits;
        statistics.tcp.timeouts += target.timeouts;
        statistics.tcp.currently_established += target.currently_established;
        statistics.tcp.connections += target.connections;
    }
    return statistics;
}

} // namespace ns3
