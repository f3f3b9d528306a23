/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sim/model/flue-processor, flue-task, flue-event and flue-host-path: work takes time, in order,
 * and all of it is in the ledger.
 */
#include "check.h"
#include "host_wire.h"

#include "model/flue-event.h"
#include "model/flue-processor.h"
#include "model/flue-task.h"

#include <memory>

using namespace wire;

namespace
{

const flue_profile ONE_CORE = RoundProfile(1);
const flue_profile TWO_CORES = RoundProfile(2);
const flue_profile FOUR_CORES = RoundProfile(4);

/** What ran, and when in nanoseconds. */
std::vector<std::pair<int, int64_t>> ran;

auto Note(int what)
{
    return [what] { ran.emplace_back(what, Simulator::Now().GetNanoSeconds()); };
}

Ptr<FlueProcessor> MakeProcessor(const flue_profile& profile)
{
    Ptr<FlueProcessor> processor = CreateObject<FlueProcessor>();
    processor->SetProfile(&profile);
    ran.clear();
    return processor;
}

using Order = std::vector<std::pair<int, int64_t>>;

// ---- The cores
// -----------------------------------------------------------------------------------

void test_processor_work_takes_effect_when_it_is_done_in_order()
{
    Ptr<FlueProcessor> p = MakeProcessor(ONE_CORE);
    p->Execute(0, FLUE_COST_TCP_TX, 300, Note(1));
    p->Execute(0, FLUE_COST_SYSCALL, 0, Note(2)); // costs nothing but waits its turn
    p->Occupy(0, FLUE_COST_COPY, 50);
    p->Execute(0, FLUE_COST_TCP_RX, 200, Note(3));
    p->WhenDone(FLUE_ROLE_PROTOCOL, 0, Note(4));
    CHECK(ran.empty());
    Simulator::Run();
    CHECK(ran == (Order{{1, 300}, {2, 300}, {3, 550}, {4, 550}}));
}

void test_processor_free_work_on_an_idle_core_needs_no_event()
{
    Ptr<FlueProcessor> p = MakeProcessor(ONE_CORE);
    const uint64_t before = Simulator::GetEventCount();
    p->Execute(0, FLUE_COST_SYSCALL, 0, Note(1));
    p->WhenDone(FLUE_ROLE_PROTOCOL, 0, Note(2));
    CHECK(ran == (Order{{1, 0}, {2, 0}}));
    Simulator::Run();
    CHECK_EQ(before, Simulator::GetEventCount());
    CHECK_EQ(uint64_t{1}, p->GetEvents(FLUE_COST_SYSCALL));
}

void test_processor_callback_waits_for_work_without_a_callback()
{
    Ptr<FlueProcessor> p = MakeProcessor(ONE_CORE);
    p->Occupy(0, FLUE_COST_APPLICATION, 700);
    p->WhenDone(FLUE_ROLE_PROTOCOL, 0, Note(1));
    Simulator::Schedule(NanoSeconds(900), [&p] { p->WhenDone(FLUE_ROLE_PROTOCOL, 0, Note(2)); });
    Simulator::Run();
    CHECK(ran == (Order{{1, 700}, {2, 900}}));
}

void test_processor_work_given_by_a_callback_goes_behind()
{
    Ptr<FlueProcessor> p = MakeProcessor(ONE_CORE);
    p->Execute(0,
               FLUE_COST_TCP_RX,
               100,
               [&p]
               {
                   Note(1)();
                   p->Execute(0, FLUE_COST_ACK_TX, 0, Note(3)); // 2 waits already
                   p->Execute(0, FLUE_COST_TCP_TX, 10, Note(4));
               });
    p->Execute(0, FLUE_COST_TCP_RX, 100, Note(2));
    Simulator::Run();
    CHECK(ran == (Order{{1, 100}, {2, 200}, {3, 200}, {4, 210}}));
}

void test_processor_cores_work_side_by_side()
{
    Ptr<FlueProcessor> p = MakeProcessor(TWO_CORES);
    CHECK_EQ(uint32_t{2}, p->GetNCores());
    p->Execute(0, FLUE_COST_TCP_RX, 100, Note(1));
    p->Execute(1, FLUE_COST_TCP_RX, 40, Note(2));
    p->Execute(2, FLUE_COST_TCP_RX, 100, Note(3)); // the core of 0
    p->Execute(3, FLUE_COST_TCP_RX, 100, Note(4)); // the core of 1
    Simulator::Run();
    CHECK(ran == (Order{{2, 40}, {1, 100}, {4, 140}, {3, 200}}));
}

void test_processor_ledger_adds_up_to_the_busy_time()
{
    Ptr<FlueProcessor> p = MakeProcessor(FOUR_CORES);
    flue_time expected = 0;
    for (uint32_t i = 0; i < 200; i++)
    {
        const uint64_t cycles = i * 37 % 501;
        const auto category = static_cast<flue_cost_category>(i % FLUE_COST_CATEGORIES);
        expected += cycles * FLUE_NANOSECOND;
        Simulator::Schedule(NanoSeconds(i * 11),
                            [p, i, category, cycles]
                            { p->Execute(i * 7, category, cycles, [] {}); });
    }
    Simulator::Schedule(NanoSeconds(1000),
                        [p]
                        {
                            const flue_time most =
                                4 * 1000 * FLUE_NANOSECOND; // four cores cannot be busier
                            CHECK(p->GetBusy() > 0 && p->GetBusy() <= most);
                        });
    Simulator::Run();
    flue_time booked = 0;
    uint64_t events = 0;
    for (uint32_t i = 0; i < FLUE_COST_CATEGORIES; i++)
    {
        booked += p->GetBooked(static_cast<flue_cost_category>(i));
        events += p->GetEvents(static_cast<flue_cost_category>(i));
    }
    CHECK_EQ(expected, booked);
    CHECK_EQ(expected, p->GetBusy());
    CHECK_EQ(uint64_t{200}, events);
}

void test_processor_profile_by_name()
{
    Ptr<FlueProcessor> p = CreateObject<FlueProcessor>();
    CHECK_EQ(std::string("ideal"), p->GetProfileName());
    CHECK(p->IsIdeal());
    CHECK(p->SetAttributeFailSafe("Profile", StringValue("server-2009")));
    CHECK_EQ(flue_profile_find("server-2009")->core_hz, p->GetProfile().core_hz);
    CHECK(!p->IsIdeal());
    CHECK(!p->SetAttributeFailSafe("Profile", StringValue("abacus")));
    CHECK_EQ(std::string("server-2009"), p->GetProfileName());
}

void test_processor_flow_hash_is_the_same_both_ways()
{
    flue_four_tuple one = {};
    one.local = flue_ipv4(10, 1, 1, 1);
    one.remote = flue_ipv4(10, 1, 1, 2);
    one.local_port = 49152;
    one.remote_port = 5001;
    one.ip_version = 4;
    flue_four_tuple other = one;
    std::swap(other.local, other.remote);
    std::swap(other.local_port, other.remote_port);
    CHECK_EQ(FlueProcessor::FlowHash(one), FlueProcessor::FlowHash(other));
    CHECK_EQ(FlueProcessor::FlowHash(0x0a010101, 0x0a010102, 49152, 5001),
             FlueProcessor::FlowHash(one));
    // Neighbouring ports spread over four cores.
    int flows[4] = {};
    for (int i = 0; i < 400; i++)
    {
        one.local_port++;
        flows[FlueProcessor::FlowHash(one) % 4]++;
    }
    for (int n : flows)
    {
        CHECK_BETWEEN(60, 140, n);
    }
}

// ---- Its parts
// -----------------------------------------------------------------------------------

void test_task_moves_what_cannot_be_copied_and_frees_it()
{
    auto alive = std::make_shared<int>(0);
    int calls = 0;
    struct Big
    {
        char bytes[200];
    };
    {
        std::vector<FlueTask> tasks;
        for (int i = 0; i < 5; i++) // the vector grows and moves them
        {
            tasks.emplace_back([own = std::make_unique<int>(i), alive, &calls]
                               { calls += *own + 1; });
            tasks.emplace_back([big = Big{}, alive, &calls] { calls += 100 + big.bytes[0]; });
        }
        CHECK_EQ(11L, alive.use_count());
        FlueTask taken = std::move(tasks[0]);
        taken();
        tasks[1]();
        CHECK_EQ(101, calls);
        taken = std::move(tasks[1]); // frees the first one
        CHECK_EQ(10L, alive.use_count());
    }
    CHECK_EQ(1L, alive.use_count());
}

void test_ring_keeps_order_while_it_grows_and_wraps()
{
    FlueRing<int> ring;
    int in = 0;
    int out = 0;
    for (int round = 0; round < 50; round++)
    {
        for (int i = 0; i < 7; i++)
        {
            ring.Push(in++);
        }
        for (int i = 0; i < 5; i++)
        {
            CHECK_EQ(out, ring.Front());
            CHECK_EQ(out++, ring.Pop());
        }
    }
    CHECK_EQ(std::size_t{100}, ring.GetSize());
    ring.Clear();
    CHECK(ring.IsEmpty());
    ring.Push(1);
    CHECK_EQ(1, ring.Pop());
}

// ---- Frames and their host
// -----------------------------------------------------------------------

void test_host_path_sending_costs_before_the_wire()
{
    HostWire w(0, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960))); // 1000 bytes of IP
    CHECK(w.SendPacket(Ipv4Tcp(0)));   // an acknowledgement
    CHECK(w.SendPacket(Ipv6Tcp(1), IPV6));
    Simulator::Run();
    CHECK_EQ(std::size_t{3}, w.arrivals[1].size());
    CHECK_EQ(int64_t{1000000 + 1026 * 80}, w.arrivals[1].at(0).time);
    CHECK_EQ(int64_t{1100000 + 72 * 80}, w.arrivals[1].at(1).time);
    CHECK_EQ(int64_t{2100000 + (61 + 26) * 80}, w.arrivals[1].at(2).time);
    CHECK_EQ(uint64_t{2}, w.processor->GetEvents(FLUE_COST_TCP_TX));
    CHECK_EQ(uint64_t{1}, w.processor->GetEvents(FLUE_COST_ACK_TX));
    CHECK_EQ(flue_time{2100 * FLUE_NANOSECOND}, w.processor->GetBusy());
}

