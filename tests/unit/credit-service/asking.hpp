// SPDX-License-Identifier: Apache-2.0
// The HTTP API over an office's ledger, without sockets.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/access/access.hpp"
#include "tools/credit-service/api/service_api.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::test {

using Json = nlohmann::ordered_json;

/// What came back.
struct Told {
  int status = 0;
  Json json;
  std::string type, body;
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string header(const std::string& name) const {
    for (const auto& [one, value] : headers) {
      if (one == name) return value;
    }
    return {};
  }
  /// The last part of a problem's type; empty where it is none.
  [[nodiscard]] std::string problem() const {
    if (type != "application/problem+json") return {};
    const std::string urn = json.at("type").get<std::string>();
    return urn.substr(urn.rfind(':') + 1);
  }
};

class ApiDesk {
 public:
  explicit ApiDesk(Office& office) : office_(office) {
    config.database = office.database();
    config.trees.programme = "gt";
    api_ = std::make_unique<credit::ServiceApi>(config, got(office.open_store()), office.clock, office.log);
  }

  /// A token that is good for that.
  std::string token(credit::AccessToken::Scope scope, const std::string& subject = "", bool read_only = false) {
    const auto store = got(office_.open_store());
    std::string made;
    ok(store->transact([&]() -> Status {
      credit::AccessToken grant;
      grant.is = scope;
      grant.subject = subject;
      grant.read_only = read_only;
      const auto added = credit::Access(store->access(), random_, office_.hasher, office_.clock.now).add(grant, 30);
      if (!added) return Failure{added.error()};
      made = added->token;
      return Done{};
    }));
    return made;
  }

  struct More {
    std::string key = {}, if_match = {}, if_none_match = {}, type = "application/json", accept = {};
    std::vector<std::pair<std::string, std::string>> query = {};
  };
  Told ask(const std::string& token, const std::string& method, const std::string& path, const std::string& body,
           const More& more) {
    credit::HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.content_type = more.type;
    request.authorization = token.empty() ? "" : "Bearer " + token;
    request.address = "192.0.2.1";
    request.idempotency_key = more.key;
    request.if_match = more.if_match;
    request.if_none_match = more.if_none_match;
    request.accept = more.accept;
    request.parameters = more.query;
    const credit::HttpReply reply = api_->answer(request);
    return {reply.status, Json::parse(reply.body, nullptr, false), reply.content_type, reply.body, reply.headers};
  }
  Told ask(const std::string& token, const std::string& method, const std::string& path, const Json& body = nullptr) {
    return ask(token, method, path, body.is_null() ? "" : body.dump(), More{});
  }
  Told keyed(const std::string& token, const std::string& path, const std::string& key, const Json& body) {
    More more;
    more.key = key;
    return ask(token, "POST", path, body.is_null() ? "" : body.dump(), more);
  }

  credit::Config config;

 private:
  Office& office_;
  CountingRandom random_{77};
  std::unique_ptr<credit::ServiceApi> api_;
};

}  // namespace greentill::test
