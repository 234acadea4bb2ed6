// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/refund_signs.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "daemon/event/transaction.hpp"

namespace greentill::event {
namespace {

using Amounts = std::vector<std::int64_t>;

/// The amounts, as they went out, of a refund with these.
Amounts sold(const Amounts& amounts, std::int64_t quantity_milli = -1000) {
  event::Transaction refund;
  for (const std::int64_t amount : amounts) {
    refund.lines.emplace_back();
    refund.lines.back().quantity_milli = quantity_milli;
    refund.lines.back().amount_minor = amount;
  }
  refund.total_minor = -300;
  drop_refund_signs(refund);
  CHECK(refund.total_minor == 300);
  Amounts turned;
  for (const event::Line& line : refund.lines) {
    CHECK(line.quantity_milli == 1000);
    turned.push_back(line.amount_minor);
  }
  return turned;
}

}  // namespace

TEST_CASE("refund signs: a refund's amounts get the signs they went out with, a discount's the other one") {
  CHECK(sold({-350, 50}) == Amounts{350, -50});
  CHECK(sold({-350, 50}, 1000) == Amounts{350, -50});
  CHECK(sold({350, -50}) == Amounts{350, -50});
  CHECK(sold({350, -50}, 1000) == Amounts{350, -50});
  CHECK(sold({0, 0}) == Amounts{0, 0});
  CHECK(sold({}) == Amounts{});
}

TEST_CASE("refund signs: amounts at the ends of their range") {
  CHECK(sold({INT64_MIN}) == Amounts{INT64_MAX});
  CHECK(sold({INT64_MAX, INT64_MAX}) == Amounts{INT64_MAX, INT64_MAX});
  CHECK(magnitude(INT64_MIN) == INT64_MAX);
}

}  // namespace greentill::event
