// SPDX-License-Identifier: Apache-2.0
// A file's records, however its bytes come: the same pieces or others must give the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/readers/record_reader.hpp"
#include "tests/fuzz/acceptable.hpp"
#include "tests/support/byte_pieces.hpp"

namespace greentill::fuzz {

using MakeReader = std::function<std::unique_ptr<plugin::RecordReader>(plugin::ByteInput&)>;
using CheckTransaction = std::function<void(const plugin::Transaction&)>;

/// Why a file is given up, without what follows it for people in an XML parser's own words: expat names another fault where it
/// has seen less of the file.
inline std::string failure_of(const std::string& words) {
  constexpr std::string_view kNoXml = "it is no XML";
  const std::size_t at = words.find(kNoXml);
  return at == std::string::npos ? words : words.substr(0, at + kNoXml.size());
}

/// One text a record: what it is, or why there is none. What is within the limits must be what the host takes.
inline std::vector<std::string> records(std::string_view text, std::size_t step, const MakeReader& make,
                                        const CheckTransaction& check) {
  greentill::test::BytePieces bytes(text, step);
  const auto reader = make(bytes);
  std::vector<std::string> all;
  for (;;) {
    plugin::Transaction transaction;
    try {
      const auto next = reader->next(transaction);
      if (next == plugin::RecordReader::Next::end) return all;
      if (next == plugin::RecordReader::Next::nothing) continue;
      check(transaction);
      std::string seen = transaction.issuer + " " + transaction.event_id + " " + std::to_string(transaction.begin) + " " +
                         std::to_string(transaction.end) + " " + std::to_string(transaction.standing) + transaction.remark;
      for (const auto& quantity : transaction.quantities) seen += " " + quantity.unit + "=" + std::to_string(quantity.value);
      all.push_back(std::move(seen));
      plugin::check_limits(transaction);
      require_acceptable(transaction);
    } catch (const plugin::LeftOut& reason) {
      all.push_back(reader->where() + ": left out: " + reason.what());
    } catch (const plugin::Unusable& problem) {
      all.push_back(reader->where() + ": " + failure_of(problem.what()));
    } catch (const std::runtime_error& failure) {
      all.push_back("failed: " + failure_of(failure.what()));
      return all;
    }
  }
}

inline void check_records(std::string_view text, const MakeReader& make, const CheckTransaction& check) {
  const auto whole = records(text, text.size() + 1, make, check);
  require(records(text, 1 + text.size() / 5, make, check) == whole);
  if (text.size() <= 2048) require(records(text, 1, make, check) == whole);
}

}  // namespace greentill::fuzz
