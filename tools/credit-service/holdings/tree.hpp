// SPDX-License-Identifier: Apache-2.0
// Trees: what may be ordered, who plants where, orders, and what became of each tree. docs/trees.md says what each means. Times
// are Unix seconds, credit is in mg, places are in 1e-5 degrees.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::credit {

/// What may be ordered.
struct Species {
  std::string id;          ///< as of check_tree_word()
  std::string scientific;  ///< "Haloxylon ammodendron"
  std::string name;        ///< as people call it
  std::int64_t price_mg = 0;
  std::string region;                    ///< sites of this region take it
  int first_month = 1, last_month = 12;  ///< in which it is planted; the first may be behind the last
  std::int64_t cost = 0;                 ///< what a planter gets, in hundredths of the currency
  std::string currency;                  ///< ISO 4217
  bool on_offer = true;
};

/// Who plants, or who looks at what was planted.
struct TreeParty {
  enum class Kind : std::uint8_t { planter = 0, inspector = 1 };
  std::string id;  ///< as of check_tree_word()
  Kind is = Kind::planter;
  std::string name;
  std::string works_for;  ///< of an inspector: a planter whose trees are not theirs to judge; may be empty
  bool active = true;
};

struct Site {
  std::string id;  ///< as of check_tree_word()
  std::string planter;
  std::string name;
  std::string region;
  std::int32_t latitude = 0, longitude = 0;
  std::int64_t room = 0;     ///< trees
  std::int64_t ordered = 0;  ///< of that room
};

struct TreeOrder {
  enum class State : std::uint8_t { open = 0, confirmed = 1, cancelled = 2, expired = 3 };
  std::int64_t no = 0;
  std::string key;  ///< by which its maker knows it; the same twice is one order
  std::string species, site;
  std::int64_t trees = 0;
  std::int64_t price_mg = 0;  ///< of one
  int year = 0;               ///< for which they count
  State state = State::open;
  std::int64_t placed_at = 0;
  std::int64_t until = 0;                  ///< confirmed by then, or expired
  std::optional<std::int64_t> decided_at;  ///< when it was confirmed, cancelled or found expired
};

struct Tree {
  enum class State : std::uint8_t { ordered = 0, planted = 1, standing = 2, failed = 3, replaced = 4 };
  std::string number;  ///< programme, species, site, year and serial: "example/saxaul/alxa-1/2026/42"
  std::int64_t order = 0;
  std::string site;
  State state = State::ordered;
  std::int64_t since = 0;       ///< of the state
  std::int64_t ordered_at = 0;  ///< when it had its number
  std::string replaces;         ///< the tree in whose place it stands; empty: none
  std::string replaced_by;
};

/// Something that was said of a tree. What was said once stays.
struct TreeEvent {
  enum class Kind : std::uint8_t { planted = 0, approved = 1, rejected = 2, failed = 3, replaced = 4 };
  std::string tree;
  std::int64_t no = 0;  ///< of the tree's, from 1
  Kind kind = Kind::planted;
  std::int64_t at = 0;
  std::string who;              ///< a planter or an inspector
  std::optional<Digest> photo;  ///< SHA-256 of its file
  std::optional<std::int64_t> taken_at;
  std::optional<std::int32_t> latitude, longitude;
  std::string why;  ///< of a rejection or failure
};

/// What a planter is owed for a tree that was approved.
struct TreePayment {
  std::string tree;
  std::string planter;
  std::int64_t amount = 0;  ///< in hundredths of the currency
  std::string currency;
  std::int64_t due_at = 0;
  std::optional<std::int64_t> paid_at;
  std::string reference;  ///< the payer's own
};

/// A certificate of trees as it was signed, and its place in the lists of states (docs/tree-certificate.md).
struct CertifiedTrees {
  enum class State : std::uint8_t { good = 0, suspended = 1, revoked = 2 };
  std::string number;
  std::string account;
  int year = 0;
  std::uint32_t list = 0, index = 0;
  State state = State::good;
  std::int64_t issued_at = 0;
  std::string message;  ///< the secured credential
};

[[nodiscard]] constexpr std::string_view to_words(TreeOrder::State state) {
  switch (state) {
    case TreeOrder::State::open: return "open";
    case TreeOrder::State::confirmed: return "confirmed";
    case TreeOrder::State::cancelled: return "cancelled";
    case TreeOrder::State::expired: return "expired";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_words(Tree::State state) {
  switch (state) {
    case Tree::State::ordered: return "ordered";
    case Tree::State::planted: return "planted";
    case Tree::State::standing: return "standing";
    case Tree::State::failed: return "failed";
    case Tree::State::replaced: return "replaced";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_words(CertifiedTrees::State state) {
  switch (state) {
    case CertifiedTrees::State::good: return "good";
    case CertifiedTrees::State::suspended: return "suspended";
    case CertifiedTrees::State::revoked: return "revoked";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_words(TreeEvent::Kind kind) {
  switch (kind) {
    case TreeEvent::Kind::planted: return "planted";
    case TreeEvent::Kind::approved: return "approved";
    case TreeEvent::Kind::rejected: return "rejected";
    case TreeEvent::Kind::failed: return "failed";
    case TreeEvent::Kind::replaced: return "replaced";
  }
  return "unknown";
}

}  // namespace greentill::credit
