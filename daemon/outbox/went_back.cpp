// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/went_back.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"
#include "daemon/outbox/recovery.hpp"

namespace greentill::outbox {
namespace {

std::string log_of(const Options& options) { return options.path.string() + "-wal"; }

std::string begin_anew(const Options& options) {
  return "move what is left of it away and begin a new chain: echo new > " + options.mark.string();
}

/// What to do where the latest files are lost.
std::string go_on(const Options& options) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(options.path, error);
  if (error || size == 0) return begin_anew(options);
  return "go on with what is there, and declare what is not: touch " + recovery_note(options.path).string() + "; or " +
         begin_anew(options);
}

/// The error for a store that is not what it was. `next`: what to do where the latest files are lost.
Failure<Error> went_back(const Options& options, const std::string& what, const std::string& next) {
  return fail(ErrorCode::conflict, what + "; put the latest " + options.path.string() + " back together with its " +
                                       log_of(options) + ", if it had one. Where they are lost, " + next);
}

/// A file that shows that this device has run before; nothing where there is none.
const std::filesystem::path* trace(const Options& options) {
  const auto there = [](const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error) || error;
  };
  const auto found = std::ranges::find_if(options.traces, there);
  return found == options.traces.end() ? nullptr : &*found;
}

/// The error for a store without a chain on a device that has run before; else none.
Status check_first_start(const sqlite::StoreMark& mark, const Options& options) {
  const std::filesystem::path* before = mark.is_there() || mark.asks_for_new() ? nullptr : trace(options);
  if (before == nullptr) return Done{};
  return went_back(
      options, options.path.string() + ": holds no chain, though this device has run before (" + before->string() + " is there)",
      begin_anew(options));
}

/// What the store lacks of what it had; empty where it lacks nothing.
std::string lacks(const sqlite::Reach& reach, const sqlite::Reach& marked) {
  const std::string end = std::to_string(marked.head);
  if (reach.era < marked.era) return "the chain that ended at " + end + " is not in it";
  if (reach.era == marked.era && reach.head < marked.head) {
    return "its chain ends at " + std::to_string(reach.head) + ", and went on to " + end;
  }
  if (reach.count >= marked.count) return "";
  return "it knows " + std::to_string(reach.count) + " transactions, and had taken " + std::to_string(marked.count);
}

/// Whether the chain is the one that the mark names, up to the claim that it names.
Result<bool> is_same_chain(const Stored& stored, const sqlite::Reach& marked) {
  const sqlite::Reach& reach = stored.reach;
  if (reach.era != marked.era || marked.head == 0) return true;
  if (reach.store != marked.store) return false;
  if (reach.head < marked.head) return true;
  const auto hash = stored.hash_at(marked.head);
  if (!hash) return Failure{hash.error()};
  return !*hash || to_hex(**hash) == marked.hash;
}

}  // namespace

Status check_files(const sqlite::StoreMark& mark, const Options& options) {
  Status sound = mark.check_files(options.path, options.vfs);
  if (!sound && sound.error().code == ErrorCode::conflict) return went_back(options, sound.error().message, go_on(options));
  if (!sound && sound.error().code == ErrorCode::invalid) {
    return fail(ErrorCode::invalid,
                sound.error().message + "; move it away, and put the one there that lay beside this store, if there was one");
  }
  if (!sound) return sound;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(options.path, error);
  return error || size == 0 ? check_first_start(mark, options) : Status(Done{});
}

Status check_reach(const sqlite::StoreMark& mark, const Options& options, SqliteWriter& writer) {
  return check_reach(mark, options, {writer.reach(), [&writer](std::uint64_t seq) { return writer.hash_at(seq); }});
}

Status check_reach(const sqlite::StoreMark& mark, const Options& options, const Stored& stored) {
  const std::string name = options.path.string();
  const sqlite::Reach& reach = stored.reach;
  if (mark.asks_for_new() && !reach.store.empty()) {
    return fail(ErrorCode::conflict, name + ": holds a chain, and " + mark.path().string() +
                                         " asks for a new one; move the store away, together with its log");
  }
  if (!mark.is_there()) return reach.store.empty() ? check_first_start(mark, options) : Status(Done{});
  const auto same = is_same_chain(stored, mark.reach());
  if (!same) return Failure{same.error()};
  if (!*same) {
    return went_back(options, name + ": holds another chain than the one that this device made", begin_anew(options));
  }
  const std::string lacking = lacks(reach, mark.reach());
  if (lacking.empty()) return Done{};
  const std::string_view log = sqlite::log_beside(options.path) ? "" : ", which is not there";
  return went_back(options, name + ": " + lacking + ": it is an older copy, or lost its write-ahead log" + std::string(log),
                   go_on(options));
}

}  // namespace greentill::outbox
