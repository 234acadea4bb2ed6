// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/record_reader.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace greentill::plugin {

std::size_t MemoryBytes::read(std::span<char> into) {
  const std::size_t count = std::min(into.size(), rest_.size());
  std::copy_n(rest_.data(), count, into.data());
  rest_.remove_prefix(count);
  return count;
}

bool read_onto(ByteInput& bytes, std::string& buffer, std::size_t most) {
  const std::size_t have = buffer.size();
  buffer.resize(have + most);
  const std::size_t got = bytes.read(std::span(buffer).subspan(have));
  buffer.resize(have + got);
  return got > 0;
}

void Pieces::feed_next() {
  std::array<char, 16u << 10> piece;
  const std::size_t got = bytes_.read(piece);
  at_end_ = got == 0;
  try {
    feed_({piece.data(), got}, at_end_);
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
}

bool Pieces::at_end() const {
  if (failure_) throw std::runtime_error(*failure_);
  return at_end_;
}

std::string read_all(ByteInput& bytes, std::size_t most) {
  std::string all;
  while (read_onto(bytes, all, 64u << 10)) {
    if (all.size() > most) throw std::runtime_error("it has more than " + std::to_string(most) + " bytes");
  }
  return all;
}

}  // namespace greentill::plugin
