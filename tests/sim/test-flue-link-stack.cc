/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The link under ns-3's own stack: ARP, UDP, IPv6, TCP, a bridge, captures. If these work, an ns-3
 * user's scripts do.
 */
#include "check.h"
#include "wire.h"

#include "model/flue-processor.h"

#include "ns3/application-container.h"
#include "ns3/bridge-helper.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/global-value.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/net-device-queue-interface.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-echo-helper.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

using namespace wire;

namespace
{

/** @return how many lines of `path` begin with one of `kinds`, and contain `word` */
int Lines(const std::string& path, const std::string& kinds, const std::string& word = "")
{
    std::ifstream file(path);
    int lines = 0;
    for (std::string line; std::getline(file, line);)
    {
        const bool isOfKind = !line.empty() && kinds.find(line[0]) != std::string::npos;
        lines += isOfKind && line.find(word) != std::string::npos ? 1 : 0;
    }
    return lines;
}

/** @return what `command` prints */
std::string Output(const std::string& command)
{
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe)
    {
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        {
            text.push_back(static_cast<char>(c));
        }
        pclose(pipe);
    }
    return text;
}

/** Two nodes with IP stacks on one link. */
struct Hosts
{
    explicit Hosts(Time delay = MicroSeconds(10))
        : nodes(2)
    {
        helper.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
        helper.SetChannelAttribute("Delay", TimeValue(delay));
    }

    void Install()
    {
        devices = helper.Install(nodes);
        InternetStackHelper().Install(nodes);
        Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
        interfaces = addresses.Assign(devices);
    }

    /** `count` echo requests of `bytes` from node 0 to `to`. */
    void Echo(Address to, uint32_t count, uint32_t bytes)
    {
        ApplicationContainer server = UdpEchoServerHelper(9).Install(nodes.Get(1));
        UdpEchoClientHelper client(to, 9);
        client.SetAttribute("MaxPackets", UintegerValue(count));
        client.SetAttribute("Interval", TimeValue(MilliSeconds(10)));
        client.SetAttribute("PacketSize", UintegerValue(bytes));
        ApplicationContainer clients = client.Install(nodes.Get(0));
        server.Start(Seconds(0));
        clients.Start(Seconds(2)); // IPv6 has looked for duplicate addresses by then
        clients.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Sink::Note, &replies));
        Simulator::Stop(Seconds(5));
        Simulator::Run();
    }

    FlueLinkHelper helper;
    NodeContainer nodes;
    NetDeviceContainer devices;
    Ipv4InterfaceContainer interfaces;
    Sink replies;
};

void test_stack_arp_and_udp_echo()
{
    Hosts h;
    Sink wire;
    h.Install();
    wire.Connect(h.devices.Get(0), "Sniffer");
    h.Echo(h.interfaces.GetAddress(1), 3, 1000);
    CHECK_EQ(std::size_t{3}, h.replies.Count());
    int arps = 0;
    for (const auto& shown : wire.shown)
    {
        arps += shown.bytes.at(12) == 0x08 && shown.bytes.at(13) == 0x06 ? 1 : 0;
    }
    CHECK_EQ(4, arps); // each asks for the other once
    CHECK_EQ(std::size_t{10}, wire.Count());
}

void test_stack_padding_does_not_reach_the_application()
{
    Hosts h;
    h.Install();
    h.Echo(h.interfaces.GetAddress(1), 1, 5);
    CHECK_EQ(std::size_t{1}, h.replies.Count());
    CHECK_EQ(std::size_t{5}, h.replies.shown.at(0).bytes.size());
}

void test_stack_ipv6_udp_echo()
{
    Hosts h;
    h.Install();
    Ipv6AddressHelper addresses("2001:db8::", Ipv6Prefix(64));
    Ipv6InterfaceContainer interfaces = addresses.Assign(h.devices);
    h.Echo(interfaces.GetAddress(1, 1), 2, 600);
    CHECK_EQ(std::size_t{2}, h.replies.Count());
}

void test_stack_datagram_larger_than_the_mtu_is_fragmented()
{
    Hosts h;
    h.Install();
    // ns-3 keeps three packets for an address that ARP is asking for, one less than there are
    // fragments: the first request and the first reply are lost to that.
    h.Echo(h.interfaces.GetAddress(1), 4, 5000);
    CHECK_EQ(std::size_t{2}, h.replies.Count());
    CHECK_EQ(std::size_t{5000}, h.replies.shown.at(0).bytes.size());
}

