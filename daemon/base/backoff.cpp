// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/backoff.hpp"

#include <algorithm>
#include <cstring>

namespace greentill {
namespace {

using std::chrono::milliseconds;

/// Uniform between 0 and `most`. The bias of the remainder is below 2^-24 for any pause of less than 30 years.
milliseconds up_to(milliseconds most, Random& random) {
  Bytes<8> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return milliseconds(number % (static_cast<std::uint64_t>(std::max<std::int64_t>(most.count(), 0)) + 1));
}

}  // namespace

milliseconds doubled(milliseconds least, unsigned times, milliseconds most) {
  milliseconds value = least;
  for (unsigned i = 0; i < times && value < most; ++i) value *= 2;
  return std::min(value, most);
}

milliseconds spread(milliseconds pause, unsigned part, Random& random) { return pause + up_to(pause / part, random); }

milliseconds Backoff::next(Random& random) { return up_to(doubled(least_, tries_++, most_), random); }

}  // namespace greentill
