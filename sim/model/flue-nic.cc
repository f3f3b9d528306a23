/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-nic.h. The file goes: start, frames in and out, and the way of the target's news to the
 * host. Attributes are in flue-nic-attributes.cc.
 */
#include "flue-nic.h"

#include "flue-processor.h"
#include "flue-tcp-l4-protocol.h"

#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <algorithm>
#include <utility>
#include <iostream>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueNic");

// ---- Start --------------------------------------------------------------------------------------

FlueNic::FlueNic()
{
    NS_LOG_FUNCTION(this);
    m_deadline.SetCallback(MakeCallback(&FlueNic::OnDeadline, this));
}

FlueNic::~FlueNic()
{
    NS_LOG_FUNCTION(this);
    flue_target_destroy(m_target);
    flue_verifier_destroy(m_verifier);
}

void FlueNic::DoDispose()
{
    Leave();
    FlueNetDevice::DoDispose();
}

bool FlueNic::IsJoined() const
{
    return m_target != nullptr;
}

flue_target_statistics FlueNic::GetTargetStatistics() const
{
    flue_target_statistics statistics{};
    if (m_target)
    {
        flue_target_get_statistics(m_target, &statistics);
    }
    return statistics;
}

bool FlueNic::GetSnapshot(const flue_four_tuple& tuple, flue_tcp_snapshot* snapshot) const
{
    return m_target && flue_target_get_snapshot(m_target, FlueNow(), &tuple, snapshot);
}

void FlueNic::Continue()
{
    if (m_target)
    {
        flue_target_continue(m_target, FlueNow());
    }
}

flue_provider* FlueNic::Join(FlueTcpL4Protocol* tcp, const flue_tcp_config& engine)
{
    flue_target_config config = flue_target_config_default();
    config.tcp = engine;
    Mac48Address::ConvertFrom(GetAddress()).CopyTo(config.mac.bytes);
    config.max_connections = m_capacity;
    config.max_receive_window = m_maxReceiveWindow;
    config.reuse_delay = FlueFromTime(m_reuseDelay);
    config.initiate.tcp = FlueFromTime(m_initiateDelay);
    config.terminate.tcp = FlueFromTime(m_terminateDelay);
    config.update.tcp = FlueFromTime(m_updateDelay);
    config.update.path = config.update.tcp;
    config.update.neighbor = config.update.tcp;
    config.invalidate = config.update;
    config.query = config.update;
    config.suggest = Suggestions();
    flue_target_handlers handlers{};
    handlers.transmit = [](void* user, flue_time, const flue_packet* packet)
    { static_cast<FlueNic*>(user)->Transmit(*packet); };
    handlers.interrupt = [](void* user, flue_time) { static_cast<FlueNic*>(user)->OnRaised(); };
    handlers.pass_up = [](void* user, flue_time, const flue_packet* packet)
    { static_cast<FlueNic*>(user)->m_tcp->TakeBack(*packet); };
    handlers.has_room = [](void* user) { return static_cast<FlueNic*>(user)->HasRoom(); };
    const flue_allocator allocator = flue_allocator_default();
    const flue_result result = flue_target_create(&config, &handlers, this, &allocator, &m_target);
    if (result != FLUE_OK)
    {
        NS_LOG_WARN("no target: " << flue_result_text(result));
        return nullptr;
    }
    m_tcp = tcp;
    m_processor = GetNode()->GetObject<FlueProcessor>();
    if (!m_verify)
    {
        return flue_target_provider(m_target);
    }
    const auto report = [](void* user, const flue_violation* violation)
    { static_cast<FlueNic*>(user)->OnViolation(*violation); };
    if (flue_verifier_create(&allocator, report, this, &m_verifier) != FLUE_OK)
    {
        return nullptr;
    }
    return flue_verifier_provider(m_verifier);
}

void FlueNic::Attach(const flue_client* client)
{
    if (m_verifier)
    {
        flue_verifier_attach(m_verifier, flue_target_provider(m_target), client);
        client = flue_verifier_client(m_verifier);
    }
    flue_target_attach(m_target, client);
}

void FlueNic::OnViolation(const flue_violation& violation)
{
    const std::string side = flue_contract_side_name(violation.side);
    if (m_violationTrace.IsEmpty())
    {
        std::cerr << "node " << GetNode()->GetId() << ", device " << GetIfIndex() << ": the "
                  << side << " breaks " << violation.requirement << ": " << violation.text << "\n";
    }
    m_violationTrace(side, violation.requirement, violation.text);
}