void test_stack_vlan_echo()
{
    Hosts h;
    h.helper.SetDeviceAttribute("VlanId", UintegerValue(42));
    h.Install();
    h.Echo(h.interfaces.GetAddress(1), 2, 100);
    CHECK_EQ(std::size_t{2}, h.replies.Count());
}

void test_stack_bridge_carries_between_two_links()
{
    NodeContainer nodes(3); // host, switch, host
    FlueLinkHelper link;
    NetDeviceContainer left = link.Install(nodes.Get(0), nodes.Get(1));
    NetDeviceContainer right = link.Install(nodes.Get(2), nodes.Get(1));
    BridgeHelper().Install(nodes.Get(1), NetDeviceContainer(left.Get(1), right.Get(1)));
    NodeContainer hosts(nodes.Get(0), nodes.Get(2));
    NetDeviceContainer ends(left.Get(0), right.Get(0));
    InternetStackHelper().Install(hosts);
    Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
    Ipv4InterfaceContainer interfaces = addresses.Assign(ends);
    UdpEchoServerHelper(9).Install(nodes.Get(2)).Start(Seconds(0));
    UdpEchoClientHelper client(interfaces.GetAddress(1), 9);
    client.SetAttribute("MaxPackets", UintegerValue(4));
    client.SetAttribute("Interval", TimeValue(MilliSeconds(50))); // ARP dawdles up to 10 ms
    ApplicationContainer clients = client.Install(nodes.Get(0));
    Sink replies;
    clients.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Sink::Note, &replies));
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    CHECK_EQ(std::size_t{4}, replies.Count());
    // An echo crosses each link once a direction, after the ARP exchange.
    CHECK_EQ(uint64_t{4 + 2}, DynamicCast<FlueNetDevice>(left.Get(0))->GetStatistics().rxFrames);
}

/** @return the goodput of ns-3's TCP over the link from 0.2 s to 0.4 s, in bits a second */
double BulkGoodput(Hosts& h)
{
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(1 << 20));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(1 << 20));
    h.Install();
    PacketSinkHelper sinks("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 5001));
    ApplicationContainer sink = sinks.Install(h.nodes.Get(1));
    BulkSendHelper bulk("ns3::TcpSocketFactory",
                        InetSocketAddress(h.interfaces.GetAddress(1), 5001));
    bulk.SetAttribute("SendSize", UintegerValue(65536));
    bulk.Install(h.nodes.Get(0));
    uint64_t before = 0;
    Ptr<PacketSink> received = DynamicCast<PacketSink>(sink.Get(0));
    Simulator::Schedule(MilliSeconds(200), [&] { before = received->GetTotalRx(); });
    Simulator::Stop(MilliSeconds(400));
    Simulator::Run();
    return static_cast<double>(received->GetTotalRx() - before) * 8 / 0.2;
}

void test_stack_tcp_bulk_fills_the_link()
{
    Hosts h;
    // Room for all that TCP's window holds: this test is about the link, not about losses.
    h.helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("1000p"));
    h.helper.DisableFlowControl();
    const double share = 1448.0 / 1538; // 0.941: payload of a full frame and all that goes with it
    const double goodput = BulkGoodput(h);
    CHECK_BETWEEN(0.97 * share * 1e9, share * 1e9, goodput);
}

void test_stack_tcp_capture_is_well_formed()
{
    const bool hasTshark = std::system("tshark --version >/dev/null 2>&1") == 0;
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    auto hosts = std::make_unique<Hosts>();
    Hosts& h = *hosts;
    h.Install();
    h.helper.EnablePcap("test-flue-link", h.devices.Get(0), true);
    h.helper.EnableAscii("test-flue-link", h.devices.Get(0));
    PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 5001))
        .Install(h.nodes.Get(1));
    BulkSendHelper bulk("ns3::TcpSocketFactory",
                        InetSocketAddress(h.interfaces.GetAddress(1), 5001));
    bulk.SetAttribute("MaxBytes", UintegerValue(100000));
    bulk.Install(h.nodes.Get(0));
    Simulator::Run();
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
    const auto& statistics = DynamicCast<FlueNetDevice>(h.devices.Get(0))->GetStatistics();
    const int sent = static_cast<int>(statistics.txFrames);
    const int received = static_cast<int>(statistics.rxFrames);
    const std::string name = "test-flue-link-" + std::to_string(h.nodes.Get(0)->GetId()) + "-0";
    Simulator::Destroy();
    hosts.reset(); // closes the files
    std::ifstream file(name + ".pcap", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    CHECK(bytes.size() > 100000);
    CHECK_EQ(1, int{bytes[20]}); // DLT_EN10MB
    // The ascii trace counts the same frames.
    CHECK_EQ(sent, Lines(name + ".tr", "+"));
    CHECK_EQ(sent, Lines(name + ".tr", "-"));
    CHECK_EQ(received, Lines(name + ".tr", "r"));
    CHECK(Lines(name + ".tr", "r", "ns3::FlueEthernetHeader") > 0);
    if (!hasTshark)
    {
        std::cout << "skipped: tshark is not here, so nobody else has read the capture\n";
    }
    else
    {
        const std::string tshark =
            "tshark -r " + name + ".pcap -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE ";
        const std::string all = Output(tshark + "-T fields -e frame.number 2>/dev/null | wc -l");
        CHECK_EQ(sent + received, std::atoi(all.c_str()));
        CHECK_EQ(std::string(),
                 Output(tshark + "-Y '_ws.malformed or ip.checksum.status == 0 or "
                                 "tcp.checksum.status == 0' 2>/dev/null"));
    }
}

