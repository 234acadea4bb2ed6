// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/once.hpp"

#include <algorithm>

#include "firmware/core/journal_format.hpp"

namespace greentill::firmware {
namespace {

using Image = Bytes<Once::kMostBytes + kFlashWord>;

std::size_t size_of_copy(std::size_t content) { return padded(static_cast<std::uint32_t>(content)) + kFlashWord; }

Image image_of(ByteView content) {
  Image image{};
  std::copy(content.begin(), content.end(), image.begin());
  const std::size_t size = padded(static_cast<std::uint32_t>(content.size()));
  const auto checksum = checksum_word(crc32(ByteView(image).first(size)));
  std::copy(checksum.begin(), checksum.end(), image.begin() + static_cast<std::ptrdiff_t>(size));
  return image;
}

}  // namespace

bool Once::read_copy(std::uint32_t copy, MutableBytes content) {
  Image read{};
  const MutableBytes all = MutableBytes(read).first(size_of_copy(content.size()));
  if (!flash_.read(address_of(copy), all)) return false;
  const Image wanted = image_of(ByteView(read).first(content.size()));
  if (!std::equal(all.begin(), all.end(), wanted.begin())) return false;
  std::copy_n(read.begin(), content.size(), content.begin());
  return true;
}

bool Once::write_copy(std::uint32_t copy, ByteView content) {
  return flash_.program(address_of(copy), ByteView(image_of(content)).first(size_of_copy(content.size())));
}

bool Once::load(MutableBytes content) {
  if (!read_copy(0, content)) return read_copy(1, content);
  Bytes<kMostBytes + kFlashWord> second{};
  const MutableBytes all = MutableBytes(second).first(size_of_copy(content.size()));
  // A second copy that was begun stays as it is: then the first was whole before.
  if (flash_.read(address_of(1), all) && is_erased(all)) static_cast<void>(write_copy(1, content));
  return true;
}

bool Once::write(ByteView content) {
  Bytes<kMostBytes> back{};
  const MutableBytes there = MutableBytes(back).first(std::min(content.size(), back.size()));
  if (content.size() > kMostBytes || load(there)) return false;
  if (!flash_.erase(sector_) || !write_copy(0, content) || !write_copy(1, content)) return false;
  return load(there) && std::equal(there.begin(), there.end(), content.begin());
}

}  // namespace greentill::firmware
