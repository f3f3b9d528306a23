/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ns-3's own applications, unchanged, between two hosts with Flue's TCP: over a dumbbell and
 * through a switch, in IPv4 and IPv6, on the host and offloaded. What arrives, and the states that
 * every socket goes through, are those of the same run over ns-3's own TCP.
 */
#include "check.h"
#include "net.h"

#include "ns3/boolean.h"
#include "ns3/bulk-send-application.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/on-off-helper.h"
#include "ns3/onoff-application.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/tcp-socket.h"
#include "ns3/three-gpp-http-client.h"
#include "ns3/three-gpp-http-helper.h"
#include "ns3/three-gpp-http-server.h"
#include "ns3/three-gpp-http-variables.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <memory>

namespace
{

const uint16_t PORT = 80;
const double START = 3;  // behind IPv6's duplicate address detection
const double LONG = 600; // until every timer is over

/** The states that a socket goes through. */
struct Watch
{
    std::vector<TcpSocket::TcpStates_t> states;

    explicit Watch(Ptr<Socket> socket)
    {
        CHECK(socket->TraceConnectWithoutContext("State", MakeCallback(&Watch::Changed, this)));
    }

    void Changed(TcpSocket::TcpStates_t, TcpSocket::TcpStates_t state)
    {
        if (states.empty() || states.back() != state)
        {
            states.push_back(state);
        }
    }

    /**
     * @return the states behind ESTABLISHED, by name, without FIN_WAIT_2 and CLOSING: which of them
     * comes depends on whether a FIN's acknowledgement goes alone, as ns-3's, or with the other
     * FIN.
     */
    std::string Ends() const
    {
        std::string ends;
        const auto open = std::find(states.begin(), states.end(), TcpSocket::ESTABLISHED);
        for (auto state = open == states.end() ? states.begin() : open + 1; state != states.end();
             ++state)
        {
            if (*state != TcpSocket::FIN_WAIT_2 && *state != TcpSocket::CLOSING)
            {
                ends += std::string(ends.empty() ? "" : " ") + TcpSocket::TcpStateName[*state];
            }
        }
        return ends;
    }
};

/** What an application left behind. */
struct Outcome
{
    uint64_t bytes = 0;            //!< that arrived
    std::vector<uint32_t> objects; //!< of the web, as they were received
    std::string client;            //!< states that its socket went through
    std::string server;            //!< and the server's
};

/** Runs an application over a net. */
typedef Outcome (*Runner)(Net& net);

/** Runs until the timers are over, and watches the two sockets that are open a second after START.
 */
template <typename ClientSocket, typename ServerSocket>
Outcome Observe(ClientSocket clientSocket, ServerSocket serverSocket)
{
    Simulator::Stop(Seconds(START + 1));
    Simulator::Run();
    Outcome outcome;
    const Watch client(clientSocket());
    const Watch server(serverSocket());
    Simulator::Stop(Seconds(LONG));
    Simulator::Run();
    outcome.client = client.Ends();
    outcome.server = server.Ends();
    return outcome;
}

Ptr<PacketSink> InstallSink(Net& net)
{
    PacketSinkHelper helper("ns3::TcpSocketFactory", net.Any(PORT));
    return DynamicCast<PacketSink>(helper.Install(net.hosts[1]).Get(0));
}

Outcome BulkSend(Net& net)
{
    Ptr<PacketSink> sink = InstallSink(net);
    BulkSendHelper helper("ns3::TcpSocketFactory", net.Server(PORT));
    helper.SetAttribute("MaxBytes", UintegerValue(2000000));
    ApplicationContainer sources = helper.Install(net.hosts[0]);
    sources.Start(Seconds(START));
    Outcome outcome =
        Observe([&] { return DynamicCast<BulkSendApplication>(sources.Get(0))->GetSocket(); },
                [&] { return sink->GetAcceptedSockets().front(); });
    outcome.bytes = sink->GetTotalRx();
    return outcome;
}

Outcome OnOff(Net& net)
{
    Ptr<PacketSink> sink = InstallSink(net);
    OnOffHelper helper("ns3::TcpSocketFactory", net.Server(PORT));
    helper.SetAttribute("DataRate", StringValue("1Mbps"));
    helper.SetAttribute("OnTime", StringValue("ns3::ConstantRandomVariable[Constant=0.3]"));
    helper.SetAttribute("OffTime", StringValue("ns3::ConstantRandomVariable[Constant=0.7]"));
    helper.SetAttribute("MaxBytes", UintegerValue(200192));
    ApplicationContainer sources = helper.Install(net.hosts[0]);
    sources.Start(Seconds(START));
    Outcome outcome =
        Observe([&] { return DynamicCast<OnOffApplication>(sources.Get(0))->GetSocket(); },
                [&] { return sink->GetAcceptedSockets().front(); });
    outcome.bytes = sink->GetTotalRx();
    return outcome;
}

/** Notes the sizes of objects that a web client has received whole. */
struct Objects
{
    std::vector<uint32_t> sizes;
    Ptr<Socket> accepted;

