/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Posted reads of sockets: on the host, on the adapter and moving between them, in IPv4 and IPv6;
 * and what becomes of those that no data comes for.
 */
#include "check.h"
#include "pair.h"

#include "helper/flue-helper.h"
#include "model/flue-bulk-application.h"
#include "model/flue-nic.h"

#include "ns3/boolean.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/nstime.h"
#include "ns3/uinteger.h"

#include <vector>

namespace
{

const uint16_t PORT = 80;

/** Where the connection lives. */
enum class Place
{
    HOST,
    ADAPTER,
    MOVING
};

const Place PLACES[] = {Place::HOST, Place::ADAPTER, Place::MOVING};

/** An open connection, and what the server's posted reads are told. */
struct Reader
{
    Pair pair;
    Listener server;
    Listener client;
    Ptr<Socket> passive;
    Ptr<Socket> active;
    Ptr<FlueSocket> reader;        //!< the server's
    std::vector<std::string> told; //!< contents, in order
    uint32_t reposts = 0;          //!< reads that are still to be posted from inside a callback
    uint32_t repostSize = 0;
    bool closesAtEnd = false;

    explicit Reader(Place place, bool isIpv6 = false)
        : pair(place == Place::ADAPTER)
    {
        for (uint32_t i = 0; i < 2; i++)
        {
            pair.devices.Get(i)->SetAttribute("Verify", BooleanValue(true));
            pair.devices.Get(i)->SetAttribute("InitiateDelay", TimeValue(MilliSeconds(1)));
            pair.devices.Get(i)->SetAttribute("TerminateDelay", TimeValue(MilliSeconds(1)));
        }
        const auto at = [&](const Ipv4Address& ipv4, const Ipv6Address& ipv6)
        {
            return isIpv6 ? Address(Inet6SocketAddress(ipv6, PORT))
                          : Address(InetSocketAddress(ipv4, PORT));
        };
        passive = MakeSocket(pair, 1);
        server.Watch(passive);
        passive->Bind(at(Ipv4Address::GetAny(), Ipv6Address::GetAny()));
        passive->Listen();
        active = MakeSocket(pair, 0);
        client.Watch(active);
        // IPv6 addresses are tentative for a second.
        Simulator::Schedule(Seconds(3),
                            [&, at]()
                            { active->Connect(at(pair.addresses[1], pair.addresses6[1])); });
        Run(4);
        reader = DynamicCast<FlueSocket>(server.accepted);
        CHECK(reader);
        CHECK_EQ(place == Place::ADAPTER ? FLUE_OWNER_TARGET : FLUE_OWNER_HOST, reader->GetOwner());
        if (place == Place::MOVING)
        {
            Simulator::Schedule(MilliSeconds(5), &Reader::Move, this, true);
        }
    }

    ~Reader()
    {
        for (uint32_t i = 0; i < 2; i++)
        {
            CHECK_EQ(0U, Nic(i)->GetViolations());
        }
    }

    Ptr<FlueNic> Nic(uint32_t node) const
    {
        return DynamicCast<FlueNic>(pair.devices.Get(node));
    }

    void Move(bool isOut)
    {
        isOut ? pair.tcp[1]->OffloadAll() : pair.tcp[1]->UploadAll();
        Simulator::Schedule(MilliSeconds(5), &Reader::Move, this, !isOut);
    }

    static void Run(double seconds)
    {
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
    }

    void Told(Ptr<Socket> socket, Ptr<Packet> data)
    {
        CHECK_EQ(PeekPointer(reader), PeekPointer(socket));
        std::string bytes(data->GetSize(), '\0');
        data->CopyData(reinterpret_cast<uint8_t*>(&bytes[0]), data->GetSize());
        told.push_back(bytes);
        if (data->GetSize() > 0 && reposts > 0)
        {
            reposts--;
            CHECK_EQ(0, Post(repostSize, true));
        }
        if (data->GetSize() == 0 && closesAtEnd)
        {
            CHECK_EQ(0, socket->Close());
        }
    }

