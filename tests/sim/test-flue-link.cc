/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sim/model/flue-net-device, flue-channel and flue-ethernet-header: what is on the wire, and when.
 */
#include "check.h"
#include "wire.h"

#include "model/flue-ethernet-header.h"

#include "ns3/drop-tail-queue.h"
#include "ns3/error-model.h"

#include <sstream>

using namespace wire;

namespace
{

// ---- When
// ----------------------------------------------------------------------------------------

/** One frame of `payload` bytes arrives at `picoseconds`. */
void ExpectArrival(std::string rate, Time delay, uint32_t payload, int64_t picoseconds)
{
    Wire w(rate, delay);
    w.Install();
    CHECK(w.Send(0, payload));
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size());
    if (!w.arrivals[1].empty())
    {
        CHECK_EQ(picoseconds, w.arrivals[1][0].time);
    }
    Simulator::Destroy();
}

void test_link_one_frame_arrives_with_its_last_bit()
{
    // (8 preamble + 14 header + payload + 4 FCS) * 8 bits, and the delay.
    ExpectArrival("100Gbps", Seconds(0), 46, 72 * 80);
    ExpectArrival("100Gbps", NanoSeconds(500), 46, 72 * 80 + 500000);
    ExpectArrival("400Gbps", Seconds(0), 46, 72 * 20);
    ExpectArrival("1Gbps", MicroSeconds(10), 1500, 1526 * 8000 + 10000000);
    ExpectArrival("10Gbps", Seconds(0), 9000, 9026 * 800);
    ExpectArrival("40Gbps", Seconds(0), 1000, 1026 * 200);
}

void test_link_frames_back_to_back_keep_the_gap()
{
    Wire w("100Gbps");
    w.Install();
    for (int i = 0; i < 3; i++)
    {
        CHECK(w.Send(0, 46));
    }
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
    for (int i = 0; i < 3; i++)
    {
        CHECK_EQ(int64_t{72 * 80 + i * 84 * 80}, w.arrivals[1].at(i).time);
    }
}

void test_link_frame_after_an_idle_wire_starts_at_once()
{
    Wire w("1Gbps");
    w.Install();
    CHECK(w.Send(0, 46));
    // The gap after the first frame ends at 84 * 8 ns. At that instant the wire is free again.
    Simulator::Schedule(NanoSeconds(84 * 8), &Wire::Send, &w, 0, 46);
    Simulator::Schedule(NanoSeconds(5000), &Wire::Send, &w, 0, 46);
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
    CHECK_EQ(int64_t{(84 + 72) * 8000}, w.arrivals[1].at(1).time);
    CHECK_EQ(int64_t{5000000 + 72 * 8000}, w.arrivals[1].at(2).time);
}

void test_link_rate_with_fractions_of_a_step_does_not_drift()
{
    Wire w("3Gbps"); // a bit takes 1000/3 ps
    const int frames = 1000;
    w.helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("1000p"));
    w.Install();
    for (int i = 0; i < frames; i++)
    {
        CHECK(w.Send(0, 47));
    }
    Simulator::Run();
    CHECK_EQ(std::size_t{frames}, w.arrivals[1].size());
    for (int64_t i = 0; i < frames; i++)
    {
        CHECK_EQ((i * 85 + 73) * 8 * 1000 / 3, w.arrivals[1].at(i).time);
    }
}

void test_link_both_directions_at_once_do_not_slow_each_other()
{
    Wire w("1Gbps", MicroSeconds(1));
    w.Install();
    for (int i = 0; i < 50; i++)
    {
        CHECK(w.Send(0, 1500));
        CHECK(w.Send(1, 1500));
    }
    Simulator::Run();
    for (const auto& arrivals : w.arrivals)
    {
        CHECK_EQ(std::size_t{50}, arrivals.size());
        CHECK_EQ(int64_t{(49 * 1538 + 1526) * 8000 + 1000000}, arrivals.at(49).time);
    }
}

void test_link_rate_changed_holds_from_the_next_frame_on()
{
    Wire w("1Gbps");
    w.Install();
    CHECK(w.Send(0, 46));
    CHECK(w.Send(0, 46));
    Simulator::Schedule(NanoSeconds(10),
                        [&w] { w.end[0]->SetAttribute("DataRate", StringValue("10Gbps")); });
    Simulator::Run();
    CHECK_EQ(int64_t{72 * 8000}, w.arrivals[1].at(0).time);
    CHECK_EQ(int64_t{84 * 8000 + 72 * 800}, w.arrivals[1].at(1).time);
    CHECK(!w.end[0]->SetDataRate(DataRate(0)));
    CHECK_EQ(uint64_t{10000000000}, w.end[0]->GetDataRate().GetBitRate());
}

