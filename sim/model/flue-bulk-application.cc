/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-bulk-application.h: what both ends share. The ends are in flue-bulk-client.cc and
 * flue-bulk-server.cc.
 */
#include "flue-bulk-application.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("FlueBulkApplication");
NS_OBJECT_ENSURE_REGISTERED(FlueBulkApplication);

TypeId FlueBulkApplication::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::FlueBulkApplication")
            .SetParent<Application>()
            .SetGroupName("Flue")
            .AddAttribute("Protocol",
                          "The socket factory to use.",
                          TypeIdValue(TcpSocketFactory::GetTypeId()),
                          MakeTypeIdAccessor(&FlueBulkApplication::m_factory),
                          MakeTypeIdChecker())
            .AddAttribute(
                "Address",
                "The server's address and port: where the client connects to and where the "
                "server listens.",
                AddressValue(),
                MakeAddressAccessor(&FlueBulkApplication::m_address),
                MakeAddressChecker())
            .AddAttribute(
                "IoSize",
                "Bytes of one call, at most. A client's calls are also at most half of its "
                "send buffer, so that the buffer never runs empty while a call waits for room.",
                UintegerValue(65536),
                MakeUintegerAccessor(&FlueBulkApplication::m_ioSize),
                MakeUintegerChecker<uint32_t>(1, 1U << 30))
            .AddAttribute("WithContent",
                          "Send real bytes, and check them on arrival.",
                          BooleanValue(false),
                          MakeBooleanAccessor(&FlueBulkApplication::m_withContent),
                          MakeBooleanChecker());
    return tid;
}

void FlueBulkApplication::AddSocketOption(std::string name, Ptr<AttributeValue> value)
{
    m_options.emplace_back(name, value);
}

void FlueBulkApplication::DoDispose()
{
    m_processor = nullptr;
    m_options.clear();
    Application::DoDispose();
}

Ptr<Socket> FlueBulkApplication::MakeSocket()
{
    Ptr<Socket> socket = Socket::CreateSocket(GetNode(), m_factory);
    for (const auto& option : m_options)
    {
        if (!socket->SetAttributeFailSafe(option.first, *option.second))
        {
            NS_LOG_LOGIC("this kind of socket has no " << option.first);
        }
    }
    m_processor = GetNode()->GetObject<FlueProcessor>();
    return socket;
}

void FlueBulkApplication::FindCore(Ptr<Socket> socket)
{
    Address here;
    Address there;
    if (socket->GetSockName(here) == 0 && socket->GetPeerName(there) == 0 &&
        InetSocketAddress::IsMatchingType(here) && InetSocketAddress::IsMatchingType(there))
    {
        const InetSocketAddress local = InetSocketAddress::ConvertFrom(here);
        const InetSocketAddress remote = InetSocketAddress::ConvertFrom(there);
        m_hash = FlueProcessor::FlowHash(local.GetIpv4().Get(),
                                         remote.GetIpv4().Get(),
                                         local.GetPort(),
                                         remote.GetPort());
    }
}

} // namespace ns3
