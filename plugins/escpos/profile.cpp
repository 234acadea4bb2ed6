// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/profile.hpp"

#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "plugins/common/decimal.hpp"

namespace greentill::escpos {
namespace {

using plugin::Toml;

Phrases read_phrases(const Toml& toml, const char* key) {
  Phrases phrases;
  if (!toml.has(key)) return phrases;
  for (const std::string& text : toml.texts(key)) {
    const auto phrase = Phrase::from(text);
    if (!phrase) toml.wrong(key, "has '" + text + "', which holds neither letters nor digits");
    phrases.push_back(*phrase);
  }
  return phrases;
}

/// Words that are compared as the numbers' own are: narrow, ASCII without case.
std::vector<std::string> read_marks(const Toml& toml, const char* key) {
  std::vector<std::string> marks;
  if (!toml.has(key)) return marks;
  for (const std::string& text : toml.texts(key)) {
    std::string mark = PlainLine::from(text).text;
    for (char& c : mark) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (mark.empty()) toml.wrong(key, "has an empty text");
    marks.push_back(std::move(mark));
  }
  return marks;
}

std::string read_encoding(const Toml& toml, const std::string& key, const std::string& absent) {
  std::string name = toml.text_or(key, absent);
  if (!name.empty() && !is_known_encoding(name)) toml.wrong(key, "names no encoding that ICU has");
  return name;
}

TextSettings read_text(const Toml& toml) {
  toml.only({"encoding", "table", "two_byte", "two_byte_at_start", "tables"});
  TextSettings text;
  text.encoding = read_encoding(toml, "encoding", "");
  text.table = static_cast<int>(toml.integer_or("table", 0, 255, 0));
  text.two_byte = read_encoding(toml, "two_byte", text.two_byte);
  text.two_byte_at_start = toml.boolean_or("two_byte_at_start", false);
  if (!toml.has("tables")) return text;
  const Toml tables = toml.table("tables");
  for (const std::string& key : tables.keys()) {
    int number = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc() || end != key.data() + key.size() || number < 0 || number > 255) {
      tables.wrong(key, "must be the number of a code table, 0 to 255");
    }
    text.tables[number] = read_encoding(tables, key, "");
  }
  return text;
}

Numbers read_numbers(const Toml& toml, std::int64_t minor_places) {
  toml.only({"decimal_mark", "least_places", "most_places", "symbols", "units"});
  Numbers numbers;
  const std::string mark = toml.text_or("decimal_mark", ".");
  if (mark != "." && mark != ",") toml.wrong("decimal_mark", "must be a point or a comma");
  numbers.decimal_mark = mark[0];
  numbers.minor_places = minor_places;
  numbers.most_places = toml.integer_or("most_places", 0, minor_places, minor_places);
  numbers.least_places = toml.integer_or("least_places", 0, numbers.most_places, numbers.most_places);
  numbers.symbols = read_marks(toml, "symbols");
  numbers.units = read_marks(toml, "units");
  return numbers;
}

std::vector<std::string> read_formats(const Toml& toml, const char* key) {
  std::vector<std::string> formats = toml.texts(key);
  for (const std::string& format : formats) {
    if (const auto fault = TimeFormats::fault_of(format)) toml.wrong(key, *fault);
  }
  return formats;
}

TimeFormats read_time(const Toml& toml) {
  toml.only({"dates", "times", "months"});
  TimeFormats time{read_formats(toml, "dates"), read_formats(toml, "times"), {}};
  if (!toml.has("months")) return time;
  for (const std::string& month : toml.texts("months")) {
    const auto words = PlainLine::from(month).words;
    if (words.size() != 1) toml.wrong("months", "has '" + month + "', which is not one word");
    time.months.push_back(words[0].folded);
  }
  if (time.months.size() != 12) toml.wrong("months", "must hold twelve");
  return time;
}

ItemPattern read_item(const Toml& toml) {
  toml.only({"pattern", "joins"});
  const std::string joins = toml.text_or("joins", "");
  using Joins = ItemPattern::Joins;
  const auto how = joins.empty()           ? Joins::nothing
                   : joins == "name-above" ? Joins::name_above
                   : joins == "item-above" ? Joins::item_above
                                           : Joins::item_below;
  if (how == Joins::item_below && joins != "item-below") toml.wrong("joins", "must be name-above, item-above or item-below");
  try {
    return ItemPattern::parse(toml.text("pattern"), how);
  } catch (const std::runtime_error& error) {
    toml.wrong("pattern", error.what());
  }
}

void read_words(const Toml& toml, Profile& into) {
  toml.only({"total", "not_total", "not_items", "voided", "number", "original", "training", "interim", "reprint", "refund",
             "original_date", "cancelled", "no_sale", "slip"});
  into.total = read_phrases(toml, "total");
  if (into.total.empty()) toml.wrong("total", "must name one word at least: without a total there is no sale");
  into.not_total = read_phrases(toml, "not_total");
  into.not_items = read_phrases(toml, "not_items");
  into.voided = read_phrases(toml, "voided");
  into.number = read_phrases(toml, "number");
  into.original = read_phrases(toml, "original");
  into.training = read_phrases(toml, "training");
  into.interim = read_phrases(toml, "interim");
  into.reprint = read_phrases(toml, "reprint");
  into.refund = read_phrases(toml, "refund");
  into.cancelled = read_phrases(toml, "cancelled");
  into.original_date = read_phrases(toml, "original_date");
  into.slip = read_phrases(toml, "slip");
  into.no_sale = read_phrases(toml, "no_sale");
}

}  // namespace

