// SPDX-License-Identifier: Apache-2.0
// Any bytes as a PDF with an invoice in it: what it is unpacked to is bounded and the same every time, and a reason is plain
// text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/utf8.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/invoice/pdf.hpp"
#include "tests/fuzz/acceptable.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greentill;
  const std::string_view pdf(reinterpret_cast<const char*>(data), size);
  try {
    const std::string first = invoice::embedded_invoice(pdf);
    fuzz::require(first.size() <= invoice::kMostUnpackedBytes && invoice::embedded_invoice(pdf) == first);
  } catch (const plugin::Unusable& unusable) {
    fuzz::require(is_utf8(unusable.what()));
  }
  return 0;
}
