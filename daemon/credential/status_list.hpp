// SPDX-License-Identifier: Apache-2.0
// Lists of states (W3C Bitstring Status List 1.0): one bit for each certificate says whether it was revoked, in another list
// whether it is suspended. docs/tree-certificate.md, "The lists of states". Threads: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/credential/tree_certificate.hpp"

namespace greentill::credential {

/// Of a list that is made here: the least that the standard allows, so that one certificate hides among many.
inline constexpr std::uint32_t kStatusListEntries = 131072;
/// Of a list that is read: 8,388,608 entries.
inline constexpr std::size_t kMaxListBytes = std::size_t{1} << 20;

enum class StatusPurpose : std::uint8_t {
  revocation,  ///< for good
  suspension   ///< for a while
};
[[nodiscard]] std::string_view to_string(StatusPurpose purpose);

/// Entry 0 is the highest bit of the first byte.
class Bitstring {
 public:
  explicit Bitstring(std::size_t entries = kStatusListEntries) : bytes_((entries + 7) / 8) {}
  explicit Bitstring(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size() * 8; }
  /// Requires: index < size(); here and below.
  [[nodiscard]] bool at(std::size_t index) const { return (bytes_[index / 8] >> (7 - index % 8) & 1) != 0; }
  void set(std::size_t index, bool on);
  [[nodiscard]] std::size_t count() const;  ///< of bits that are set
  [[nodiscard]] ByteView bytes() const { return bytes_; }
  bool operator==(const Bitstring&) const = default;

 private:
  std::vector<std::uint8_t> bytes_;
};

/// GZIP, base64url without padding, and "u" in front (multibase).
[[nodiscard]] std::string encode_bits(const Bitstring& bits);
/// invalid where the text is none, or stands for fewer than kStatusListEntries entries or more than kMaxListBytes.
Result<Bitstring> decode_bits(std::string_view text);

struct StatusList {
  Programme programme;
  StatusPurpose purpose = StatusPurpose::revocation;
  std::uint32_t number = 0;      ///< from 1
  std::int64_t valid_from = 0;   ///< Unix seconds: when it was made
  std::int64_t valid_until = 0;  ///< likewise: when there is a newer one at the latest
  Bitstring bits;
};

/// The URL by which certificates name the list.
[[nodiscard]] std::string list_url(const Programme& programme, StatusPurpose purpose, std::uint32_t number);

/// invalid where a member is out of its bounds.
Status check(const StatusList& list);
/// The JSON that is signed. Requires: check() has nothing to say.
[[nodiscard]] std::string to_json(const StatusList& list);
/// invalid, naming the member.
Result<StatusList> read_status_list(std::string_view json);

/// invalid, naming the member. Parts of check(const TreeCertificate&).
Status check(const Programme& programme);
Status check(const StatusEntry& entry);

}  // namespace greentill::credential
