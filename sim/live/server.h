/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the simulated host serves to the kernel: a sink that takes everything, an echo, and a source
 * that sends a file to everyone who connects. All three close when the other side has closed, and
 * the source closes its direction when the file has been sent.
 */
#ifndef FLUE_LIVE_SERVER_H
#define FLUE_LIVE_SERVER_H

#include "options.h"

#include "model/flue-socket.h"
#include "model/flue-tcp-l4-protocol.h"

#include <cstdio>
#include <memory>
#include <unordered_map>
#include <vector>

namespace flue
{

/** The applications of the simulated host. */
class Server
{
  public:
    /** Of all connections there were. */
    struct Totals
    {
        uint64_t inBytes = 0;  //!< read by the applications
        uint64_t outBytes = 0; //!< taken by their sockets
    };

    /**
     * @param tcp the host's stack
     * @param options which ports, and files
     * @param out gets a line for every connection that opens or ends
     */
    Server(ns3::Ptr<ns3::FlueTcpL4Protocol> tcp, const LiveOptions& options, std::FILE* out);
    ~Server();

    /** Listens. */
    void Start();
    /** Tells of connections that have ended and forgets them. */
    void Reap();
    const Totals& GetTotals() const;
    /** @return connections that have not ended */
    std::size_t GetNConnections() const;
    /** @return false once a file could not be read or written */
    bool IsGood() const;

  private:
    /** What a port does. */
    enum Service
    {
        SINK,
        ECHO,
        SOURCE
    };

    /** One connection, and what has gone through it. */
    struct Connection
    {
        ns3::Ptr<ns3::FlueSocket> socket; //!< to it
        Service service = SINK;           //!< what is done
        std::string peer;                 //!< "10.76.0.1:41234" or "[fd10:76::1]:41234"
        std::FILE* file = nullptr;        //!< read by the source, written by the sink
        uint64_t inBytes = 0;             //!< read
        uint64_t outBytes = 0;            //!< written
        uint64_t moves = 0;               //!< between host and adapter, both ways
        bool isEnding = false;            //!< our direction was closed, or the other side's was
        bool isPumping = false;           //!< Pump is on the stack
        bool isAgain = false;             //!< and was called again meanwhile
    };

    /** Listens in both families. */
    void Listen(Service service, uint16_t port);
    void Listen(Service service, const ns3::Address& address);
    void Accepted(Service service, ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OpenFile(Connection* connection);
    void Ready(ns3::Ptr<ns3::Socket> socket);
    void Writable(ns3::Ptr<ns3::Socket> socket, uint32_t bytes);
    void Moved(ns3::Ptr<const ns3::Socket> socket, uint32_t owner);
    /** Moves all bytes that can move now. */
    void Pump(Connection* connection);
    void Take(Connection* connection);
    void SendFile(Connection* connection);
    void Echo(Connection* connection);
    void Ended(const Connection& connection);
    /** Says on the terminal that a file is at fault, once. */
    void FileFailed(const std::string& path);

    ns3::Ptr<ns3::FlueTcpL4Protocol> m_tcp; //!< the host's stack
    const LiveOptions& m_options;           //!< what is wanted
    std::FILE* m_out;                       //!< where lines go
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;
    std::unordered_map<const ns3::Socket*, std::unique_ptr<Connection>> m_connections;
    std::vector<uint8_t> m_buffer; //!< bytes between file and socket
    Totals m_totals;               //!< of all connections
    uint64_t m_saved = 0;          //!< files of the sink
    bool m_isGood = true;          //!< see IsGood
};

} // namespace flue

#endif /* FLUE_LIVE_SERVER_H */
