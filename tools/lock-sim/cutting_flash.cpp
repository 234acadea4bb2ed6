// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/cutting_flash.hpp"

#include <algorithm>
#include <vector>

namespace greentill::lock_sim {

using firmware::kFlashWord;

void CuttingFlash::cut_within(std::uint32_t operations) {
  if (operations > 0) left_ = 1 + random_() % operations;
}

bool CuttingFlash::fails() {
  if (left_ == 0 || --left_ > 0) return false;
  powered_ = false;
  return true;
}

bool CuttingFlash::program(std::uint32_t address, ByteView words) {
  for (std::size_t at = 0; at < words.size(); at += kFlashWord) {
    if (!powered_) return false;
    Bytes<kFlashWord> word{};
    std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(at), kFlashWord, word.begin());
    const bool cut = fails();
    // Some of the bits that should go are still there.
    if (cut)
      std::ranges::transform(word, word.begin(),
                             [this](std::uint8_t byte) { return static_cast<std::uint8_t>(byte | random_()); });
    if (!flash_.program(address + static_cast<std::uint32_t>(at), word) || cut) return false;
  }
  return true;
}

bool CuttingFlash::erase(std::uint32_t sector) {
  if (!powered_) return false;
  if (!fails()) return flash_.erase(sector);
  // Half of it is erased: the other half is put back.
  const std::uint32_t begin = sector * sector_size();
  std::vector<std::uint8_t> before(sector_size() / 2);
  if (flash_.read(begin, before) && flash_.erase(sector)) (void)flash_.program(begin, before);
  return false;
}

}  // namespace greentill::lock_sim
