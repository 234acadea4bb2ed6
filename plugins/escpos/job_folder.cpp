// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::escpos {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".escpos";
constexpr std::uintmax_t kMostBytes = 2u << 20;

std::int64_t changed_at(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_mtim.tv_sec) : 0;
}

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
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    std::error_code gone;
    const bool is_job = name.ends_with(kEnding) && !name.starts_with('.') && is_utf8(name);
    if (is_job && it->is_regular_file(gone)) names.push_back(std::move(name));
  }
  if (error) throw std::runtime_error(folder_.string() + ": the folder of print jobs cannot be read: " + error.message());
  std::sort(names.begin(), names.end());
  std::vector<Job> jobs;
  struct Open {
    std::size_t job;
    unsigned part;
  };
  std::map<std::string, Open> open;
  for (const std::string& name : names) {
    const std::int64_t changed = changed_at(folder_ / name);
    const auto parsed = JobName::parse(name);
    if (!parsed) {
      jobs.push_back({{name}, true, changed, changed});
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
    jobs.push_back({{name}, parsed->is_last, parsed->begin, changed});
  }
  return jobs;
}

std::string JobFolder::read(const Job& job) const {
  std::string all;
  for (const std::string& name : job.files) {
    std::error_code error;
    const auto size = fs::file_size(folder_ / name, error);
    if (!error && all.size() + size > kMostBytes) throw plugin::Unusable("the print job has more than 2 MiB");
    std::ifstream in(folder_ / name, std::ios::binary);
    std::string bytes(error ? 0 : size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (error || !in) throw std::runtime_error((folder_ / name).string() + ": the print job cannot be read");
    all += bytes;
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
