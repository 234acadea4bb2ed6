// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common/progress.hpp"

#include <unistd.h>

#include <algorithm>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{100};
constexpr std::uint64_t kBarCells = 30;
constexpr const char* kWipe = "\r\033[K";

}  // namespace

Progress::Progress(std::ostream& err, bool shown, std::string label, std::uint64_t total)
    : err_(err), shown_(shown), label_(std::move(label)), total_(total) {}

Progress::~Progress() { wipe(); }

void Progress::update(std::uint64_t done) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_at_ && now - *drawn_at_ < kBetweenDrawings) return;
  drawn_at_ = now;
  draw(done);
}

void Progress::wipe() {
  if (!on_screen_) return;
  err_ << kWipe << std::flush;
  on_screen_ = false;
  drawn_at_.reset();
}

void Progress::draw(std::uint64_t done) {
  err_ << kWipe << label_ << ' ';
  if (total_ == 0) {
    err_ << count_text(done);
  } else {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const auto cells = static_cast<std::uint64_t>(share * static_cast<double>(kBarCells));
    err_ << '[' << std::string(cells, '#') << std::string(kBarCells - cells, '.') << "] " << static_cast<unsigned>(share * 100)
         << '%';
  }
  err_ << std::flush;
  on_screen_ = true;
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace greentill::cli
