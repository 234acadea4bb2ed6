// SPDX-License-Identifier: Apache-2.0
// Transactions with what people say is in them, and the detectors that a shop of their kind would run. docs/detection.md
// describes the form. Threads: one.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/detectors.hpp"

namespace greentill::detection {

struct Labelled {
  std::string where;  ///< "cafe.ndjson:17"
  std::string rules;  ///< the ready set of that kind of shop: "cafe"
  std::string why;
  event::Transaction transaction;
  std::vector<event::Activity> expected;
};

/// invalid with file, line and what is wrong, or why it cannot be read.
Result<std::vector<Labelled>> read_labelled(const std::filesystem::path& file);

/// Our own detectors as a daemon loads them in process, with one ready set of rules for each kind of shop.
class Shops {
 public:
  /// `only` is the one detector to load; empty: all.
  Shops(std::filesystem::path plugins, std::filesystem::path rules, std::string only = {})
      : plugins_(std::move(plugins)), rules_(std::move(rules)), only_(std::move(only)) {}

  /// What the daemon would hear of for it: of a record that is not final, nothing. An error where a plugin or its rules cannot be
  /// loaded.
  Result<std::vector<event::Activity>> find(const Labelled& labelled);
  /// The detectors for one kind of shop. Lifetime: this object's.
  Result<detect::Detectors*> detectors(const std::string& rules);

 private:
  [[nodiscard]] std::vector<detect::PluginSpec> specs(const std::string& rules) const;

  class RunningClock final : public Clock {
   public:
    [[nodiscard]] std::int64_t unix_seconds() const override;
    [[nodiscard]] std::chrono::milliseconds monotonic() const override;
    [[nodiscard]] bool synchronised() const override { return true; }
  };
  class SilentLog final : public Log {
   public:
    void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view /*message*/) override {}
  };

  std::filesystem::path plugins_;
  std::filesystem::path rules_;
  std::string only_;
  RunningClock clock_;
  SilentLog log_;
  std::map<std::string, std::unique_ptr<detect::Detectors>> by_rules_;
};

/// "cup.own pieces=2 in line 3".
std::string shown(const event::Activity& activity);

}  // namespace greentill::detection
