/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sockets that end, early, late and inside callbacks, and what they give back; and attributes and
 * options that come when they may or may not have an effect.
 */
#include "check.h"
#include "pair.h"

#include "model/flue-nic.h"
#include "model/flue-socket.h"

#include "ns3/boolean.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/nstime.h"
#include "ns3/uinteger.h"

#include <set>

namespace
{

const uint16_t PORT = 80;

void RunFor(double seconds)
{
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
}

/** A Pair and one open connection. */
struct Connection
{
    Pair pair;
    Listener server;
    Listener client;
    Ptr<Socket> passive;
    Ptr<Socket> active;

    explicit Connection(bool offload)
        : pair(offload)
    {
        passive = MakeSocket(pair, 1);
        server.Watch(passive);
        passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        passive->Listen();
        active = MakeSocket(pair, 0);
        client.Watch(active);
        active->Bind();
        active->Connect(InetSocketAddress(pair.addresses[1], PORT));
        RunFor(1);
        CHECK_EQ(1U, client.connected);
    }

    uint32_t Connections() const
    {
        return pair.tcp[0]->GetStatistics().connections + pair.tcp[1]->GetStatistics().connections;
    }
};

void AForgottenSocketGivesItsPortBack()
{
    Pair pair(false);
    const InetSocketAddress any(Ipv4Address::GetAny(), PORT);
    CHECK_EQ(0, MakeSocket(pair, 0)->Bind(any));
    CHECK_EQ(0, MakeSocket(pair, 0)->Bind(any));
}

void AConnectionFromABoundSocketGivesItsPortBack()
{
    Connection open(false);
    Address name;
    open.active->GetSockName(name);
    const uint16_t port = InetSocketAddress::ConvertFrom(name).GetPort();
    open.active->Close();
    open.server.accepted->Close();
    RunFor(200); // TIME-WAIT and all
    CHECK_EQ(0U, open.Connections());
    CHECK_EQ(0, MakeSocket(open.pair, 0)->Bind(InetSocketAddress(Ipv4Address::GetAny(), port)));
}

/** Both sides have closed, and the server has not read; then it closes, or wants to hear no more.
 */
void EndUnread(bool offload, bool shutdownOnly)
{
    Connection open(offload);
    open.server.accepted->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    CHECK_EQ(1000, open.active->Send(Create<Packet>(1000)));
    open.active->Close();
    RunFor(1);
    open.server.accepted->ShutdownSend();
    RunFor(200);
    CHECK_EQ(1000U, open.server.accepted->GetRxAvailable());
    CHECK_EQ(0,
             shutdownOnly ? open.server.accepted->ShutdownRecv() : open.server.accepted->Close());
    RunFor(1);
    CHECK_EQ(0U, open.server.accepted->GetRxAvailable());
    CHECK_EQ(0U, open.Connections());
    open.server.accepted = nullptr;
    // The listener is the only socket left, here and with its stack.
    CHECK_EQ(0U, open.server.broken + open.client.broken);
}

void WhatWasNotReadDoesNotKeepAnEndedConnection()
{
    for (const bool offload : {false, true})
    {
        EndUnread(offload, false);
        Simulator::Destroy();
        EndUnread(offload, true);
        Simulator::Destroy();
    }
}

void AResetLeavesNothingBehind()
{
    for (const bool offload : {false, true})
    {
        Connection open(offload);
        open.server.accepted->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        CHECK_EQ(1000, open.active->Send(Create<Packet>(1000)));
        RunFor(1);
        CHECK_EQ(0, open.server.accepted->Close());
        CHECK_EQ(0, open.server.accepted->Close());
        RunFor(1);
        CHECK_EQ(1U, open.client.broken);
        CHECK_EQ(0, open.active->Close());
        CHECK_EQ(0, open.active->ShutdownSend());
        CHECK_EQ(0U, open.active->GetTxAvailable());
        CHECK(!open.active->Recv());
        CHECK_EQ(0U, open.Connections());
        Simulator::Destroy();
    }
}

void ShuttingDownTwiceIsNoError()
{
    Connection open(true);
    CHECK_EQ(0, open.active->ShutdownSend());
    CHECK_EQ(0, open.active->ShutdownSend());
    CHECK_EQ(0, open.active->ShutdownRecv());
    CHECK_EQ(0, open.active->ShutdownRecv());
}

/** Closes its listener, which nobody else holds, when somebody calls. */
struct Hermit
{
    Ptr<Socket> listener;
    Ptr<Socket> accepted;
    bool isAccepting = true;

    bool Request(Ptr<Socket>, const Address&)
    {
        Ptr<Socket> last = listener;
        listener = nullptr;
        last->Close();
        return isAccepting;
    }

