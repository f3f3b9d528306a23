/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See values.h.
 */
#include "values.h"

#include "ns3/nstime.h"
#include "ns3/string.h"

#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>

namespace flue
{

namespace
{

/** A kind of value that may be given, what it looks like, and how that is said. */
struct Syntax
{
    const char* type;
    const char* pattern;
    const char* expected;
};

const Syntax SYNTAXES[] = {
    {"BooleanValue", "true|false|0|1|t|f", "true or false"},
    {"UintegerValue", "[0-9]+", "a whole number that is not negative"},
    {"IntegerValue", "[-+]?[0-9]+", "a whole number"},
    {"DoubleValue", "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?", "a number"},
    {"StringValue", "[^]*", "text"},
    {"EnumValue", "[^]*", "one of the names"},
    {"TypeIdValue", "[^]*", "the name of an ns-3 class"},
    {"TimeValue",
     "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(y|d|h|min|s|ms|us|ns|ps|fs)",
     "a number and a unit of time, as 10ms"},
    {"DataRateValue",
     "([0-9]+\\.?[0-9]*|\\.[0-9]+)([kKMG]i?)?(bps|b/s|Bps|B/s)",
     "a number and a unit of rate, as 10Gbps"},
    {"QueueSizeValue",
     "([0-9]+\\.?[0-9]*|\\.[0-9]+)([kKMG]i?)?[pB]",
     "a number of packets or bytes, as 1000p"},
};

const Syntax* FindSyntax(const std::string& type)
{
    for (const Syntax& syntax : SYNTAXES)
    {
        const std::string name = syntax.type;
        // Newer releases append the enum's own type.
        if (type == name || type.compare(0, name.size() + 1, name + "<") == 0)
        {
            return &syntax;
        }
    }
    return nullptr;
}

/** @return true when @p word is one of the words that @p bars separates with '|' */
bool IsOneOf(const std::string& word, const std::string& bars)
{
    std::istringstream stream(bars);
    for (std::string name; std::getline(stream, name, '|');)
    {
        if (name == word)
        {
            return true;
        }
    }
    return false;
}

/** What a unit of time, of rate or of a queue is worth: in seconds, bits a second, or pieces. */
double Worth(const std::string& unit)
{
    static const std::map<std::string, double> TIMES = {{"y", 365 * 86400.0},
                                                        {"d", 86400},
                                                        {"h", 3600},
                                                        {"min", 60},
                                                        {"s", 1},
                                                        {"ms", 1e-3},
                                                        {"us", 1e-6},
                                                        {"ns", 1e-9},
                                                        {"ps", 1e-12},
                                                        {"fs", 1e-15}};
    const auto time = TIMES.find(unit);
    if (time != TIMES.end())
    {
        return time->second;
    }
    static const std::map<char, double> PREFIXES = {{'k', 1e3}, {'K', 1e3}, {'M', 1e6}, {'G', 1e9}};
    const auto prefix = PREFIXES.find(unit[0]);
    const double scale = prefix == PREFIXES.end() ? 1 : prefix->second;
    const double binary = unit.size() > 1 && unit[1] == 'i' ? 1.08 : 1; // at least
    const bool isBytes =
        unit.find("Bps") != std::string::npos || unit.find("B/") != std::string::npos;
    return scale * binary * (isBytes ? 8 : 1);
}

/** @return true when ns-3's type has room for the number in @p text, which has the right form */
bool HasRoom(const std::string& type, const std::string& text)
{
    double most;
    if (type == "TimeValue")
    {
        most = ns3::Time::Max().GetSeconds();
    }
    else if (type == "DataRateValue")
    {
        most = 1.8e19; // 64 bits
    }
    else if (type == "QueueSizeValue")
    {
        most = 4.29e9; // 32 bits
    }
    else
    {
        return true; // others are read with their range
    }
    char* unit;
    const double number = std::strtod(text.c_str(), &unit);
    return std::fabs(number) * Worth(unit) <= most;
}

} // namespace

ns3::Ptr<ns3::AttributeValue> ReadValue(ns3::Ptr<const ns3::AttributeChecker> checker,
                                        const std::string& text,
                                        std::string* why)
{
    std::string type = checker->GetValueTypeName();
    if (type.compare(0, 5, "ns3::") == 0)
    {
        type.erase(0, 5); // some have it and some have not
    }
    const Syntax* syntax = FindSyntax(type);
    if (!syntax)
    {
        *why = "values of type " + type + " cannot be given as text";
        return nullptr;
    }
    const std::string detail =
        checker->HasUnderlyingTypeInformation() ? checker->GetUnderlyingTypeInformation() : "";
    *why = std::string("expected ") + syntax->expected;
    *why += detail.empty() ? "" : " (" + detail + ")";
    ns3::TypeId ignored;
    if (!std::regex_match(text, std::regex(syntax->pattern)) || !HasRoom(type, text) ||
        (type.compare(0, 9, "EnumValue") == 0 && !IsOneOf(text, detail)) ||
        (type == "TypeIdValue" && !ns3::TypeId::LookupByNameFailSafe(text, &ignored)))
    {
        return nullptr;
    }
    return checker->CreateValidValue(ns3::StringValue(text));
}

bool FindAttribute(ns3::TypeId type,
                   const std::string& name,
                   bool inherited,
                   ns3::TypeId::AttributeInformation* found)
{
    for (std::size_t i = 0; i < type.GetAttributeN(); i++)
    {
        const ns3::TypeId::AttributeInformation info = type.GetAttribute(i);
        if (info.name == name)
        {
            *found = info;
            return true;
        }
    }
    return inherited && type.HasParent() && type.GetParent() != type &&
           FindAttribute(type.GetParent(), name, true, found);
}

} // namespace flue
