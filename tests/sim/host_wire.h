/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A wire with a host at one end whose work takes time, and packets that cause it some.
 */
#ifndef FLUE_TESTS_SIM_HOST_WIRE_H
#define FLUE_TESTS_SIM_HOST_WIRE_H

#include "wire.h"

#include "model/flue-processor.h"

namespace wire
{

/** A machine of round numbers: a cycle lasts a nanosecond. */
inline flue_profile RoundProfile(uint32_t cores)
{
    flue_profile profile = *flue_profile_find("ideal");
    profile.name = "round";
    profile.cores = cores;
    profile.core_hz = 1000000000;
    profile.tcp_tx_cycles = 1000;
    profile.tcp_rx_cycles = 2000;
    profile.ack_tx_cycles = 100;
    profile.ack_rx_cycles = 200;
    profile.interrupt_cycles = 5000;
    return profile;
}

inline constexpr uint16_t IPV4 = 0x0800;
inline constexpr uint16_t IPV6 = 0x86dd;

/** @return an IPv4 packet with a TCP header and `payload` bytes; protocol and fragment as told */
inline Ptr<Packet> Ipv4Tcp(uint16_t payload,
                           uint16_t port = 1000,
                           uint8_t protocol = 6,
                           uint16_t fragment = 0)
{
    std::vector<uint8_t> bytes(40 + payload);
    bytes[0] = 0x45;
    bytes[2] = static_cast<uint8_t>(bytes.size() >> 8);
    bytes[3] = static_cast<uint8_t>(bytes.size());
    bytes[6] = static_cast<uint8_t>(fragment >> 8);
    bytes[7] = static_cast<uint8_t>(fragment);
    bytes[9] = protocol;
    bytes[15] = 1;
    bytes[19] = 2;
    bytes[20] = static_cast<uint8_t>(port >> 8);
    bytes[21] = static_cast<uint8_t>(port);
    bytes[32] = 0x50;
    return Create<Packet>(bytes.data(), static_cast<uint32_t>(bytes.size()));
}

/** @return an IPv6 packet with a TCP header and `payload` bytes */
inline Ptr<Packet> Ipv6Tcp(uint16_t payload)
{
    std::vector<uint8_t> bytes(60 + payload);
    bytes[0] = 0x60;
    bytes[4] = static_cast<uint8_t>((20 + payload) >> 8);
    bytes[5] = static_cast<uint8_t>(20 + payload);
    bytes[6] = 6;
    bytes[52] = 0x50;
    return Create<Packet>(bytes.data(), static_cast<uint32_t>(bytes.size()));
}

/** A wire with a processor at one end. */
struct HostWire : Wire
{
    HostWire(uint32_t end, const flue_profile& profile, bool hasFlowControl = false)
        : Wire("100Gbps", Seconds(0), hasFlowControl),
          processor(CreateObject<FlueProcessor>())
    {
        processor->SetProfile(&profile);
        nodes.Get(end)->AggregateObject(processor);
    }

    /** Sends `packet` from end 0. */
    bool SendPacket(Ptr<Packet> packet, uint16_t protocol = IPV4)
    {
        return end[0]->Send(packet, end[1]->GetAddress(), protocol);
    }

    /** @return when a packet went up at end 1, in nanoseconds */
    int64_t At(std::size_t i) const
    {
        return arrivals[1].at(i).time / 1000;
    }

    Ptr<FlueProcessor> processor;
};

} // namespace wire

#endif /* FLUE_TESTS_SIM_HOST_WIRE_H */
