/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two nodes, a link, and a note of everything that arrives: what most tests of the link start from.
 */
#ifndef FLUE_TESTS_SIM_WIRE_H
#define FLUE_TESTS_SIM_WIRE_H

#include "helper/flue-link-helper.h"
#include "model/flue-channel.h"
#include "model/flue-net-device.h"

#include "ns3/boolean.h"
#include "ns3/data-rate.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"
#include "ns3/node-container.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <string>
#include <vector>

namespace wire
{

using namespace ns3;

const uint16_t PROTOCOL = 0x88b5; //!< Ethernet type for local experiments

/** A packet that went up at an end. */
struct Arrival
{
    int64_t time; //!< in time steps
    uint32_t size;
    uint16_t protocol;
    Address source;
};

/** Two nodes and the link between them. */
struct Wire
{
    explicit Wire(std::string rate = "1Gbps", Time delay = Seconds(0), bool hasFlowControl = false)
        : nodes(2)
    {
        helper.SetDeviceAttribute("DataRate", StringValue(rate));
        helper.SetDeviceAttribute("Mtu", UintegerValue(9000));
        helper.SetChannelAttribute("Delay", TimeValue(delay));
        if (!hasFlowControl)
        {
            helper.DisableFlowControl();
        }
    }

    /** Makes the link, with what `helper` has been told until now. */
    void Install()
    {
        NetDeviceContainer devices = helper.Install(nodes);
        for (uint32_t i = 0; i < 2; i++)
        {
            end[i] = DynamicCast<FlueNetDevice>(devices.Get(i));
        }
        end[0]->SetReceiveCallback(MakeCallback(&Wire::Receive0, this));
        end[1]->SetReceiveCallback(MakeCallback(&Wire::Receive1, this));
        channel = DynamicCast<FlueChannel>(end[0]->GetChannel());
    }

    /** Sends `size` bytes from `from` to the other end, now. */
    bool Send(uint32_t from, uint32_t size)
    {
        return end[from]->Send(Create<Packet>(size), end[1 - from]->GetAddress(), PROTOCOL);
    }

    bool Note(uint32_t at, Ptr<const Packet> packet, uint16_t protocol, const Address& source)
    {
        arrivals[at].push_back(
            {Simulator::Now().GetTimeStep(), packet->GetSize(), protocol, source});
        return true;
    }

    bool Receive0(Ptr<NetDevice>,
                  Ptr<const Packet> packet,
                  uint16_t protocol,
                  const Address& source)
    {
        return Note(0, packet, protocol, source);
    }

    bool Receive1(Ptr<NetDevice>,
                  Ptr<const Packet> packet,
                  uint16_t protocol,
                  const Address& source)
    {
        return Note(1, packet, protocol, source);
    }

    FlueLinkHelper helper;
    NodeContainer nodes;
    Ptr<FlueNetDevice> end[2];
    Ptr<FlueChannel> channel;
    std::vector<Arrival> arrivals[2];
};

/** Everything that one trace source showed, as the bytes were at that time. */
struct Sink
{
    struct Shown
    {
        int64_t time;
        std::vector<uint8_t> bytes;
    };

    /** Connects to `source` of `object`. @return true when it has such a source */
    template <typename T>
    bool Connect(Ptr<T> object, std::string source)
    {
        return object->TraceConnectWithoutContext(source, MakeCallback(&Sink::Note, this));
    }

    void Note(Ptr<const Packet> packet)
    {
        Shown one{Simulator::Now().GetTimeStep(), std::vector<uint8_t>(packet->GetSize())};
        packet->CopyData(one.bytes.data(), packet->GetSize());
        shown.push_back(one);
    }

    std::size_t Count() const
    {
        return shown.size();
    }

    std::vector<Shown> shown;
};

} // namespace wire

#endif /* FLUE_TESTS_SIM_WIRE_H */
