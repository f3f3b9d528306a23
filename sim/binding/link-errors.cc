/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See link-errors.h.
 */
#include "link-errors.h"

#include "model/flue-ethernet-header.h"

#include "ns3/icmpv4-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"

namespace flue
{

namespace
{

/** Losses have their own random streams, far from ns-3's automatic ones: what else draws numbers in
 * a run does not change which frames are lost. */
const int64_t FIRST_LOSS_STREAM = 1000000;
const int64_t FIRST_BURST_STREAM = 3000000;
const int64_t FIRST_DELAY_STREAM = 5000000;

} // namespace

ns3::TypeId LinkErrors::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("flue::LinkErrors").SetParent<ns3::ErrorModel>().SetGroupName("Flue");
    return tid;
}

LinkErrors::LinkErrors()
    : m_delays(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_losses(ns3::CreateObject<ns3::UniformRandomVariable>()),
      m_changes(ns3::CreateObject<ns3::UniformRandomVariable>())
{
}

void LinkErrors::DoDispose()
{
    m_device = nullptr;
    ErrorModel::DoDispose();
}

void LinkErrors::SetDevice(ns3::Ptr<ns3::FlueNetDevice> device)
{
    m_device = device;
}

void LinkErrors::AssignStreams(int64_t stream)
{
    m_losses->SetStream(FIRST_LOSS_STREAM + stream);
    m_changes->SetStream(FIRST_BURST_STREAM + stream);
    m_delays->SetStream(FIRST_DELAY_STREAM + stream);
}

void LinkErrors::SetLoss(double probability)
{
    m_loss = probability;
}

void LinkErrors::SetEvery(uint64_t frames)
{
    m_every = frames;
    m_count = 0;
}

void LinkErrors::SetBursts(double toBad, double toGood)
{
    m_toBad = toBad;
    m_toGood = toGood;
    m_isBad = m_isBad && toBad > 0;
}

void LinkErrors::SetLate(double probability, ns3::Time by)
{
    m_late = probability;
    m_lateBy = by;
}

void LinkErrors::SetMtu(uint32_t mtu)
{
    m_mtu = mtu;
}

bool LinkErrors::DoCorrupt(ns3::Ptr<ns3::Packet> frame)
{
    if (m_toBad > 0)
    {
        const double change = m_changes->GetValue();
        m_isBad = m_isBad ? change >= m_toGood : change < m_toBad;
    }
    const bool isLost = m_loss > 0 && m_losses->GetValue() < m_loss;
    m_count = m_every == 0 ? 0 : (m_count + 1) % m_every;
    if (isLost || (m_every != 0 && m_count == 0) || m_isBad || (m_mtu != 0 && IsTooLong(frame)))
    {
        return true;
    }
    if (m_late == 0 || m_delays->GetValue() >= m_late)
    {
        return false;
    }
    const ns3::Ptr<ns3::FlueNetDevice> device = m_device;
    const ns3::Ptr<ns3::Packet> late = frame->Copy();
    ns3::Simulator::Schedule(m_lateBy, [device, late]() { device->TakeLate(late); });
    return true;
}

bool LinkErrors::IsTooLong(const ns3::Ptr<ns3::Packet>& frame)
{
    ns3::FlueEthernetHeader ethernet;
    ns3::Ptr<ns3::Packet> packet = frame->Copy();
    packet->RemoveHeader(ethernet);
    ns3::Ipv4Header ip;
    if (ethernet.GetType() != ns3::Ipv4L3Protocol::PROT_NUMBER || packet->RemoveHeader(ip) == 0 ||
        ip.GetPayloadSize() + ip.GetSerializedSize() <= m_mtu)
    {
        return false;
    }
    ns3::Ptr<ns3::Icmpv4L4Protocol> icmp = m_device->GetNode()->GetObject<ns3::Icmpv4L4Protocol>();
    const uint16_t mtu = static_cast<uint16_t>(m_mtu);
    ns3::Simulator::ScheduleNow([icmp, ip, packet, mtu]()
                                { icmp->SendDestUnreachFragNeeded(ip, packet, mtu); });
    return true;
}

void LinkErrors::DoReset()
{
    m_isBad = false;
    m_count = 0;
}

ns3::Ptr<LinkErrors> ErrorsOf(struct flue_sim_link* link, uint32_t end)
{
    if (!link->errors[end])
    {
        ns3::Ptr<LinkErrors> errors = ns3::CreateObject<LinkErrors>();
        errors->SetDevice(link->devices[end]);
        errors->AssignStreams(2 * static_cast<int64_t>(link->number) + end);
        link->devices[end]->SetReceiveErrorModel(errors);
        link->errors[end] = errors;
    }
    return ns3::DynamicCast<LinkErrors>(link->errors[end]);
}

} // namespace flue
