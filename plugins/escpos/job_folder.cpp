// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

#include "daemon/claim/cbor.hpp"
#include "plugins/common/limits.hpp"
#include "plugins/common/times.hpp"

namespace greentill::escpos {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".escpos";
constexpr std::uintmax_t kMostBytes = 2u << 20;

/// "20261124T081500123Z".
std::optional<std::int64_t> read_stamp(std::string_view text) {
  if (text.size() != 19 || text[8] != 'T' || text.back() != 'Z') return std::nullopt;
  const std::string_view day = text.substr(0, 8);
  const std::string_view time = text.substr(9, 6);
  std::string plain(day.substr(0, 4));
  for (const std::string_view two :
       {day.substr(4, 2), day.substr(6, 2), time.substr(0, 2), time.substr(2, 2), time.substr(4, 2)}) {
    plain += "-" + std::string(two);
  }
  const auto wall = plugin::parse_time(plain, "%Y-%m-%d-%H-%M-%S");
  return wall ? std::optional(wall->seconds) : std::nullopt;
}

std::optional<std::string_view> cut_word(std::string_view& rest) {
  const std::size_t end = rest.find('-');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return word;
}

std::int64_t changed_at(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_mtim.tv_sec) : 0;
}

}  // namespace

std::optional<JobName> JobName::parse(std::string_view name) {
  if (!name.ends_with(kEnding)) return std::nullopt;
  std::string_view rest = name.substr(0, name.size() - kEnding.size());
  const auto stamp = cut_word(rest);
  const auto run = cut_word(rest);
  const auto number = cut_word(rest);
  const auto part = cut_word(rest);
  if (!part || (rest != "more" && rest != "end")) return std::nullopt;
  const auto begin = read_stamp(*stamp);
  JobName parsed;
  const auto [end, error] = std::from_chars(part->data(), part->data() + part->size(), parsed.part);
  if (!begin || error != std::errc() || end != part->data() + part->size()) return std::nullopt;
  parsed.connection = std::string(*run) + "-" + std::string(*number);
  parsed.is_last = rest == "end";
  parsed.begin = *begin;
  return parsed;
}

std::vector<Job> JobFolder::jobs() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    std::error_code gone;
    const bool is_job = name.ends_with(kEnding) && !name.starts_with('.') && claim::is_utf8(as_bytes(name));
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
