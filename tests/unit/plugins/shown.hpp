// SPDX-License-Identifier: Apache-2.0
// A transaction as a person would tell it, in one line, so that a table can say what comes of a document.
//
//   final 17 2026-05-22T08:30:15Z 13.00 EUR cash: Beer *2 7.60; Soup *1 5.40
//   final 18 reverses 17 (refund) 2026-05-22T09:00:00Z -5.40 EUR cash: Soup *-1 -5.40
#pragma once

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/readers/document_records.hpp"

namespace greentill::plugin::test {

using Texts = std::vector<std::string>;

/// Thousandths or hundredths with as many places as they need, or always two.
inline std::string shown_number(std::int64_t value, int places, bool all_places) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  while (static_cast<int>(digits.size()) <= places) digits.insert(0, "0");
  digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
  while (!all_places && digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return (value < 0 ? "-" : "") + digits;
}

inline std::string shown_time(std::int64_t seconds) {
  const std::time_t at = seconds;
  std::tm utc{};
  ::gmtime_r(&at, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

inline std::string shown(const Transaction& t, int minor_places = 2) {
  static const char* const kStandings[] = {"final", "training", "interim", "reprint", "doubtful"};
  static const char* const kReasons[] = {"refund", "cancelled", "correction"};
  std::string text = std::string(kStandings[t.standing]) + " " + t.event_id;
  if (!t.reversed_event_id.empty()) text += " reverses " + t.reversed_event_id + " (" + kReasons[t.reversal_reason] + ")";
  text += " " + shown_time(t.begin);
  if (!t.currency.empty()) text += " " + shown_number(t.total_minor, minor_places, true) + " " + t.currency;
  if (!t.tender.empty()) text += " " + t.tender;
  for (const auto& line : t.lines) {
    text += &line == &t.lines.front() ? ": " : "; ";
    text += line.name + " *" + shown_number(line.quantity_milli, 3, false) + " " +
            shown_number(line.amount_minor, minor_places, true);
  }
  return text;
}

inline Texts shown(const std::vector<Transaction>& all, int minor_places = 2) {
  Texts texts;
  for (const Transaction& one : all) texts.push_back(shown(one, minor_places));
  return texts;
}

/// Or "unusable: reason", "left out: reason".
inline Texts shown(const std::vector<DocumentRecord>& all) {
  Texts texts;
  for (const DocumentRecord& one : all) {
    texts.push_back(!one.unusable.empty()   ? "unusable: " + one.unusable
                    : !one.left_out.empty() ? "left out: " + one.left_out
                                            : shown(one.transaction));
  }
  return texts;
}

/// Requires: nothing but transactions.
inline std::vector<Transaction> transactions(const std::vector<DocumentRecord>& all) {
  std::vector<Transaction> read;
  for (const DocumentRecord& one : all) {
    if (!one.unusable.empty() || !one.left_out.empty()) throw std::runtime_error(one.unusable + one.left_out);
    read.push_back(one.transaction);
  }
  return read;
}

/// What read() gives for a document, or "unusable: reason".
template <typename Read>
Texts outcome(const Read& read, std::string_view document) {
  try {
    return shown(read(document));
  } catch (const std::runtime_error& unusable) {
    return {std::string("unusable: ") + unusable.what()};
  }
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// With every `from` replaced.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// All that goes on of a transaction, for tests that look for what must not.
inline std::string all_texts(const Transaction& t) {
  std::string all = t.issuer + "\n" + t.event_id + "\n" + t.remark + "\n" + t.reversed_issuer + "\n" + t.reversed_event_id +
                    "\n" + t.mode + "\n" + t.tender + "\n" + t.receipt_medium + "\n" + t.account_token + "\n";
  for (const auto& line : t.lines) all += line.sku + "\n" + line.gtin + "\n" + line.name + "\n" + line.category + "\n";
  for (const auto& attribute : t.attributes) all += attribute.key + "=" + attribute.value + "\n";
  all.append(t.evidence.begin(), t.evidence.end());
  return all;
}

}  // namespace greentill::plugin::test