void test_host_path_other_protocols_cost_nothing_to_send()
{
    HostWire w(0, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(100)));                  // occupies the core
    CHECK(w.SendPacket(Ipv4Tcp(100, 1000, 17)));        // UDP
    CHECK(w.SendPacket(Ipv4Tcp(100, 1000, 6, 0x00b9))); // a later fragment: no TCP header in it
    CHECK(w.SendPacket(Create<Packet>(28), 0x0806));    // ARP
    CHECK(w.SendPacket(Create<Packet>(10), IPV4));      // too short to be anything
    Simulator::Run();
    CHECK_EQ(std::size_t{5}, w.arrivals[1].size());
    CHECK(w.At(3) < 100);
    CHECK(w.At(4) > 1000);
    CHECK_EQ(flue_time{1000 * FLUE_NANOSECOND}, w.processor->GetBusy());
}

void test_host_path_first_fragment_with_a_tcp_header_is_tcp()
{
    HostWire w(0, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(100, 1000, 6, 0x2000))); // more fragments follow
    Simulator::Run();
    CHECK_EQ(uint64_t{1}, w.processor->GetEvents(FLUE_COST_TCP_TX));
}

void test_host_path_padding_is_not_payload()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(0))); // 40 bytes, which the wire pads to 46
    Simulator::Run();
    CHECK_EQ(uint64_t{1}, w.processor->GetEvents(FLUE_COST_ACK_RX));
    CHECK_EQ(uint64_t{0}, w.processor->GetEvents(FLUE_COST_TCP_RX));
}

