/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See live.h. One thread: it lets the simulation run up to the wall clock's time, takes what the
 * kernel has sent, and sleeps until the next event or frame. When the machine cannot keep up,
 * simulated time falls behind and goes on in small steps, so that frames are still taken between
 * events, and no timer expires because of a frame that was there in time.
 */
#include "live.h"

#include "cable.h"
#include "clocked-scheduler.h"
#include "machine.h"
#include "options.h"
#include "server.h"
#include "tap.h"

#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <poll.h>

namespace flue
{

namespace
{

const int DONE = 0;
const int FAILED = 1;
const int REFUSED = 2;

/** Simulated time that passes between two looks at the kernel's frames, at most. */
const int64_t STEP_PS = 1000000000;
/** Frames of the kernel that are taken between two such steps, at most. */
const int BATCH = 64;

volatile std::sig_atomic_t g_isInterrupted = 0;

void Interrupt(int)
{
    g_isInterrupted = 1;
}

/** @return the wall clock's time, in picoseconds */
int64_t WallClock()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec * INT64_C(1000000000) + now.tv_nsec) * 1000;
}

/** One program's life. */
class Live
{
  public:
    Live(const LiveOptions& options, std::FILE* out)
        : m_options(options),
          m_out(out)
    {
    }

    ~Live();
    /** Makes the device and the simulation. @return false: *why says why not */
    bool Build(std::string* why);
    /** @return the exit status */
    int Run();

  private:
    /** Says who is who, and what is served. @param hasIpv6 the kernel has its address */
    void Announce(bool hasIpv6);
    /** Every connection changes sides. */
    void Move();
    /** A line about the last second. */
    void Report();
    /** Looks for connections that have ended. */
    void Reap();
    void Violated(std::string side, std::string requirement, std::string text);
    /** Lets simulated time come nearer to @p now. */
    void CatchUp(int64_t now);
    /** Takes what the kernel has sent. @return true when there may be more */
    bool TakeFrames();
    /** Sleeps until an event is due or a frame has come. */
    void Sleep(int64_t start);

    const LiveOptions& m_options;     //!< what is wanted
    std::FILE* m_out;                 //!< where lines go
    Tap m_tap;                        //!< the kernel's end
    Machine m_machine;                //!< the simulated host
    std::unique_ptr<Cable> m_cable;   //!< from there to the kernel
    std::unique_ptr<Server> m_server; //!< its applications
    Server::Totals m_reported;        //!< at the last line
    int64_t m_behind = 0;             //!< most since the last line, in picoseconds
    bool m_isOut = false;             //!< connections were last sent to the adapter
};

Live::~Live()
{
    m_server.reset();
    m_cable.reset();
    ns3::Simulator::Destroy();
}

// ---- Building -----------------------------------------------------------------------------------

bool Live::Build(std::string* why)
{
    if (!m_tap.Open(m_options.tap, m_options.GetKernel(), m_options.prefix, why))
    {
        return false;
    }
    ns3::Time::SetResolution(ns3::Time::PS);
    ns3::GlobalValue::Bind("SchedulerType", ns3::TypeIdValue(ClockedScheduler::GetTypeId()));
    ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(true));
    ns3::RngSeedManager::SetSeed(static_cast<uint32_t>(m_options.seed));
    m_machine = BuildMachine(m_options, m_tap.GetMac());
    m_machine.nic->TraceConnectWithoutContext("Violation",
                                              ns3::MakeCallback(&Live::Violated, this));
    m_cable = std::make_unique<Cable>(m_tap, m_machine.end, m_options.impairments);
    m_server = std::make_unique<Server>(m_machine.tcp, m_options, m_out);
    m_server->Start();
    uint8_t kernel6[16];
    m_options.GetKernel6().Serialize(kernel6);
    const int refusal = m_tap.AddAddress6(kernel6, m_options.prefix6);
    if (refusal != 0)
    {
        std::fprintf(m_out,
                     "%s: IPv4 only, for the kernel has no IPv6 (%s): see sysctl "
                     "net.ipv6.conf.all.disable_ipv6\n",
                     m_options.tap.c_str(),
                     std::strerror(refusal));
    }
    Announce(refusal == 0);
    return true;
}

void Live::Announce(bool hasIpv6)
{
    const auto both = [hasIpv6](uint32_t ipv4, const ns3::Ipv6Address& ipv6)
    { return AddressText(ipv4) + (hasIpv6 ? " and " + AddressText(ipv6) : ""); };
    std::fprintf(m_out,
                 "%s: the kernel is %s, the simulated host %s\n",
                 m_options.tap.c_str(),
                 both(m_options.GetKernel(), m_options.GetKernel6()).c_str(),
                 both(m_options.GetHost(), m_options.GetHost6()).c_str());
    std::fprintf(m_out, "sink on port %u, echo on %u", m_options.sink, m_options.echo);
    if (!m_options.file.empty())
    {
        std::fprintf(m_out, ", source on %u", m_options.source);
    }
    std::fprintf(m_out, "\n");
    std::fflush(m_out);
}

// ---- What happens now and then ------------------------------------------------------------------

void Live::Move()
{
    m_isOut = !m_isOut;
    if (m_isOut)
    {
        m_machine.tcp->OffloadAll();
    }
    else
    {
        m_machine.tcp->UploadAll();
    }
    ns3::Simulator::Schedule(m_options.moveEvery, &Live::Move, this);
}