    /** @return what read @p i was told */
    std::string Got(uint32_t i) const
    {
        return i < told.size() ? told[i] : "not told";
    }

    int Post(uint32_t size, bool isWhole)
    {
        return reader->PostReceive(size, isWhole, MakeCallback(&Reader::Told, this));
    }

    uint32_t Connections() const
    {
        return pair.tcp[0]->GetStatistics().connections + pair.tcp[1]->GetStatistics().connections;
    }
};

/** @return @p length letters that no shift of them equals soon, from @p first */
std::string Text(uint32_t first, uint32_t length)
{
    std::string text(length, '\0');
    for (uint32_t i = 0; i < length; i++)
    {
        text[i] = static_cast<char>((first + i) * 31 + ((first + i) >> 8) * 7);
    }
    return text;
}

void ForEveryPlace(void (*test)(Place place, bool isIpv6))
{
    for (const bool isIpv6 : {false, true})
    {
        for (const Place place : PLACES)
        {
            test(place, isIpv6);
            Simulator::Destroy();
        }
    }
}

void InOrder(Place place, bool isIpv6)
{
    Reader net(place, isIpv6);
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(500, false));
    CHECK_EQ(300, SendText(net.active, Text(0, 300)));
    Reader::Run(0.1);
    CHECK_EQ(0U, net.told.size()); // a whole one waits
    CHECK_EQ(0U, net.reader->GetRxAvailable());
    CHECK(!net.reader->Recv());
    CHECK_EQ(Socket::ERROR_AGAIN, net.reader->GetErrno());
    CHECK_EQ(700, SendText(net.active, Text(300, 700)));
    Reader::Run(0.1);
    CHECK_EQ(1U, net.told.size());
    CHECK_EQ(20, SendText(net.active, Text(1000, 20)));
    Reader::Run(0.1);
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(0) == Text(0, 1000));
    CHECK(net.Got(1) == Text(1000, 20));
    CHECK(net.server.received.empty());
    // Without reads the data is Recv's again.
    CHECK_EQ(20, SendText(net.active, Text(1020, 20)));
    Reader::Run(0.1);
    CHECK(net.server.received == Text(1020, 20));
    CHECK_EQ(2U, net.told.size());
}

void ReadsAreFilledInOrderWhereverTheConnectionLives()
{
    ForEveryPlace(InOrder);
}

void AMegabyte(Place place, bool isIpv6)
{
    const uint32_t total = 1000000;
    Reader net(place, isIpv6);
    net.repostSize = 10000;
    net.reposts = total / net.repostSize - 4;
    for (uint32_t i = 0; i < 4; i++)
    {
        CHECK_EQ(0, net.Post(net.repostSize, true));
    }
    const std::string all = Text(0, total);
    std::size_t sent = 0;
    while (sent < total)
    {
        const std::size_t size = std::min<std::size_t>(net.active->GetTxAvailable(), total - sent);
        CHECK(size == 0 || SendText(net.active, all.substr(sent, size)) > 0);
        sent += size;
        Reader::Run(0.01);
    }
    Reader::Run(1);
    std::string got;
    for (const std::string& part : net.told)
    {
        got += part;
    }
    CHECK_EQ(total / net.repostSize, net.told.size());
    CHECK(got == all);
    CHECK(net.server.received.empty());
    CHECK(place != Place::MOVING || net.pair.tcp[1]->GetStatistics().uploads > 5);
    if (place == Place::ADAPTER)
    {
        // Straight into the reads: the target had nothing to indicate.
        CHECK_EQ(0U, net.Nic(1)->GetTargetStatistics().indications);
    }
}

void AMegabyteGoesThroughReadsThatPostTheNext()
{
    ForEveryPlace(AMegabyte);
}