    void Received(Ptr<const ThreeGppHttpClient>, Ptr<const Packet> object)
    {
        sizes.push_back(object->GetSize());
    }

    void Accepted(Ptr<const ThreeGppHttpServer>, Ptr<Socket> socket)
    {
        accepted = socket;
    }
};

/** Makes a web application choose the same each time. */
void FixChoices(Ptr<Application> application, int64_t stream)
{
    PointerValue variables;
    application->GetAttribute("Variables", variables);
    CHECK(variables.Get<ThreeGppHttpVariables>()->AssignStreams(stream) < 20);
}

Outcome Web(Net& net)
{
    ThreeGppHttpServerHelper servers(
        net.isIpv6 ? Address(Inet6SocketAddress::ConvertFrom(net.Server(PORT)).GetIpv6())
                   : Address(InetSocketAddress::ConvertFrom(net.Server(PORT)).GetIpv4()));
    Ptr<ThreeGppHttpServer> server =
        DynamicCast<ThreeGppHttpServer>(servers.Install(net.hosts[1]).Get(0));
    ThreeGppHttpClientHelper clients(
        net.isIpv6 ? Address(Inet6SocketAddress::ConvertFrom(net.Server(PORT)).GetIpv6())
                   : Address(InetSocketAddress::ConvertFrom(net.Server(PORT)).GetIpv4()));
    ApplicationContainer installed = clients.Install(net.hosts[0]);
    Ptr<ThreeGppHttpClient> client = DynamicCast<ThreeGppHttpClient>(installed.Get(0));
    installed.Start(Seconds(START));
    installed.Stop(Seconds(START + 200));
    FixChoices(server, 10);
    FixChoices(client, 30);
    Objects objects;
    client->TraceConnectWithoutContext("RxMainObject", MakeCallback(&Objects::Received, &objects));
    client->TraceConnectWithoutContext("RxEmbeddedObject",
                                       MakeCallback(&Objects::Received, &objects));
    server->TraceConnectWithoutContext("ConnectionEstablished",
                                       MakeCallback(&Objects::Accepted, &objects));
    Outcome outcome =
        Observe([&] { return client->GetSocket(); }, [&] { return objects.accepted; });
    outcome.objects = objects.sizes;
    return outcome;
}

Outcome RunOver(Stack stack, Middle middle, bool isIpv6, Runner application)
{
    Net net(middle, isIpv6, stack, stack);
    const Outcome outcome = application(net);
    for (uint32_t i = 0; stack != Stack::NS3 && i < 2; i++)
    {
        const flue_host_statistics counts = net.Tcp(i)->GetStatistics();
        CHECK_EQ(stack == Stack::OFFLOADED ? 1U : 0U, counts.offloads);
        CHECK_EQ(0U, counts.connections); // all over, and forgotten
        CHECK_EQ(0U, net.nics[i]->GetViolations());
    }
    Simulator::Destroy();
    return outcome;
}

void IsAsOverNs3(Runner application, void (*check)(const Outcome& ns3, const Outcome& flue))
{
    for (const Middle middle : {Middle::DUMBBELL, Middle::SWITCH})
    {
        for (const bool isIpv6 : {false, true})
        {
            const Outcome reference = RunOver(Stack::NS3, middle, isIpv6, application);
            for (const Stack stack : {Stack::HOST, Stack::OFFLOADED})
            {
                const Outcome outcome = RunOver(stack, middle, isIpv6, application);
                CHECK_EQ(reference.client, outcome.client);
                CHECK_EQ(reference.server, outcome.server);
                check(reference, outcome);
            }
        }
    }
}

void BulkSendIsAsOverNs3sTcp()
{
    IsAsOverNs3(&BulkSend,
                [](const Outcome& ns3, const Outcome& flue)
                {
                    CHECK_EQ(2000000U, ns3.bytes);
                    CHECK_EQ(2000000U, flue.bytes);
                    CHECK_EQ(std::string("CLOSE_WAIT LAST_ACK CLOSED"), flue.server);
                });
}

void OnOffIsAsOverNs3sTcp()
{
    IsAsOverNs3(&OnOff,
                [](const Outcome& ns3, const Outcome& flue)
                {
                    CHECK_EQ(200192U, ns3.bytes);
                    CHECK_EQ(200192U, flue.bytes);
                });
}

void TheWebIsAsOverNs3sTcp()
{
    IsAsOverNs3(&Web,
                [](const Outcome& ns3, const Outcome& flue)
                {
                    // The client thinks by the clock, so the last page may be one more or one less.
                    const std::size_t both = std::min(ns3.objects.size(), flue.objects.size());
                    CHECK(both >= 20);
                    CHECK(std::equal(ns3.objects.begin(),
                                     ns3.objects.begin() + both,
                                     flue.objects.begin()));
                });
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(BulkSendIsAsOverNs3sTcp),
                          TEST(OnOffIsAsOverNs3sTcp),
                          TEST(TheWebIsAsOverNs3sTcp),
                      });
}
