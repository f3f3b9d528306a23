/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ns-3's own applications over ns3::FlueTcpSocketFactory, and what ns3::Socket promises: names,
 * errors and callbacks. If these work, a script needs two other lines and no more.
 */
#include "check.h"

#include "helper/flue-link-helper.h"
#include "model/flue-socket.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/application-container.h"
#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/packet.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

using namespace ns3;

namespace
{

const char* const FACTORY = "ns3::FlueTcpSocketFactory";

/** Two machines with Flue's TCP in the place of ns-3's, and a link. */
struct Pair
{
    NodeContainer nodes;
    NetDeviceContainer devices;
    Ptr<FlueTcpL4Protocol> tcp[2];
    Ipv4Address addresses[2];
    Ipv6Address addresses6[2];

    explicit Pair(bool offload)
    {
        nodes.Create(2);
        FlueLinkHelper link;
        link.SetDeviceType("ns3::FlueNic");
        link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        link.SetChannelAttribute("Delay", StringValue("1ms"));
        devices = link.Install(nodes);
        InternetStackHelper().Install(nodes);
        for (uint32_t i = 0; i < 2; i++)
        {
            tcp[i] = CreateObject<FlueTcpL4Protocol>();
            tcp[i]->SetAttribute("OffloadPolicy", StringValue(offload ? "always" : "never"));
            nodes.Get(i)->AggregateObject(tcp[i]);
        }
        Ipv4AddressHelper ipv4("10.1.1.0", "255.255.255.0");
        const Ipv4InterfaceContainer interfaces = ipv4.Assign(devices);
        Ipv6AddressHelper ipv6("2001:db8::", 64);
        const Ipv6InterfaceContainer interfaces6 = ipv6.Assign(devices);
        for (uint32_t i = 0; i < 2; i++)
        {
            addresses[i] = interfaces.GetAddress(i);
            addresses6[i] = interfaces6.GetAddress(i, 1);
        }
    }
};

/** BulkSend to PacketSink. @return bytes that arrived */
uint64_t Transfer(Pair& pair, const Address& server, const Address& any)
{
    PacketSinkHelper sinkHelper(FACTORY, any);
    const ApplicationContainer sinks = sinkHelper.Install(pair.nodes.Get(1));
    BulkSendHelper source(FACTORY, server);
    source.SetAttribute("MaxBytes", UintegerValue(1000000));
    ApplicationContainer sources = source.Install(pair.nodes.Get(0));
    sources.Start(Seconds(3)); // behind IPv6's duplicate address detection
    Simulator::Stop(Seconds(200));
    Simulator::Run();
    return DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx();
}

void BulkSendToPacketSinkArrivesWhole()
{
    for (const bool offload : {false, true})
    {
        Pair pair(offload);
        CHECK_EQ(1000000U,
                 Transfer(pair,
                          InetSocketAddress(pair.addresses[1], 9),
                          InetSocketAddress(Ipv4Address::GetAny(), 9)));
        for (const Ptr<FlueTcpL4Protocol>& tcp : pair.tcp)
        {
            const flue_host_statistics counts = tcp->GetStatistics();
            CHECK_EQ(offload ? 1U : 0U, counts.offloads);
            CHECK_EQ(0U, counts.connections); // closed on both sides, and forgotten
            CHECK_EQ(0U, counts.tcp.out_resets);
        }
        Simulator::Destroy();
    }
}

void BulkSendToPacketSinkArrivesWholeOverIpv6()
{
    for (const bool offload : {false, true})
    {
        Pair pair(offload);
        CHECK_EQ(1000000U,
                 Transfer(pair,
                          Inet6SocketAddress(pair.addresses6[1], 9),
                          Inet6SocketAddress(Ipv6Address::GetAny(), 9)));
        CHECK_EQ(offload ? 1U : 0U, pair.tcp[0]->GetStatistics().offloads);
        CHECK_EQ(offload ? 1U : 0U, pair.tcp[1]->GetStatistics().offloads);
        Simulator::Destroy();
    }
}

/** Notes what a socket tells its application. */
struct Listener
{
    uint32_t connected = 0;
    uint32_t failed = 0;
    uint32_t closed = 0;
    uint32_t broken = 0;
    uint32_t sent = 0;
    Ptr<Socket> accepted;
    std::string received;
    bool isAccepting = true;

    void Connected(Ptr<Socket>)
    {
        connected++;
    }

    void Failed(Ptr<Socket>)
    {
        failed++;
    }

    void Closed(Ptr<Socket>)
    {
        closed++;
    }

