// SPDX-License-Identifier: Apache-2.0
// By whose word trust anchors are followed by others.
#include "daemon/crypto/succession.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/crypto/issuer.hpp"

namespace greentill::crypto::succession_test {
namespace {

constexpr std::int64_t kThen = 1'700'000'000;
constexpr std::int64_t kDay = 86'400;

/// An authority with its key.
struct Made {
  explicit Made(NewAuthority made)
      : certificate(made.certificate), issuer(Issuer::from(made.key.text(), made.certificate).value()) {}
  static Made root(const std::string& name, std::int64_t begin, std::int64_t days = 3'000) {
    return Made(Issuer::make_root(name, 1, begin, begin + days * kDay).value());
  }
  [[nodiscard]] Made below(const std::string& name) const {
    return Made(issuer.make_authority(name, certificate.not_before(), certificate.not_after()).value());
  }
  [[nodiscard]] Certificate certify(const Made& other, int path = 1) const {
    return issuer.certify_authority(other.certificate, path, other.certificate.not_before(), other.certificate.not_after())
        .value();
  }
  Certificate certificate;
  Issuer issuer;
};

std::vector<CertificateDer> ders(std::initializer_list<Certificate> all) {
  std::vector<CertificateDer> made;
  for (const Certificate& one : all) made.push_back(one.to_der());
  return made;
}

struct Programme {
  Made old = Made::root("Programme", kThen);
  Made devices = old.below("Programme, devices");
  Made signers = old.below("Programme, signers");
  Made next = Made::root("Programme", kThen + 1'000 * kDay);
  Certificate new_with_old = old.certify(next);
  Certificate old_with_new = next.certify(old);
  Certificate next_devices = next.certify(devices, 0);
  std::vector<CertificateDer> held = ders({old.certificate, devices.certificate, signers.certificate});
  std::int64_t now = kThen + 1'010 * kDay;

  [[nodiscard]] Result<std::vector<CertificateDer>> offer(std::initializer_list<Certificate> all) const {
    return succeeding_anchors(held, ders(all), now);
  }
  [[nodiscard]] std::string refused(std::initializer_list<Certificate> all) const {
    const auto taken = offer(all);
    return taken ? "taken" : taken.error().message;
  }
};

}  // namespace

TEST_CASE("succession: a new root, and what it issued, is trusted by the old one's word; links are no anchors") {
  const Programme it;
  const auto both = it.offer({it.next.certificate, it.next_devices, it.old.certificate, it.new_with_old, it.old_with_new});
  REQUIRE_MESSAGE(both.ok(), both.error().message);
  CHECK(*both == ders({it.next.certificate, it.next_devices, it.old.certificate}));
  // Who has both goes on without the old one, and never back to it.
  const auto later = succeeding_anchors(*both, ders({it.next.certificate, it.next_devices}), it.now);
  REQUIRE(later.ok());
  CHECK(*later == ders({it.next.certificate, it.next_devices}));
  const auto back = succeeding_anchors(*later, ders({it.next.certificate, it.old.certificate, it.old_with_new}), it.now);
  CHECK(back.error().code == ErrorCode::denied);
  CHECK_FALSE(succeeding_anchors(*both, ders({it.old.certificate}), it.now).ok());
}

TEST_CASE("succession: what is held and is offered again stays, and what is no longer offered goes, but for the root") {
  const Programme it;
  CHECK(it.offer({it.old.certificate, it.devices.certificate, it.signers.certificate}).value() == it.held);
  CHECK(it.offer({it.old.certificate}).value() == ders({it.old.certificate}));
  CHECK(it.refused({it.devices.certificate}).find("'Programme' that is trusted here is missing") != std::string::npos);
  const Made more = it.old.below("Programme, workers");
  CHECK(it.offer({it.old.certificate, more.certificate}).value() == ders({it.old.certificate, more.certificate}));
}

TEST_CASE("succession: nobody below the root brings another one") {
  const Programme it;
  // The devices' authority is on-line. Its own root, its word for another, and its certificate as if it were a link:
  const Certificate door = it.devices.issuer.certify_itself().value();
  CHECK(it.refused({it.old.certificate, door}).find("no older root of its name") != std::string::npos);
  CHECK(it.refused({it.old.certificate, it.next.certificate}) != "taken");
  CHECK(it.refused({it.old.certificate, it.next.certificate, it.devices.certify(it.next)}) != "taken");
  CHECK(it.refused({it.old.certificate, it.devices.certificate, it.devices.below("Programme").certificate}) != "taken");
  const Made stranger = Made::root("Programme", kThen + 1'000 * kDay);
  CHECK(it.refused({it.old.certificate, stranger.certificate, it.new_with_old}) != "taken");
  CHECK(it.refused({it.old.certificate, stranger.certificate, stranger.certify(it.old), stranger.certify(it.next)}) != "taken");
  CHECK(it.refused({it.old.certificate, stranger.below("Programme, devices").certificate}).find("issued by no root") !=
        std::string::npos);
  // What the root certified without a path below it is an authority for end entities.
  CHECK(it.refused({it.old.certificate, it.next.certificate, it.old.certify(it.next, 0)}) != "taken");
}

TEST_CASE("succession: an older root does not follow, nor one by a word that has ended, or under another name") {
  const Programme it;
  const Made older = Made::root("Programme", kThen - 10 * kDay);
  CHECK(it.refused({it.old.certificate, older.certificate, it.old.certify(older)}) != "taken");
  const Certificate ended = it.old.issuer.certify_authority(it.next.certificate, 1, kThen, kThen + 1'005 * kDay).value();
  CHECK(it.refused({it.old.certificate, it.next.certificate, ended}) != "taken");
  CHECK(succeeding_anchors(it.held, ders({it.next.certificate, ended}), std::nullopt).ok());
  const Made renamed = Made::root("Other programme", kThen + 1'000 * kDay);
  CHECK(it.refused({it.old.certificate, renamed.certificate, it.old.certify(renamed)}) != "taken");
}

TEST_CASE("succession: two changes at once, where a device was away meanwhile") {
  const Programme it;
  const Made third = Made::root("Programme", kThen + 1'005 * kDay);
  const auto taken = it.offer({third.certificate, it.next.certificate, it.new_with_old, it.next.certify(third)});
  REQUIRE_MESSAGE(taken.ok(), taken.error().message);
  CHECK(*taken == ders({third.certificate, it.next.certificate}));
}

TEST_CASE("succession: without a root that was confirmed nothing follows, and what cannot be read is refused") {
  const Programme it;
  CHECK(succeeding_anchors(ders({it.devices.certificate}), it.held, it.now).error().code == ErrorCode::denied);
  CHECK(succeeding_anchors(it.held, {{1, 2, 3}}, it.now).error().code == ErrorCode::invalid);
  auto longer = it.held;
  longer.front().push_back(0);
  CHECK(succeeding_anchors(it.held, longer, it.now).error().code == ErrorCode::invalid);
}

}  // namespace greentill::crypto::succession_test
