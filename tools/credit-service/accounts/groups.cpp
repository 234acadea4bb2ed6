// SPDX-License-Identifier: Apache-2.0
// Accounts of several people, and how accounts end.
#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "tools/credit-service/accounts/accounts.hpp"
#include "tools/credit-service/accounts/refused.hpp"
#include "tools/credit-service/holdings/token.hpp"

namespace greentill::credit {
Result<Account> Accounts::group(const std::string& id) {
  auto account = active(id);
  if (!account || account->is_group()) return account;
  return refused(*account, "is a " + std::string(to_words(account->is)) + "'s; only families and teams have members");
}

Result<std::string> Accounts::invite(const std::string& id) {
  const auto account = group(id);
  if (!account) return Failure{account.error()};
  std::string code = make_token(random_);
  Status put = accounts_.put(Invitation{invitation_hash(code, hasher_), account->id, now_ + kInvitationDays * kSecondsADay, ""});
  if (!put) return Failure{put.error()};
  return code;
}

Result<Account> Accounts::join(const std::string& id, std::string_view code) {
  const auto person = active(id);
  if (!person) return Failure{person.error()};
  if (person->is != Account::Kind::person) return refused(*person, "is no person's; only people join");
  const auto digits = crypto::read_code(code);
  if (!digits) return Failure{digits.error()};
  auto invitation = accounts_.invitation(invitation_hash(*digits, hasher_));
  if (!invitation) return Failure{invitation.error()};
  if (!*invitation) return fail(ErrorCode::not_found, "nobody was invited by that code");
  auto into = group((*invitation)->group);
  if (!into) return into;
  if ((*invitation)->used_by == person->id) return into;  // asked again
  if (!(*invitation)->used_by.empty()) return fail(ErrorCode::conflict, "that code was used already; ask for another");
  if (now_ >= (*invitation)->expires_at) return fail(ErrorCode::conflict, "that code has expired; ask for another");
  const auto groups = accounts_.groups(person->id);
  if (!groups) return Failure{groups.error()};
  if (groups->size() >= kMostTeams)
    return refused(*person, "is in " + std::to_string(kMostTeams) + " groups, as many as one may");
  for (const std::string& one : *groups) {
    if (one == into->id) return refused(*person, "is in " + into->id + " already");
    const auto other = find(one);
    if (!other) return Failure{other.error()};
    if (other->is == Account::Kind::family && into->is == Account::Kind::family) {
      return refused(*person, "is in the family " + other->id + "; leave it first");
    }
  }
  const auto members = accounts_.members(into->id);
  if (!members) return Failure{members.error()};
  if (members->size() >= kMostMembers)
    return refused(*into, "has " + std::to_string(kMostMembers) + " members, as many as one may");
  (*invitation)->used_by = person->id;
  if (Status put = accounts_.put(**invitation); !put) return Failure{put.error()};
  if (Status added = accounts_.add_member(into->id, person->id, now_); !added) return Failure{added.error()};
  return into;
}

Status Accounts::leave(const std::string& id, const std::string& group) {
  const auto person = find(id);
  if (!person) return Failure{person.error()};
  const auto from = find(group);
  if (!from) return Failure{from.error()};
  const auto groups = accounts_.groups(person->id);
  if (!groups) return Failure{groups.error()};
  if (!std::ranges::count(*groups, from->id)) return refused(*person, "is not in " + from->id);
  return accounts_.drop_member(from->id, person->id);
}

Status Accounts::leave_all(const Account& account) {
  const auto groups = accounts_.groups(account.id);
  if (!groups) return Failure{groups.error()};
  for (const std::string& group : *groups) {
    if (Status left = accounts_.drop_member(group, account.id); !left) return left;
  }
  return Done{};
}

Status Accounts::dissolve(const Account& account) {
  const auto members = accounts_.members(account.id);
  if (!members) return Failure{members.error()};
  for (const std::string& member : *members) {
    if (Status left = accounts_.drop_member(account.id, member); !left) return left;
  }
  return leave_all(account);
}

Status Accounts::check_nothing_reserved(const Account& account, const char* what) {
  const auto spends = accounts_.spends(account.id);
  if (!spends) return Failure{spends.error()};
  for (const Spend& spend : *spends) {
    if (!spend.is_open()) continue;
    return refused(account,
                   "has set credit aside for order " + std::to_string(spend.order) + ": confirm or cancel it, then " + what);
  }
  return Done{};
}

Status Accounts::merge(const std::string& from_id, const std::string& into_id) {
  auto from = active(from_id);
  if (!from) return Failure{from.error()};
  const auto into = active(into_id);
  if (!into) return Failure{into.error()};
  if (from->id == into->id) return refused(*from, "is both of them");
  if (from->is != into->is) {
    return refused(*from, "is a " + std::string(to_words(from->is)) + "'s and " + into->id + " a " +
                              std::string(to_words(into->is)) + "'s: only accounts of one kind become one");
  }
  if (Status free = check_nothing_reserved(*from, "merge"); !free) return free;
  const auto purses = accounts_.purses(from->id);
  if (!purses) return Failure{purses.error()};
  if (Status room = check_room(into->id, purses->size()); !room) return room;
  for (const Purse& purse : *purses) {
    if (Status given = give(purse.no, into->id); !given) return given;
  }
  const auto spends = accounts_.spends(from->id);
  if (!spends) return Failure{spends.error()};
  for (const Spend& spend : *spends) {
    if (Status moved = accounts_.move(spend, into->id); !moved) return moved;
  }
  const auto members = accounts_.members(from->id);
  const auto there = members ? accounts_.members(into->id) : members;
  if (!there) return Failure{there.error()};
  for (const std::string& member : *members) {
    if (std::ranges::count(*there, member)) continue;
    if (Status added = accounts_.add_member(into->id, member, now_); !added) return added;
  }
  const auto groups = accounts_.groups(from->id);
  const auto joined = groups ? accounts_.groups(into->id) : groups;
  if (!joined) return Failure{joined.error()};
  if (Status taken = take_over(*groups, *joined, into->id); !taken) return taken;
  if (Status left = dissolve(*from); !left) return left;
  from->state = Account::State::merged;
  from->follow = into->id;
  from->name.clear();
  from->ended_at = now_;
  return accounts_.put(*from);
}

/// Those of a person who goes on as another, who stays in one family at most, the own one, and in as many groups as one may.
Status Accounts::take_over(const std::vector<std::string>& groups, std::vector<std::string> joined, const std::string& id) {
  const auto is_family = [this](const std::string& group) -> Result<bool> {
    const auto account = find(group);
    return account ? Result<bool>(account->is == Account::Kind::family) : Result<bool>(Failure{account.error()});
  };
  bool has_family = false;
  for (const std::string& one : joined) {
    const auto family = is_family(one);
    if (!family) return Failure{family.error()};
    has_family = has_family || *family;
  }
  for (const std::string& group : groups) {
    const auto family = is_family(group);
    if (!family) return Failure{family.error()};
    if ((*family && has_family) || std::ranges::count(joined, group)) continue;
    if (joined.size() >= kMostTeams) {
      return fail(ErrorCode::conflict, "account " + id + " would be in more than " + std::to_string(kMostTeams) +
                                           " groups: one of the two leaves some of them before");
    }
    if (Status added = accounts_.add_member(group, id, now_); !added) return added;
    joined.push_back(group);
    has_family = has_family || *family;
  }
  return Done{};
}

Result<Account> Accounts::close(const std::string& id) {
  auto account = find(id);
  if (!account || account->state == Account::State::closed) return account;
  if (account->state != Account::State::active) return refused(*account, "is " + std::string(to_words(account->state)));
  if (Status free = check_nothing_reserved(*account, "close it"); !free) return Failure{free.error()};
  if (Status left = dissolve(*account); !left) return Failure{left.error()};
  account->state = Account::State::closed;
  account->ended_at = now_;
  if (Status put = accounts_.put(*account); !put) return Failure{put.error()};
  return account;
}

Result<Account> Accounts::erase(const std::string& id) {
  auto account = find(id);
  if (!account || account->state == Account::State::erased) return account;
  if (account->is == Account::Kind::merchant) return refused(*account, "is a merchant's, whose books are kept; close it");
  if (Status free = check_nothing_reserved(*account, "erase it"); !free) return Failure{free.error()};
  const auto purses = accounts_.purses(account->id);
  if (!purses) return Failure{purses.error()};
  for (const Purse& purse : *purses) {
    Bytes<16> name{};
    random_.fill(name);
    if (Status renamed = ledger_.rename_account(purse.no, "erased", to_hex(name)); !renamed) return Failure{renamed.error()};
  }
  if (Status left = dissolve(*account); !left) return Failure{left.error()};
  account->state = Account::State::erased;
  account->name.clear();
  account->ended_at = now_;
  if (Status put = accounts_.put(*account); !put) return Failure{put.error()};
  return account;
}

}  // namespace greentill::credit
