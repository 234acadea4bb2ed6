// SPDX-License-Identifier: Apache-2.0
// The receipt (message type 65002): the credit service's signed answer for a batch. docs/claim-format.md, "Receipts".
// A parsed Receipt is a view into the caller's buffer. Its lists are walked in place and never copied, so that a device needs no
// memory for them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/result.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/fault.hpp"

namespace greentill::claim {

/// How many entries of each list a receipt has room for.
inline constexpr std::size_t kMostRefusals = 512;
inline constexpr std::size_t kMostGrants = 512;
inline constexpr std::size_t kMostChanges = 256;
/// The longest receipt payload; what stands around it in a message is less than 256 bytes.
inline constexpr std::size_t kMaxReceiptBytes = 65'536;
/// The longest pause that a receipt may ask for.
inline constexpr std::uint32_t kMostPauseSeconds = 31'536'000;

struct Refusal {
  std::uint64_t seq = 0;
  std::string_view reason;  ///< a code of docs/claim-format.md, "Reasons": at most 32 bytes
  bool retryable = false;   ///< true: send the same bytes again later; false: final
};

struct Grant {
  std::uint64_t seq = 0;
  std::int64_t granted_mg = 0;
};

/// What stands of a claim that the device believes decided otherwise.
enum class Stands : std::uint8_t { accepted = 0, held = 1, refused = 2 };

struct Change {
  std::uint64_t number = 0;  ///< of the device's changes within the epoch, from 1
  ChainId chain{};
  std::uint64_t seq = 0;
  Stands standing = Stands::accepted;
  std::int64_t granted_mg = 0;  ///< what stands now; 0 unless accepted
  std::string_view reason;      ///< a code, at most 32 bytes
};

/// The state of a device's chain. docs/chains.md.
enum class ChainStanding : std::uint8_t { open = 0, waiting = 1, on_probation = 2, held = 3, closed = 4 };

/// A place in a chain.
struct Place {
  std::uint64_t seq = 0;
  Digest payload_hash{};  ///< zeros where seq is 0
};

struct ReceiptFields {
  std::string_view device;
  ChainId chain{};
  std::uint64_t processed_up_to = 0;
  Digest payload_hash{};  ///< of the claim processed_up_to; zeros where that is 0
  std::int64_t service_time = 0;
  std::uint64_t epoch = 0;
  ChainStanding state = ChainStanding::open;
  /// From which the lists go on: what the device had stored when it asked.
  std::uint64_t from_head = 0;
  std::uint64_t from_change = 0;
  std::optional<Place> head;                  ///< the chain's in the ledger, where processed_up_to is below it
  std::optional<std::uint32_t> come_again_s;  ///< in so many seconds, and not before: 1 to kMostPauseSeconds
};

struct ReceiptLists {
  std::span<const Refusal> refused;  ///< seqs rise, at most up to processed_up_to
  std::span<const Grant> granted;    ///< likewise
  std::span<const Change> changes;   ///< numbers rise by one
};

/// Writes a receipt payload and returns its length, at most 65,536 bytes.
Result<std::size_t, Fault> encode_receipt(const ReceiptFields& fields, const ReceiptLists& lists, MutableBytes out);

/// The entries of a receipt's list as they are encoded, one behind the other.
struct EncodedList {
  ByteView entries;
  std::size_t count = 0;
};

class Receipt : public ReceiptFields {
 public:
  [[nodiscard]] std::size_t refused_count() const { return refused_.count; }
  [[nodiscard]] std::size_t granted_count() const { return granted_.count; }
  [[nodiscard]] std::size_t change_count() const { return changes_.count; }
  /// Whether more waits for the device than this receipt had room for, so that it asks again at once.
  [[nodiscard]] bool says_more_waits() const { return head.has_value() || changes_.count == kMostChanges; }
  /// Calls `visit` once for each entry, in ascending seq.
  template <typename F>
  void for_each_refused(F&& visit) const {
    ByteView rest = refused_.entries;
    for (std::size_t i = 0; i < refused_.count; ++i) visit(take_refusal(rest));
  }
  template <typename F>
  void for_each_granted(F&& visit) const {
    ByteView rest = granted_.entries;
    for (std::size_t i = 0; i < granted_.count; ++i) visit(take_grant(rest));
  }
  /// In ascending number.
  template <typename F>
  void for_each_change(F&& visit) const {
    ByteView rest = changes_.entries;
    for (std::size_t i = 0; i < changes_.count; ++i) visit(take_change(rest));
  }

 private:
  friend Result<Receipt, Fault> parse_receipt(ByteView payload);
  // Requires: parse_receipt checked the entries.
  static Refusal take_refusal(ByteView& rest);
  static Grant take_grant(ByteView& rest);
  static Change take_change(ByteView& rest);

  EncodedList refused_;
  EncodedList granted_;
  EncodedList changes_;
};

/// Reads a receipt payload; refuses what is not deterministic, complete or ascending. The receipt points into `payload`.
Result<Receipt, Fault> parse_receipt(ByteView payload);

}  // namespace greentill::claim
