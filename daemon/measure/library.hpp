// SPDX-License-Identifier: Apache-2.0
// The methodologies in use: every *.toml of a folder. Threads: immutable after loading, safe from any thread.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/measure/methodology.hpp"

namespace greentill::measure {

/// Reads one methodology from its file's exact bytes, whose SHA-256 it is known by. `name` is the file's name in messages.
/// invalid, naming line and field, where anything in it is wrong.
Result<Methodology> parse_methodology(std::string_view bytes, std::string_view name, const claim::Hasher& hasher);

class Library {
 public:
  /// Loads every *.toml of the folder. One file that is wrong fails the whole: not_found where the folder cannot be read or has
  /// none, invalid where a file is wrong, conflict where two have the same id and version.
  static Result<Library> load(const std::filesystem::path& folder, const claim::Hasher& hasher);
  /// A library of methodologies at hand. conflict where two have the same id and version.
  static Result<Library> from(std::vector<Methodology> methodologies);

  /// The methodology that a claim names, with exactly these bytes; null where there is none. Lifetime: the library's.
  [[nodiscard]] const Methodology* find(std::string_view id, std::uint64_t version, const Digest& sha256) const;
  /// The highest version that is valid for the activity at that time (Unix seconds); null where there is none. Where several ids
  /// serve one activity the first in alphabetical order is taken; where `preferred_id` is not empty only that id. Lifetime: as
  /// for find().
  [[nodiscard]] const Methodology* for_activity(std::string_view activity, std::int64_t unix_seconds,
                                                std::string_view preferred_id = {}) const;
  /// All, sorted by id and version.
  [[nodiscard]] const std::vector<Methodology>& all() const { return methodologies_; }

 private:
  std::vector<Methodology> methodologies_;
};

}  // namespace greentill::measure
