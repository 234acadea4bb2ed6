// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of fiscal receipts. What comes of them must be within the limits of the ABI and the same every time, a
// reason must quote nothing of them that is not plain text, and every receipt must be named.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/utf8.hpp"
#include "plugins/fiscal/document.hpp"
#include "tests/fuzz/acceptable.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill;
  static const fiscal::Documents documents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto first = documents.read(text);
    fuzz::require_same(first, documents.read(text));
  } catch (const plugin::Unusable& unusable) {
    fuzz::require(is_utf8(unusable.what()));
  }
  return 0;
}
