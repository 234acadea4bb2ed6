// SPDX-License-Identifier: Apache-2.0
// What is read from a statement's rows in the same way, whatever database they come from: of a Self with status(), is_null(),
// integer() and bytes(). Threads: those of Self.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::sqlite {

template <typename Self>
class RowAccess {
 public:
  /// `value`, or the failure that ended the rows.
  template <typename T>
  [[nodiscard]] Result<T> result(T value) const {
    if (Status ran = self().status(); !ran) return Failure{ran.error()};
    return value;
  }
  [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(self().integer(column)); }
  /// Nothing where the column is NULL.
  [[nodiscard]] std::optional<std::int64_t> optional(int column) const {
    return self().is_null(column) ? std::nullopt : std::optional(self().integer(column));
  }
  /// Lifetime: that of bytes().
  [[nodiscard]] std::string_view text(int column) const { return as_text(self().bytes(column)); }
  /// Copies the bytes; false where the column holds another number of bytes.
  template <std::size_t N>
  [[nodiscard]] bool fixed(int column, Bytes<N>& into) const {
    const ByteView value = self().bytes(column);
    if (value.size() != N) return false;
    std::copy(value.begin(), value.end(), into.begin());
    return true;
  }

 protected:
  RowAccess() = default;
  ~RowAccess() = default;

 private:
  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
};

}  // namespace greentill::sqlite