    void Accepted(Ptr<Socket> socket, const Address&)
    {
        accepted = socket;
    }
};

void AListenerMayCloseWhenSomebodyCalls()
{
    for (const bool accept : {false, true})
    {
        Pair pair(true);
        Hermit hermit;
        hermit.isAccepting = accept;
        hermit.listener = MakeSocket(pair, 1);
        hermit.listener->SetAcceptCallback(MakeCallback(&Hermit::Request, &hermit),
                                           MakeCallback(&Hermit::Accepted, &hermit));
        hermit.listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        hermit.listener->Listen();
        Listener client;
        Ptr<Socket> active = MakeSocket(pair, 0);
        client.Watch(active);
        active->Connect(InetSocketAddress(pair.addresses[1], PORT));
        RunFor(1);
        CHECK_EQ(accept, static_cast<bool>(hermit.accepted));
        CHECK_EQ(accept ? 0U : 1U, client.broken);
        CHECK_EQ(0, MakeSocket(pair, 1)->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)));
        Simulator::Destroy();
    }
}

/** Closes a socket as soon as its connection changes hands. */
struct Closer
{
    std::vector<Ptr<Socket>> sockets;

    void Moved(Ptr<const Socket>, uint32_t)
    {
        for (const Ptr<Socket>& socket : sockets)
        {
            socket->Close();
        }
        sockets.clear();
    }
};

void SocketsMayCloseWhileAllAreMoved()
{
    Pair pair(false);
    Listener server;
    Ptr<Socket> passive = MakeSocket(pair, 1);
    server.Watch(passive);
    passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
    passive->Listen();
    std::vector<Ptr<Socket>> active;
    Closer closer;
    for (int i = 0; i < 4; i++)
    {
        active.push_back(MakeSocket(pair, 0));
        active.back()->Connect(InetSocketAddress(pair.addresses[1], PORT));
        RunFor(1);
        server.accepted->Close();
        server.accepted = nullptr;
        RunFor(1);
    }
    closer.sockets.swap(active); // in CLOSE-WAIT: a closed one is forgotten at once
    pair.tcp[0]->TraceConnectWithoutContext("Owner", MakeCallback(&Closer::Moved, &closer));
    CHECK(pair.tcp[0]->OffloadAll() > 0);
    RunFor(200);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().connections);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().offloaded);
}

/** Takes everything back as soon as the second connection lives on its adapter. */
struct Recaller
{
    Ptr<FlueTcpL4Protocol> tcp;
    uint32_t offloaded = 0;

    void Moved(Ptr<const Socket>, uint32_t owner)
    {
        offloaded += owner == FLUE_OWNER_TARGET ? 1 : 0;
        if (owner == FLUE_OWNER_TARGET && offloaded == 2)
        {
            tcp->UploadAll();
        }
    }
};

void OneAdapterMayHearOfTheOther()
{
    NodeContainer nodes(3); // 1 has a link to each of the others
    FlueLinkHelper link;
    link.SetDeviceType("ns3::FlueNic");
    const NetDeviceContainer links[2] = {link.Install(nodes.Get(1), nodes.Get(0)),
                                         link.Install(nodes.Get(1), nodes.Get(2))};
    links[1].Get(0)->SetAttribute("InitiateDelay", TimeValue(MilliSeconds(1)));
    InternetStackHelper().Install(nodes);
    Recaller recaller;
    for (uint32_t i = 0; i < nodes.GetN(); i++)
    {
        Ptr<FlueTcpL4Protocol> tcp = CreateObject<FlueTcpL4Protocol>();
        tcp->SetAttribute("OffloadPolicy", StringValue("never"));
        nodes.Get(i)->AggregateObject(tcp);
        recaller.tcp = i == 1 ? tcp : recaller.tcp;
    }
    Ptr<Socket> sockets[2];
    for (uint32_t i = 0; i < 2; i++)
    {
        Ipv4AddressHelper ipv4(i == 0 ? "10.1.1.0" : "10.1.2.0", "255.255.255.0");
        const Ipv4Address address = ipv4.Assign(links[i]).GetAddress(1);
        Ptr<Socket> passive = Socket::CreateSocket(nodes.Get(2 * i), TypeId::LookupByName(FACTORY));
        passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        passive->Listen();
        sockets[i] = Socket::CreateSocket(nodes.Get(1), TypeId::LookupByName(FACTORY));
        CHECK_EQ(0, sockets[i]->Connect(InetSocketAddress(address, PORT)));
    }
    RunFor(1);
    recaller.tcp->TraceConnectWithoutContext("Owner", MakeCallback(&Recaller::Moved, &recaller));
    CHECK_EQ(2U, recaller.tcp->OffloadAll());
    RunFor(1);
    CHECK_EQ(2U, recaller.offloaded);
    for (const Ptr<Socket>& socket : sockets)
    {
        CHECK_EQ(FLUE_OWNER_HOST, DynamicCast<FlueSocket>(socket)->GetOwner());
    }
}

/** Notes the hop limits and traffic classes of a device's IPv6 TCP frames. */
struct Ipv6Watch
{
    std::set<uint32_t> hopLimits;
    std::set<uint32_t> classes;

