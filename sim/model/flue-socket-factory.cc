/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See flue-socket-factory.h.
 */
#include "flue-socket-factory.h"

#include "flue-socket.h"
#include "flue-tcp-l4-protocol.h"

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(FlueTcpSocketFactory);

TypeId FlueTcpSocketFactory::GetTypeId()
{
    static TypeId tid = TypeId("ns3::FlueTcpSocketFactory")
                            .SetParent<TcpSocketFactory>()
                            .SetGroupName("Flue")
                            .AddConstructor<FlueTcpSocketFactory>();
    return tid;
}

void FlueTcpSocketFactory::SetTcp(Ptr<FlueTcpL4Protocol> tcp)
{
    m_tcp = tcp;
}

Ptr<Socket> FlueTcpSocketFactory::CreateSocket()
{
    return m_tcp->CreateSocket();
}

void FlueTcpSocketFactory::DoDispose()
{
    m_tcp = nullptr;
    TcpSocketFactory::DoDispose();
}

} // namespace ns3
