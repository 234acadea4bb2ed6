// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/record_reader.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::plugin {

std::size_t MemoryBytes::read(std::span<char> into) {
  const std::size_t count = std::min(into.size(), rest_.size());
  std::copy_n(rest_.data(), count, into.data());
  rest_.remove_prefix(count);
  return count;
}

std::string read_all(Bytes& bytes, std::size_t most) {
  std::string all;
  for (;;) {
    const std::size_t have = all.size();
    all.resize(have + (64u << 10));
    const std::size_t got = bytes.read(std::span(all).subspan(have));
    all.resize(have + got);
    if (all.size() > most) throw std::runtime_error("it has more than " + std::to_string(most) + " bytes");
    if (got == 0) return all;
  }
}

}  // namespace greentill::plugin
