/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-host-path.h.
 */
#include "flue-host-path.h"

#include "flue-deadline.h"

#include "ns3/simulator.h"

namespace ns3
{

namespace
{

const uint16_t TYPE_IPV4 = 0x0800; //!< Ethernet type of IPv4
const uint16_t TYPE_IPV6 = 0x86dd; //!< Ethernet type of IPv6
const uint8_t PROTOCOL_TCP = 6;    //!< IP's number for TCP
const uint32_t IPV4_MOST = 60;     //!< bytes of the longest IPv4 header
const uint32_t IPV6_SIZE = 40;     //!< bytes of an IPv6 header
const uint32_t TCP_LEAST = 20;     //!< bytes of a TCP header without options

/** @return the big-endian number at @p bytes */
uint16_t ReadNumber(const uint8_t* bytes)
{
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

} // namespace

void FlueHostPath::SetProcessor(Ptr<FlueProcessor> processor)
{
    for (Core& core : m_cores)
    {
        core.interrupt.Cancel();
    }
    m_processor = processor && !processor->IsIdeal() ? processor : nullptr;
    const uint32_t cores = m_processor ? m_processor->GetNCores() : 0;
    m_cores = std::vector<Core>(cores);
    m_batches = std::vector<Batches>(cores);
    for (uint32_t i = 0; i < cores; i++)
    {
        flue_moderation_init(&m_cores[i].moderation, FlueFromTime(m_interruptGap), m_isAdaptive);
        flue_batch_init(&m_batches[i].sent);
        flue_batch_init(&m_batches[i].received);
    }
}

void FlueHostPath::SetInterruptGap(const Time& gap)
{
    for (Core& core : m_cores)
    {
        flue_moderation& moderation = core.moderation;
        // Those that may be interrupted now still may, and frames that are held have been told
        // when.
        if (moderation.next > FlueNow() && core.held.empty() && !m_isAdaptive)
        {
            moderation.next += FlueFromTime(gap) - moderation.gap;
        }
        moderation.gap = FlueFromTime(gap);
    }
    m_interruptGap = gap;
}

void FlueHostPath::SetInterruptAdaptive(bool isAdaptive)
{
    for (Core& core : m_cores)
    {
        core.moderation.is_adaptive = isAdaptive;
    }
    m_isAdaptive = isAdaptive;
}

bool FlueHostPath::Announce(Core& core, const Work& work)
{
    if (!core.held.empty())
    {
        return false; // behind those that wait
    }
    if (core.waiting > 0)
    {
        return true; // the core is at it and sees this one too
    }
    const flue_time now = FlueNow();
    if (flue_moderation_due(&core.moderation, now) > now)
    {
        return false;
    }
    flue_moderation_raise(&core.moderation, now);
    m_processor->Occupy(work.hash, FLUE_COST_INTERRUPT, m_processor->GetProfile().interrupt_cycles);
    return true;
}

void FlueHostPath::Hold(uint32_t index, const Work& work, FlueTask deliver)
{
    Core& core = m_cores[index];
    if (core.held.empty())
    {
        const flue_time now = FlueNow();
        core.interrupt = Simulator::Schedule(FlueToTime(core.moderation.next - now),
                                             &FlueHostPath::Interrupt,
                                             this,
                                             index);
    }
    core.held.push_back(Held{work, std::move(deliver)});
}

void FlueHostPath::Interrupt(uint32_t index)
{
    std::vector<Held> held;
    held.swap(m_cores[index].held);
    Announce(m_cores[index], held.front().work);
    for (Held& frame : held)
    {
        TakeAfterInterrupt(index, frame.work, std::move(frame.deliver));
    }
}

FlueHostPath::Work FlueHostPath::Classify(const Packet& packet, uint16_t protocol)
{
    uint8_t bytes[IPV4_MOST + TCP_LEAST];
    const uint32_t available = packet.CopyData(bytes, sizeof bytes);
    uint32_t ipSize;       // the IP header's length
    uint32_t length;       // the IP packet's length, link padding left out
    const uint8_t* source; // the first of the two addresses
    uint32_t addressBytes;
    Work work;
    work.size = packet.GetSize();

    if (protocol == TYPE_IPV4 && available >= 20 + TCP_LEAST)
    {
        const bool isFragment = (ReadNumber(bytes + 6) & 0x1fff) != 0;
        ipSize = (bytes[0] & 0x0fU) * 4;
        length = ReadNumber(bytes + 2);
        source = bytes + 12;
        addressBytes = 4;
        if (bytes[9] != PROTOCOL_TCP || isFragment)
        {
            return work;
        }
    }
    else if (protocol == TYPE_IPV6 && available >= IPV6_SIZE + TCP_LEAST)
    {
        ipSize = IPV6_SIZE;
        length = IPV6_SIZE + ReadNumber(bytes + 4);
        source = bytes + 8;
        addressBytes = 16;
        if (bytes[6] != PROTOCOL_TCP)
        {
            return work;
        }
    }
    else
    {
        return work;
    }
    if (ipSize + TCP_LEAST > available)
    {
        return work;
    }
    const uint8_t* tcp = bytes + ipSize;
    work.isTcp = true;
    const uint32_t headers = ipSize + (tcp[12] >> 4) * 4U;
    work.payload = length > headers ? length - headers : 0;
    work.hash =
        FlueProcessor::FlowHash(FlueProcessor::FoldAddress(source, addressBytes),
                                FlueProcessor::FoldAddress(source + addressBytes, addressBytes),
                                ReadNumber(tcp),
                                ReadNumber(tcp + 2));
    return work;
}

void FlueHostPath::ChargeSum(const Work& work)
{
    const flue_profile& profile = m_processor->GetProfile();
    if (!profile.checksum_is_offloaded)
    {
        m_processor->Occupy(work.hash,
                            FLUE_COST_CHECKSUM,
                            profile.checksum_cycles_per_kib * work.payload / 1024);
    }
}

void FlueHostPath::ChargeSegment(const Work& work,
                                 flue_batch* batch,
                                 flue_cost_category category,
                                 uint64_t first,
                                 uint64_t further)
{
    const bool isFurther = flue_batch_join(batch, FlueNow(), work.hash, work.payload);
    ChargeSum(work);
    flue_batch_note(batch,
                    work.hash,
                    m_processor->Occupy(work.hash, category, isFurther ? further : first));
}

void FlueHostPath::ChargeSend(const Work& work)
{
    const flue_profile& profile = m_processor->GetProfile();
    if (work.payload == 0)
    {
        m_processor->Occupy(work.hash, FLUE_COST_ACK_TX, profile.ack_tx_cycles);
        return;
    }
    const bool isLarge = profile.has_large_send;
    const uint64_t packet = profile.large_send_packet_cycles;
    ChargeSegment(work,
                  &m_batches[m_processor->GetCoreOf(FLUE_ROLE_PROTOCOL, work.hash)].sent,
                  FLUE_COST_TCP_TX,
                  isLarge ? profile.large_send_cycles + packet : profile.tcp_tx_cycles,
                  isLarge ? packet : profile.tcp_tx_cycles);
}

void FlueHostPath::ChargeReceive(const Work& work)
{
    const flue_profile& profile = m_processor->GetProfile();
    if (work.isTcp && work.payload == 0)
    {
        m_processor->Occupy(work.hash, FLUE_COST_ACK_RX, profile.ack_rx_cycles);
    }
    else if (work.isTcp)
    {
        ChargeSegment(work,
                      &m_batches[m_processor->GetCoreOf(FLUE_ROLE_PROTOCOL, work.hash)].received,
                      FLUE_COST_TCP_RX,
                      profile.tcp_rx_cycles,
                      profile.has_coalescing ? profile.coalesced_rx_cycles : profile.tcp_rx_cycles);
    }
}

} // namespace ns3
