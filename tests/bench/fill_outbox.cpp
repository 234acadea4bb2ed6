// SPDX-License-Identifier: Apache-2.0
// bench-fill-outbox DATABASE KEY CERTIFICATE METHODOLOGIES COUNT: makes an outbox with a backlog of COUNT claims, through the
// daemon's own store and format, signed with OpenSSL to be done sooner. Prints {"claims", "message_bytes"}.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "daemon/base/file.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "daemon/measure/quantify.hpp"
#include "daemon/outbox/outbox.hpp"
#include "tests/support/test_signer.hpp"

namespace {

using namespace greentill;

constexpr std::size_t kUnitsACommit = 512;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "bench-fill-outbox: %s\n", why.c_str());
  std::exit(1);
}

class Filler {
 public:
  Filler(const std::string& key, const std::string& certificate, const measure::Methodology& methodology)
      : signer_(key, certificate), methodology_(methodology) {
    random_.fill(head_.chain);
    random_.fill(root_key_);
  }

  outbox::Unit next() {
    claim::Claim claim;
    claim.device = "device-1";
    claim.issued_at = clock_.unix_seconds();
    random_.fill(claim.id);
    claim.seq = head_.seq + 1;
    claim.prev = head_.payload_hash;
    claim.boot = 1;
    claim.uptime_s = claim.seq;
    claim.merchant = "demo-merchant";
    claim.site = "demo-site";
    claim.chain = head_.chain;
    outbox::Unit unit;
    const std::string event = "ride-" + std::to_string(claim.seq);
    if (claim.seq == 1) {
      claim::Start start;
      start.assignment = 1;
      claim.entry = start;
    } else {
      claim.entry = reduction(event, static_cast<std::int64_t>(claim.seq));
      const Digest digest = crypto::hasher().sha256({as_bytes(event)});
      unit.key.emplace();
      std::copy_n(digest.begin(), unit.key->size(), unit.key->begin());
    }
    unit.claims.push_back({claim.seq, sign(claim)});
    unit.head = head_;
    unit.recorded_at = claim.issued_at;
    bytes_ += unit.claims[0].message.size();
    return unit;
  }

  [[nodiscard]] const claim::ChainHead& head() const { return head_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  claim::Reduction reduction(const std::string& event, std::int64_t number) {
    claim::Reduction reduction;
    reduction.begin = 1'760'000'000 + number;
    reduction.end = reduction.begin + 600;
    reduction.activity = methodology_.activity;
    (void)reduction.quantities.push_back({"m.odometer", 500 + number % 5000});
    const auto amounts = measure::quantify(methodology_, reduction.quantities, reduction.begin, reduction.end);
    if (!amounts) stop(measure::to_string(amounts.error()));
    reduction.methodology = {methodology_.id, methodology_.version, methodology_.sha256};
    reduction.estimate_mg = amounts->estimate_mg;
    reduction.credited_mg = amounts->credited_mg;
    (void)reduction.nullifiers.push_back(claim::make_nullifier(crypto::hasher(), root_key_, 1, 1,
                                                               {methodology_.exclusive_group, "demo-merchant/bench", event, 0}));
    reduction.plugin_name = "ride";
    reduction.plugin_version = "0.1.0";
    return reduction;
  }

  std::vector<std::uint8_t> sign(const claim::Claim& claim) {
    Bytes<claim::kMaxClaimBytes> payload;
    const auto length = claim::encode_payload(claim, payload);
    if (!length) stop(length.error().reason);
    const ByteView view = ByteView(payload).first(*length);
    claim::Signature signature{};
    const Digest digest = claim::signature_digest(crypto::hasher(), claim::MessageType::claim, signer_.thumbprint(), view);
    if (!signer_.sign(digest, signature)) stop("cannot sign");
    Bytes<claim::kMaxClaimBytes> message;
    const auto whole =
        claim::encode_message(claim::MessageType::claim, signer_.thumbprint(), std::nullopt, view, signature, message);
    if (!whole) stop(whole.error().reason);
    claim::advance(head_, crypto::hasher(), view);
    return {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(*whole)};
  }

  SystemClock clock_;
  SystemRandom random_;
  test::TestSigner signer_;
  const measure::Methodology& methodology_;
  claim::ChainHead head_;
  claim::RootKey root_key_{};
  std::size_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const auto key = read_file(argv[2]);
  const auto certificate = read_file(argv[3]);
  const auto library = measure::Library::load(argv[4], crypto::hasher());
  if (!key || !certificate || !library) stop("cannot read the key, the certificate or the methodologies");
  const measure::Methodology* methodology = library->for_activity("ride.bike.shared", 1'760'000'600);
  StderrLog log(LogLevel::warning);
  auto outbox = outbox::Outbox::open({.path = argv[1], .vfs = ""}, log);
  if (!outbox) stop(outbox.error().message);
  outbox::Writer& writer = (*outbox)->writer();

  Filler filler(*key, *certificate, *methodology);
  const outbox::Unit start = filler.next();
  if (Status begun = writer.begin_chain(filler.head().chain, start); !begun) stop(begun.error().message);
  const auto count = static_cast<std::size_t>(std::atoll(argv[5]));
  std::size_t made = 1;
  while (made < count) {
    std::vector<outbox::Unit> units;
    for (; units.size() < kUnitsACommit && made < count; ++made) units.push_back(filler.next());
    std::vector<const outbox::Unit*> pointers;
    for (const auto& unit : units) pointers.push_back(&unit);
    if (Status stored = writer.commit(pointers); !stored) stop(stored.error().message);
  }
  std::printf("{\"claims\": %zu, \"message_bytes\": %zu}\n", made, filler.bytes());
  return 0;
}
