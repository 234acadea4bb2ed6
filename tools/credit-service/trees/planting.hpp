// SPDX-License-Identifier: Apache-2.0
// What becomes of a tree: planted, looked at by somebody else, failed, replaced; and what its planter is owed. docs/trees.md,
// "From order to tree". Called within a transaction of the ledger's store. Threads: one.
//
// Errors: invalid, not_found and conflict as accounts.hpp has them, besides the store's.
//
// What always holds: a tree stands only where an inspector who does not work for its planter approved evidence; no photo is
// evidence twice; a planter is owed for a tree at most once.
#pragma once

#include <optional>
#include <string>

#include "tools/credit-service/holdings/tree_store.hpp"

namespace greentill::credit {

/// What somebody brings from the place.
struct Evidence {
  std::string who;  ///< a planter or an inspector
  std::optional<Digest> photo;
  std::optional<std::int64_t> taken_at;
  std::optional<std::int32_t> latitude, longitude;
  std::string why;
};

class Planting {
 public:
  static constexpr std::int64_t kFarthestM = 5'000;  ///< evidence is taken so near to the site

  /// `programme`: its id. It must outlive it.
  Planting(TreeStore& store, std::string programme, std::int64_t now)
      : store_(store), programme_(std::move(programme)), now_(now) {}

  /// The planter's word: with a photo, when and where it was taken.
  Result<Tree> planted(const std::string& number, const Evidence& evidence);
  /// An inspector's: the tree stands, and its planter is owed.
  Result<Tree> approve(const std::string& number, const Evidence& evidence);
  /// The evidence will not do, for a reason: the tree is to be planted, or shown, again.
  Result<Tree> reject(const std::string& number, const Evidence& evidence);
  /// The tree died, was never planted, or cannot be found, for a reason.
  Result<Tree> failed(const std::string& number, const Evidence& evidence);
  /// Another is ordered in the place of one that failed, for the same credit; who was paid for it is not paid again. The new one.
  Result<Tree> replace(const std::string& number, const std::string& who);
  /// The planter was paid for the tree. Nothing is changed where that was said with the same reference.
  Status paid(const std::string& number, const std::string& reference, std::int64_t at);

  /// A tree by its number.
  Result<Tree> find(const std::string& number);

 private:
  Status judge(const Tree& tree, const Evidence& evidence);
  Status check_evidence(const Tree& tree, const Evidence& evidence);
  Result<Tree> say(Tree tree, TreeEvent::Kind kind, Tree::State state, const Evidence& evidence);
  Status owe(const Tree& tree);
  Status mark_certificates(const std::string& tree, Tree::State state);

  TreeStore& store_;
  std::string programme_;
  std::int64_t now_;
};

}  // namespace greentill::credit
