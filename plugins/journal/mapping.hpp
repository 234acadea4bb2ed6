// SPDX-License-Identifier: Apache-2.0
// How the columns of a CSV file become a trip; docs/trips.md describes the file (config/mappings/*.toml).
// Threads: immutable after loading; bind() before make().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/toml/table.hpp"
#include "plugins/common/values/geo.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/journal/columns.hpp"

namespace greentill::journal {

/// What a source knows of a station.
struct Station {
  std::optional<plugin::Coordinates> place;
  std::string problem = {};             ///< why it has no place: "stands twice, with two places"
  std::vector<std::string> names = {};  ///< in all languages
};

/// A station by its id; nothing where there is none such.
using FindStation = std::function<std::optional<Station>(std::string_view id)>;

/// What a source's own configuration says instead of the mapping, and what it has for it.
struct MappingOverrides {
  std::string issuer = {};
  std::string zone = {};
  FindStation find_station = {};  ///< none: a mapping that asks for stations is refused
  std::string encoding = {};
};

class Mapping {
 public:
  /// Throws std::runtime_error, with line and column, where the text is not a mapping.
  static Mapping parse(std::string_view text, std::string_view name, const MappingOverrides& overrides = {});

  /// The mapping that a source's configuration names by `mapping` and `mappings`, with its `issuer`, `zone` and `encoding`.
  /// Throws likewise.
  static Mapping configured(const toml::Table& toml, FindStation find_station = {});

  [[nodiscard]] char delimiter() const { return delimiter_; }
  /// As in plugin::Encoding, which knows it; empty: UTF-8.
  [[nodiscard]] const std::string& encoding() const { return encoding_; }
  /// Finds its columns in a file's header, whose fields are separated by `delimiter`. Throws as journal::bind.
  void bind(const Fields& header, char delimiter);
  /// The header's number of columns, which is each row's.
  [[nodiscard]] std::size_t width() const { return width_; }
  /// Throws Unusable, naming the column and never its value, which may be personal; LeftOut of a row that no customer rode.
  /// Requires: bind(), and width() fields.
  [[nodiscard]] plugin::Transaction make(const Fields& row) const;

 private:
  /// One column, or several whose fields are read as one text, with a space between them.
  struct Time {
    std::vector<Column> columns;
    std::vector<std::string> formats;
  };
  struct Quantity {
    enum class Kind : unsigned char { column, great_circle, stations };
    std::string unit;
    Kind kind = Kind::column;
    std::vector<Column> columns;  // one, or the four of a great circle, or the two of stations
    Decimal scale;
    bool optional = false;    // left out where its field is empty
    bool substitute = false;  // there only where no other quantity is
  };

  // From its file.
  void read_form(const toml::Table& toml, const MappingOverrides& overrides);
  void read_times(const toml::Table& toml);
  void read_mode(const toml::Table& toml);
  void read_event_id(const toml::Table& toml);
  static std::optional<Column> read_name(const toml::Table& toml, const char* key);
  void read_left_out(const toml::Table& toml);
  void read_quantities(const toml::Table& mapping);
  static Time read_time(const toml::Table& toml);
  Quantity read_quantity(const toml::Table& toml, const std::string& unit, const toml::Table& from) const;
  std::vector<Column*> columns();

  // From a row.
  void check_left_out(const Fields& row) const;
  [[nodiscard]] bool is_left_out(const LeftOut& rule, const Column& column, const Fields& row) const;
  [[nodiscard]] plugin::Readings readings(const Time& time, const Fields& row) const;
  [[nodiscard]] plugin::Span span(const Fields& row) const;
  [[nodiscard]] std::string mode(const Fields& row) const;
  [[nodiscard]] std::string event_id(const Fields& row) const;
  void measure(const Fields& row, plugin::Transaction& trip) const;
  [[nodiscard]] std::int64_t amount(const Quantity& quantity, const Fields& row) const;
  [[nodiscard]] std::int64_t amount(const Column& column, const Decimal& scale, const Fields& row) const;
  [[nodiscard]] plugin::Coordinates place(const Column& latitude, const Column& longitude, const Fields& row) const;
  [[nodiscard]] plugin::Coordinates station(const Column& column, const Fields& row) const;
  [[nodiscard]] std::string number(std::string_view text) const;

  std::string issuer_;
  std::optional<plugin::Zone> zone_;
  char delimiter_ = ',';
  std::string encoding_;
  bool decimal_comma_ = false;
  Time begin_;
  std::optional<Time> end_;
  std::optional<Column> duration_;
  Decimal duration_scale_;
  std::string constant_mode_;
  std::optional<Column> mode_;
  std::map<std::string, std::string, std::less<>> modes_;    // by the file's words
  std::map<std::string, std::string, std::less<>> spelled_;  // by the same, without case and joints
  std::optional<Column> event_id_;                           // none: made of the whole row
  std::optional<Column> till_;
  std::optional<Column> receipt_number_;
  std::vector<LeftOut> left_out_;
  std::vector<Quantity> quantities_;
  FindStation find_station_;
  std::size_t width_ = 0;
};

}  // namespace greentill::journal
