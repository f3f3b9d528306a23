/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Machines, and the links between them.
 */
#include "binding.h"
#include "link-errors.h"
#include "values.h"

#include "helper/flue-link-helper.h"

#include "ns3/names.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstdio>

using flue::At;
using flue::Fail;
using flue::Guard;
using ns3::Ptr;

namespace
{

bool IsNodeName(const std::string& name)
{
    const auto good = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), good);
}

flue_result CheckLink(flue_sim* sim,
                      struct flue_sim_node* a,
                      struct flue_sim_node* b,
                      const flue_sim_link_config& config)
{
    if (a == b)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    "a link joins two machines, not " + a->name + " to itself");
    }
    for (const struct flue_sim_node* node : {a, b})
    {
        if (node->processor)
        {
            return Fail(sim,
                        FLUE_ERROR_STATE,
                        "links are made before stacks, and " + node->name + " has a stack");
        }
        if (node->is_switch && node->node->GetNDevices() > node->links.size())
        {
            return Fail(sim,
                        FLUE_ERROR_STATE,
                        "links are made before addresses, and those of " + node->name +
                            " are given");
        }
    }
    if (a->is_switch && b->is_switch)
    {
        return Fail(sim, FLUE_ERROR_NOT_SUPPORTED, "a switch is not linked to another");
    }
    if (config.rate_bps == 0)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a link's rate must be more than 0 bps");
    }
    if (config.mtu_bytes < ns3::FlueNetDevice::MIN_MTU ||
        config.mtu_bytes > ns3::FlueNetDevice::MAX_MTU)
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    "an MTU of " + std::to_string(config.mtu_bytes) +
                        " bytes is out of range: expected 68 to 9000");
    }
    if (config.queue_packets == 0)
    {
        return Fail(sim, FLUE_ERROR_INVALID, "a transmit queue holds at least 1 packet");
    }
    if (!flue::FitsTime(config.delay))
    {
        return Fail(sim, FLUE_ERROR_INVALID, "the link's delay is longer than simulated time");
    }
    return FLUE_OK;
}

/** @return true when a file of that name can be written; it is left empty */
bool CanWrite(const std::string& name)
{
    std::FILE* file = std::fopen(name.c_str(), "wb");
    return file && std::fclose(file) == 0;
}

flue_result EnableTrace(struct flue_sim_link* link, const char* prefix, bool isPcap)
{
    bool& isTraced = isPcap ? link->has_pcap : link->has_ascii;
    if (isTraced)
    {
        return Fail(link->sim, FLUE_ERROR_STATE, "the link is traced already");
    }
    ns3::PcapHelper pcap;
    ns3::AsciiTraceHelper ascii;
    for (const Ptr<ns3::FlueNic>& device : link->devices)
    {
        const std::string name = isPcap ? pcap.GetFilenameFromDevice(prefix, device)
                                        : ascii.GetFilenameFromDevice(prefix, device);
        if (!CanWrite(name))
        {
            return Fail(link->sim, FLUE_ERROR_IO, name + ": the trace cannot be written there");
        }
    }
    ns3::FlueLinkHelper helper;
    for (const Ptr<ns3::FlueNic>& device : link->devices)
    {
        if (isPcap)
        {
            helper.EnablePcap(prefix, device);
        }
        else
        {
            helper.EnableAscii(prefix, device);
        }
    }
    flue::EnableChecksums();
    isTraced = true;
    return FLUE_OK;
}

} // namespace

