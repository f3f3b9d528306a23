/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The posted reads of a socket, in the order of posting. A socket has them once it has posted one.
 */
#ifndef FLUE_SOCKET_READS_H
#define FLUE_SOCKET_READS_H

#include "flue-socket.h"

#include <deque>
#include <memory>

namespace ns3
{

/** What FlueSocket::PostReceive has posted. */
struct FlueSocketReads
{
    /** One read. */
    struct Read
    {
        std::unique_ptr<uint8_t[]> bytes; //!< the host stack's until it is done; null: length only
        FlueSocket::ReadCallback done;    //!< null: nobody wants what comes
    };

    std::deque<Read> waiting; //!< not done
};

} // namespace ns3

#endif /* FLUE_SOCKET_READS_H */
