// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/cut_flash.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::test {

using firmware::kFlashWord;

bool CutFlash::read(std::uint32_t address, MutableBytes out) {
  if (!powered_) return false;
  if (address + out.size() > image_.size()) throw std::logic_error("read beyond the flash");
  bytes_read_ += out.size();
  std::copy_n(image_.begin() + address, out.size(), out.begin());
  return true;
}

bool CutFlash::cut() {
  ++operations_;
  if (operations_ == cut_at_) powered_ = false;
  return !powered_;
}

bool CutFlash::program(std::uint32_t address, ByteView words) {
  if (address % kFlashWord != 0 || words.size() % kFlashWord != 0 || address + words.size() > image_.size()) {
    throw std::logic_error("programs what is no word of the flash");
  }
  if (static_cast<int>(address / size_) == worn_) return false;
  for (std::size_t at = 0; at < words.size(); at += kFlashWord) {
    if (!powered_) return false;
    const std::size_t word = (address + at) / kFlashWord;
    rewrote_ = rewrote_ || programmed_[word];
    programmed_[word] = true;
    const bool fails = cut();
    for (std::size_t i = 0; i < kFlashWord; ++i) {
      const auto kept = fails ? static_cast<std::uint8_t>(random_() & random_()) : std::uint8_t{0};
      image_[address + at + i] = static_cast<std::uint8_t>(image_[address + at + i] & (words[at + i] | kept));
    }
    if (fails) {
      // One in four times all bits are through, and do not hold.
      Marginal marginal{address + at, {}};
      std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(at), kFlashWord, marginal.meant.begin());
      if (random_() % 4 == 0)
        std::copy(marginal.meant.begin(), marginal.meant.end(), image_.begin() + static_cast<std::ptrdiff_t>(address + at));
      marginal_.push_back(marginal);
      return false;
    }
  }
  return true;
}

bool CutFlash::erase(std::uint32_t sector) {
  if (sector >= sectors_) throw std::logic_error("erases what is no sector");
  if (!powered_ || static_cast<int>(sector) == worn_) return false;
  const bool fails = cut();
  const std::size_t begin = std::size_t{sector} * size_;
  std::erase_if(marginal_, [&](const Marginal& it) { return it.at >= begin && it.at < begin + size_; });
  const auto how = random_() % 3;
  for (std::size_t i = begin; i < begin + size_; ++i) {
    if (!fails || (how == 0 && random_() % 2 == 0)) image_[i] = 0xff;
    if (fails && how == 1) image_[i] = static_cast<std::uint8_t>(image_[i] | random_());
    if (fails && how == 2 && i >= begin + size_ / 2) image_[i] = 0xff;
    programmed_[i / kFlashWord] = fails;
  }
  return !fails;
}

void CutFlash::power_up() {
  powered_ = true;
  cut_at_ = 0;
  read_anew();
}

void CutFlash::read_anew() {
  for (const Marginal& it : marginal_) {
    // Some bits that are through now were not, or the other way round.
    for (std::size_t i = 0; i < kFlashWord; ++i) {
      if (random_() % 4 == 0) image_[it.at + i] = static_cast<std::uint8_t>(it.meant[i] | (random_() & random_()));
    }
    if (random_() % 4 == 0) std::copy(it.meant.begin(), it.meant.end(), image_.begin() + static_cast<std::ptrdiff_t>(it.at));
  }
}

}  // namespace greentill::test
