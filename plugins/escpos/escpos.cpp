// SPDX-License-Identifier: Apache-2.0
// The source that reads receipts off the print jobs that greentill-printer-relay copies. A job's files stay until all that was
// read off them is durable, so the folder itself is what a restart goes by; the position only says how many receipts of the job
// at hand were durable: "e1 <its first file> <receipts>".
//
// What always holds:
// - A job's files are removed, or set aside, only once all receipts that were handed in of it are durable.
// - A receipt is handed in only when it is whole: a cut ended it, or nothing more of its connection will come.
// - While a connection goes on, begun_ knows how many of its receipts were handed in, and reading goes on behind them.
//
// It shares plugins/common's folder and the order in which files go (handed_in.hpp), and is no FolderSource, since a job is no
// file: it goes on in further files while it is read, a receipt may be on two of them, what was printed is to be claimed before
// the connection has ended, and its files go together. A FolderSource takes a file that will not change, once.

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>

#include "daemon/base/text.hpp"
#include "daemon/event/limits.hpp"
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/common/folder/handed_in.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/job_folder.hpp"
#include "plugins/escpos/picture_job.hpp"
#include "plugins/escpos/picture_receipt.hpp"
#include "plugins/escpos/sale_reader.hpp"

namespace greentill::escpos {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kVersion = "e1 ";
constexpr auto kLookEvery = std::chrono::milliseconds(250);
constexpr const char* kTooLarge = "it takes more memory to read than memory_mb allows";
// Of 3 cm of paper: what is lower is a logo.
constexpr std::size_t kRowsOfAReceipt = 240;

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// A job as far as it was read.
struct Reading {
  Job job;
  std::size_t next = 0;  // of its receipts: those before it were handed in
  bool failed = false;
  std::vector<Receipt> receipts = {};
  std::optional<PictureJob> pictures = {};    // where a receipt has no text
  std::optional<Understood> understood = {};  // the next receipt, read once and not taken yet
  std::string unreadable = {};                // why the job as a whole is none
  bool complete = true;                       // nothing of it is left to wait for
};

class EscPos final : public plugin::Source {
 public:
  EscPos(std::string_view configuration, plugin::Services services)
      : EscPos(plugin::read_configuration(configuration, "escpos"), services) {}

  void start(std::string_view position) override {
    if (position.empty()) return;
    const bool ours = position.starts_with(kVersion) && position.rfind(' ') > kVersion.size();
    const std::size_t space = ours ? position.rfind(' ') : 0;
    const auto receipts = parse_integer<std::size_t>(position.substr(space + 1));
    if (!ours || !receipts) throw std::runtime_error("the stored position is not one of this plugin");
    begun_[std::string(position.substr(kVersion.size(), space - kVersion.size()))].next = *receipts;
  }

  Progress poll(std::chrono::milliseconds wait, const plugin::Inlet& inlet) override {
    const auto deadline = steady_clock::now() + wait;
    deadline_ = deadline;
    remove_durable();
    while (reading_ || open_next()) {
      if (!hand_in(inlet)) return Progress::more;
      remove_durable();
      if (steady_clock::now() >= deadline) return Progress::more;
    }
    services_.rest();
    std::this_thread::sleep_until(deadline);
    return Progress::more;
  }

  void durable(std::uint64_t count) override { handed_in_.set_durable(count); }

