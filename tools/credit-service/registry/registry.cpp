// SPDX-License-Identifier: Apache-2.0
// Merchants, roots and the audit trail; devices.cpp has devices, keys and locks.
#include "tools/credit-service/registry/registry.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/moment.hpp"
#include "daemon/base/text.hpp"
#include "tools/credit-service/registry/names.hpp"
#include "tools/credit-service/registry/note.hpp"

namespace greentill::credit {
Status Registry::note_json(const std::string& subject, std::string what) {
  return store_.add(AuditEntry{author_.at, author_.who, author_.command, subject, std::move(what), author_.why});
}

Result<Merchant> Registry::merchant(const std::string& id) {
  auto found = store_.merchant(id);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("merchant", id)};
  return std::move(**found);
}

Result<Merchant> Registry::active_merchant(const std::string& id) {
  auto found = merchant(id);
  if (found && found->state != Merchant::State::active) return Failure{conflict("merchant " + id + ": it is closed")};
  return found;
}

Result<Root> Registry::root(const std::string& name_or_number) {
  const auto number = parse_integer<std::uint32_t>(name_or_number);
  auto found = store_.root_named(name_or_number);
  if (found && !*found && number) found = store_.root(*number);
  if (!found) return Failure{found.error()};
  if (!*found) return Failure{not_there("root", name_or_number)};
  return std::move(**found);
}

Status Registry::add_merchant(const Merchant& merchant) {
  for (const Status& form : {check_id("merchant", merchant.id), check_name(merchant.name), check_zone(merchant.zone)}) {
    if (!form) return form;
  }
  const auto known = store_.merchant(merchant.id);
  if (!known) return Failure{known.error()};
  if (*known) return Failure{conflict("merchant " + merchant.id + ": it is there already")};
  if (Status put = store_.put(merchant); !put) return put;
  return note(merchant.id, merchant);
}

Result<std::vector<std::string>> Registry::close_merchant(const std::string& id) {
  const auto was = active_merchant(id);
  if (!was) return Failure{was.error()};
  Merchant is = *was;
  is.state = Merchant::State::closed;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(id, *was, is); !noted) return Failure{noted.error()};
  auto working = devices_of(id);
  if (!working) return Failure{working.error()};
  std::vector<std::string> retired;
  for (Device& one : *working) {
    retired.push_back(one.id);
    const auto done = set_state(std::move(one), Device::State::retired, std::nullopt);
    if (!done) return Failure{done.error()};
  }
  return retired;
}

Result<bool> Registry::leads_to(const std::string& from, const std::string& to) {
  for (std::string at = from; !at.empty();) {
    if (at == to) return true;
    const auto next = merchant(at);
    if (!next) return Failure{next.error()};
    at = next->successor;
  }
  return false;
}

Result<std::vector<std::string>> Registry::set_successor(const std::string& old, const std::string& next, std::int64_t from) {
  const auto was = merchant(old);
  if (!was) return Failure{was.error()};
  if (const auto heir = active_merchant(next); !heir) return Failure{heir.error()};
  if (!was->successor.empty()) return Failure{conflict("merchant " + old + ": " + was->successor + " is its successor already")};
  const auto circle = leads_to(next, old);
  if (!circle) return Failure{circle.error()};
  if (*circle) return Failure{conflict("merchant " + next + ": " + old + " is its own successor, or goes back to it")};
  Merchant is = *was;
  is.successor = next;
  is.successor_from = from;
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  if (Status noted = note(old, *was, is); !noted) return Failure{noted.error()};
  std::vector<std::string> assigned;
  // Whoever goes on after the new one takes back what was the old one's as well.
  for (std::string heir = next; !heir.empty();) {
    if (Status given = assign_anew(heir, assigned); !given) return Failure{given.error()};
    const auto after = merchant(heir);
    if (!after) return Failure{after.error()};
    heir = after->successor;
  }
  return assigned;
}

Status Registry::assign_anew(const std::string& merchant, std::vector<std::string>& assigned) {
  const auto working = devices_of(merchant);
  if (!working) return Failure{working.error()};
  for (const Device& one : *working) {
    AssignmentRequest same{merchant, one.assignments.back().site, {}};
    for (const AssignedRoot& root : one.assignments.back().roots) {
      if (!root.reversals_only) same.roots.push_back(std::to_string(root.number));
    }
    const auto given = assign(one.id, same);
    if (!given && given.error().code == ErrorCode::conflict) continue;  // it has those roots already
    if (!given) return Failure{given.error()};
    assigned.push_back(one.id);
  }
  return Done{};
}

Result<std::vector<Device>> Registry::devices_of(const std::string& merchant) {
  auto all = store_.devices();
  if (!all) return all;
  std::erase_if(*all, [&merchant](const Device& one) {
    const bool works = one.state == Device::State::expected || one.state == Device::State::active;
    return !works || one.assignments.empty() || one.assignments.back().merchant != merchant;
  });
  return all;
}

