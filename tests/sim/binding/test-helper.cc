/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * FlueHelper: what it installs, what it takes over from a script, how it answers wrong use; and the
 * trace sources that such a script connects to.
 */
#include "check.h"
#include "complaint.h"
#include "net.h"

#include "flue/profile.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/names.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simple-net-device.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/tcp-socket.h"
#include "ns3/uinteger.h"

namespace
{

/** Two nodes with a link of Flue's adapters and ns-3's internet stack. */
struct Script
{
    NodeContainer nodes;
    NetDeviceContainer devices;

    Script()
    {
        nodes.Create(2);
        devices = FlueNicHelper().Install(nodes);
        InternetStackHelper().Install(nodes);
        Ipv4AddressHelper("10.1.1.0", "255.255.255.0").Assign(devices);
    }

    ~Script()
    {
        Simulator::Destroy(); // and with it the addresses
    }

    void Start()
    {
        Simulator::Stop(MilliSeconds(1));
        Simulator::Run();
    }
};

void WrongUseIsRefusedWithAdvice()
{
    IsRefused("has Flue's TCP already; install it once",
              []
              {
                  Script script;
                  FlueHelper("always").Install(script.nodes);
                  FlueHelper("always").Install(script.nodes.Get(0));
              });
    IsRefused("node 0 has no IP; call InternetStackHelper::Install first",
              []
              {
                  NodeContainer nodes;
                  nodes.Create(1);
                  FlueHelper().Install(nodes);
              });
    IsRefused("was given another TCP behind Flue's: install the internet stack first",
              []
              {
                  NodeContainer nodes;
                  nodes.Create(2);
                  FlueNicHelper().Install(nodes);
                  InternetStackHelper stack;
                  stack.Install(nodes);
                  FlueHelper("always").Install(nodes);
                  nodes.Get(0)->GetObject<Ipv4L3Protocol>()->Insert(
                      CreateObject<FlueTcpL4Protocol>());
                  Simulator::Stop(MilliSeconds(1));
                  Simulator::Run();
              });
    IsRefused("is an ns3::SimpleNetDevice and cannot carry connections; make its link with "
              "FlueNicHelper",
              []
              {
                  Script script;
                  Ptr<SimpleNetDevice> device = CreateObject<SimpleNetDevice>();
                  script.nodes.Get(0)->AddDevice(device);
                  FlueHelper("always").Install(NetDeviceContainer(device));
              });
    IsRefused("no ns3::FlueNic to offload to: make its links with FlueNicHelper",
              []
              {
                  NodeContainer nodes;
                  nodes.Create(1);
                  InternetStackHelper().Install(nodes);
                  FlueHelper("always").Install(nodes);
                  Simulator::Stop(MilliSeconds(1));
                  Simulator::Run();
              });
    IsRefused("no node is named nobody", [] { FlueHelper().Install("nobody"); });
}

void WrongValuesAreRefusedWithAdvice()
{
    IsRefused("no offload policy \"sometimes\"; choose one of never, always,",
              [] { FlueHelper("sometimes"); });
    IsRefused("no profile \"toaster\"; choose one of ideal",
              [] { FlueHelper().SetProfile("toaster"); });
    IsRefused("has no attribute \"Capacity\"; those of adapters are set with "
              "FlueNicHelper::SetDeviceAttribute",
              [] { FlueHelper().SetAttribute("Capacity", UintegerValue(5)); });
    IsRefused("\"1001\" is out of range for the attribute PolicyHighLoad",
              [] { FlueHelper().SetAttribute("PolicyHighLoad", UintegerValue(1001)); });
    IsRefused("PolicyHighLoad is below PolicyLowLoad",
              []
              {
                  Script script;
                  FlueHelper flue("adaptive");
                  flue.SetAttribute("PolicyLowLoad", UintegerValue(900));
                  flue.SetAttribute("PolicyHighLoad", UintegerValue(800));
                  flue.Install(script.nodes);
              });
    IsRefused("PolicyHeededReasons has \"Boredom\"; it can be all, or some of HighDropRate,",
              []
              {
                  Script script;
                  FlueHelper flue("always");
                  flue.SetAttribute("PolicyHeededReasons", StringValue("LowActivity Boredom"));
                  flue.Install(script.nodes);
              });
    IsRefused("CongestionControl is \"vegas\"; it can be newreno, cubic, dctcp or compound",
              []
              {
                  Script script;
                  FlueHelper flue;
                  flue.SetAttribute("CongestionControl", StringValue("vegas"));
                  flue.Install(script.nodes);
              });
}

/** @return an attribute of the stack that a new helper installs now */
template <typename Value>
auto Installed(const char* name, FlueHelper helper = FlueHelper())
{
    Script script;
    helper.Install(script.nodes);
    Value value;
    script.nodes.Get(0)->GetObject<FlueTcpL4Protocol>()->GetAttribute(name, value);
    return value.Get();
}

void DefaultsForNs3sTcpHold()
{
    CHECK_EQ(131072U, Installed<UintegerValue>("SndBufSize"));
    CHECK_EQ(std::string("newreno"), Installed<StringValue>("CongestionControl"));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(500000));
    Config::SetDefault("ns3::TcpSocket::DelAckTimeout", TimeValue(MilliSeconds(123)));
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(false));
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpDctcp"));
    CHECK_EQ(500000U, Installed<UintegerValue>("SndBufSize"));
    CHECK_EQ(MilliSeconds(123), Installed<TimeValue>("DelAckTimeout"));
    CHECK(!Installed<BooleanValue>("Sack"));
    CHECK_EQ(std::string("dctcp"), Installed<StringValue>("CongestionControl"));
    FlueHelper own;
    own.SetAttribute("SndBufSize", UintegerValue(70000));
    CHECK_EQ(70000U, Installed<UintegerValue>("SndBufSize", own));
    Config::SetDefault("ns3::FlueTcpL4Protocol::SndBufSize", UintegerValue(90000));
    CHECK_EQ(90000U, Installed<UintegerValue>("SndBufSize"));
    Config::Reset();
    IsRefused("ns3::TcpL4Protocol::SocketType is ns3::TcpVegas, which Flue's TCP cannot do",
              []
              {
                  Script script;
                  Config::SetDefault("ns3::TcpL4Protocol::SocketType",
                                     StringValue("ns3::TcpVegas"));
                  FlueHelper().Install(script.nodes);
              });
}

