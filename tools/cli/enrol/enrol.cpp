// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/enrol.hpp"

#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "daemon/app/config.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/enrol/enrolment.hpp"
#include "daemon/enrol/renewal.hpp"
#include "tools/cli/enrol/prompt.hpp"

namespace greentill::cli {
namespace {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable: return ExitCode::no_daemon;
    case ErrorCode::denied: return ExitCode::denied;
    case ErrorCode::invalid:
    case ErrorCode::conflict: return ExitCode::does_not_hold;
    default: return ExitCode::bad_file;
  }
}

/// What a technician does next about an error, where its own sentence does not say so.
const char* next_step(ErrorCode code) {
  return code == ErrorCode::unavailable
             ? ". Nothing is lost: run greentill enrol again, and it goes on with the same key and code"
             : "";
}

class Technician final : public enrol::Person {
 public:
  Technician(const EnrolOptions& options, const Output& output) : options_(options), output_(output) {}

  void tell(const std::string& sentence) override {
    steps_.push_back(sentence);
    if (!output_.json) output_.out << printable(sentence) << std::endl;  // it may wait for long behind this
  }

  Result<std::string> fingerprint() override {
    if (!options_.fingerprint.empty()) return options_.fingerprint;
    if (!options_.terminal)
      return fail(ErrorCode::invalid, "no fingerprint was given: without a terminal name it with --fingerprint");
    return ask_line("fingerprint of the operator's authorities, from the label or the order");
  }

  Result<crypto::Secret> code() override {
    if (options_.code_file == "-") return read_secret_line();
    if (!options_.code_file.empty()) return crypto::read_secret(options_.code_file, crypto::Shared::with_programs);
    if (!options_.terminal) {
      return fail(ErrorCode::invalid,
                  "no code was given: without a terminal name its file with --code-file, - for standard input");
    }
    return ask_secret("one-time code (it is not shown)");
  }

  [[nodiscard]] const std::vector<std::string>& steps() const { return steps_; }

 private:
  const EnrolOptions& options_;
  const Output& output_;
  std::vector<std::string> steps_;
};

/// What the configuration says where the options do not.
struct Place {
  std::string server;
  std::filesystem::path folder;
  std::string wrapping_key;
};

Result<Place> find_place(const std::filesystem::path& config_file, const EnrolOptions& options) {
  if (!options.folder.empty()) return Place{options.server, options.folder, options.wrapping_key};
  const auto config = app::load_config(config_file, app::find_installation());
  if (!config) return Failure{config.error()};
  if (!config->enrolment) {
    return fail(ErrorCode::not_found, config_file.string() +
                                          ": has no table [enrolment], which names the server; add it, or name "
                                          "--folder and --server");
  }
  return Place{options.server.empty() ? config->enrolment->server : options.server, config->enrolment->folder,
               config->wrapping_key};
}

/// Whoever root makes files for could not read them.
Status check_user(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return Done{};
  struct stat state {};
  std::filesystem::path there = folder;
  while (::stat(there.c_str(), &state) != 0 && there.has_relative_path()) there = there.parent_path();
  const passwd* owner = state.st_uid == 0 ? nullptr : ::getpwuid(state.st_uid);
  if (owner == nullptr) return Done{};
  const std::string name = owner->pw_name;
  return fail(ErrorCode::conflict, there.string() + ": is the user " + name +
                                       "'s, who could not read what root writes there; run this as " + name + ": runuser -u " +
                                       name + " -- greentill enrol");
}

Result<std::string> asked(const std::string& given, const EnrolOptions& options, const char* question, const char* option) {
  if (!given.empty()) return given;
  if (options.terminal) return ask_line(question);
  return fail(ErrorCode::invalid, std::string("without a terminal name ") + option);
}

void answer(const enrol::Enrolled& enrolled, const identity::Slots& slots, const std::vector<std::string>& steps,
            const Output& output) {
  const crypto::Certificate& certificate = enrolled.certificate;
  const std::string until = utc_text(certificate.not_after());
  const std::int64_t due = enrol::renewal_due(certificate);
  std::string words =
      "'" + certificate.common_name() + "' is " + (enrolled.was_already ? "already " : "") + "in service until " + until + "\n";
  if (enrolled.clock) words += "warning: " + *enrolled.clock + "\n";
  words += "greentilld renews the certificate by itself, from " + utc_text(due) + " on\n";
  if (!enrolled.was_already)
    words += "next: start greentilld anew (systemctl restart greentilld), then look at greentill status\n";
  output.answer({{"device", certificate.common_name()},
                 {"already", enrolled.was_already},
                 {"valid_until", certificate.not_after()},
                 {"renewal_from", due},
                 {"certificate", slots.current_certificate().string()},
                 {"authorities", slots.anchors().string()},
                 {"clock", enrolled.clock ? Json(*enrolled.clock) : Json()},
                 {"steps", steps}},
                words);
}

Result<enrol::EnrolmentOptions> read_options(const Place& place, const EnrolOptions& options) {
  enrol::EnrolmentOptions read;
  const auto url = asked(place.server, options, "address of the operator's server (https://…)", "--server");
  if (!url) return Failure{url.error()};
  auto server = enrol::EstServer::parse(*url);
  if (!server) return Failure{server.error()};
  read.server = std::move(*server);
  auto device = asked(options.device, options, "device id", "--device");
  if (!device) return Failure{device.error()};
  if (!claim::is_device_id(*device)) {
    return fail(ErrorCode::invalid,
                "\"" + printable(*device) + "\" is no device id: that is 1 to 40 of a to z, 0 to 9 and hyphen");
  }
  read.device = std::move(*device);
  read.patience = std::chrono::seconds(options.patience_s);
  return read;
}

}  // namespace

ExitCode enrol_device(const std::filesystem::path& config, const EnrolOptions& options, const Output& output) {
  // The key and the code are in this process's memory.
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);
  const auto refuse = [&output](const Error& error) {
    return output.fail(exit_code_of(error.code), error.message + next_step(error.code));
  };
  const auto place = find_place(config, options);
  if (!place) return output.fail(ExitCode::bad_file, place.error().message);
  if (Status user = check_user(place->folder); !user) return refuse(user.error());
  const auto vault = identity::Vault::open(place->wrapping_key);
  if (!vault) return refuse(vault.error());
  const auto read = read_options(*place, options);
  if (!read) return output.fail(ExitCode::usage, read.error().message);
  const identity::Slots slots(place->folder);
  SystemClock clock;
  SystemRandom random;
  Technician technician(options, output);
  const std::atomic<bool> never{false};
  const auto enrolled = enrol::enrol(*read, {slots, *vault, clock, random, technician, never});
  if (!enrolled) return refuse(enrolled.error());
  answer(*enrolled, slots, technician.steps(), output);
  return ExitCode::ok;
}

}  // namespace greentill::cli