void test_stack_tcp_pays_for_its_host()
{
    Hosts h;
    Ptr<FlueProcessor> processor = CreateObject<FlueProcessor>();
    CHECK(processor->SetProfileName("server-2009"));
    h.nodes.Get(1)->AggregateObject(processor);
    flue_profile slow = processor->GetProfile();
    slow.core_hz = 100000000; // 2000 cycles a segment: 50,000 segments a second and no more
    processor->SetProfile(&slow);
    const double goodput = BulkGoodput(h);
    const double most = 1448.0 * 8 * static_cast<double>(slow.core_hz) /
                        (slow.tcp_rx_cycles + slow.ack_tx_cycles / 2.0);
    CHECK_BETWEEN(0.5 * most, most, goodput);
    CHECK(processor->GetBusy() > 180 * FLUE_MILLISECOND);
    CHECK(processor->GetBusy() <= 400 * FLUE_MILLISECOND);
    CHECK(processor->GetEvents(FLUE_COST_TCP_RX) > 0);
    CHECK(processor->GetEvents(FLUE_COST_ACK_TX) > 0);
    CHECK_EQ(uint64_t{0}, processor->GetEvents(FLUE_COST_TCP_TX));
}

void test_helper_shared_ascii_stream_names_the_device()
{
    Hosts h;
    h.Install();
    AsciiTraceHelper ascii;
    const uint32_t node = h.nodes.Get(1)->GetId();
    Ptr<OutputStreamWrapper> stream = ascii.CreateFileStream("test-flue-link-shared.tr");
    h.helper.EnableAscii(stream, h.devices);
    h.Echo(h.interfaces.GetAddress(1), 2, 100);
    stream->GetStream()->flush();
    const std::string path = "/NodeList/" + std::to_string(node) + "/DeviceList/0/";
    CHECK_EQ(4, Lines("test-flue-link-shared.tr", "r", path + "$ns3::FlueNetDevice/PhyRxEnd"));
    CHECK_EQ(4,
             Lines("test-flue-link-shared.tr", "+", path + "$ns3::FlueNetDevice/TxQueue/Enqueue"));
}

void test_helper_attributes_reach_the_devices()
{
    Wire w("25Gbps", MicroSeconds(2));
    w.Install();
    CHECK_EQ(uint64_t{25000000000}, w.end[1]->GetDataRate().GetBitRate());
    CHECK_EQ(uint16_t{9000}, w.end[1]->GetMtu());
    CHECK_EQ(MicroSeconds(2), w.channel->GetDelay());
    CHECK(w.end[0]->GetAddress() != w.end[1]->GetAddress());
    CHECK(!w.end[0]->GetObject<NetDeviceQueueInterface>());
    Wire flow("25Gbps", Seconds(0), true);
    flow.Install();
    CHECK(flow.end[0]->GetObject<NetDeviceQueueInterface>());
}

} // namespace

int main(int argc, char** argv)
{
    Time::SetResolution(Time::PS);
    return check::Run(argc,
                      argv,
                      {TEST(test_stack_arp_and_udp_echo),
                       TEST(test_stack_padding_does_not_reach_the_application),
                       TEST(test_stack_ipv6_udp_echo),
                       TEST(test_stack_datagram_larger_than_the_mtu_is_fragmented),
                       TEST(test_stack_vlan_echo),
                       TEST(test_stack_bridge_carries_between_two_links),
                       TEST(test_stack_tcp_bulk_fills_the_link),
                       TEST(test_stack_tcp_capture_is_well_formed),
                       TEST(test_stack_tcp_pays_for_its_host),
                       TEST(test_helper_shared_ascii_stream_names_the_device),
                       TEST(test_helper_attributes_reach_the_devices)});
}
