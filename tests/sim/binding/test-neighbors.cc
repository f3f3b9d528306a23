/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Is the next hop of offloaded connections still there? The host asks it by ARP or by neighbour
 * discovery, hears its answer among the node's packets, and takes the connections back when none
 * comes. And how long are the packets that may go there?
 */
#include "check.h"
#include "pair.h"

#include "model/flue-net-device.h"

#include "ns3/error-model.h"

namespace
{

const uint16_t PORT = 80;

/** Takes frames from what arrives: all, or those of TCP. */
class Deaf : public ErrorModel
{
  public:
    /** What to take. */
    enum What
    {
        NOTHING,
        TCP,
        ALL
    };

    What what = NOTHING;

  private:
    bool DoCorrupt(Ptr<Packet> frame) override
    {
        uint8_t bytes[24] = {0};
        frame->CopyData(bytes, sizeof bytes);
        const bool isIpv4 = bytes[12] == 0x08 && bytes[13] == 0x00;
        const bool isIpv6 = bytes[12] == 0x86 && bytes[13] == 0xdd;
        const bool isTcp = (isIpv4 && bytes[23] == 6) || (isIpv6 && bytes[20] == 6);
        return what == ALL || (what == TCP && isTcp);
    }

    void DoReset() override
    {
    }
};

/** Counts the questions whether the server is there that go to it alone. */
struct Questions
{
    Mac48Address server;
    uint32_t arp = 0;
    uint32_t solicitations = 0;

    void See(Ptr<const Packet> frame)
    {
        uint8_t bytes[55];
        uint8_t address[6];
        server.CopyTo(address);
        const uint32_t size = frame->CopyData(bytes, sizeof bytes);
        if (size < 42 || std::memcmp(bytes, address, sizeof address) != 0)
        {
            return;
        }
        const bool isArp = bytes[12] == 0x08 && bytes[13] == 0x06;
        const bool isIcmpv6 = bytes[12] == 0x86 && bytes[13] == 0xdd && bytes[20] == 58;
        arp += isArp && bytes[21] == 1 ? 1 : 0;
        solicitations += isIcmpv6 && bytes[54] == 135 ? 1 : 0;
    }
};

void RunFor(double seconds)
{
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
}

/** A connection on both adapters that was idle for longer than its next hop is believed in. */
struct Idle
{
    Pair pair;
    Ptr<Deaf> deaf = CreateObject<Deaf>();
    Questions questions;
    Listener server;
    Ptr<Socket> client;

    explicit Idle(bool isIpv6)
        : pair(true)
    {
        DynamicCast<FlueNetDevice>(pair.devices.Get(1))->SetReceiveErrorModel(deaf);
        questions.server = Mac48Address::ConvertFrom(pair.devices.Get(1)->GetAddress());
        pair.devices.Get(0)->TraceConnectWithoutContext("MacTx",
                                                        MakeCallback(&Questions::See, &questions));
        RunFor(3); // IPv6's duplicate address detection
        const Address any = isIpv6 ? Address(Inet6SocketAddress(Ipv6Address::GetAny(), PORT))
                                   : Address(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        Ptr<Socket> passive = MakeSocket(pair, 1);
        server.Watch(passive);
        passive->Bind(any);
        passive->Listen();
        client = MakeSocket(pair, 0);
        CHECK_EQ(0,
                 client->Connect(isIpv6 ? Address(Inet6SocketAddress(pair.addresses6[1], PORT))
                                        : Address(InetSocketAddress(pair.addresses[1], PORT))));
        RunFor(60);
        CHECK_EQ(FLUE_OWNER_TARGET, Owner());
        questions.arp = 0;
        questions.solicitations = 0;
    }

    flue_owner Owner() const
    {
        return DynamicCast<FlueSocket>(client)->GetOwner();
    }
};

void ANextHopThatAcknowledgesIsNotAsked()
{
    for (const bool isIpv6 : {false, true})
    {
        Idle idle(isIpv6);
        CHECK_EQ(1, SendText(idle.client, "x"));
        RunFor(20);
        CHECK_EQ("x", idle.server.received);
        CHECK_EQ(0U, idle.questions.arp + idle.questions.solicitations);
        CHECK_EQ(FLUE_OWNER_TARGET, idle.Owner());
        Simulator::Destroy();
    }
}

void ANextHopThatAnswersIsAskedOnce()
{
    for (const bool isIpv6 : {false, true})
    {
        Idle idle(isIpv6);
        idle.deaf->what = Deaf::TCP;
        CHECK_EQ(1, SendText(idle.client, "x"));
        RunFor(20);
        // HOST-022: no progress, so it is asked; had the answer not been heard, twice more.
        CHECK_EQ(isIpv6 ? 0U : 1U, idle.questions.arp);
        CHECK_EQ(isIpv6 ? 1U : 0U, idle.questions.solicitations);
        CHECK_EQ(FLUE_OWNER_TARGET, idle.Owner());
        idle.deaf->what = Deaf::NOTHING;
        RunFor(60);
        CHECK_EQ("x", idle.server.received);
        Simulator::Destroy();
    }
}

void ANextHopThatIsSilentIsGivenUp()
{
    for (const bool isIpv6 : {false, true})
    {
        Idle idle(isIpv6);
        idle.deaf->what = Deaf::ALL;
        CHECK_EQ(1, SendText(idle.client, "x"));
        RunFor(20);
        CHECK_EQ(3U, idle.questions.arp + idle.questions.solicitations);
        CHECK_EQ(FLUE_OWNER_HOST, idle.Owner()); // HOST-023
        idle.deaf->what = Deaf::NOTHING;
        RunFor(100);
        CHECK_EQ("x", idle.server.received);
        Simulator::Destroy();
    }
}

/** What a device was given to send. */
struct Sizes
{
    uint32_t largest = 0; //!< bytes of IP
    uint32_t tooLarge = 0;

    void Sent(Ptr<const Packet> frame)
    {
        largest = std::max(largest, frame->GetSize() - 14);
    }

    void Dropped(Ptr<const Packet>)
    {
        tooLarge++;
    }
};

void AnAdaptersMtuReachesItsTarget()
{
    for (const bool isIpv6 : {false, true})
    {
        Idle idle(isIpv6);
        Ptr<NetDevice> device = idle.pair.devices.Get(0);
        Sizes sizes;
        device->TraceConnectWithoutContext("MacTx", MakeCallback(&Sizes::Sent, &sizes));
        device->TraceConnectWithoutContext("MacTxDrop", MakeCallback(&Sizes::Dropped, &sizes));
        std::string sent;
        for (const uint16_t mtu : {1500, 1300, 1400})
        {
            const std::string text(100000, static_cast<char>('a' + mtu / 100 % 10));
            sent += text;
            CHECK_EQ(100000, SendText(idle.client, text)); // what waits was cut for the MTU before
            CHECK(device->SetMtu(mtu));
            sizes.largest = 0;
            RunFor(10);
            CHECK_EQ(uint32_t{mtu}, sizes.largest);
        }
        CHECK_EQ(0U, sizes.tooLarge);
        CHECK(idle.server.received == sent);
        CHECK_EQ(FLUE_OWNER_TARGET, idle.Owner());
        CHECK(!device->SetMtu(10));
        Simulator::Destroy();
    }
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(ANextHopThatAcknowledgesIsNotAsked),
                          TEST(ANextHopThatAnswersIsAskedOnce),
                          TEST(ANextHopThatIsSilentIsGivenUp),
                          TEST(AnAdaptersMtuReachesItsTarget),
                      });
}