Result<std::vector<std::uint32_t>> Registry::inherited_roots(const std::string& id) {
  const auto merchants = store_.merchants();
  if (!merchants) return Failure{merchants.error()};
  std::set<std::string> before;
  for (bool grows = true; grows;) {
    grows = false;
    for (const Merchant& one : *merchants) {
      const bool leads = one.successor == id || before.contains(one.successor);
      grows = (leads && before.insert(one.id).second) || grows;
    }
  }
  std::set<std::uint32_t> roots;
  const auto devices = before.empty() ? Result<std::vector<Device>>(std::vector<Device>()) : store_.devices();
  if (!devices) return Failure{devices.error()};
  for (const Device& device : *devices) {
    for (const Assignment& assignment : device.assignments) {
      if (!before.contains(assignment.merchant)) continue;
      for (const AssignedRoot& root : assignment.roots) roots.insert(root.number);
    }
  }
  return std::vector<std::uint32_t>(roots.begin(), roots.end());
}

Result<Root> Registry::add_root(const std::string& typed, const std::string& owner) {
  auto name = root_name(typed);
  if (!name) return Failure{name.error()};
  if (const auto merchant = active_merchant(owner); !merchant) return Failure{merchant.error()};
  const auto known = store_.root_named(*name);
  if (!known) return Failure{known.error()};
  if (*known) {
    return Failure{conflict("root \"" + *name + "\": it is there already, with the number " + std::to_string((*known)->number))};
  }
  // Else "7" would name two roots.
  if (parse_integer<std::uint64_t>(*name))
    return fail(ErrorCode::invalid, "root: a name of digits alone would pass for a number");
  const auto number = store_.add_root(*name, owner);
  if (!number) return Failure{number.error()};
  Root made{*number, *name, owner, {}, {RootVersion{1, 0, author_.at, std::nullopt}}};
  if (Status put = store_.put(made.number, made.versions.front()); !put) return Failure{put.error()};
  if (Status noted = note(*name, made); !noted) return Failure{noted.error()};
  return made;
}

Result<Root> Registry::set_reporter(const std::string& name, const std::string& merchant, bool may) {
  const auto was = root(name);
  if (!was) return Failure{was.error()};
  if (const auto known = active_merchant(merchant); may && !known) return Failure{known.error()};
  if (was->owner == merchant) return Failure{conflict("root \"" + was->name + "\": " + merchant + " owns it")};
  if ((std::ranges::find(was->reporters, merchant) != was->reporters.end()) == may) {
    return Failure{conflict("root \"" + was->name + "\": " + merchant +
                            (may ? " may report under it already" : " may not report under it"))};
  }
  if (Status put = store_.put_reporter(was->number, merchant, may); !put) return Failure{put.error()};
  auto is = root(name);
  if (!is) return is;
  if (Status noted = note(is->name, *was, *is); !noted) return Failure{noted.error()};
  return is;
}

Result<RootVersion> Registry::add_version(const std::string& name, std::int64_t begins) {
  const auto was = root(name);
  if (!was) return Failure{was.error()};
  if (begins < author_.at + kVersionNotice) {
    return fail(ErrorCode::invalid,
                "root \"" + was->name + "\": a version begins 90 days from now at the earliest, on " +
                    utc_text(author_.at + kVersionNotice) +
                    ": devices must have it before. Where its keys have leaked: greentill-credit root withdraw");
  }
  const RootVersion last = versions_in_turn(*was).back();
  if (begins < last.begins + kBetweenChanges) {
    return Failure{conflict("root \"" + was->name + "\": its version " + std::to_string(last.version) + " begins on " +
                            utc_text(last.begins) + ", and two changes lie 52 hours apart at least")};
  }
  const RootVersion made{was->versions.back().version + 1, begins, author_.at, std::nullopt};
  if (Status put = store_.put(was->number, made); !put) return Failure{put.error()};
  if (Status noted = note(was->name, made); !noted) return Failure{noted.error()};
  return made;
}

Result<Root> Registry::withdraw_version(const std::string& name, std::uint32_t version) {
  const auto was = root(name);
  if (!was) return Failure{was.error()};
  const auto found = std::ranges::find(was->versions, version, &RootVersion::version);
  const std::string where = "root \"" + was->name + "\": its version " + std::to_string(version);
  if (found == was->versions.end()) return fail(ErrorCode::not_found, where + " is not there");
  if (found->withdrawn_at) return Failure{conflict(where + " was withdrawn on " + utc_text(*found->withdrawn_at))};
  const std::vector<RootVersion> turn = versions_in_turn(*was);
  const auto next = std::next(std::ranges::find(turn, version, &RootVersion::version));
  const bool is_over = next != turn.end() && next->begins <= author_.at;
  RootVersion ended = *found;
  ended.withdrawn_at = author_.at;
  if (Status put = store_.put(was->number, ended); !put) return Failure{put.error()};
  if (!is_over && ended.begins <= author_.at) {
    RootVersion follows = next == turn.end() ? RootVersion{was->versions.back().version + 1, 0, author_.at, std::nullopt} : *next;
    follows.begins = ended.begins == 0 ? author_.at : std::max(author_.at, ended.begins + kBetweenChanges);
    if (Status put = store_.put(was->number, follows); !put) return Failure{put.error()};
  }
  auto is = root(name);
  if (!is) return is;
  if (Status noted = note(is->name, *was, *is); !noted) return Failure{noted.error()};
  return is;
}

}  // namespace greentill::credit
