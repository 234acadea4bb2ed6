// SPDX-License-Identifier: Apache-2.0
// A request's head, whole and cut short: nothing is taken before its end, and what the HTTP library is given is a head in itself,
// of the same meaning and within the library's own limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/api/framing.hpp"

namespace {

using namespace greentill::api;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto head = parse_head(bytes);
  if (!head) {
    require(size <= kMaxHeadBytes);
    return 0;
  }
  if (head->fault_status != 0) {
    require(head->fault_status == 400 || head->fault_status == 414 || head->fault_status == 431);
    return 0;
  }
  require(head->bytes <= size && head->bytes <= kMaxHeadBytes && bytes.substr(0, head->bytes).ends_with("\r\n\r\n"));
  require(!parse_head(bytes.substr(0, head->bytes - 1)));
  require(!(head->length && head->chunked));
  const auto again = parse_head(head->text);
  require(again && again->fault_status == 0 && again->bytes == head->text.size() && again->text == head->text);
  require(again->length == head->length && again->chunked == head->chunked);
  return 0;
}