flue_result flue::MakeNode(flue_sim* sim,
                           const char* name,
                           bool isSwitch,
                           struct flue_sim_node** node)
{
    if (!IsNodeName(name))
    {
        return Fail(sim,
                    FLUE_ERROR_INVALID,
                    std::string("\"") + name +
                        "\" cannot name a machine: expected letters, digits, '-', '_' or '.'");
    }
    for (const auto& other : sim->nodes)
    {
        if (other->name == name)
        {
            return Fail(sim, FLUE_ERROR_IN_USE, std::string("there is already a machine ") + name);
        }
    }
    auto made = std::make_unique<struct flue_sim_node>();
    made->sim = sim;
    made->name = name;
    made->is_switch = isSwitch;
    made->node = ns3::CreateObject<ns3::Node>();
    ns3::Names::Add(name, made->node); // captures are named after it
    *node = made.get();
    sim->nodes.push_back(std::move(made));
    return FLUE_OK;
}

ns3::Mac48Address flue::MakeMac(uint32_t link, uint32_t end, uint32_t change)
{
    const uint8_t bytes[6] = {0x02,
                              static_cast<uint8_t>(change),
                              static_cast<uint8_t>(link >> 16),
                              static_cast<uint8_t>(link >> 8),
                              static_cast<uint8_t>(link),
                              static_cast<uint8_t>(end + 1)};
    ns3::Mac48Address mac;
    mac.CopyFrom(bytes);
    return mac;
}