void Live::Reap()
{
    m_server->Reap();
    std::fflush(m_out);
    ns3::Simulator::Schedule(ns3::MilliSeconds(100), &Live::Reap, this);
}

void Live::Report()
{
    const flue_host_statistics host = m_machine.tcp->GetStatistics();
    const Cable::Counts& cable = m_cable->GetCounts();
    const Server::Totals& totals = m_server->GetTotals();
    const auto rate = [](uint64_t now, uint64_t before)
    { return static_cast<double>(now - before) * 8e-6; };
    std::fprintf(m_out,
                 "%.0f s: %zu open, %" PRIu32
                 " on the NIC; Mbit/s in %.1f, out %.1f; moves %" PRIu64 "; resent %" PRIu64
                 "; lost %" PRIu64 ", reordered %" PRIu64 ", doubled %" PRIu64 "; %.1f ms behind\n",
                 ns3::Simulator::Now().GetSeconds(),
                 m_server->GetNConnections(),
                 host.offloaded,
                 rate(totals.inBytes, m_reported.inBytes),
                 rate(totals.outBytes, m_reported.outBytes),
                 host.offloads + host.uploads,
                 host.tcp.retransmitted_segments,
                 cable.lost,
                 cable.reordered,
                 cable.duplicated,
                 static_cast<double>(m_behind) * 1e-9);
    std::fflush(m_out);
    m_reported = totals;
    m_behind = 0;
    ns3::Simulator::Schedule(ns3::Seconds(1), &Live::Report, this);
}

void Live::Violated(std::string side, std::string requirement, std::string text)
{
    std::fprintf(m_out,
                 "breach of %s by the %s: %s\n",
                 requirement.c_str(),
                 side.c_str(),
                 text.c_str());
}

// ---- Time ---------------------------------------------------------------------------------------

void Live::CatchUp(int64_t now)
{
    // Where nothing happens, nothing can be missed: a step is counted from the first event.
    const int64_t first = ClockedScheduler::NextEvent();
    const int64_t until = first < now ? std::min(now, first + STEP_PS) : now;
    const int64_t step = until - ns3::Simulator::Now().GetTimeStep();
    m_behind = std::max(m_behind, now - first);
    if (step > 0)
    {
        ns3::Simulator::Stop(ns3::TimeStep(static_cast<uint64_t>(step)));
        ns3::Simulator::Run();
    }
}

bool Live::TakeFrames()
{
    for (int i = 0; i < BATCH; i++)
    {
        if (!m_cable->HasRoom() || !m_cable->Take())
        {
            return false;
        }
    }
    return true;
}

void Live::Sleep(int64_t start)
{
    const int64_t left = ClockedScheduler::NextEvent() - (WallClock() - start);
    if (left <= 0)
    {
        return;
    }
    pollfd waiting{m_tap.GetDescriptor(), POLLIN, 0};
    const int64_t nanoseconds = std::min(left / 1000, INT64_C(1000000000));
    timespec timeout{nanoseconds / 1000000000, nanoseconds % 1000000000};
    // Without room the wire is busy, and the next event is when it is free.
    ppoll(&waiting, m_cable->HasRoom() ? 1 : 0, &timeout, nullptr);
}

int Live::Run()
{
    const int64_t end = m_options.runFor.IsZero() ? INT64_MAX : m_options.runFor.GetTimeStep();
    const int64_t start = WallClock();
    if (!m_options.moveEvery.IsZero())
    {
        ns3::Simulator::Schedule(m_options.moveEvery, &Live::Move, this);
    }
    ns3::Simulator::Schedule(ns3::Seconds(1), &Live::Report, this);
    ns3::Simulator::Schedule(ns3::MilliSeconds(100), &Live::Reap, this);
    while (!g_isInterrupted && m_server->IsGood() && ns3::Simulator::Now().GetTimeStep() < end)
    {
        CatchUp(WallClock() - start);
        if (!TakeFrames())
        {
            Sleep(start);
        }
    }
    m_server->Reap();
    const uint64_t violations = m_machine.nic->GetViolations();
    std::fprintf(m_out,
                 "ended: %zu connections open, %" PRIu64 " breaches of the contract\n",
                 m_server->GetNConnections(),
                 violations);
    return violations == 0 && m_server->IsGood() ? DONE : FAILED;
}

/** From here on the two signals that end a program end its loop. */
void CatchSignals()
{
    struct sigaction action
    {
    };

    action.sa_handler = Interrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace

} // namespace flue

extern "C" int flue_live_main(const char* program,
                              int argc,
                              char* const argv[],
                              FILE* out,
                              FILE* err)
{
    flue::LiveOptions options;
    std::string why;
    if (!flue::ReadLiveOptions(argc, argv, &options, &why))
    {
        std::fprintf(err, "%s: %s\n", program, why.c_str());
        return flue::REFUSED;
    }
    flue::CatchSignals();
    flue::Live live(options, out);
    if (!live.Build(&why))
    {
        std::fprintf(err, "%s: %s\n", program, why.c_str());
        return flue::REFUSED;
    }
    const int status = live.Run();
    return std::fflush(out) == 0 ? status : flue::FAILED;
}