void test_link_shorter_delay_lets_no_frame_overtake()
{
    Wire w("1Gbps", MilliSeconds(1));
    w.Install();
    CHECK(w.Send(0, 46));
    CHECK(w.Send(0, 146));
    Simulator::Schedule(NanoSeconds(10),
                        [&w] { w.channel->SetAttribute("Delay", TimeValue(Seconds(0))); });
    Simulator::Run();
    CHECK_EQ(std::size_t{2}, w.arrivals[1].size());
    CHECK_EQ(uint32_t{46}, w.arrivals[1].at(0).size);
    CHECK_EQ(uint32_t{146}, w.arrivals[1].at(1).size);
    CHECK_EQ(w.arrivals[1].at(0).time, w.arrivals[1].at(1).time);
}

void test_link_busy_wire_takes_two_events_a_frame()
{
    Wire w("10Gbps", MicroSeconds(5));
    w.Install();
    Simulator::Run(); // the nodes' own start
    for (int i = 0; i < 90; i++)
    {
        CHECK(w.Send(0, 1500));
    }
    const uint64_t before = Simulator::GetEventCount();
    Simulator::Run();
    // 90 arrivals, and the wire becomes free 89 times with a frame waiting.
    CHECK_EQ(uint64_t{179}, Simulator::GetEventCount() - before);
}

void test_link_idle_wire_takes_one_event_a_frame()
{
    Wire w("10Gbps");
    w.Install();
    Simulator::Run(); // the nodes' own start
    const uint64_t before = Simulator::GetEventCount();
    for (int i = 0; i < 10; i++)
    {
        Simulator::Schedule(MicroSeconds(10 * i), &Wire::Send, &w, 0, 1500);
    }
    Simulator::Run();
    CHECK_EQ(uint64_t{10 + 10},
             Simulator::GetEventCount() - before); // the ten calls above, ten arrivals
}

// ---- What
// ----------------------------------------------------------------------------------------

void test_link_frame_is_ethernet_and_padded()
{
    Wire w;
    Sink sniffer;
    w.Install();
    w.end[0]->SetAddress(Mac48Address("02:00:00:00:00:0a"));
    w.end[1]->SetAddress(Mac48Address("02:00:00:00:00:0b"));
    CHECK(sniffer.Connect(w.end[1], "Sniffer"));
    const uint8_t payload[3] = {0xaa, 0xbb, 0xcc};
    CHECK(w.end[0]->Send(Create<Packet>(payload, 3), w.end[1]->GetAddress(), 0x88b5));
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, sniffer.Count());
    std::vector<uint8_t> expected =
        {0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a, 0x88, 0xb5, 0xaa, 0xbb, 0xcc};
    expected.resize(60, 0);
    CHECK(sniffer.shown.at(0).bytes == expected);
    CHECK_EQ(uint32_t{46}, w.arrivals[1].at(0).size); // IP cuts the padding off, not the device
    CHECK_EQ(PROTOCOL, w.arrivals[1].at(0).protocol);
    CHECK_EQ(w.end[0]->GetAddress(), w.arrivals[1].at(0).source);
    CHECK_EQ(uint64_t{64}, w.end[0]->GetStatistics().txBytes);
}

void test_link_mtu_is_kept_at_both_ends()
{
    Wire w;
    Sink txDrop;
    Sink rxDrop;
    w.Install();
    txDrop.Connect(w.end[0], "MacTxDrop");
    rxDrop.Connect(w.end[1], "MacRxDrop");
    CHECK(w.end[0]->SetMtu(1500));
    CHECK(w.Send(0, 1500));
    CHECK(!w.Send(0, 1501));
    CHECK_EQ(std::size_t{1}, txDrop.Count());
    CHECK_EQ(std::size_t{1501}, txDrop.shown.at(0).bytes.size());
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size());

    CHECK(w.end[1]->SetMtu(1499));
    CHECK(w.Send(0, 1500));
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size());
    CHECK_EQ(std::size_t{1}, rxDrop.Count());
    CHECK(w.end[0]->SetMtu(9000));
    CHECK(!w.end[0]->SetMtu(9001));
    CHECK(!w.end[0]->SetMtu(67));
    CHECK_EQ(uint16_t{9000}, w.end[0]->GetMtu());
}

