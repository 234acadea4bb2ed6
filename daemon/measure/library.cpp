// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/library.hpp"

#include <algorithm>
#include <system_error>
#include <tuple>

#include "daemon/base/file.hpp"

namespace greentill::measure {
namespace {

auto order(const Methodology& methodology) { return std::tie(methodology.id, methodology.version); }

Result<std::vector<std::filesystem::path>> list_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() == ".toml") files.push_back(entries->path());
  }
  if (error) return fail(ErrorCode::not_found, folder.string() + ": cannot read the methodologies' folder: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<Library> Library::load(const std::filesystem::path& folder, const claim::Hasher& hasher) {
  const auto files = list_files(folder);
  if (!files) return Failure{files.error()};
  std::vector<Methodology> loaded;
  for (const auto& file : *files) {
    const auto bytes = read_file(file, 1u << 20);
    if (!bytes) return Failure{bytes.error()};
    auto methodology = parse_methodology(*bytes, file.filename().string(), hasher);
    if (!methodology) return Failure{methodology.error().with_context(folder.string())};
    loaded.push_back(std::move(*methodology));
  }
  if (loaded.empty()) return fail(ErrorCode::not_found, folder.string() + ": holds no methodology (*.toml)");
  return from(std::move(loaded));
}

Result<Library> Library::from(std::vector<Methodology> methodologies) {
  std::sort(methodologies.begin(), methodologies.end(), [](const auto& a, const auto& b) { return order(a) < order(b); });
  const auto twice = std::adjacent_find(methodologies.begin(), methodologies.end(),
                                        [](const auto& a, const auto& b) { return order(a) == order(b); });
  if (twice != methodologies.end()) {
    return fail(ErrorCode::conflict, "methodology " + twice->id + " version " + std::to_string(twice->version) +
                                         " is there twice; a published version never changes, so give one another version");
  }
  Library library;
  library.methodologies_ = std::move(methodologies);
  return library;
}

const Methodology* Library::find(std::string_view id, std::uint64_t version, const Digest& sha256) const {
  const auto found = std::lower_bound(methodologies_.begin(), methodologies_.end(), std::tuple(id, version),
                                      [](const Methodology& methodology, const auto& wanted) {
                                        return std::tuple(std::string_view(methodology.id), methodology.version) < wanted;
                                      });
  if (found == methodologies_.end() || found->id != id || found->version != version || found->sha256 != sha256) return nullptr;
  return &*found;
}

const Methodology* Library::for_activity(std::string_view activity, std::int64_t unix_seconds,
                                         std::string_view preferred_id) const {
  const Methodology* best = nullptr;
  for (const Methodology& methodology : methodologies_) {
    if (methodology.activity != activity || unix_seconds < methodology.valid_from) continue;
    if (methodology.valid_until && unix_seconds >= *methodology.valid_until) continue;
    if (!preferred_id.empty() && methodology.id != preferred_id) continue;
    // The list is sorted by id and version: the first id stays, and later versions of it replace earlier ones.
    if (best == nullptr || best->id == methodology.id) best = &methodology;
  }
  return best;
}

}  // namespace greentill::measure
