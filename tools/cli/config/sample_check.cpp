// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/config/sample_check.hpp"

#include <cstdlib>
#include <fstream>

#include "daemon/base/file.hpp"
#include "tools/cli/source/dry_run.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kHeadBytes = 64u << 10;

class NoLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view /*message*/) override {}
};

/// The file's first whole lines; empty where it cannot be read, or has none.
std::string head_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(kHeadBytes, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head.substr(0, head.rfind('\n') + 1);
}

/// What came of the first rows: nothing where any of them can be used.
std::string complaint(DryRun& run) {
  const auto counts = run.counts();
  if (!counts) return {};
  std::uint64_t all = 0;
  const outbox::RecordCount* refused = nullptr;
  for (const auto& count : *counts) {
    all += count.records;
    if (count.fate == outbox::Fate::refused) refused = &count;
  }
  return refused != nullptr && refused->records == all ? "every one of its first rows is refused: " + refused->reason
                                                       : std::string();
}

}  // namespace

void check_sample(const app::Config& config, const detect::PluginSpec& spec, const std::filesystem::path& file,
                  const std::string& where, tools::Findings& into) {
  const std::string head = head_of(file);
  if (head.empty()) return;
  std::error_code error;
  std::string folder = (std::filesystem::temp_directory_path(error) / "greentill-check-XXXXXX").string();
  if (error || ::mkdtemp(folder.data()) == nullptr) return;
  const std::filesystem::path sample = std::filesystem::path(folder) / file.filename();
  if (write_file_durably(sample, head, 0600)) {
    NoLog log;
    DryRunOptions options{spec, {}, config.plugin_host, config.methodologies, {}, sample};
    const auto run = DryRun::run(options, log);
    if (!run) {
      into.problems.push_back(where + ", " + file.string() + ": " + run.error().message);
    } else if (const std::string what = complaint(**run); !what.empty()) {
      into.warnings.push_back(where + ", " + file.string() + ": " + what);
    }
  }
  std::filesystem::remove_all(folder, error);
}

}  // namespace greentill::cli
