// SPDX-License-Identifier: Apache-2.0
// The file by which a lock's image goes from who signs it to a technician or a dock: a CBOR sequence of the signed message and
// both forms as byte strings (docs/lock-update.md, "The image"). Threads: pure functions.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/claim/lock_image.hpp"

namespace greentill::firmware {

inline constexpr std::size_t kMostImageFile = 4u << 20;

struct ImageFile {
  std::shared_ptr<const std::string> bytes;  ///< in which the rest lies
  ByteView message;
  std::array<ByteView, 2> forms;
  claim::LockImage image;
};

/// `name`: the file's, for messages. invalid where it is none. Nothing is verified: a lock does so.
Result<ImageFile> parse_image_file(std::string bytes, const std::string& name);
/// The file's bytes.
[[nodiscard]] std::string image_file_bytes(ByteView message, const std::array<ByteView, 2>& forms);

}  // namespace greentill::firmware
