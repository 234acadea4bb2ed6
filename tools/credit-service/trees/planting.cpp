// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/trees/planting.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/credit-service/registry/names.hpp"
#include "tools/credit-service/trees/catalogue.hpp"
#include "tools/credit-service/trees/orders.hpp"

namespace greentill::credit {
namespace {

constexpr double kEarthRadiusM = 6'371'000;
constexpr std::size_t kMostReference = 64;

double radians(std::int32_t e5) { return e5 / 1e5 * std::numbers::pi / 180; }

/// Along a great circle (haversine), which is near enough for some kilometres.
double metres_between(const Site& site, std::int32_t latitude, std::int32_t longitude) {
  const double north = std::sin((radians(latitude) - radians(site.latitude)) / 2);
  const double east = std::sin((radians(longitude) - radians(site.longitude)) / 2);
  const double part = north * north + std::cos(radians(latitude)) * std::cos(radians(site.latitude)) * east * east;
  return 2 * kEarthRadiusM * std::asin(std::sqrt(std::min(1.0, part)));
}

Failure<Error> stands_against(const Tree& tree, const char* what) {
  return fail(ErrorCode::conflict, "tree " + tree.number + " is " + std::string(to_words(tree.state)) + ": " + what);
}

}  // namespace

Result<Tree> Planting::find(const std::string& number) {
  auto tree = store_.tree(number);
  if (!tree) return Failure{tree.error()};
  if (!*tree) return fail(ErrorCode::not_found, "there is no tree \"" + number + '"');
  return std::move(**tree);
}

Status Planting::check_evidence(const Tree& tree, const Evidence& evidence) {
  if (!evidence.photo || !evidence.taken_at || !evidence.latitude || !evidence.longitude) {
    return fail(ErrorCode::invalid, "evidence is a photo, with the time and the place at which it was taken");
  }
  if (*evidence.taken_at > now_) return fail(ErrorCode::invalid, "the photo is of a time to come");
  if (*evidence.taken_at < tree.ordered_at) {
    return fail(ErrorCode::conflict, "the photo was taken before tree " + tree.number + " was ordered");
  }
  const auto site = Catalogue(store_).site(tree.site);
  if (!site) return Failure{site.error()};
  const double away = metres_between(*site, *evidence.latitude, *evidence.longitude);
  if (away > static_cast<double>(kFarthestM)) {
    return fail(ErrorCode::conflict,
                "the photo was taken " + std::to_string(std::llround(away / 1'000)) + " km from site " + site->id);
  }
  const auto shown = store_.tree_with_photo(*evidence.photo);
  if (!shown) return Failure{shown.error()};
  if (*shown) return fail(ErrorCode::conflict, "that photo is evidence of tree " + **shown + " already");
  return Done{};
}

/// Whether that inspector may say what becomes of the tree.
Status Planting::judge(const Tree& tree, const Evidence& evidence) {
  const auto site = Catalogue(store_).site(tree.site);
  if (!site) return Failure{site.error()};
  const auto inspector = Catalogue(store_).party(evidence.who);
  if (!inspector) return Failure{inspector.error()};
  if (!inspector->active) return fail(ErrorCode::conflict, "inspector " + inspector->id + " is retired");
  if (inspector->is == TreeParty::Kind::inspector && inspector->works_for != site->planter) return Done{};
  return fail(ErrorCode::conflict,
              "tree " + tree.number + " is judged by an inspector who does not work for its planter, " + site->planter);
}

Result<Tree> Planting::say(Tree tree, TreeEvent::Kind kind, Tree::State state, const Evidence& evidence) {
  const auto before = store_.events(tree.number);
  if (!before) return Failure{before.error()};
  const TreeEvent event{tree.number,
                        static_cast<std::int64_t>(before->size()) + 1,
                        kind,
                        now_,
                        evidence.who,
                        evidence.photo,
                        evidence.taken_at,
                        evidence.latitude,
                        evidence.longitude,
                        evidence.why};
  if (Status added = store_.add(event); !added) return Failure{added.error()};
  // What certifies a tree that failed counts for nothing until it is replaced, and then another is issued.
  if (state == Tree::State::failed || state == Tree::State::replaced) {
    if (Status told = mark_certificates(tree.number, state); !told) return Failure{told.error()};
  }
  tree.state = state;
  tree.since = now_;
  if (Status put = store_.put(tree); !put) return Failure{put.error()};
  return tree;
}

Status Planting::mark_certificates(const std::string& tree, Tree::State state) {
  using State = CertifiedTrees::State;
  const auto numbers = store_.certificates_with(tree);
  if (!numbers) return Failure{numbers.error()};
  for (const std::string& number : *numbers) {
    const auto certificate = store_.certificate(number);
    if (!certificate) return Failure{certificate.error()};
    if (!*certificate || (*certificate)->state == State::revoked) continue;
    const State to = state == Tree::State::failed ? State::suspended : State::revoked;
    if (Status put = store_.put_state(**certificate, to); !put) return put;
  }
  return Done{};
}

Result<Tree> Planting::planted(const std::string& number, const Evidence& evidence) {
  auto tree = find(number);
  if (!tree) return tree;
  if (tree->state != Tree::State::ordered) return stands_against(*tree, "only one that is ordered is planted");
  const auto site = Catalogue(store_).site(tree->site);
  if (!site) return Failure{site.error()};
  if (evidence.who != site->planter) return fail(ErrorCode::conflict, "site " + site->id + " is planted by " + site->planter);
  if (Status good = check_evidence(*tree, evidence); !good) return Failure{good.error()};
  return say(std::move(*tree), TreeEvent::Kind::planted, Tree::State::planted, evidence);
}

Result<Tree> Planting::approve(const std::string& number, const Evidence& evidence) {
  auto tree = find(number);
  if (!tree) return tree;
  if (tree->state != Tree::State::planted) return stands_against(*tree, "only one that is planted is approved");
  if (Status may = judge(*tree, evidence); !may) return Failure{may.error()};
  if (Status owed = owe(*tree); !owed) return Failure{owed.error()};
  return say(std::move(*tree), TreeEvent::Kind::approved, Tree::State::standing, evidence);
}

Result<Tree> Planting::reject(const std::string& number, const Evidence& evidence) {
  auto tree = find(number);
  if (!tree) return tree;
  if (tree->state != Tree::State::planted) return stands_against(*tree, "only evidence of one that is planted is rejected");
  if (Status may = judge(*tree, evidence); !may) return Failure{may.error()};
  if (Status why = check_why(evidence.why); !why) return Failure{why.error()};
  return say(std::move(*tree), TreeEvent::Kind::rejected, Tree::State::ordered, evidence);
}

Result<Tree> Planting::failed(const std::string& number, const Evidence& evidence) {
  auto tree = find(number);
  if (!tree) return tree;
  if (tree->state == Tree::State::failed || tree->state == Tree::State::replaced) {
    return stands_against(*tree, "what became of it is known");
  }
  if (Status may = judge(*tree, evidence); !may) return Failure{may.error()};
  if (Status why = check_why(evidence.why); !why) return Failure{why.error()};
  return say(std::move(*tree), TreeEvent::Kind::failed, Tree::State::failed, evidence);
}

Result<Tree> Planting::replace(const std::string& number, const std::string& who) {
  auto tree = find(number);
  if (!tree) return tree;
  if (tree->state != Tree::State::failed) return stands_against(*tree, "only one that failed is replaced");
  const auto order = store_.order(tree->order);
  if (!order) return Failure{order.error()};
  if (!*order) return fail(ErrorCode::corrupt, "ledger: tree " + tree->number + " has no order");
  const auto next = next_number(store_, programme_, **order);
  if (!next) return Failure{next.error()};
  Tree fresh{*next, tree->order, tree->site, Tree::State::ordered, now_, now_, tree->number, ""};
  if (Status added = store_.add(fresh); !added) return Failure{added.error()};
  tree->replaced_by = *next;
  Evidence said;
  said.who = who;
  const auto old = say(std::move(*tree), TreeEvent::Kind::replaced, Tree::State::replaced, said);
  if (!old) return Failure{old.error()};
  return fresh;
}

Status Planting::owe(const Tree& tree) {
  // One that stands in the place of one that was paid for is the planter's own loss.
  for (std::string before = tree.replaces; !before.empty();) {
    const auto paid = store_.payment(before);
    if (!paid) return Failure{paid.error()};
    if (*paid) return Done{};
    const auto former = find(before);
    if (!former) return Failure{former.error()};
    before = former->replaces;
  }
  const auto order = store_.order(tree.order);
  if (!order) return Failure{order.error()};
  if (!*order) return fail(ErrorCode::corrupt, "ledger: tree " + tree.number + " has no order");
  const auto species = Catalogue(store_).species((*order)->species);
  if (!species) return Failure{species.error()};
  const auto site = Catalogue(store_).site(tree.site);
  if (!site) return Failure{site.error()};
  const auto known = store_.payment(tree.number);
  if (!known) return Failure{known.error()};
  if (*known) return Done{};
  return store_.put(TreePayment{tree.number, site->planter, species->cost, species->currency, now_, {}, ""});
}

Status Planting::paid(const std::string& number, const std::string& reference, std::int64_t at) {
  const auto tree = find(number);
  if (!tree) return Failure{tree.error()};
  if (reference.empty() || reference.size() > kMostReference) return fail(ErrorCode::invalid, "the reference: 1 to 64 bytes");
  auto payment = store_.payment(tree->number);
  if (!payment) return Failure{payment.error()};
  if (!*payment) return fail(ErrorCode::conflict, "nothing is owed for tree " + tree->number);
  if ((*payment)->paid_at) {
    if ((*payment)->reference == reference) return Done{};
    return fail(ErrorCode::conflict, "tree " + tree->number + " was paid with the reference " + (*payment)->reference);
  }
  (*payment)->paid_at = at;
  (*payment)->reference = reference;
  return store_.put(**payment);
}

}  // namespace greentill::credit
