/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sim/model/flue-adapter, and what flue-host-path makes of a profile's switches: what a frame of
 * the host's own stack occupies on its way, and for how long.
 */
#include "check.h"
#include "host_wire.h"

#include "model/flue-adapter.h"

using namespace wire;

namespace
{

const int64_t WIRE = 1026 * 80; //!< of a packet with 960 bytes of payload, in picoseconds
const int64_t NS = 1000;        //!< picoseconds

/** RoundProfile with an adapter: a byte takes the bus a nanosecond, the engine's cycle lasts one.
 */
flue_profile AdapterProfile()
{
    flue_profile profile = RoundProfile(1);
    profile.bus_bps = 8000000000;
    profile.bus_read_latency = 900 * FLUE_NANOSECOND;
    profile.bus_write_latency = 400 * FLUE_NANOSECOND;
    profile.descriptor_bytes = 64;
    profile.engine_hz = 1000000000;
    profile.engine_forward_cycles = 30;
    return profile;
}

void test_adapter_frame_to_send_crosses_bus_and_engine()
{
    HostWire w(0, AdapterProfile());
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Run();
    CHECK_EQ((1000 + 64 + 1014 + 900 + 30) * NS + WIRE, w.arrivals[1].at(0).time);
    // The second is ready after 2000 ns and waits for the bus until 2078; latencies overlap.
    CHECK_EQ((2078 + 64 + 1014 + 900 + 30) * NS + WIRE, w.arrivals[1].at(1).time);
    const flue_bus& bus = w.end[0]->GetAdapter().GetBus();
    CHECK_EQ(uint64_t{4}, bus.crossings);
    CHECK_EQ(flue_time{2 * 1014 * FLUE_NANOSECOND},
             bus.servers[FLUE_BUS_READ].booked[FLUE_COST_PAYLOAD]);
    CHECK_EQ(flue_time{2 * 64 * FLUE_NANOSECOND},
             bus.servers[FLUE_BUS_READ].booked[FLUE_COST_DESCRIPTOR]);
    const flue_server& unit = w.end[0]->GetAdapter().GetUnit(0).server;
    CHECK_EQ(flue_time{2 * 30 * FLUE_NANOSECOND}, unit.booked[FLUE_COST_FORWARD]);
}

void test_adapter_frame_that_arrives_crosses_engine_and_bus()
{
    HostWire w(1, AdapterProfile());
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    Simulator::Run();
    CHECK_EQ(WIRE + (30 + 64 + 1014 + 400 + 5000 + 2000) * NS, w.arrivals[1].at(0).time);
}

void test_adapter_engine_limits_the_rate_of_frames()
{
    flue_profile profile = AdapterProfile();
    profile.engine_forward_cycles = 3000;
    profile.interrupt_cycles = 0;
    profile.ack_rx_cycles = 0;
    HostWire w(1, profile);
    w.Install();
    w.end[1]->SetAttribute("InterruptGap", TimeValue(Time(0)));
    for (int i = 0; i < 100; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(0)));
    }
    Simulator::Run();
    CHECK_EQ(99 * 3000 * NS, w.arrivals[1].at(99).time - w.arrivals[1].at(0).time);
}

void test_adapter_disposed_of_in_the_middle_forgets_its_frames()
{
    HostWire w(1, AdapterProfile());
    w.Install();
    for (int i = 0; i < 10; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960)));
    }
    Simulator::Schedule(NanoSeconds(1000), [&w] { w.end[1]->Dispose(); }); // some on the bus
    Simulator::Run();
    CHECK_EQ(std::size_t{0}, w.arrivals[1].size());
}

void test_host_path_large_send_pays_the_request_once()
{
    flue_profile profile = RoundProfile(1);
    profile.has_large_send = 1;
    profile.large_send_cycles = 500;
    profile.large_send_packet_cycles = 100;
    HostWire w(0, profile);
    w.Install();
    for (int i = 0; i < 3; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960)));
    }
    CHECK(w.SendPacket(Ipv4Tcp(960, 1001))); // another flow's
    Simulator::Run();
    CHECK_EQ(600 * NS + WIRE, w.arrivals[1].at(0).time);
    CHECK_EQ(800 * NS + WIRE, w.arrivals[1].at(2).time);
    CHECK_EQ(1400 * NS + WIRE, w.arrivals[1].at(3).time);
}

