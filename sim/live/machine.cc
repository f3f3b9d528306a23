/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See machine.h.
 */
#include "machine.h"

#include "helper/flue-helper.h"

#include "ns3/boolean.h"
#include "ns3/data-rate.h"
#include "ns3/icmpv6-l4-protocol.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv6-interface.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/ndisc-cache.h"
#include "ns3/queue-size.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace flue
{

using ns3::Ptr;

namespace
{

/** Buffers of a connection, each way: more than a simulated link and its delays ever fill. */
const uint32_t BUFFER_BYTES = 1U << 20;
/** Frames that wait for the wire at an adapter: as many as two full windows are. */
const char* const QUEUE = "2000p";

void BuildLink(const LiveOptions& options, const uint8_t* kernelMac, Machine* machine)
{
    ns3::NodeContainer nodes(2);
    ns3::FlueLinkHelper helper;
    helper.SetQueue("ns3::DropTailQueue<Packet>",
                    "MaxSize",
                    ns3::QueueSizeValue(ns3::QueueSize(QUEUE)));
    helper.SetDeviceType("ns3::FlueNic");
    helper.SetDeviceAttribute("DataRate", ns3::DataRateValue(ns3::DataRate(options.rate)));
    helper.SetDeviceAttribute("Verify", ns3::BooleanValue(true));
    helper.SetDeviceAttribute("VerifyChecksums", ns3::BooleanValue(true));
    helper.SetChannelAttribute("Delay", ns3::TimeValue(options.delay));
    helper.DisableFlowControl();
    const ns3::NetDeviceContainer devices = helper.Install(nodes);
    machine->host = nodes.Get(0);
    machine->nic = ns3::DynamicCast<ns3::FlueNic>(devices.Get(0));
    machine->end = ns3::DynamicCast<ns3::FlueNetDevice>(devices.Get(1));
    ns3::Mac48Address mac;
    mac.CopyFrom(kernelMac);
    machine->end->SetAddress(mac);
    if (!options.pcap.empty())
    {
        helper.EnablePcap(options.pcap, devices.Get(0), true);
    }
}

void BuildHost(const LiveOptions& options, Machine* machine)
{
    ns3::InternetStackHelper internet;
    internet.Install(machine->host);
    ns3::FlueHelper flue(options.policy);
    flue.SetAttribute("WithContent", ns3::BooleanValue(true));
    flue.SetAttribute("VerifyChecksums", ns3::BooleanValue(true));
    flue.SetAttribute("SndBufSize", ns3::UintegerValue(BUFFER_BYTES));
    flue.SetAttribute("RcvBufSize", ns3::UintegerValue(BUFFER_BYTES));
    // As Linux's: its own second would make every lost tail a pause.
    flue.SetAttribute("MinRto", ns3::TimeValue(ns3::MilliSeconds(200)));
    flue.SetAttribute("KeepAliveTime", ns3::TimeValue(options.keepalive));
    flue.SetAttribute(
        "KeepAliveInterval",
        ns3::TimeValue(options.keepalive.IsZero() ? ns3::Seconds(75) : options.keepalive));
    flue.Install(machine->host);
    machine->tcp = machine->host->GetObject<ns3::FlueTcpL4Protocol>();
}

void AddressHost(const LiveOptions& options, Machine* machine)
{
    const uint32_t mask = ~0U << (32 - options.prefix);
    ns3::Ipv4AddressHelper addresses(ns3::Ipv4Address(options.network),
                                     ns3::Ipv4Mask(mask),
                                     ns3::Ipv4Address(options.GetHost() & ~mask));
    addresses.Assign(ns3::NetDeviceContainer(machine->nic));

    // Nobody else is on the cable whose address it could be.
    machine->host->GetObject<ns3::Icmpv6L4Protocol>()->SetAttribute("DAD",
                                                                    ns3::BooleanValue(false));
    Ptr<ns3::Ipv6> ipv6 = machine->host->GetObject<ns3::Ipv6>();
    const uint32_t interface = ipv6->AddInterface(machine->nic);
    ipv6->SetUp(interface);
    ipv6->AddAddress(
        interface,
        ns3::Ipv6InterfaceAddress(options.GetHost6(), ns3::Ipv6Prefix(options.prefix6)));
    // For good: when ns-3 asks by unicast whether a neighbour is still there, Linux leaves its MAC
    // out of the answer (RFC 4861 4.4 allows it), and ns-3 discards that.
    ns3::NdiscCache::Entry* kernel =
        ns3::DynamicCast<ns3::Ipv6L3Protocol>(ipv6)->GetInterface(interface)->GetNdiscCache()->Add(
            options.GetKernel6());
    kernel->SetMacAddress(machine->end->GetAddress());
    kernel->MarkPermanent();
}

} // namespace

Machine BuildMachine(const LiveOptions& options, const uint8_t kernelMac[6])
{
    Machine machine;
    BuildLink(options, kernelMac, &machine);
    BuildHost(options, &machine);
    AddressHost(options, &machine);
    return machine;
}

} // namespace flue
