// SPDX-License-Identifier: Apache-2.0
// Bytes of a file that come in pieces of so many: whatever reads them must find the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::test {

class BytePieces final : public plugin::ByteInput {
 public:
  BytePieces(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  std::size_t read(std::span<char> into) override { return bytes_.read(into.first(std::min(step_, into.size()))); }

 private:
  plugin::MemoryBytes bytes_;
  std::size_t step_;
};

}  // namespace greentill::test
