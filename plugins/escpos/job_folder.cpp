// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job_folder.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <system_error>

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/common/folder/file_bytes.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::escpos {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".escpos";
constexpr std::size_t kMostBytes = 2u << 20;

}  // namespace

std::optional<JobName> JobName::parse(std::string_view name) {
  if (!name.ends_with(kEnding)) return std::nullopt;
  const auto words = split(name.substr(0, name.size() - kEnding.size()), '-');
  if (words.size() != 5 || (words[4] != "more" && words[4] != "end")) return std::nullopt;
  const auto begin = words[0].size() == 19 ? parse_time(words[0], "%Y%m%dT%H%M%S%fZ") : std::nullopt;
  const auto part = parse_integer<unsigned>(words[3]);
  if (!begin || !part) return std::nullopt;
  return JobName{std::string(words[1]) + "-" + std::string(words[2]), *part, words[4] == "end", begin->seconds};
}

std::vector<Job> JobFolder::jobs() const {
  std::map<std::string, std::int64_t> written;  // Unix seconds; by name, which begins with the time
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.ends_with(kEnding) || name.starts_with('.') || !is_utf8(name)) continue;
    if (const auto state = plugin::FileState::at(it->path())) written[name] = state->modified_ns / 1'000'000'000;
  }
  if (error) throw std::runtime_error(folder_.string() + ": the folder of print jobs cannot be read: " + error.message());
  std::vector<Job> jobs;
  struct Open {
    std::size_t job;
    unsigned part;
  };
  std::map<std::string, Open> open;
  for (const auto& [name, changed] : written) {
    const auto parsed = JobName::parse(name);
    if (!parsed) {
      jobs.push_back({{name}, true, false, changed, changed});
      continue;
    }
    const auto before = open.find(parsed->connection);
    if (before != open.end() && before->second.part + 1 == parsed->part) {
      Job& job = jobs[before->second.job];
      job.files.push_back(name);
      job.changed = changed;
      job.is_over = parsed->is_last;
      before->second.part = parsed->part;
      continue;
    }
    // A part that was not copied stands between them: what began before it will not go on.
    if (before != open.end()) jobs[before->second.job].is_over = true;
    open[parsed->connection] = {jobs.size(), parsed->part};
    jobs.push_back({{name}, parsed->is_last, true, parsed->begin, changed});
  }
  return jobs;
}

std::string JobFolder::read(const Job& job) const {
  std::string all;
  for (const std::string& name : job.files) {
    const Result<std::string> bytes = read_file(folder_ / name, kMostBytes - all.size());
    if (!bytes && bytes.error().code == ErrorCode::invalid) throw plugin::Unusable("the print job has more than 2 MiB");
    if (!bytes) throw std::runtime_error(bytes.error().message);
    all += *bytes;
  }
  return all;
}

void JobFolder::remove(const Job& job) const {
  for (const std::string& name : job.files) {
    std::error_code error;
    fs::remove(folder_ / name, error);
    if (error)
      throw std::runtime_error((folder_ / name).string() + ": the print job is read and cannot be removed: " + error.message());
  }
}

void JobFolder::set_aside(const Job& job, std::size_t keep) const {
  if (keep == 0) return remove(job);
  std::error_code error;
  fs::create_directory(failed(), error);
  for (const std::string& name : job.files) {
    std::error_code failure;
    fs::rename(folder_ / name, failed() / name, failure);
    if (failure) throw std::runtime_error((folder_ / name).string() + ": it cannot be moved to failed/: " + failure.message());
  }
  prune(keep);
}

void JobFolder::prune(std::size_t keep) const {
  std::vector<fs::path> kept;
  std::error_code error;
  for (fs::directory_iterator it(failed(), error), end; !error && it != end; it.increment(error)) kept.push_back(it->path());
  if (kept.size() <= keep) return;
  std::sort(kept.begin(), kept.end());
  kept.resize(kept.size() - keep);
  for (const fs::path& old : kept) fs::remove(old, error);
}

}  // namespace greentill::escpos
