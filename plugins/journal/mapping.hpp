// SPDX-License-Identifier: Apache-2.0
// How the columns of a CSV file become a trip; docs/trips.md describes the file (config/mappings/*.toml).
// Threads: immutable after loading; bind() before make().
#pragma once

#include <array>
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

namespace greentill::journal {

/// Where a station is, by its id; nothing where there is none such.
using FindStation = std::function<std::optional<plugin::Coordinates>(std::string_view id)>;

/// What a source's own configuration says instead of the mapping, and what it has for it.
struct MappingOverrides {
  std::string issuer;
  std::string zone;
  FindStation find_station = {};  ///< none: a mapping that asks for stations is refused
};

class Mapping {
 public:
  /// Throws std::runtime_error, with line and column, where the text is not a mapping.
  static Mapping parse(std::string_view text, std::string_view name, const MappingOverrides& overrides = {});

  /// The mapping that a source's configuration names by `mapping` and `mappings`, with its `issuer` and `zone`. Throws likewise.
  static Mapping configured(const toml::Table& toml, FindStation find_station = {});

  [[nodiscard]] char delimiter() const { return delimiter_; }
  /// Finds its columns in a file's header. Throws std::runtime_error naming the first that is missing or there twice.
  void bind(const std::vector<std::string>& header);
  /// The header's number of columns, which is each row's.
  [[nodiscard]] std::size_t width() const { return width_; }
  /// Throws Unusable, naming the column. Requires: bind(), and width() fields.
  [[nodiscard]] plugin::Transaction make(const std::vector<std::string>& row) const;

 private:
  struct Column {
    std::string name;
    std::size_t index = 0;
  };
  struct Time {
    Column column;
    std::vector<std::string> formats;
  };
  struct Quantity {
    std::string unit;
    std::vector<Column> columns;  // one, or the four of a great circle, or the two of stations
    Decimal scale;
    bool optional = false;    // left out where its field is empty
    bool substitute = false;  // there only where no other quantity is
  };

  void read_times(const toml::Table& toml);
  void read_mode(const toml::Table& toml);
  void read_quantities(const toml::Table& toml);
  static Time read_time(const toml::Table& toml);
  Quantity read_quantity(const toml::Table& toml, const std::string& unit, const toml::Table& from) const;
  std::vector<Column*> columns();

  [[nodiscard]] plugin::Readings readings(const Time& time, const std::vector<std::string>& row) const;
  [[nodiscard]] plugin::Span span(const std::vector<std::string>& row) const;
  [[nodiscard]] std::string mode(const std::vector<std::string>& row) const;
  [[nodiscard]] std::string event_id(const std::vector<std::string>& row) const;
  void measure(const std::vector<std::string>& row, plugin::Transaction& trip) const;
  [[nodiscard]] std::int64_t amount(const Quantity& quantity, const std::vector<std::string>& row) const;
  [[nodiscard]] plugin::Coordinates station(const Column& column, const std::vector<std::string>& row) const;

  std::string issuer_;
  std::optional<plugin::Zone> zone_;
  char delimiter_ = ',';
  Time begin_;
  std::optional<Time> end_;
  std::optional<Column> duration_;
  Decimal duration_scale_;
  std::string constant_mode_;
  std::optional<Column> mode_;
  std::map<std::string, std::string, std::less<>> modes_;
  std::optional<Column> event_id_;  // none: made of the whole row
  std::vector<Quantity> quantities_;
  FindStation find_station_;
  std::size_t width_ = 0;
};

}  // namespace greentill::journal
