// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of an electronic invoice. What comes of them must be within the limits of the ABI and the same every time,
// and a reason must be plain text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/utf8.hpp"
#include "plugins/invoice/document.hpp"
#include "tests/fuzz/acceptable.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill;
  static const invoice::Documents documents("Europe/Madrid");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto first = documents.read(text);
    fuzz::require(!first.empty());
    fuzz::require_same(first, documents.read(text));
  } catch (const plugin::Unusable& unusable) {
    fuzz::require(is_utf8(unusable.what()));
  }
  return 0;
}
