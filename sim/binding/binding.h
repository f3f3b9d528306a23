/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the C binding share: the objects behind the opaque handles, and the border that
 * no exception crosses. See include/flue/sim.h for what the calls do.
 *
 * ns-3 ends the process on many mistakes. So whatever comes from outside is checked here before
 * ns-3 sees it; binding/values.h does that for attribute values.
 */
#ifndef FLUE_BINDING_H
#define FLUE_BINDING_H

#include "model/flue-bulk-application.h"
#include "model/flue-nic.h"
#include "model/flue-processor.h"
#include "model/flue-request-application.h"
#include "model/flue-tcp-l4-protocol.h"
#include "model/flue-team-device.h"

#include "flue/sim.h"

#include "ns3/global-value.h"
#include "ns3/node.h"
#include "ns3/ptr.h"

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct flue_sim_node
{
    flue_sim* sim;
    std::string name;
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<ns3::FlueProcessor> processor; // once it has a stack
    ns3::Ptr<ns3::FlueTcpL4Protocol> tcp;   // of stacks host and offload
    flue_sim_stack_kind kind;
    flue_sim_stack_config stack;
    std::vector<struct flue_sim_link*> links;
    std::vector<flue_sim_flow*> flows; // whose client or server it is
    bool is_switch;
};

struct flue_sim_link
{
    flue_sim* sim;
    uint32_t number;
    struct flue_sim_node* nodes[2];
    ns3::Ptr<ns3::FlueNic> devices[2];
    struct flue_sim_team* teams[2]; // that the device is in; null: in none
    uint32_t addresses[2];          // as numbers; 0 before flue_sim_link_address, and for a switch
    uint32_t network;               // with addresses
    uint32_t mask;
    uint32_t machines;                // of the network
    uint32_t numbers[2];              // of these two among them
    std::vector<uint32_t> aliases[2]; // further ones of an end: flue::TakeAddresses
    ns3::Ptr<ns3::Object> errors[2];  // flue::LinkErrors; null: frames arrive whole
    uint32_t gateways[2];             // by which the end reaches the other; 0: by its own address
    uint32_t mac_changes;             // until now
    bool is_unplugged;                // flue_sim_link_carrier
    bool has_pcap;                    // traced: two writers would spoil one file
    bool has_ascii;
};

struct flue_sim_team
{
    flue_sim* sim;
    flue_sim_team_config config;
    std::vector<struct flue_sim_link*> links;
    ns3::Ptr<ns3::FlueTeamDevice> device;
};

struct flue_sim_flow
{
    struct flue_sim_node* client;
    struct flue_sim_node* server;
    uint16_t port;
    ns3::Ptr<ns3::FlueBulkClient> sender;
    ns3::Ptr<ns3::FlueBulkServer> receiver;
};

struct flue_sim_requests
{
    struct flue_sim_node* client;
    struct flue_sim_node* server;
    uint16_t port;
    ns3::Ptr<ns3::FlueRequestClient> asker;
    ns3::Ptr<ns3::FlueRequestServer> answerer;
};

struct flue_sim
{
    std::string error;
    bool has_routes = false;
    bool is_running = false; // inside flue_sim_run
    std::vector<std::unique_ptr<struct flue_sim_node>> nodes;
    std::vector<std::unique_ptr<struct flue_sim_link>> links;
    std::vector<std::unique_ptr<struct flue_sim_team>> teams;
    std::vector<std::unique_ptr<flue_sim_flow>> flows;
    std::vector<std::unique_ptr<struct flue_sim_requests>> requests;
};

