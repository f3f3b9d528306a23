/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See options.h. One table says which options there are and what reads each value.
 */
#include "options.h"

#include "flue/policy.h"

#include <algorithm>
#include <arpa/inet.h>
#include <functional>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

extern "C"
{
#include "units.h"
#include "words.h"
}

namespace flue
{

namespace
{

/** Reads one value into its place. @return what was expected, or "" when it was understood */
using Reader = std::function<std::string(const std::string& text)>;

/** One option. */
struct Option
{
    const char* name; //!< without the dashes
    Reader read;      //!< of its value
};

/** @return the number of @p type that @p text is; otherwise *expected says what was expected */
flue_value ReadNumber(flue_parameter_type type, const std::string& text, std::string* expected)
{
    char why[FLUE_UNITS_WHY_MAX] = "";
    flue_value value{};
    if (flue_units_read(type, text.c_str(), &value, why) != FLUE_OK)
    {
        *expected = why;
    }
    return value;
}

Reader Port(uint16_t* port)
{
    return [port](const std::string& text) -> std::string
    {
        std::string expected;
        const flue_value value = ReadNumber(FLUE_PARAMETER_COUNT, text, &expected);
        if (!expected.empty() || value.whole < 1 || value.whole > 65535)
        {
            return "expected a port from 1 to 65535";
        }
        *port = static_cast<uint16_t>(value.whole);
        return "";
    };
}

Reader Probability(double* probability)
{
    return [probability](const std::string& text) -> std::string
    {
        std::string expected;
        const flue_value value = ReadNumber(FLUE_PARAMETER_REAL, text, &expected);
        if (!expected.empty() || !(value.real >= 0 && value.real <= 1))
        {
            return "expected a probability from 0 to 1, like 0.01";
        }
        *probability = value.real;
        return "";
    };
}

/** A time of at least @p least, or 0 if that is allowed. */
Reader Duration(ns3::Time* time, const char* least, bool canBeZero)
{
    return [time, least, canBeZero](const std::string& text) -> std::string
    {
        std::string ignored;
        std::string expected;
        const flue_value minimum = ReadNumber(FLUE_PARAMETER_TIME, least, &ignored);
        const flue_value most = ReadNumber(FLUE_PARAMETER_TIME, "1000000s", &ignored);
        const flue_value value = ReadNumber(FLUE_PARAMETER_TIME, text, &expected);
        if (!expected.empty())
        {
            return expected;
        }
        if (!(canBeZero && value.whole == 0) &&
            (value.whole < minimum.whole || value.whole > most.whole))
        {
            return std::string("expected at least ") + least + (canBeZero ? ", or 0s" : "");
        }
        *time = ns3::PicoSeconds(static_cast<int64_t>(value.whole));
        return "";
    };
}

Reader Rate(uint64_t* rate)
{
    return [rate](const std::string& text) -> std::string
    {
        std::string expected;
        const flue_value value = ReadNumber(FLUE_PARAMETER_RATE, text, &expected);
        if (expected.empty() && value.whole < 1000000)
        {
            expected = "expected at least 1Mbps";
        }
        *rate = value.whole;
        return expected;
    };
}

Reader Whole(uint64_t* number, uint64_t least, uint64_t most)
{
    return [=](const std::string& text) -> std::string
    {
        std::string expected;
        const flue_value value = ReadNumber(FLUE_PARAMETER_COUNT, text, &expected);
        if (!expected.empty() || value.whole < least || value.whole > most)
        {
            return "expected a whole number from " + std::to_string(least) + " to " +
                   std::to_string(most);
        }
        *number = value.whole;
        return "";
    };
}

Reader DeviceName(std::string* name)
{
    return [name](const std::string& text) -> std::string
    {
        if (text.empty() || text.size() >= IFNAMSIZ || text.find('%') != std::string::npos ||
            text.find_first_of("/: \t\n") != std::string::npos || text == "." || text == "..")
        {
            return "expected a device's name of at most 15 letters, like flue0";
        }
        *name = text;
        return "";
    };
}

/** @return true when @p address has no bits behind its first @p prefix */
bool IsClearBehind(const uint8_t address[16], uint64_t prefix)
{
    for (uint64_t i = prefix; i < 128; i++)
    {
        if (address[i / 8] & 0x80 >> i % 8)
        {
            return false;
        }
    }
    return true;
}

Reader Network(LiveOptions* options)
{
    return [options](const std::string& text) -> std::string
    {
        const std::size_t slash = text.find('/');
        in_addr address{};
        std::string expected;
        const std::string length = slash == std::string::npos ? "" : text.substr(slash + 1);
        const flue_value prefix = ReadNumber(FLUE_PARAMETER_COUNT, length, &expected);
        const bool isGood = expected.empty() && prefix.whole >= 1 && prefix.whole <= 30 &&
                            inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) == 1;
        const uint32_t first = ntohl(address.s_addr);
        if (!isGood || first >= 0xe0000000 || (first & (~0U >> prefix.whole)) != 0)
        {
            return "expected an IPv4 network with 2 to 30 bits for hosts, like 10.76.0.0/24";
        }
        options->network = first;
        options->prefix = static_cast<uint32_t>(prefix.whole);
        return "";
    };
}

Reader Network6(LiveOptions* options)
{
    return [options](const std::string& text) -> std::string
    {
        const std::size_t slash = text.find('/');
        uint8_t bytes[16]{};
        std::string expected;
        const std::string length = slash == std::string::npos ? "" : text.substr(slash + 1);
        const flue_value prefix = ReadNumber(FLUE_PARAMETER_COUNT, length, &expected);
        const bool isGood = expected.empty() && prefix.whole >= 8 && prefix.whole <= 126 &&
                            inet_pton(AF_INET6, text.substr(0, slash).c_str(), bytes) == 1;
        // Outside lie loopback and mapped IPv4, and link-local and multicast addresses.
        if (!isGood || bytes[0] == 0 || bytes[0] >= 0xfe || !IsClearBehind(bytes, prefix.whole))
        {
            return "expected an IPv6 network with 2 to 120 bits for hosts, like fd10:76::/64";
        }
        options->network6 = ns3::Ipv6Address::Deserialize(bytes);
        options->prefix6 = static_cast<uint8_t>(prefix.whole);
        return "";
    };
}

Reader Policy(std::string* policy)
{
    return [policy](const std::string& text) -> std::string
    {
        flue_offload_policy kind;
        if (flue_policy_find(text.c_str(), &kind) && kind != FLUE_POLICY_CUSTOM)
        {
            *policy = text;
            return "";
        }
        std::vector<const char*> names;
        for (int i = FLUE_POLICY_NEVER; i < FLUE_POLICY_CUSTOM; i++)
        {
            names.push_back(flue_policy_name(static_cast<flue_offload_policy>(i)));
        }
        char list[128];
        flue_words_list(names.data(), names.size(), list, sizeof list);
        return std::string("expected ") + list;
    };
}

Reader FileToSend(std::string* path)
{
    return [path](const std::string& text) -> std::string
    {
        struct stat status;
        if (stat(text.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
            access(text.c_str(), R_OK) != 0)
        {
            return "expected a file that can be read";
        }
        *path = text;
        return "";
    };
}

/** @return true when files can be made in @p folder */
bool IsFolder(const std::string& folder)
{
    struct stat status;
    return stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           access(folder.c_str(), W_OK | X_OK) == 0;
}

Reader Folder(std::string* path)
{
    return [path](const std::string& text) -> std::string
    {
        *path = text;
        return IsFolder(text) ? "" : "expected a folder that files can be written to";
    };
}

Reader CapturePrefix(std::string* path)
{
    return [path](const std::string& text) -> std::string
    {
        const std::size_t slash = text.rfind('/');
        *path = text;
        return !text.empty() &&
                       IsFolder(slash == std::string::npos ? "." : text.substr(0, slash + 1))
                   ? ""
                   : "expected the beginning of a file's name, in a folder that is there";
    };
}

std::vector<Option> Options(LiveOptions* o)
{
    return {
        {"tap", DeviceName(&o->tap)},
        {"network", Network(o)},
        {"network6", Network6(o)},
        {"sink", Port(&o->sink)},
        {"echo", Port(&o->echo)},
        {"source", Port(&o->source)},
        {"file", FileToSend(&o->file)},
        {"save", Folder(&o->save)},
        {"policy", Policy(&o->policy)},
        {"move-every", Duration(&o->moveEvery, "1ms", true)},
        {"loss", Probability(&o->impairments.loss)},
        {"reorder", Probability(&o->impairments.reordering)},
        {"reorder-delay", Duration(&o->impairments.reorderDelay, "1us", false)},
        {"duplicate", Probability(&o->impairments.duplication)},
        {"rate", Rate(&o->rate)},
        {"delay", Duration(&o->delay, "1ns", true)},
        {"keepalive", Duration(&o->keepalive, "100ms", true)},
        {"for", Duration(&o->runFor, "1ms", false)},
        {"seed", Whole(&o->seed, 1, 4294944442)},
        {"pcap", CapturePrefix(&o->pcap)},
    };
}

/** @return true when no port serves twice; otherwise *why names the second */
bool CheckPorts(const LiveOptions& options, std::string* why)
{
    const struct
    {
        const char* name;
        uint16_t port;
    } ports[] = {{"sink", options.sink}, {"echo", options.echo}, {"source", options.source}};

    for (const auto& second : ports)
    {
        for (const auto* first = ports; first->name != second.name; first++)
        {
            if (first->port == second.port)
            {
                *why = std::string("--") + second.name + " \"" + std::to_string(second.port) +
                       "\": expected a port that is not in use, but --" + first->name + " has it";
                return false;
            }
        }
    }
    return true;
}

} // namespace

bool ReadLiveOptions(int argc, char* const argv[], LiveOptions* options, std::string* why)
{
    const std::vector<Option> known = Options(options);
    for (int i = 0; i < argc; i++)
    {
        const std::string word = argv[i];
        const std::size_t equals = word.find('=');
        const std::string name = word.rfind("--", 0) == 0 ? word.substr(2, equals - 2) : "";
        const auto option = std::find_if(known.begin(),
                                         known.end(),
                                         [&name](const Option& o) { return name == o.name; });
        if (option == known.end())
        {
            *why = word + ": expected an option of live (flue live --help lists them)";
            return false;
        }
        if (equals == std::string::npos && i + 1 == argc)
        {
            *why = word + ": expected a value after it";
            return false;
        }
        const std::string value = equals == std::string::npos ? argv[++i] : word.substr(equals + 1);
        const std::string expected = option->read(value);
        if (!expected.empty())
        {
            *why = "--" + name + " \"" + value + "\": " + expected;
            return false;
        }
    }
    return CheckPorts(*options, why);
}

std::string AddressText(uint32_t address)
{
    in_addr inet{htonl(address)};
    char text[INET_ADDRSTRLEN];
    return inet_ntop(AF_INET, &inet, text, sizeof text);
}

std::string AddressText(const ns3::Ipv6Address& address)
{
    uint8_t bytes[16];
    address.Serialize(bytes);
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(AF_INET6, bytes, text, sizeof text);
}

} // namespace flue
