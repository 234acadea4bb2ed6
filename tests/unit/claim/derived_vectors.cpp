// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/claim/vector_files.hpp"

namespace greentill::test {
namespace {

using namespace claim;

struct Root {
  std::uint32_t number;
  const char* name;
};
constexpr Root kRoots[] = {{4, "city-bikes"}, {70000, "Kauppa Ö"}};

std::string issuer_of(std::uint32_t root, const std::string& own) {
  return std::string(root == kRoots[0].number ? kRoots[0].name : kRoots[1].name) + "/" + own;
}

VectorJson keys_of(const Root& root) {
  VectorJson json{{"number", root.number},
                  {"name", root.name},
                  {"reversal_key", to_hex(make_reversal_key(crypto::hasher(), vector_programme_key(), root.number))},
                  {"keys", VectorJson::array()}};
  for (const std::uint32_t version : {1u, 2u, 300u}) {
    const RootKey key = make_root_key(crypto::hasher(), vector_programme_key(), root.number, version);
    json["keys"].push_back({{"version", version}, {"key", to_hex(key)}});
  }
  return json;
}

struct Act {
  std::uint32_t root;
  std::string group;
  std::string own;
  std::string event;
  std::uint64_t line;
};

VectorJson nullifier_of(const Act& act, std::uint32_t version) {
  const std::string issuer = issuer_of(act.root, act.own);
  const Nullifier nullifier = vector_nullifier(crypto::hasher(), act.root, version, {act.group, issuer, act.event, act.line});
  return {{"root", act.root},
          {"version", version},
          {"group", act.group},
          {"issuer", issuer},
          {"event", act.event},
          {"line", act.line},
          {"digest", to_hex(nullifier.mac)}};
}

struct Refund {
  std::uint32_t root;
  std::string own;
  std::string event;
};

VectorJson reversal_of(const Act& act, const Refund& refund, bool by_line) {
  const std::string issuer = issuer_of(act.root, act.own);
  const std::string refund_issuer = issuer_of(refund.root, refund.own);
  const EventHash cause = make_event_hash(crypto::hasher(), refund_issuer, refund.event);
  const RootKey key = make_reversal_key(crypto::hasher(), vector_programme_key(), act.root);
  const ClaimId id = make_reversal_id(crypto::hasher(), key, {act.group, issuer, act.event, act.line}, cause, by_line);
  return {{"root", act.root},
          {"group", act.group},
          {"issuer", issuer},
          {"event", act.event},
          {"line", act.line},
          {"refund_issuer", refund_issuer},
          {"refund_event", refund.event},
          {"cause", to_hex(cause)},
          {"by_line", by_line ? 1 : 0},
          {"id", to_hex(id)}};
}

}  // namespace

VectorJson derived_vectors() {
  const Act ride{4, "ride", "dock-12", "trip-2", 0};
  VectorJson json;
  json["programme_key"] = to_hex(vector_programme_key());
  for (const Root& root : kRoots) json["roots"].push_back(keys_of(root));
  json["nullifiers"] = {nullifier_of(ride, 1),
                        nullifier_of(ride, 2),
                        nullifier_of({4, "ride", "dock-12", "trip-2", 1}, 1),
                        nullifier_of({70000, "ride", "dock-12", "trip-2", 0}, 300),
                        nullifier_of({70000, "cup", "till 1", "", 70000}, 1),
                        nullifier_of({4, "ride.bike", "lock-0042", "17", 0}, 1)};
  json["reversals"] = {reversal_of(ride, {4, "dock-12", "trip-2/refund"}, true),
                       reversal_of(ride, {4, "dock-12", "trip-2/refund"}, false),
                       reversal_of(ride, {70000, "till 1", "refund 55"}, true)};
  for (const std::string signer : {"device", "service"}) {
    const std::string hash = to_hex(vector_key_hash(signer));
    json["public_keys"].push_back({{"key", signer}, {"hash", hash}, {"kid", hash.substr(0, 16)}});
  }
  const AccountHint account = vector_account();
  json["account"] = {
      {"salt", to_hex(account.salt)}, {"token", account.token}, {"hash", to_hex(account_hash(crypto::hasher(), account))}};
  return json;
}

}  // namespace greentill::test
