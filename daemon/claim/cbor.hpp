// SPDX-License-Identifier: Apache-2.0
// Deterministic CBOR (RFC 8949, 4.2.1), written and read. What the claim formats use of it: integers, byte strings, UTF-8 texts,
// arrays, maps, tags, false, true and null. Floating point, undefined, other simple values, bignums (tags 2 and 3) and
// indefinite lengths are refused wherever they stand.
//
// Writer and reader are sticky: after the first failure every further call does nothing, so a caller checks once, at the end.
// Nothing allocates or throws. Threads: one object a thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

/// Arrays, maps and tags inside one another, counted from 1.
inline constexpr unsigned kMaxCborDepth = 8;

/// The major types (RFC 8949, 3.1).
enum class CborType : std::uint8_t {
  unsigned_integer = 0,
  negative_integer = 1,
  bytes = 2,
  text = 3,
  array = 4,
  map = 5,
  tag = 6,
  simple = 7
};

/// The head of an item: its type and its argument (value, length, count, tag number or simple value).
struct CborHead {
  CborType type = CborType::unsigned_integer;
  std::uint64_t argument = 0;
};

/// Writes into a buffer of the caller's. The caller must write map keys in bytewise order, each once, and texts in UTF-8: the
/// writer does not check.
class CborWriter {
 public:
  explicit CborWriter(MutableBytes out) : out_(out) {}

  void head(CborType type, std::uint64_t argument);
  void unsigned_integer(std::uint64_t value) { head(CborType::unsigned_integer, value); }
  void integer(std::int64_t value);
  void boolean(bool value) { head(CborType::simple, value ? 21 : 20); }
  void bytes(ByteView value);
  void text(std::string_view value);
  void array(std::size_t count) { head(CborType::array, count); }
  void map(std::size_t pairs) { head(CborType::map, pairs); }
  void tag(std::uint64_t number) { head(CborType::tag, number); }
  /// Copies bytes as they are: the content of a string whose head is written, or an item that was encoded elsewhere.
  void raw(ByteView value);

  /// False once something did not fit the buffer.
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// What was written. Lifetime: the buffer's.
  [[nodiscard]] ByteView written() const { return out_.first(size_); }

 private:
  MutableBytes out_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

/// Reads item after item from a buffer of the caller's. A read of the wrong type fails with the `reason` given; what breaks the
/// encoding itself fails with the reader's own. After a failure reads return zeros, empty views and false.
class CborReader {
 public:
  explicit CborReader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t unsigned_integer(const char* reason);
  std::int64_t integer(const char* reason);
  bool boolean(const char* reason);
  /// Returns views into the buffer.
  ByteView bytes(const char* reason);
  std::string_view text(const char* reason);
  /// Reads the head of an array or a map, and returns how many items, or pairs, follow. Fails where the bytes left cannot hold so
  /// many.
  std::size_t array(const char* reason);
  std::size_t map(const char* reason);
  std::uint64_t tag(const char* reason);
  /// Reads the next head, whatever its type; of a string only the head is consumed, not the content.
  CborHead head();
  /// Reads one whole item of any kind and nesting, and returns its encoded bytes. It must keep to the policy at the top.
  ByteView item();

  /// Records a failure at a byte. The first failure stays.
  void fail(Fault::Kind kind, std::size_t offset, const char* reason);
  [[nodiscard]] bool ok() const { return !fault_; }
  /// Requires: !ok().
  [[nodiscard]] const Fault& fault() const { return *fault_; }
  /// Whether all bytes were read. False after a failure.
  [[nodiscard]] bool at_end() const { return ok() && position_ == bytes_.size(); }
  /// Fails where bytes are left.
  void expect_end();
  /// The offset of the byte that is read next.
  [[nodiscard]] std::size_t position() const { return position_; }
  /// The bytes that are not read yet.
  [[nodiscard]] ByteView rest() const { return bytes_.subspan(position_); }

 private:
  std::uint64_t argument(std::uint8_t additional, std::size_t start);
  bool expect(CborType type, CborHead& out, const char* reason);
  ByteView take(std::uint64_t size, std::size_t start);
  std::size_t count(CborType type, const char* reason);
  void skip(unsigned depth);
  void skip_map(std::uint64_t pairs, unsigned depth);

  ByteView bytes_;
  std::size_t position_ = 0;
  std::optional<Fault> fault_;
};

/// Checks that `bytes` are one item, complete, deterministic and of the kinds named at the top, with nothing after it.
BasicStatus<Fault> check_item(ByteView bytes);

}  // namespace greentill::claim
