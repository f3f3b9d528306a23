/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The simulation itself: its beginning and end, ns-3's defaults, and running.
 */
#include "binding.h"
#include "values.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/names.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/scheduler.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <limits>

namespace
{

// Above it, one of the two components of ns-3's generator (MRG32k3a) takes no seed.
const uint32_t MAX_SEED = 4294944442;

// ns-3 has one clock and one set of nodes a process.
flue_sim* g_current = nullptr;

/** Sets ns-3's clock to picoseconds: it can be set once a process, and not changed after. */
bool UsePicoseconds()
{
    if (ns3::Time::GetResolution() != ns3::Time::PS)
    {
        ns3::Time::SetResolution(ns3::Time::PS);
    }
    return ns3::Time::GetResolution() == ns3::Time::PS;
}

/** Notes that the simulation runs, for as long as this lives. */
class Running
{
  public:
    explicit Running(flue_sim* sim)
        : m_sim(sim)
    {
        m_sim->is_running = true;
    }

    ~Running()
    {
        m_sim->is_running = false;
    }

    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

  private:
    flue_sim* m_sim; //!< what runs
};

void Dispose()
{
    ns3::Simulator::Destroy();
    ns3::Names::Clear();
    ns3::Config::Reset(); // defaults and global values, so that the next simulation starts as this
                          // one
}

/** Refuses what would break the simulation itself. */
flue_result CheckGlobal(flue_sim* sim, const std::string& name, const std::string& value)
{
    if (name == "RngSeed" || name == "RngRun")
    {
        return flue::Fail(sim,
                          FLUE_ERROR_NOT_SUPPORTED,
                          name + " is given to flue_sim_create and stays");
    }
    if (name == "SimulatorImplementationType")
    {
        return flue::Fail(sim,
                          FLUE_ERROR_NOT_SUPPORTED,
                          name + ": Flue runs on ns-3's default implementation alone");
    }
    if (name != "SchedulerType")
    {
        return FLUE_OK;
    }
    ns3::TypeId type;
    if (!ns3::TypeId::LookupByNameFailSafe(value, &type) ||
        !type.IsChildOf(ns3::Scheduler::GetTypeId()) || !type.HasConstructor())
    {
        return flue::Fail(sim,
                          FLUE_ERROR_INVALID,
                          name + " cannot be \"" + value +
                              "\": expected a scheduler as ns3::HeapScheduler");
    }
    return sim->nodes.empty() ? FLUE_OK
                              : flue::Fail(sim,
                                           FLUE_ERROR_STATE,
                                           name + " is chosen before the first machine is made");
}

const ns3::GlobalValue* FindGlobal(const std::string& name)
{
    for (auto value = ns3::GlobalValue::Begin(); value != ns3::GlobalValue::End(); ++value)
    {
        if ((*value)->GetName() == name)
        {
            return *value;
        }
    }
    return nullptr;
}

} // namespace

namespace flue
{

flue_result Fail(flue_sim* sim, flue_result result, const std::string& sentence)
{
    try
    {
        sim->error = sentence;
    }
    catch (...)
    {
        sim->error.clear();
    }
    return result;
}

bool FitsTime(flue_time time)
{
    return time <= static_cast<flue_time>(std::numeric_limits<int64_t>::max());
}

ns3::Time ToTime(flue_time time)
{
    return FitsTime(time) ? ns3::PicoSeconds(static_cast<int64_t>(time)) : ns3::Time::Max();
}

void EnableChecksums()
{
    ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(true));
}

} // namespace flue

using flue::Fail;
using flue::Guard;

