// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <iterator>

namespace greentill::crypto {

std::optional<std::string> from_base64(std::string_view text) {
  std::string compact;
  std::copy_if(text.begin(), text.end(), std::back_inserter(compact), [](char c) { return c != '\n' && c != '\r'; });
  if (compact.empty() || compact.size() % 4 != 0) return std::nullopt;
  std::string bytes(compact.size() / 4 * 3, '\0');
  const int got = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                  reinterpret_cast<const unsigned char*>(compact.data()), static_cast<int>(compact.size()));
  if (got < 0) return std::nullopt;
  const std::size_t padding = compact.ends_with("==") ? 2 : compact.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(got) - padding);
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace greentill::crypto
