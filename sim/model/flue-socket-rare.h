/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What few of many sockets need: kept apart, so that the others are small.
 */
#ifndef FLUE_SOCKET_RARE_H
#define FLUE_SOCKET_RARE_H

#include "flue-socket-reads.h"
#include "flue-socket-traces.h"

namespace ns3
{

/** What a FlueSocket has once it listens, is watched, posts a read, or is set a TIME_WAIT. */
struct FlueSocketRare
{
    flue_host_listener* listener = nullptr;   //!< while LISTENING
    double maxSegLifetime = 0;                //!< seconds; 0: the stack's
    std::unique_ptr<FlueSocketTraces> traces; //!< once somebody watches
    std::unique_ptr<FlueSocketReads> reads;   //!< once a read was posted
};

} // namespace ns3

#endif /* FLUE_SOCKET_RARE_H */
