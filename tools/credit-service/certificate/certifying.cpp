// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/certifying.hpp"

#include <algorithm>
#include <map>

#include "daemon/base/calendar.hpp"
#include "tools/credit-service/holdings/token.hpp"
#include "tools/credit-service/trees/catalogue.hpp"

namespace greentill::credit {
namespace {

constexpr std::int32_t kHundredths = 1'000;  // of a degree, in 1e-5 degrees

std::int32_t rounded(std::int32_t e5) {
  const std::int32_t half = e5 < 0 ? -kHundredths / 2 : kHundredths / 2;
  return (e5 + half) / kHundredths;
}

Failure<Error> damaged(const Tree& tree, const char* what) {
  return fail(ErrorCode::corrupt, "ledger: tree " + tree.number + ' ' + what);
}

}  // namespace

/// In the last list, or a new one where that is full.
Result<credential::StatusEntry> Certifying::draw_place(Random& random) {
  const auto last = trees_.last_list();
  if (!last) return Failure{last.error()};
  const std::uint32_t list = last->first == 0 || last->second >= kFullList ? last->first + 1 : last->first;
  while (true) {
    const std::uint32_t index = draw_index(random);
    const auto taken = trees_.is_place_taken(list, index);
    if (!taken) return Failure{taken.error()};
    if (!*taken) return credential::StatusEntry{list, index};
  }
}

Result<std::vector<std::pair<Tree, std::int64_t>>> Certifying::paid_for(const std::string& account, int year) {
  const auto spends = holders_.spends(account);
  if (!spends) return Failure{spends.error()};
  std::map<std::int64_t, std::int64_t> by_order;  // an account that was merged may have two parts in one
  for (const Spend& spend : *spends) {
    if (spend.state == Spend::State::spent) by_order[spend.order] += spend.mg;
  }
  std::vector<std::pair<Tree, std::int64_t>> paid;
  for (const auto& [no, mg] : by_order) {
    const auto order = trees_.order(no);
    if (!order) return Failure{order.error()};
    if (!*order || (*order)->year != year) continue;
    auto trees = trees_.trees_of(no);
    if (!trees) return Failure{trees.error()};
    std::erase_if(*trees, [](const Tree& tree) { return tree.state == Tree::State::replaced; });
    // What does not go round is the first ones'.
    const std::int64_t each = mg / (*order)->trees;
    std::int64_t left = mg % (*order)->trees;
    for (Tree& tree : *trees) {
      paid.emplace_back(std::move(tree), each + (left > 0 ? 1 : 0));
      left -= left > 0 ? 1 : 0;
    }
  }
  return paid;
}

Result<bool> Certifying::is_certified(const std::string& tree, const std::string& account) {
  const auto numbers = trees_.certificates_with(tree);
  if (!numbers) return Failure{numbers.error()};
  for (const std::string& number : *numbers) {
    const auto one = trees_.certificate(number);
    if (!one) return Failure{one.error()};
    if (!*one || (*one)->state == CertifiedTrees::State::revoked) continue;
    // Of an account that was merged it is certified for the one that it went into.
    const auto holder = accounts_.find((*one)->account);
    if (!holder) return Failure{holder.error()};
    if (holder->id == account) return true;
  }
  return false;
}

Result<credential::Tree> Certifying::describe(const Tree& tree, std::int64_t mg) {
  const auto number = credential::TreeNumber::parse(tree.number);
  if (!number) return damaged(tree, "has a number that is none");
  const auto species = Catalogue(trees_).species(number->species);
  if (!species) return Failure{species.error()};
  const auto site = Catalogue(trees_).site(tree.site);
  if (!site) return Failure{site.error()};
  const auto events = trees_.events(tree.number);
  if (!events) return Failure{events.error()};
  credential::Tree told{*number,
                        species->scientific,
                        species->name,
                        site->name,
                        site->region,
                        rounded(site->latitude),
                        rounded(site->longitude),
                        0,
                        0,
                        "",
                        mg};
  for (const TreeEvent& event : *events) {
    if (event.kind == TreeEvent::Kind::planted) told.planted_day = event.taken_at.value_or(event.at) / kSecondsADay;
    if (event.kind != TreeEvent::Kind::approved) continue;
    told.inspected_day = event.at / kSecondsADay;
    told.inspector = event.who;
  }
  if (told.inspector.empty()) return damaged(tree, "stands, and nobody approved it");
  return told;
}

Result<Certifying::Issued> Certifying::issue(const std::string& id, int year, CertificateSigner& signer, Random& random) {
  const auto account = accounts_.find(id);
  if (!account) return Failure{account.error()};
  if (account->state == Account::State::erased) return fail(ErrorCode::conflict, "account " + account->id + " is erased");
  const auto paid = paid_for(account->id, year);
  if (!paid) return Failure{paid.error()};
  Issued issued;
  std::vector<std::string> numbers;
  std::map<std::int64_t, std::int64_t> whole;  // mg for the duty, by the price of a tree
  for (const auto& [tree, mg] : *paid) {
    if (tree.state != Tree::State::standing || mg == 0) continue;
    const auto certified = is_certified(tree.number, account->id);
    if (!certified) return Failure{certified.error()};
    if (*certified) continue;
    if (numbers.size() == credential::kMaxTrees) {
      ++issued.left;
      continue;
    }
    auto told = describe(tree, mg);
    if (!told) return Failure{told.error()};
    const auto order = trees_.order(tree.order);
    if (!order) return Failure{order.error()};
    whole[(*order)->price_mg] += mg;
    issued.content.trees.push_back(std::move(*told));
    numbers.push_back(tree.number);
  }
  if (numbers.empty()) {
    return fail(ErrorCode::conflict,
                "account " + account->id + " has no tree for " + std::to_string(year) + " that stands and is in no certificate");
  }
  std::int64_t counted = 0;
  for (const auto& [price, mg] : whole) counted += mg / price;
  if (!duty_.name.empty() && counted > 0) {
    issued.content.duty = credential::Duty{duty_.name, year, static_cast<std::uint32_t>(counted), duty_.least, duty_.most};
  }
  issued.content.number = make_token(random);
  issued.content.programme = programme_;
  issued.content.holder = account->name;
  issued.content.issued_at = now_;
  const auto place = draw_place(random);
  if (!place) return Failure{place.error()};
  issued.content.status = *place;
  auto message = signer.issue(issued.content);
  if (!message) return Failure{message.error()};
  issued.message = std::move(*message);
  const CertifiedTrees kept{issued.content.number,       account->id, year,          place->list, place->index,
                            CertifiedTrees::State::good, now_,        issued.message};
  if (Status added = trees_.add(kept, numbers); !added) return Failure{added.error()};
  return issued;
}

Result<CertifiedTrees> Certifying::revoke(const std::string& number) {
  auto certificate = trees_.certificate(number);
  if (!certificate) return Failure{certificate.error()};
  if (!*certificate) return fail(ErrorCode::not_found, "there is no certificate \"" + number + '"');
  (*certificate)->state = CertifiedTrees::State::revoked;
  if (Status put = trees_.put_state(**certificate, CertifiedTrees::State::revoked); !put) return Failure{put.error()};
  return std::move(**certificate);
}

Result<std::vector<std::pair<std::string, std::string>>> Certifying::lists(CertificateSigner& signer, std::int64_t valid_s) {
  const auto last = trees_.last_list();
  if (!last) return Failure{last.error()};
  std::vector<std::pair<std::string, std::string>> signed_lists;
  for (std::uint32_t number = 1; number <= std::max(last->first, 1u); ++number) {
    const auto marked = trees_.not_good(number);
    if (!marked) return Failure{marked.error()};
    for (const auto purpose : {credential::StatusPurpose::revocation, credential::StatusPurpose::suspension}) {
      const auto state =
          purpose == credential::StatusPurpose::revocation ? CertifiedTrees::State::revoked : CertifiedTrees::State::suspended;
      credential::StatusList list{programme_, purpose, number, now_, now_ + valid_s, credential::Bitstring()};
      for (const auto& [index, is] : *marked) {
        if (is == state) list.bits.set(index, true);
      }
      auto message = signer.sign(list);
      if (!message) return Failure{message.error()};
      signed_lists.emplace_back(std::string(credential::to_string(purpose)) + '-' + std::to_string(number) + ".vc.cose",
                                std::move(*message));
    }
  }
  return signed_lists;
}

}  // namespace greentill::credit
