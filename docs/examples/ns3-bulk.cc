/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ns-3 script as anyone may have it: a bulk transfer between two nodes. The two lines that are
 * marked put its connections on the adapter; the last lines show what became of them.
 *
 *     example_ns3_bulk --policy=never
 */
#include "helper/flue-helper.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <iostream>

using namespace ns3;

static void
CwndChanged(uint32_t, uint32_t cwnd)
{
    std::cout << Simulator::Now().GetMilliSeconds() << " ms: cwnd " << cwnd << " bytes\n";
}

static void
WatchCwnd()
{
    // For ns-3's own TCP: $ns3::TcpL4Protocol/SocketList/0/CongestionWindow
    Config::ConnectWithoutContext("/NodeList/0/$ns3::FlueTcpL4Protocol/SocketList/0/"
                                  "CongestionWindow",
                                  MakeCallback(&CwndChanged));
}

int
main(int argc, char **argv)
{
    std::string policy = "always";
    CommandLine command(__FILE__);
    command.AddValue("policy", "when connections move to the adapter", policy);
    command.Parse(argc, argv);
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(262144));

    NodeContainer nodes;
    nodes.Create(2);
    FlueNicHelper link; // was: PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
    link.SetChannelAttribute("Delay", StringValue("2ms"));
    const NetDeviceContainer devices = link.Install(nodes);
    InternetStackHelper().Install(nodes);
    FlueHelper(policy).Install(nodes); // new
    Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
    const Ipv4InterfaceContainer interfaces = addresses.Assign(devices);

    BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(interfaces.GetAddress(1), 9));
    source.SetAttribute("MaxBytes", UintegerValue(10000000));
    source.Install(nodes.Get(0)).Start(Seconds(1));
    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    const ApplicationContainer sinks = sink.Install(nodes.Get(1));
    Simulator::Schedule(Seconds(1) + MilliSeconds(1), &WatchCwnd);
    Simulator::Stop(Seconds(100));
    Simulator::Run();

    const flue_host_statistics counts =
        nodes.Get(0)->GetObject<FlueTcpL4Protocol>()->GetStatistics();
    std::cout << DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx() << " bytes arrived, "
              << counts.offloads << " connections were offloaded\n";
    Simulator::Destroy();
    return 0;
}