void test_link_addresses_decide_who_receives()
{
    Wire w;
    Sink macRx;
    Sink promisc;
    Sink sniffer;
    Sink promiscSniffer;
    w.Install();
    macRx.Connect(w.end[1], "MacRx");
    promisc.Connect(w.end[1], "MacPromiscRx");
    sniffer.Connect(w.end[1], "Sniffer");
    promiscSniffer.Connect(w.end[1], "PromiscSniffer");
    for (const char* to : {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:00:00:00:00:99"})
    {
        CHECK(w.end[0]->Send(Create<Packet>(100), Mac48Address(to), PROTOCOL));
    }
    CHECK(w.Send(0, 100));
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size()); // not the stranger's
    CHECK_EQ(std::size_t{3}, macRx.Count());
    CHECK_EQ(std::size_t{3}, sniffer.Count());
    CHECK_EQ(std::size_t{4}, promisc.Count());
    CHECK_EQ(std::size_t{4}, promiscSniffer.Count());
    CHECK_EQ(std::size_t{114}, macRx.shown.at(0).bytes.size()); // with its header
}

void test_link_send_from_puts_that_source_on_the_wire()
{
    Wire w;
    w.Install();
    const Address source = Mac48Address("02:00:00:00:00:77");
    CHECK(w.end[0]->SupportsSendFrom());
    CHECK(w.end[0]->SendFrom(Create<Packet>(100), source, w.end[1]->GetAddress(), PROTOCOL));
    Simulator::Run();
    CHECK_EQ(source, w.arrivals[1].at(0).source);
}

/** What a promiscuous callback was told. */
std::vector<NetDevice::PacketType> concerns;

bool NoteConcern(Ptr<NetDevice>,
                 Ptr<const Packet>,
                 uint16_t,
                 const Address&,
                 const Address&,
                 NetDevice::PacketType concern)
{
    concerns.push_back(concern);
    return true;
}

void test_link_promiscuous_callback_sees_all_with_their_concern()
{
    Wire w;
    concerns.clear();
    w.Install();
    w.end[1]->SetPromiscReceiveCallback(MakeCallback(&NoteConcern));
    for (const char* to : {"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:00:00:00:00:99"})
    {
        CHECK(w.end[0]->Send(Create<Packet>(100), Mac48Address(to), PROTOCOL));
    }
    CHECK(w.Send(0, 100));
    Simulator::Run();
    const std::vector<NetDevice::PacketType> expected = {NetDevice::PACKET_BROADCAST,
                                                         NetDevice::PACKET_MULTICAST,
                                                         NetDevice::PACKET_OTHERHOST,
                                                         NetDevice::PACKET_HOST};
    CHECK(concerns == expected);
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
}

// ---- VLAN
// ----------------------------------------------------------------------------------------

void test_link_vlan_tag_is_on_the_wire()
{
    Wire w;
    Sink sniffer;
    w.helper.SetDeviceAttribute("VlanId", UintegerValue(100));
    w.helper.SetDeviceAttribute("VlanPriority", UintegerValue(5));
    w.Install();
    sniffer.Connect(w.end[1], "Sniffer");
    CHECK(w.Send(0, 100));
    Simulator::Run();
    const auto& bytes = sniffer.shown.at(0).bytes;
    CHECK_EQ(std::size_t{118}, bytes.size());
    const std::vector<uint8_t> tag(bytes.begin() + 12, bytes.begin() + 18);
    CHECK(tag == (std::vector<uint8_t>{0x81, 0x00, 0xa0, 0x64, 0x88, 0xb5}));
    CHECK_EQ(uint32_t{100}, w.arrivals[1].at(0).size);
    CHECK_EQ(PROTOCOL, w.arrivals[1].at(0).protocol);
}

/** @return how many of one frame come through from a device of one VLAN to one of another */
std::size_t Passed(uint16_t from, uint8_t priority, uint16_t to)
{
    Wire w;
    Sink drop;
    w.Install();
    drop.Connect(w.end[1], "MacRxDrop");
    w.end[0]->SetAttribute("VlanId", UintegerValue(from));
    w.end[0]->SetAttribute("VlanPriority", UintegerValue(priority));
    w.end[1]->SetAttribute("VlanId", UintegerValue(to));
    CHECK(w.Send(0, 100));
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size() + drop.Count());
    Simulator::Destroy();
    return w.arrivals[1].size();
}

