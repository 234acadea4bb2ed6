// SPDX-License-Identifier: Apache-2.0
// What a dock hands to locks that come by: settings and images that the programme signed, from a folder into which the operator
// puts them while the dock runs (docs/dock.md, "Settings and images"). What is in it is read anew where it changed. Threads: one.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "firmware/core/lock.hpp"
#include "firmware/files/image_file.hpp"
#include "plugins/dock/exchange.hpp"

namespace greentill::dock {

class Handout {
 public:
  static constexpr std::size_t kMostImages = 16;

  /// `complain` is told, once for each change of it, what is wrong with a file.
  Handout(std::filesystem::path folder, std::function<void(const std::string&)> complain)
      : folder_(std::move(folder)), complain_(std::move(complain)) {}

  /// Looks for images that came, changed or went, at most every ten seconds.
  void look(Time now);
  /// Those in `LOCK.toml`; nothing where there are none.
  [[nodiscard]] std::optional<firmware::SignedSettings> settings_for(const std::string& lock);
  /// The highest version for that board, of the files `*.image`; null where none is above `floor`.
  [[nodiscard]] std::shared_ptr<const firmware::ImageFile> image_for(std::uint32_t board, std::uint32_t floor) const;

 private:
  struct Known {
    std::filesystem::file_time_type written;
    std::uintmax_t size = 0;
    std::shared_ptr<const firmware::ImageFile> image;  ///< null: it is none
  };
  void read_image(const std::filesystem::directory_entry& entry);
  void say_once(const std::string& file, const std::string& what);

  const std::filesystem::path folder_;
  const std::function<void(const std::string&)> complain_;
  std::map<std::string, Known> images_;      ///< by file name
  std::map<std::string, std::string> said_;  ///< what is wrong, by file name
  std::optional<Time> looked_at_;
};

}  // namespace greentill::dock