void OnlyTheChosenDevicesAreJoined()
{
    Script script;
    const NetDeviceContainer second = FlueNicHelper().Install(script.nodes);
    Ipv4AddressHelper("10.1.2.0", "255.255.255.0").Assign(second);
    FlueHelper("always").Install(second);
    script.Start();
    CHECK(!DynamicCast<FlueNic>(script.devices.Get(0))->IsJoined());
    CHECK(DynamicCast<FlueNic>(second.Get(0))->IsJoined());
    CHECK_EQ(1U, script.nodes.Get(1)->GetObject<FlueTcpL4Protocol>()->GetNAdapters());
}

void AProfileMakesTheAdapterUnlessTheScriptSaid()
{
    const flue_profile* profile = flue_profile_find("server-2009");
    NodeContainer nodes;
    nodes.Create(2);
    FlueNicHelper links;
    const NetDeviceContainer plain = links.Install(nodes);
    links.SetDeviceAttribute("Capacity", UintegerValue(7));
    const NetDeviceContainer small = links.Install(nodes);
    InternetStackHelper().Install(nodes);
    FlueHelper flue("always");
    flue.SetProfile("server-2009");
    flue.Install(nodes);
    Simulator::Stop(MilliSeconds(1));
    Simulator::Run();
    UintegerValue capacity;
    plain.Get(0)->GetAttribute("Capacity", capacity);
    CHECK_EQ(uint64_t{profile->table_entries}, capacity.Get());
    small.Get(0)->GetAttribute("Capacity", capacity);
    CHECK_EQ(7U, capacity.Get());
}

/** Counts and remembers what trace sources tell. */
struct Traces
{
    uint32_t largestCwnd = 0;
    uint32_t threshold = 0;
    Time rtt;
    Time rto;
    uint32_t sent = 0;
    uint64_t sentBytes = 0;
    uint32_t received = 0;
    uint32_t offloads = 0;
    std::vector<std::string> uploads;
    std::vector<uint32_t> owners;
    std::vector<TcpSocket::TcpStates_t> states;

    void Cwnd(uint32_t, uint32_t cwnd)
    {
        largestCwnd = std::max(largestCwnd, cwnd);
    }

    void Threshold(uint32_t, uint32_t now)
    {
        threshold = now;
    }

    void Rtt(Time, Time now)
    {
        rtt = now;
    }

    void Rto(Time, Time now)
    {
        rto = now;
    }

    void State(TcpSocket::TcpStates_t, TcpSocket::TcpStates_t now)
    {
        states.push_back(now);
    }

    void Tx(Ptr<const Packet> packet, const TcpHeader& header, Ptr<const Socket>)
    {
        sent++;
        sentBytes += packet->GetSize();
        CHECK_EQ(9, header.GetDestinationPort());
    }

    void Rx(Ptr<const Packet>, const TcpHeader& header, Ptr<const Socket>)
    {
        received++;
        CHECK_EQ(9, header.GetSourcePort());
    }

    void Owner(uint32_t, uint32_t now)
    {
        owners.push_back(now);
    }

    void Offload(Ptr<const Socket>)
    {
        offloads++;
    }

    void Upload(Ptr<const Socket>, std::string reason)
    {
        uploads.push_back(reason);
    }
};

