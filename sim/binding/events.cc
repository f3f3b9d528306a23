/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Power, routes and failures.
 *
 * ns-3's ARP and routing tell nobody what changes, so each call here changes them and then tells
 * the machines' stacks.
 */
#include "binding.h"
#include "link-errors.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"

using flue::At;
using flue::Fail;
using ns3::Ptr;

namespace
{

const uint32_t SMALLEST_MTU = 576; // RFC 791: every host takes so much

flue_result CheckAddressed(struct flue_sim_link* link)
{
    if (flue::IsSwitched(link))
    {
        return Fail(link->sim, FLUE_ERROR_NOT_SUPPORTED, "what is at a switch keeps its addresses");
    }
    return link->mask ? FLUE_OK
                      : Fail(link->sim, FLUE_ERROR_STATE, "the link has no addresses yet");
}

/** The machine whose next hop is another. The other one has had two addresses all the time, as two
 * gateways have: what it sends itself is as before. */
void TellRoutesChanged(const struct flue_sim_node* node)
{
    if (node->tcp)
    {
        node->tcp->RoutesChanged();
    }
}

void ChangeMac(struct flue_sim_link* link, uint32_t end)
{
    link->mac_changes++;
    link->devices[end]->SetAddress(flue::MakeMac(link->number, end, link->mac_changes));
    flue::KnowNeighbors(link);
}

/** @return the device by which packets to @p address leave; null: there is no way */
Ptr<ns3::NetDevice> Route(const Ptr<ns3::Ipv4>& ipv4, uint32_t address)
{
    ns3::Ipv4Header header;
    header.SetDestination(ns3::Ipv4Address(address));
    ns3::Socket::SocketErrno error;
    const Ptr<ns3::Ipv4Route> route =
        ipv4->GetRoutingProtocol()->RouteOutput(nullptr, header, nullptr, error);
    return route ? route->GetOutputDevice() : nullptr;
}

/** Routes all that leaves by @p end through @p gateway. */
void RouteThrough(struct flue_sim_link* link, uint32_t end, ns3::Ipv4Address gateway)
{
    Ptr<ns3::Ipv4> ipv4 = link->nodes[end]->node->GetObject<ns3::Ipv4>();
    Ptr<ns3::Ipv4StaticRouting> table = ns3::Ipv4StaticRoutingHelper().GetStaticRouting(ipv4);
    const uint32_t interface =
        static_cast<uint32_t>(ipv4->GetInterfaceForDevice(link->devices[end]));
    for (uint32_t i = table->GetNRoutes(); i-- > 0;)
    {
        if (table->GetRoute(i).IsGateway() && table->GetRoute(i).GetInterface() == interface)
        {
            table->RemoveRoute(i);
        }
    }
    for (const auto& other : link->sim->links)
    {
        for (uint32_t side = 0; side < 2 && other->mask; side++)
        {
            for (const uint32_t address : flue::AddressesOf(other.get(), side))
            {
                if (other->nodes[side] != link->nodes[end] &&
                    Route(ipv4, address) == link->devices[end])
                {
                    table->AddHostRouteTo(ns3::Ipv4Address(address), gateway, interface);
                }
            }
        }
    }
}

/** @return true when a target works at that end */
bool Offloads(const struct flue_sim_link* link, uint32_t end)
{
    return link->devices[end]->IsJoined();
}

flue_result FailWithoutTarget(struct flue_sim_link* link, uint32_t end)
{
    return Fail(link->sim,
                FLUE_ERROR_NOT_SUPPORTED,
                link->nodes[end]->name + " offloads nothing to this adapter");
}

flue_result SetPower(struct flue_sim_link* link, uint32_t end, bool isOn)
{
    const Ptr<ns3::FlueNic>& nic = link->devices[end];
    const struct flue_sim_node* node = link->nodes[end];
    if (link->teams[end])
    {
        return Fail(link->sim,
                    FLUE_ERROR_NOT_SUPPORTED,
                    "the adapter of " + node->name + " is in a team; take its cable out instead");
    }
    flue_result result = FLUE_ERROR_STATE;
    if (node->tcp && node->tcp->GetNAdapters() > 0)
    {
        result = node->tcp->SetPower(nic, isOn);
    }
    else if (nic->IsOn() != isOn)
    {
        nic->TakePower(isOn);
        result = FLUE_OK;
    }
    return result == FLUE_OK ? FLUE_OK
                             : Fail(link->sim,
                                    result,
                                    "the adapter of " + node->name +
                                        (isOn ? " is awake, or waking up, already"
                                              : " sleeps, or goes to sleep, already"));
}

flue_result SetCarrier(struct flue_sim_link* link, bool isUp)
{
    if (link->is_unplugged != isUp)
    {
        return Fail(link->sim,
                    FLUE_ERROR_STATE,
                    isUp ? "the cable is in already" : "the cable is out already");
    }
    link->is_unplugged = !isUp;
    for (const Ptr<ns3::FlueNic>& nic : link->devices)
    {
        nic->SetPlugged(isUp);
    }
    return FLUE_OK;
}

} // namespace

