/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See cable.h. Frames that come through the link are taken where its device shows them whole
 * (PhyRxEnd), before it asks whom they are for: the kernel is to see them all.
 */
#include "cable.h"

#include "model/flue-ethernet-header.h"

#include "ns3/queue.h"
#include "ns3/simulator.h"

namespace flue
{

using ns3::Packet;
using ns3::Ptr;

namespace
{

/** Draws of the cable's own: what else is random in a run does not change them. */
const int64_t STREAM = 2000000;
/** Frames of the kernel that may wait for the simulated wire. */
const uint32_t MAX_WAITING = 64;
/** Smaller numbers in the type field are lengths, of protocols that nobody here speaks. */
const uint16_t FIRST_ETHERNET_TYPE = 0x0600;

} // namespace

Cable::Cable(const Tap& tap, Ptr<ns3::FlueNetDevice> device, const Impairments& impairments)
    : m_tap(tap),
      m_device(device),
      m_impairments(impairments),
      m_random(ns3::CreateObject<ns3::UniformRandomVariable>())
{
    m_random->SetStream(STREAM);
    device->TraceConnectWithoutContext("PhyRxEnd", ns3::MakeCallback(&Cable::Arrived, this));
}

Cable::Fate Cable::Decide()
{
    Fate fate{1, ns3::Time(0)};
    if (m_random->GetValue() < m_impairments.loss)
    {
        m_counts.lost++;
        return {0, ns3::Time(0)};
    }
    if (m_random->GetValue() < m_impairments.duplication)
    {
        m_counts.duplicated++;
        fate.copies = 2;
    }
    if (m_random->GetValue() < m_impairments.reordering)
    {
        m_counts.reordered++;
        fate.delay = m_impairments.reorderDelay;
    }
    return fate;
}

bool Cable::HasRoom() const
{
    return m_device->GetQueue()->GetNPackets() < MAX_WAITING;
}

bool Cable::Take()
{
    const std::size_t size = m_tap.Read(m_buffer, sizeof m_buffer);
    if (size == 0)
    {
        return false;
    }
    const Fate fate = Decide();
    for (uint32_t i = 0; i < fate.copies; i++)
    {
        Ptr<Packet> frame = ns3::Create<Packet>(m_buffer, static_cast<uint32_t>(size));
        if (fate.delay.IsZero())
        {
            ToLink(frame);
        }
        else
        {
            ns3::Simulator::Schedule(fate.delay, &Cable::ToLink, this, frame);
        }
    }
    return true;
}

void Cable::ToLink(Ptr<Packet> frame)
{
    ns3::FlueEthernetHeader header;
    if (!header.Read(ns3::FlueFrameFront(*frame)) || header.IsTagged() ||
        header.GetType() < FIRST_ETHERNET_TYPE)
    {
        return;
    }
    frame->RemoveAtStart(header.GetSerializedSize());
    m_device->SendFrom(frame, header.GetSource(), header.GetDestination(), header.GetType());
}

void Cable::Arrived(Ptr<const Packet> frame)
{
    const Fate fate = Decide();
    for (uint32_t i = 0; i < fate.copies; i++)
    {
        if (fate.delay.IsZero())
        {
            ToKernel(frame);
        }
        else
        {
            ns3::Simulator::Schedule(fate.delay, &Cable::ToKernel, this, frame);
        }
    }
}

void Cable::ToKernel(Ptr<const Packet> frame)
{
    const uint32_t size = frame->CopyData(m_buffer, sizeof m_buffer);
    if (!m_tap.Write(m_buffer, size))
    {
        m_counts.refused++;
    }
}

const Cable::Counts& Cable::GetCounts() const
{
    return m_counts;
}

} // namespace flue