void test_host_path_receiving_costs_before_it_goes_up()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Run();
    // The wire, an interrupt, a segment.
    CHECK_EQ(int64_t{1026 * 80 + 5000000 + 2000000}, w.arrivals[1].at(0).time);
}

void test_host_path_busy_host_polls_instead_of_being_interrupted()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    for (int i = 0; i < 10; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960))); // one each 84 ns or so, while the first needs 7000
    }
    Simulator::Schedule(MicroSeconds(100), [&w] { w.SendPacket(Ipv4Tcp(0)); });
    Simulator::Run();
    CHECK_EQ(std::size_t{11}, w.arrivals[1].size());
    CHECK_EQ(uint64_t{2}, w.processor->GetEvents(FLUE_COST_INTERRUPT));
    CHECK_EQ(uint64_t{10}, w.processor->GetEvents(FLUE_COST_TCP_RX));
    CHECK_EQ(int64_t{1026 * 80 + 5000000 + 10 * 2000000}, w.arrivals[1].at(9).time);
    CHECK_EQ(flue_time{(2 * 5000 + 10 * 2000 + 200) * FLUE_NANOSECOND}, w.processor->GetBusy());
}

void test_host_path_interrupt_gap_changed_holds_from_then_on()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Schedule(MicroSeconds(10),
                        [&w] { w.end[1]->SetAttribute("InterruptGap", TimeValue(Time(0))); });
    Simulator::Schedule(MicroSeconds(20), [&w] { w.SendPacket(Ipv4Tcp(960)); });
    Simulator::Run();
    CHECK_EQ(int64_t{20000000 + 1026 * 80 + 5000000 + 2000000}, w.arrivals[1].at(1).time);
}

