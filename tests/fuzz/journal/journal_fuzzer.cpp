// SPDX-License-Identifier: Apache-2.0
// Files as the journal reads them. The first byte says what the rest is: rows of CSV under one of three mappings or in one of
// three encodings, lines of JSON, a pattern with a text behind a NUL, or a mapping of its own with its rows behind a NUL. Rows
// must be the same in whatever pieces they arrive, no byte may be left unread, and what becomes a transaction must be within the
// limits of the ABI, since the host takes nothing else and the source would stop at it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/text.hpp"
#include "plugins/journal/columns.hpp"
#include "plugins/journal/row_decoder.hpp"
#include "tests/fuzz/acceptable.hpp"

namespace {

using namespace greentill;
using fuzz::require;
using fuzz::require_acceptable;
using journal::Mapping;
using journal::RowDecoder;

constexpr std::string_view kMapping = R"(
issuer = "dock"
zone = "Europe/Helsinki"
begin = { column = "from", formats = ["%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S.%f%z"] }
end = { column = "to", formats = ["%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"] }
duration = { column = "min", scale = "60" }
mode = { column = "type", values = { B = "bike.shared", E = "ebike.shared" } }
)";
constexpr std::string_view kWholeRow = R"(
event_id = { whole_row = true }
quantities = { "m.track" = { column = "km", scale = "1000" } }
)";
constexpr std::string_view kCircle = R"(
event_id = { column = "id" }
quantities = { "m.stations" = { great_circle = ["a", "b", "c", "d"] } }
)";

struct Seen {
  std::size_t size;
  std::size_t lines;
  std::string event_id;
  std::string problem;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> read(RowDecoder& decoder, std::string_view text, std::size_t step) {
  std::vector<Seen> rows;
  std::size_t begin = 0;
  std::size_t have = 0;
  decoder.begin_file();
  for (;;) {
    auto row = decoder.next(text.substr(begin, have - begin), false);
    if (!row && have < text.size()) {
      have = std::min(text.size(), have + step);
      continue;
    }
    if (!row) row = decoder.next(text.substr(begin), true);
    if (!row) break;
    require(row->size > 0 && row->size <= have - begin);
    require(!row->transaction || row->problem.empty());
    require(!row->read || (row->problem.empty() && !row->transaction));
    if (row->transaction) require_acceptable(*row->transaction);
    if (row->read) require_acceptable(*row->read);
    const std::string event_id = row->transaction ? row->transaction->event_id : row->read ? row->read->event_id : "";
    rows.push_back({row->size, row->lines, event_id, row->problem});
    begin += row->size;
  }
  // A byte order mark with nothing behind it is all that may be left.
  require(begin == text.size() || text == "\xef\xbb\xbf" || text == "\xff\xfe" || text == "\xfe\xff");
  return rows;
}

void check(const auto& make, std::string_view text) {
  try {
    const auto whole = read(*make(), text, text.size() + 1);
    require(read(*make(), text, 1 + text.size() / 5) == whole);
    // In steps of one byte a row is begun anew with each, which takes the square of its length.
    if (text.size() <= 512) require(read(*make(), text, 1) == whole);
  } catch (const std::runtime_error&) {
    // The header or the mapping is wrong, which whoever configured it is told.
  }
}

/// By its definition, for short ones.
bool matches_plainly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return matches_plainly(pattern.substr(1), text) || (!text.empty() && matches_plainly(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || lower_case(pattern.substr(0, 1)) == lower_case(text.substr(0, 1))) &&
         matches_plainly(pattern.substr(1), text.substr(1));
}

void check_pattern(std::string_view text) {
  const std::size_t end = std::min(text.find('\0'), text.size());
  const std::string_view pattern = text.substr(0, end);
  const std::string_view value = text.substr(std::min(end + 1, text.size()));
  const bool found = journal::matches(pattern, value);
  const bool is_ascii = std::all_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_ascii && pattern.size() <= 8 && value.size() <= 16) require(found == matches_plainly(pattern, value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const Mapping kMappings[] = {
      Mapping::parse(std::string(kMapping) + std::string(kWholeRow), "whole-row"),
      Mapping::parse(std::string(kMapping) + std::string(kCircle), "circle"),
      Mapping::parse("delimiter = \";\"\n" + std::string(kMapping) + std::string(kWholeRow), "semicolons"),
      Mapping::parse("encoding = \"utf-16le\"\ndecimal = \",\"\n" + std::string(kMapping) + std::string(kCircle), "utf-16"),
      Mapping::parse("encoding = \"cp949\"\n" + std::string(kMapping) + std::string(kWholeRow), "cp949"),
      Mapping::parse("encoding = \"gb18030\"\nleave_out = [{ columns = [\"type\"], values = [\"*?x\"] }]\n" +
                         std::string(kMapping) + std::string(kWholeRow),
                     "gb18030"),
  };
  switch (data[0]) {
    case 'w': check([] { return journal::csv_decoder(kMappings[0]); }, text); break;
    case 'c': check([] { return journal::csv_decoder(kMappings[1]); }, text); break;
    case 's': check([] { return journal::csv_decoder(kMappings[2]); }, text); break;
    case 'u': check([] { return journal::csv_decoder(kMappings[3]); }, text); break;
    case 'k': check([] { return journal::csv_decoder(kMappings[4]); }, text); break;
    case 'g': check([] { return journal::csv_decoder(kMappings[5]); }, text); break;
    case 'p': check_pattern(text); break;
    case 'j': check([] { return journal::json_decoder(); }, text); break;
    default: {
      const std::size_t end = std::min(text.find('\0'), text.size());
      const auto make = [mapping = text.substr(0, end)] { return journal::csv_decoder(Mapping::parse(mapping, "mapping")); };
      check(make, text.substr(std::min(end + 1, text.size())));
    }
  }
  return 0;
}