extern "C"
{
    enum flue_result flue_sim_link_power(struct flue_sim_link* link, uint32_t end, bool is_on)
    {
        return At(link, end, [=]() { return SetPower(link, end, is_on); });
    }

    enum flue_result flue_sim_link_carrier(struct flue_sim_link* link, bool is_up)
    {
        return At(link, 0, [=]() { return SetCarrier(link, is_up); });
    }

    enum flue_result flue_sim_link_change_mac(struct flue_sim_link* link, uint32_t end)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      const flue_result checked = CheckAddressed(link);
                      if (checked == FLUE_OK)
                      {
                          ChangeMac(link, end);
                          TellRoutesChanged(link->nodes[1 - end]);
                      }
                      return checked;
                  });
    }

    enum flue_result flue_sim_link_change_next_hop(struct flue_sim_link* link, uint32_t end)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      const flue_result checked = CheckAddressed(link);
                      if (checked != FLUE_OK)
                      {
                          return checked;
                      }
                      const uint32_t network = link->addresses[0] & link->mask;
                      const uint32_t gateway =
                          link->gateways[end] ? link->gateways[end] + 2 : network + 3 + end;
                      if (gateway >= flue::EndOfNetwork(link))
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_LIMIT,
                                      "the link's network has no address left for a gateway");
                      }
                      link->gateways[end] = gateway;
                      ChangeMac(link, 1 - end);
                      RouteThrough(link, end, ns3::Ipv4Address(gateway));
                      TellRoutesChanged(link->nodes[end]);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_limit_mtu(struct flue_sim_link* link,
                                             uint32_t end,
                                             uint32_t mtu_bytes)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (mtu_bytes != 0 && mtu_bytes < SMALLEST_MTU)
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_INVALID,
                                      "a path takes packets of at least 576 bytes");
                      }
                      flue::ErrorsOf(link, end)->SetMtu(mtu_bytes);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_fail_connection(struct flue_sim_link* link,
                                                   uint32_t end,
                                                   uint32_t skip)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!Offloads(link, end))
                      {
                          return FailWithoutTarget(link, end);
                      }
                      link->devices[end]->FailConnection(skip);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_fail_adapter(struct flue_sim_link* link, uint32_t end)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!Offloads(link, end))
                      {
                          return FailWithoutTarget(link, end);
                      }
                      link->devices[end]->Fail();
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_remove_adapter(struct flue_sim_link* link, uint32_t end)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!Offloads(link, end))
                      {
                          return FailWithoutTarget(link, end);
                      }
                      link->devices[end]->SetPlugged(false);
                      link->devices[end]->Fail();
                      return FLUE_OK;
                  });
    }

    void flue_sim_adapter_read(const struct flue_sim_link* link,
                               uint32_t end,
                               struct flue_sim_adapter_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_adapter_statistics{};
        if (!link || end > 1)
        {
            return;
        }
        const flue_target_statistics counts = link->devices[end]->GetTargetStatistics();
        statistics->is_on = link->devices[end]->IsOn();
        statistics->powered_at =
            static_cast<flue_time>(link->devices[end]->GetPowerTime().GetPicoSeconds());
        statistics->neighbors = counts.neighbors;
        statistics->paths = counts.paths;
        statistics->connections = counts.connections;
        statistics->operations = counts.operations;
        statistics->offloads = counts.offloads;
        statistics->refusals = counts.refusals;
        statistics->uploads = counts.uploads;
        statistics->failures = counts.failures;
    }
}
