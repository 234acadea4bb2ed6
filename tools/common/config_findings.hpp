// SPDX-License-Identifier: Apache-2.0
// What `config check` of both programs finds, tells, and looks at alike: files, authorities, a program's own certificate and its
// key. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::tools {

struct Findings {
  std::vector<std::string> problems;       ///< what keeps the program from its work, each beginning with the key that it is about
  std::vector<std::string> warnings;       ///< what will, or may
  std::vector<std::string> not_looked_at;  ///< what this user could not look at, and so is not known

  std::vector<std::string> notes;  ///< what is right, and people want to see

  /// Of `problems`, those that another clock would not find: dates of certificates.
  std::vector<std::string> by_clock;

  void problem(const std::string& key, const std::string& what, bool depends_on_clock = false) {
    problems.push_back(key + ": " + what);
    if (depends_on_clock) by_clock.push_back(problems.back());
  }
  void warning(const std::string& key, const std::string& what) { warnings.push_back(key + ": " + what); }
  void unknown(const std::string& key, const std::string& what) { not_looked_at.push_back(key + ": " + what); }
  [[nodiscard]] bool holds() const { return problems.empty(); }

  /// The answer for people, a line each; `file` is the configuration.
  [[nodiscard]] std::string text(const std::filesystem::path& file) const;
  /// The answer as one document.
  template <typename Json>
  [[nodiscard]] Json json(const std::filesystem::path& file) const {
    return {{"file", file.string()},          {"holds", holds()}, {"problems", problems}, {"warnings", warnings},
            {"not_looked_at", not_looked_at}, {"notes", notes}};
  }
};

/// The clock that judges certificates, and what it shows, as whoever reads of a date needs to know.
struct Judge {
  /// `whose`: "our clock".
  Judge(const Clock& clock, const std::string& whose);

  std::int64_t now;
  std::string words;  ///< "our clock shows 2026-11-29 11:50:01 UTC, and no time server keeps it"
};

// Each of these adds what is wrong to `into`, under the configuration's `key`.

/// The clock must be wrong: by this version, or by when `database`, which is called `what`, was last written.
void check_clock(const Clock& clock, const std::filesystem::path& database, const std::string& what, Findings& into);

/// Whether this user may read the file; where not, that it was not looked at. One that is not there may be read.
[[nodiscard]] bool may_read(const std::filesystem::path& file, const std::string& key, Findings& into);
/// The file's text; nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& file, const std::string& key, Findings& into);
/// A file that holds a secret, which must be its owner's alone. What it holds is given whatever its mode is.
[[nodiscard]] std::optional<crypto::Secret> read_own(const std::filesystem::path& file, const std::string& key, Findings& into);

/// The authorities, and which of them are out of date.
[[nodiscard]] std::optional<crypto::Authority> read_authorities(const std::filesystem::path& file, const std::string& key,
                                                                const Judge& judge, Findings& into);
/// A certificate that the program shows to others: what is wrong with it whoever reads it, its path to the broker's authorities,
/// and that it ends soon. Whom it is for, and what it needs for that, is the caller's.
[[nodiscard]] std::optional<crypto::Certificate> read_own_certificate(const std::filesystem::path& file, const std::string& key,
                                                                      const std::optional<crypto::Authority>& authority,
                                                                      const Judge& judge, Findings& into);
/// Warns where it ends within 30 days. `where`: the file, and which of its certificates.
void check_end(const crypto::Certificate& certificate, const std::string& key, const std::string& where, const Judge& judge,
               Findings& into);
/// The certificate's key.
void check_key(const std::filesystem::path& file, const std::string& key, const std::optional<crypto::Certificate>& certificate,
               Findings& into);

}  // namespace greentill::tools
