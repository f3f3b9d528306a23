/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ns-3's own applications over ns3::FlueTcpSocketFactory, and what ns3::Socket promises: names,
 * errors and callbacks. If these work, a script needs two other lines and no more.
 */
#include "check.h"
#include "pair.h"

#include "ns3/application-container.h"
#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/uinteger.h"

namespace
{

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
