// SPDX-License-Identifier: Apache-2.0
// A lock's whole flash, whose power can fail in an operation. Threads: one.
#pragma once

#include <cstdint>
#include <random>

#include "firmware/core/flash.hpp"

namespace greentill::lock_sim {

/// Between a lock and its flash: the power fails in the operation that was chosen, which is then done in part; from then on
/// nothing answers until it is back.
class CuttingFlash final : public firmware::Flash {
 public:
  CuttingFlash(firmware::Flash& flash, std::uint64_t seed) : flash_(flash), random_(seed) {}

  [[nodiscard]] std::uint32_t sector_size() const override { return flash_.sector_size(); }
  [[nodiscard]] std::uint32_t sector_count() const override { return flash_.sector_count(); }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override { return powered_ && flash_.read(address, out); }
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override;
  [[nodiscard]] bool erase(std::uint32_t sector) override;

  /// The power fails in one of the next so many operations.
  void cut_within(std::uint32_t operations);
  [[nodiscard]] bool powered() const { return powered_; }
  void power_up() { powered_ = true; }

 private:
  [[nodiscard]] bool fails();

  firmware::Flash& flash_;
  std::mt19937_64 random_;
  std::uint64_t left_ = 0;  ///< operations until the power fails; 0: it does not
  bool powered_ = true;
};

}  // namespace greentill::lock_sim