void AtTheEnd(Place place, bool isIpv6)
{
    Reader net(place, isIpv6);
    net.closesAtEnd = true;
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(1000, false));
    CHECK_EQ(1500, SendText(net.active, Text(0, 1500)));
    net.active->Close();
    Reader::Run(1);
    CHECK_EQ(3U, net.told.size());
    CHECK(net.Got(0) == Text(0, 1000));
    CHECK(net.Got(1) == Text(1000, 500)); // as much as there was
    CHECK(net.Got(2).empty());
    CHECK_EQ(1U, net.server.closed); // told once, though the read's callback closed already
    CHECK_EQ(0U, net.server.broken + net.client.broken);
    CHECK_EQ(-1, net.Post(1000, false));
    Reader::Run(200);
    CHECK_EQ(0U, net.Connections());
}

void ThePeersEndIsToldToEveryRead()
{
    ForEveryPlace(AtTheEnd);
}

void AfterClose(Place place, bool isIpv6)
{
    Reader net(place, isIpv6);
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(1000, true));
    net.reader->Close();
    CHECK_EQ(-1, net.Post(1000, true));
    CHECK_EQ(Socket::ERROR_SHUTDOWN, net.reader->GetErrno());
    Reader::Run(0.5);
    CHECK_EQ(0U, net.told.size());
    CHECK_EQ(1200, SendText(net.active, Text(0, 1200)));
    Reader::Run(0.5);
    CHECK_EQ(1U, net.told.size());
    net.active->Close();
    Reader::Run(0.5);
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(0) == Text(0, 1000));
    CHECK(net.Got(1) == Text(1000, 200));
    CHECK_EQ(0U, net.server.broken + net.client.broken);
    net.server.accepted = nullptr;
    Reader::Run(200);
    CHECK_EQ(0U, net.Connections());
}

void ReadsTakeWhatComesBehindAClose()
{
    ForEveryPlace(AfterClose);
}

void AfterReset(Place place, bool isIpv6)
{
    Reader net(place, isIpv6);
    // What is not read makes a Close a reset.
    net.client.isAccepting = true;
    net.active->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(1000, false));
    CHECK_EQ(100, SendText(net.active, Text(0, 100)));
    CHECK_EQ(5, SendText(net.reader, "hello"));
    Reader::Run(0.1);
    net.active->Close();
    Reader::Run(1);
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(0) == Text(0, 100)); // what came before it is there
    CHECK(net.Got(1).empty());
    CHECK_EQ(1U, net.server.broken);
    CHECK_EQ(-1, net.Post(1000, true));
    CHECK_EQ(Socket::ERROR_NOTCONN, net.reader->GetErrno());
    CHECK_EQ(0U, net.Connections());
}

void AResetIsToldToEveryRead()
{
    ForEveryPlace(AfterReset);
}

void AfterShutdown(Place place, bool isIpv6)
{
    Reader net(place, isIpv6);
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(0, net.Post(1000, true));
    CHECK_EQ(100, SendText(net.active, Text(0, 100)));
    Reader::Run(0.1);
    net.reader->ShutdownRecv();
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(0).empty());
    CHECK_EQ(-1, net.Post(1000, true));
    CHECK_EQ(Socket::ERROR_SHUTDOWN, net.reader->GetErrno());
    CHECK_EQ(3000, SendText(net.active, Text(100, 3000)));
    Reader::Run(0.1);
    CHECK_EQ(2U, net.told.size());
    CHECK_EQ(3100U, net.client.sent);
    net.active->Close();
    Reader::Run(0.1);
    net.reader->Close();
    Reader::Run(200);
    CHECK_EQ(2U, net.told.size());
    CHECK_EQ(0U, net.Connections());
}

void WhoeverListensNoMoreIsToldAtOnce()
{
    ForEveryPlace(AfterShutdown);
}

