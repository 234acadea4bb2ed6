// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = 1u << 30;

Failure<Error> failed(const std::filesystem::path& file, const char* what) {
  const ErrorCode code = errno == ENOSPC || errno == EDQUOT ? ErrorCode::full : ErrorCode::io;
  return fail(code, file.string() + ": " + what + ": " + std::strerror(errno) + "; the registry's changes must be kept there");
}

/// The end of a file, from the begin of its last whole line on.
struct Tail {
  std::string last;  ///< that line, without its end; empty where there is none
  off_t end = 0;     ///< behind its end: what follows was torn off
};

/// Reads back from the end as far as it must; nothing where it cannot.
std::optional<Tail> read_tail(int descriptor) {
  constexpr off_t kBlock = 64 << 10;
  off_t begin = ::lseek(descriptor, 0, SEEK_END);
  if (begin < 0) return std::nullopt;
  std::string text;
  for (;;) {
    const std::size_t end = text.rfind('\n');
    const std::size_t before = end == 0 || end == std::string::npos ? std::string::npos : text.rfind('\n', end - 1);
    if (end != std::string::npos && (before != std::string::npos || begin == 0)) {
      const std::size_t first = before == std::string::npos ? 0 : before + 1;
      return Tail{text.substr(first, end - first), begin + static_cast<off_t>(end) + 1};
    }
    if (begin == 0) return Tail{};
    const off_t size = std::min(begin, kBlock);
    std::string block(static_cast<std::size_t>(size), '\0');
    if (::pread(descriptor, block.data(), block.size(), begin - size) != size) return std::nullopt;
    text.insert(0, block);
    begin -= size;
  }
}

/// The whole lines of a text: what is behind the last line's end was torn off.
std::string_view whole_lines(std::string_view text) {
  const std::size_t end = text.rfind('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::io, "");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

/// Makes the file's name durable.
bool sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.get()) == 0;
}

}  // namespace

Result<std::vector<JournalLine>> RegistryJournal::lines_after(std::int64_t step, const std::string& ledger) const {
  const auto text = read_file(file_, kMostBytes);
  if (!text && text.error().code == ErrorCode::not_found) return std::vector<JournalLine>();
  if (!text) return Failure{text.error()};
  std::map<std::int64_t, Json> lines;
  std::size_t number = 0;
  for (std::string_view rest = whole_lines(*text); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const Json line = Json::parse(rest.substr(0, end), nullptr, false);
    rest.remove_prefix(end + 1);
    const std::string where = file_.string() + ": line " + std::to_string(++number) + ": ";
    if (!line.is_object() || !line.contains("step") || !line["step"].is_number_integer() || !line.contains("puts") ||
        !line["puts"].is_array()) {
      return fail(ErrorCode::corrupt, where + "it is no change of a registry; restore the file from a backup");
    }
    if (line.value("ledger", "") != ledger) {
      return fail(ErrorCode::conflict, where + "it is of another ledger; put this ledger's file there, or move this one away");
    }
    lines[line["step"].get<std::int64_t>()] = line["puts"];
  }
  std::vector<JournalLine> behind;
  for (auto at = lines.upper_bound(step); at != lines.end(); ++at) behind.push_back({at->first, std::move(at->second)});
  return behind;
}

Result<std::vector<JournalLine>> lines_missing(const RegistryJournal& journal, RegistryReader& registry) {
  const auto step = registry.registry_step();
  const auto ledger = registry.ledger_id();
  if (!step) return Failure{step.error()};
  if (!ledger) return Failure{ledger.error()};
  return journal.lines_after(*step, *ledger);
}

std::set<std::string> devices_of(const JournalLine& line) {
  std::set<std::string> devices;
  for (const auto& one : line.puts) {
    for (const auto& change : one) {
      const auto device = change.is_object() ? change.find("device") : change.end();
      if (device != change.end() && device->is_string()) devices.insert(device->get<std::string>());
    }
  }
  return devices;
}

bool changes_methodologies(const JournalLine& line) {
  return std::ranges::any_of(line.puts, [](const Json& one) { return one.contains("methodology"); });
}

Status check_complete(const RegistryJournal& journal, RegistryReader& registry) {
  const auto missing = lines_missing(journal, registry);
  if (!missing) return Failure{missing.error()};
  if (missing->empty()) return Done{};
  return fail(ErrorCode::conflict,
              journal.file().string() + " has " + std::to_string(missing->size()) +
                  (missing->size() == 1 ? " change" : " changes") +
                  " of the registry that this ledger does not have, since a command broke off, or a backup was "
                  "restored; greentill-credit registry replay makes them, and so does run --new-epoch");
}

bool RegistryJournal::ends_at(std::int64_t step, const std::string& ledger) const {
  const Descriptor opened(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const auto tail = opened ? read_tail(opened.get()) : std::nullopt;
  if (!tail) return false;
  const Json line = Json::parse(tail->last, nullptr, false);
  return line.is_object() && line.contains("step") && line["step"] == step && line.value("ledger", "") == ledger;
}

Status RegistryJournal::append(const JournalLine& line, const std::string& ledger) const {
  const Descriptor opened(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!opened) return failed(file_, "it cannot be opened");
  const auto tail = read_tail(opened.get());
  if (!tail) return failed(file_, "it cannot be read");
  if (::ftruncate(opened.get(), tail->end) != 0 || ::lseek(opened.get(), tail->end, SEEK_SET) != tail->end)
    return failed(file_, "it cannot be cut");
  const std::string written =
      Json({{"step", line.step}, {"ledger", ledger}, {"puts", line.puts}}).dump(-1, ' ', false, Json::error_handler_t::replace) +
      '\n';
  if (!write_all(opened.get(), written)) return failed(file_, "it cannot be written");
  if (::fsync(opened.get()) != 0 || !sync_folder(file_)) return failed(file_, "it cannot be made durable");
  return Done{};
}

}  // namespace greentill::credit
