// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/profile.hpp"

#include <stdexcept>

#include "daemon/base/text.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/currency.hpp"

namespace greentill::escpos {
namespace {

Phrases read_phrases(const toml::Table& toml, const char* key) {
  Phrases phrases;
  for (const std::string& text : toml.texts_or_none(key)) {
    const auto phrase = Phrase::from(text);
    if (!phrase) toml.wrong(key, "has '" + text + "', which holds neither letters nor digits");
    phrases.push_back(*phrase);
  }
  return phrases;
}

/// Words that are compared as the numbers' own are: narrow, ASCII without case.
std::vector<std::string> read_marks(const toml::Table& toml, const char* key) {
  std::vector<std::string> marks;
  for (const std::string& text : toml.texts_or_none(key)) {
    std::string mark = lower_case(PlainLine::from(text).text);
    if (mark.empty()) toml.wrong(key, "has an empty text");
    marks.push_back(std::move(mark));
  }
  return marks;
}

std::string read_encoding(const toml::Table& toml, const std::string& key, const std::string& absent) {
  std::string name = toml.text_or(key, absent);
  if (!name.empty() && !Charset::has_encoding(name)) toml.wrong(key, "names no encoding that ICU has");
  return name;
}

TextSettings read_text(const toml::Table& toml) {
  TextSettings text;
  text.encoding = read_encoding(toml, "encoding", "");
  text.table = static_cast<int>(toml.integer_or("table", 0, 255, 0));
  text.two_byte = read_encoding(toml, "two_byte", text.two_byte);
  text.two_byte_at_start = toml.boolean_or("two_byte_at_start", false);
  const toml::Table tables = toml.table_or_empty("tables");
  for (const std::string& key : tables.keys()) {
    const auto number = parse_integer<std::uint8_t>(key);
    if (!number) tables.wrong(key, "must be the number of a code table, 0 to 255");
    text.tables[*number] = read_encoding(tables, key, "");
  }
  return text;
}

Numbers read_numbers(const toml::Table& toml, std::int64_t minor_places) {
  Numbers numbers;
  numbers.decimal_mark = ".,"[toml.choice_or("decimal_mark", {".", ","}, 0)];
  numbers.minor_places = minor_places;
  numbers.most_places = toml.integer_or("most_places", 0, minor_places, minor_places);
  numbers.least_places = toml.integer_or("least_places", 0, numbers.most_places, numbers.most_places);
  numbers.symbols = read_marks(toml, "symbols");
  numbers.units = read_marks(toml, "units");
  return numbers;
}

std::vector<std::string> read_formats(const toml::Table& toml, const char* key) {
  std::vector<std::string> formats = toml.texts(key);
  for (const std::string& format : formats) {
    if (const auto fault = TimeFormats::fault_of(format)) toml.wrong(key, *fault);
  }
  return formats;
}

TimeFormats read_time(const toml::Table& toml) {
  TimeFormats time{read_formats(toml, "dates"), read_formats(toml, "times"), {}};
  for (const std::string& month : toml.texts_or_none("months")) {
    const auto words = PlainLine::from(month).words;
    if (words.size() != 1) toml.wrong("months", "has '" + month + "', which is not one word");
    time.months.push_back(words[0].folded);
  }
  if (toml.has("months") && time.months.size() != 12) toml.wrong("months", "must hold twelve");
  return time;
}

ItemPattern read_item(const toml::Table& toml) {
  using Joins = ItemPattern::Joins;
  const auto how = static_cast<Joins>(toml.choice_or("joins", {"", "name-above", "item-above", "item-below"}, 0));
  const std::string pattern = toml.text("pattern");
  try {
    return ItemPattern::parse(pattern, how);
  } catch (const std::runtime_error& error) {
    toml.wrong("pattern", error.what());
    throw;
  }
}

void read_words(const toml::Table& toml, Profile& into) {
  for (const auto& [key, phrases] : {std::pair{"total", &Profile::total},
                                     {"not_total", &Profile::not_total},
                                     {"not_items", &Profile::not_items},
                                     {"voided", &Profile::voided},
                                     {"number", &Profile::number},
                                     {"original", &Profile::original},
                                     {"original_date", &Profile::original_date},
                                     {"training", &Profile::training},
                                     {"interim", &Profile::interim},
                                     {"reprint", &Profile::reprint},
                                     {"refund", &Profile::refund},
                                     {"cancelled", &Profile::cancelled},
                                     {"no_sale", &Profile::no_sale},
                                     {"slip", &Profile::slip}}) {
    into.*phrases = read_phrases(toml, key);
  }
  into.beside = {{}, read_phrases(toml, "beside"), into.time.months};
  for (const Phrases* more : {&into.number, &into.original, &into.original_date, &into.training, &into.interim, &into.reprint,
                              &into.refund, &into.cancelled}) {
    into.beside.around.insert(into.beside.around.end(), more->begin(), more->end());
  }
  if (into.total.empty()) toml.wrong("total", "must name one word at least: without a total there is no sale");
}

}  // namespace

Profile Profile::parse(std::string_view text, const std::string& name, const ProfileOverrides& overrides) {
  const toml::Table toml = plugin::read_configuration(text, name);
  Profile profile;
  profile.name = name;
  toml.allow({"currency", "zone"});
  profile.currency = overrides.currency.empty() ? read_currency(toml) : overrides.currency;
  const std::string zone = overrides.zone.empty() ? toml.text_or("zone", "") : overrides.zone;
  if (!zone.empty()) profile.zone.emplace(zone);
  profile.numbers_restart = toml.choice_or("receipt_numbers", {"restart", "unique"}, 0) == 0;
  profile.text = read_text(toml.table_or_empty("text"));
  profile.numbers = read_numbers(toml.table("numbers"),
                                 toml.integer_or("minor_places", 0, 4, plugin::minor_places(profile.currency).value_or(2)));
  profile.time = read_time(toml.table("time"));
  for (const toml::Table& item : toml.tables("item")) profile.items.push_back(read_item(item));
  if (profile.items.empty()) toml.wrong("item", "must hold one pattern at least");
  read_words(toml.table("words"), profile);
  const toml::Table tenders = toml.table_or_empty("tender");
  for (const std::string& tender : tenders.keys()) profile.tenders.emplace_back(tender, read_phrases(tenders, tender.c_str()));
  toml.check();
  return profile;
}

Profile Profile::load(const std::string& name_or_path, const std::filesystem::path& folder, const ProfileOverrides& overrides) {
  const bool is_path = name_or_path.find('/') != std::string::npos;
  const std::filesystem::path path = is_path ? std::filesystem::path(name_or_path) : folder / (name_or_path + ".toml");
  return parse(plugin::read_text(path), path.string(), overrides);
}

std::string read_currency(const toml::Table& toml) {
  std::string currency = toml.text_or("currency", "");
  if (!currency.empty() && !plugin::minor_places(currency)) {
    toml.wrong("currency", "must be a code of ISO 4217: three capital letters, such as EUR");
  }
  return currency;
}

}  // namespace greentill::escpos
