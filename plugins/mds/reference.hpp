// SPDX-License-Identifier: Apache-2.0
// A file beside the trips that is read again when it changes. Threads: one thread.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "greentill/plugin.hpp"
#include "plugins/common/folder/file_bytes.hpp"

namespace greentill::mds {

/// T: made by T::parse(ByteInput&), which throws std::runtime_error; its flaws() are told.
template <typename T>
class Reference {
 public:
  Reference(std::filesystem::path path, plugin::Services services) : path_(std::move(path)), services_(services) {}

  /// Looks whether the file is another than the one read last. Where the new one is of no use, the old one stays in force, and a
  /// line in the log says why.
  void refresh() {
    const auto state = state_now();
    if (!state || state == seen_) return;
    seen_ = state;
    try {
      const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) throw std::runtime_error("it cannot be opened");
      plugin::FileBytes bytes(descriptor, path_);
      value_ = std::make_unique<T>(T::parse(bytes));
      tell_flaws();
    } catch (const std::runtime_error& error) {
      problem_ = error.what();
      services_.log(GT_LOG_WARNING, path_.string() + ": " + problem_ + (value_ ? ": what it held before stays in force" : ""));
    }
  }
  /// Throws std::runtime_error where nothing usable was there yet.
  [[nodiscard]] const T& get() const {
    if (!value_) throw std::runtime_error(path_.string() + ": " + (problem_.empty() ? "there is no such file" : problem_));
    return *value_;
  }

 private:
  [[nodiscard]] std::optional<plugin::FileState> state_now() const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return plugin::FileState::of(status);
  }

  void tell_flaws() const {
    const auto& flaws = value_->flaws();
    for (const std::string& flaw : flaws.kept) services_.log(GT_LOG_WARNING, path_.string() + ": " + flaw);
    const std::size_t more = flaws.count - flaws.kept.size();
    if (more > 0)
      services_.log(GT_LOG_WARNING, path_.string() + ": and " + std::to_string(more) + " more of its entries are wrong");
  }

  std::filesystem::path path_;
  plugin::Services services_;
  std::optional<plugin::FileState> seen_;
  std::unique_ptr<T> value_;
  std::string problem_;
};

}  // namespace greentill::mds
