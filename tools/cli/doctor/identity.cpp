// SPDX-License-Identifier: Apache-2.0
// Key, certificate, settings, and who may vouch for the other side: what greentill config check judges, sorted by what it is
// about.
#include <array>

#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/certificate.hpp"
#include "tools/cli/config/identity_check.hpp"
#include "tools/cli/doctor/scene.hpp"

namespace greentill::doctor {
namespace {

struct Part {
  const char* name;
  const char* key;  // of the configuration
  Cause cause;
  const char* next;
};
constexpr std::array kParts{
    Part{"key", "identity.key", Cause::key,
         "put the device's own key there, its daemon's alone (chmod 600), or enrol: greentill enrol"},
    Part{"certificate", "identity.certificate", Cause::certificate,
         "put the certificate there that the operator's authority issued for this key, or enrol: greentill enrol"},
    Part{"settings", "identity.settings", Cause::settings,
         "ask the operator for this device's settings (greentill-credit device settings), and put them there"},
    Part{"authorities", "uplink.authorities", Cause::authorities,
         "ask the operator for the authorities' certificates, and put them there"},
    Part{"receipt signers", "uplink.receipt_certificates", Cause::authorities,
         "ask the operator for the certificate that signs receipts, and put it there"},
};

/// Those that begin with the key, without it.
std::vector<std::string> of_key(const std::vector<std::string>& all, const std::string& key) {
  std::vector<std::string> some;
  for (const std::string& one : all) {
    if (one.starts_with(key + ": ")) some.push_back(one.substr(key.size() + 2));
  }
  return some;
}

std::string more(const std::vector<std::string>& some) {
  return some.front() + (some.size() > 1 ? "; and " + std::to_string(some.size() - 1) + " more" : "");
}

Check check_part(const Part& part, const tools::Findings& found, const std::filesystem::path& file, const Scene& scene) {
  const auto problems = of_key(found.problems, part.key);
  const auto dated = of_key(found.by_clock, part.key);
  if (!problems.empty() && problems.size() == dated.size()) {
    return fails(part.name, Cause::certificate_dates, more(problems),
                 "where the clock is right, ask the operator for another one; a device that was enrolled renews its own");
  }
  if (!problems.empty()) return fails(part.name, part.cause, more(problems), part.next);
  if (const auto hidden = of_key(found.not_looked_at, part.key); !hidden.empty()) {
    return unknown(part.name, more(hidden), scene.as_daemon());
  }
  // What greentilld renews by itself is the check of the renewal's to tell.
  const bool renews = part.cause == Cause::certificate && scene.config->enrolment;
  if (const auto warnings = of_key(found.warnings, part.key); !warnings.empty() && !renews) {
    return warns(part.name, Cause::renewal, more(warnings), "renew it in time");
  }
  return pass(part.name, file.string() + ": nothing is wrong with it");
}

void remember_dates(const app::Config& config, Scene& scene, Check& check) {
  const auto pem = read_file(config.certificate, 1u << 20);
  const auto leaf = pem ? crypto::Certificate::leaf_from(*pem) : Result<crypto::Certificate>(Failure{pem.error()});
  if (!leaf) return;
  scene.certificates.push_back({"this device's certificate", leaf->not_before(), leaf->not_after()});
  check.facts["not_before"] = leaf->not_before();
  check.facts["not_after"] = leaf->not_after();
  if (check.state == State::pass) check.found = config.certificate.string() + ": valid until " + utc_text(leaf->not_after());
}

}  // namespace

void check_identity_files(Scene& scene, Checks& into) {
  if (!scene.config) return;
  const app::Config& config = *scene.config;
  const auto user = cli::DaemonUser::of_key(config.key);
  tools::Findings found;
  cli::check_identity(config, user, scene.clock, found);
  const std::array files{config.key, config.certificate, config.settings,
                         config.uplink ? config.uplink->authorities : std::filesystem::path(), config.receipt_certificates};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    if (i > 2 && !config.uplink) break;
    into.push_back(check_part(kParts[i], found, files[i], scene));
    if (i == 1) remember_dates(config, scene, into.back());
  }
}

}  // namespace greentill::doctor
