/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two machines with Flue's TCP and a link between them, and an application that notes what its
 * sockets tell it: what tests of ns-3 sockets need.
 */
#ifndef FLUE_TESTS_SIM_PAIR_H
#define FLUE_TESTS_SIM_PAIR_H

#include "helper/flue-link-helper.h"
#include "model/flue-socket.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/packet.h"
#include "ns3/string.h"

#include <string>

using namespace ns3;

const char* const FACTORY = "ns3::FlueTcpSocketFactory";

/** Two machines with Flue's TCP in the place of ns-3's, and a link. */
struct Pair
{
    NodeContainer nodes;
    NetDeviceContainer devices;
    Ptr<FlueTcpL4Protocol> tcp[2];
    Ipv4Address addresses[2];
    Ipv6Address addresses6[2];

    explicit Pair(bool offload)
    {
        nodes.Create(2);
        FlueLinkHelper link;
        link.SetDeviceType("ns3::FlueNic");
        link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        link.SetChannelAttribute("Delay", StringValue("1ms"));
        devices = link.Install(nodes);
        InternetStackHelper().Install(nodes);
        for (uint32_t i = 0; i < 2; i++)
        {
            tcp[i] = CreateObject<FlueTcpL4Protocol>();
            tcp[i]->SetAttribute("OffloadPolicy", StringValue(offload ? "always" : "never"));
            nodes.Get(i)->AggregateObject(tcp[i]);
        }
        Ipv4AddressHelper ipv4("10.1.1.0", "255.255.255.0");
        const Ipv4InterfaceContainer interfaces = ipv4.Assign(devices);
        Ipv6AddressHelper ipv6("2001:db8::", 64);
        const Ipv6InterfaceContainer interfaces6 = ipv6.Assign(devices);
        for (uint32_t i = 0; i < 2; i++)
        {
            addresses[i] = interfaces.GetAddress(i);
            addresses6[i] = interfaces6.GetAddress(i, 1);
        }
    }
};

/** Notes what a socket tells its application. */
struct Listener
{
    uint32_t connected = 0;
    uint32_t failed = 0;
    uint32_t closed = 0;
    uint32_t broken = 0;
    uint32_t sent = 0;
    Ptr<Socket> accepted;
    std::string received;
    bool isAccepting = true;

    void Connected(Ptr<Socket>)
    {
        connected++;
    }

    void Failed(Ptr<Socket>)
    {
        failed++;
    }

    void Closed(Ptr<Socket>)
    {
        closed++;
    }

    void Broken(Ptr<Socket>)
    {
        broken++;
    }

    void Sent(Ptr<Socket>, uint32_t bytes)
    {
        sent += bytes;
    }

    bool Request(Ptr<Socket>, const Address&)
    {
        return isAccepting;
    }

    void Accepted(Ptr<Socket> socket, const Address&)
    {
        accepted = socket;
        Watch(socket);
    }

    void Received(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            if (packet->GetSize() == 0)
            {
                break;
            }
            std::string bytes(packet->GetSize(), '\0');
            packet->CopyData(reinterpret_cast<uint8_t*>(&bytes[0]), packet->GetSize());
            received += bytes;
        }
    }

    void Watch(Ptr<Socket> socket)
    {
        socket->SetConnectCallback(MakeCallback(&Listener::Connected, this),
                                   MakeCallback(&Listener::Failed, this));
        socket->SetCloseCallbacks(MakeCallback(&Listener::Closed, this),
                                  MakeCallback(&Listener::Broken, this));
        socket->SetAcceptCallback(MakeCallback(&Listener::Request, this),
                                  MakeCallback(&Listener::Accepted, this));
        socket->SetDataSentCallback(MakeCallback(&Listener::Sent, this));
        socket->SetRecvCallback(MakeCallback(&Listener::Received, this));
    }
};

inline Ptr<Socket> MakeSocket(const Pair& pair, uint32_t node)
{
    return Socket::CreateSocket(pair.nodes.Get(node), TypeId::LookupByName(FACTORY));
}

inline int SendText(Ptr<Socket> socket, const std::string& text)
{
    return socket->Send(reinterpret_cast<const uint8_t*>(text.data()),
                        static_cast<uint32_t>(text.size()),
                        0);
}

#endif /* FLUE_TESTS_SIM_PAIR_H */