    void See(Ptr<const Packet> frame)
    {
        uint8_t bytes[54];
        if (frame->CopyData(bytes, sizeof bytes) == sizeof bytes && bytes[12] == 0x86 &&
            bytes[13] == 0xdd && bytes[20] == 6)
        {
            hopLimits.insert(bytes[21]);
            classes.insert(static_cast<uint32_t>((bytes[14] << 4 | bytes[15] >> 4) & 0xff));
        }
    }
};

/** Bytes nobody looks at make room as those that are read do, and the stream goes on behind them.
 */
void WhatIsDiscardedIsGoneAndTheRestIsRead()
{
    for (const bool offload : {false, true})
    {
        Connection open(offload);
        for (uint32_t i = 0; i < 2; i++)
        {
            open.pair.tcp[i]->SetAttribute("WithContent", BooleanValue(true));
        }
        Ptr<FlueSocket> reader = DynamicCast<FlueSocket>(open.server.accepted);
        reader->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        CHECK_EQ(0U, reader->Discard(10));
        CHECK_EQ(Socket::ERROR_AGAIN, reader->GetErrno());

        const std::string text = "what is thrown away, and what is not";
        const uint32_t thrown = 21;
        const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
        open.active->Send(Create<Packet>(bytes, text.size()));
        RunFor(1);
        CHECK_EQ(thrown, reader->Discard(thrown));
        Ptr<Packet> rest = reader->Recv();
        CHECK_EQ(text.size() - thrown, rest->GetSize());
        std::string read(rest->GetSize(), ' ');
        rest->CopyData(reinterpret_cast<uint8_t*>(read.data()), rest->GetSize());
        CHECK_EQ(text.substr(thrown), read);

        open.active->Send(Create<Packet>(100));
        open.active->Close();
        RunFor(1);
        CHECK_EQ(100U, reader->Discard(1000));
        CHECK_EQ(0U, reader->Discard(1000)); // behind the end
        reader->Close();
        RunFor(200);
        CHECK_EQ(0U, reader->Discard(1));
        CHECK_EQ(Socket::ERROR_NOTCONN, reader->GetErrno());
        CHECK_EQ(0U, open.Connections());
        Simulator::Destroy();
    }
}

void Ipv6OptionsReachTheWire()
{
    Pair pair(true);
    Listener server;
    Ptr<Socket> passive = MakeSocket(pair, 1);
    server.Watch(passive);
    passive->Bind(Inet6SocketAddress(Ipv6Address::GetAny(), PORT));
    passive->Listen();
    Ipv6Watch watch;
    pair.devices.Get(0)->TraceConnectWithoutContext("MacTx", MakeCallback(&Ipv6Watch::See, &watch));
    RunFor(3);
    Ptr<Socket> active = MakeSocket(pair, 0);
    active->SetIpv6HopLimit(17);
    active->SetIpv6Tclass(0x28);
    CHECK_EQ(0, active->Connect(Inet6SocketAddress(pair.addresses6[1], PORT)));
    RunFor(1);
    CHECK_EQ(5, active->Send(Create<Packet>(5)));
    RunFor(1);
    CHECK_EQ(1U, watch.hopLimits.size());
    CHECK_EQ(1U, watch.hopLimits.count(17));
    CHECK_EQ(1U, watch.classes.size());
    CHECK_EQ(1U, watch.classes.count(0x28));
}

void CountsCanBeReadBeforeTheAdapterIsSetUp()
{
    Pair pair(true);
    CHECK_EQ(0U, pair.tcp[0]->GetStatistics().offloads);
    CHECK(pair.devices.Get(0)->SetAttributeFailSafe("Capacity", UintegerValue(2)));
    RunFor(1);
    UintegerValue capacity;
    pair.devices.Get(0)->GetAttribute("Capacity", capacity);
    CHECK_EQ(2U, capacity.Get());
    // Once it carries connections it is too late, and says so.
    for (const char* name : {"Capacity", "MaxReceiveWindow"})
    {
        CHECK(!pair.devices.Get(0)->SetAttributeFailSafe(name, UintegerValue(3)));
    }
    for (const char* name : {"InitiateDelay", "TerminateDelay"})
    {
        CHECK(!pair.devices.Get(0)->SetAttributeFailSafe(name, TimeValue(Seconds(1))));
    }
    pair.devices.Get(0)->GetAttribute("Capacity", capacity);
    CHECK_EQ(2U, capacity.Get());
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(AForgottenSocketGivesItsPortBack),
                          TEST(AConnectionFromABoundSocketGivesItsPortBack),
                          TEST(WhatWasNotReadDoesNotKeepAnEndedConnection),
                          TEST(AResetLeavesNothingBehind),
                          TEST(ShuttingDownTwiceIsNoError),
                          TEST(AListenerMayCloseWhenSomebodyCalls),
                          TEST(SocketsMayCloseWhileAllAreMoved),
                          TEST(OneAdapterMayHearOfTheOther),
                          TEST(WhatIsDiscardedIsGoneAndTheRestIsRead),
                          TEST(Ipv6OptionsReachTheWire),
                          TEST(CountsCanBeReadBeforeTheAdapterIsSetUp),
                      });
}
