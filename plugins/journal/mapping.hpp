// SPDX-License-Identifier: Apache-2.0
// How the columns of a CSV file become a trip; docs/plugins.md describes the file (config/mappings/*.toml).
// Threads: immutable after loading; bind() before make().
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Along a great circle of a sphere of 6,371,008.8 m (the IUGG's mean radius), in whole metres, rounded down. Degrees.
std::int64_t great_circle_m(double latitude1, double longitude1, double latitude2, double longitude2);

/// What a source's own configuration says instead of the mapping.
struct MappingOverrides {
  std::string issuer;
  std::string zone;
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
    std::vector<Column> columns;  // one, or the four of a great circle
    Decimal scale{1, 0};
  };

  void read_times(const plugin::Toml& toml);
  void read_mode(const plugin::Toml& toml);
  void read_quantities(const plugin::Toml& toml);
  static Time read_time(const plugin::Toml& toml);
  std::vector<Column*> columns();

  [[nodiscard]] plugin::Readings readings(const Time& time, const std::vector<std::string>& row) const;
  [[nodiscard]] plugin::Span span(const std::vector<std::string>& row) const;
  [[nodiscard]] std::string mode(const std::vector<std::string>& row) const;
  [[nodiscard]] std::string event_id(const std::vector<std::string>& row) const;

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
  std::size_t width_ = 0;
};

}  // namespace greentill::journal
