// SPDX-License-Identifier: Apache-2.0
// The events of a schedule (model/claims.py has their fields) as signed messages. Names stand for bytes there: of chains, claims
// and nullifiers they are the bytes, padded with zeros, so that they sort as the names do; hashes are those of what was encoded.
// What cannot be played throws std::runtime_error, which ends the program. Threads: one.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/claim/claim.hpp"
#include "daemon/claim/consent.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/measure/library.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/test_signer.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::played {

using Json = nlohmann::json;
using Bytestring = std::vector<std::uint8_t>;

/// The name's bytes, padded with zeros.
template <typename Fixed>
Fixed bytes_of(const std::string& name) {
  Fixed bytes{};
  if (name.size() > bytes.size()) throw std::runtime_error("the name " + name + " is too long");
  std::copy(name.begin(), name.end(), bytes.begin());
  return bytes;
}
/// Ends the program, with what cannot be played.
[[noreturn]] void give_up(const std::string& what);
/// A text that stands in the schedule. Lifetime: the schedule's.
const std::string& text(const Json& json);
/// What stands before the padding.
std::string name_of(ByteView bytes);

/// The methodologies of a schedule's programme: so many mg for a unit of one quantity, without uncertainty.
measure::Library library_of(const Json& programme);
/// The programme as a file.
std::string programme_text(const Json& programme);

/// Keys by the names that schedules have for them, once for all schedules, and the operator's, who signs consents.
class Keys {
 public:
  test::TestSigner& of(const std::string& device, const std::string& key);
  /// Whose key that was.
  [[nodiscard]] const std::string& device_of(const std::string& key) const;
  /// Who vouches for all of them.
  [[nodiscard]] const std::string& authorities() const { return devices_.certificate_pem(); }
  [[nodiscard]] const std::string& consent_authorities() const { return authority_.pem(); }
  [[nodiscard]] const std::string& consent_certificates() const { return signer_.certificate; }
  /// [chain, seq, hash] up to which the key before is good, as a signed message.
  Bytestring consent(const claim::Consent& consent);

 private:
  std::map<std::pair<std::string, std::string>, test::TestSigner> keys_;
  test::TestSigner devices_{"Devices", test::TestSigner::Is::authority};
  test::TestAuthority authority_{"Signers"};
  test::TestAuthority::Issued signer_ = authority_.issue("signer-1", kSigner);
  static constexpr const char* kSigner =
      "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
      "extendedKeyUsage=2.25.207861434512389410537416087632598513417.2";
};

/// The messages of one schedule.
class Messages {
 public:
  /// Both must outlive it.
  Messages(const Json& schedule, Keys& keys);

  /// The message of an event of the schedule.
  [[nodiscard]] const Bytestring& of(const Json& event) { return made(event).message; }
  /// The same, of the event by the name of its hash.
  [[nodiscard]] const Bytestring& of(const std::string& hash) { return made(*events_.at(hash)).message; }
  /// Customers of that name have that token in what is made from now on.
  void call(const std::string& name, const std::string& token) { tokens_[name] = token; }
  /// As the registry has one of them: never published, and without a file.
  [[nodiscard]] static credit::PublishedMethodology methodology(const std::string& id);
  /// The hash that a name stands for: one of its own where nothing of that name was ever sent.
  [[nodiscard]] Digest hash(const std::string& name);
  /// The consent's place as [chain, seq, hash] names it.
  [[nodiscard]] claim::Consent consent(const std::string& device, const std::string& key, const Json& place);
  /// The names of all hashes whose accounts go by them.
  [[nodiscard]] const std::map<std::string, std::string>& names() const { return names_; }

 private:
  struct Made {
    Bytestring message;
    Digest hash{};
  };
  const Made& made(const Json& event);
  claim::Entry entry_of(const Json& event, Bytestring& consent);
  claim::Entry reduction_of(const Json& event);
  claim::Entry start_of(const Json& event, Bytestring& consent);
  claim::Attribution attribution_of(const Json& customer);

  const Json& methodologies_;
  Keys& keys_;
  crypto::Hasher hasher_;
  std::map<std::string, const Json*> events_;  // by the names of their hashes
  std::map<std::string, Made> made_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> tokens_;
  std::optional<claim::AccountHint> hint_;  // of the claim that is being made
};

}  // namespace greentill::played
