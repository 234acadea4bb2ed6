// SPDX-License-Identifier: Apache-2.0
// Reads a file of claims (a CBOR sequence, RFC 8742) in pieces of bounded size, and finds the next claim after damage.
#pragma once

#include <cstdint>
#include <istream>
#include <span>
#include <variant>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/message.hpp"

namespace greentill::cli {

/// A message; or bytes that are none, with what is wrong where they begin.
struct Piece {
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t size = 0;
  std::variant<claim::Message, claim::Fault> content;
};

/// Threads: one.
class SequenceReader {
 public:
  /// `in` must outlive the reader.
  explicit SequenceReader(std::istream& in) : in_(in) {}

  /// The next few hundred pieces; empty at the end. Damaged bytes are one piece, up to where the next claim message can be read,
  /// or to the end. io where the file cannot be read. Lifetime: until the next call.
  Result<std::span<const Piece>> next();

 private:
  Status refill();
  void take_all();
  bool take_one();
  void find_next_message();
  void end_damage();

  std::istream& in_;
  std::vector<std::uint8_t> buffer_;
  std::size_t position_ = 0;     // where the bytes that were not taken yet begin in the buffer
  std::uint64_t buffer_at_ = 0;  // the buffer's offset in the file
  std::optional<Piece> damage_;  // damage whose end was not found yet
  std::vector<Piece> pieces_;
};

}  // namespace greentill::cli
