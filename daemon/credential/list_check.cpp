// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/moment.hpp"
#include "daemon/credential/check.hpp"

namespace greentill::credential {
namespace {

constexpr std::int64_t kAhead = 300;    // by which two honest clocks may differ
constexpr std::size_t kMostLists = 64;  // of one file

Result<StatusList> check_list(const Secured& secured, const crypto::Authority& anchors, std::int64_t now) {
  auto list = read_status_list(as_text(secured.payload));
  if (!list) return list;
  const auto signer = find_signer(secured, anchors, list->valid_from);
  if (!signer) return Failure{signer.error()};
  if (Status is_signed = check_signature(secured, *signer); !is_signed) return Failure{is_signed.error()};
  if (list->valid_from > now + kAhead)
    return fail(ErrorCode::denied,
                "it is of " + utc_text(list->valid_from) + ", which is to come; or this machine's clock is wrong");
  if (list->valid_until < now)
    return fail(ErrorCode::denied, "it was good until " + utc_text(list->valid_until) + ": get a newer one");
  return list;
}

}  // namespace

std::vector<ListSeen> check_lists(std::string_view messages, const crypto::Authority& anchors, std::int64_t now) {
  std::vector<ListSeen> seen;
  ByteView rest = as_bytes(messages);
  do {
    const auto secured = take_secured(rest);
    if (!secured) {
      seen.push_back({std::nullopt, secured.error().message});
      return seen;
    }
    auto list = check_list(*secured, anchors, now);
    if (list) {
      seen.push_back({std::move(*list), {}});
    } else {
      seen.push_back({std::nullopt, list.error().message});
    }
  } while (!rest.empty() && seen.size() < kMostLists);
  if (!rest.empty()) seen.push_back({std::nullopt, "the file holds more than 64 lists"});
  return seen;
}

}  // namespace greentill::credential
