/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What users of ns-3 can set and watch of a FlueNetDevice: its attributes and trace sources.
 */
#include "flue-net-device.h"

#include "ns3/boolean.h"
#include "ns3/error-model.h"
#include "ns3/pointer.h"
#include "ns3/queue.h"
#include "ns3/uinteger.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueNetDevice);

TypeId FlueNetDevice::GetTypeId()
{
    static TypeId tid =
        AddTraceSources(AddHostAttributes(AddWireAttributes(TypeId("ns3::FlueNetDevice")
                                                                .SetParent<NetDevice>()
                                                                .SetGroupName("Flue")
                                                                .AddConstructor<FlueNetDevice>())));
    return tid;
}

/** What is between the device and the wire. */
TypeId FlueNetDevice::AddWireAttributes(TypeId tid)
{
    return tid
        .AddAttribute("Mtu",
                      "Bytes of the largest IP packet, 68 to 9000.",
                      UintegerValue(1500),
                      MakeUintegerAccessor(&FlueNetDevice::SetMtu, &FlueNetDevice::GetMtu),
                      MakeUintegerChecker<uint16_t>(MIN_MTU, MAX_MTU))
        .AddAttribute(
            "Address",
            "MAC address of the device.",
            Mac48AddressValue(Mac48Address("ff:ff:ff:ff:ff:ff")),
            MakeMac48AddressAccessor(&FlueNetDevice::SetMacAddress, &FlueNetDevice::GetMacAddress),
            MakeMac48AddressChecker())
        .AddAttribute(
            "DataRate",
            "Bits a second on the wire, preamble and gap included.",
            DataRateValue(DataRate("1Gbps")),
            MakeDataRateAccessor(&FlueNetDevice::SetDataRate, &FlueNetDevice::GetDataRate),
            MakeDataRateChecker())
        .AddAttribute("Preamble",
                      "Bytes of preamble and start delimiter before each frame; they take time and "
                      "are not carried.",
                      UintegerValue(8),
                      MakeUintegerAccessor(&FlueNetDevice::m_preamble),
                      MakeUintegerChecker<uint32_t>(0, 65535))
        .AddAttribute("InterframeGap",
                      "Bytes of silence after each frame, before the next one may start.",
                      UintegerValue(12),
                      MakeUintegerAccessor(&FlueNetDevice::m_gap),
                      MakeUintegerChecker<uint32_t>(0, 65535))
        .AddAttribute("VlanId",
                      "802.1Q VLAN that the device belongs to, 1 to 4094; 0: untagged.",
                      UintegerValue(0),
                      MakeUintegerAccessor(&FlueNetDevice::m_vlanId),
                      MakeUintegerChecker<uint16_t>(0, 4094))
        .AddAttribute(
            "VlanPriority",
            "802.1Q priority of the frames that the device sends, 0 to 7. With VlanId 0, a "
            "priority above 0 makes the device send priority tags.",
            UintegerValue(0),
            MakeUintegerAccessor(&FlueNetDevice::m_vlanPriority),
            MakeUintegerChecker<uint8_t>(0, 7))
        .AddAttribute("ReceiveErrorModel",
                      "Decides which arriving frames are lost; none: all arrive whole.",
                      PointerValue(),
                      MakePointerAccessor(&FlueNetDevice::m_errorModel),
                      MakePointerChecker<ErrorModel>());
}

/** What is between the device and its host. */
TypeId FlueNetDevice::AddHostAttributes(TypeId tid)
{
    return tid
        .AddAttribute("TxQueue",
                      "Where frames wait for the wire.",
                      PointerValue(),
                      MakePointerAccessor(&FlueNetDevice::SetQueue, &FlueNetDevice::GetQueue),
                      MakePointerChecker<Queue<Packet>>())
        .AddAttribute("BackPressure",
                      "Flue's TCP, on the host or in the adapter, holds data back while three "
                      "quarters of the transmit queue are taken, and goes on when half of it is "
                      "free, as hosts do that count what waits below them, and adapters whose "
                      "transmitter stops their engine. Off: what finds the queue full is lost.",
                      BooleanValue(true),
                      MakeBooleanAccessor(&FlueNetDevice::m_hasBackPressure),
                      MakeBooleanChecker())
        .AddAttribute(
            "InterruptGap",
            "Shortest time between two interrupts of one kind: about frames for one core, or "
            "about offloaded connections. 50 us is what 64 KiB take at 10 Gb/s, the batch "
            "that the built-in profiles' completion costs are fitted to. A host whose work "
            "costs nothing is not interrupted, and waits for nothing.",
            TimeValue(MicroSeconds(50)),
            MakeTimeAccessor(&FlueNetDevice::SetInterruptGap, &FlueNetDevice::GetInterruptGap),
            MakeTimeChecker(Time(0)))
        .AddAttribute("InterruptAdaptive",
                      "The gap follows the bytes that an interrupt announces, and InterruptGap has "
                      "no effect.",
                      BooleanValue(false),
                      MakeBooleanAccessor(&FlueNetDevice::SetInterruptAdaptive,
                                          &FlueNetDevice::IsInterruptAdaptive),
                      MakeBooleanChecker());
}

TypeId FlueNetDevice::AddTraceSources(TypeId tid)
{
    const std::string signature = "ns3::Packet::TracedCallback";
    return tid
        .AddTraceSource("MacTx",
                        "A frame is about to enter the transmit queue.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_macTxTrace),
                        signature)
        .AddTraceSource(
            "MacTxDrop",
            "A packet or frame is dropped before transmission: queue full, link down, or "
            "longer than the MTU allows.",
            MakeTraceSourceAccessor(&FlueNetDevice::m_macTxDropTrace),
            signature)
        .AddTraceSource("MacPromiscRx",
                        "A frame of this VLAN has been received for the host, for whomever it is.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_macPromiscRxTrace),
                        signature)
        .AddTraceSource(
            "MacRx",
            "A frame for this host has been received, by address, broadcast or multicast.",
            MakeTraceSourceAccessor(&FlueNetDevice::m_macRxTrace),
            signature)
        .AddTraceSource(
            "MacRxDrop",
            "A whole frame is dropped because it is of another VLAN, longer than the MTU "
            "allows, or no Ethernet frame at all.",
            MakeTraceSourceAccessor(&FlueNetDevice::m_macRxDropTrace),
            signature)
        .AddTraceSource("PhyTxBegin",
                        "The first bit of a frame leaves.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_phyTxBeginTrace),
                        signature)
        .AddTraceSource(
            "PhyTxEnd",
            "The last bit of a frame has left. A connected sink costs one more simulator "
            "event a frame.",
            MakeTraceSourceAccessor(&FlueNetDevice::m_phyTxEndTrace),
            signature)
        .AddTraceSource("PhyTxDrop",
                        "A frame is dropped while it is being sent: the link went down.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_phyTxDropTrace),
                        signature)
        .AddTraceSource("PhyRxEnd",
                        "The last bit of a whole frame has arrived.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_phyRxEndTrace),
                        signature)
        .AddTraceSource(
            "PhyRxDrop",
            "An arriving frame is lost: to the error model, or because the link is down.",
            MakeTraceSourceAccessor(&FlueNetDevice::m_phyRxDropTrace),
            signature)
        .AddTraceSource("Sniffer",
                        "A frame leaves, or arrives for this host: what a capture shows.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_snifferTrace),
                        signature)
        .AddTraceSource("PromiscSniffer",
                        "A frame leaves or arrives: what a promiscuous capture shows.",
                        MakeTraceSourceAccessor(&FlueNetDevice::m_promiscSnifferTrace),
                        signature);
}

} // namespace ns3
