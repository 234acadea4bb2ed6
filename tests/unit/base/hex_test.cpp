// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"

namespace greentill::test {

TEST_CASE("hex: every byte is written in lower case and read back in either") {
  std::vector<std::uint8_t> all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  const std::string text = to_hex(all);
  CHECK(text.starts_with("000102"));
  CHECK(text.ends_with("fdfeff"));
  CHECK(from_hex(text) == all);
  CHECK(from_hex("FDfE") == std::vector<std::uint8_t>{0xfd, 0xfe});
  CHECK(to_hex({}).empty());
  CHECK(from_hex("") == std::vector<std::uint8_t>{});
}

TEST_CASE("hex: whatever else is not read") {
  for (const char* text : {"0", "abc", "0g", "g0", " 0", "0x", "-1", "0/", "0:", "0@", "0`", "\xc3\xa9"}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text).has_value());
  }
}

}  // namespace greentill::test
