// SPDX-License-Identifier: Apache-2.0
// What the registry has settled for this device: for whom it works, under which issuer roots, and with which keys. The file that
// `greentill-credit device settings` writes; docs/registry.md, "The settings file". Threads: const calls run concurrently.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/nullifier.hpp"
#include "daemon/crypto/secret.hpp"
#include "daemon/identity/vault.hpp"

namespace greentill::identity {

/// How near to a change of its root's version an act carries the nullifiers of both, in seconds, before it and after it.
inline constexpr std::int64_t kAroundChange = std::int64_t{26} * 3600;

/// A version of a root's key. It is in force from its second on until the next one begins.
struct KeyVersion {
  std::uint32_t number = 0;
  std::int64_t from = 0;  ///< Unix seconds
  crypto::Secret key;     ///< k: nullifiers are made with it
};

/// An issuer root. Whatever ended before its first version began is under that one too: older versions were left out since
/// nothing may be claimed under them any more, and the service says so.
struct Root {
  std::uint32_t number = 0;
  std::string name;
  bool reversals_only = false;       ///< nothing new is claimed under it
  crypto::Secret reversal_key;       ///< r: ids of partial reversals are made with it; no version changes it
  std::vector<KeyVersion> versions;  ///< at least one; number and begin rise, begins at least 2 * kAroundChange apart
};

/// For whom the device works.
struct Assignment {
  std::uint32_t number = 0;
  std::string merchant;
  std::string site;
};

struct Settings {
  std::string device;
  std::uint64_t number = 0;  ///< of the settings; a device takes no lower one than it had
  Assignment assignment;
  std::vector<Root> roots;  ///< at least one; no number and no name twice
  /// Where broker and service are from now on, as URIs; empty: where the configuration says.
  std::string broker;
  std::string est;

  /// Null where there is none. Lifetime: this object's.
  [[nodiscard]] const Root* root(std::string_view name) const;
  [[nodiscard]] const Root* root(std::uint32_t number) const;
};

/// Reads the file. denied where others than its owner may open it; not_found, io, or invalid where it is not what it must be:
/// the message names file, line and key, and never what is written there.
Result<Settings> load_settings(const std::filesystem::path& path, const Vault& vault = {});
/// As load_settings() from its text. `name` is the file's name in messages.
Result<Settings> parse_settings(std::string_view text, const std::string& name);

/// invalid where the settings are another device's than the certificate's common name says.
Status check_settings_of(const Settings& settings, std::string_view device_id);

/// The root with that name, under which the device claims; without a name, the only one under which it may. invalid where there
/// is none, or several without a name: the message names the roots there are. Lifetime: the settings'.
Result<const Root*> claiming_root(const Settings& settings, std::string_view name);

/// Under which root what is handed in is claimed. Lifetime: the settings'.
struct RootChoice {
  const Root* api = nullptr;                                ///< what comes over the API
  std::map<std::string, const Root*, std::less<>> sources;  ///< by their names

  /// Of what that source hands in; of the API's where it is not listed.
  [[nodiscard]] const Root& of_source(std::string_view source) const;
};

/// An act as its source names it: the issuer is without the root's name.
struct OwnAct {
  std::string_view group;  ///< the exclusive group or, without one, the activity
  std::string_view issuer;
  std::string_view event;
  std::uint64_t line = 0;  ///< 0 for an act of the whole event
};

/// The issuer as it is hashed: the root's name, a slash, and the source's own.
[[nodiscard]] std::string issuer_under(const Root& root, std::string_view own_issuer);

/// The nullifiers of an act whose end is known: one, or two around a change of versions that the device knows.
[[nodiscard]] claim::Nullifiers nullifiers_of(const Root& root, const OwnAct& act, std::int64_t end);
/// Those of an act whose end is not known, but that it is not after `latest_end`: under each version that it may have been
/// claimed with, the latest four at most.
[[nodiscard]] claim::Nullifiers nullifiers_unknown_end(const Root& root, const OwnAct& act, std::int64_t latest_end);
/// Whether this is the act's nullifier; false where the root does not have the version.
[[nodiscard]] bool names(const claim::Nullifier& nullifier, const Root& root, const OwnAct& act);

/// The claim id of a reversal of part of the act; claim::make_reversal_id().
[[nodiscard]] claim::ClaimId reversal_id(const Root& root, const OwnAct& act, const claim::EventHash& cause, bool by_line);

}  // namespace greentill::identity
