/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where applications get sockets over Flue's host stack: "ns3::FlueTcpSocketFactory", and as
 * everywhere in ns-3 "ns3::TcpSocketFactory".
 */
#ifndef FLUE_SOCKET_FACTORY_H
#define FLUE_SOCKET_FACTORY_H

#include "ns3/ptr.h"
#include "ns3/tcp-socket-factory.h"

namespace ns3
{

class FlueTcpL4Protocol;

/** Makes FlueSockets; aggregated to a node by FlueTcpL4Protocol. */
class FlueTcpSocketFactory : public TcpSocketFactory
{
  public:
    static TypeId GetTypeId();

    /** @param tcp the node's stack */
    void SetTcp(Ptr<FlueTcpL4Protocol> tcp);
    Ptr<Socket> CreateSocket() override;

  protected:
    void DoDispose() override;

  private:
    Ptr<FlueTcpL4Protocol> m_tcp; //!< the node's stack
};

} // namespace ns3

#endif /* FLUE_SOCKET_FACTORY_H */
