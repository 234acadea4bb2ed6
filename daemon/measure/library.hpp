// SPDX-License-Identifier: Apache-2.0
// The methodologies at hand, and when each is in force: every *.toml of a folder, and what the programme has published
// (published.hpp). Threads: publish() by one at a time; the rest safe from any thread, also meanwhile.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/measure/methodology.hpp"

namespace greentill::measure {

/// Reads one methodology from its file's exact bytes, whose SHA-256 it is known by. `name` is the file's name in messages.
/// invalid, naming line and field, where anything in it is wrong.
Result<Methodology> parse_methodology(std::string_view bytes, std::string_view name, const claim::Hasher& hasher);

/// A methodology, and the acts that the programme lets it measure: those that end from `from` on and before `until`, besides what
/// its own file says. Unix seconds; nothing: no such bound.
struct Published {
  Methodology methodology;
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> until;
};

/// Whether such bounds let an act be measured that ended then.
[[nodiscard]] inline bool lets(const std::optional<std::int64_t>& from, const std::optional<std::int64_t>& until,
                               std::int64_t ended) {
  return (!from || ended >= *from) && (!until || ended < *until);
}

class Library {
 public:
  /// Loads every *.toml of the folder. One file that is wrong fails the whole: not_found where the folder cannot be read or has
  /// none, invalid where a file is wrong, conflict where two have the same id and version.
  static Result<Library> load(const std::filesystem::path& folder, const claim::Hasher& hasher);
  /// A library of methodologies at hand. conflict where two have the same id and version.
  static Result<Library> from(std::vector<Methodology> methodologies);

  Library(Library&&) noexcept;
  Library& operator=(Library&&) noexcept;
  ~Library();

  /// Goes by what the programme has published now, in place of what it published before: that holds as it says. What it does not
  /// name stays in force as its file says where it was loaded, and only to be found where it was published once. conflict where
  /// it names an id and version twice; then nothing changes.
  Status publish(std::vector<Published> published);

  /// The methodology that a claim names, with exactly these bytes, in force or not; null where there is none. Lifetime: the
  /// library's.
  [[nodiscard]] const Methodology* find(std::string_view id, std::uint64_t version, const Digest& sha256) const;
  /// Whether what is published lets that methodology, which find() has found, measure an act that ended then; what its file says
  /// is not looked at.
  [[nodiscard]] bool holds(const Methodology& found, std::int64_t unix_seconds) const;
  /// The highest version that is in force for an activity that ended then (Unix seconds); null where there is none. Where several
  /// ids serve one activity the first in alphabetical order is taken; where `preferred_id` is not empty only that id. Lifetime:
  /// as for find().
  [[nodiscard]] const Methodology* for_activity(std::string_view activity, std::int64_t unix_seconds,
                                                std::string_view preferred_id = {}) const;
  /// All, sorted by id and version. Lifetime: as for find().
  [[nodiscard]] const std::vector<Methodology>& all() const;

 private:
  struct Shelves;
  explicit Library(std::vector<Methodology> sorted);

  std::unique_ptr<Shelves> shelves_;
};

}  // namespace greentill::measure
