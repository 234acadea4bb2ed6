// SPDX-License-Identifier: Apache-2.0
// Verifies a certificate of trees without network: against the anchors, with whatever lists of states and paper are at hand.
// Every check is told, also those that hold and those for which something is missing. docs/tree-certificate.md, "What verify
// sees". Threads: const calls run concurrently.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/credential/secured.hpp"
#include "daemon/credential/status_list.hpp"
#include "daemon/credential/tree_certificate.hpp"
#include "daemon/crypto/certificate.hpp"

namespace greentill::credential {

enum class Outcome : std::uint8_t {
  holds,
  fails,
  not_looked_at  ///< for want of something; `why` says of what
};
[[nodiscard]] std::string_view to_string(Outcome outcome);

struct Check {
  std::string_view name;  ///< of docs/tree-certificate.md; static
  Outcome outcome = Outcome::not_looked_at;
  std::string why;  ///< for people, one sentence without its end
};

/// A list of states that was given. Of one that does not hold only `why` is set.
struct ListSeen {
  std::optional<StatusList> list;
  std::string why;  ///< why it does not count
};

/// Reads and verifies one list: its signer stands under the anchors, and it is of now. `message` may hold several behind one
/// another; what cannot be read ends the sequence.
[[nodiscard]] std::vector<ListSeen> check_lists(std::string_view messages, const crypto::Authority& anchors, std::int64_t now);

struct Given {
  std::string_view message;                      ///< a secured credential
  const std::vector<ListSeen>* lists = nullptr;  ///< null: none was given
  std::string_view paper;                        ///< what its QR code says; empty: none was given
};

struct Verdict {
  std::vector<Check> checks;
  std::optional<TreeCertificate> certificate;  ///< where it could be read, whether or not it holds
  std::string signer;                          ///< the common name of who signed; empty where none was found
  Digest payload_sha256{};

  [[nodiscard]] bool holds() const;
};

/// `now`: Unix seconds.
[[nodiscard]] Verdict check_certificate(const Given& given, const crypto::Authority& anchors, std::int64_t now);

/// Whose signature it is: a certificate of the message's own chain that it names, which has the usage for certificates of trees
/// and leads to the anchors, valid at that time. denied or invalid, with the reason, where there is none.
Result<crypto::Certificate> find_signer(const Secured& secured, const crypto::Authority& anchors, std::int64_t at);
/// Whether that certificate's key signed the message; denied where not.
Status check_signature(const Secured& secured, const crypto::Certificate& signer);

}  // namespace greentill::credential