uint64_t FlueNic::GetViolations() const
{
    return m_verifier ? flue_verifier_violations(m_verifier) : 0;
}

void FlueNic::Leave()
{
    m_deadline.Cancel();
    m_interruptEvent.Cancel();
    flue_target_destroy(m_target);
    flue_verifier_destroy(m_verifier);
    m_target = nullptr;
    m_verifier = nullptr;
    m_tcp = nullptr;
    m_processor = nullptr;
}

void FlueNic::SetWithContent(bool withContent)
{
    m_withContent = withContent;
}

uint16_t FlueNic::GetTargetVlan() const
{
    return GetVlanTci() & 0xfff;
}

// ---- Frames -------------------------------------------------------------------------------------

bool FlueNic::ReceiveFrame(const Ptr<Packet>& frame, const FlueFrameFront& front)
{
    if (!m_target)
    {
        return false;
    }
    if (m_withContent || m_verifyChecksums)
    {
        return ReceiveContent(frame);
    }
    const flue_frame_kind kind = front.GetKind();
    return TakeIn(frame, kind, front.GetPacket());
}

bool FlueNic::ReceiveContent(const Ptr<Packet>& frame)
{
    const uint32_t size = frame->GetSize();
    uint8_t* bytes = FlueRoom(m_arriving, size);
    frame->CopyData(bytes, size);
    if (m_verifyChecksums)
    {
        uint8_t version = 0;
        uint32_t ipBytes = 0;
        const flue_frame_fault fault = flue_frame_find_fault(bytes, size, &version, &ipBytes);
        if (fault != FLUE_FRAME_SOUND)
        {
            return flue_target_input_faulty(m_target, fault, version, ipBytes);
        }
    }
    flue_memory_descriptor memory{};
    flue_memory_descriptor* payload = m_withContent ? &memory : nullptr;
    flue_packet packet;
    const flue_frame_kind kind = flue_frame_read(bytes, size, size, payload, &packet);
    return TakeIn(frame, kind, packet);
}

bool FlueNic::TakeIn(const Ptr<Packet>& frame, flue_frame_kind kind, const flue_packet& packet)
{
    if (kind == FLUE_FRAME_FRAGMENT)
    {
        flue_target_note_fragment(m_target, &packet);
    }
    if (kind != FLUE_FRAME_TCP)
    {
        return false;
    }
    flue_moderation_add(&m_moderation, packet.segment.payload.length);
    if (flue_target_carries(m_target, &packet.tuple))
    {
        m_tcp->See(packet.tuple, packet.segment, false);
    }
    m_isTakingIn = true;
    const bool isTaken = flue_target_input(m_target, FlueNow(), &packet);
    m_isTakingIn = false;
    if (!isTaken)
    {
        return false;
    }
    Fire(m_targetRxTrace, frame);
    if (m_isRaised || m_hasPolled)
    {
        m_hasPolled = false;
        m_tcp->Settle();
    }
    else
    {
        Arm();
    }
    return true;
}

void FlueNic::Transmit(const flue_packet& packet)
{
    m_tcp->See(packet.tuple, packet.segment, true);
    uint8_t headers[FLUE_FRAME_HEADER_MAX];
    const uint32_t headerSize = flue_frame_write(&packet, headers);
    const flue_span& payload = packet.segment.payload;
    Ptr<Packet> frame;
    if (flue_span_is_virtual(&payload))
    {
        frame = Create<Packet>(payload.length);
    }
    else
    {
        uint8_t* bytes = FlueRoom(m_leaving, payload.length);
        flue_span_copy(&payload, bytes);
        frame = Create<Packet>(bytes, payload.length);
    }
    m_rawHeader.AddTo(*frame, headers, headerSize);
    Fire(m_targetTxTrace, frame);
    FlueAdapter& adapter = Adapter();
    if (adapter.IsFree())
    {
        TransmitFrame(frame);
        return;
    }
    BeginWork();
    adapter.Send(WorkOf(packet, FLUE_COST_TCP_TX, FLUE_COST_ACK_TX),
                 FlueTask(
                     [nic = Ptr<FlueNic>(this), frame]
                     {
                         nic->EndWork();
                         nic->TransmitFrame(frame);
                     }));
}

FlueAdapter::Work FlueNic::WorkOf(const flue_packet& packet,
                                  flue_cost_category data,
                                  flue_cost_category ack)
{
    FlueAdapter::Work work;
    work.bytes = packet.segment.payload.length;
    work.category = work.bytes != 0 ? data : ack;
    work.hash = FlueProcessor::FlowHash(packet.tuple);
    return work;
}

