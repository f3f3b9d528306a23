/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two hosts, each with a TCP of the test's choice, and what lies between them: a dumbbell of two
 * routers, or an Ethernet switch.
 */
#ifndef FLUE_TESTS_SIM_NET_H
#define FLUE_TESTS_SIM_NET_H

#include "helper/flue-helper.h"
#include "model/flue-nic.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/boolean.h"
#include "ns3/bridge-helper.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/pointer.h"
#include "ns3/string.h"

#include <ostream>

using namespace ns3;

/** A host's TCP. */
enum class Stack
{
    NS3,      //!< ns-3's own
    HOST,     //!< Flue's, on the host
    OFFLOADED //!< Flue's, on the adapter
};

inline std::ostream& operator<<(std::ostream& out, Stack stack)
{
    static const char* const names[] = {"ns-3", "host", "offloaded"};
    return out << names[static_cast<int>(stack)];
}

/** What lies between the hosts. */
enum class Middle
{
    DUMBBELL, //!< two routers, and a slow link between them
    SWITCH    //!< a BridgeNetDevice
};

/** Two hosts and what lies between them, in IPv4 and IPv6. */
class Net
{
  public:
    Ptr<Node> hosts[2];
    Ptr<FlueNic> nics[2];
    bool isIpv6;

    Net(Middle middle, bool isIpv6, Stack first, Stack second)
        : isIpv6(isIpv6)
    {
        const Stack stacks[2] = {first, second};
        NodeContainer nodes;
        nodes.Create(middle == Middle::DUMBBELL ? 4 : 3); // host, one or two in the middle, host
        const uint32_t last = nodes.GetN() - 1;
        hosts[0] = nodes.Get(0);
        hosts[1] = nodes.Get(last);
        FlueNicHelper access;
        access.SetDeviceAttribute("DataRate", StringValue("10Mbps"));
        access.SetDeviceAttribute("Verify", BooleanValue(true));
        access.SetChannelAttribute("Delay", StringValue("1ms"));
        const NetDeviceContainer left = access.Install(nodes.Get(0), nodes.Get(1));
        const NetDeviceContainer right = access.Install(nodes.Get(last - 1), nodes.Get(last));
        for (uint32_t i = 0; i < 2; i++)
        {
            nics[i] = DynamicCast<FlueNic>((i == 0 ? left : right).Get(i));
        }
        if (middle == Middle::DUMBBELL)
        {
            access.SetDeviceAttribute("DataRate", StringValue("3Mbps"));
            access.SetChannelAttribute("Delay", StringValue("10ms"));
            const NetDeviceContainer neck = access.Install(nodes.Get(1), nodes.Get(2));
            InternetStackHelper().Install(nodes);
            AssignAddresses({left, neck, right});
        }
        else
        {
            BridgeHelper().Install(nodes.Get(1), NetDeviceContainer(left.Get(1), right.Get(0)));
            InternetStackHelper().Install(NodeContainer(hosts[0], hosts[1]));
            AssignAddresses({NetDeviceContainer(left.Get(0), right.Get(1))});
        }
        for (uint32_t i = 0; i < 2; i++)
        {
            if (stacks[i] != Stack::NS3)
            {
                FlueHelper(stacks[i] == Stack::OFFLOADED ? "always" : "never").Install(hosts[i]);
            }
        }
    }

    /** @param rate of frames that each host fails to receive */
    void Lose(double rate)
    {
        for (uint32_t i = 0; i < 2; i++)
        {
            Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
            errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
            errors->SetRate(rate);
            errors->AssignStreams(100 + i);
            nics[i]->SetAttribute("ReceiveErrorModel", PointerValue(errors));
        }
    }

    /** @return where a server on the second host is found */
    Address Server(uint16_t port) const
    {
        return isIpv6 ? Address(Inet6SocketAddress(m_server6, port))
                      : Address(InetSocketAddress(m_server4, port));
    }

    /** @return what a server binds to */
    Address Any(uint16_t port) const
    {
        return isIpv6 ? Address(Inet6SocketAddress(Ipv6Address::GetAny(), port))
                      : Address(InetSocketAddress(Ipv4Address::GetAny(), port));
    }

    /** @return the host's Flue stack, or null */
    Ptr<FlueTcpL4Protocol> Tcp(uint32_t host) const
    {
        return hosts[host]->GetObject<FlueTcpL4Protocol>();
    }

  private:
    /** @param links from the first host to the second */
    void AssignAddresses(const std::vector<NetDeviceContainer>& links)
    {
        Ipv4AddressHelper ipv4("10.1.1.0", "255.255.255.0");
        Ipv6AddressHelper ipv6("2001:1::", 64); // ns-3 does not forward documentation's 2001:db8::
        Ipv4InterfaceContainer interfaces4;
        std::vector<Ipv6InterfaceContainer> interfaces6;
        for (const NetDeviceContainer& link : links)
        {
            interfaces4 = ipv4.Assign(link);
            interfaces6.push_back(ipv6.Assign(link));
            ipv4.NewNetwork();
            ipv6.NewNetwork();
        }
        m_server4 = interfaces4.GetAddress(1);
        m_server6 = interfaces6.back().GetAddress(1, 1);
        Ipv4GlobalRoutingHelper::PopulateRoutingTables();
        if (links.size() == 3)
        {
            interfaces6[0].SetForwarding(1, true);
            interfaces6[0].SetDefaultRouteInAllNodes(1);
            interfaces6[1].SetForwarding(0, true);
            interfaces6[1].SetForwarding(1, true);
            interfaces6[1].SetDefaultRoute(0, 1);
            interfaces6[1].SetDefaultRoute(1, 0);
            interfaces6[2].SetForwarding(0, true);
            interfaces6[2].SetDefaultRouteInAllNodes(0);
        }
    }

    Ipv4Address m_server4;
    Ipv6Address m_server6;
};

#endif /* FLUE_TESTS_SIM_NET_H */