/** The peer's end is known, and data in front of it is on its way to the adapter. */
void WithTheEndKnown(bool isClosed)
{
    Reader net(Place::HOST);
    net.reader->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    CHECK_EQ(1000, SendText(net.active, Text(0, 1000)));
    net.active->Close();
    Reader::Run(0.1);
    CHECK_EQ(1U, net.server.closed);
    CHECK_EQ(1000U, net.reader->GetRxAvailable());
    CHECK_EQ(1U, net.pair.tcp[1]->OffloadAll());
    CHECK_EQ(FLUE_OWNER_OFFLOADING, net.reader->GetOwner());
    CHECK_EQ(0U, net.reader->GetRxAvailable());
    CHECK_EQ(0, net.Post(600, true));
    CHECK_EQ(0, net.Post(600, true));
    CHECK_EQ(0, isClosed ? net.reader->Close() : net.reader->ShutdownSend());
    Reader::Run(0.1);
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(0) == Text(0, 600));
    CHECK(net.Got(1) == Text(600, 400));
    CHECK_EQ(0U, net.server.broken + net.client.broken);
    net.server.accepted = nullptr;
    Reader::Run(200);
    CHECK_EQ(0U, net.Connections());
}

void AKnownEndWaitsForTheReadsInFrontOfIt()
{
    for (const bool isClosed : {true, false})
    {
        WithTheEndKnown(isClosed);
        Simulator::Destroy();
    }
}

/** What the reader has done before the peer's end comes. */
enum class Before
{
    NOTHING,
    SHUTDOWN_SEND,
    CLOSE
};

/** The peer's end comes at some moment of the moves. */
void AtAMoment(Before before, double moment)
{
    Reader net(Place::MOVING);
    net.reposts = before == Before::CLOSE ? 0 : 1;
    net.repostSize = 600;
    for (uint32_t i = net.reposts; i < 3; i++)
    {
        CHECK_EQ(0, net.Post(600, true));
    }
    if (before != Before::NOTHING)
    {
        CHECK_EQ(0, before == Before::CLOSE ? net.reader->Close() : net.reader->ShutdownSend());
    }
    Reader::Run(0.1 + moment);
    CHECK_EQ(1500, SendText(net.active, Text(0, 1500)));
    net.active->Close();
    Reader::Run(0.5);
    CHECK_EQ(3U, net.told.size());
    CHECK(net.Got(0) == Text(0, 600));
    CHECK(net.Got(1) == Text(600, 600));
    CHECK(net.Got(2) == Text(1200, 300));
    CHECK_EQ(1U, net.server.closed);
    CHECK_EQ(0U, net.server.broken + net.client.broken);
    if (before == Before::NOTHING)
    {
        net.reader->Close();
    }
    net.server.accepted = nullptr;
    Reader::Run(200);
    CHECK_EQ(0U, net.Connections());
}

void ThePeersEndMayComeAtAnyMomentOfAMove()
{
    for (const Before before : {Before::NOTHING, Before::SHUTDOWN_SEND, Before::CLOSE})
    {
        for (double moment = 0; moment < 0.01; moment += 0.0002)
        {
            AtAMoment(before, moment);
            Simulator::Destroy();
        }
    }
}

void ReadsTakeWhatAnEndedConnectionHasLeft()
{
    for (const Place place : {Place::HOST, Place::ADAPTER})
    {
        Reader net(place);
        net.reader->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        CHECK_EQ(1000, SendText(net.active, Text(0, 1000)));
        net.active->Close();
        Reader::Run(0.1);
        net.reader->ShutdownSend();
        Reader::Run(200);
        CHECK_EQ(1000U, net.reader->GetRxAvailable());
        CHECK_EQ(0, net.Post(600, true));
        CHECK_EQ(1U, net.Connections());
        CHECK_EQ(0, net.Post(600, true));
        CHECK(net.Got(0) == Text(0, 600));
        CHECK(net.Got(1) == Text(600, 400));
        CHECK_EQ(0U, net.Connections());
        CHECK_EQ(-1, net.Post(600, true));
        CHECK_EQ(Socket::ERROR_NOTCONN, net.reader->GetErrno());
        Simulator::Destroy();
    }
}

