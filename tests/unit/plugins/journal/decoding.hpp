// SPDX-License-Identifier: Apache-2.0
// Texts of our own making for the journal's decoders, and what comes of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugins/journal/row_decoder.hpp"

namespace greentill::journal::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string shipped_mapping(const std::string& name) {
  return read_text(std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/mappings" / (name + ".toml"));
}

/// id,from,to,metres in UTC: what is about rows, not about times.
inline const std::string kPlainMapping = R"(
issuer = "dock"
zone = "Etc/UTC"
begin = { column = "from", formats = ["%H:%M"] }
end = { column = "to", formats = ["%H:%M"] }
mode = { constant = "bike.shared" }
event_id = { column = "id" }
quantities = { "m.odometer" = { column = "metres" } }
)";
inline const std::string kPlainHeader = "id,from,to,metres\n";

inline std::unique_ptr<RowDecoder> plain_decoder(const std::string& more = {}) {
  return csv_decoder(Mapping::parse(more + kPlainMapping, "plain.toml"));
}

/// Why there is no transaction: "left out: …" where that is on purpose.
inline std::string why_none(const Row& row) { return (row.left_out ? "left out: " : "") + row.problem; }

/// One entry a row that says anything: a transaction's event id, or "line: problem" of a rejected one.
/// `step`: the text arrives in pieces of so many bytes.
inline std::vector<std::string> decode(RowDecoder& decoder, std::string_view text, std::size_t step = SIZE_MAX) {
  std::vector<std::string> found;
  std::size_t begin = 0;
  std::size_t line = 1;
  std::size_t have = 0;
  decoder.begin_file();
  for (;;) {
    auto row = decoder.next(text.substr(begin, have - begin), false);
    if (!row && have == text.size()) row = decoder.next(text.substr(begin), true);
    if (!row && have == text.size()) return found;
    if (!row) {
      have = text.size() - have > step ? have + step : text.size();
      continue;
    }
    if (row->transaction) found.push_back(row->transaction->event_id);
    if (row->read) found.push_back(row->read->event_id);
    if (!row->problem.empty()) found.push_back(std::to_string(line) + ": " + why_none(*row));
    begin += row->size;
    line += row->lines;
  }
}

using Found = std::vector<std::string>;

}  // namespace greentill::journal::test