namespace flue
{

/** Keeps the sentence for flue_sim_error. @return @p result */
flue_result Fail(flue_sim* sim, flue_result result, const std::string& sentence);

/** Runs the body of a call: what it throws becomes a result and a sentence. */
template <typename F>
flue_result Guard(flue_sim* sim, F&& body)
{
    try
    {
        return body();
    }
    catch (const std::bad_alloc&)
    {
        return FLUE_ERROR_NO_MEMORY; // a sentence would need memory
    }
    catch (const std::exception& error)
    {
        return Fail(sim, FLUE_ERROR_STATE, error.what());
    }
    catch (...)
    {
        return Fail(sim, FLUE_ERROR_STATE, "ns-3 threw something that says nothing about itself");
    }
}

/** Runs the body of a call about one end of a link, as Guard does, if there is such an end. */
template <typename F>
flue_result At(struct flue_sim_link* link, uint32_t end, F&& body)
{
    if (!link)
    {
        return FLUE_ERROR_INVALID;
    }
    return Guard(link->sim,
                 [&]() {
                     return end > 1
                                ? Fail(link->sim, FLUE_ERROR_INVALID, "a link has the ends 0 and 1")
                                : body();
                 });
}

/** @return @p time as ns-3's, and the largest such time for what ns-3 cannot hold */
ns3::Time ToTime(flue_time time);

/** @return true when ns-3 can hold @p time */
bool FitsTime(flue_time time);

/** @return FLUE_OK when an application can run between the two, at that port */
flue_result CheckEnds(flue_sim* sim,
                      const struct flue_sim_node* client,
                      const struct flue_sim_node* server,
                      uint16_t port,
                      flue_time start);

/** Sets what both ends of an application have in common, and puts it on its machine. */
void Place(ns3::Ptr<ns3::FlueBulkApplication> application,
           struct flue_sim_node* node,
           const struct flue_sim_node* server,
           const struct flue_sim_node* client,
           const flue_sim_bulk_config& config);

/** A locally administered address that says which link and end it is, and which of its addresses.
 */
ns3::Mac48Address MakeMac(uint32_t link, uint32_t end, uint32_t change);

/** @return the address of @p server that @p client reaches it by; 0: it has none */
uint32_t AddressOf(const struct flue_sim_node* server, const struct flue_sim_node* client);

/** @return which end of a link a machine has */
uint32_t EndOf(const struct flue_sim_link* link, const struct flue_sim_node* node);

/** @return what has the IP interface at an end: its adapter, or the team that this is in */
ns3::Ptr<ns3::NetDevice> DeviceOf(const struct flue_sim_link* link, uint32_t end);

/** @return true when a switch is at one of its ends */
bool IsSwitched(const struct flue_sim_link* link);

/** @return the links by which a switch's machines get addresses: the first of each team, and those
 * that are in none */
std::vector<struct flue_sim_link*> AttachmentsOf(const struct flue_sim_node* node);

/** All machines at a switch know each other's addresses. */
void KnowNeighborsAt(const struct flue_sim_node* node);

/** Makes a machine, or a switch. */
flue_result MakeNode(flue_sim* sim, const char* name, bool isSwitch, struct flue_sim_node** node);

/** Joins the links of a switch, which gets no more of them. */
void JoinPorts(struct flue_sim_node* node);

/** @return all addresses of an end of a link that has some */
std::vector<uint32_t> AddressesOf(const struct flue_sim_link* link, uint32_t end);

/** @return the first address behind those that gateways may have */
uint32_t EndOfNetwork(const struct flue_sim_link* link);

/** Sees to it that @p node has that many addresses on the link that leads to @p peer, or else on
 * one of its links: each is good for as many connections as there are ephemeral ports. */
flue_result TakeAddresses(struct flue_sim_node* node,
                          const struct flue_sim_node* peer,
                          std::size_t count,
                          std::vector<uint32_t>* addresses);

/** All machines of the link's network know each other's addresses, for good, whatever happens to
 * their links. */
void KnowNeighbors(struct flue_sim_link* link);

/** From now on packets carry right checksums: somebody looks at them. */
void EnableChecksums();

} // namespace flue

#endif /* FLUE_BINDING_H */
