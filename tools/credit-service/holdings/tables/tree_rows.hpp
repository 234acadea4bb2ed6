// SPDX-License-Identifier: Apache-2.0
// Trees and what belongs to them, as their tables' rows have them. Private to this folder. Threads: pure functions.
#pragma once

#include <string>

#include "tools/credit-service/holdings/tree.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

inline std::string text_at(const sql::Query& row, int column) { return std::string(row.text(column)); }
inline int int_at(const sql::Query& row, int column) { return static_cast<int>(row.integer(column)); }

inline Species species_of(const sql::Query& r) {
  return {text_at(r, 0), text_at(r, 1), text_at(r, 2), r.integer(3),  text_at(r, 4),
          int_at(r, 5),  int_at(r, 6),  r.integer(7),  text_at(r, 8), r.integer(9) != 0};
}

inline TreeParty party_of(const sql::Query& r) {
  return {text_at(r, 0), static_cast<TreeParty::Kind>(r.integer(1)), text_at(r, 2), text_at(r, 3), r.integer(4) != 0};
}

/// Without what is ordered for it.
inline Site site_of(const sql::Query& r) {
  return {text_at(r, 0), text_at(r, 1), text_at(r, 2), text_at(r, 3), int_at(r, 4), int_at(r, 5), r.integer(6), 0};
}

inline TreeOrder order_of(const sql::Query& r) {
  return {r.integer(0), text_at(r, 1), text_at(r, 2), text_at(r, 3),
          r.integer(4), r.integer(5),  int_at(r, 6),  static_cast<TreeOrder::State>(r.integer(7)),
          r.integer(8), r.integer(9),  r.optional(10)};
}

inline Tree tree_of(const sql::Query& r) {
  return {text_at(r, 1), r.integer(0), text_at(r, 2), static_cast<Tree::State>(r.integer(3)),
          r.integer(4),  r.integer(5), text_at(r, 6), text_at(r, 7)};
}

inline TreeEvent event_of(const sql::Query& r) {
  TreeEvent event;
  event.tree = r.text(0);
  event.no = r.integer(1);
  event.kind = static_cast<TreeEvent::Kind>(r.integer(2));
  event.at = r.integer(3);
  event.who = r.text(4);
  if (Digest photo{}; r.fixed(5, photo)) event.photo = photo;
  event.taken_at = r.optional(6);
  if (!r.is_null(7)) event.latitude = int_at(r, 7);
  if (!r.is_null(8)) event.longitude = int_at(r, 8);
  event.why = r.text(9);
  return event;
}

inline TreePayment payment_of(const sql::Query& r) {
  return {text_at(r, 0), text_at(r, 1), r.integer(2), text_at(r, 3), r.integer(4), r.optional(5), text_at(r, 6)};
}

inline CertifiedTrees certificate_of(const sql::Query& r) {
  return {text_at(r, 1),
          text_at(r, 0),
          int_at(r, 2),
          static_cast<std::uint32_t>(r.integer(3)),
          static_cast<std::uint32_t>(r.integer(4)),
          static_cast<CertifiedTrees::State>(r.integer(5)),
          r.integer(6),
          text_at(r, 7)};
}

}  // namespace greentill::credit