void ReadsAreToldWhenTheirAdapterIsGone()
{
    Reader net(Place::ADAPTER);
    CHECK_EQ(0, net.Post(600, true));
    CHECK_EQ(0, net.Post(600, true));
    CHECK_EQ(100, SendText(net.active, Text(0, 100)));
    Reader::Run(0.1);
    net.Nic(1)->Fail();
    Reader::Run(1);
    CHECK_EQ(2U, net.told.size());
    CHECK(net.Got(1).empty());
    CHECK_EQ(1U, net.server.broken);
    CHECK_EQ(0U, net.pair.tcp[1]->GetStatistics().connections);
}

void ReadsMayComeBeforeTheConnection()
{
    for (const bool isOpened : {true, false})
    {
        Pair pair(true);
        Listener server;
        Ptr<Socket> passive = MakeSocket(pair, 1);
        server.Watch(passive);
        passive->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        passive->Listen();
        Listener client;
        Ptr<FlueSocket> active = DynamicCast<FlueSocket>(MakeSocket(pair, 0));
        client.Watch(active);
        uint32_t calls = 0;
        uint32_t bytes = 0;
        const FlueSocket::ReadCallback count(
            [&](Ptr<Socket>, Ptr<Packet> data)
            {
                CHECK_EQ(0U, client.failed);
                calls++;
                bytes += data->GetSize();
            });
        CHECK_EQ(-1, active->PostReceive(10, true, count));
        CHECK_EQ(Socket::ERROR_NOTCONN, active->GetErrno());
        active->Connect(InetSocketAddress(pair.addresses[1], isOpened ? PORT : PORT + 1));
        CHECK_EQ(0, active->PostReceive(10, true, count));
        Reader::Run(1);
        CHECK_EQ(isOpened ? 0U : 1U, calls);
        CHECK_EQ(isOpened ? 0U : 1U, client.failed);
        if (isOpened)
        {
            SendText(server.accepted, "0123456789");
            Reader::Run(1);
            CHECK_EQ(1U, calls);
            CHECK_EQ(10U, bytes);
        }
        Simulator::Destroy();
    }
}

void WhatCannotBeIsRefused()
{
    Reader net(Place::HOST);
    CHECK_EQ(-1, net.Post(0, true));
    CHECK_EQ(Socket::ERROR_INVAL, net.reader->GetErrno());
    CHECK_EQ(-1, net.Post((1U << 30) + 1, true));
    CHECK_EQ(Socket::ERROR_INVAL, net.reader->GetErrno());
    CHECK_EQ(-1, net.reader->PostReceive(10, true, FlueSocket::ReadCallback()));
    CHECK_EQ(Socket::ERROR_INVAL, net.reader->GetErrno());
    CHECK_EQ(-1,
             DynamicCast<FlueSocket>(net.passive)
                 ->PostReceive(10, true, MakeCallback(&Reader::Told, &net)));
    CHECK_EQ(0U, net.told.size());
}

/** The simulation ends, and reads wait: on the host, on the adapter, and with nobody who waits. */
void ReadsMayOutliveTheSimulation()
{
    for (const Place place : {Place::HOST, Place::ADAPTER})
    {
        for (const bool isShut : {false, true})
        {
            Reader net(place);
            CHECK_EQ(0, net.Post(1000, true));
            if (isShut)
            {
                net.reader->ShutdownRecv();
            }
            Reader::Run(0.1);
            Simulator::Destroy();
            CHECK_EQ(isShut ? 1U : 0U, net.told.size());
        }
    }
}

void LengthsAreReadWithoutContent()
{
    Reader net(Place::ADAPTER);
    net.pair.tcp[0]->SetWithContent(false);
    net.pair.tcp[1]->SetWithContent(false);
    CHECK_EQ(0, net.Post(700, true));
    CHECK_EQ(1000, net.active->Send(Create<Packet>(1000)));
    Reader::Run(0.1);
    CHECK_EQ(1U, net.told.size());
    CHECK_EQ(700U, net.Got(0).size());
    CHECK_EQ(300U, net.server.received.size());
}

