// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/holdings/tables/stored_trees.hpp"

namespace greentill::credit {

const char* const kTreeSchema = R"sql(
CREATE TABLE species (id TEXT PRIMARY KEY, scientific TEXT NOT NULL, name TEXT NOT NULL, price_mg INTEGER NOT NULL,
  region TEXT NOT NULL, first_month INTEGER NOT NULL, last_month INTEGER NOT NULL, cost INTEGER NOT NULL,
  currency TEXT NOT NULL, on_offer INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tree_parties (id TEXT PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, works_for TEXT NOT NULL,
  active INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sites (id TEXT PRIMARY KEY, planter TEXT NOT NULL, name TEXT NOT NULL, region TEXT NOT NULL,
  latitude INTEGER NOT NULL, longitude INTEGER NOT NULL, room INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ordered_trees (site TEXT PRIMARY KEY, trees INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tree_orders (no INTEGER PRIMARY KEY, key TEXT NOT NULL, species TEXT NOT NULL, site TEXT NOT NULL,
  trees INTEGER NOT NULL, price_mg INTEGER NOT NULL, year INTEGER NOT NULL, state INTEGER NOT NULL, placed_at INTEGER NOT NULL,
  until INTEGER NOT NULL, decided_at INTEGER) STRICT;
CREATE INDEX open_orders ON tree_orders (until) WHERE state = 0;
CREATE TABLE order_keys (key TEXT PRIMARY KEY, no INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE trees (tree_order INTEGER NOT NULL, number TEXT NOT NULL, site TEXT NOT NULL, state INTEGER NOT NULL,
  since INTEGER NOT NULL, ordered_at INTEGER NOT NULL, replaces TEXT NOT NULL, replaced_by TEXT NOT NULL,
  PRIMARY KEY (tree_order, number)) STRICT, WITHOUT ROWID;
CREATE INDEX trees_by_site ON trees (site, state, number);
CREATE TABLE tree_numbers (number TEXT PRIMARY KEY, tree_order INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tree_serials (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tree_events (tree TEXT NOT NULL, no INTEGER NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL,
  who TEXT NOT NULL, photo BLOB, taken_at INTEGER, latitude INTEGER, longitude INTEGER, why TEXT NOT NULL,
  PRIMARY KEY (tree, no)) STRICT, WITHOUT ROWID;
CREATE TABLE tree_photos (photo BLOB PRIMARY KEY, tree TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tree_payments (tree TEXT PRIMARY KEY, planter TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
  due_at INTEGER NOT NULL, paid_at INTEGER, reference TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX payments_by_planter ON tree_payments (planter, tree);
CREATE TABLE tree_certificates (participant TEXT NOT NULL, number TEXT NOT NULL, year INTEGER NOT NULL,
  list INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL, issued_at INTEGER NOT NULL, message BLOB NOT NULL,
  PRIMARY KEY (participant, number)) STRICT;
CREATE TABLE certificate_holders (number TEXT PRIMARY KEY, participant TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE certified_trees (tree TEXT NOT NULL, certificate TEXT NOT NULL, PRIMARY KEY (tree, certificate))
  STRICT, WITHOUT ROWID;
CREATE TABLE status_lists (list INTEGER PRIMARY KEY, taken INTEGER NOT NULL) STRICT;
CREATE TABLE status_places (list INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (list, place))
  STRICT, WITHOUT ROWID;
)sql";

}  // namespace greentill::credit
