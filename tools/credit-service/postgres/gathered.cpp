// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/postgres/gathered.hpp"

namespace greentill::postgres {
namespace {

// What an array begins with: dimensions, whether a value is NULL, the values' type, how many there are, and the first one's
// number.
constexpr std::size_t kHeader = 20;

void write_at(std::vector<std::uint8_t>& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

Column::Column(Type type) : bytes_(kHeader) {
  write_at(bytes_, 0, 1);
  write_at(bytes_, 8, static_cast<std::uint32_t>(type));
  write_at(bytes_, 16, 1);
}

void Column::put(std::uint32_t value) {
  bytes_.resize(bytes_.size() + 4);
  write_at(bytes_, bytes_.size() - 4, value);
}

void Column::add(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put(8);
  put(static_cast<std::uint32_t>(bits >> 32));
  put(static_cast<std::uint32_t>(bits));
  ++rows_;
}

void Column::add(ByteView bytes) {
  put(static_cast<std::uint32_t>(bytes.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  ++rows_;
}

void Column::add(std::nullopt_t) {
  put(UINT32_MAX);
  has_null_ = true;
  ++rows_;
}

void Column::clear() {
  bytes_.resize(kHeader);
  rows_ = 0;
  has_null_ = false;
}

ByteView Column::array() {
  write_at(bytes_, 4, has_null_ ? 1 : 0);
  write_at(bytes_, 12, rows_);
  return bytes_;
}

Gathered::Gathered(std::string_view sql, std::initializer_list<Column::Type> columns)
    : sql_(sql), columns_(columns.begin(), columns.end()) {}

void Gathered::clear() {
  for (Column& column : columns_) column.clear();
  rows_ = 0;
}

}  // namespace greentill::postgres
