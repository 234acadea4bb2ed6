// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/backoff.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace greentill::test::backoff {
namespace {

using std::chrono::milliseconds;

/// Draws one number after the other.
class Counting final : public Random {
 public:
  void fill(MutableBytes out) override {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    out[0] = static_cast<std::uint8_t>(next_);
    out[1] = static_cast<std::uint8_t>(next_ >> 8);
    ++next_;
  }

 private:
  unsigned next_ = 0;
};

TEST_CASE("a pause doubles up to its bound, and is never longer or below zero") {
  CHECK(doubled(milliseconds(100), 0, milliseconds(1000)) == milliseconds(100));
  CHECK(doubled(milliseconds(100), 3, milliseconds(1000)) == milliseconds(800));
  CHECK(doubled(milliseconds(100), 4, milliseconds(1000)) == milliseconds(1000));
  CHECK(doubled(milliseconds(100), 4'000'000'000, milliseconds(1000)) == milliseconds(1000));
  CHECK(doubled(milliseconds(2000), 1, milliseconds(1000)) == milliseconds(1000));
}

TEST_CASE("a try waits anywhere between nothing and what its pause has come to") {
  Counting random;
  Backoff backoff(milliseconds(2), milliseconds(8));
  for (const int most : {2, 4, 8, 8}) {
    milliseconds longest(0);
    for (int i = 0; i <= most; ++i) {
      Backoff fresh = backoff;
      longest = std::max(longest, fresh.next(random));
    }
    CHECK(longest == milliseconds(most));
    static_cast<void>(backoff.next(random));
  }
  backoff.reset();
  CHECK(backoff.next(random) <= milliseconds(2));
}

TEST_CASE("who keeps to a pause comes somewhat later, by up to a part of it") {
  Counting random;
  milliseconds least = milliseconds::max();
  milliseconds most(0);
  for (int i = 0; i < 26; ++i) {
    const milliseconds pause = spread(milliseconds(300), 12, random);
    least = std::min(least, pause);
    most = std::max(most, pause);
  }
  CHECK(least == milliseconds(300));
  CHECK(most == milliseconds(325));
  CHECK(spread(milliseconds(0), 2, random) == milliseconds(0));
}

}  // namespace
}  // namespace greentill::test::backoff
