// SPDX-License-Identifier: Apache-2.0
// ledger-history SEED DIR: three devices' random claims of everything that is shipped, booked by the real ledger. Writes to DIR
// the messages in the order in which they were booked (claims.cborseq, tokens and all), the programme, and what the ledger
// reports.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/credit-service/office.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

constexpr std::int64_t kMonthBorder = 1'793'480'400;  // 2026-11-01 00:00 in Helsinki

// Limits so tight that a few rides meet them, shares that leave remainders, one activity that is granted nothing.
const char* const kProgramme = R"(
name = "ledger history"
zone = "Europe/Helsinki"
[shares]
customer = "0.333333"
merchant = "0.333333"
operator = "0.333334"
[[activity]]
name = "ride.bike.shared"
grant = "measured"
limit_per_day_mg = 90_001
limit_per_month_mg = 150_007
[[activity]]
name = "ride.ebike.shared"
grant = "measured"
limit_per_month_mg = 100_003
[[activity]]
name = "ride.metro"
grant = "fixed"
fixed_mg = 52_001
limit_per_day_mg = 120_000
[[activity]]
name = "ride.bus"
grant = "measured"
[[activity]]
name = "receipt.paperless"
grant = "fixed"
fixed_mg = 7
)";

class History {
 public:
  explicit History(std::uint32_t seed) : random_(seed), office_(kProgramme, shipped()) {
    office_.clock.now = std::max<std::int64_t>(office_.clock.now, kMonthBorder + 3 * 86'400);
    for (std::uint8_t number = 1; number <= 3; ++number) {
      const std::string device = "dock-" + std::to_string(number);
      devices_.push_back({device, ChainBuilder(office_.enrol(device), device, number)});
      devices_.back().chain.add_start();
    }
    desk_.emplace(office_);
  }

  void run(std::ofstream& claims) {
    for (int batch = 0; batch < 60; ++batch) {
      Device& device = devices_[below(devices_.size())];
      for (std::size_t count = 1 + below(8); count > 0; --count) add_one(device.chain);
      if (below(20) == 0) add_burst(device.chain);
      const auto messages = slice(device.chain.messages(), device.sent, device.chain.messages().size());
      if (messages.empty()) continue;
      device.sent = device.chain.messages().size();
      desk_->take(device.name, messages);
      for (const Bytestring& message : messages) {
        claims.write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(message.size()));
      }
    }
  }
  [[nodiscard]] credit::Report report() { return desk_->report(); }
  [[nodiscard]] std::string wrong() { return desk_->wrong(); }

 private:
  struct Device {
    std::string name;
    ChainBuilder chain;
    std::size_t sent = 0;
  };

  static measure::Library shipped() {
    auto library = measure::Library::load(std::string(GREENTILL_SOURCE_DIR) + "/config/methodologies", crypto::Hasher());
    REQUIRE(library);
    return std::move(*library);
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }

  void add_one(ChainBuilder& chain) {
    if (events_ > 0 && below(5) == 0) return add_reversal(chain);
    const measure::Methodology& methodology = office_.library.all()[below(office_.library.all().size())];
    claim::Reduction act;
    act.end = kMonthBorder + between(-3 * 86'400, 3 * 86'400);
    act.begin = act.end - between(400, 3600);
    act.activity = methodology.activity;
    REQUIRE(act.quantities.push_back({methodology.measured.front().key, between(1, 9000)}));
    act.methodology = {methodology.id, methodology.version, methodology.sha256};
    const auto amounts = measure::quantify(methodology, act.quantities, act.begin, act.end);
    if (!amounts) return;
    act.estimate_mg = amounts->estimate_mg;
    act.credited_mg = amounts->credited_mg + (below(15) == 0 ? 1 : 0);
    // Sometimes an event that was claimed before, here or by another device.
    act.nullifiers = one_nullifier(event(below(6) == 0 && events_ > 0 ? any_event() : ++events_));
    act.plugin_name = "ride";
    act.plugin_version = "1";
    attribute(chain, act);
    chain.add(act, [this](claim::Claim& claim) { name_claim(claim); });
    chain.account.reset();
  }

