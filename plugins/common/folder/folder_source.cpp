// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/folder_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>

#include "plugins/common/values/ids.hpp"

namespace greentill::plugin {
namespace {

constexpr std::size_t kPrintBytes = 4096;
// So many prints fit into a position, so that many small files become durable in one commit of the store.
constexpr std::size_t kMostWhole = 24;
constexpr std::chrono::milliseconds kDurableWait{2};

std::string print_of(const FileBytes& bytes, const std::string& name, const FileState& state) {
  const std::string head = bytes.read_at(0, kPrintBytes);
  const std::string tail = bytes.read_at(state.size - std::min<std::uint64_t>(state.size, kPrintBytes), kPrintBytes);
  const std::string numbers = std::to_string(state.size) + " " + std::to_string(state.modified_ns) + " ";
  return sha256_hex({numbers, name, "/", head, tail}, 8);
}

}  // namespace

/// A file that is being read.
class FolderSource::File {
 public:
  File(int descriptor, const std::filesystem::path& path)
      : bytes(descriptor, path),
        found{path.filename().string(), bytes.state()},
        known{found.state.inode, print_of(bytes, found.name, found.state)} {}

  FileBytes bytes;
  FolderFile found;
  FolderPlace::Known known;
  std::unique_ptr<RecordReader> reader;
  std::uint64_t records = 0;  // how many records were read so far
  std::uint64_t skip = 0;     // how many records an earlier run made durable
  std::optional<std::string> failure;

  /// Whether somebody wrote to the file while it was read: what was read may be only half of it.
  [[nodiscard]] bool has_changed() const { return bytes.state() != found.state; }
};

struct FolderSource::Pending {
  std::optional<Transaction> transaction;
  std::string where;
  std::string problem;
  bool left_out = false;
};

FolderSource::FolderSource(const toml::Table& toml, std::int64_t max_file_mb, Services services)
    : services_(services), files_(FolderSettings::read(toml, max_file_mb)) {}
FolderSource::~FolderSource() = default;

void FolderSource::start(std::string_view position) {
  files_.open();
  if (position.empty()) return;
  const auto place = FolderPlace::parse(position);
  if (!place) throw std::runtime_error("the stored position is not one of this plugin");
  resume(*place);
}

/// Files of the stored position that still exist are read first: once another file is being read, its position no longer names
/// them.
void FolderSource::resume(const FolderPlace& place) {
  std::set<std::uint64_t> inodes{place.current.inode};
  for (const FolderPlace::Known& known : place.whole) inodes.insert(known.inode);
  for (const FolderFile& found : files_.with_inodes(inodes)) {
    auto file = open(found);
    if (!file) continue;
    if (std::find(place.whole.begin(), place.whole.end(), file->known) != place.whole.end()) {
      file->skip = UINT64_MAX;
      resumed_.push_front(std::move(file));
    } else if (file->known == place.current) {
      file->skip = place.records;
      resumed_.push_back(std::move(file));
    }
  }
}

Source::Progress FolderSource::poll(std::chrono::milliseconds wait, const Inlet& inlet) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  const std::uint64_t before = handed_in_.count();
  files_.remove_old();
  for (;;) {
    move_durable();
    const Step step = advance(inlet);
    if (step == Step::full) return Progress::more;
    // What is handed in is safe once poll() has returned.
    if (is_careful_ && handed_in_.count() > before) return Progress::more;
    if (step == Step::advanced && std::chrono::steady_clock::now() < deadline) continue;
    if (step == Step::advanced) return Progress::more;
    if (files_.settings().once && handed_in_.empty() && !files_.is_waiting()) return Progress::finished;
    // Records that were handed in become durable only after poll() has returned.
    if (handed_in_.count() == before) files_.wait(handed_in_.empty() ? wait : std::min(wait, kDurableWait));
    return Progress::more;
  }
}

FolderSource::Step FolderSource::advance(const Inlet& inlet) {
  if (pending_) return hand_in(inlet) ? Step::advanced : Step::full;
  if (!file_ && (handed_in_.size() >= kMostWhole || !open_next())) {
    services_.rest();
    return Step::idle;
  }
  if (file_ && !pending_) read_record();
  return Step::advanced;
}

bool FolderSource::open_next() {
  if (!resumed_.empty()) {
    file_ = std::move(resumed_.front());
    resumed_.pop_front();
    begin();
    return true;
  }
  const auto is_whole = [this](const std::string& name) {
    return handed_in_.any([&](const Whole& whole) { return whole.found.name == name; });
  };
  const auto found = files_.next(is_whole);
  if (!found) return false;
  file_ = open(*found);
  if (file_) begin();
  return true;
}

