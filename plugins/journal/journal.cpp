// SPDX-License-Identifier: Apache-2.0
// The source that follows a growing file. Its position is the place behind the row, and travels with the row's transaction.

#include <new>
#include <stdexcept>
#include <thread>

#include "daemon/event/abi_view.hpp"
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/journal/followed_file.hpp"
#include "plugins/journal/rotation.hpp"
#include "plugins/journal/row_decoder.hpp"

namespace greentill::journal {
namespace {

using std::chrono::steady_clock;

std::unique_ptr<RowDecoder> make_decoder(const toml::Table& toml) {
  if (toml.choice("format", {"csv", "ndjson"}) == 0) return csv_decoder(Mapping::configured(toml));
  for (const char* key : {"mapping", "mappings", "issuer", "zone", "encoding"}) {
    if (toml.has(key)) toml.wrong(key, "goes with format = \"csv\" alone");
  }
  return json_decoder();
}

class Journal final : public plugin::Source {
 public:
  Journal(std::string_view configuration, plugin::Services services) : services_(services) {
    const toml::Table toml = plugin::read_configuration(configuration, "journal");
    path_ = toml.text("path");
    once_ = toml.boolean_or("once", false);
    decoder_ = make_decoder(toml);
    has_header_ = toml.text("format") == "csv";
    toml.check();
  }

  void start(std::string_view position) override {
    if (position.empty()) return;
    const auto place = Place::parse(position);
    if (!place) throw std::runtime_error("the stored position is not one of this plugin");
    file_ = find_file(path_, *place);
    if (!file_) {
      services_.log(GT_LOG_WARNING,
                    path_.string() + ": the file that was read last, or its content, is gone: starting with line 1");
      return;
    }
    decoder_->begin_file();
    if (place->offset > 0) read_header(*place);
  }

  Progress poll(std::chrono::milliseconds wait, const plugin::Inlet& inlet) override {
    const auto deadline = steady_clock::now() + wait;
    bool handed_in = false;
    for (;;) {
      const Step step = advance(inlet);
      if (step == Step::full) return Progress::more;
      if (step == Step::finished) return Progress::finished;
      handed_in = handed_in || step == Step::row;
      if (step != Step::idle && steady_clock::now() < deadline) continue;
      if (step == Step::idle && !handed_in) std::this_thread::sleep_until(deadline);
      return Progress::more;
    }
  }

 private:
  enum class Step { row, full, idle, finished };

  /// A row's meaning hangs on the header, which stands before the place.
  void read_header(const Place& place) {
    file_->rewind();
    while (!decoder_->is_past_header() && file_->offset() < place.offset) {
      if (const auto row = next_row(false)) {
        file_->consume(row->size, row->lines);
      } else if (file_->read_more() != FollowedFile::Read::more) {
        break;
      }
    }
    if (!file_->seek(place)) throw std::runtime_error(path_.string() + ": it changes while it is being opened");
  }

  Step advance(const plugin::Inlet& inlet) {
    if (!file_ && !open(path_)) return Step::idle;
    const auto lost = services_.attempt(file_->name_of_row());
    if (lost.for_good && is_whole_line() && is_past_header()) return hand_in(given_up(lost.reason), inlet);
    if (const auto row = next_row(false)) return hand_in(*row, inlet);
    switch (file_->read_more()) {
      case FollowedFile::Read::more: return Step::row;
      case FollowedFile::Read::none: services_.rest(); return at_end(inlet);
      case FollowedFile::Read::overwritten: break;
    }
    return follow_content() ? Step::row : Step::idle;
  }

  [[nodiscard]] bool is_whole_line() const { return file_->pending().find('\n') != std::string_view::npos; }
  [[nodiscard]] bool is_past_header() const { return !has_header_ || decoder_->is_past_header(); }
  /// The next line as a row of which nothing can be made.
  Row given_up(const std::string& reason) {
    Row row = decoder_->abandoned(file_->pending());
    row.problem = reason;
    return row;
  }

  /// The file is another now, under the same name. Where it was copied before it was truncated, the copy holds the rows that were
  /// not read yet, behind the same header.
  bool follow_content() {
    auto copy = find_file(path_, file_->place_behind(0, 0));
    if (copy && file_->offset() > 0) {
      file_ = std::move(copy);
      return true;
    }
    services_.log(GT_LOG_WARNING, path_.string() + ": it was truncated or written anew: starting with line 1");
    return open(path_);
  }

  std::optional<Row> next_row(bool last) {
    try {
      return decoder_->next(file_->pending(), last);
    } catch (const std::bad_alloc&) {
      if (!is_whole_line() || !is_past_header()) throw;
      return given_up("it takes more memory to read than memory_mb allows");
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(where() + ": " + error.what());
    }
  }

  bool open(const std::filesystem::path& path) {
    file_ = FollowedFile::open(path);
    decoder_->begin_file();
    return file_ != nullptr;
  }

  Step hand_in(const Row& row, const plugin::Inlet& inlet) {
    const std::string position = file_->place_behind(row.size, row.lines).text();
    if (row.transaction && !inlet.offer(*row.transaction, where(), position)) return Step::full;
    if (row.read && !inlet.offer(view_.of(*row.read, event::Audience::host), where(), position)) return Step::full;
    if (row.left_out && !inlet.leave_out(where(), row.problem, position)) return Step::full;
    if (!row.left_out && !row.problem.empty() && !inlet.reject(where(), row.problem, position)) return Step::full;
    file_->consume(row.size, row.lines);
    return Step::row;
  }

  /// All that is there was read: will more come, here or in another file?
  Step at_end(const plugin::Inlet& inlet) {
    struct stat status {};
    const bool there = ::lstat(path_.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    if (there && !file_->is_same_file(status)) return status.st_size > 0 ? leave(inlet) : Step::idle;
    if (!once_) return Step::idle;
    const auto row = next_row(true);
    return row ? hand_in(*row, inlet) : Step::finished;
  }

  /// The writer has moved on. What it wrote here between our last read and its leaving is there by now.
  Step leave(const plugin::Inlet& inlet) {
    if (file_->read_more() == FollowedFile::Read::more) return Step::row;
    if (!file_->pending().empty()) return hand_in(decoder_->abandoned(file_->pending()), inlet);
    return open(file_after(path_, *file_)) ? Step::row : Step::idle;
  }

  [[nodiscard]] std::string where() const { return path_.filename().string() + ":" + std::to_string(file_->line()); }

  plugin::Services services_;
  std::filesystem::path path_;
  bool once_ = false;
  bool has_header_ = false;
  std::unique_ptr<RowDecoder> decoder_;
  event::AbiView view_;
  std::unique_ptr<FollowedFile> file_;
};

}  // namespace
}  // namespace greentill::journal

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::journal::Journal>("journal", greentill::kVersion))