  void add_reversal(ChainBuilder& chain) {
    claim::Reversal reversal;
    // Sometimes one that was reported before, here or by another device.
    if (last_part_ && below(3) == 0) {
      chain.add(last_part_->second, [this](claim::Claim& claim) { claim.id = last_part_->first; });
      return;
    }
    // Sometimes of an event that nobody has claimed yet.
    reversal.nullifiers = one_nullifier(event(below(5) == 0 ? events_ + static_cast<std::uint32_t>(1 + below(3)) : any_event()));
    reversal.reason = static_cast<claim::ReversalReason>(below(3));
    if (below(2) == 0) REQUIRE(reversal.taken_back.push_back({"m.odometer", between(1, 5000)}));
    if (below(3) == 0) {
      reversal.claim.emplace();
      const auto id = static_cast<std::uint32_t>(between(1, made_));
      std::memcpy(reversal.claim->data(), &id, sizeof id);
    }
    chain.add(reversal, [&](claim::Claim& claim) {
      name_claim(claim);
      if (!reversal.taken_back.empty()) last_part_.emplace(claim.id, reversal);
    });
  }

  /// More parts of one event, claimed or not yet, than are kept with an act.
  void add_burst(ChainBuilder& chain) {
    claim::Reversal reversal;
    reversal.nullifiers = one_nullifier(event(below(2) == 0 && events_ > 0 ? any_event() : events_ + 1));
    REQUIRE(reversal.taken_back.push_back({"m.odometer", between(1, 20)}));
    for (int count = 0; count < 70; ++count) chain.add(reversal, [this](claim::Claim& claim) { name_claim(claim); });
  }

  void attribute(ChainBuilder& chain, claim::Reduction& act) {
    const std::size_t kind = below(4);
    if (kind == 0) return;
    if (kind == 1) {
      act.attribution = {claim::Attribution::Kind::bearer, event(static_cast<std::uint32_t>(random_()))};
      return;
    }
    static constexpr std::string_view kTokens[] = {"anna", "ben", "cleo"};
    claim::AccountHint hint;
    for (auto& byte : hint.salt) byte = static_cast<std::uint8_t>(random_());
    hint.token = kTokens[below(3)];
    act.attribution = {claim::Attribution::Kind::account, claim::account_hash(crypto::Hasher(), hint)};
    if (below(5) != 0) chain.account = hint;  // else known by its hash alone
  }

  void name_claim(claim::Claim& claim) {
    ++made_;
    std::memcpy(claim.id.data(), &made_, sizeof made_);
  }
  std::uint32_t any_event() { return static_cast<std::uint32_t>(between(1, events_)); }

  std::mt19937_64 random_;
  Office office_;
  std::vector<Device> devices_;
  std::optional<Desk> desk_;
  std::optional<std::pair<claim::ClaimId, claim::Reversal>> last_part_;
  std::uint32_t events_ = 0;
  std::uint32_t made_ = 1;
};

template <typename Map>
void write_map(std::ofstream& out, const char* name, const Map& map) {
  out << '"' << name << "\": {";
  const char* comma = "";
  for (const auto& [key, value] : map) {
    out << comma << '"' << key << "\": " << value;
    comma = ", ";
  }
  out << "}, ";
}

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  if (argc != 3) {
    std::fprintf(stderr, "usage: ledger-history SEED DIR\n");
    return 2;
  }
  const std::string folder = argv[2];
  History history(static_cast<std::uint32_t>(std::stoul(argv[1])));
  std::ofstream claims(folder + "/claims.cborseq", std::ios::binary);
  history.run(claims);
  std::ofstream(folder + "/programme.toml") << kProgramme;
  const credit::Report report = history.report();
  std::ofstream out(folder + "/report.json");
  out << "{";
  write_map(out, "accounts", report.accounts);
  write_map(out, "refused", report.refused);
  out << "\"held_in_all\": {\"claims\": " << report.held_in_all.claims << "}, \"claims\": " << report.claims
      << ", \"granted_mg\": " << report.granted_mg << "}\n";
  std::fputs(history.wrong().c_str(), stderr);
  return history.wrong().empty() && claims.flush().good() && out.flush().good() ? 0 : 1;
}
