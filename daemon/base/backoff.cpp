// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/backoff.hpp"

#include <algorithm>
#include <cstring>

namespace greentill {

std::chrono::milliseconds doubled(std::chrono::milliseconds least, unsigned times, std::chrono::milliseconds most) {
  std::chrono::milliseconds value = least;
  for (unsigned i = 0; i < times && value < most; ++i) value *= 2;
  return std::min(value, most);
}

std::chrono::milliseconds Backoff::next(Random& random) {
  const std::chrono::milliseconds ceiling = doubled(least_, tries_, most_);
  ++tries_;
  Bytes<8> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  // The bias of the remainder is below 2^-40 for any ceiling in use.
  return std::chrono::milliseconds(number % (static_cast<std::uint64_t>(std::max<std::int64_t>(ceiling.count(), 0)) + 1));
}

}  // namespace greentill
