// SPDX-License-Identifier: Apache-2.0
// What the rules of trees need of a database. Each operation touches what one key leads to. tables/stored_trees.hpp implements
// it.
//
// Errors: those of the database; of a change they may be told by what follows, at the latest by the commit. Its transaction must
// then be given up, and nothing of it stays. What is read is a copy. Threads: one; within a transaction of the ledger's store,
// but for what only reads.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/holdings/tree.hpp"

namespace greentill::credit {

class TreeStore {
 public:
  virtual ~TreeStore() = default;

  // What is asked for by its id or number is nothing where there is none.

  // The catalogue, by id; lists are in order of it. put() adds, or changes what is stored under the id.
  virtual Result<std::optional<Species>> species(const std::string& id) = 0;
  virtual Result<std::vector<Species>> all_species() = 0;
  virtual Status put(const Species& species) = 0;
  virtual Result<std::optional<TreeParty>> party(const std::string& id) = 0;
  virtual Result<std::vector<TreeParty>> parties() = 0;
  virtual Status put(const TreeParty& party) = 0;
  virtual Result<std::optional<Site>> site(const std::string& id) = 0;
  /// The ids of those in the region, or of all where that is empty; by id.
  virtual Result<std::vector<std::string>> sites(const std::string& region) = 0;
  /// Leaves what is ordered for it as it is.
  virtual Status put(const Site& site) = 0;
  /// So many trees more are ordered for the site; below 0: fewer.
  virtual Status add_ordered(const std::string& site, std::int64_t trees) = 0;

  // By order.
  virtual Result<std::optional<TreeOrder>> order(std::int64_t no) = 0;
  /// The one that was made by a request with that key (Call::repeat_key()); nothing where none was.
  virtual Result<std::optional<TreeOrder>> order_by_key(const std::string& key) = 0;
  /// Stores a new one, whose `no` is 0, and returns its number.
  virtual Result<std::int64_t> add_order(const TreeOrder& order) = 0;
  /// Changes the state of a stored one.
  virtual Status put(const TreeOrder& order) = 0;
  /// The numbers of open orders whose time is over at `now`, at most `most`.
  virtual Result<std::vector<std::int64_t>> overdue(std::int64_t now, std::size_t most) = 0;
  /// The trees of the order, replaced ones too; by number.
  virtual Result<std::vector<Tree>> trees_of(std::int64_t order) = 0;

  // By tree.
  virtual Result<std::optional<Tree>> tree(const std::string& number) = 0;
  /// A new one. Requires: no tree has its number.
  virtual Status add(const Tree& tree) = 0;
  /// Changes the state of a stored one, and by what it is replaced.
  virtual Status put(const Tree& tree) = 0;
  /// The next serial, from 1, behind `prefix`, which begins all numbers of a species, site and year. It is given out once.
  virtual Result<std::int64_t> next_serial(const std::string& prefix) = 0;
  /// Notes what was done with a tree, behind what was noted of it before.
  virtual Status add(const TreeEvent& event) = 0;
  /// What was noted of the tree, in turn.
  virtual Result<std::vector<TreeEvent>> events(const std::string& tree) = 0;
  /// The tree that has such a photo in its evidence; nothing where none does.
  virtual Result<std::optional<std::string>> tree_with_photo(const Digest& photo) = 0;
  /// What its planter gets for it; nothing where that was not noted.
  virtual Result<std::optional<TreePayment>> payment(const std::string& tree) = 0;
  /// Adds it, or says when and how it was paid.
  virtual Status put(const TreePayment& payment) = 0;

  // By certificate.
  virtual Result<std::optional<CertifiedTrees>> certificate(const std::string& number) = 0;
  /// A new one, of these trees. Requires: no certificate has its number, or its place in a list of states.
  virtual Status add(const CertifiedTrees& certificate, const std::vector<std::string>& trees) = 0;
  /// Changes its state, and so what its place in the list of states says.
  virtual Status put_state(const CertifiedTrees& certificate, CertifiedTrees::State state) = 0;
  /// The numbers of those that name the tree; revoked ones too.
  virtual Result<std::vector<std::string>> certificates_with(const std::string& tree) = 0;
  /// All certificates of one account become the other's.
  virtual Status move_certificates(const std::string& from, const std::string& into) = 0;
  /// Those of the account without their messages, by the time of issue.
  virtual Result<std::vector<CertifiedTrees>> certificates_of(const std::string& account) = 0;

  // By list of states, numbered from 1.
  /// Of the last list its number, 0 where there is none, and how many of its places are taken.
  virtual Result<std::pair<std::uint32_t, std::size_t>> last_list() = 0;
  /// Whether a certificate, of whatever state, has the place. It is never given out again.
  virtual Result<bool> is_place_taken(std::uint32_t list, std::uint32_t index) = 0;
  /// The places of the list whose certificates are not good, and what they are.
  virtual Result<std::vector<std::pair<std::uint32_t, CertifiedTrees::State>>> not_good(std::uint32_t list) = 0;

  // The whole, for an operator.
  /// Every certificate without its message, by the time of issue.
  virtual Result<std::vector<CertifiedTrees>> certificates() = 0;
  /// Those behind `after`, by number, at most `most`; of a site and in a state, where these are given.
  virtual Result<std::vector<Tree>> trees(const std::string& site, std::optional<Tree::State> state, const std::string& after,
                                          std::size_t most) = 0;
  /// Those behind the number `after`, by number, at most `most`.
  virtual Result<std::vector<TreeOrder>> orders(std::int64_t after, std::size_t most) = 0;
  /// Of a planter; empty: of all. `unpaid_alone`: those that wait for it. By tree.
  virtual Result<std::vector<TreePayment>> payments(const std::string& planter, bool unpaid_alone) = 0;
};

}  // namespace greentill::credit