extern "C"
{
    enum flue_result flue_sim_create(uint32_t seed, uint64_t run, struct flue_sim** sim)
    {
        if (!sim || seed == 0 || seed > MAX_SEED)
        {
            return FLUE_ERROR_INVALID;
        }
        if (g_current)
        {
            return FLUE_ERROR_STATE;
        }
        try
        {
            if (!UsePicoseconds())
            {
                return FLUE_ERROR_STATE;
            }
            std::unique_ptr<flue_sim> made = std::make_unique<flue_sim>();
            ns3::RngSeedManager::SetSeed(seed);
            ns3::RngSeedManager::SetRun(run);
            *sim = g_current = made.release();
            return FLUE_OK;
        }
        catch (...)
        {
            return FLUE_ERROR_NO_MEMORY;
        }
    }

    void flue_sim_destroy(struct flue_sim* sim)
    {
        if (!sim || sim->is_running)
        {
            return;
        }
        try
        {
            sim->flows.clear();
            sim->requests.clear();
            sim->teams.clear();
            sim->links.clear();
            sim->nodes.clear();
            Dispose();
        }
        catch (...)
        {
            // There is nobody left to tell.
        }
        delete sim;
        g_current = nullptr;
    }

    const char* flue_sim_error(const struct flue_sim* sim)
    {
        return sim ? sim->error.c_str() : "";
    }

    enum flue_result flue_sim_set_default(struct flue_sim* sim, const char* name, const char* value)
    {
        if (!sim || !name || !value)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim,
                     [=]()
                     {
                         const std::string full = name;
                         const std::size_t split = full.rfind("::");
                         ns3::TypeId type;
                         if (split == std::string::npos ||
                             !ns3::TypeId::LookupByNameFailSafe(full.substr(0, split), &type))
                         {
                             return Fail(sim,
                                         FLUE_ERROR_NOT_FOUND,
                                         full + ": there is no such ns-3 class; expected a name as "
                                                "ns3::TcpSocket::SegmentSize");
                         }
                         ns3::TypeId::AttributeInformation info;
                         if (!flue::FindAttribute(type, full.substr(split + 2), false, &info))
                         {
                             return Fail(sim,
                                         FLUE_ERROR_NOT_FOUND,
                                         full + ": " + type.GetName() +
                                             " has no attribute of its own of that name");
                         }
                         std::string why;
                         ns3::Ptr<ns3::AttributeValue> read =
                             flue::ReadValue(info.checker, value, &why);
                         if (!read || !ns3::Config::SetDefaultFailSafe(full, *read))
                         {
                             return Fail(sim,
                                         FLUE_ERROR_INVALID,
                                         full + " cannot be \"" + value + "\": " + why);
                         }
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_set_global(struct flue_sim* sim, const char* name, const char* value)
    {
        if (!sim || !name || !value)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(
            sim,
            [=]()
            {
                const ns3::GlobalValue* global = FindGlobal(name);
                if (!global)
                {
                    return Fail(sim,
                                FLUE_ERROR_NOT_FOUND,
                                std::string(name) + ": ns-3 has no global value of that name");
                }
                const flue_result checked = CheckGlobal(sim, name, value);
                if (checked != FLUE_OK)
                {
                    return checked;
                }
                std::string why;
                ns3::Ptr<ns3::AttributeValue> read =
                    flue::ReadValue(global->GetChecker(), value, &why);
                if (!read || !ns3::GlobalValue::BindFailSafe(name, *read))
                {
                    return Fail(sim,
                                FLUE_ERROR_INVALID,
                                std::string(name) + " cannot be \"" + value + "\": " + why);
                }
                return FLUE_OK;
            });
    }

    enum flue_result flue_sim_schedule(struct flue_sim* sim,
                                       flue_time delay,
                                       void (*call)(void* user),
                                       void* user)
    {
        if (!sim || !call)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(sim,
                     [=]()
                     {
                         if (!flue::FitsTime(delay) || !flue::FitsTime(delay + flue_sim_now(sim)))
                         {
                             return Fail(sim,
                                         FLUE_ERROR_INVALID,
                                         "the delay lies behind the end of simulated time");
                         }
                         ns3::Simulator::Schedule(flue::ToTime(delay), call, user);
                         return FLUE_OK;
                     });
    }

    enum flue_result flue_sim_run(struct flue_sim* sim, flue_time until)
    {
        if (!sim)
        {
            return FLUE_ERROR_INVALID;
        }
        return Guard(
            sim,
            [=]()
            {
                if (sim->is_running)
                {
                    return Fail(sim, FLUE_ERROR_STATE, "the simulation is running already");
                }
                const flue_time now = flue_sim_now(sim);
                if (until < now || !flue::FitsTime(until))
                {
                    return Fail(
                        sim,
                        FLUE_ERROR_INVALID,
                        until < now
                            ? "the time to run until has already passed"
                            : "the time to run until lies behind the end of simulated time");
                }
                ns3::Simulator::Stop(flue::ToTime(until - now));
                const Running running(sim);
                ns3::Simulator::Run();
                return FLUE_OK;
            });
    }

    flue_time flue_sim_now(const struct flue_sim*)
    {
        return ns3::FlueNow();
    }

    uint64_t flue_sim_events(const struct flue_sim*)
    {
        return ns3::Simulator::GetEventCount();
    }

    const char* flue_sim_ns3_version(void)
    {
        return FLUE_NS3_VERSION;
    }
}
