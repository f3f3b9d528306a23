/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See values.h.
 */
#include "values.h"

#include "ns3/string.h"

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
    if (!std::regex_match(text, std::regex(syntax->pattern)) ||
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
