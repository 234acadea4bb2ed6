// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/job_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/common/folder/file_bytes.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::escpos {
namespace {

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
  const plugin::Folder folder = open();
  folder.each_file([&](const std::string& name) {
    if (!name.ends_with(kEnding) || name.starts_with('.') || !is_utf8(name)) return;
    if (const auto state = folder.state(name)) written[name] = state->modified_ns / 1'000'000'000;
  });
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

plugin::Folder JobFolder::open() const {
  auto folder = plugin::Folder::open(folder_);
  if (!folder && folder.error().code == ErrorCode::not_found) {
    throw std::runtime_error(folder_.string() + ": the folder of print jobs cannot be read: " + std::strerror(ENOENT));
  }
  if (!folder) throw std::runtime_error(folder.error().message);
  return std::move(*folder);
}

std::string JobFolder::read(const Job& job) const {
  const plugin::Folder folder = open();
  std::string all;
  for (const std::string& name : job.files) {
    Descriptor file = folder.open_file(name);
    if (!file) throw std::runtime_error((folder_ / name).string() + ": it cannot be opened: " + std::strerror(errno));
    const plugin::FileBytes bytes(file.release(), folder_ / name);
    (void)bytes.state();  // a regular file
    all += bytes.read_at(0, kMostBytes - all.size() + 1);
    if (all.size() > kMostBytes) throw plugin::Unusable("the print job has more than 2 MiB");
  }
  return all;
}

void JobFolder::remove(const Job& job) const {
  const plugin::Folder folder = open();
  for (const std::string& name : job.files) {
    const int error = folder.remove(name);
    if (error == 0 || error == ENOENT) continue;
    throw std::runtime_error((folder_ / name).string() +
                             ": the print job is read and cannot be removed: " + std::strerror(error));
  }
}

void JobFolder::set_aside(const Job& job, std::size_t keep) const {
  if (keep == 0) return remove(job);
  const plugin::Folder folder = open();
  auto failed = plugin::Folder::make(folder_ / "failed", folder);
  if (!failed) throw std::runtime_error(failed.error().message);
  for (const std::string& name : job.files) (void)folder.move(name, *failed, name);
  prune(*failed, keep);
}

void JobFolder::prune(const plugin::Folder& failed, std::size_t keep) {
  std::vector<std::string> kept;
  failed.each_file([&](std::string name) { kept.push_back(std::move(name)); });
  if (kept.size() <= keep) return;
  std::sort(kept.begin(), kept.end());
  kept.resize(kept.size() - keep);
  for (const std::string& old : kept) (void)failed.remove(old);
}

}  // namespace greentill::escpos
