// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/handout.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "daemon/base/file.hpp"
#include "firmware/files/lock_settings.hpp"

namespace greentill::dock {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostSettings = 16u << 10;

}  // namespace

Handout::Handout(fs::path folder, std::function<void(const std::string&)> complain, std::chrono::milliseconds between_looks)
    : folder_(std::move(folder)), complain_(std::move(complain)), between_looks_(between_looks), at_start_(state_of(folder_)) {}

std::optional<Handout::State> Handout::state_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  State state{static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino), 0, 0, 0};
  if (S_ISDIR(found.st_mode)) return state;
  // Who copies a file with its times changes when its state changed all the same.
  state[2] = found.st_size;
  state[3] = found.st_ctim.tv_sec;
  state[4] = found.st_ctim.tv_nsec;
  return state;
}

void Handout::say_once(const std::string& file, const std::string& what) {
  std::string& said = said_[file];
  if (said != what && !what.empty()) complain_(what);
  said = what;
}

/// Its child was granted the folder that was there at the start, and no other.
void Handout::give_up_folder(const std::string& why) {
  const auto now = state_of(folder_);
  if (now && now != at_start_) {
    throw std::runtime_error(folder_.string() +
                             " is another folder than at the start: the dock begins anew, so that it may read it");
  }
  say_once("", folder_.string() + ": " + why + "; nothing new is handed to locks from there");
}

void Handout::look(Time now) {
  if (looked_at_ && now - *looked_at_ < between_looks_) return;
  looked_at_ = now;
  std::error_code error;
  fs::directory_iterator entries(folder_, error);
  // Images that were read stay: a folder that is gone for a moment takes nothing back.
  if (error) return give_up_folder(error.message());
  say_once("", "");
  std::set<std::string> there;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() == ".image") there.insert(entries->path().filename());
  }
  const auto is_gone = [&](const auto& one) { return fs::path(one.first).extension() == ".image" && !there.contains(one.first); };
  std::erase_if(images_, is_gone);
  std::erase_if(said_, is_gone);
  for (const std::string& name : there) read_image(folder_ / name);
}

bool Handout::has_room() const {
  return std::ranges::count_if(images_, [](const auto& one) { return one.second.image != nullptr; }) <
         static_cast<std::ptrdiff_t>(kMostImages);
}

void Handout::read_image(const fs::path& path) {
  const std::string name = path.filename();
  const auto state = state_of(path);
  const auto found = images_.find(name);
  if (state && found != images_.end() && found->second.state == *state) return;
  if (found != images_.end()) found->second = {};
  if (!state) return;  // it went meanwhile
  if (!has_room()) {
    images_.erase(name);
    return say_once(name, path.string() + ": is one more than the " + std::to_string(kMostImages) +
                              " images that a dock has; take those away that no lock needs");
  }
  auto bytes = read_file(path, firmware::kMostImageFile);
  auto image = bytes ? firmware::parse_image_file(std::move(*bytes), path) : Failure{bytes.error()};
  say_once(name, image ? std::string() : image.error().message);
  images_[name] = {*state, image ? std::make_shared<const DockImage>(std::move(*image)) : nullptr};
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

DockImages Handout::images_for(std::uint32_t board) const {
  DockImages all;
  for (const auto& [name, known] : images_) {
    if (known.image && known.image->file.image.board == board) all.push_back(known.image);
  }
  std::ranges::stable_sort(all, std::greater<>{}, [](const auto& image) { return image->version(); });
  return all;
}

}  // namespace greentill::dock
