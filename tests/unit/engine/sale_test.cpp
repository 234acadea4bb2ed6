// SPDX-License-Identifier: Apache-2.0
// Which sale a claim belongs to: what the store keeps of it.
#include "daemon/engine/sale.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

event::Transaction sale(std::string issuer, std::string event_id) {
  event::Transaction t;
  t.issuer = std::move(issuer);
  t.event_id = std::move(event_id);
  t.begin = 1000;
  return t;
}

TEST_CASE("sale: what the till says goes before what names the event") {
  event::Transaction t = sale("shop/3", "2026-11-24/3/1702");
  outbox::Sale kept = engine::sale_of(t);
  CHECK(kept.till == "shop/3");
  CHECK(kept.receipt_number == "2026-11-24/3/1702");
  CHECK(kept.begin == 1000);
  t.till = "Till 3";
  t.receipt_number = "1702";
  kept = engine::sale_of(t);
  CHECK(kept.till == "Till 3");
  CHECK(kept.receipt_number == "1702");
}

TEST_CASE("sale: an id that is a hash stands for no receipt number, and card numbers are masked wherever they come from") {
  CHECK(engine::sale_of(sale("till", "sha256:00ff")).receipt_number.empty());
  CHECK(engine::sale_of(sale("till", "2026-11-24/sha256:00ff")).receipt_number.empty());
  const outbox::Sale kept = engine::sale_of(sale("4111 1111 1111 1111", "4111111111111111"));
  CHECK(kept.till == "**** **** **** 1111");
  CHECK(kept.receipt_number == "************1111");
}

}  // namespace
}  // namespace greentill