void test_link_vlan_lets_only_its_own_frames_through()
{
    CHECK_EQ(std::size_t{1}, Passed(0, 0, 0));
    CHECK_EQ(std::size_t{1}, Passed(0, 6, 0)); // priority tag
    CHECK_EQ(std::size_t{1}, Passed(7, 3, 7));
    CHECK_EQ(std::size_t{0}, Passed(7, 0, 8));
    CHECK_EQ(std::size_t{0}, Passed(7, 0, 0));
    CHECK_EQ(std::size_t{0}, Passed(0, 0, 7));
    CHECK_EQ(std::size_t{0}, Passed(0, 6, 7));
}

void test_link_tagged_frame_carries_a_full_mtu()
{
    Wire w;
    w.helper.SetDeviceAttribute("VlanId", UintegerValue(1));
    w.helper.SetDeviceAttribute("Mtu", UintegerValue(1500));
    w.Install();
    CHECK(w.Send(0, 1500));
    CHECK(!w.Send(0, 1501));
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size());
    CHECK_EQ(int64_t{1530 * 8000}, w.arrivals[1].at(0).time);
}

void test_ethernet_header_reads_what_it_wrote_and_refuses_stumps()
{
    FlueEthernetHeader header(Mac48Address("02:00:00:00:00:01"),
                              Mac48Address("02:00:00:00:00:02"),
                              0x0800);
    header.SetTag(0x6123);
    Ptr<Packet> packet = Create<Packet>(10);
    packet->AddHeader(header);
    FlueEthernetHeader peeked;
    FlueEthernetHeader removed;
    CHECK(peeked.Read(FlueFrameFront(*packet)));
    CHECK_EQ(uint32_t{18}, packet->RemoveHeader(removed));
    for (const auto& read : {peeked, removed})
    {
        CHECK_EQ(Mac48Address("02:00:00:00:00:01"), read.GetDestination());
        CHECK_EQ(Mac48Address("02:00:00:00:00:02"), read.GetSource());
        CHECK_EQ(uint16_t{0x0800}, read.GetType());
        CHECK(read.IsTagged());
        CHECK_EQ(uint16_t{0x123}, read.GetVlanId());
        CHECK_EQ(3, int{read.GetPriority()});
    }
    std::ostringstream text;
    removed.Print(text);
    CHECK_EQ(
        std::string("source=02:00:00:00:00:02 destination=02:00:00:00:00:01 vlan=291 priority=3 "
                    "type=0x800"),
        text.str());
    CHECK(!peeked.Read(FlueFrameFront(*Create<Packet>(13))));
    const uint8_t stump[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0x00, 0, 1};
    CHECK(!peeked.Read(FlueFrameFront(*Create<Packet>(stump, sizeof stump))));
}

// ---- Losses
// --------------------------------------------------------------------------------------

void test_link_full_queue_drops_and_says_so()
{
    Wire w;
    Sink drop;
    w.helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("3p"));
    w.Install();
    drop.Connect(w.end[0], "MacTxDrop");
    int taken = 0;
    for (int i = 0; i < 10; i++)
    {
        taken += w.Send(0, 1000) ? 1 : 0;
    }
    CHECK_EQ(4, taken); // one on the wire, three waiting
    CHECK_EQ(std::size_t{6}, drop.Count());
    CHECK_EQ(uint64_t{6}, w.end[0]->GetStatistics().queueDrops);
    Simulator::Run();
    CHECK_EQ(std::size_t{4}, w.arrivals[1].size());
    CHECK_EQ(uint64_t{4}, w.end[0]->GetStatistics().txFrames);
    CHECK_EQ(uint64_t{4 * 1018}, w.end[0]->GetStatistics().txBytes);
    CHECK_EQ(uint64_t{4}, w.end[1]->GetStatistics().rxFrames);
}

