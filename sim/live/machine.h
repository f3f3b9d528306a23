/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The simulated host that the kernel talks to: its adapter, the link, and TCP over ns-3's IP in
 * both families.
 */
#ifndef FLUE_LIVE_MACHINE_H
#define FLUE_LIVE_MACHINE_H

#include "options.h"

#include "model/flue-nic.h"
#include "model/flue-tcp-l4-protocol.h"

#include "ns3/node.h"

namespace flue
{

/** What is simulated. */
struct Machine
{
    ns3::Ptr<ns3::Node> host;             //!< the simulated host
    ns3::Ptr<ns3::FlueNic> nic;           //!< its adapter
    ns3::Ptr<ns3::FlueNetDevice> end;     //!< the link's other end
    ns3::Ptr<ns3::FlueTcpL4Protocol> tcp; //!< its TCP
};

/**
 * Makes it, with its addresses.
 * @param options what the user wants
 * @param kernelMac the link's other end is known by it
 */
Machine BuildMachine(const LiveOptions& options, const uint8_t kernelMac[6]);

} // namespace flue

#endif /* FLUE_LIVE_MACHINE_H */
