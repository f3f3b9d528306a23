/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Values of ns-3 attributes that come as text, checked before ns-3 reads them: it ends the process
 * over a unit that it does not know.
 */
#ifndef FLUE_VALUES_H
#define FLUE_VALUES_H

#include "ns3/attribute.h"
#include "ns3/type-id.h"

#include <string>

namespace flue
{

/**
 * Reads a value.
 * @param checker the attribute's
 * @param text what was given
 * @param why a clause that says what was expected, when the result is null
 * @return the value, or null when the text is none
 */
ns3::Ptr<ns3::AttributeValue> ReadValue(ns3::Ptr<const ns3::AttributeChecker> checker,
                                        const std::string& text,
                                        std::string* why);

/**
 * Finds an attribute that can be set.
 * @param type of the object
 * @param name of the attribute
 * @param inherited look through base classes too
 * @param found filled when the result is true
 */
bool FindAttribute(ns3::TypeId type,
                   const std::string& name,
                   bool inherited,
                   ns3::TypeId::AttributeInformation* found);

} // namespace flue

#endif /* FLUE_VALUES_H */
