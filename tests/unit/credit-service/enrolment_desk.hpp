// SPDX-License-Identifier: Apache-2.0
// A ledger with a device to enrol, and an authority, for tests of who gets a certificate.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "daemon/base/system.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_request.hpp"
#include "tools/credit-service/enrolment/enrolling.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/codes.hpp"

namespace greentill::test {

/// A new key's request.
inline crypto::CertificateRequest new_request() {
  auto request = crypto::CertificateRequest::from_file(make_request().request);
  REQUIRE(request);
  return *request;
}

/// The devices' authority below a root.
inline crypto::Issuer new_issuer(std::int64_t now) {
  const auto root = crypto::Issuer::make_root("Programme", 1, now - kSecondsADay, now + 9000 * kSecondsADay).value();
  const auto top = crypto::Issuer::from(root.key.text(), root.certificate).value();
  const auto devices = top.make_authority("Programme, devices", now - kSecondsADay, now + 9000 * kSecondsADay).value();
  return crypto::Issuer::from(devices.key.text(), devices.certificate).value();
}

/// With the devices dock-7 and dock-8.
class EnrolmentBook {
 public:
  static constexpr std::int64_t kNow = 1'796'000'000;
  using Kind = credit::EnrolmentAnswer::Kind;

  EnrolmentBook() : store(credit::open_sqlite_store(folder / "ledger.db").value()), issuer(new_issuer(kNow)) {
    const credit::Merchant cafe{"cafe", "The cafe", "Europe/Helsinki", credit::Merchant::State::active, "", 0};
    CHECK(said([&](credit::Registry& r) { return r.add_merchant(cafe); }) == "");
    CHECK(said([&](credit::Registry& r) { return r.add_root("cafe", "cafe"); }) == "");
    for (const char* id : {"dock-7", "dock-8"}) {
      CHECK(said([&](credit::Registry& r) {
              return r.add_device(id, credit::Device::Class::dock, {"cafe", "x", {"cafe"}});
            }) == "");
    }
  }

  /// Changes something in a transaction of its own; the error's words, "" where there is none.
  template <typename Work>
  std::string said(const Work& work) {
    const Status done = store->transact([&]() -> Status {
      credit::Registry registry(store->registry(), {now, "somebody", "test", "because"});
      const auto made = work(registry);
      return made ? Status(Done{}) : Status(Failure{made.error()});
    });
    return done ? "" : done.error().message;
  }
  /// The digits of a new code of the device's.
  std::string code(const std::string& device, bool confirm = false, bool replaces = false) {
    SystemRandom random;
    const std::string digits = crypto::read_code(credit::make_code(random)).value();
    const credit::CodeTerms wanted{device, now + 14 * kSecondsADay, confirm, replaces};
    CHECK(said([&](credit::Registry& r) { return r.add_code(crypto::code_hash(device, digits, crypto::hasher()), wanted); }) ==
          "");
    return digits;
  }
  credit::EnrolmentAnswer enrol(const std::string& device, const std::string& digits, const crypto::CertificateRequest& request) {
    return ask([&](credit::Enrolling& enrolling) {
      return enrolling.enrol(device, crypto::code_hash(device, digits, crypto::hasher()), request);
    });
  }
  credit::EnrolmentAnswer renew(const crypto::Certificate& shown, const crypto::CertificateRequest& request) {
    return ask([&](credit::Enrolling& enrolling) { return enrolling.renew(shown, request); });
  }
  /// A first certificate.
  crypto::Certificate enrolled(const std::string& device, const crypto::CertificateRequest& request) {
    auto answer = enrol(device, code(device), request);
    REQUIRE_MESSAGE(answer.certificate, answer.words);
    return *answer.certificate;
  }
  [[nodiscard]] std::vector<credit::DeviceKey> keys(const std::string& device) const {
    return store->registry().keys(device).value();
  }
  [[nodiscard]] credit::EnrolmentCode latest_code(const std::string& device) const {
    return store->registry().codes(device).value().front();
  }

  TempDir folder;
  std::unique_ptr<credit::Store> store;
  crypto::Issuer issuer;
  credit::EnrolmentTerms terms;
  std::int64_t now = kNow;

 private:
  template <typename Work>
  credit::EnrolmentAnswer ask(const Work& work) {
    credit::EnrolmentAnswer answer;
    const Status done = store->transact([&]() -> Status {
      credit::Registry registry(store->registry(), {now, "est", "est", ""});
      credit::Enrolling enrolling(*store, registry, issuer, terms, now);
      auto made = work(enrolling);
      if (!made) return Failure{made.error()};
      answer = std::move(*made);
      return Done{};
    });
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
    return answer;
  }
};

}  // namespace greentill::test
