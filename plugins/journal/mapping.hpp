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

#include "plugins/common/geo.hpp"
#include "plugins/common/limits.hpp"
#include "plugins/common/times.hpp"
#include "plugins/common/toml.hpp"

namespace greentill::journal {

/// A non-negative decimal, exactly: digits / 10^places.
struct Decimal {
  std::uint64_t digits = 0;
  unsigned places = 0;
};
/// Nothing where it is no plain decimal, has a sign, or more than 18 digits.
std::optional<Decimal> parse_decimal(std::string_view text);
/// ⌊a · b⌋; nothing where it does not fit.
std::optional<std::int64_t> multiply_down(const Decimal& a, const Decimal& b);

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
    Decimal scale{1, 0};
    bool optional = false;    // left out where its field is empty
    bool substitute = false;  // there only where no other quantity is
  };

  void read_times(const plugin::Toml& toml);
  void read_mode(const plugin::Toml& toml);
  void read_quantities(const plugin::Toml& toml);
  static Time read_time(const plugin::Toml& toml);
  Quantity read_quantity(const plugin::Toml& toml, const std::string& unit, const plugin::Toml& from) const;
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
  Decimal duration_scale_{1, 0};
  std::string constant_mode_;
  std::optional<Column> mode_;
  std::map<std::string, std::string, std::less<>> modes_;
  std::optional<Column> event_id_;  // none: made of the whole row
  std::vector<Quantity> quantities_;
  FindStation find_station_;
  std::size_t width_ = 0;
};

}  // namespace greentill::journal
