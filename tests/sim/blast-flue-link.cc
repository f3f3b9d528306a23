/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sends frames over a link as fast as it goes, and says what a frame costs the simulator. Not a
 * test: run it under valgrind --tool=callgrind with two different counts, and divide the
 * difference.
 *
 *     blast-flue-link [FRAMES [BYTES]]
 */
#include "helper/flue-link-helper.h"
#include "model/flue-net-device.h"

#include "ns3/data-rate.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <cstdlib>
#include <iostream>

using namespace ns3;

namespace
{

const uint16_t PROTOCOL = 0x88b5; // for local experiments

/** Keeps the sender's queue from running empty: two frames on average. */
class Blaster
{
  public:
    Blaster(Ptr<NetDevice> from, Ptr<NetDevice> to, uint64_t frames, uint32_t bytes)
        : m_from(from),
          m_to(to->GetAddress()),
          m_left(frames),
          m_bytes(bytes)
    {
        to->SetReceiveCallback(MakeCallback(&Blaster::Receive, this));
        Simulator::ScheduleNow(&Blaster::Send, this);
        Simulator::ScheduleNow(&Blaster::Send, this);
        Simulator::ScheduleNow(&Blaster::Send, this);
    }

    uint64_t received = 0; //!< frames that came through

  private:
    void Send()
    {
        if (m_left > 0)
        {
            m_left--;
            m_from->Send(Create<Packet>(m_bytes), m_to, PROTOCOL);
        }
    }

    bool Receive(Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address&)
    {
        received++;
        Send();
        return true;
    }

    Ptr<NetDevice> m_from;
    Address m_to;
    uint64_t m_left;
    uint32_t m_bytes;
};

} // namespace

int main(int argc, char** argv)
{
    const uint64_t frames = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100000;
    const uint32_t bytes = argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 1500;
    Time::SetResolution(Time::PS);
    NodeContainer nodes(2);
    FlueLinkHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate("10Gbps")));
    link.SetDeviceAttribute("Mtu", UintegerValue(9000));
    link.DisableFlowControl();
    NetDeviceContainer devices = link.Install(nodes);
    Blaster blaster(devices.Get(0), devices.Get(1), frames, bytes);
    Simulator::Run();
    std::cout << blaster.received << " frames, "
              << static_cast<double>(Simulator::GetEventCount()) / static_cast<double>(frames)
              << " events a frame, " << Simulator::Now().GetSeconds() << " s\n";
    Simulator::Destroy();
    return blaster.received == frames ? 0 : 1;
}
