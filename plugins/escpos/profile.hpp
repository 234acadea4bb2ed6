// SPDX-License-Identifier: Apache-2.0
// How a till lays out its receipts: config/escpos/*.toml, described in docs/escpos.md. Threads: immutable, safe from any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/toml/table.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/escpos/charset.hpp"
#include "plugins/escpos/heading.hpp"
#include "plugins/escpos/item_pattern.hpp"
#include "plugins/escpos/numbers.hpp"
#include "plugins/escpos/plain_line.hpp"
#include "plugins/escpos/printed_time.hpp"

namespace greentill::escpos {

/// What a source or a command line says in place of the profile.
struct ProfileOverrides {
  std::string zone;
  std::string currency;
};

struct Profile {
  std::string name;
  std::string currency;
  std::optional<plugin::Zone> zone;
  bool numbers_restart = true;  ///< receipt numbers start over some day, so that only the date makes one unique
  TextSettings text;
  Numbers numbers;
  TimeFormats time;
  std::vector<ItemPattern> items;

  Phrases total;  ///< those first in the list go before the others
  Phrases not_total;
  Phrases counted;  ///< what a count before the total counts
  Phrases not_items;
  Phrases notes;   ///< a remark on the order begins so
  Phrases fields;  ///< in the name of a field of the order that rules may see
  Phrases voided;
  Phrases number;
  Phrases original;
  Phrases original_date;
  Phrases training;  ///< this and the next four: what a heading says the paper is
  Phrases interim;
  Phrases reprint;
  Phrases refund;
  Phrases cancelled;
  Beside beside;  ///< a heading's words; its labels and the other headings' words are among them
  Phrases no_sale;
  Phrases slip;  ///< no sale either, where no item stands on it
  std::vector<std::pair<std::string, Phrases>> tenders;

  /// Whether a line says one of the five headings: nothing else, or, of phrases without "=", anything.
  [[nodiscard]] bool is_any_heading(const PlainLine& line) const;
  [[nodiscard]] bool begins_with_tender(const PlainLine& line) const;
  /// A word that is no figures and no currency.
  [[nodiscard]] bool is_plain_word(const PlainWord& word) const { return !word.is_figures() && !numbers.is_symbol(word.folded); }

  /// `name` is what the text is called in messages. Throws std::runtime_error, with line and column, where it is no profile, or
  /// has a base, for which load() is there.
  static Profile parse(std::string_view text, const std::string& name, const ProfileOverrides& overrides = {});
  /// `name_or_path` is a path where it holds a slash, else the name of a file in the folder, without its ".toml".
  static Profile load(const std::string& name_or_path, const std::filesystem::path& folder,
                      const ProfileOverrides& overrides = {});
};

/// ISO 4217, or empty. Throws as above.
[[nodiscard]] std::string read_currency(const toml::Table& toml);

}  // namespace greentill::escpos
