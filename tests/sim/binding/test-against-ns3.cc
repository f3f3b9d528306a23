/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Flue's TCP and ns-3's own, as client and as server of each other, over a link that loses frames:
 * what either end sends arrives whole, byte for byte, and both ends close.
 */
#include "check.h"
#include "net.h"

#include "ns3/packet.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

namespace
{

const uint16_t PORT = 4242;
const uint32_t BYTES = 600000; // each way

/** One end: sends BYTES that depend on where they stand, and checks those that it receives. */
class Talker
{
  public:
    uint32_t sent = 0;
    uint32_t received = 0;
    uint32_t wrong = 0;
    uint32_t closed = 0;
    uint32_t broken = 0;

    /** @param key makes the bytes of the two ends differ */
    explicit Talker(uint8_t key)
        : m_key(key)
    {
    }

    void Connect(const Net& net)
    {
        Use(Socket::CreateSocket(net.hosts[0], TcpSocketFactory::GetTypeId()));
        m_socket->SetConnectCallback(MakeCallback(&Talker::Connected, this),
                                     MakeNullCallback<void, Ptr<Socket>>());
        CHECK_EQ(0, net.isIpv6 ? m_socket->Bind6() : m_socket->Bind());
        CHECK_EQ(0, m_socket->Connect(net.Server(PORT)));
    }

    void Listen(const Net& net)
    {
        m_listener = Socket::CreateSocket(net.hosts[1], TcpSocketFactory::GetTypeId());
        CHECK_EQ(0, m_listener->Bind(net.Any(PORT)));
        CHECK_EQ(0, m_listener->Listen());
        m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                      MakeCallback(&Talker::Accepted, this));
    }

  private:
    /** @return the byte at @p position of what the end with @p key sends */
    static uint8_t At(uint8_t key, uint32_t position)
    {
        return static_cast<uint8_t>(key + position + (position >> 8) * 7);
    }

    void Use(Ptr<Socket> socket)
    {
        m_socket = socket;
        socket->SetRecvCallback(MakeCallback(&Talker::Readable, this));
        socket->SetSendCallback(MakeCallback(&Talker::Writable, this));
        socket->SetCloseCallbacks(MakeCallback(&Talker::Closed, this),
                                  MakeCallback(&Talker::Broken, this));
    }

    void Connected(Ptr<Socket> socket)
    {
        Writable(socket, socket->GetTxAvailable());
    }

    void Accepted(Ptr<Socket> socket, const Address&)
    {
        Use(socket);
        Writable(socket, socket->GetTxAvailable());
    }

    void Writable(Ptr<Socket> socket, uint32_t)
    {
        uint8_t bytes[4096];
        while (sent < BYTES && socket->GetTxAvailable() > 0)
        {
            const uint32_t most = std::min<uint32_t>(sizeof bytes, BYTES - sent);
            const uint32_t size = std::min(most, socket->GetTxAvailable());
            for (uint32_t i = 0; i < size; i++)
            {
                bytes[i] = At(m_key, sent + i);
            }
            if (socket->Send(Create<Packet>(bytes, size)) <= 0)
            {
                return;
            }
            sent += size;
        }
        CloseIfDone();
    }

    void Readable(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            if (packet->GetSize() == 0)
            {
                break;
            }
            std::vector<uint8_t> bytes(packet->GetSize());
            packet->CopyData(bytes.data(), packet->GetSize());
            for (const uint8_t byte : bytes)
            {
                wrong += byte != At(static_cast<uint8_t>(m_key ^ 0x55), received++) ? 1 : 0;
            }
        }
        CloseIfDone();
    }

    void CloseIfDone()
    {
        if (sent == BYTES && received == BYTES && !m_isClosing)
        {
            m_isClosing = true;
            m_socket->Close();
        }
    }

    void Closed(Ptr<Socket>)
    {
        closed++;
    }

    void Broken(Ptr<Socket>)
    {
        broken++;
    }

    uint8_t m_key;
    bool m_isClosing = false;
    Ptr<Socket> m_socket;
    Ptr<Socket> m_listener;
};

/** Both ends talk at once. */
void Talk(Stack first, Stack second, bool isIpv6, double loss)
{
    Net net(Middle::SWITCH, isIpv6, first, second);
    net.Lose(loss);
    Talker client(0x31);
    Talker server(0x31 ^ 0x55);
    server.Listen(net);
    Simulator::Schedule(Seconds(3), [&] { client.Connect(net); });
    Simulator::Stop(Seconds(1000));
    Simulator::Run();
    const int failed = check::failures;
    for (const Talker* end : {&client, &server})
    {
        CHECK_EQ(BYTES, end->received);
        CHECK_EQ(0U, end->wrong);
        CHECK_EQ(0U, end->broken);
    }
    for (uint32_t i = 0; i < 2; i++)
    {
        if (net.Tcp(i))
        {
            const flue_host_statistics counts = net.Tcp(i)->GetStatistics();
            CHECK_EQ(0U, counts.connections);
            CHECK(loss == 0 || counts.tcp.retransmitted_segments > 0);
            CHECK_EQ((i == 0 ? first : second) == Stack::OFFLOADED ? 1U : 0U, counts.offloads);
            CHECK_EQ(0U, net.nics[i]->GetViolations());
        }
    }
    if (check::failures != failed)
    {
        std::cerr << "    client " << first << ", server " << second << ", IPv" << (isIpv6 ? 6 : 4)
                  << ", loss " << loss << "\n";
    }
    Simulator::Destroy();
}

void TalkAll(Stack first, Stack second)
{
    for (const bool isIpv6 : {false, true})
    {
        for (const double loss : {0.0, 0.02})
        {
            Talk(first, second, isIpv6, loss);
        }
    }
}

void Ns3sClientAndFluesServer()
{
    TalkAll(Stack::NS3, Stack::HOST);
    TalkAll(Stack::NS3, Stack::OFFLOADED);
}

void FluesClientAndNs3sServer()
{
    TalkAll(Stack::HOST, Stack::NS3);
    TalkAll(Stack::OFFLOADED, Stack::NS3);
}

void FlueOnBothEnds()
{
    TalkAll(Stack::HOST, Stack::OFFLOADED);
    TalkAll(Stack::OFFLOADED, Stack::OFFLOADED);
}

void Ns3OnBothEnds() // what the others are measured against
{
    TalkAll(Stack::NS3, Stack::NS3);
}

} // namespace

int main(int argc, char** argv)
{
    return check::Run(argc,
                      argv,
                      {
                          TEST(Ns3sClientAndFluesServer),
                          TEST(FluesClientAndNs3sServer),
                          TEST(FlueOnBothEnds),
                          TEST(Ns3OnBothEnds),
                      });
}
