// SPDX-License-Identifier: Apache-2.0
// The methodologies at hand: every *.toml of a folder. Threads: immutable after loading, safe from any thread.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/measure/methodology.hpp"

namespace greentill::measure {

/// Reads one methodology from its exact bytes. `name` is the file name used in messages. Errors name the field and line.
Result<Methodology> parse_methodology(std::string_view bytes, std::string_view name, const claim::Hasher& hasher);

class Library {
 public:
  /// Loads every *.toml of the folder; one bad file, or two with the same id and version, fails the whole.
  static Result<Library> load(const std::filesystem::path& folder, const claim::Hasher& hasher);
  static Result<Library> from(std::vector<Methodology> methodologies);

  /// The one claims name, or null.
  [[nodiscard]] const Methodology* find(std::string_view id, std::uint64_t version, const Digest& sha256) const;
  /// The highest version valid at that time for the activity, or null. Where several ids serve one activity the first id in
  /// alphabetical order wins, unless `preferred_id` names another.
  [[nodiscard]] const Methodology* for_activity(std::string_view activity, std::int64_t unix_seconds,
                                                std::string_view preferred_id = {}) const;
  [[nodiscard]] const std::vector<Methodology>& all() const { return methodologies_; }

 private:
  std::vector<Methodology> methodologies_;
};

}  // namespace greentill::measure