/** Looks every microsecond what a server has when it says that it has everything. */
struct Completion
{
    Ptr<FlueBulkServer> server;
    uint64_t received = 0;

    void Look()
    {
        received = server->GetReceived();
        if (!server->IsComplete())
        {
            Simulator::Schedule(MicroSeconds(1), &Completion::Look, this);
        }
    }
};

/** @return the time that a server's core copies for ten megabytes, in picoseconds */
flue_time CopyTime(const char* policy, uint32_t postedReads, Time pause)
{
    const uint64_t total = 10000000;
    NodeContainer nodes(2);
    FlueNicHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    const NetDeviceContainer devices = link.Install(nodes);
    InternetStackHelper().Install(nodes);
    FlueHelper flue(policy);
    flue.SetProfile("server-2009");
    flue.SetAttribute("WithContent", BooleanValue(true));
    flue.Install(nodes);
    Ipv4AddressHelper ipv4("10.1.1.0", "255.255.255.0");
    const InetSocketAddress address(ipv4.Assign(devices).GetAddress(1), PORT);
    Ptr<FlueBulkClient> client = CreateObject<FlueBulkClient>();
    Ptr<FlueBulkServer> server = CreateObject<FlueBulkServer>();
    client->SetAttribute("MaxBytes", UintegerValue(total));
    server->SetAttribute("PostedReads", UintegerValue(postedReads));
    server->SetAttribute("Pause", TimeValue(pause));
    const Ptr<FlueBulkApplication> applications[] = {client, server};
    for (uint32_t i = 0; i < 2; i++)
    {
        applications[i]->SetAttribute("Address", AddressValue(address));
        applications[i]->SetAttribute("Protocol", TypeIdValue(TypeId::LookupByName(FACTORY)));
        applications[i]->SetAttribute("WithContent", BooleanValue(true));
        applications[i]->SetStartTime(Seconds(i == 0 ? 1 : 0));
        nodes.Get(i)->AddApplication(applications[i]);
    }
    Completion completion{server};
    completion.Look();
    Reader::Run(30);
    CHECK(server->IsComplete());
    CHECK(!server->HasFailed() && !client->HasFailed());
    CHECK_EQ(total, completion.received);
    CHECK_EQ(0U, server->GetCorrupt());
    const flue_time copied = nodes.Get(1)->GetObject<FlueProcessor>()->GetBooked(FLUE_COST_COPY);
    Simulator::Destroy();
    return copied;
}

void AServerThatPostsItsReadsDoesNotCopyWhatTheAdapterPlaces()
{
    const flue_time copied = CopyTime("always", 0, Time(0));
    CHECK(copied > 0);
    CHECK(CopyTime("always", 8, Time(0)) < copied / 10);
    CHECK(CopyTime("never", 8, Time(0)) > copied / 10 * 9);
    CHECK(CopyTime("never", 1, MicroSeconds(10)) > copied / 10 * 9);
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(ReadsAreFilledInOrderWhereverTheConnectionLives),
                          TEST(AMegabyteGoesThroughReadsThatPostTheNext),
                          TEST(ThePeersEndIsToldToEveryRead),
                          TEST(ReadsTakeWhatComesBehindAClose),
                          TEST(AResetIsToldToEveryRead),
                          TEST(WhoeverListensNoMoreIsToldAtOnce),
                          TEST(AKnownEndWaitsForTheReadsInFrontOfIt),
                          TEST(ThePeersEndMayComeAtAnyMomentOfAMove),
                          TEST(ReadsTakeWhatAnEndedConnectionHasLeft),
                          TEST(ReadsAreToldWhenTheirAdapterIsGone),
                          TEST(ReadsMayComeBeforeTheConnection),
                          TEST(WhatCannotBeIsRefused),
                          TEST(ReadsMayOutliveTheSimulation),
                          TEST(LengthsAreReadWithoutContent),
                          TEST(AServerThatPostsItsReadsDoesNotCopyWhatTheAdapterPlaces),
                      });
}