void ConnectTraces(Traces* traces)
{
    const std::string path = "/NodeList/0/$ns3::FlueTcpL4Protocol/";
    const std::string socket = path + "SocketList/*/";
    const auto connect = [](const std::string& source, const CallbackBase& sink)
    { CHECK(Config::ConnectWithoutContextFailSafe(source, sink)); };
    connect(socket + "CongestionWindow", MakeCallback(&Traces::Cwnd, traces));
    connect(socket + "SlowStartThreshold", MakeCallback(&Traces::Threshold, traces));
    connect(socket + "RTT", MakeCallback(&Traces::Rtt, traces));
    connect(socket + "RTO", MakeCallback(&Traces::Rto, traces));
    connect(socket + "State", MakeCallback(&Traces::State, traces));
    connect(socket + "Tx", MakeCallback(&Traces::Tx, traces));
    connect(socket + "Rx", MakeCallback(&Traces::Rx, traces));
    connect(socket + "Owner", MakeCallback(&Traces::Owner, traces));
    connect(path + "Offload", MakeCallback(&Traces::Offload, traces));
    connect(path + "Upload", MakeCallback(&Traces::Upload, traces));
}

void TracesTellWhatHappensWhereverTheConnectionLives()
{
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
    Net net(Middle::DUMBBELL, false, Stack::OFFLOADED, Stack::HOST);
    Config::Reset();
    PacketSinkHelper sinks("ns3::TcpSocketFactory", net.Any(9));
    Ptr<PacketSink> sink = DynamicCast<PacketSink>(sinks.Install(net.hosts[1]).Get(0));
    BulkSendHelper bulk("ns3::TcpSocketFactory", net.Server(9));
    bulk.SetAttribute("MaxBytes", UintegerValue(1000000));
    bulk.Install(net.hosts[0]).Start(Seconds(1));
    Traces traces;
    Simulator::Schedule(Seconds(1) + MicroSeconds(1), &ConnectTraces, &traces);
    Ptr<FlueTcpL4Protocol> tcp = net.Tcp(0);
    Simulator::Schedule(Seconds(2), [&] { CHECK_EQ(1U, tcp->UploadAll()); });
    Simulator::Schedule(Seconds(3), [&] { CHECK_EQ(1U, tcp->OffloadAll()); });
    Simulator::Stop(Seconds(300));
    Simulator::Run();
    CHECK_EQ(1000000U, sink->GetTotalRx());
    CHECK(traces.largestCwnd >= 20 * 1448);
    CHECK(traces.threshold > 0);
    CHECK_BETWEEN(24, 2000, traces.rtt.GetMilliSeconds()); // 12 ms there, 12 ms back
    CHECK_BETWEEN(0.2, 0.9, traces.rto.GetSeconds());
    CHECK(traces.sentBytes >= 1000000);
    CHECK(traces.sent >= 1000000 / 1448);
    CHECK(traces.received >= traces.sent / 3);
    CHECK_EQ(2U, traces.offloads);
    CHECK(traces.uploads.size() >= 1);
    CHECK_EQ(std::string("host"), traces.uploads.front());
    CHECK(std::find(traces.owners.begin(), traces.owners.end(), uint32_t{FLUE_OWNER_HOST}) !=
          traces.owners.end());
    CHECK_EQ(TcpSocket::CLOSED, traces.states.back());
}

void AnAdaptersSuggestionIsFollowedIfItIsHeeded()
{
    for (const bool isHeeded : {false, true})
    {
        Config::SetDefault("ns3::FlueNic::SuggestPeriod", TimeValue(MilliSeconds(100)));
        Config::SetDefault("ns3::FlueNic::SuggestLeast", UintegerValue(1));
        Config::SetDefault("ns3::FlueNic::SuggestLowActivitySegments", UintegerValue(10));
        Config::SetDefault("ns3::FlueTcpL4Protocol::PolicyHeededReasons",
                           StringValue(isHeeded ? "LowActivity HighDropRate" : "HighDropRate"));
        Net net(Middle::DUMBBELL, false, Stack::OFFLOADED, Stack::HOST);
        Config::Reset();
        PacketSinkHelper("ns3::TcpSocketFactory", net.Any(9)).Install(net.hosts[1]);
        Ptr<Socket> socket = Socket::CreateSocket(net.hosts[0], TcpSocketFactory::GetTypeId());
        Traces traces;
        CHECK(Config::ConnectWithoutContextFailSafe("/NodeList/0/$ns3::FlueTcpL4Protocol/Upload",
                                                    MakeCallback(&Traces::Upload, &traces)));
        CHECK_EQ(0, socket->Bind());
        CHECK_EQ(0, socket->Connect(net.Server(9)));
        Simulator::Schedule(MilliSeconds(500),
                            [&] { CHECK_EQ(1000, socket->Send(Create<Packet>(1000))); });
        Simulator::Stop(Seconds(3));
        Simulator::Run();
        CHECK_EQ(std::size_t{isHeeded ? 1U : 0U}, std::min<std::size_t>(1, traces.uploads.size()));
        CHECK(!isHeeded || traces.uploads.front() == "LowActivity");
        Simulator::Destroy();
    }
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(WrongUseIsRefusedWithAdvice),
                          TEST(WrongValuesAreRefusedWithAdvice),
                          TEST(DefaultsForNs3sTcpHold),
                          TEST(OnlyTheChosenDevicesAreJoined),
                          TEST(AProfileMakesTheAdapterUnlessTheScriptSaid),
                          TEST(AnAdaptersSuggestionIsFollowedIfItIsHeeded),
                          TEST(TracesTellWhatHappensWhereverTheConnectionLives),
                      });
}
