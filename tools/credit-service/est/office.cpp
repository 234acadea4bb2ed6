// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/est/office.hpp"

#include <algorithm>
#include <mutex>

#include "daemon/crypto/hasher.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/enrolment/shown_device.hpp"
#include "tools/credit-service/registry/changing.hpp"
#include "tools/credit-service/registry/codes.hpp"
#include "tools/credit-service/service/replaying.hpp"

namespace greentill::credit {
namespace {

using Work = std::function<Result<EnrolmentAnswer>(Enrolling&)>;

class LedgerOffice final : public EnrolmentOffice {
 public:
  LedgerOffice(std::unique_ptr<Ledger> ledger, Store& store, crypto::Issuer issuer, OfficeOptions options, Clock& clock, Log& log)
      : options_(std::move(options)),
        journal_(options_.database),
        issuer_(std::move(issuer)),
        clock_(clock),
        log_(log),
        store_(store),
        ledger_(std::move(ledger)) {}

  Result<EnrolmentAnswer> enrol(const std::string& device, const Digest& code,
                                const crypto::CertificateRequest& request) override {
    const std::scoped_lock lock(mutex_);
    // Whoever guesses takes no lock of the database.
    const auto codes = store_.registry().codes(device);
    if (!codes) return Failure{codes.error()};
    if (std::ranges::find(*codes, code, &EnrolmentCode::hash) == codes->end()) return no_such_code();
    return decide(options_.command, device, [&](Enrolling& enrolling) { return enrolling.enrol(device, code, request); });
  }
  Result<EnrolmentAnswer> renew(const crypto::Certificate& shown, const crypto::CertificateRequest& request) override {
    const std::scoped_lock lock(mutex_);
    const auto key = store_.registry().key_of(shown.thumbprint());
    if (!key) return Failure{key.error()};
    if (!*key) return not_registered(shown);
    return decide("est renew", shown.common_name(), [&](Enrolling& enrolling) { return enrolling.renew(shown, request); });
  }

  Result<SettingsAnswer> settings(const crypto::Certificate& shown, std::uint64_t had) override {
    if (!options_.programme_key) {
      return SettingsAnswer{SettingsAnswer::Kind::absent, "this service has no programme key, and gives no settings", {}};
    }
    const std::scoped_lock lock(mutex_);
    Result<SettingsAnswer> answer = SettingsAnswer{};
    const std::int64_t now = clock_.unix_seconds();
    Status done = store_.transact([&] {
      return change_registry_within(
          store_.registry(), journal_, {now, "est", "est settings", ""}, [&](Registry& registry) -> Status {
            answer =
                answer_settings(store_.registry(), registry, shown, had, now, options_.programme_key->view(), crypto::hasher());
            return answer ? Status(Done{}) : Status(Failure{answer.error()});
          });
    });
    return done ? std::move(answer) : Result<SettingsAnswer>(Failure{done.error()});
  }

  Result<LicenceAnswer> licence(const crypto::Certificate& shown) override {
    const std::scoped_lock lock(mutex_);
    const auto who = device_that_shows(store_.registry(), shown, clock_.unix_seconds());
    if (!who) return Failure{who.error()};
    if (!who->against.empty()) return LicenceAnswer{{}, who->against};
    const auto serves = serves_locks(store_.registry(), who->device);
    if (!serves) return Failure{serves.error()};
    if (!*serves) return LicenceAnswer{{}, "the device is assigned no root of locks: it serves none"};
    return LicenceAnswer{who->device.id, {}, options_.terms.licence};
  }

  Result<Publication> methodologies() override {
    const std::scoped_lock lock(mutex_);
    const auto all = store_.registry().methodologies();
    if (!all) return Failure{all.error()};
    return publication_of(*all, clock_.unix_seconds());
  }

  Result<std::optional<std::uint64_t>> settled_rides(const std::string& lock) override {
    const std::scoped_lock guard(mutex_);
    const auto found = store_.registry().lock(lock);
    if (!found) return Failure{found.error()};
    return *found ? std::optional((*found)->counter) : std::nullopt;
  }

 private:
  Result<EnrolmentAnswer> decide(const std::string& command, const std::string& device, const Work& work) {
    auto answer = decide_once(command, device, work);
    if (answer || answer.error().code != ErrorCode::conflict) return answer;
    // A program died between the registry's file and its database: what that one wrote is made again, as a person would.
    const auto missing = lines_missing(journal_, store_.registry());
    if (!missing) return Failure{missing.error()};
    if (missing->empty()) return answer;
    const auto made = replay_missing(store_, ledger_->desk(), options_.database);
    if (!made) return Failure{made.error()};
    log_.write(LogLevel::warning, "est",
               tools::counted(made->changes, "change") + " of the registry made again, over which a program had died");
    return decide_once(command, device, work);
  }

  /// In one transaction; with what a replaced key means for its device's claims.
  Result<EnrolmentAnswer> decide_once(const std::string& command, const std::string& device, const Work& work) {
    Result<EnrolmentAnswer> answer = EnrolmentAnswer{};
    const auto change = [&]() -> Status {
      const std::int64_t now = clock_.unix_seconds();
      const Author author{now, options_.who, command, ""};
      return change_registry_within(store_.registry(), journal_, author, [&](Registry& registry) -> Status {
        Enrolling enrolling(store_, registry, issuer_, options_.terms, now);
        answer = work(enrolling);
        return answer ? Status(Done{}) : Status(Failure{answer.error()});
      });
    };
    const auto replaces = may_replace(device);
    if (!replaces) return Failure{replaces.error()};
    Status done = Done{};
    if (*replaces) {
      ledger_->desk().begin_with(change);
      done = ledger_->desk().consented(device);
    } else {
      done = store_.transact(change);
    }
    return done ? std::move(answer) : Result<EnrolmentAnswer>(Failure{done.error()});
  }

  Result<bool> may_replace(const std::string& device) {
    const auto codes = store_.registry().codes(device);
    if (!codes) return Failure{codes.error()};
    return std::ranges::any_of(
        *codes, [](const EnrolmentCode& code) { return code.replaces && !code.withdrawn_at && !code.certificate; });
  }

  const OfficeOptions options_;
  const RegistryJournal journal_;
  const crypto::Issuer issuer_;
  Clock& clock_;
  Log& log_;
  std::mutex mutex_;  // of the store and the ledger
  Store& store_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace

std::unique_ptr<EnrolmentOffice> make_office(std::unique_ptr<Ledger> ledger, Store& store, crypto::Issuer issuer,
                                             OfficeOptions options, Clock& clock, Log& log) {
  return std::make_unique<LedgerOffice>(std::move(ledger), store, std::move(issuer), std::move(options), clock, log);
}

}  // namespace greentill::credit