Profile Profile::parse(std::string_view text, const std::string& name, const ProfileOverrides& overrides) {
  const Toml toml = Toml::parse(text, name);
  toml.only({"currency", "minor_places", "zone", "receipt_numbers", "text", "numbers", "time", "item", "words", "tender"});
  Profile profile;
  profile.name = name;
  profile.currency = overrides.currency.empty() ? read_currency(toml) : overrides.currency;
  const std::string zone = overrides.zone.empty() ? toml.text_or("zone", "") : overrides.zone;
  if (!zone.empty()) profile.zone.emplace(zone);
  const std::string restart = toml.text_or("receipt_numbers", "restart");
  if (restart != "restart" && restart != "unique") toml.wrong("receipt_numbers", "must be restart or unique");
  profile.numbers_restart = restart == "restart";
  if (toml.has("text")) profile.text = read_text(toml.table("text"));
  profile.numbers = read_numbers(toml.table("numbers"),
                                 toml.integer_or("minor_places", 0, 4, plugin::minor_places(profile.currency).value_or(2)));
  profile.time = read_time(toml.table("time"));
  for (const Toml& item : toml.tables("item")) profile.items.push_back(read_item(item));
  if (profile.items.empty()) toml.wrong("item", "must hold one pattern at least");
  read_words(toml.table("words"), profile);
  if (!toml.has("tender")) return profile;
  const Toml tenders = toml.table("tender");
  for (const std::string& tender : tenders.keys()) profile.tenders.emplace_back(tender, read_phrases(tenders, tender.c_str()));
  return profile;
}

Profile Profile::load(const std::string& name_or_path, const std::filesystem::path& folder, const ProfileOverrides& overrides) {
  const bool is_path = name_or_path.find('/') != std::string::npos;
  const std::filesystem::path path = is_path ? std::filesystem::path(name_or_path) : folder / (name_or_path + ".toml");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(path.string() + ": the profile cannot be read");
  return parse(text.str(), path.string(), overrides);
}

std::string read_currency(const Toml& toml) {
  std::string currency = toml.text_or("currency", "");
  if (!currency.empty() && !plugin::minor_places(currency)) {
    toml.wrong("currency", "must be a code of ISO 4217: three capital letters, such as EUR");
  }
  return currency;
}

}  // namespace greentill::escpos
