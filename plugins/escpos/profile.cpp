// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/profile.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/currency.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kMostBases = 3;

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

void read_text(const toml::Table& toml, TextSettings& text) {
  text.encoding = read_encoding(toml, "encoding", text.encoding);
  text.table = static_cast<int>(toml.integer_or("table", 0, 255, text.table));
  text.two_byte = read_encoding(toml, "two_byte", text.two_byte);
  text.two_byte_at_start = toml.boolean_or("two_byte_at_start", text.two_byte_at_start);
  const toml::Table tables = toml.table_or_empty("tables");
  for (const std::string& key : tables.keys()) {
    const auto number = parse_integer<std::uint8_t>(key);
    if (!number) tables.wrong(key, "must be the number of a code table, 0 to 255");
    text.tables[*number] = read_encoding(tables, key, "");
  }
}

/// `minor_places`: of the currency. With how many decimals an amount is printed is the base's, unless another currency has fewer.
void read_numbers(const toml::Table& toml, std::int64_t minor_places, bool is_based, Numbers& numbers) {
  numbers.decimal_mark = ".,"[toml.choice_or("decimal_mark", {".", ","}, numbers.decimal_mark == ',' ? 1 : 0)];
  numbers.minor_places = minor_places;
  const std::int64_t most = is_based ? std::min(numbers.most_places, minor_places) : minor_places;
  numbers.most_places = toml.integer_or("most_places", 0, minor_places, most);
  const std::int64_t least = is_based ? std::min(numbers.least_places, numbers.most_places) : numbers.most_places;
  numbers.least_places = toml.integer_or("least_places", 0, numbers.most_places, least);
  if (toml.has("symbols")) numbers.symbols = read_marks(toml, "symbols");
  if (toml.has("units")) numbers.units = read_marks(toml, "units");
}

std::vector<std::string> read_formats(const toml::Table& toml, const char* key) {
  std::vector<std::string> formats = toml.texts(key);
  for (const std::string& format : formats) {
    if (const auto fault = TimeFormats::fault_of(format)) toml.wrong(key, *fault);
  }
  return formats;
}

void read_time(const toml::Table& toml, bool is_based, TimeFormats& time) {
  if (!is_based || toml.has("dates")) time.dates = read_formats(toml, "dates");
  if (!is_based || toml.has("times")) time.times = read_formats(toml, "times");
  if (toml.has("months")) time.months.clear();
  for (const std::string& month : toml.texts_or_none("months")) {
    const auto words = PlainLine::from(month).words;
    if (words.size() != 1) toml.wrong("months", "has '" + month + "', which is not one word");
    time.months.push_back(words[0].folded);
  }
  if (toml.has("months") && time.months.size() != 12) toml.wrong("months", "must hold twelve");
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
                                     {"counted", &Profile::counted},
                                     {"not_items", &Profile::not_items},
                                     {"notes", &Profile::notes},
                                     {"fields", &Profile::fields},
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
    if (toml.has(key)) into.*phrases = read_phrases(toml, key);
  }
  if (toml.has("beside")) into.beside.behind = read_phrases(toml, "beside");
  into.beside.months = into.time.months;
  into.beside.around.clear();
  for (const Phrases* more : {&into.number, &into.original, &into.original_date, &into.training, &into.interim, &into.reprint,
                              &into.refund, &into.cancelled}) {
    into.beside.around.insert(into.beside.around.end(), more->begin(), more->end());
  }
  if (into.total.empty()) toml.wrong("total", "must name one word at least: without a total there is no sale");
}

void read_tenders(const toml::Table& toml, Profile& into) {
  for (const std::string& tender : toml.keys()) {
    auto found = std::find_if(into.tenders.begin(), into.tenders.end(), [&](const auto& one) { return one.first == tender; });
    if (found == into.tenders.end()) found = into.tenders.insert(found, {tender, {}});
    found->second = read_phrases(toml, tender.c_str());
  }
}

Profile parse_at(std::string_view text, const std::string& name, const std::filesystem::path& folder,
                 const ProfileOverrides& overrides, std::size_t bases_left);

Profile load_at(const std::filesystem::path& path, const ProfileOverrides& overrides, std::size_t bases_left) {
  return parse_at(plugin::read_text(path), path.string(), path.parent_path(), overrides, bases_left);
}

Profile parse_at(std::string_view text, const std::string& name, const std::filesystem::path& folder,
                 const ProfileOverrides& overrides, std::size_t bases_left) {
  const toml::Table toml = plugin::read_configuration(text, name);
  const std::string base = toml.text_or("base", "");
  if (base.find('/') != std::string::npos) toml.wrong("base", "must be the name of a profile in the same folder");
  if (!base.empty() && bases_left == 0) toml.wrong("base", "is a base of a base of a base: it goes in a circle, or too far");
  Profile profile;
  const bool is_based = !base.empty();
  if (is_based) profile = load_at(folder / (base + ".toml"), {}, bases_left - 1);
  profile.name = name;
  toml.allow({"currency", "zone"});
  if (toml.has("currency")) profile.currency = read_currency(toml);
  if (!overrides.currency.empty()) profile.currency = overrides.currency;
  const std::string zone = overrides.zone.empty() ? toml.text_or("zone", "") : overrides.zone;
  if (!zone.empty()) profile.zone.emplace(zone);
  profile.numbers_restart = toml.choice_or("receipt_numbers", {"restart", "unique"}, profile.numbers_restart ? 0 : 1) == 0;
  const auto part = [&](const char* key) { return is_based ? toml.table_or_empty(key) : toml.table(key); };
  read_text(toml.table_or_empty("text"), profile.text);
  read_numbers(part("numbers"), toml.integer_or("minor_places", 0, 4, plugin::minor_places(profile.currency).value_or(2)),
               is_based, profile.numbers);
  read_time(part("time"), is_based, profile.time);
  if (toml.has("item")) profile.items.clear();
  for (const toml::Table& item : toml.tables("item")) profile.items.push_back(read_item(item));
  if (profile.items.empty()) toml.wrong("item", "must hold one pattern at least");
  read_words(part("words"), profile);
  read_tenders(toml.table_or_empty("tender"), profile);
  toml.check();
  return profile;
}

}  // namespace

bool Profile::is_any_heading(const PlainLine& line) const {
  const auto lists = {&training, &interim, &reprint, &refund, &cancelled};
  return std::any_of(lists.begin(), lists.end(),
                     [&](const Phrases* phrases) { return has_any(line, *phrases) || is_heading(line, *phrases, beside); });
}

bool Profile::begins_with_tender(const PlainLine& line) const {
  return std::any_of(tenders.begin(), tenders.end(), [&](const auto& tender) { return begins_with_any(line, tender.second); });
}

Profile Profile::parse(std::string_view text, const std::string& name, const ProfileOverrides& overrides) {
  return parse_at(text, name, {}, overrides, 0);
}

Profile Profile::load(const std::string& name_or_path, const std::filesystem::path& folder, const ProfileOverrides& overrides) {
  const bool is_path = name_or_path.find('/') != std::string::npos;
  return load_at(is_path ? std::filesystem::path(name_or_path) : folder / (name_or_path + ".toml"), overrides, kMostBases);
}

std::string read_currency(const toml::Table& toml) {
  std::string currency = toml.text_or("currency", "");
  if (!currency.empty() && !plugin::minor_places(currency)) {
    toml.wrong("currency", "must be a code of ISO 4217: three capital letters, such as EUR");
  }
  return currency;
}

}  // namespace greentill::escpos
