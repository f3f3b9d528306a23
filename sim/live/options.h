/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The words behind `flue-sim live`. `flue live --help` tells people what they mean.
 */
#ifndef FLUE_LIVE_OPTIONS_H
#define FLUE_LIVE_OPTIONS_H

#include "cable.h"

#include "ns3/ipv6-address.h"

#include <cstdint>
#include <string>

namespace flue
{

/** What the user wants; the defaults are what he gets without a word. */
struct LiveOptions
{
    std::string tap = "flue0";     //!< name of the TAP device
    uint32_t network = 0x0a4c0000; //!< 10.76.0.0, in host order
    uint32_t prefix = 24;          //!< its length, 1 to 30
    ns3::Ipv6Address network6{"fd10:76::"};
    uint8_t prefix6 = 64;          //!< its length, 8 to 126
    uint16_t sink = 5001;          //!< port that takes everything
    uint16_t echo = 5002;          //!< port that sends everything back
    uint16_t source = 5003;        //!< port that sends the file
    std::string file;              //!< what it sends; empty: there is no source
    std::string save;              //!< folder for what the sink takes; empty: nowhere
    std::string policy = "always"; //!< when connections move by themselves
    ns3::Time moveEvery;           //!< every connection changes sides so often; 0: never
    Impairments impairments{0, 0, ns3::MilliSeconds(1), 0}; //!< of the link
    uint64_t rate = 1000000000;                             //!< of the link, bits a second
    ns3::Time delay;                                        //!< of the link, one way
    ns3::Time keepalive; //!< silence before a probe, and between probes; 0: none
    ns3::Time runFor;    //!< the program ends after it; 0: when interrupted
    uint64_t seed = 1;   //!< of what is drawn
    std::string pcap;    //!< prefix of a capture's name; empty: none

    /** @return the kernel's address on the network: its first */
    uint32_t GetKernel() const
    {
        return network + 1;
    }

    /** @return the simulated host's: its second */
    uint32_t GetHost() const
    {
        return network + 2;
    }

    /** @return the kernel's IPv6 address: the network's first behind its own */
    ns3::Ipv6Address GetKernel6() const
    {
        return Address6(1);
    }

    /** @return the simulated host's: the second */
    ns3::Ipv6Address GetHost6() const
    {
        return Address6(2);
    }

  private:
    /** @return address @p number of the IPv6 network */
    ns3::Ipv6Address Address6(uint8_t number) const
    {
        uint8_t bytes[16];
        network6.Serialize(bytes);
        bytes[15] |= number;
        return ns3::Ipv6Address::Deserialize(bytes);
    }
};

/**
 * Reads and checks the words.
 * @param argc how many
 * @param argv the words, --name value or --name=value
 * @param options changed by them
 * @param why gets one line that names the word at fault and what was expected
 * @return false when one is refused
 */
bool ReadLiveOptions(int argc, char* const argv[], LiveOptions* options, std::string* why);

/** @return "10.76.0.1" */
std::string AddressText(uint32_t address);
/** @return "fd10:76::1" */
std::string AddressText(const ns3::Ipv6Address& address);

} // namespace flue

#endif /* FLUE_LIVE_OPTIONS_H */
