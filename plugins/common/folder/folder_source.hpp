// SPDX-License-Identifier: Apache-2.0
// A source that reads the files dropped into a folder; docs/folders.md is what its user reads. A format derives from FolderSource
// and says how a file's records are read; which files are taken when, where they go, and that no record is lost or handed in
// twice whenever the process is killed, is decided here.
//
//   class Invoices final : public plugin::FolderSource {
//    public:
//     Invoices(std::string_view configuration, plugin::Services services)
//         : Invoices(plugin::read_configuration(configuration, "invoice"), services) {}
//     std::unique_ptr<plugin::RecordReader> read(plugin::Bytes& bytes, const std::string& name) override;
//    private:
//     Invoices(const toml::Table& toml, plugin::Services services) : FolderSource(toml, 16, services) { …, toml.check(); }
//   };
//
// Threads: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "greentill/plugin.hpp"
#include "plugins/common/folder/folder_files.hpp"
#include "plugins/common/folder/folder_place.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

class FolderSource : public Source {
 public:
  /// `max_file_mb`: the limit where the configuration has none; 0 where files are read as they come and may be of any size.
  FolderSource(const toml::Table& toml, std::int64_t max_file_mb, Services services);
  ~FolderSource() override;

  /// A reader for a file that was opened; `bytes` lives as long as the reader. Exceptions are as in RecordReader::next.
  virtual std::unique_ptr<RecordReader> read(Bytes& bytes, const std::string& name) = 0;

  void start(std::string_view position) final;
  Progress poll(std::chrono::milliseconds wait, const Inlet& inlet) final;
  void durable(std::uint64_t count) final { durable_ = count; }

 private:
  class File;
  struct Whole;
  struct Pending;
  enum class Step { advanced, full, idle };

  void resume(const FolderPlace& place);
  Step advance(const Inlet& inlet);
  bool open_next();
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
  std::deque<std::unique_ptr<File>> resumed_;  // begun in an earlier life: they come before all others
  std::unique_ptr<File> file_;
  std::unique_ptr<Pending> pending_;  // read and not yet taken
  std::deque<Whole> whole_;           // handed in to their ends, not yet moved
  std::uint64_t handed_in_ = 0;       // since start, as `durable` counts
  std::uint64_t durable_ = 0;
};

}  // namespace greentill::plugin
