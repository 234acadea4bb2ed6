// SPDX-License-Identifier: Apache-2.0
// key consent and key sign-consent: how far a key is good that has a successor.
#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/claim/signing.hpp"
#include "tools/credit-service/cli/held_decide.hpp"
#include "tools/credit-service/cli/named_signer.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

using claim::Consent;

constexpr std::size_t kMostPayloadBytes = 256;  // a consent has at most some 180

std::string words_of(const KeyEnd& end) {
  return end.seq == 0 ? "nothing that it signed" : "seq " + std::to_string(end.seq) + " of chain " + to_hex(end.chain);
}

template <typename Fixed>
Result<Fixed> read_digits(const Given& given, const std::string& name) {
  const auto bytes = from_hex(given[name]);
  Fixed fixed{};
  if (!bytes || bytes->size() != fixed.size()) {
    return fail(ErrorCode::invalid, "--" + name + ": it takes " + std::to_string(2 * fixed.size()) + " hexadecimal digits");
  }
  std::copy(bytes->begin(), bytes->end(), fixed.begin());
  return fixed;
}

/// The place that --chain, --seq and --hash name; nothing where none of them is given.
Result<std::optional<KeyEnd>> named_place(const Given& given) {
  const auto is_given = [&](const char* name) { return !given[name].empty(); };
  if (!is_given("chain") && !is_given("seq") && !is_given("hash")) return std::optional<KeyEnd>();
  if (!is_given("chain") || !is_given("seq") || !is_given("hash")) {
    return fail(ErrorCode::invalid, "--chain, --seq and --hash name one place together");
  }
  const auto chain = read_digits<claim::ChainId>(given, "chain");
  const auto hash = read_digits<Digest>(given, "hash");
  const auto seq = parse_integer<std::uint64_t>(given["seq"]);
  if (!chain) return Failure{chain.error()};
  if (!hash) return Failure{hash.error()};
  if (!seq) return fail(ErrorCode::invalid, "--seq: it is a number");
  return std::optional(KeyEnd{*chain, *seq, *hash});
}

/// Where the device's open chain stands; zeros where the ledger knows no chain of it.
Result<KeyEnd> place_of_open_chain(Store& store, const std::string& device, const Digest& newest) {
  const auto chains = store.chains(device);
  if (!chains) return Failure{chains.error()};
  if (chains->empty()) return KeyEnd{};
  const auto open = std::ranges::find(*chains, ChainStanding::open, &Chain::state);
  const std::string say = "; say by --chain, --seq and --hash how far its key before is good";
  if (open == chains->end()) return fail(ErrorCode::conflict, "device " + device + ": it has no open chain" + say);
  if (open->key == newest)
    return fail(ErrorCode::conflict, "device " + device + ": its open chain is its new key's already" + say);
  return KeyEnd{open->id, open->seq, open->hash};
}

/// The key that the device has now, which took another's place.
Result<Digest> newest_key(RegistryReader& registry, const std::string& device) {
  const auto known = registry.device(device);
  const auto keys = registry.keys(device);
  if (!known) return Failure{known.error()};
  if (!keys) return Failure{keys.error()};
  if (!*known) return fail(ErrorCode::not_found, "the registry has no device \"" + device + "\"");
  if (keys->size() < 2) {
    return fail(ErrorCode::conflict, "device " + device + ": no key of it was replaced; greentill-credit key replace");
  }
  return keys->back().hash;
}

Result<std::vector<std::uint8_t>> message_of(const Consent& consent, crypto::Signer& signer) {
  Bytes<kMostPayloadBytes> payload{};
  const auto size = claim::encode_consent(consent, payload);
  if (!size) return fail(ErrorCode::invalid, size.error().reason);
  std::vector<std::uint8_t> message(claim::kMaxConsentBytes);
  const auto whole = claim::sign_message(crypto::hasher(), signer, claim::MessageType::consent, std::nullopt,
                                         ByteView(payload).first(*size), message);
  if (!whole) return fail(ErrorCode::invalid, whole.error().reason);
  message.resize(*whole);
  return message;
}

/// Whether the service will take it, as far as this configuration says whose consents count.
Status check_counts(const Config& config, ByteView message, std::int64_t now) {
  if (config.consent_authorities.empty()) return Done{};
  const auto consents = load_consents(config, crypto::hasher());
  if (!consents) return Failure{consents.error()};
  const auto verified = consents->verify(message, now);
  return verified ? Status(Done{}) : Status(Failure{verified.error().with_context("the service would not take this consent")});
}

}  // namespace

Status take_consent(const std::filesystem::path& path, const Given& given, const Output& output) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  const auto consents = load_consents(*config, crypto::hasher());
  if (!consents) return Failure{consents.error()};
  const auto message = read_named(given["file"]);
  if (!message) return Failure{message.error()};
  const auto consent = consents->verify(as_bytes(*message), SystemClock().unix_seconds());
  if (!consent) return Failure{consent.error().with_context(given["file"])};
  const std::string device(consent->device);
  DeviceKey key;
  const auto take = [&](Registry& registry) -> Status {
    auto taken = registry.take_consent(*consent);
    if (!taken) return Failure{taken.error()};
    key = std::move(*taken);
    return Done{};
  };
  Status done = decide_at_desk(path, given, take, [&](Desk& desk) { return desk.consented(device); });
  if (done) {
    output.answer(to_json(key), printable(device) + ": its key " + to_hex(key.hash) + " is good up to " +
                                    words_of(key.end.value_or(KeyEnd{})) + '\n');
  }
  return done;
}

Status sign_consent(const std::filesystem::path& path, const Given& given, const Output& output) {
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  auto signer = load_signer_for(crypto::kConsentSigningUsage, "which signs consents", given);
  if (!signer) return Failure{signer.error()};
  auto store = open_store(*config);
  if (!store) return Failure{store.error()};
  const std::string& device = given["device"];
  const auto key = newest_key((*store)->registry(), device);
  if (!key) return Failure{key.error()};
  const auto named = named_place(given);
  if (!named) return Failure{named.error()};
  const auto end = *named ? Result<KeyEnd>(**named) : place_of_open_chain(**store, device, *key);
  if (!end) return Failure{end.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  const auto message = message_of({device, now, *key, end->chain, end->seq, end->payload_hash}, signer->signer);
  if (!message) return Failure{message.error()};
  if (Status counts = check_counts(*config, *message, now); !counts) return counts;
  if (Status written = write_file_durably(given["out"], as_text(*message)); !written) return written;
  output.answer({{"device", device}, {"key", to_hex(*key)}, {"before", to_json(*end)}, {"file", given["out"]}},
                "consent for " + printable(device) + " to go on with key " + to_hex(*key) + "; the one before is good up to " +
                    words_of(*end) + ". It is in " + printable(given["out"]) + '\n');
  return Done{};
}

}  // namespace greentill::credit