void test_host_path_ends_with_its_adapter()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Schedule(MicroSeconds(3), [&w] { w.end[1]->Dispose(); }); // the host is at it
    Simulator::Run();
    CHECK_EQ(std::size_t{0}, w.arrivals[1].size());
}

void test_host_path_other_protocols_cost_an_interrupt_and_keep_their_place()
{
    HostWire w(1, ONE_CORE);
    w.Install();
    CHECK(w.SendPacket(Create<Packet>(28), 0x0806));
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    CHECK(w.SendPacket(Create<Packet>(28), 0x0806));
    Simulator::Run();
    CHECK_EQ(uint16_t{0x0806}, w.arrivals[1].at(0).protocol);
    CHECK_EQ(int64_t{5000}, w.At(0) - 72 * 80 / 1000);
    CHECK_EQ(IPV4, w.arrivals[1].at(1).protocol);
    CHECK_EQ(uint16_t{0x0806}, w.arrivals[1].at(2).protocol);
    CHECK_EQ(w.At(1), w.At(2));
    CHECK_EQ(uint64_t{1}, w.processor->GetEvents(FLUE_COST_INTERRUPT));
}

void test_host_path_flows_use_all_cores()
{
    HostWire w(1, FOUR_CORES);
    w.Install();
    for (uint16_t port = 1000; port < 1064; port++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960, port)));
    }
    Simulator::Run();
    CHECK_EQ(std::size_t{64}, w.arrivals[1].size());
    for (uint32_t i = 0; i < 4; i++)
    {
        CHECK(w.processor->GetCore(i).events[FLUE_COST_TCP_RX] > 4);
        CHECK_EQ(uint64_t{1}, w.processor->GetCore(i).events[FLUE_COST_INTERRUPT]);
    }
    CHECK(w.At(63) < 64 * 2000); // sooner than one core could
}

