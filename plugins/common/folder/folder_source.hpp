// SPDX-License-Identifier: Apache-2.0
// A source that reads the files dropped into a folder; docs/folders.md is for its user. A format derives from FolderSource and
// says how a file's records are read. FolderSource decides which files are taken when and where they go, and sees to it that no
// record is lost or handed in twice, whenever the process is killed.
//
//   class Invoices final : public plugin::FolderSource {
//    public:
//     Invoices(std::string_view configuration, plugin::Services services)
//         : Invoices(plugin::read_configuration(configuration, "invoice"), services) {}
//     std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& name) override;
//    private:
//     Invoices(const toml::Table& toml, plugin::Services services) : FolderSource(toml, 16, services) { …, toml.check(); }
//   };
//
// What always holds:
// - A file leaves the folder only once all records that were read off it are durable. Until then each position that is handed
//   in names it by its content, with how many of its records came before, so that a restart passes over these and no others.
// - At most one file is read at a time, and its records are handed in in their order.
// - A file that changed while it was read counts as another file: what was handed in of it stands, and it is read anew.
//
// Threads: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "greentill/plugin.hpp"
#include "plugins/common/folder/folder_files.hpp"
#include "plugins/common/folder/folder_place.hpp"
#include "plugins/common/folder/handed_in.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

class FolderSource : public Source {
 public:
  /// `max_file_mb` is the limit where the configuration states none; 0 where a file is read piece by piece and may have any size.
  FolderSource(const toml::Table& toml, std::int64_t max_file_mb, Services services);
  ~FolderSource() override;

  /// Makes a reader for an opened file; `bytes` lives as long as the reader. Throws as RecordReader::next() does.
  virtual std::unique_ptr<RecordReader> read(ByteInput& bytes, const std::string& name) = 0;

  void start(std::string_view position) final;
  Progress poll(std::chrono::milliseconds wait, const Inlet& inlet) final;
  void durable(std::uint64_t count) final { handed_in_.set_durable(count); }

 private:
  class File;
  struct Whole {
    FolderFile found;
    FolderPlace::Known known;
    std::optional<std::string> failure;
  };
  struct Pending;
  enum class Step { advanced, full, idle };

  void resume(const FolderPlace& place);
  Step advance(const Inlet& inlet);
  bool open_next();
  void begin();
  std::unique_ptr<File> open(const FolderFile& found);
  void read_record();
  RecordReader::Next next_record(Transaction& into);
  void pass_over(std::string reason, bool left_out);
  [[nodiscard]] std::string where() const;
  bool hand_in(const Inlet& inlet);
  void close();
  void move_durable();
  [[nodiscard]] std::string position() const;

  Services services_;
  FolderFiles files_;
  std::deque<std::unique_ptr<File>> resumed_;  // files that an earlier run began; they are read before all others
  std::unique_ptr<File> file_;
  std::unique_ptr<Pending> pending_;  // a record that was read and not handed in yet
  HandedIn<Whole> handed_in_;         // and the files that are not moved yet
  bool is_careful_ = false;           // readers were lost over the current file
};

}  // namespace greentill::plugin
