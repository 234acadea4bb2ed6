// SPDX-License-Identifier: Apache-2.0
// NOR flash in memory whose power fails at the operation that a test names: a word that is being programmed keeps some of the
// bits it should lose, a sector that is being erased keeps anything. From then on nothing answers, until power is back.
#pragma once

#include <random>
#include <vector>

#include "firmware/core/flash.hpp"

namespace greentill::test {

class CutFlash final : public firmware::Flash {
 public:
  CutFlash(std::uint32_t sectors, std::uint32_t sector_size, std::uint64_t seed = 1)
      : sectors_(sectors), size_(sector_size), image_(std::size_t{sectors} * sector_size), random_(seed) {
    for (auto& byte : image_) byte = static_cast<std::uint8_t>(random_());  // what was there before the first use
    programmed_.assign(image_.size() / firmware::kFlashWord, true);
  }

  [[nodiscard]] std::uint32_t sector_size() const override { return size_; }
  [[nodiscard]] std::uint32_t sector_count() const override { return sectors_; }
  [[nodiscard]] bool read(std::uint32_t address, MutableBytes out) override;
  [[nodiscard]] bool program(std::uint32_t address, ByteView words) override;
  [[nodiscard]] bool erase(std::uint32_t sector) override;

  /// Operations, which are words programmed and sectors erased, since the beginning.
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// The power fails in the operation of this number, counted as operations() does; 0: in none.
  void cut_at(std::uint64_t operation) { cut_at_ = operation; }
  [[nodiscard]] bool powered() const { return powered_; }
  /// Power is back. Words that it failed in may read otherwise than before.
  void power_up();
  /// Such words read otherwise once more, as at a start whose power did not fail.
  void read_anew();
  /// Whether a word was programmed twice without an erase between, which parts with an error code do not take.
  [[nodiscard]] bool rewrote() const { return rewrote_; }
  /// Cells that take nothing any more: programs and erases of this sector fail.
  void wear_out(std::uint32_t sector) { worn_ = static_cast<int>(sector); }
  [[nodiscard]] std::vector<std::uint8_t>& image() { return image_; }

 private:
  [[nodiscard]] bool cut();

  std::uint32_t sectors_;
  std::uint32_t size_;
  std::vector<std::uint8_t> image_;
  std::vector<bool> programmed_;
  std::mt19937_64 random_;
  std::uint64_t operations_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t cut_at_ = 0;
  bool powered_ = true;
  bool rewrote_ = false;
  int worn_ = -1;
  /// The word that the power failed in: what it held before, and what it should hold.
  struct Marginal {
    std::size_t at = 0;
    Bytes<firmware::kFlashWord> meant{};
  };
  std::vector<Marginal> marginal_;
};

}  // namespace greentill::test
