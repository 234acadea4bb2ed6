// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/handout.hpp"

#include <algorithm>
#include <system_error>

#include "daemon/base/file.hpp"
#include "firmware/files/lock_settings.hpp"

namespace greentill::dock {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kBetweenLooks{10};
constexpr std::size_t kMostSettings = 16u << 10;

}  // namespace

void Handout::say_once(const std::string& file, const std::string& what) {
  std::string& said = said_[file];
  if (said != what && !what.empty()) complain_(what);
  said = what;
}

void Handout::look(Time now) {
  if (looked_at_ && now - *looked_at_ < kBetweenLooks) return;
  looked_at_ = now;
  std::error_code error;
  fs::directory_iterator entries(folder_, error);
  if (error) {  // what was read stays: a folder that is gone for a moment takes nothing back
    return say_once("", folder_.string() + ": " + error.message() + "; nothing new is handed to locks from there");
  }
  say_once("", "");
  std::set<std::string> there;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() != ".image") continue;
    there.insert(entries->path().filename());
    read_image(*entries);
  }
  std::erase_if(images_, [&](const auto& one) { return !there.contains(one.first); });
}

void Handout::read_image(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename();
  std::error_code error;
  const auto written = fs::last_write_time(entry.path(), error);
  const auto size = error ? 0 : fs::file_size(entry.path(), error);
  const auto found = images_.find(name);
  if (!error && found != images_.end() && found->second.written == written && found->second.size == size) return;
  if (error || (found == images_.end() && images_.size() >= kMostImages)) {
    return say_once(name, entry.path().string() + ": " +
                              (error ? error.message()
                                     : "is one more than the " + std::to_string(kMostImages) +
                                           " images that a dock has; take those away that no lock needs"));
  }
  auto bytes = read_file(entry.path(), firmware::kMostImageFile);
  auto image = bytes ? firmware::parse_image_file(std::move(*bytes), entry.path()) : Failure{bytes.error()};
  say_once(name, image ? std::string() : image.error().message);
  images_[name] = {written, size, image ? std::make_shared<const firmware::ImageFile>(std::move(*image)) : nullptr};
}

std::optional<firmware::SignedSettings> Handout::settings_for(const std::string& lock) {
  const std::string name = lock + ".toml";
  const fs::path file = folder_ / name;
  std::error_code error;
  if (!fs::exists(file, error)) {
    said_.erase(name);
    return std::nullopt;
  }
  const auto text = read_file(file, kMostSettings);
  const auto settings = text ? firmware::parse_lock_settings(*text, file) : Failure{text.error()};
  const bool is_its_own = settings && settings->lock == lock;
  say_once(name, !settings     ? settings.error().message
                 : !is_its_own ? file.string() + ": is for lock " + settings->lock + ", and is named for another"
                               : std::string());
  return is_its_own ? std::optional(settings->settings) : std::nullopt;
}

std::shared_ptr<const firmware::ImageFile> Handout::image_for(std::uint32_t board, std::uint32_t floor) const {
  std::shared_ptr<const firmware::ImageFile> best;
  for (const auto& [name, known] : images_) {
    if (!known.image || known.image->image.board != board || known.image->image.version <= floor) continue;
    if (!best || known.image->image.version > best->image.version) best = known.image;
  }
  return best;
}

}  // namespace greentill::dock