extern "C"
{
    enum flue_result flue_sim_node(struct flue_sim* sim,
                                   const char* name,
                                   struct flue_sim_node** node)
    {
        if (!sim || !name || !node)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim, [=]() { return flue::MakeNode(sim, name, false, node); });
    }

    struct flue_sim_link_config flue_sim_link_config_default(void)
    {
        struct flue_sim_link_config config = {};
        config.rate_bps = 1000000000;
        config.mtu_bytes = 1500;
        config.queue_packets = 1000;
        return config;
    }

    enum flue_result flue_sim_link(struct flue_sim* sim,
                                   struct flue_sim_node* a,
                                   struct flue_sim_node* b,
                                   const struct flue_sim_link_config* config,
                                   struct flue_sim_link** link)
    {
        if (!sim || !a || !b || !link || a->sim != sim || b->sim != sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(
            sim,
            [=]()
            {
                const struct flue_sim_link_config chosen =
                    config ? *config : flue_sim_link_config_default();
                const flue_result checked = CheckLink(sim, a, b, chosen);
                if (checked != FLUE_OK)
                {
                    return checked;
                }
                ns3::FlueLinkHelper helper;
                helper.SetDeviceType("ns3::FlueNic"); // a plain device until a stack offloads to it
                helper.SetDeviceAttribute("DataRate",
                                          ns3::DataRateValue(ns3::DataRate(chosen.rate_bps)));
                helper.SetDeviceAttribute("Mtu", ns3::UintegerValue(chosen.mtu_bytes));
                helper.SetChannelAttribute("Delay", ns3::TimeValue(flue::ToTime(chosen.delay)));
                helper.SetQueue("ns3::DropTailQueue",
                                "MaxSize",
                                ns3::StringValue(std::to_string(chosen.queue_packets) + "p"));
                helper.DisableFlowControl();
                const ns3::NetDeviceContainer devices = helper.Install(a->node, b->node);
                auto made = std::make_unique<struct flue_sim_link>();
                made->sim = sim;
                made->number = static_cast<uint32_t>(sim->links.size());
                made->nodes[0] = a;
                made->nodes[1] = b;
                for (uint32_t end = 0; end < 2; end++)
                {
                    made->devices[end] = ns3::DynamicCast<ns3::FlueNic>(devices.Get(end));
                    made->devices[end]->SetAddress(flue::MakeMac(made->number, end, 0));
                    made->nodes[end]->links.push_back(made.get());
                }
                *link = made.get();
                sim->links.push_back(std::move(made));
                return FLUE_OK;
            });
    }

    enum flue_result flue_sim_link_loss(struct flue_sim_link* link,
                                        uint32_t end,
                                        double probability)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!(probability >= 0 && probability <= 1))
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_INVALID,
                                      "a probability lies between 0 and 1");
                      }
                      flue::ErrorsOf(link, end)->SetLoss(probability);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_loss_every(struct flue_sim_link* link,
                                              uint32_t end,
                                              uint64_t frames)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      flue::ErrorsOf(link, end)->SetEvery(frames);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_bursts(struct flue_sim_link* link,
                                          uint32_t end,
                                          double share,
                                          double length)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!(share >= 0 && share < 1) || !(length >= 1 && length <= 1e9))
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_INVALID,
                                      "bursts take a share from 0 to less than 1 of the frames, "
                                      "and last 1 frame or longer");
                      }
                      // The bad state's share of all frames is toBad / (toBad + toGood).
                      const double toGood = 1 / length;
                      const double toBad = toGood * share / (1 - share);
                      if (toBad > 1)
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_INVALID,
                                      "such short bursts cannot take so large a share");
                      }
                      flue::ErrorsOf(link, end)->SetBursts(toBad, toGood);
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_reorder(struct flue_sim_link* link,
                                           uint32_t end,
                                           double probability,
                                           flue_time delay)
    {
        return At(link,
                  end,
                  [=]()
                  {
                      if (!(probability >= 0 && probability <= 1) || !flue::FitsTime(delay))
                      {
                          return Fail(link->sim,
                                      FLUE_ERROR_INVALID,
                                      "frames are late with a probability between 0 and 1, "
                                      "by a time that can be simulated");
                      }
                      flue::ErrorsOf(link, end)->SetLate(probability, flue::ToTime(delay));
                      return FLUE_OK;
                  });
    }

    enum flue_result flue_sim_link_set(struct flue_sim_link* link,
                                       uint32_t end,
                                       const char* attribute,
                                       const char* value)
    {
        if (!attribute || !value)
        {
            return FLUE_ERROR_INVALID;
        }
        return At(
            link,
            end,
            [=]()
            {
                ns3::TypeId::AttributeInformation info;
                if (!flue::FindAttribute(ns3::FlueNic::GetTypeId(), attribute, true, &info))
                {
                    return Fail(link->sim,
                                FLUE_ERROR_NOT_FOUND,
                                std::string("an adapter has no attribute ") + attribute);
                }
                std::string why;
                Ptr<ns3::AttributeValue> read = flue::ReadValue(info.checker, value, &why);
                if (read && !link->devices[end]->SetAttributeFailSafe(attribute, *read))
                {
                    return Fail(link->sim,
                                FLUE_ERROR_INVALID,
                                std::string(attribute) + " cannot be \"" + value +
                                    "\" or cannot be changed any more: the adapter refuses it");
                }
                if (!read)
                {
                    return Fail(link->sim,
                                FLUE_ERROR_INVALID,
                                std::string(attribute) + " cannot be \"" + value + "\": " + why);
                }
                return FLUE_OK;
            });
    }

    enum flue_result flue_sim_link_pcap(struct flue_sim_link* link, const char* prefix)
    {
        if (!link || !prefix)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim, [=]() { return EnableTrace(link, prefix, true); });
    }

    enum flue_result flue_sim_link_ascii(struct flue_sim_link* link, const char* prefix)
    {
        if (!link || !prefix)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(link->sim, [=]() { return EnableTrace(link, prefix, false); });
    }

    void flue_sim_link_read(const struct flue_sim_link* link,
                            uint32_t end,
                            struct flue_sim_link_statistics* statistics)
    {
        if (!statistics)
        {
            return;
        }
        *statistics = flue_sim_link_statistics{};
        if (!link || end > 1)
        {
            return;
        }
        const ns3::FlueNetDevice::Statistics& counts = link->devices[end]->GetStatistics();
        statistics->tx_frames = counts.txFrames;
        statistics->tx_bytes = counts.txBytes;
        statistics->rx_frames = counts.rxFrames;
        statistics->lost_frames = counts.lostFrames;
        statistics->queue_drops = counts.queueDrops;
    }
}
