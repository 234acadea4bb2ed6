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
    const auto again = documents.read(text);
    fuzz::require(!first.empty() && first.size() == again.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      fuzz::require_acceptable(first[i]);
      fuzz::require(first[i].issuer == again[i].issuer && first[i].event_id == again[i].event_id);
    }
  } catch (const plugin::Unusable& unusable) {
    fuzz::require(is_utf8(unusable.what()));
  }
  return 0;
}
