// SPDX-License-Identifier: Apache-2.0
// The two directions of a format that is described once. A layout function takes an `io` and a struct and names every part in
// order; with an Encoder it writes the struct, with a Decoder it fills it, and both hold the same limits, so that the reader
// accepts exactly what the writer can produce. Private to daemon/claim.
//
// `reason` says, in each call, what is wrong where the value is not of the format. Both classes are sticky, like the CBOR writer
// and reader they use.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include "daemon/claim/cbor.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::claim {

// CWT claims (RFC 8392, 4) and our private one.
inline constexpr std::int64_t kIssuer = 1;
inline constexpr std::int64_t kSubject = 2;
inline constexpr std::int64_t kExpires = 4;
inline constexpr std::int64_t kNotBefore = 5;
inline constexpr std::int64_t kIssuedAt = 6;
inline constexpr std::int64_t kCwtId = 7;
inline constexpr std::int64_t kBody = -65537;

class Encoder {
 public:
  struct Map {};

  explicit Encoder(MutableBytes out) : writer_(out) {}

  Map begin_map(std::size_t pairs, const char* reason);
  void key(Map& map, std::int64_t key);
  bool optional_key(Map& map, std::int64_t key, bool present);
  void end_map(Map&) {}
  void tag(std::uint64_t number, const char*) { writer_.tag(number); }
  void array(std::size_t count, const char* reason);
  void array_length(const std::size_t& count, const char* reason) { array(count, reason); }
  void unsigned_integer(std::uint64_t value, const char*) { writer_.unsigned_integer(value); }
  /// 1 to 2^32 - 1.
  void number32(std::uint32_t value, const char* reason) {
    require(value != 0, reason);
    writer_.unsigned_integer(value);
  }
  void integer(std::int64_t value, const char*) { writer_.integer(value); }
  void boolean(bool value, const char*) { writer_.boolean(value); }
  template <typename E>
  void enumeration(E value, E last, const char* reason) {
    require(value <= last, reason);
    writer_.unsigned_integer(static_cast<std::uint64_t>(value));
  }
  template <std::size_t N>
  void fixed(const Bytes<N>& value, const char*) {
    writer_.bytes(value);
  }
  void bytes(ByteView value, std::size_t least, std::size_t most, const char* reason);
  void text(std::string_view value, const char* reason);
  /// A device id, written behind a prefix that the format gives.
  void device(std::string_view id, std::string_view prefix, const char* reason);
  void quantities(const Quantities& value, std::int64_t least, const char* reason);
  template <typename T>
  const T& slot(const std::optional<T>& value) {
    return *value;
  }
  template <typename List>
  const auto& element(const List& list, std::size_t index) {
    return list[index];
  }
  template <std::size_t I>
  const auto& alternative(const Entry& entry) {
    return *std::get_if<I>(&entry);
  }
  void unsupported(const char* reason) { require(false, reason); }
  void require(bool holds, const char* reason);

  /// The bytes written, or the first fault.
  [[nodiscard]] Result<std::size_t, Fault> finish() const;

 private:
  CborWriter writer_;
  const char* refused_ = nullptr;
};

/// Reads an item that check_item() accepted. So the order of keys is right, and is used only to tell unknown keys from missing
/// ones.
class Decoder {
 public:
  struct Map {
    std::size_t left = 0;
  };

  explicit Decoder(ByteView bytes) : reader_(bytes) {}

  Map begin_map(std::size_t pairs, const char* reason);
  void key(Map& map, std::int64_t key);
  bool optional_key(Map& map, std::int64_t key, bool present);
  /// Ends the map. Keys that are left over were written by a newer version.
  void end_map(Map& map);
  void tag(std::uint64_t number, const char* reason);
  void array(std::size_t count, const char* reason);
  void array_length(std::size_t& count, const char* reason);
  void unsigned_integer(std::uint64_t& value, const char* reason);
  void number32(std::uint32_t& value, const char* reason);
  void integer(std::int64_t& value, const char* reason);
  void boolean(bool& value, const char* reason);
  template <typename E>
  void enumeration(E& value, E last, const char* reason) {
    std::uint64_t number = 0;
    unsigned_integer(number, reason);
    require(number <= static_cast<std::uint64_t>(last), reason);
    if (ok()) value = static_cast<E>(number);
  }
  template <std::size_t N>
  void fixed(Bytes<N>& value, const char* reason) {
    ByteView content;
    bytes(content, N, N, reason);
    if (ok()) std::copy(content.begin(), content.end(), value.begin());
  }
  void bytes(ByteView& value, std::size_t least, std::size_t most, const char* reason);
  void text(std::string_view& value, const char* reason);
  void device(std::string_view& id, std::string_view prefix, const char* reason);
  void quantities(Quantities& value, std::int64_t least, const char* reason);
  template <typename T>
  T& slot(std::optional<T>& value) {
    return value.emplace();
  }
  /// The next element of a list that is filled in order. Requires: room for it.
  template <typename List>
  auto& element(List& list, std::size_t index) {
    if (index == list.size()) static_cast<void>(list.push_back({}));
    return list[index];
  }
  template <std::size_t I>
  auto& alternative(Entry& entry) {
    return entry.template emplace<I>();
  }
  void unsupported(const char* reason) { reader_.fail(Fault::Kind::unsupported, last_, reason); }
  void require(bool holds, const char* reason);

  /// What is not read yet.
  [[nodiscard]] ByteView rest() const { return reader_.rest(); }
  [[nodiscard]] bool ok() const { return reader_.ok(); }
  [[nodiscard]] const Fault& fault() const { return reader_.fault(); }

 private:
  enum class Next : std::uint8_t { this_key, unknown_key, another };
  Next compare_next(const Map& map, std::int64_t key) const;

  CborReader reader_;
  std::size_t last_ = 0;  // where the value that was read last begins: require() reports faults there
};

/// Writes `value` as `layout` says, and returns its length.
template <typename T, typename Layout>
Result<std::size_t, Fault> encode_by(const Layout& layout, const T& value, MutableBytes out) {
  Encoder io(out);
  layout(io, value);
  return io.finish();
}

/// Reads what fills `payload` as `layout` says.
template <typename T, typename Layout>
Result<T, Fault> parse_by(const Layout& layout, ByteView payload) {
  if (const auto checked = check_item(payload); !checked) return Failure{checked.error()};
  Decoder io(payload);
  T value;
  layout(io, value);
  if (!io.ok()) return Failure{io.fault()};
  return value;
}

}  // namespace greentill::claim
