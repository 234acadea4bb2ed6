// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/library.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <system_error>
#include <tuple>

#include "daemon/base/file.hpp"

namespace greentill::measure {
namespace {

auto order(const Methodology& methodology) { return std::tie(methodology.id, methodology.version); }

Error there_twice(const Methodology& one) {
  return {ErrorCode::conflict, "methodology " + one.id + " version " + std::to_string(one.version) +
                                   " is there twice; a published version never changes, so give one another version"};
}

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

/// What is at hand from one publication to the next. It never changes, and is never given up: who measures a sale by it, or has
/// found a claim's methodology in it, goes on undisturbed.
struct Library::Shelves {
  struct Bounds {
    bool never = false;  ///< to be found, and not in force
    bool loaded = false;
    std::optional<std::int64_t> from = {};
    std::optional<std::int64_t> until = {};
  };
  struct Shelf {
    std::vector<Methodology> methodologies;  ///< by id and version
    std::vector<Bounds> bounds;              ///< of each
  };
  std::list<Shelf> all;
  std::atomic<const Shelf*> current{nullptr};

  void put(Shelf shelf) { current = &all.emplace_back(std::move(shelf)); }
};

Library::Library(std::vector<Methodology> sorted) : shelves_(std::make_unique<Shelves>()) {
  const std::size_t count = sorted.size();
  shelves_->put({std::move(sorted), std::vector<Shelves::Bounds>(count, {.loaded = true})});
}
Library::Library(Library&&) noexcept = default;
Library& Library::operator=(Library&&) noexcept = default;
Library::~Library() = default;

const std::vector<Methodology>& Library::all() const { return shelves_->current.load()->methodologies; }

Result<Library> Library::from(std::vector<Methodology> methodologies) {
  std::sort(methodologies.begin(), methodologies.end(), [](const auto& a, const auto& b) { return order(a) < order(b); });
  const auto twice = std::adjacent_find(methodologies.begin(), methodologies.end(),
                                        [](const auto& a, const auto& b) { return order(a) == order(b); });
  if (twice != methodologies.end()) return Failure{there_twice(*twice)};
  return Library(std::move(methodologies));
}

Status Library::publish(std::vector<Published> published) {
  const auto before = [](const Published& a, const Published& b) { return order(a.methodology) < order(b.methodology); };
  std::sort(published.begin(), published.end(), before);
  const auto twice = std::adjacent_find(published.begin(), published.end(), [](const Published& a, const Published& b) {
    return order(a.methodology) == order(b.methodology);
  });
  if (twice != published.end()) return Failure{there_twice(twice->methodology)};
  Shelves::Shelf next = *shelves_->current.load();
  for (Shelves::Bounds& one : next.bounds) one = {.never = !one.loaded, .loaded = one.loaded};
  for (Published& one : published) {
    auto [at, end] = std::equal_range(next.methodologies.begin(), next.methodologies.end(), one.methodology,
                                      [](const Methodology& a, const Methodology& b) { return order(a) < order(b); });
    bool known = false;
    for (; at != end; ++at) {
      Shelves::Bounds& bounds = next.bounds[static_cast<std::size_t>(at - next.methodologies.begin())];
      const bool same = at->sha256 == one.methodology.sha256;
      bounds = same ? Shelves::Bounds{false, bounds.loaded, one.from, one.until} : Shelves::Bounds{true, bounds.loaded, {}, {}};
      known = known || same;
    }
    if (known) continue;
    next.bounds.insert(next.bounds.begin() + (end - next.methodologies.begin()), {false, false, one.from, one.until});
    next.methodologies.insert(end, std::move(one.methodology));
  }
  shelves_->put(std::move(next));
  return Done{};
}

const Methodology* Library::find(std::string_view id, std::uint64_t version, const Digest& sha256) const {
  const std::vector<Methodology>& known = all();
  auto found = std::lower_bound(known.begin(), known.end(), std::tuple(id, version),
                                [](const Methodology& methodology, const auto& wanted) {
                                  return std::tuple(std::string_view(methodology.id), methodology.version) < wanted;
                                });
  for (; found != known.end() && found->id == id && found->version == version; ++found) {
    if (found->sha256 == sha256) return &*found;
  }
  return nullptr;
}

bool Library::holds(const Methodology& found, std::int64_t unix_seconds) const {
  const Shelves::Shelf& shelf = *shelves_->current.load();
  for (std::size_t i = 0; i < shelf.methodologies.size(); ++i) {
    const Methodology& one = shelf.methodologies[i];
    if (order(one) != order(found) || one.sha256 != found.sha256) continue;
    return !shelf.bounds[i].never && lets(shelf.bounds[i].from, shelf.bounds[i].until, unix_seconds);
  }
  return false;
}

const Methodology* Library::for_activity(std::string_view activity, std::int64_t unix_seconds,
                                         std::string_view preferred_id) const {
  const Shelves::Shelf& shelf = *shelves_->current.load();
  const Methodology* best = nullptr;
  for (std::size_t i = 0; i < shelf.methodologies.size(); ++i) {
    const Methodology& methodology = shelf.methodologies[i];
    const Shelves::Bounds& bounds = shelf.bounds[i];
    if (methodology.activity != activity || bounds.never || !lets(bounds.from, bounds.until, unix_seconds)) continue;
    if (!lets(methodology.valid_from, methodology.valid_until, unix_seconds)) continue;
    if (!preferred_id.empty() && methodology.id != preferred_id) continue;
    // The list is sorted by id and version: the first id stays, and later versions of it replace earlier ones.
    if (best == nullptr || best->id == methodology.id) best = &methodology;
  }
  return best;
}

}  // namespace greentill::measure
