// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/postgres/rows.hpp"

#include <libpq-fe.h>

#include "daemon/base/text.hpp"

namespace greentill::postgres {
namespace {

// Numbers of types, as pg_type has them.
constexpr Oid kNumeric = 1700;

std::int64_t big_endian(ByteView bytes) {
  if (bytes.empty()) return 0;
  std::uint64_t value = bytes.size() > 1 && (bytes[0] & 0x80u) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

/// Digits of four decimals each, the first of them 10000^weight; 0 where it is not whole or does not fit. Sums are such.
std::int64_t whole_numeric(ByteView bytes) {
  if (bytes.size() < 8) return 0;
  const std::int64_t digits = big_endian(bytes.first(2));
  const std::int64_t weight = big_endian(bytes.subspan(2, 2));
  const bool is_negative = big_endian(bytes.subspan(4, 2)) == 0x4000;
  if (weight > 4 || digits > weight + 1 || bytes.size() < 8 + 2 * static_cast<std::size_t>(digits)) return 0;
  std::uint64_t value = 0;
  for (std::int64_t at = 0; at <= weight; ++at) {
    value *= 10'000;
    if (at < digits) value += static_cast<std::uint64_t>(big_endian(bytes.subspan(8 + 2 * static_cast<std::size_t>(at), 2)));
  }
  return static_cast<std::int64_t>(is_negative ? 0 - value : value);
}

}  // namespace

void ClearsResult::operator()(pg_result* result) const { PQclear(result); }

Rows::Rows(ResultPointer result) : result_(std::move(result)), count_(PQntuples(result_.get())) {}

std::int64_t Rows::changed() const {
  if (!result_) return 0;
  return parse_integer<std::int64_t>(std::string_view(PQcmdTuples(result_.get()))).value_or(0);
}

bool Rows::is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }

std::int64_t Rows::integer(int column) const {
  const ByteView value = bytes(column);
  return PQftype(result_.get(), column) == kNumeric ? whole_numeric(value) : big_endian(value);
}

ByteView Rows::bytes(int column) const {
  const auto length = static_cast<std::size_t>(PQgetlength(result_.get(), row_, column));
  return as_bytes(std::string_view(PQgetvalue(result_.get(), row_, column), length));
}

}  // namespace greentill::postgres
