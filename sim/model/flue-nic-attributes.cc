/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What can be set on an adapter with a target (see flue-nic.h), and what a profile sets.
 */
#include "flue-nic.h"

#include "flue/profile.h"

#include "ns3/boolean.h"
#include "ns3/trace-source-accessor.h"
#include "ns3/uinteger.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueNic);

TypeId FlueNic::GetTypeId()
{
    static TypeId tid =
        AddSuggestionAttributes(
            TypeId("ns3::FlueNic").SetParent<FlueNetDevice>().SetGroupName("Flue"))
            .AddConstructor<FlueNic>()
            .AddAttribute("Capacity",
                          "How many connections the adapter can carry at a time. Like the next "
                          "four, it can be set until a host stack is joined.",
                          UintegerValue(1024),
                          MakeUintegerAccessor(&FlueNic::SetCapacity, &FlueNic::GetCapacity),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute(
                "MaxReceiveWindow",
                "Largest receive window that the adapter can keep, in bytes.",
                UintegerValue(1U << 30),
                MakeUintegerAccessor(&FlueNic::SetMaxReceiveWindow, &FlueNic::GetMaxReceiveWindow),
                MakeUintegerChecker<uint32_t>(1, 1U << 30))
            .AddAttribute("InitiateDelay",
                          "How long the adapter takes to take over one connection.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlueNic::SetInitiateDelay, &FlueNic::GetInitiateDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute(
                "TerminateDelay",
                "How long the adapter takes to give back one connection.",
                TimeValue(Time(0)),
                MakeTimeAccessor(&FlueNic::SetTerminateDelay, &FlueNic::GetTerminateDelay),
                MakeTimeChecker(Time(0)))
            .AddAttribute("UpdateDelay",
                          "How long the adapter takes to change one object, a neighbour, a path or "
                          "a connection, or to report on it.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlueNic::SetUpdateDelay, &FlueNic::GetUpdateDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("ReuseDelay",
                          "How long the entry of a connection that was given back cannot carry "
                          "another.",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&FlueNic::SetReuseDelay, &FlueNic::GetReuseDelay),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("VerifyChecksums",
                          "Leave frames whose checksums are wrong to the host, which drops them.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueNic::m_verifyChecksums),
                          MakeBooleanChecker())
            .AddAttribute("Verify",
                          "Put the contract's verifier between the host stack and the target: each "
                          "breach is told by the trace source Violation, or printed where nobody "
                          "listens to it. Like Capacity, it can be set until a host stack is "
                          "joined.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueNic::SetVerify, &FlueNic::GetVerify),
                          MakeBooleanChecker())
            .AddTraceSource("Violation",
                            "Host or target broke the contract between them.",
                            MakeTraceSourceAccessor(&FlueNic::m_violationTrace),
                            "ns3::FlueNic::ViolationTracedCallback")
            .AddTraceSource("TargetTx",
                            "A frame that the target transmits.",
                            MakeTraceSourceAccessor(&FlueNic::m_targetTxTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("TargetRx",
                            "A frame that the target has taken in.",
                            MakeTraceSourceAccessor(&FlueNic::m_targetRxTrace),
                            "ns3::Packet::TracedCallback");
    return tid;
}

TypeId FlueNic::AddSuggestionAttributes(TypeId tid)
{
    const auto permille = MakeUintegerChecker<uint16_t>(0, 1000);
    return tid
        .AddAttribute("SuggestPeriod",
                      "After each such time the adapter judges what a connection did in it, and "
                      "may suggest to take it back; the stack's PolicyHeededReasons says whether "
                      "that is done. 0: nothing is ever suggested. Like Capacity, this and the "
                      "next seven can be set until a host stack is joined.",
                      TimeValue(Time(0)),
                      MakeTimeAccessor(&FlueNic::m_suggestPeriod),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("SuggestLeast",
                      "Fewer segments, or requests, in a period prove nothing.",
                      UintegerValue(100),
                      MakeUintegerAccessor(&FlueNic::m_suggestLeast),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("SuggestDropPermille",
                      "HighDropRate: data segments sent again, of 1000 sent. 0, here and below: "
                      "never suggested.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestDropPermille),
                      permille)
        .AddAttribute("SuggestFragmentationPermille",
                      "HighFragmentation: datagrams in fragments, of 1000 received with data.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestFragmentationPermille),
                      permille)
        .AddAttribute("SuggestOutOfOrderPermille",
                      "HighOutofOrderPackets: data segments ahead of their turn, of 1000 received.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestOutOfOrderPermille),
                      permille)
        .AddAttribute("SuggestUnpostedPermille",
                      "NoBufferProposting: data segments that found no posted receive, of 1000.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestUnpostedPermille),
                      permille)
        .AddAttribute("SuggestLowActivitySegments",
                      "LowActivity: fewer segments with data than this, both ways together.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestLowActivity),
                      MakeUintegerChecker<uint32_t>())
        .AddAttribute("SuggestSmallIoBytes",
                      "SmallIO: requests, sends and receives, are smaller than this on average.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNic::m_suggestSmallIo),
                      MakeUintegerChecker<uint32_t>());
}

flue_target_suggestions FlueNic::Suggestions() const
{
    flue_target_suggestions suggest = flue_target_config_default().suggest;
    suggest.period = FlueFromTime(m_suggestPeriod);
    suggest.least = m_suggestLeast;
    suggest.drop_permille = m_suggestDropPermille;
    suggest.fragmentation_permille = m_suggestFragmentationPermille;
    suggest.out_of_order_permille = m_suggestOutOfOrderPermille;
    suggest.unposted_permille = m_suggestUnpostedPermille;
    suggest.low_activity_segments = m_suggestLowActivity;
    suggest.small_io_bytes = m_suggestSmallIo;
    return suggest;
}

bool FlueNic::SetCapacity(uint32_t connections)
{
    if (!m_target)
    {
        m_capacity = connections;
    }
    return !m_target;
}

uint32_t FlueNic::GetCapacity() const
{
    return m_capacity;
}

bool FlueNic::SetMaxReceiveWindow(uint32_t bytes)
{
    if (!m_target)
    {
        m_maxReceiveWindow = bytes;
    }
    return !m_target;
}

uint32_t FlueNic::GetMaxReceiveWindow() const
{
    return m_maxReceiveWindow;
}

bool FlueNic::SetInitiateDelay(Time delay)
{
    if (!m_target)
    {
        m_initiateDelay = delay;
    }
    return !m_target;
}

Time FlueNic::GetInitiateDelay() const
{
    return m_initiateDelay;
}

bool FlueNic::SetTerminateDelay(Time delay)
{
    if (!m_target)
    {
        m_terminateDelay = delay;
    }
    return !m_target;
}

Time FlueNic::GetTerminateDelay() const
{
    return m_terminateDelay;
}

bool FlueNic::SetUpdateDelay(Time delay)
{
    if (!m_target)
    {
        m_updateDelay = delay;
    }
    return !m_target;
}

Time FlueNic::GetUpdateDelay() const
{
    return m_updateDelay;
}

bool FlueNic::SetReuseDelay(Time delay)
{
    if (!m_target)
    {
        m_reuseDelay = delay;
    }
    return !m_target;
}

Time FlueNic::GetReuseDelay() const
{
    return m_reuseDelay;
}

bool FlueNic::SetVerify(bool verify)
{
    if (!m_target)
    {
        m_verify = verify;
    }
    return !m_target;
}

bool FlueNic::GetVerify() const
{
    return m_verify;
}

/** Sets an attribute that is as it was made: what the script set is not the profile's. */
static void SetUnchanged(FlueNic* nic, const char* name, const AttributeValue& value)
{
    TypeId::AttributeInformation about;
    TypeId type = FlueNic::GetTypeId();
    const bool isKnown = type.LookupAttributeByName(name, &about);
    NS_ASSERT(isKnown);
    (void)isKnown;
    Ptr<AttributeValue> present = about.checker->Create();
    nic->GetAttribute(name, *present);
    if (present->SerializeToString(about.checker) ==
        about.originalInitialValue->SerializeToString(about.checker))
    {
        nic->SetAttribute(name, value);
    }
}

void FlueNic::ApplyProfile(const flue_profile& profile)
{
    const auto setTime = [this](const char* name, flue_time time)
    { SetUnchanged(this, name, TimeValue(FlueToTime(time))); };
    setTime("InitiateDelay", profile.initiate_delay);
    setTime("TerminateDelay", profile.terminate_delay);
    setTime("UpdateDelay", profile.update_delay);
    setTime("ReuseDelay", profile.reuse_delay);
    setTime("InterruptGap", profile.interrupt_gap);
    SetUnchanged(this, "InterruptAdaptive", BooleanValue(profile.interrupt_is_adaptive != 0));
    SetUnchanged(this, "Capacity", UintegerValue(profile.table_entries));
    SetUnchanged(this, "MaxReceiveWindow", UintegerValue(profile.receive_window_bytes));
}

} // namespace ns3