void test_host_path_coalescing_takes_segments_that_wait_as_one()
{
    flue_profile profile = RoundProfile(1);
    profile.has_coalescing = 1;
    profile.coalesced_rx_cycles = 300;
    HostWire w(1, profile);
    w.Install();
    for (int i = 0; i < 10; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960)));
    }
    Simulator::Run();
    CHECK_EQ(WIRE + (5000 + 2000 + 9 * 300) * NS, w.arrivals[1].at(9).time);
}

void test_host_path_without_checksum_offload_sums_payload()
{
    flue_profile profile = RoundProfile(1);
    profile.checksum_is_offloaded = 0;
    profile.checksum_cycles_per_kib = 512;
    HostWire w(0, profile);
    w.Install();
    CHECK(w.SendPacket(Ipv4Tcp(960)));
    CHECK(w.SendPacket(Ipv4Tcp(0)));
    Simulator::Run();
    CHECK_EQ((1000 + 480) * NS + WIRE, w.arrivals[1].at(0).time);
    CHECK_EQ(flue_time{480 * FLUE_NANOSECOND}, w.processor->GetBooked(FLUE_COST_CHECKSUM));
}

void test_host_path_roles_on_different_cores_work_side_by_side()
{
    flue_profile profile = RoundProfile(2);
    profile.interrupt_first = 0;
    profile.interrupt_cores = 1;
    profile.protocol_first = 1;
    profile.protocol_cores = 1;
    HostWire w(1, profile);
    w.Install();
    for (int i = 0; i < 4; i++)
    {
        CHECK(w.SendPacket(Ipv4Tcp(960)));
    }
    Simulator::Run();
    CHECK_EQ(WIRE + (5000 + 2000) * NS, w.arrivals[1].at(0).time);
    CHECK_EQ(WIRE + (5000 + 4 * 2000) * NS, w.arrivals[1].at(3).time);
    CHECK_EQ(flue_time{5000 * FLUE_NANOSECOND},
             w.processor->GetCore(0).booked[FLUE_COST_INTERRUPT]);
    CHECK_EQ(uint64_t{0}, w.processor->GetCore(0).events[FLUE_COST_TCP_RX]);
    CHECK_EQ(uint64_t{4}, w.processor->GetCore(1).events[FLUE_COST_TCP_RX]);
}

void test_host_path_adaptive_interrupts_follow_the_load()
{
    HostWire w(1, RoundProfile(1));
    w.Install();
    w.end[1]->SetAttribute("InterruptAdaptive", BooleanValue(true));
    for (int i = 0; i < 3; i++) // one each 20 us: sooner than 25 us after the first interrupt
    {
        Simulator::Schedule(MicroSeconds(20 * i), [&w] { w.SendPacket(Ipv4Tcp(960)); });
    }
    Simulator::Run();
    CHECK_EQ(WIRE + 7000 * NS, w.arrivals[1].at(0).time);
    CHECK_EQ(WIRE + (25000 + 7000) * NS, w.arrivals[1].at(1).time);
}

} // namespace

int main(int argc, char** argv)
{
    Time::SetResolution(Time::PS);
    return check::Run(argc,
                      argv,
                      {TEST(test_adapter_frame_to_send_crosses_bus_and_engine),
                       TEST(test_adapter_frame_that_arrives_crosses_engine_and_bus),
                       TEST(test_adapter_engine_limits_the_rate_of_frames),
                       TEST(test_adapter_disposed_of_in_the_middle_forgets_its_frames),
                       TEST(test_host_path_large_send_pays_the_request_once),
                       TEST(test_host_path_coalescing_takes_segments_that_wait_as_one),
                       TEST(test_host_path_without_checksum_offload_sums_payload),
                       TEST(test_host_path_roles_on_different_cores_work_side_by_side),
                       TEST(test_host_path_adaptive_interrupts_follow_the_load)});
}
