/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a connection costs in ns-3: many between two nodes, all open at a time; opened, offloaded at
 * both ends, used and closed in one process.
 *
 *     bench-connections [FILE]          runs itself with two counts, prints a table, adds to the
 *                                       list in FILE
 *     bench-connections point COUNT     runs COUNT connections, prints what the target carried
 *
 * Memory is the peak of the larger run less that of the smaller, by connection: both ends, ns-3's
 * sockets and everything below them. Time grows with the number of connections and no faster when
 * the two runs' times by connection are alike.
 */
#include "helper/flue-helper.h"
#include "model/flue-nic.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

extern "C" {
#include "measure.h"
#include "results.h"
}

using namespace ns3;

namespace
{

const uint32_t FEW = 20000;
const uint32_t MANY = 100000;
const uint32_t BYTES = 4000; // each connection carries
const uint32_t PORTS = 60000;
const uint32_t FIRST_PORT = 2000;
const double TARGET_BYTES = 2048;
const double TARGET_GROWTH = 1.3; // of the time a connection takes, among five times as many

/** What every socket tells. */
uint64_t g_received = 0;

void
Received(Ptr<Socket> socket)
{
    while (Ptr<Packet> packet = socket->Recv()) {
        if (packet->GetSize() == 0) {
            break;
        }
        g_received += packet->GetSize();
    }
}

void
Ended(Ptr<Socket> socket)
{
    socket->Close();
}

/* What an application's own callbacks cost is the application's affair: all sockets share these. */
void
Accepted(Ptr<Socket> socket, const Address &)
{
    static const Callback<void, Ptr<Socket>> received = MakeCallback(&Received);
    static const Callback<void, Ptr<Socket>> ended = MakeCallback(&Ended);

    socket->SetRecvCallback(received);
    socket->SetCloseCallbacks(ended, MakeNullCallback<void, Ptr<Socket>>());
}

/** Two nodes, and connections between them. */
class Connections
{
  public:
    explicit Connections(uint32_t count)
    {
        m_nodes.Create(2);
        FlueNicHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("10Gbps"));
        link.SetDeviceAttribute("Capacity", UintegerValue(count));
        link.SetChannelAttribute("Delay", StringValue("10us"));
        link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("10000p"));
        const NetDeviceContainer devices = link.Install(m_nodes);
        InternetStackHelper().Install(m_nodes);
        FlueHelper flue("always");
        flue.SetAttribute("WithContent", BooleanValue(false));
        flue.Install(m_nodes);
        Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");
        m_server = addresses.Assign(devices).GetAddress(1);
        // A port of one address makes 65,535 connections at most.
        Ptr<Ipv4> ipv4 = m_nodes.Get(0)->GetObject<Ipv4>();
        for (uint32_t i = 0; i <= count / PORTS; i++) {
            m_clients.push_back(Ipv4Address(0x0a010000 + i));
            ipv4->AddAddress(1, Ipv4InterfaceAddress(m_clients.back(), Ipv4Mask("255.0.0.0")));
        }
        m_listener = Socket::CreateSocket(m_nodes.Get(1), TcpSocketFactory::GetTypeId());
        m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), 80));
        m_listener->Listen();
        m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address &>(),
                                      MakeCallback(&Accepted));
        m_sockets.reserve(count);
    }

    void
    Open(uint32_t number)
    {
        Ptr<Socket> socket = Socket::CreateSocket(m_nodes.Get(0), TcpSocketFactory::GetTypeId());
        socket->Bind(InetSocketAddress(m_clients[number / PORTS],
                                       static_cast<uint16_t>(FIRST_PORT + number % PORTS)));
        socket->Connect(InetSocketAddress(m_server, 80));
        m_sockets.push_back(socket);
    }

    void
    Use(uint32_t number)
    {
        m_sockets[number]->Send(Create<Packet>(BYTES));
    }

    void
    Close(uint32_t number)
    {
        m_sockets[number]->Close();
        m_sockets[number] = nullptr;
    }

    Ptr<FlueTcpL4Protocol>
    Tcp(uint32_t node) const
    {
        return m_nodes.Get(node)->GetObject<FlueTcpL4Protocol>();
    }

  private:
    NodeContainer m_nodes;
    Ipv4Address m_server;
    std::vector<Ipv4Address> m_clients;
    Ptr<Socket> m_listener;
    std::vector<Ptr<Socket>> m_sockets;
};

/** Does @p step with each connection, a little after the one before. */
void
ForEach(Connections *connections, void (Connections::*step)(uint32_t), uint32_t number,
        uint32_t count)
{
    (connections->*step)(number);
    if (number + 1 < count) {
        Simulator::Schedule(MicroSeconds(5), &ForEach, connections, step, number + 1, count);
    }
}

int
RunPoint(uint32_t count)
{
    Connections connections(count);
    uint64_t carried = count;
    for (auto step : {&Connections::Open, &Connections::Use, &Connections::Close}) {
        ForEach(&connections, step, 0, count);
        Simulator::Stop(Seconds(3));
        Simulator::Run();
        if (step == &Connections::Open) {
            carried = connections.Tcp(0)->GetStatistics().offloads +
                      connections.Tcp(1)->GetStatistics().offloads;
        }
    }
    Simulator::Stop(Seconds(200));
    Simulator::Run();
    const bool isWhole = carried == 2 * uint64_t{count} && g_received == uint64_t{count} * BYTES &&
                         connections.Tcp(0)->GetStatistics().connections == 0 &&
                         connections.Tcp(1)->GetStatistics().connections == 0;
    std::printf("%llu %llu\n", static_cast<unsigned long long>(Simulator::GetEventCount()),
                static_cast<unsigned long long>(count));
    if (!isWhole) {
        std::fprintf(stderr,
                     "bench-connections: %llu of %u ends were offloaded, %llu bytes arrived\n",
                     static_cast<unsigned long long>(carried), 2 * count,
                     static_cast<unsigned long long>(g_received));
    }
    Simulator::Destroy();
    return isWhole ? 0 : 1;
}

bool
Measure(char *self, uint32_t count, usage *result)
{
    char text[16];
    char point[] = "point";
    char *argv[] = {self, point, text, nullptr};
    std::snprintf(text, sizeof text, "%u", count);
    return measure_run(argv, result);
}

} // namespace

int
main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "point") == 0) {
        return RunPoint(static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)));
    }
    usage few;
    usage many;
    if (!Measure(argv[0], FEW, &few) || !Measure(argv[0], MANY, &many)) {
        return 1;
    }
    const double bytes =
        static_cast<double>(many.peak_bytes - few.peak_bytes) / static_cast<double>(MANY - FEW);
    const double growth = (many.seconds / MANY) / (few.seconds / FEW);
    results_add("connection_bytes_both_ends", bytes, "bytes", TARGET_BYTES);
    results_add("connection_growth_of_time", growth, "times", TARGET_GROWTH);
    results_add("connections_100000_seconds", many.seconds, "s", RESULTS_NO_TARGET);
    results_print("100,000 connections in ns-3, opened, offloaded at both ends, used and closed");
    return results_write(argc > 1 ? argv[1] : nullptr) ? 0 : 1;
}
