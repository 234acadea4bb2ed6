// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/trips.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "daemon/base/file.hpp"

namespace greentill::lock_sim {
namespace {

// Every twentieth of what we measured in 97 trips: metres, and centimetres a second of the whole trip, stops included.
constexpr std::array<std::uint32_t, 21> kMetres{396,  618,  724,  904,  1037, 1131, 1227, 1400, 1491, 1733, 1870,
                                                2043, 2496, 2668, 2787, 2964, 3272, 4245, 4422, 5405, 6450};
constexpr std::array<std::uint32_t, 21> kSpeeds{60,  185, 228, 251, 277, 289, 301, 310, 324, 338, 353,
                                                359, 375, 385, 392, 403, 416, 437, 455, 473, 739};
// Of a file's trips what is none, such as a bike that was docked again, or one that was forgotten, is left out.
constexpr std::uint32_t kFastest = 800;  // cm/s, of a whole trip
constexpr std::uint32_t kLeastMetres = 200;
constexpr std::uint32_t kMostSeconds = 7200;

std::uint32_t draw_of(const std::array<std::uint32_t, 21>& quantiles, std::mt19937_64& random) {
  const std::uint64_t at = random() % (std::uint64_t{20} * 1000);
  const std::uint32_t low = quantiles[at / 1000];
  const std::uint32_t high = quantiles[at / 1000 + 1];
  return low + static_cast<std::uint32_t>((high - low) * (at % 1000) / 1000);
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma != std::string_view::npos) line.remove_prefix(comma + 1);
  }
  return cells;
}

}  // namespace

Status Trips::load(const std::string& path) {
  constexpr std::size_t kMostBytes = 64u << 20;
  const auto text = read_file(path, kMostBytes);
  if (!text) return Failure{text.error()};
  std::string_view rest = *text;
  std::ptrdiff_t metres = -1;
  std::ptrdiff_t seconds = -1;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto cells = cells_of(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (metres < 0) {
      const auto column = [&](std::string_view name) {
        const auto found = std::ranges::find_if(cells, [&](std::string_view cell) { return cell.starts_with(name); });
        return found == cells.end() ? std::ptrdiff_t{-1} : found - cells.begin();
      };
      metres = column("Covered distance (m)");
      seconds = column("Duration (sec.)");
      if (metres < 0 || seconds < 0) break;
      continue;
    }
    if (static_cast<std::ptrdiff_t>(cells.size()) <= std::max(metres, seconds)) continue;
    const auto number = [&](std::ptrdiff_t at) {
      return std::strtod(std::string(cells[static_cast<std::size_t>(at)]).c_str(), nullptr);
    };
    const Trip trip{static_cast<std::uint32_t>(std::clamp(number(metres), 0.0, 1e6)),
                    static_cast<std::uint32_t>(std::clamp(number(seconds), 0.0, 1e6))};
    if (trip.metres >= kLeastMetres && trip.seconds > 0 && trip.seconds <= kMostSeconds &&
        trip.metres * std::uint64_t{100} / trip.seconds < kFastest)
      loaded_.push_back(trip);
  }
  if (loaded_.empty())
    return fail(ErrorCode::invalid, path + ": it has no trips with \"Covered distance (m)\" and \"Duration (sec.)\"");
  return Done{};
}

Trip Trips::draw() {
  if (!loaded_.empty()) return loaded_[random_() % loaded_.size()];
  const std::uint32_t metres = draw_of(kMetres, random_);
  return {metres, metres * 100 / draw_of(kSpeeds, random_)};
}

}  // namespace greentill::lock_sim
