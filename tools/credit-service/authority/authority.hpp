// SPDX-License-Identifier: Apache-2.0
// The programme's authorities in a folder: a root, and one below it for devices, one for workers, one for signers.
// docs/enrolment.md, "The authorities". Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/crypto/issuer.hpp"

namespace greentill::credit {

/// Who issues for whom. The order is that of files.
enum class Branch : std::uint8_t { devices, workers, signers };
inline constexpr std::string_view kBranchNames[] = {"devices", "workers", "signers"};

struct NewAuthorities {
  std::string name;  ///< the programme's, 1 to 50 bytes: "Example programme"
  std::int64_t now = 0;
  std::int64_t root_until = 0;
  std::int64_t branches_until = 0;
};

/// Makes the folder with all authorities and their keys, at once or not at all. conflict where it is there.
Status make_authorities(const std::filesystem::path& folder, const NewAuthorities& wanted);

/// The certificates that a device is to trust: the root's and those below it, in that order; and behind them, while it is
/// changed, the former root's and those by which both certify each other. Only the root's must be there.
Result<std::vector<crypto::Certificate>> load_anchors(const std::filesystem::path& folder);
/// The digest that people compare the set by: crypto::fingerprint_of() makes text of it.
[[nodiscard]] Digest digest_of(const std::vector<crypto::Certificate>& anchors);

/// Writes all of them to the folder's anchors.crt.
Status write_anchors(const std::filesystem::path& folder);
/// The root with its key. Errors: as of load_issuer().
Result<crypto::Issuer> load_root(const std::filesystem::path& folder);
/// One authority with its key. denied where others than its owner may open the key's file.
Result<crypto::Issuer> load_issuer(const std::filesystem::path& folder, Branch branch);

/// The keys in the folder that a service must not have: all but the devices'. Empty where there are none.
[[nodiscard]] std::vector<std::filesystem::path> keys_for_elsewhere(const std::filesystem::path& folder);

}  // namespace greentill::credit