void test_link_error_model_takes_frames()
{
    Wire w;
    Sink drop;
    Sink rxEnd;
    Ptr<ReceiveListErrorModel> errors = CreateObject<ReceiveListErrorModel>();
    errors->SetList({1, 3});
    w.Install();
    w.end[1]->SetReceiveErrorModel(errors);
    drop.Connect(w.end[1], "PhyRxDrop");
    rxEnd.Connect(w.end[1], "PhyRxEnd");
    for (uint32_t i = 0; i < 5; i++)
    {
        CHECK(w.Send(0, 100 + i));
    }
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
    CHECK_EQ(uint32_t{102}, w.arrivals[1].at(1).size);
    CHECK_EQ(std::size_t{2}, drop.Count());
    CHECK_EQ(std::size_t{101 + 14}, drop.shown.at(0).bytes.size());
    CHECK_EQ(std::size_t{3}, rxEnd.Count());
    CHECK_EQ(uint64_t{2}, w.end[1]->GetStatistics().lostFrames);
    CHECK_EQ(uint64_t{3}, w.end[1]->GetStatistics().rxFrames);
    CHECK_EQ(uint64_t{5}, w.end[0]->GetStatistics().txFrames);
}

int linkChanges;

void NoteLinkChange()
{
    linkChanges++;
}

void test_link_down_drops_and_up_carries_again()
{
    Wire w("1Gbps", MicroSeconds(100));
    Sink txDrop;
    Sink phyTxDrop;
    Sink rxDrop;
    linkChanges = 0;
    w.Install();
    txDrop.Connect(w.end[0], "MacTxDrop");
    phyTxDrop.Connect(w.end[0], "PhyTxDrop");
    rxDrop.Connect(w.end[1], "PhyRxDrop");
    w.end[0]->AddLinkChangeCallback(MakeCallback(&NoteLinkChange));
    CHECK(w.end[0]->IsLinkUp());
    for (int i = 0; i < 4; i++)
    {
        CHECK(w.Send(0, 1500)); // the first one leaves at once, three wait
    }
    Simulator::Schedule(MicroSeconds(5),
                        [&w]
                        {
                            w.end[1]->SetLinkDown(); // the far end, and both lose the carrier
                            CHECK(!w.end[0]->IsLinkUp());
                            CHECK(!w.end[1]->IsLinkUp());
                            CHECK(!w.Send(0, 1500));
                        });
    Simulator::Schedule(MilliSeconds(1),
                        [&w]
                        {
                            w.end[1]->SetLinkUp();
                            CHECK(w.end[0]->IsLinkUp());
                            CHECK(w.Send(0, 1500));
                        });
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, w.arrivals[1].size());
    CHECK_EQ(int64_t{1000000000 + 1526 * 8000 + 100000000}, w.arrivals[1].at(0).time);
    CHECK_EQ(std::size_t{4}, txDrop.Count());
    CHECK_EQ(std::size_t{1}, phyTxDrop.Count());
    CHECK_EQ(std::size_t{1}, rxDrop.Count());
    CHECK_EQ(2, linkChanges);
}

void test_link_without_a_peer_is_down()
{
    Ptr<Node> node = CreateObject<Node>();
    Ptr<FlueNetDevice> device = CreateObject<FlueNetDevice>();
    device->SetQueue(CreateObject<DropTailQueue<Packet>>());
    node->AddDevice(device);
    CHECK(!device->Send(Create<Packet>(100), device->GetBroadcast(), PROTOCOL));
    Ptr<FlueChannel> channel = CreateObject<FlueChannel>();
    CHECK(device->Attach(channel));
    CHECK(!device->IsLinkUp());
    CHECK(!device->Attach(CreateObject<FlueChannel>())); // it has a cable
    Wire w;
    w.Install();
    Ptr<FlueNetDevice> third = CreateObject<FlueNetDevice>();
    CHECK(!third->Attach(w.channel)); // the cable has two ends
    CHECK_EQ(std::size_t{2}, w.channel->GetNDevices());
}

// ---- Observers
// -----------------------------------------------------------------------------------

