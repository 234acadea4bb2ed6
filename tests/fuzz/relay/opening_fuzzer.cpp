// SPDX-License-Identifier: Apache-2.0
// A connection's first bytes, whole and in pieces of any size: what is decided stays decided, whatever follows, and however the
// bytes were cut; a decision comes in time; and no request that a browser could have begun with is taken for a till's.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/printer-relay/opening.hpp"

namespace {

using namespace greentill::relay;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_decided(Opening opening) { return opening != Opening::undecided && opening != Opening::word; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const greentill::ByteView bytes(data, size);
  Opening decided = Opening::undecided;
  for (std::size_t have = 0; have <= std::min(size, kLongestOpening + 8); ++have) {
    const Opening opening = judge_opening(bytes.first(have));
    require(!is_decided(decided) || opening == decided);
    if (is_decided(opening)) decided = opening;
    require(is_decided(opening) || have < kLongestOpening);
    require(name_of(opening).empty() == (opening == Opening::printing || !is_decided(opening)));
  }
  // As a page's request: the input is its method and target.
  std::string request;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(size, 4096))) {
    if (byte > ' ' && byte < 0x7f && byte != '/' && byte != ':') request += static_cast<char>(byte);
  }
  constexpr std::string_view kNotInTokens = "\"(),;<=>?@[\\]{}";
  std::string method;
  for (const char c : request) {
    if (kNotInTokens.find(c) == std::string_view::npos) method += c;
  }
  if (!method.empty()) require(judge_opening(greentill::as_bytes(method + " /" + request + " HTTP/1.1\r\n")) == Opening::http);
  return 0;
}