void test_host_path_ideal_profile_changes_nothing()
{
    int64_t times[2];
    uint64_t events[2];
    for (int hasProcessor = 0; hasProcessor < 2; hasProcessor++)
    {
        Wire w("100Gbps");
        if (hasProcessor)
        {
            for (uint32_t i = 0; i < 2; i++)
            {
                w.nodes.Get(i)->AggregateObject(CreateObject<FlueProcessor>());
            }
        }
        w.Install();
        Simulator::Run(); // the nodes' own start
        const uint64_t before = Simulator::GetEventCount();
        for (int i = 0; i < 5; i++)
        {
            CHECK(w.end[0]->Send(Ipv4Tcp(960), w.end[1]->GetAddress(), IPV4));
        }
        Simulator::Run();
        times[hasProcessor] = w.arrivals[1].at(4).time;
        events[hasProcessor] = Simulator::GetEventCount() - before;
        Simulator::Destroy();
    }
    CHECK_EQ(times[0], times[1]);
    CHECK_EQ(events[0], events[1]);
}

void test_host_path_flow_control_loses_nothing_that_the_host_has_taken()
{
    for (bool hasFlowControl : {false, true})
    {
        HostWire w(0, ONE_CORE, hasFlowControl);
        w.helper.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
        w.helper.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("4p"));
        w.Install();
        for (int i = 0; i < 20; i++)
        {
            CHECK(w.SendPacket(Ipv4Tcp(static_cast<uint16_t>(1400 + i))));
        }
        Simulator::Run();
        if (hasFlowControl)
        {
            CHECK_EQ(std::size_t{20}, w.arrivals[1].size());
            for (uint32_t i = 0; i < w.arrivals[1].size(); i++)
            {
                CHECK_EQ(1440 + i, w.arrivals[1].at(i).size);
            }
        }
        else
        {
            CHECK(w.arrivals[1].size() < 20);
            CHECK_EQ(uint64_t{20}, w.arrivals[1].size() + w.end[0]->GetStatistics().queueDrops);
        }
        Simulator::Destroy();
    }
}

void test_host_path_frames_end_with_the_link()
{
    HostWire w(0, ONE_CORE);
    Sink drop;
    w.Install();
    drop.Connect(w.end[0], "MacTxDrop");
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Schedule(NanoSeconds(500), &FlueNetDevice::SetLinkDown, w.end[1]);
    Simulator::Run();
    CHECK_EQ(std::size_t{1}, drop.Count());
    CHECK(w.arrivals[1].empty());
}

} // namespace

int main(int argc, char** argv)
{
    Time::SetResolution(Time::PS);
    return check::Run(argc,
                      argv,
                      {TEST(test_processor_work_takes_effect_when_it_is_done_in_order),
                       TEST(test_processor_free_work_on_an_idle_core_needs_no_event),
                       TEST(test_processor_callback_waits_for_work_without_a_callback),
                       TEST(test_processor_work_given_by_a_callback_goes_behind),
                       TEST(test_processor_cores_work_side_by_side),
                       TEST(test_processor_ledger_adds_up_to_the_busy_time),
                       TEST(test_processor_profile_by_name),
                       TEST(test_processor_flow_hash_is_the_same_both_ways),
                       TEST(test_task_moves_what_cannot_be_copied_and_frees_it),
                       TEST(test_ring_keeps_order_while_it_grows_and_wraps),
                       TEST(test_host_path_sending_costs_before_the_wire),
                       TEST(test_host_path_other_protocols_cost_nothing_to_send),
                       TEST(test_host_path_first_fragment_with_a_tcp_header_is_tcp),
                       TEST(test_host_path_padding_is_not_payload),
                       TEST(test_host_path_receiving_costs_before_it_goes_up),
                       TEST(test_host_path_busy_host_polls_instead_of_being_interrupted),
                       TEST(test_host_path_interrupt_gap_changed_holds_from_then_on),
                       TEST(test_host_path_ends_with_its_adapter),
                       TEST(test_host_path_other_protocols_cost_an_interrupt_and_keep_their_place),
                       TEST(test_host_path_flows_use_all_cores),
                       TEST(test_host_path_ideal_profile_changes_nothing),
                       TEST(test_host_path_flow_control_loses_nothing_that_the_host_has_taken),
                       TEST(test_host_path_frames_end_with_the_link)});
}
