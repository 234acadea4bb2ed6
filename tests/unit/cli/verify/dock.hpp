// SPDX-License-Identifier: Apache-2.0
// A device's chain, changed as a test likes, and what `verify` finds in it.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/cli/chain_builder.hpp"
#include "tools/cli/verify/verify_sequence.hpp"

namespace greentill::test {

inline crypto::Certificate certificate_of(const TestSigner& signer) {
  auto certificates = crypto::Certificate::all_from_pem(signer.certificate_pem());
  REQUIRE(certificates);
  return certificates->front();
}

/// A dock, its chain of a start and nine rides, and what a verifier says of it.
struct Dock {
  TestSigner signer{"dock-7"};
  ChainBuilder chain{signer};
  measure::Library library = ride_library();
  cli::Trust trust;
  std::vector<std::string> findings;  // "code seq", "code first-last" or "code @offset"
  cli::VerifySummary summary;

  Dock() {
    trust.certificates = {certificate_of(signer)};
    trust.methodologies = &library;
    chain.add_start();
    for (int i = 0; i < 9; ++i) chain.add_ride();
  }

  std::vector<Bytestring>& messages() { return chain.messages(); }

  /// Signs that claim again with another key, as it stands.
  void sign_again(std::size_t index, TestSigner& by) {
    const Bytestring original = messages()[index];
    const auto message = claim::parse_message(original, claim::MessageType::claim);
    REQUIRE(message);
    messages()[index] = chain.sign_payload(by, message->payload);
  }

  const std::vector<std::string>& verify(cli::VerifyOptions options = {}) {
    std::string bytes;
    for (const auto& message : messages()) bytes += as_text(message);
    return verify_bytes(bytes, options);
  }

  const std::vector<std::string>& verify_bytes(const std::string& bytes, cli::VerifyOptions options = {}) {
    findings.clear();
    std::istringstream in(bytes);
    cli::VerifyEvents events;
    events.finding = [this](const cli::Finding& finding) {
      CHECK_FALSE(finding.detail.empty());
      std::string text(to_string(finding.reason));
      text += finding.seq ? " " + std::to_string(*finding.seq) : " @" + std::to_string(finding.offset);
      if (finding.last_seq) text += "-" + std::to_string(*finding.last_seq);
      findings.push_back(std::move(text));
    };
    auto result = cli::verify_sequence(in, trust, options, events);
    REQUIRE(result);
    summary = std::move(*result);
    CHECK(summary.findings == findings.size());
    return findings;
  }
};

using Findings = std::vector<std::string>;

/// A dock, and claims of another device's chain to stand between its own.
struct TwoDocks : Dock {
  test::TestSigner other_signer{"dock-8"};
  ChainBuilder other{other_signer, "dock-8", 8};

  TwoDocks() {
    trust.certificates.push_back(certificate_of(other_signer));
    other.add_start();
    other.add_ride();
  }
  void put_between(std::size_t index) {
    messages().insert(messages().begin() + static_cast<std::ptrdiff_t>(index), other.messages().begin(), other.messages().end());
  }
};

/// All of an act taken back.
inline claim::Reversal whole_reversal() {
  claim::Reversal reversal;
  reversal.nullifiers = one_nullifier({});
  return reversal;
}

inline claim::Predecessor predecessor(const claim::ChainHead& head, std::string_view device = "dock-7") {
  return {device, head.chain, head.seq, head.payload_hash};
}

}  // namespace greentill::test