/// Gives a file up over which one reader after the other was lost; nothing behind it would ever be read.
void FolderSource::begin() {
  const Services::Lost lost = services_.attempt(std::to_string(file_->known.inode) + ":" + file_->known.print);
  is_careful_ = lost.lives > 0;
  if (!lost.for_good) return;
  file_->failure = lost.reason;
  if (file_->skip < UINT64_MAX) file_->records = file_->skip;  // those before count
  pass_over(lost.reason, false);
}

/// Null where the file is gone, was replaced by another one, or cannot be opened.
std::unique_ptr<FolderSource::File> FolderSource::open(const FolderFile& found) {
  const std::filesystem::path path = files_.settings().path / found.name;
  Descriptor descriptor = files_.open_file(found);
  if (!descriptor && (errno == EACCES || errno == EPERM)) {
    const std::string reason = std::string("it cannot be opened: ") + std::strerror(errno);
    files_.move_to_failed(found, reason);
    services_.log(GT_LOG_WARNING, found.name + ": moved to failed: " + reason);
  } else if (!descriptor && errno != ENOENT && errno != ELOOP) {
    throw std::runtime_error(path.string() + ": it cannot be opened: " + std::strerror(errno));
  }
  if (!descriptor) return nullptr;
  auto file = std::make_unique<File>(descriptor.release(), path);
  return file->found.state == found.state ? std::move(file) : nullptr;
}

RecordReader::Next FolderSource::next_record(Transaction& into) {
  if (!file_->reader) {
    const std::uint64_t most = files_.settings().max_file_bytes;
    const std::uint64_t size = file_->found.state.size;
    if (most > 0 && size > most) {
      throw std::runtime_error("it has " + std::to_string(size) +
                               " bytes, more than max_file_mb = " + std::to_string(most >> 20) + " allows");
    }
    file_->reader = read(file_->bytes, file_->found.name);
  }
  const RecordReader::Next next = file_->reader->next(into);
  if (next == RecordReader::Next::record) check_limits(into);
  return next;
}

void FolderSource::read_record() {
  if (file_->failure) return close();
  try {
    Transaction transaction;
    const RecordReader::Next next = next_record(transaction);
    if (next == RecordReader::Next::end) return close();
    if (next == RecordReader::Next::nothing || ++file_->records <= file_->skip) return;
    pending_ = std::make_unique<Pending>(Pending{std::move(transaction), where(), {}});
  } catch (const DiskError&) {
    throw;  // the file stays in the folder and is tried again later
  } catch (const LeftOut& reason) {
    pass_over(reason.what(), true);
  } catch (const std::exception& problem) {
    const bool of_record = file_->reader && dynamic_cast<const Unusable*>(&problem) != nullptr;
    if (!of_record && file_->has_changed()) return file_.reset();
    if (!of_record) file_->failure = problem.what();
    pass_over(problem.what(), false);
  }
}

void FolderSource::pass_over(std::string reason, bool left_out) {
  if (++file_->records <= file_->skip) return;
  pending_ = std::make_unique<Pending>(Pending{std::nullopt, where(), std::move(reason), left_out});
}

/// Names the record that was read last; where the whole file failed, the file.
std::string FolderSource::where() const {
  if (file_->failure) return file_->found.name;
  const std::string record = file_->reader ? file_->reader->where() : "";
  return file_->found.name + ": " + (record.empty() ? "record " + std::to_string(file_->records) : record);
}

std::string FolderSource::position() const {
  FolderPlace place{file_->records, file_->known, {}};
  handed_in_.each([&](const Whole& whole) { place.whole.push_back(whole.known); });
  return place.text();
}

bool FolderSource::hand_in(const Inlet& inlet) {
  const auto& [transaction, where, problem, left_out] = *pending_;
  const bool taken = transaction ? inlet.offer(*transaction, where, position())
                     : left_out  ? inlet.leave_out(where, problem, position())
                                 : inlet.reject(where, problem, position());
  if (!taken) return false;
  handed_in_.count_one();
  pending_.reset();
  return true;
}

/// Ends a file that was read to its end or to where it fails. A file that changed meanwhile counts as another file, and is read
/// again from its beginning.
void FolderSource::close() {
  if (!file_->has_changed()) handed_in_.end({file_->found, file_->known, std::move(file_->failure)});
  file_.reset();
}

void FolderSource::move_durable() {
  handed_in_.let_go([this](const Whole& whole) {
    if (!whole.failure) return files_.move_to_done(whole.found);
    files_.move_to_failed(whole.found, *whole.failure);
    services_.log(GT_LOG_WARNING, whole.found.name + ": moved to failed: " + *whole.failure);
  });
}

}  // namespace greentill::plugin
