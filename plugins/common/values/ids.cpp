// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/ids.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/event/limits.hpp"

namespace greentill::plugin {
namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) all += '/';
    first = false;
    for (const char c : part) {
      if (c == '/') {
        all += "%2F";
      } else if (c == '%') {
        all += "%25";
      } else {
        all += c;
      }
    }
  }
  return all;
}

}  // namespace

std::string sha256_hex(std::initializer_list<std::string_view> parts, std::size_t bytes) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return to_hex(ByteView(crypto::hasher().sha256({as_bytes(whole)})).first(bytes));
}

std::string event_id_of(std::initializer_list<std::string_view> parts) {
  std::string id = joined(parts);
  return id.size() <= event::kMaxEventIdBytes ? id : "sha256:" + sha256_hex({id}, 32);
}

std::string printed_number(std::initializer_list<std::string_view> parts) {
  std::string number;
  for (const std::string_view part : parts) {
    if (!number.empty() && !part.empty()) number += '/';
    number += part;
  }
  return number.size() <= event::kMaxEventIdBytes ? number : std::string();
}

std::string opaque_issuer(std::string_view scheme, std::initializer_list<std::string_view> parts) {
  return std::string(scheme) + ":" + sha256_hex({scheme, "/", joined(parts)}, 16);
}

}  // namespace greentill::plugin
