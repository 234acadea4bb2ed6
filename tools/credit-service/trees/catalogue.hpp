// SPDX-License-Identifier: Apache-2.0
// What may be ordered, and who plants where. docs/trees.md, "The catalogue". Called within a transaction of the ledger's store.
// Threads: one.
//
// Errors: invalid where a field breaks its form, naming it; not_found where something that is named is not there; conflict where
// what is stored stands against it, besides the store's.
#pragma once

#include <string>
#include <string_view>

#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit {

/// The id of a species, planter, inspector or site, which tree numbers are made of: 1 to 40 of a to z, 0 to 9 and hyphen.
Status check_tree_word(const std::string& what, const std::string& id);

class Catalogue {
 public:
  /// It must outlive it.
  explicit Catalogue(TreeStore& store) : store_(store) {}

  /// A new one, or with other terms from now on: what is ordered keeps its price.
  Status put(const Species& species);
  Status withdraw_species(const std::string& id);
  Status add(const TreeParty& party);
  /// Nothing more is taken from them; what they said stays.
  Result<TreeParty> retire(const std::string& id);
  /// `ordered` is the store's own.
  Status add(Site site);
  /// Room for more, or for less; conflict where more is ordered.
  Result<Site> set_room(const std::string& id, std::int64_t room);

  Result<Species> species(const std::string& id);
  Result<Site> site(const std::string& id);
  Result<TreeParty> party(const std::string& id);

 private:
  TreeStore& store_;
};

}  // namespace greentill::credit
