// SPDX-License-Identifier: Apache-2.0
// A CBOR item taken apart, changed in one place and put together again: how the tests make the one thing wrong that a case is
// about.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "daemon/claim/cbor.hpp"
#include "tests/unit/claim/samples.hpp"

namespace greentill::test {

/// Integer map keys, array indices, or text map keys, from the outside in.
using Path = std::vector<std::variant<std::int64_t, std::string_view>>;

/// Keys of a claim's body, and of its entry in there.
inline constexpr std::int64_t kBody = -65537;
inline constexpr std::int64_t kEntry = 6;

struct Tree {
  claim::CborHead head;
  Buffer content;           ///< of strings
  std::vector<Tree> items;  ///< of arrays and tags; of maps key, value, key, value, …
  std::size_t offset = 0;   ///< in the bytes it was parsed from

  /// Requires: bytes hold to the reader's policy.
  static Tree parse(ByteView bytes);
  /// The item at the end of a path that must exist.
  Tree& at(const Path& path);
  /// Puts a pair into a map, at its place in the order.
  void insert(std::string_view key_hex, std::string_view value_hex);
  /// Takes the pair of an integer key out of a map.
  void erase(std::int64_t key);
  [[nodiscard]] Buffer bytes() const;
};

Buffer hex_bytes(std::string_view hex);

/// The same bytes with the item at `path` replaced.
Buffer replaced(ByteView bytes, const Path& path, std::string_view hex);
Buffer with_pair(ByteView bytes, const Path& map, std::string_view key_hex, std::string_view value_hex);
Buffer without_key(ByteView bytes, const Path& map, std::int64_t key);

/// Where each head of an item begins, in order.
std::vector<std::size_t> head_offsets(ByteView bytes);

/// The same bytes with the head at `offset` in each longer form that CBOR has for it.
std::vector<Buffer> with_longer_heads(ByteView bytes, std::size_t offset);

}  // namespace greentill::test