FlueAdapter::Work FlueNic::Classify(const FlueFrameFront& front) const
{
    if (m_target && front.GetKind() == FLUE_FRAME_TCP &&
        flue_target_carries(m_target, &front.GetPacket().tuple))
    {
        return WorkOf(front.GetPacket(), FLUE_COST_TCP_RX, FLUE_COST_ACK_RX);
    }
    return FlueNetDevice::Classify(front);
}

void FlueNic::OnDeadline()
{
    flue_target_advance(m_target, FlueNow());
    ChargeMoves();
    m_tcp->Settle();
}

void FlueNic::ChargeMoves()
{
    if (Adapter().IsFree())
    {
        return;
    }
    const flue_target_statistics statistics = GetTargetStatistics();
    Adapter().Move(static_cast<uint32_t>(statistics.offloads - m_offloads), true);
    Adapter().Move(static_cast<uint32_t>(statistics.uploads - m_uploads), false);
    m_offloads = statistics.offloads;
    m_uploads = statistics.uploads;
}

void FlueNic::Arm()
{
    m_deadline.Arm(flue_target_next_deadline(m_target));
}

// ---- News for the host --------------------------------------------------------------------------

bool FlueNic::IsHostFree() const
{
    return !m_processor || m_processor->IsIdeal();
}

void FlueNic::OnRaised()
{
    m_isRaised = true;
    // A host that needs no time has read what a segment brought before the segment is acknowledged,
    // as it has when it does TCP itself. So both announce the same windows.
    if (m_isTakingIn && !m_isPolling && IsHostFree())
    {
        m_hasPolled = true;
        // ReceiveFrame settles once, for all that applications do meanwhile.
        const bool isSettling = std::exchange(m_tcp->m_isSettling, true);
        Poll();
        m_tcp->m_isSettling = isSettling;
    }
}

bool FlueNic::Deliver()
{
    if (!m_isRaised || m_isTaking || m_isPolling)
    {
        return false;
    }
    if (IsHostFree())
    {
        while (m_isRaised)
        {
            Poll();
        }
        return true;
    }
    m_isTaking = true;
    const flue_time now = FlueNow();
    // Not before the payload that it is about is in host memory.
    const flue_time due = flue_moderation_due(&m_moderation, std::max(now, Adapter().GetWritten()));
    if (now < due)
    {
        m_interruptEvent = Simulator::Schedule(FlueToTime(due - now), &FlueNic::Interrupt, this);
        return false;
    }
    Interrupt();
    return false;
}

void FlueNic::Interrupt()
{
    m_moderation.gap = FlueFromTime(GetInterruptGap());
    m_moderation.is_adaptive = IsInterruptAdaptive();
    flue_moderation_raise(&m_moderation, FlueNow());
    Ptr<FlueNic> self(this);
    m_processor->Execute(0,
                         FLUE_COST_INTERRUPT,
                         m_processor->GetProfile().interrupt_cycles,
                         [self]() { self->OnInterruptTaken(); });
}

void FlueNic::OnInterruptTaken()
{
    if (!m_target)
    {
        return;
    }
    const uint32_t count = flue_target_pending(m_target);
    const uint64_t cycles = m_processor->GetProfile().completion_cycles;
    for (uint32_t i = 0; i < count; i++)
    {
        m_processor->Occupy(0, FLUE_COST_COMPLETION, cycles);
    }
    Adapter().Complete(count);
    Ptr<FlueNic> self(this);
    m_processor->WhenDone(FLUE_ROLE_INTERRUPT,
                          0,
                          [self, count]() { self->OnCompletionsTaken(count); });
}

void FlueNic::OnCompletionsTaken(uint32_t charged)
{
    if (!m_target)
    {
        return;
    }
    m_isTaking = false;
    const uint32_t made = Poll();
    // What came while the core worked is taken along without another interrupt, but not for
    // nothing.
    for (uint32_t i = charged; i < made; i++)
    {
        m_processor->Occupy(0, FLUE_COST_COMPLETION, m_processor->GetProfile().completion_cycles);
    }
    Adapter().Complete(made > charged ? made - charged : 0);
    m_tcp->Settle();
}

uint32_t FlueNic::Poll()
{
    m_isPolling = true;
    m_isRaised = false;
    const uint32_t made = flue_target_poll(m_target, FlueNow());
    m_isPolling = false;
    return made;
}

} // namespace ns3