 private:
  EscPos(const toml::Table& toml, plugin::Services services) : services_(services), folder_(toml.text("path")) {
    issuer_ = toml.filled_text("issuer", event::kMaxIssuerBytes);
    toml.allow({"profiles"});
    wait_s_ = toml.integer_or("wait_s", 1, 86'400, 120);
    keep_failed_ = static_cast<std::size_t>(toml.integer_or("keep_failed", 0, 1000, 20));
    const std::string name = toml.text("profile");
    const bool by_name = name.find('/') == std::string::npos;
    profile_ = Profile::load(name, by_name ? toml.text("profiles") : "", {toml.text_or("zone", ""), read_currency(toml)});
    tesseract_ = picture_reader(toml);
    if (!profile_.zone) toml.wrong("zone", "is missing, and the profile names none: name one, such as Europe/London");
    toml.check();
  }

  /// The next job of which there is anything to read.
  bool open_next() {
    const auto now = steady_clock::now();
    if (jobs_.empty()) {
      if (now - looked_ < kLookEvery) return false;
      looked_ = now;
      for (Job& job : folder_.jobs()) jobs_.push_back(std::move(job));
    }
    while (!jobs_.empty()) {
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      if (is_in_flight(job)) continue;
      if (open(std::move(job))) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_in_flight(const Job& job) const {
    return handed_in_.any([&](const Reading& whole) {
      return std::find(whole.job.files.begin(), whole.job.files.end(), job.files[0]) != whole.job.files.end();
    });
  }

  bool open(Job job) {
    // A receipt that is being printed goes on in the connection's next file.
    const bool waits = !job.is_over && unix_now() - job.changed < wait_s_;
    const Reading& begun = begun_[job.files[0]];
    if (waits && begun.job.files.size() == job.files.size()) return false;
    Reading reading{std::move(job), begun.next, begun.failed};
    bool is_begun = false;  // the last receipt, which no cut has ended
    try {
      const auto lost = services_.attempt(name_of(reading.job));
      if (lost.for_good) throw plugin::Unusable(lost.reason);
      std::string bytes = folder_.read(reading.job);
      reading.receipts = read_receipts({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, profile_.text);
      const auto& last = reading.receipts.back();
      is_begun = !last.is_blank() || (waits && is_drawn_on(bytes, last));
      if (!std::all_of(reading.receipts.begin(), reading.receipts.end(), has_text)) reading.pictures.emplace(std::move(bytes));
    } catch (const plugin::Unusable& error) {
      give_up(reading, error.what());
    } catch (const std::bad_alloc&) {
      give_up(reading, kTooLarge);
    }
    if (waits && !reading.receipts.empty() && !reading.receipts.back().is_cut && reading.unreadable.empty()) {
      reading.complete = !is_begun;
      reading.receipts.pop_back();
    }
    reading_ = std::move(reading);
    return true;
  }

  /// Names a job as it stands now.
  static std::string name_of(const Job& job) { return job.files[0] + " " + std::to_string(job.files.size()); }

  static void give_up(Reading& reading, const std::string& why) {
    reading.unreadable = why;
    reading.failed = true;
    reading.receipts.assign(reading.next + 1, {});
  }

  Understood understand_next(Reading& reading) {
    if (!reading.unreadable.empty()) return {std::nullopt, reading.unreadable};
    const auto lost = services_.attempt(name_of(reading.job) + " " + std::to_string(reading.next + 1));
    if (lost.for_good) return {std::nullopt, lost.reason};
    try {
      return understood(reading);
    } catch (const std::bad_alloc&) {
      return {std::nullopt, kTooLarge};
    }
  }

  Understood understood(Reading& reading) {
    const Receipt& receipt = reading.receipts[reading.next];
    const Arrival arrival(reading.job.begin, reading.job.is_timed);
    if (has_text(receipt) || !reading.pictures) return understand(receipt, profile_, issuer_, arrival);
    try {
      const picture::Bitmap bitmap = reading.pictures->on(receipt);
      if (bitmap.height < kRowsOfAReceipt) return understand(receipt, profile_, issuer_, arrival);
      if (tesseract_) return understand_picture(bitmap, *tesseract_, receipt, profile_, issuer_, arrival);
      return {std::nullopt, "it is printed as a picture, which is not read: the key 'pictures' is off"};
    } catch (const plugin::Unusable& error) {
      return {std::nullopt, error.what()};
    }
  }

  /// False where the window is full, or the time of this call is over.
  bool hand_in(const plugin::Inlet& inlet) {
    Reading& reading = *reading_;
    for (; reading.next < reading.receipts.size(); ++reading.next) {
      const std::string position = std::string(kVersion) + reading.job.files[0] + " " + std::to_string(reading.next + 1);
      // A picture takes its time: the daemon must hear of this source between two of them.
      if (reading.pictures && !reading.understood && steady_clock::now() >= deadline_) return false;
      if (!reading.understood) reading.understood = understand_next(reading);
      const Understood& understood = *reading.understood;
      const std::string where = reading.job.files[0] + ": receipt " + std::to_string(reading.next + 1);
      if (understood.transaction) {
        if (!inlet.offer(*understood.transaction, where, position)) return false;
      } else if (!understood.problem.empty()) {
        if (!inlet.reject(where, understood.problem, position)) return false;
        reading.failed = true;
      } else {
        reading.understood.reset();
        continue;
      }
      reading.understood.reset();
      handed_in_.count_one();
    }
    close();
    return true;
  }

  void close() {
    Reading reading = std::move(*reading_);
    reading_.reset();
    reading.receipts.clear();
    reading.pictures.reset();
    if (reading.complete) {
      begun_.erase(reading.job.files[0]);
      handed_in_.end(std::move(reading));
    } else {
      begun_.insert_or_assign(reading.job.files[0], std::move(reading));
    }
  }

  void remove_durable() {
    handed_in_.let_go([this](const Reading& whole) {
      if (!whole.failed) return folder_.remove(whole.job);
      folder_.set_aside(whole.job, keep_failed_);
      if (keep_failed_ == 0) return;
      services_.log(GT_LOG_INFO, whole.job.files[0] + " is in failed/ now; greentill escpos show tells what is read of it");
    });
  }

  plugin::Services services_;
  JobFolder folder_;
  Profile profile_;
  std::unique_ptr<picture::Tesseract> tesseract_;  // where pictures are read
  std::string issuer_;
  std::int64_t wait_s_ = 0;
  std::size_t keep_failed_ = 0;
  std::deque<Job> jobs_;  // found and not looked at yet
  std::optional<Reading> reading_;
  std::map<std::string, Reading> begun_;  // by a job's first file: those whose connections go on
  plugin::HandedIn<Reading> handed_in_;   // and the jobs that are not removed yet
  steady_clock::time_point looked_{};
  steady_clock::time_point deadline_{};  // of the call at hand
};

}  // namespace
}  // namespace greentill::escpos

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::escpos::EscPos>("escpos", greentill::kVersion))
