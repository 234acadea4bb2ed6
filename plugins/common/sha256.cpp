// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/sha256.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::plugin {

std::string sha256_hex(std::initializer_list<std::string_view> parts, std::size_t bytes) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return to_hex(ByteView(crypto::hasher().sha256({as_bytes(whole)})).first(bytes));
}

}  // namespace greentill::plugin
