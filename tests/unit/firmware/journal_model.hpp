// SPDX-License-Identifier: Apache-2.0
// A lock's use of its journal, with what must be there afterwards kept beside it: rides, acknowledgements, settlements and
// refusals in an order that a seed decides. Power may fail in any flash operation; after each failure the journal is recovered
// and compared.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "firmware/core/journal.hpp"
#include "tests/unit/firmware/cut_flash.hpp"

namespace greentill::test {

class JournalModel {
 public:
  JournalModel(CutFlash& flash, std::uint64_t seed) : flash_(flash), random_(seed) {}

  /// Rides until so many were made; `cuts` are operations at which the power fails, in rising order, each counted from the
  /// beginning. Throws std::logic_error with what is wrong.
  void run(std::uint32_t rides, const std::vector<std::uint64_t>& cuts, bool acknowledges = true);
  [[nodiscard]] firmware::Journal& journal() { return *journal_; }
  [[nodiscard]] std::uint32_t refused() const { return state_.refused; }
  [[nodiscard]] std::uint32_t kept() const { return state_.last_counter; }

 private:
  using Message = std::vector<std::uint8_t>;

  void start();
  void recovered();
  void after_cut();
  void checkpoint();
  void ride();
  void acknowledge();
  void change(const firmware::LockState& next);
  void check() const;
  [[nodiscard]] Message message();
  static void require(bool holds, const std::string& what);

  CutFlash& flash_;
  std::mt19937_64 random_;
  std::optional<firmware::Journal> journal_;
  firmware::LockState state_;                ///< what is known to be kept
  std::optional<firmware::LockState> next_;  ///< what was being kept when the power failed
  std::optional<Message> next_ride_;
  std::map<std::uint32_t, Message> rides_;
  std::vector<std::uint64_t> cuts_;
};

}  // namespace greentill::test
