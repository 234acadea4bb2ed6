// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/lost_lives.hpp"

#include <algorithm>
#include <system_error>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"

namespace greentill::detect {
namespace {

constexpr std::string_view kVersion = "l1";
constexpr std::size_t kMostBytes = 16u << 10;

/// "l1 <count> <attempt in hex> <how it ended>"
std::optional<Loss> parse(std::string_view text) {
  const auto words = split(trimmed(text), ' ');
  if (words.size() < 3 || words[0] != kVersion) return std::nullopt;
  const auto count = parse_integer<std::uint64_t>(words[1]);
  const auto attempt = from_hex(words[2]);
  if (!count || !attempt) return std::nullopt;
  Loss loss{std::string(as_text(*attempt)), *count, {}};
  if (words.size() > 3) loss.how = std::string(words[3].data(), trimmed(text).end());
  return loss;
}

}  // namespace

LostLives::LostLives(std::filesystem::path file, std::string_view source, Log& log)
    : file_(std::move(file)), source_(source), log_(log) {
  if (file_.empty()) return;
  const auto text = read_file(file_, kMostBytes);
  if (!text) return;
  if (auto kept = parse(*text)) loss_ = std::move(*kept);
}

void LostLives::lost(std::string_view attempt, bool went_on, std::string_view how) {
  if (attempt.empty()) return;
  const std::uint64_t before = loss_.attempt == attempt && !went_on ? loss_.count : 0;
  loss_ = {std::string(attempt), before + 1, std::string(how)};
  if (file_.empty()) return;
  std::string line(how);
  std::replace(line.begin(), line.end(), '\n', ' ');
  const std::string text =
      std::string(kVersion) + " " + std::to_string(loss_.count) + " " + to_hex(as_bytes(attempt)) + " " + line + "\n";
  if (const Status kept = write_file_durably(file_, text, 0600); !kept) {
    log_.write(LogLevel::warning, "plugin", source_ + ": what its reader was lost over is not kept: " + kept.error().message);
  }
}

void LostLives::forget() {
  if (loss_.count == 0) return;
  loss_ = {};
  std::error_code gone;
  if (!file_.empty()) std::filesystem::remove(file_, gone);
}

}  // namespace greentill::detect
