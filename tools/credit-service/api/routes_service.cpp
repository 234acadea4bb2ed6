// SPDX-License-Identifier: Apache-2.0
// What is the operator's: who may ask.
#include <array>

#include "tools/credit-service/access/words.hpp"
#include "tools/credit-service/api/call.hpp"

namespace greentill::credit {
namespace {

ApiResult list_access(Call& call) { return answer_list("access", call.counter.store.access().tokens()); }

ApiResult add_access(Call& call) {
  Fields fields(call.body);
  AccessToken grant;
  const std::string scope = fields.text("scope"), subject = fields.text_or_none("subject");
  grant.read_only = fields.boolean_or("read_only", false);
  grant.note = fields.text_or_none("note", 100);
  const std::int64_t days = fields.integer_or("days", 1, Access::kMostDays, kAccessDays);
  if (const auto checked = fields.check(); !checked) return Failure{checked.error()};
  // Else one token could make the second person of a voucher.
  if (scope == to_words(AccessToken::Scope::bookkeeper)) {
    return refuse(403, "forbidden", "who books is named by command: greentill-credit access add bookkeeper --for NAME");
  }
  if (Status named = name_subject(call.counter, scope, subject, grant); !named) return refuse(named.error());
  const auto made = call.access.add(std::move(grant), days);
  if (!made) return refuse(made.error());
  Json json = to_json(made->kept);
  json["token"] = made->token;
  return ApiAnswer{201,
                   std::move(json),
                   {},
                   "access " + made->kept.id(),
                   {{"scope", to_words(made->kept.is)}, {"subject", made->kept.subject}}};
}

ApiResult revoke_access(Call& call) {
  const auto revoked = call.access.revoke(call.names[0]);
  if (!revoked) return refuse(revoked.error());
  return ApiAnswer{200, to_json(*revoked), {}, "access " + revoked->id(), {{"revoked", true}}};
}

constexpr std::array kServiceRoutes{
    Route{"GET", "/v1/access", kService, list_access},
    Route{"POST", "/v1/access", kService, add_access},
    Route{"DELETE", "/v1/access/{access}", kService, revoke_access},
};

}  // namespace

std::span<const Route> service_routes() { return kServiceRoutes; }

}  // namespace greentill::credit
