// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/lock_image.hpp"

#include "daemon/claim/codec.hpp"

namespace greentill::claim {
namespace {

constexpr auto kImageLayout = [](auto& io, auto& image) {
  constexpr const char* kReason = "the content of a lock image is not [version, board, form, form]";
  constexpr const char* kNumber = "version, board and sizes of a lock image are 1 to 4,294,967,295";
  auto map = io.begin_map(2, "the lock image is not a map");
  io.key(map, kIssuedAt);
  io.integer(image.issued_at, "the time of the lock image is not a 64-bit integer");
  io.key(map, kBody);
  io.array(4, kReason);
  io.number32(image.version, kNumber);
  io.number32(image.board, kNumber);
  for (auto& form : image.forms) {
    io.array(2, "a form of a lock image is not [size, sha256]");
    io.number32(form.size, kNumber);
    io.fixed(form.sha256, "the SHA-256 of a lock image is not 32 bytes");
  }
  io.end_map(map);
};

}  // namespace

Result<std::size_t, Fault> encode_lock_image(const LockImage& image, MutableBytes out) {
  return encode_by(kImageLayout, image, out);
}

Result<LockImage, Fault> parse_lock_image(ByteView payload) { return parse_by<LockImage>(kImageLayout, payload); }

}  // namespace greentill::claim
