// SPDX-License-Identifier: Apache-2.0
// Which place in which list each certificate has, and its state: what the signed lists are made of. A service makes it of its
// store's rows by take(); the commands keep it as a file. docs/tree-certificate.md, "The lists of states". Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/credential/status_list.hpp"

namespace greentill::credit {

enum class CertificateState : std::uint8_t {
  good,
  suspended,  ///< for a while
  revoked     ///< for good
};
[[nodiscard]] std::string_view to_string(CertificateState state);

/// So many places of a list are given away before another is begun: a draw finds a free one soon, up to the last.
inline constexpr std::size_t kFullList = std::size_t{credential::kStatusListEntries} / 8 * 7;

/// A place of a list, each as likely as any other, so that neighbours tell nothing of each other, nor the order of issue
/// anything. One that is taken is drawn again: a store that has the places as unique keys needs no book for that.
[[nodiscard]] std::uint32_t draw_index(Random& random);

class StatusBook {
 public:
  explicit StatusBook(credential::Programme programme) : programme_(std::move(programme)) {}

  /// A place for a new certificate, as draw_index() draws it: in the last list, or a new one where that is full. conflict where
  /// the number has a place.
  Result<credential::StatusEntry> assign(const std::string& number, Random& random);
  /// The place that a certificate has, as a store tells it. conflict where the number or the place is taken; invalid where it is
  /// no place.
  Status take(const std::string& number, credential::StatusEntry place, CertificateState state);
  /// not_found where the number has no place; conflict where it was revoked: that is for good.
  Status change(const std::string& number, CertificateState to);
  [[nodiscard]] std::optional<CertificateState> state_of(const std::string& number) const;
  [[nodiscard]] std::optional<credential::StatusEntry> place_of(const std::string& number) const;

  [[nodiscard]] const credential::Programme& programme() const { return programme_; }
  /// How many lists there are, at least 1, numbered from 1.
  [[nodiscard]] std::uint32_t lists() const;
  /// One of them as it stands. Requires: 1 <= number <= lists().
  [[nodiscard]] credential::StatusList list(credential::StatusPurpose purpose, std::uint32_t number, std::int64_t valid_from,
                                            std::int64_t valid_until) const;

  /// The book as a file: JSON, the same bytes for the same book.
  [[nodiscard]] std::string to_json() const;
  /// invalid, naming the certificate or the member.
  static Result<StatusBook> from_json(std::string_view text);

 private:
  struct Placed {
    credential::StatusEntry place;
    CertificateState state = CertificateState::good;
  };

  credential::Programme programme_;
  std::map<std::string, Placed, std::less<>> placed_;  // by the certificate's number
  std::vector<std::set<std::uint32_t>> taken_;         // places, by list - 1
};

}  // namespace greentill::credit