void test_link_trace_sources_fire_at_their_times()
{
    Wire w("1Gbps", MicroSeconds(1));
    const char* const senders[] = {"MacTx", "PhyTxBegin", "Sniffer", "PromiscSniffer", "PhyTxEnd"};
    const char* const receivers[] = {"PhyRxEnd",
                                     "Sniffer",
                                     "PromiscSniffer",
                                     "MacPromiscRx",
                                     "MacRx"};
    Sink tx[5];
    Sink rx[5];
    w.Install();
    for (int i = 0; i < 5; i++)
    {
        CHECK(tx[i].Connect(w.end[0], senders[i]));
        CHECK(rx[i].Connect(w.end[1], receivers[i]));
    }
    CHECK(w.Send(0, 200));
    Simulator::Run();
    for (int i = 0; i < 5; i++)
    {
        CHECK_EQ(std::size_t{1}, tx[i].Count());
        CHECK_EQ(std::size_t{1}, rx[i].Count());
        CHECK_EQ(std::size_t{214}, tx[i].shown.at(0).bytes.size());
        CHECK(tx[i].shown.at(0).bytes == rx[i].shown.at(0).bytes);
        CHECK_EQ(int64_t{i == 4 ? 226 * 8000 : 0}, tx[i].shown.at(0).time);
        CHECK_EQ(int64_t{226 * 8000 + 1000000}, rx[i].shown.at(0).time);
    }
}

std::vector<Ptr<const Packet>> kept;

void Keep(Ptr<const Packet> packet)
{
    kept.push_back(packet);
}

void test_link_observer_may_keep_a_frame()
{
    Wire w;
    kept.clear();
    w.Install();
    w.end[0]->TraceConnectWithoutContext("PhyTxBegin", MakeCallback(&Keep));
    w.end[1]->TraceConnectWithoutContext("PhyRxEnd", MakeCallback(&Keep));
    CHECK(w.Send(0, 200));
    Simulator::Run();
    CHECK_EQ(std::size_t{2}, kept.size());
    CHECK_EQ(uint32_t{214}, kept.at(0)->GetSize()); // its header is still on
    CHECK_EQ(uint32_t{214}, kept.at(1)->GetSize());
    CHECK_EQ(uint32_t{200}, w.arrivals[1].at(0).size);
    kept.clear();
}

Time lastDuration;
Time lastArrival;

void NoteTxRx(Ptr<const Packet>, Ptr<NetDevice>, Ptr<NetDevice>, Time duration, Time arrival)
{
    lastDuration = duration;
    lastArrival = arrival;
}

void test_channel_trace_tells_the_times()
{
    Wire w("1Gbps", MicroSeconds(3));
    w.Install();
    w.channel->TraceConnectWithoutContext("TxRxPointToPoint", MakeCallback(&NoteTxRx));
    CHECK(w.Send(1, 100));
    Simulator::Run();
    CHECK_EQ(int64_t{126 * 8000}, lastDuration.GetTimeStep());
    CHECK_EQ(int64_t{126 * 8000 + 3000000}, lastArrival.GetTimeStep());
}

void test_link_tracing_does_not_change_times()
{
    std::vector<Arrival> arrivals[2];
    for (int traced = 0; traced < 2; traced++)
    {
        Wire w("3Gbps", NanoSeconds(7));
        Sink end;
        w.helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("5p"));
        w.Install();
        if (traced)
        {
            end.Connect(w.end[0], "PhyTxEnd");
        }
        for (int i = 0; i < 40; i++)
        {
            // Multiples of a frame's time: sends and free wires fall together.
            Simulator::Schedule(TimeStep(i * 84 * 8 * 1000 / 3 / 2), &Wire::Send, &w, 0, 46);
        }
        Simulator::Run();
        arrivals[traced] = w.arrivals[1];
        CHECK_EQ(traced ? arrivals[1].size() : 0, end.Count());
        Simulator::Destroy();
    }
    CHECK_EQ(arrivals[0].size(), arrivals[1].size());
    CHECK(!arrivals[0].empty());
    for (std::size_t i = 0; i < arrivals[0].size(); i++)
    {
        CHECK_EQ(arrivals[0][i].time, arrivals[1].at(i).time);
    }
}

// ---- For derived adapters
// ------------------------------------------------------------------------

/** Takes frames of a certain size for itself. */
class Taker : public FlueNetDevice
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId tid =
            TypeId("flue_test::Taker").SetParent<FlueNetDevice>().AddConstructor<Taker>();
        return tid;
    }

    using FlueNetDevice::GetVlanTci;
    using FlueNetDevice::TransmitFrame;

    uint32_t taken = 0;

  protected:
    bool ReceiveFrame(const Ptr<Packet>& frame, const FlueFrameFront&) override
    {
        if (frame->GetSize() != 100)
        {
            return false;
        }
        taken++;
        return true;
    }
};

