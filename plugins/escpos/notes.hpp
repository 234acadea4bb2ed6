// SPDX-License-Identifier: Apache-2.0
// What a receipt says beside its prices: what a customer wants with an item, remarks on the order, and what the order's fields
// say. Threads: pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/escpos/items.hpp"
#include "plugins/escpos/profile.hpp"

namespace greentill::escpos {

/// Adds them to the items above line `end`, each as a line of amount 0 in its place, as printed: lines without a price between
/// the first item and the total, and, wherever they stand, those that begin with one of the profile's words for a remark. None
/// that is a heading, a label's, or holds what only people's data does: a mail address, a long number. A note that a reduction
/// repeats is said once.
void add_notes(const Lines& lines, std::size_t end, const Profile& profile, FoundItems& into);

/// "Include utensils: No", of lines that are no items: the name and the value, where the name has one of the profile's words for
/// a field.
std::vector<plugin::Transaction::Attribute> find_fields(const Lines& lines, const Profile& profile,
                                                        const std::vector<bool>& used);

}  // namespace greentill::escpos
