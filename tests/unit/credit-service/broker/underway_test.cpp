// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/underway.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace greentill::credit {
namespace {

struct Publication {
  bool complete = false;
  [[nodiscard]] bool is_complete() const { return complete; }
};

TEST_CASE("underway: there is room again once the oldest is acknowledged") {
  Underway<std::shared_ptr<Publication>> underway(3);
  std::shared_ptr<Publication> sent[4];
  for (auto& one : sent) one = std::make_shared<Publication>();
  for (int i = 0; i < 3; ++i) {
    CHECK(underway.has_room());
    underway.add(sent[i]);
  }
  CHECK_FALSE(underway.has_room());
  CHECK(underway.oldest() == sent[0]);
  sent[1]->complete = true;
  CHECK_FALSE(underway.has_room());
  sent[0]->complete = true;
  CHECK(underway.has_room());
  underway.add(sent[3]);
  CHECK(underway.oldest() == sent[2]);
  CHECK(sent[0].use_count() == 1);  // what is acknowledged is not kept
  CHECK(underway.has_room());
}

}  // namespace
}  // namespace greentill::credit
