/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A device whose transmit queue is nearly full holds its own TCP back, on the host and in the
 * adapter: nothing is lost there, the wire stays busy, and connections take turns.
 */
#include "check.h"

#include "helper/flue-helper.h"
#include "model/flue-nic.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/queue.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

using namespace ns3;

namespace
{

const uint32_t FLOWS = 2;
const uint32_t QUEUE = 100;

/** Bulk transfers over a link of 100 Mb/s with windows that its queue cannot hold. */
struct Bulk
{
    Ptr<FlueNic> nic;
    Ptr<FlueTcpL4Protocol> tcp;
    std::vector<Ptr<PacketSink>> sinks;
    uint32_t longest = 0; //!< frames in the queue

    Bulk(const char* policy, const char* profile, bool hasBackPressure, uint64_t bytes = 0)
    {
        NodeContainer nodes;
        nodes.Create(2);
        FlueNicHelper link;
        link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue(std::to_string(QUEUE) + "p"));
        link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        link.SetDeviceAttribute("BackPressure", BooleanValue(hasBackPressure));
        link.SetChannelAttribute("Delay", StringValue("2ms"));
        link.DisableFlowControl(); // or ns-3's traffic control would take what the device cannot
        const NetDeviceContainer devices = link.Install(nodes);
        InternetStackHelper().Install(nodes);
        FlueHelper flue(policy);
        flue.SetProfile(profile);
        flue.SetAttribute("SndBufSize", UintegerValue(4 << 20));
        flue.SetAttribute("RcvBufSize", UintegerValue(4 << 20));
        flue.SetAttribute("WithContent", BooleanValue(false));
        flue.Install(nodes);
        Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
        const Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
        nic = DynamicCast<FlueNic>(devices.Get(0));
        tcp = nodes.Get(0)->GetObject<FlueTcpL4Protocol>();
        for (uint16_t i = 0; i < FLOWS; i++)
        {
            const uint16_t port = static_cast<uint16_t>(9 + i);
            PacketSinkHelper sink("ns3::TcpSocketFactory",
                                  InetSocketAddress(Ipv4Address::GetAny(), port));
            sinks.push_back(DynamicCast<PacketSink>(sink.Install(nodes.Get(1)).Get(0)));
            BulkSendHelper source("ns3::TcpSocketFactory",
                                  InetSocketAddress(interfaces.GetAddress(1), port));
            source.SetAttribute("SendSize", UintegerValue(65536));
            source.SetAttribute("MaxBytes", UintegerValue(bytes));
            source.Install(nodes.Get(0));
        }
        nic->GetQueue()->TraceConnectWithoutContext("PacketsInQueue",
                                                    MakeCallback(&Bulk::QueueChanged, this));
    }

    void QueueChanged(uint32_t, uint32_t frames)
    {
        longest = std::max(longest, frames);
    }

    uint64_t Received() const
    {
        uint64_t bytes = 0;
        for (const Ptr<PacketSink>& sink : sinks)
        {
            bytes += sink->GetTotalRx();
        }
        return bytes;
    }
};

void AFullQueueHoldsTcpBack(const char* policy, const char* profile)
{
    Bulk bulk(policy, profile, true);
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    const uint64_t before = bulk.Received();
    const uint64_t first = bulk.sinks[0]->GetTotalRx();
    Simulator::Stop(Seconds(2));
    Simulator::Run();
    CHECK_EQ(0U, bulk.nic->GetStatistics().queueDrops);
    CHECK_EQ(0U, bulk.tcp->GetStatistics().tcp.retransmitted_segments);
    CHECK_BETWEEN(QUEUE / 2, QUEUE * 3 / 4, bulk.longest);
    // 1448 bytes of 1538 are payload: the wire was never idle.
    const double goodput = static_cast<double>(bulk.Received() - before) * 8 / 2;
    CHECK_BETWEEN(0.99 * 100e6 * 1448 / 1538, 100e6 * 1448 / 1538 * 1.001, goodput);
    const double share = static_cast<double>(bulk.sinks[0]->GetTotalRx() - first) * 8 / 2 / goodput;
    CHECK_BETWEEN(0.45, 0.55, share);
    Simulator::Destroy();
}

void TheHostIsHeldBack()
{
    AFullQueueHoldsTcpBack("never", "ideal");
    AFullQueueHoldsTcpBack("never", "server-2009");
}

void TheAdapterIsHeldBack()
{
    AFullQueueHoldsTcpBack("always", "ideal");
    AFullQueueHoldsTcpBack("always", "server-2009");
}

void WithoutItFramesAreLost()
{
    for (const char* policy : {"never", "always"})
    {
        Bulk bulk(policy, "ideal", false);
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        CHECK(bulk.nic->GetStatistics().queueDrops > 0);
        CHECK_EQ(QUEUE, bulk.longest);
        Simulator::Destroy();
    }
}

void WhatWaitsGoesOnWhenTheLinkComesBack()
{
    for (const char* policy : {"never", "always"})
    {
        Bulk bulk(policy, "ideal", true, 5000000);
        Simulator::Schedule(MilliSeconds(300), &FlueNetDevice::SetLinkDown, bulk.nic);
        Simulator::Schedule(MilliSeconds(900), &FlueNetDevice::SetLinkUp, bulk.nic);
        Simulator::Stop(Seconds(60));
        Simulator::Run();
        CHECK_EQ(10000000U, bulk.Received());
        Simulator::Destroy();
    }
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(TheHostIsHeldBack),
                          TEST(TheAdapterIsHeldBack),
                          TEST(WithoutItFramesAreLost),
                          TEST(WhatWaitsGoesOnWhenTheLinkComesBack),
                      });
}
