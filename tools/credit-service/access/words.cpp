// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/access/words.hpp"

#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {

Json to_json(const AccessToken& token) {
  Json json{{"access", token.id()}, {"scope", to_words(token.is)}};
  if (!token.subject.empty()) json["subject"] = token.subject;
  json["read_only"] = token.read_only;
  if (!token.note.empty()) json["note"] = token.note;
  json["made_at"] = token.made_at;
  json["expires_at"] = token.expires_at;
  if (token.revoked_at) json["revoked_at"] = *token.revoked_at;
  return json;
}

Status name_subject(Counter& counter, std::string_view scope, const std::string& subject, AccessToken& grant) {
  using Scope = AccessToken::Scope;
  for (const auto is : {Scope::service, Scope::account, Scope::planter, Scope::inspector, Scope::bookkeeper}) {
    if (to_words(is) != scope) continue;
    grant.is = is;
    if (is == Scope::service) {
      return subject.empty() ? Status(Done{})
                             : fail(ErrorCode::invalid, "a token for the service is nobody's: leave the subject out");
    }
    if (is == Scope::bookkeeper) {
      if (Status named = check_name(subject); !named) return Failure{named.error().with_context("subject")};
      grant.subject = subject;
      return Done{};
    }
    if (is == Scope::account) {
      const auto account = counter.accounts.active(subject);
      if (!account) return Failure{account.error()};
      grant.subject = account->id;
      return Done{};
    }
    const auto party = counter.catalogue.party(subject);
    if (!party) return Failure{party.error()};
    const auto kind = is == Scope::planter ? TreeParty::Kind::planter : TreeParty::Kind::inspector;
    if (party->is != kind) return fail(ErrorCode::not_found, "there is no " + std::string(scope) + " \"" + subject + '"');
    grant.subject = party->id;
    return Done{};
  }
  return fail(ErrorCode::invalid, "scope: service, account, planter, inspector or bookkeeper");
}

}  // namespace greentill::credit
