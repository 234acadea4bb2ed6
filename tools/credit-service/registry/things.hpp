// SPDX-License-Identifier: Apache-2.0
// What the registry holds: merchants, roots, devices, keys with their certificates, locks, and who changed what.
// docs/registry.md says what each means. Times are Unix seconds. Nothing is ever deleted: what is over has a state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/claim/claim.hpp"

namespace greentill::credit {

struct Merchant {
  enum class State : std::uint8_t { active = 0, closed = 1 };
  std::string id;  ///< as claims name it
  std::string name;
  std::string zone;
  State state = State::active;
  std::string successor;  ///< empty: none
  std::int64_t successor_from = 0;
};

/// A key version is in force from its begin until the next one's.
struct RootVersion {
  std::uint32_t version = 0;
  std::int64_t begins = 0;
  std::int64_t published_at = 0;
  std::optional<std::int64_t> withdrawn_at;
};

/// A name space of issuers. Number, name and owner never change.
struct Root {
  std::uint32_t number = 0;
  std::string name;
  std::string owner;                   ///< a merchant
  std::vector<std::string> reporters;  ///< other merchants that may report under it
  std::vector<RootVersion> versions;
};

struct AssignedRoot {
  std::uint32_t number = 0;
  bool reversals_only = false;
};

/// For whom a device works. Numbered from 1 for each device; never changes.
struct Assignment {
  std::uint32_t number = 0;
  std::string merchant;
  std::string site;
  std::int64_t made_at = 0;
  std::vector<AssignedRoot> roots;
};

/// What a device may be granted of an activity a day, in place of what its class may.
struct DeviceCeiling {
  std::string activity;
  std::int64_t per_day_mg = 0;
};

struct Device {
  enum class Class : std::uint8_t { till = 0, kiosk = 1, gateway = 2, dock = 3 };
  enum class State : std::uint8_t { expected = 0, active = 1, retired = 2, revoked = 3 };
  std::string id;
  Class is = Class::till;
  State state = State::expected;
  std::optional<std::int64_t> revoked_since;  ///< what arrived from then on; none: nothing that it booked changes
  std::vector<Assignment> assignments;        ///< by number
  std::optional<std::int64_t> retired_at = {};
  std::vector<DeviceCeiling> ceilings = {};  ///< by activity
  std::uint32_t settings = 0;                ///< number of those that were written last; 0: none
  std::optional<Digest> settings_hash = {};  ///< SHA-256 of what they said, but for their number
};

/// A certificate of a key, with the intermediate authorities' behind it.
struct IssuedCertificate {
  Digest thumbprint{};
  std::int64_t not_before = 0;
  std::int64_t not_after = 0;
  std::string pem;
};

/// The place at which the last chain under a key ends, as a consent says: zeros and 0 where the ledger has none.
struct KeyEnd {
  claim::ChainId chain{};
  std::uint64_t seq = 0;
  Digest payload_hash{};
  friend bool operator==(const KeyEnd&, const KeyEnd&) = default;
};

/// A device's public key, named by the SHA-256 of its SubjectPublicKeyInfo.
struct DeviceKey {
  Digest hash{};
  std::string device;
  std::optional<Digest> successor;
  std::optional<std::int64_t> revoked_at;
  std::vector<IssuedCertificate> certificates;
  std::optional<KeyEnd> end = {};  ///< how far it is good; only with a successor
};

struct Lock {
  std::string id;
  Bytes<65> key{};  ///< the point, uncompressed
  std::string owner;
  std::uint32_t root = 0;  ///< under which its rides are claimed; its owner's
  Device::State state = Device::State::active;
  std::uint64_t counter = 0;  ///< every ride up to it is settled; moved by the ledger, never by the registry
};

/// Lets whoever knows a code enrol one device with one key. The code itself is nowhere; docs/enrolment.md says what holds.
struct EnrolmentCode {
  Digest hash{};  ///< crypto::code_hash()
  std::string device;
  std::int64_t made_at = 0;
  std::int64_t expires_at = 0;  ///< from then on it does nothing
  bool confirm = false;         ///< a person compares the key's fingerprint first
  bool replaces = false;        ///< its key may take the place of the one that the device has
  std::optional<Digest> key;    ///< the first that was presented with it, and the only one
  std::optional<std::int64_t> presented_at;
  std::optional<std::int64_t> confirmed_at;
  std::optional<std::int64_t> withdrawn_at;
  std::optional<Digest> certificate;  ///< thumbprint of what was answered
};

/// A version of a methodology that the programme has published, or withdrawn. Which acts it may measure is judged by their ends,
/// besides what its file says.
struct PublishedMethodology {
  std::string id;
  std::uint64_t version = 0;
  Digest sha256{};                    ///< of the file
  std::string file;                   ///< its bytes, which never change
  std::optional<std::int64_t> from;   ///< none: from its file's valid_from on
  std::optional<std::int64_t> until;  ///< since then it is withdrawn, exclusive; none: it holds on
  std::uint64_t number = 0;           ///< of the publication that changed it last; the highest is the common bundle's
  std::int64_t changed_at = 0;
  friend bool operator==(const PublishedMethodology&, const PublishedMethodology&) = default;
};

/// Where devices find broker and service, as they are told in their settings: one device, or all that have none of their own.
struct ServiceAddress {
  std::string device;  ///< empty: all
  std::string broker;  ///< "mqtts://host:port"; empty: as the device's configuration says
  std::string est;     ///< "https://host:port"; empty: as the device's configuration says
  friend bool operator==(const ServiceAddress&, const ServiceAddress&) = default;
};

/// Who changed what, when and why.
struct AuditEntry {
  std::int64_t at = 0;
  std::string who;
  std::string command;  ///< "device revoke"
  std::string subject;  ///< its first name
  std::string what;     ///< JSON: what it was, what it is
  std::string why;
};

}  // namespace greentill::credit
