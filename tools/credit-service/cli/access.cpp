// SPDX-License-Identifier: Apache-2.0
// access add, revoke and list.
#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/access/words.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/listing.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

std::string standing_of(const AccessToken& token, std::int64_t now) {
  if (token.revoked_at) return "revoked";
  return token.expires_at <= now ? "expired" : "good";
}

Result<Deed> add(Counter& counter, Access& access, const Given& given) {
  AccessToken grant;
  grant.read_only = given.read_only;
  grant.note = given["note"];
  if (Status named = name_subject(counter, given["scope"], given["for"], grant); !named) return Failure{named.error()};
  std::int64_t days = kAccessDays;
  if (!given["days"].empty()) {
    const auto read = read_number("--days", given["days"], 1, Access::kMostDays);
    if (!read) return Failure{read.error()};
    days = *read;
  }
  const auto made = access.add(std::move(grant), days);
  if (!made) return Failure{made.error()};
  Json json = to_json(made->kept);
  json["token"] = made->token;
  return Deed{{std::move(json), "the token, which is shown only now: " + made->token + "\nit is " + made->kept.id() +
                                    " in lists, and good until " + tools::time_text(made->kept.expires_at) + '\n'},
              "access " + made->kept.id(),
              {{"scope", to_words(made->kept.is)}, {"subject", made->kept.subject}}};
}

}  // namespace

Status change_access(const std::filesystem::path& config, const Given& given, const Output& output) {
  return do_at_counter(config, given, output, [&](Counter& counter) -> Result<Deed> {
    Access access(counter.store.access(), counter.random, crypto::hasher(), counter.now);
    if (given.command.ends_with("add")) return add(counter, access, given);
    if (Status why = check_why(given["why"]); !why) return Failure{why.error()};
    const auto revoked = access.revoke(given["id"]);
    if (!revoked) return Failure{revoked.error()};
    return Deed{
        {to_json(*revoked), revoked->id() + " is good for nothing more\n"}, "access " + revoked->id(), {{"revoked", true}}};
  });
}

Status list_deeds(const std::filesystem::path& config, const Given& given, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    std::int64_t before = 0;
    if (!given["before"].empty()) {
      const auto read = read_number("--before", given["before"], 1, std::int64_t{1} << 53);
      if (!read) return Failure{read.error()};
      before = *read;
    }
    const auto all = counter.store.access().deeds(given["subject"], before, kMostListed);
    if (!all) return Failure{all.error()};
    Listing listing("deeds", {{"", Listing::Align::right}, {"when"}, {"access"}, {"request"}, {"what"}, {"why"}});
    for (const AccessDeed& one : *all) {
      listing.add(
          {{"no", one.no},
           {"at", one.at},
           {"access", one.access},
           {"request", one.request},
           {"what", Json::parse(one.what, nullptr, false)},
           {"why", one.why}},
          {std::to_string(one.no), tools::time_text(one.at), one.access, one.request, printable(one.what), printable(one.why)});
    }
    const std::string last = all->empty() ? std::string() : std::to_string(all->back().no);
    return listing.page("nothing of it was changed by HTTP\n", all->size(), "--before", last);
  });
}

Status list_access(const std::filesystem::path& config, const Given&, const Output& output) {
  return look_at_counter(config, output, [&](Counter& counter) -> Result<Outcome> {
    const auto all = counter.store.access().tokens();
    if (!all) return Failure{all.error()};
    Listing listing("access", {{"access"}, {"scope"}, {"of"}, {"may"}, {"is"}, {"until"}, {"note"}});
    for (const AccessToken& one : *all) {
      listing.add(to_json(one), {one.id(), std::string(to_words(one.is)), one.subject, one.read_only ? "look" : "change",
                                 standing_of(one, counter.now), tools::time_text(one.expires_at), printable(one.note)});
    }
    return listing.outcome("nobody may ask by HTTP\n");
  });
}

}  // namespace greentill::credit
