// SPDX-License-Identifier: Apache-2.0
// What a dock hands to locks that come by: settings and images that the programme signed, from a folder into which the operator
// puts them while the dock runs (docs/dock.md, "Settings and images"). What is in it is read anew where it changed. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "firmware/core/lock.hpp"
#include "plugins/dock/dock_image.hpp"
#include "plugins/dock/exchange.hpp"

namespace greentill::dock {

class Handout {
 public:
  static constexpr std::size_t kMostImages = 16;

  static constexpr std::chrono::milliseconds kBetweenLooks{10'000};

  /// `complain` is told, once for each change of it, what is wrong with a file.
  Handout(std::filesystem::path folder, std::function<void(const std::string&)> complain,
          std::chrono::milliseconds between_looks = kBetweenLooks);

  /// Looks for images that came, changed or went, unless it did just now. Throws std::runtime_error where another folder took the
  /// path, which a new process alone may read.
  void look(Time now);
  /// Those in `LOCK.toml`; nothing where there are none.
  [[nodiscard]] std::optional<firmware::SignedSettings> settings_for(const std::string& lock);
  /// Of the files `*.image` those for that board, the highest version first.
  [[nodiscard]] DockImages images_for(std::uint32_t board) const;

 private:
  /// What is another where a file or a folder is: its device and number; of a file also its size and when it changed.
  using State = std::array<std::int64_t, 5>;
  struct Known {
    State state{};
    std::shared_ptr<const DockImage> image;  ///< null: it is none
  };
  void give_up_folder(const std::string& why);
  [[nodiscard]] static std::optional<State> state_of(const std::filesystem::path& path);
  [[nodiscard]] bool has_room() const;
  void read_image(const std::filesystem::path& path);
  void say_once(const std::string& file, const std::string& what);

  const std::filesystem::path folder_;
  const std::function<void(const std::string&)> complain_;
  const std::chrono::milliseconds between_looks_;
  const std::optional<State> at_start_;      ///< of the folder
  std::map<std::string, Known> images_;      ///< by file name
  std::map<std::string, std::string> said_;  ///< what is wrong, by file name
  std::optional<Time> looked_at_;
};

}  // namespace greentill::dock
