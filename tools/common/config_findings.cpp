// SPDX-License-Identifier: Apache-2.0
#include "tools/common/config_findings.hpp"

#include <unistd.h>

#include <cerrno>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/crypto/sealed.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/crypto/signer.hpp"

namespace greentill::tools {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;
constexpr std::int64_t kSoonSeconds = 30 * kSecondsADay;

std::string lines(const std::vector<std::string>& all, const std::string& before) {
  std::string text;
  for (const std::string& line : all) text += before + printable(line) + '\n';
  return text;
}

}  // namespace

std::string Findings::text(const std::filesystem::path& file) const {
  const std::string what = not_looked_at.empty() ? "it" : "what was looked at";
  return lines(problems, "") + lines(warnings, "warning: ") + lines(not_looked_at, "not looked at: ") + lines(notes, "") +
         (holds() ? printable(file.string()) + ": nothing wrong with " + what + '\n' : "");
}

Judge::Judge(const Clock& clock, const std::string& whose)
    : now(clock.unix_seconds()), words(whose + " shows " + shown_by(clock)) {}

void check_clock(const Clock& clock, const std::filesystem::path& database, const std::string& what, Findings& into) {
  const auto fault = clock_fault(clock, database_written(database), what + ' ' + database.string());
  if (fault) into.problem("clock", *fault);
}

bool may_read(const std::filesystem::path& file, const std::string& key, Findings& into) {
  if (::access(file.c_str(), R_OK) == 0 || errno != EACCES) return true;
  into.unknown(key, file.string() + ": you may not read it");
  return false;
}

std::optional<std::string> read_text(const std::filesystem::path& file, const std::string& key, Findings& into) {
  if (!may_read(file, key, into)) return std::nullopt;
  auto text = read_file(file, kMostBytes);
  if (text) return std::move(*text);
  into.problem(key, text.error().message);
  return std::nullopt;
}

std::optional<crypto::Secret> read_own(const std::filesystem::path& file, const std::string& key, Findings& into) {
  if (!may_read(file, key, into)) return std::nullopt;
  if (const auto alone = crypto::read_secret(file); !alone) into.problem(key, alone.error().message);
  auto secret = crypto::read_secret(file, crypto::Shared::with_programs);
  if (secret && crypto::is_sealed(secret->view())) {
    into.notes.push_back(file.string() + " (" + key + ") is sealed: what is in it is seen at the daemon's start alone");
    return std::nullopt;
  }
  return secret ? std::optional(std::move(*secret)) : std::nullopt;
}

std::optional<crypto::Authority> read_authorities(const std::filesystem::path& file, const std::string& key, const Judge& judge,
                                                  Findings& into) {
  const auto text = read_text(file, key, into);
  if (!text) return std::nullopt;
  auto authority = crypto::Authority::from_pem(*text);
  if (!authority) {
    into.problem(key, file.string() + ": " + authority.error().message);
    return std::nullopt;
  }
  for (const auto& [name, defect] : authority->outdated(judge.now)) {
    into.problem(key, file.string() + ": '" + name + "': " + crypto::to_words({defect}, judge.words), true);
  }
  return std::move(*authority);
}

std::optional<crypto::Certificate> read_own_certificate(const std::filesystem::path& file, const std::string& key,
                                                        const std::optional<crypto::Authority>& authority, const Judge& judge,
                                                        Findings& into) {
  const auto text = read_text(file, key, into);
  if (!text) return std::nullopt;
  const std::string where = file.string() + ": ";
  auto certificate = crypto::Certificate::leaf_from(*text);
  if (!certificate) {
    into.problem(key, where + certificate.error().message);
    return std::nullopt;
  }
  for (const auto& defect : certificate->own_defects(judge.now)) {
    into.problem(key, where + crypto::to_words({defect}, judge.words), defect.depends_on_clock());
  }
  if (authority) {
    for (const auto& defect : authority->defects(*certificate, std::nullopt)) {
      // That was told among its own.
      if (defect.kind != crypto::Defect::Kind::no_digital_signature) into.problem(key, where + defect.words);
    }
  }
  check_end(*certificate, key, where, judge, into);
  return std::move(*certificate);
}

void check_end(const crypto::Certificate& certificate, const std::string& key, const std::string& where, const Judge& judge,
               Findings& into) {
  const std::int64_t left = certificate.not_after() - judge.now;
  if (left < 0 || left >= kSoonSeconds) return;
  into.warning(key, where + "it ends in " + span_text(left) + ", on " + utc_text(certificate.not_after()));
}

void check_key(const std::filesystem::path& file, const std::string& key, const std::optional<crypto::Certificate>& certificate,
               Findings& into) {
  const auto secret = read_own(file, key, into);
  if (!secret || !certificate) return;
  const auto signer = crypto::Signer::from(secret->text(), *certificate);
  if (!signer) into.problem(key, file.string() + ": " + signer.error().message);
}

}  // namespace greentill::tools
