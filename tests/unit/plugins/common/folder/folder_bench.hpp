// SPDX-License-Identifier: Apache-2.0
// A folder with files, and a host in this process that takes records, makes them durable and forgets the rest when it is killed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/plugins/common/folder/folder_of_lines.hpp"

namespace greentill::plugin::test {

using Texts = std::vector<std::string>;

class DropFolder {
 public:
  /// As one leaves it that was written a while ago.
  void drop(const std::string& name, std::string_view text) const {
    write(name, text);
    written_ago(name, 60);
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path() / name, std::ios::binary | std::ios::trunc) << text;
  }
  void append(const std::string& name, std::string_view text) const {
    std::ofstream(path() / name, std::ios::binary | std::ios::app) << text;
  }
  void written_ago(const std::string& name, time_t seconds) const {
    const timespec at{::time(nullptr) - seconds, 0};
    const timespec times[2] = {at, at};
    ::utimensat(AT_FDCWD, (path() / name).c_str(), times, 0);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::string configuration(const std::string& more = {}) const {
    return "path = \"" + path().string() + "\"\n" + more;
  }
  /// The names of the files in a folder below, in order.
  [[nodiscard]] Texts names(const std::string& below = {}) const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path() / below)) {
      if (entry.is_regular_file()) found.insert(entry.path().filename().string());
    }
    return {found.begin(), found.end()};
  }
  [[nodiscard]] std::string text(const std::string& below) const {
    std::ifstream in(path() / below, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  greentill::test::TempDir folder_;
};

/// What a store would hold, and what is under way to it.
struct Record {
  std::string text;  ///< event id, or "where: reason"
  std::string position;
};

class SmallHost {
 public:
  std::vector<Record> taken;  ///< since the source was started
  std::vector<Record> stored;
  Texts logged;
  std::size_t window = SIZE_MAX;
  std::string attempt;  ///< what is being read
  std::string lost;     ///< over which so many lives were lost
  std::uint32_t lives = 3;

  template <typename T = FolderOfLines>
  void start(const std::string& configuration) {
    source_.reset();
    taken.clear();
    source_ = std::make_unique<T>(configuration, Services(&services_));
    source_->start(stored.empty() ? "" : stored.back().position);
  }
  Source::Progress poll(std::chrono::milliseconds wait = std::chrono::milliseconds(20)) {
    return source_->poll(wait, Inlet(inlet_));
  }
  /// The first `count` of what was taken are durable; the source hears of it, unless it is killed before.
  void store(std::size_t count, bool told = true) {
    while (stored_now_ < count) stored.push_back(taken.at(stored_now_++));
    if (told) source_->durable(stored_now_);
  }
  void kill() {
    source_.reset();
    stored_now_ = 0;
  }
  /// Until it is finished; at most so many polls.
  bool run(int polls = 500) {
    for (int i = 0; i < polls; ++i) {
      if (poll() == Source::Progress::finished) return true;
      store(taken.size());
    }
    return false;
  }
  [[nodiscard]] Texts texts() const {
    Texts all;
    for (const Record& record : stored) all.push_back(record.text);
    return all;
  }

 private:
  static std::string owned(gt_text text) { return std::string(view(text)); }
  bool take(Record record) {
    if (taken.size() - stored_now_ >= window) return false;
    taken.push_back(std::move(record));
    return true;
  }

  std::size_t stored_now_ = 0;
  gt_services services_{
      offsetof(gt_services, tell),  // a host that knows nothing of what comes later
      this,
      [](void* self, std::int32_t, gt_text message) { static_cast<SmallHost*>(self)->logged.push_back(owned(message)); },
      [](void*, gt_text) {},
      [](void*, gt_text, gt_text) {},
      [](void* self, gt_text what, gt_text* how) -> std::uint32_t {
        auto& host = *static_cast<SmallHost*>(self);
        host.attempt = owned(what);
        *how = text("it was ended by signal 11");
        return host.attempt == host.lost ? host.lives : 0;
      },
      nullptr,
      nullptr,
      nullptr};
  gt_inlet inlet_{sizeof(gt_inlet), this,
                  [](void* self, const gt_transaction* transaction, gt_text, gt_text position) -> std::int32_t {
                    return static_cast<SmallHost*>(self)->take({owned(transaction->event_id), owned(position)}) ? GT_OK : GT_FULL;
                  },
                  [](void* self, gt_text where, gt_text reason, gt_text position) -> std::int32_t {
                    const std::string text = owned(where) + ": " + owned(reason);
                    return static_cast<SmallHost*>(self)->take({text, owned(position)}) ? GT_OK : GT_FULL;
                  },
                  [](void* self, gt_text where, gt_text reason, gt_text position) -> std::int32_t {
                    const std::string text = owned(where) + " left out: " + owned(reason);
                    return static_cast<SmallHost*>(self)->take({text, owned(position)}) ? GT_OK : GT_FULL;
                  }};
  std::unique_ptr<Source> source_;
};

}  // namespace greentill::plugin::test