    void Broken(Ptr<Socket>)
    {
        broken++;
    }

    void Sent(Ptr<Socket>, uint32_t bytes)
    {
        sent += bytes;
    }

    bool Request(Ptr<Socket>, const Address&)
    {
        return isAccepting;
    }

    void Accepted(Ptr<Socket> socket, const Address&)
    {
        accepted = socket;
        Watch(socket);
    }

    void Received(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            if (packet->GetSize() == 0)
            {
                break;
            }
            std::string bytes(packet->GetSize(), '\0');
            packet->CopyData(reinterpret_cast<uint8_t*>(&bytes[0]), packet->GetSize());
            received += bytes;
        }
    }

    void Watch(Ptr<Socket> socket)
    {
        socket->SetConnectCallback(MakeCallback(&Listener::Connected, this),
                                   MakeCallback(&Listener::Failed, this));
        socket->SetCloseCallbacks(MakeCallback(&Listener::Closed, this),
                                  MakeCallback(&Listener::Broken, this));
        socket->SetAcceptCallback(MakeCallback(&Listener::Request, this),
                                  MakeCallback(&Listener::Accepted, this));
        socket->SetDataSentCallback(MakeCallback(&Listener::Sent, this));
        socket->SetRecvCallback(MakeCallback(&Listener::Received, this));
    }
};

Ptr<Socket> MakeSocket(const Pair& pair, uint32_t node)
{
    return Socket::CreateSocket(pair.nodes.Get(node), TypeId::LookupByName(FACTORY));
}

int SendText(Ptr<Socket> socket, const std::string& text)
{
    return socket->Send(reinterpret_cast<const uint8_t*>(text.data()),
                        static_cast<uint32_t>(text.size()),
                        0);
}

void ASocketSaysWhatItDoes()
{
    Pair pair(true);
    pair.tcp[0]->SetAttribute("WithContent", BooleanValue(true));
    pair.tcp[1]->SetAttribute("WithContent", BooleanValue(true));
    Listener server;
    Listener client;
    Ptr<Socket> passive = MakeSocket(pair, 1);
    server.Watch(passive);
    CHECK_EQ(0, passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), 80)));
    CHECK_EQ(0, passive->Listen());
    Ptr<Socket> active = MakeSocket(pair, 0);
    client.Watch(active);
    CHECK_EQ(-1, SendText(active, "too early"));
    CHECK_EQ(Socket::ERROR_NOTCONN, active->GetErrno());
    Address name;
    CHECK_EQ(-1, active->GetPeerName(name));
    CHECK_EQ(0, active->Connect(InetSocketAddress(pair.addresses[1], 80)));
    CHECK_EQ(-1, active->Connect(InetSocketAddress(pair.addresses[1], 80)));
    CHECK_EQ(Socket::ERROR_ISCONN, active->GetErrno());
    Simulator::Stop(Seconds(1));
    Simulator::Run();

    CHECK_EQ(1U, client.connected);
    CHECK(server.accepted);
    CHECK_EQ(0, active->GetSockName(name));
    CHECK_EQ(pair.addresses[0], InetSocketAddress::ConvertFrom(name).GetIpv4());
    CHECK(InetSocketAddress::ConvertFrom(name).GetPort() >= 49152);
    CHECK_EQ(0, server.accepted->GetPeerName(name));
    CHECK_EQ(pair.addresses[0], InetSocketAddress::ConvertFrom(name).GetIpv4());
    CHECK_EQ(FLUE_OWNER_TARGET, DynamicCast<FlueSocket>(active)->GetOwner());

    CHECK(!active->Recv());
    CHECK_EQ(Socket::ERROR_AGAIN, active->GetErrno());
    CHECK_EQ(131072U, active->GetTxAvailable());
    CHECK_EQ(5, SendText(active, "hello"));
    CHECK_EQ(131067U, active->GetTxAvailable());
    CHECK_EQ(-1, active->Send(Create<Packet>(131068)));
    CHECK_EQ(Socket::ERROR_MSGSIZE, active->GetErrno());
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    CHECK_EQ(std::string("hello"), server.received);
    CHECK_EQ(5U, client.sent);
    CHECK_EQ(131072U, active->GetTxAvailable());

    // Half-closed: the other direction still works.
    CHECK_EQ(0, active->ShutdownSend());
    CHECK_EQ(-1, SendText(active, "too late"));
    CHECK_EQ(Socket::ERROR_SHUTDOWN, active->GetErrno());
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    CHECK_EQ(1U, server.closed);
    CHECK_EQ(7, SendText(server.accepted, "goodbye"));
    CHECK_EQ(0, server.accepted->Close());
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    CHECK_EQ(std::string("goodbye"), client.received);
    CHECK_EQ(1U, client.closed);
    CHECK_EQ(0U, client.broken + server.broken + client.failed);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().connections);
    CHECK_EQ(0U, pair.tcp[1]->GetStatistics().connections);
}