NS_OBJECT_ENSURE_REGISTERED(Taker);

void test_link_derived_adapter_takes_and_transmits_frames()
{
    Wire w;
    Sink macRx;
    w.helper.SetDeviceType("flue_test::Taker");
    w.Install();
    Ptr<Taker> taker = DynamicCast<Taker>(w.end[1]);
    Ptr<Taker> sender = DynamicCast<Taker>(w.end[0]);
    CHECK(taker && sender);
    macRx.Connect(w.end[1], "MacRx");
    CHECK(w.Send(0, 86));
    CHECK(w.Send(0, 87));
    CHECK(w.end[0]->Send(Create<Packet>(86), w.end[0]->GetBroadcast(), PROTOCOL));
    Simulator::Run();
    CHECK_EQ(uint32_t{1}, taker->taken); // a broadcast of the same size is the host's
    CHECK_EQ(std::size_t{2}, w.arrivals[1].size());
    CHECK_EQ(std::size_t{2}, macRx.Count());

    Ptr<Packet> frame = Create<Packet>(10);
    frame->AddHeader(FlueEthernetHeader(Mac48Address::ConvertFrom(w.end[1]->GetAddress()),
                                        Mac48Address::ConvertFrom(w.end[0]->GetAddress()),
                                        PROTOCOL));
    CHECK(sender->TransmitFrame(frame));
    CHECK(!sender->TransmitFrame(Create<Packet>(9015))); // MTU 9000 and a header of 14
    CHECK_EQ(uint16_t{0}, sender->GetVlanTci());
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
    CHECK_EQ(uint32_t{46}, w.arrivals[1].at(2).size); // padded
}

void test_link_simulation_ended_early_leaves_nothing_behind()
{
    Wire w("1Gbps", MilliSeconds(1));
    w.Install();
    for (int i = 0; i < 50; i++)
    {
        CHECK(w.Send(0, 1500));
    }
    Simulator::Stop(MicroSeconds(100));
    Simulator::Run();
    Simulator::Destroy(); // frames on the wire, in the queue, events scheduled
    CHECK_EQ(std::size_t{0}, w.arrivals[1].size());
    CHECK(!w.end[0]->IsLinkUp());
}

} // namespace

int main(int argc, char** argv)
{
    Time::SetResolution(Time::PS);
    return check::Run(argc,
                      argv,
                      {TEST(test_link_one_frame_arrives_with_its_last_bit),
                       TEST(test_link_frames_back_to_back_keep_the_gap),
                       TEST(test_link_frame_after_an_idle_wire_starts_at_once),
                       TEST(test_link_rate_with_fractions_of_a_step_does_not_drift),
                       TEST(test_link_both_directions_at_once_do_not_slow_each_other),
                       TEST(test_link_rate_changed_holds_from_the_next_frame_on),
                       TEST(test_link_shorter_delay_lets_no_frame_overtake),
                       TEST(test_link_busy_wire_takes_two_events_a_frame),
                       TEST(test_link_idle_wire_takes_one_event_a_frame),
                       TEST(test_link_frame_is_ethernet_and_padded),
                       TEST(test_link_mtu_is_kept_at_both_ends),
                       TEST(test_link_addresses_decide_who_receives),
                       TEST(test_link_send_from_puts_that_source_on_the_wire),
                       TEST(test_link_promiscuous_callback_sees_all_with_their_concern),
                       TEST(test_link_vlan_tag_is_on_the_wire),
                       TEST(test_link_vlan_lets_only_its_own_frames_through),
                       TEST(test_link_tagged_frame_carries_a_full_mtu),
                       TEST(test_ethernet_header_reads_what_it_wrote_and_refuses_stumps),
                       TEST(test_link_full_queue_drops_and_says_so),
                       TEST(test_link_error_model_takes_frames),
                       TEST(test_link_down_drops_and_up_carries_again),
                       TEST(test_link_without_a_peer_is_down),
                       TEST(test_link_trace_sources_fire_at_their_times),
                       TEST(test_link_observer_may_keep_a_frame),
                       TEST(test_channel_trace_tells_the_times),
                       TEST(test_link_tracing_does_not_change_times),
                       TEST(test_link_derived_adapter_takes_and_transmits_frames),
                       TEST(test_link_simulation_ended_early_leaves_nothing_behind)});
}
