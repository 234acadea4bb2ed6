// SPDX-License-Identifier: Apache-2.0
// Any bytes are a certificate of trees, a list of states, or what a paper's code says, secured or bare, or are refused. What was
// read is written and read as the same; nothing that nobody signed holds; what is unpacked is bounded.
#include <cstdlib>

#include "daemon/credential/check.hpp"
#include "daemon/credential/printed.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

void judge_json(std::string_view json) {
  if (const auto certificate = credential::read_tree_certificate(json)) {
    require(credential::check(*certificate).ok());
    const std::string written = credential::to_json(*certificate);
    require(credential::read_tree_certificate(written).value() == *certificate);
  }
  if (const auto list = credential::read_status_list(json)) {
    require(list->bits.size() >= credential::kStatusListEntries && list->bits.bytes().size() <= credential::kMaxListBytes);
    const auto again = credential::read_status_list(credential::to_json(*list));
    require(again.ok() && again->bits == list->bits && again->number == list->number && again->purpose == list->purpose);
  }
}

void judge_message(ByteView bytes) {
  const auto secured = credential::parse_secured(bytes);
  if (!secured) return;
  require(credential::encode_secured(secured->thumbprint, secured->chain, secured->payload, secured->signature) ==
          as_text(bytes));
  judge_json(as_text(secured->payload));
  const auto text = credential::printed_text("EX-1", bytes);
  require(text.ok());
  const auto printed = credential::read_printed(*text);
  require(printed.ok());
}

/// Without anchors nobody's signature counts.
const crypto::Authority& nobody() {
  static const auto anchors = crypto::Authority::from_pem(
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBeDCCAR+gAwIBAgIUR4Jy/ouiw+lIYPiNG8CEc8FuaLgwCgYIKoZIzj0EAwIw\n"
      "ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTIwMTAxMDAyMloYDzIxMjYxMTA3MDEw\n"
      "MDIyWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
      "AARp29fS7pJpZiPEE85JmmB2XDOPs/csIs5pMOF5b7qVV+a+gGhzI+NoZdda9EDo\n"
      "7Xk82jOfVWWNYRhtIX6XaLTjo1MwUTAdBgNVHQ4EFgQUy/a7Wst7QAYzNWLppglW\n"
      "W/OYczYwHwYDVR0jBBgwFoAUy/a7Wst7QAYzNWLppglWW/OYczYwDwYDVR0TAQH/\n"
      "BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA1azWfNCkWsYyhsK08/oaIA7A7e16p\n"
      "YFzh9VhrCBQ2QgIgRR18Sj10Jhra7BTPKOKSIoNgBJRU8+KUczknVk4Zt7g=\n"
      "-----END CERTIFICATE-----\n");
  require(anchors.ok());
  return *anchors;
}

void judge_verdict(ByteView bytes) {
  constexpr std::int64_t kNow = 1796040000;
  const auto lists = credential::check_lists(as_text(bytes), nobody(), kNow);
  require(!lists.empty());
  for (const credential::ListSeen& one : lists) require(!one.list && !one.why.empty());
  const auto verdict = credential::check_certificate({as_text(bytes), &lists, as_text(bytes)}, nobody(), kNow);
  require(!verdict.checks.empty() && !verdict.holds());
  for (const credential::Check& one : verdict.checks) require(!one.why.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  judge_json(as_text(bytes));
  judge_message(bytes);
  judge_verdict(bytes);
  if (const auto bits = credential::decode_bits(as_text(bytes)))
    require(credential::decode_bits(credential::encode_bits(*bits)).value() == *bits);
  const auto printed = credential::read_printed(as_text(bytes));
  if (printed && printed->message) judge_message(as_bytes(*printed->message));
  return 0;
}