void AConnectionThatNobodyWantsFails()
{
    Pair pair(true);
    Listener client;
    Ptr<Socket> active = MakeSocket(pair, 0);
    client.Watch(active);
    CHECK_EQ(0, active->Connect(InetSocketAddress(pair.addresses[1], 80)));
    Ptr<Socket> lost = MakeSocket(pair, 0);
    CHECK_EQ(-1, lost->Connect(InetSocketAddress(Ipv4Address("192.0.2.1"), 80)));
    CHECK_EQ(Socket::ERROR_NOROUTETOHOST, lost->GetErrno());
    Simulator::Stop(Seconds(2));
    Simulator::Run();
    CHECK_EQ(1U, client.failed);
    CHECK_EQ(0U, client.connected);
    CHECK_EQ(-1, SendText(active, "x"));
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().connections);
}

void AConnectionThatTheServerRefusesIsReset()
{
    Pair pair(true);
    Listener server;
    Listener client;
    server.isAccepting = false;
    Ptr<Socket> passive = MakeSocket(pair, 1);
    server.Watch(passive);
    passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), 80));
    passive->Listen();
    Ptr<Socket> active = MakeSocket(pair, 0);
    client.Watch(active);
    active->Connect(InetSocketAddress(pair.addresses[1], 80));
    Simulator::Stop(Seconds(2));
    Simulator::Run();
    CHECK(!server.accepted);
    CHECK_EQ(1U, client.broken);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().connections);
    CHECK_EQ(0U, pair.tcp[1]->GetStatistics().connections);
}

void UnreadDataAtCloseResetsTheConnection()
{
    Pair pair(true);
    Listener server;
    Listener client;
    Ptr<Socket> passive = MakeSocket(pair, 1);
    server.Watch(passive);
    passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), 80));
    passive->Listen();
    Ptr<Socket> active = MakeSocket(pair, 0);
    client.Watch(active);
    active->Connect(InetSocketAddress(pair.addresses[1], 80));
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    server.accepted->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    CHECK_EQ(1000, active->Send(Create<Packet>(1000)));
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    CHECK_EQ(1000U, server.accepted->GetRxAvailable());
    server.accepted->Close();
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    CHECK_EQ(1U, client.broken);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().connections);
    CHECK_EQ(0U, pair.tcp[1]->GetStatistics().connections);
}

void PortsAreBookedAndGivenBack()
{
    Pair pair(false);
    const InetSocketAddress any(Ipv4Address::GetAny(), 80);
    Ptr<Socket> first = MakeSocket(pair, 1);
    CHECK_EQ(0, first->Bind(any));
    CHECK_EQ(-1, first->Bind(any)); // bound already
    CHECK_EQ(Socket::ERROR_INVAL, first->GetErrno());
    Ptr<Socket> second = MakeSocket(pair, 1);
    CHECK_EQ(-1, second->Bind(any));
    CHECK_EQ(Socket::ERROR_ADDRINUSE, second->GetErrno());
    CHECK_EQ(-1, second->Bind(InetSocketAddress(pair.addresses[1], 80)));
    CHECK_EQ(0, second->Bind(Inet6SocketAddress(Ipv6Address::GetAny(), 80)));
    CHECK_EQ(-1, second->Connect(InetSocketAddress(pair.addresses[0], 80)));
    CHECK_EQ(Socket::ERROR_AFNOSUPPORT, second->GetErrno());
    CHECK_EQ(0, first->Close());
    Ptr<Socket> third = MakeSocket(pair, 1);
    CHECK_EQ(0, third->Bind(any));
    CHECK_EQ(0, third->Listen());
    CHECK_EQ(-1, third->Listen());
    CHECK_EQ(0, third->Close());
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(BulkSendToPacketSinkArrivesWhole),
                          TEST(BulkSendToPacketSinkArrivesWholeOverIpv6),
                          TEST(ASocketSaysWhatItDoes),
                          TEST(AConnectionThatNobodyWantsFails),
                          TEST(AConnectionThatTheServerRefusesIsReset),
                          TEST(UnreadDataAtCloseResetsTheConnection),
                          TEST(PortsAreBookedAndGivenBack),
                      });
}
