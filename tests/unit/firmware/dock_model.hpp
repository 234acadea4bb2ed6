// SPDX-License-Identifier: Apache-2.0
// A dock at the other end of a lock's link: what it has stored is durable, what it is doing is not. Bytes may be lost, changed or
// cut off on the way, and either end may start anew between two of them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "firmware/core/dock_link.hpp"
#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::test {

class DockModel final : public firmware::Wire {
 public:
  explicit DockModel(LockFixture& world) : world_(world) { connect(); }

  /// Called with each byte on the way, in either direction: what arrives, or nothing.
  using Way = std::function<std::optional<std::uint8_t>(std::uint8_t byte, bool to_lock)>;
  void on_the_way(Way way) { way_ = std::move(way); }
  /// The lock was started anew, or is another.
  void connect();
  /// The dock starts anew: what is not stored is forgotten.
  void restart();
  void send(ByteView bytes) override;

  struct Reply {
    firmware::Answer answer = firmware::Answer::unknown;
    std::vector<std::uint8_t> content;
  };
  /// One exchange; nothing where no answer to it came.
  std::optional<Reply> ask(firmware::Request request, ByteView content = {}, bool in_session = true);
  bool hello();
  /// Under its licence where the lock wants one and there is one.
  std::optional<Reply> acknowledge(std::uint32_t counter, std::int64_t link);
  /// What the dock's key signs for it, in this session.
  claim::Signature proof_of(std::uint32_t counter, std::int64_t link, const claim::Nonce& nonce);
  std::optional<claim::Nonce> nonce();
  std::optional<Reply> acknowledge_by(std::uint32_t counter, std::int64_t link, const claim::Signature& proof,
                                      ByteView with_licence);
  /// Fetches, stores and acknowledges all rides that it has not; false where something failed, and is to be done again.
  bool collect();

  std::map<std::uint32_t, std::vector<std::uint8_t>> stored;
  std::uint32_t acknowledged = 0;  ///< the highest counter that it sent an acknowledgement for
  std::uint32_t session = 0;
  std::uint32_t last = 0;
  std::uint32_t settled = 0;
  std::vector<std::uint8_t> hello_content;
  std::vector<std::uint8_t> licence;  ///< none: empty

 private:
  LockFixture& world_;
  std::optional<firmware::DockLink> link_;
  firmware::FrameReader reader_;
  Way way_;
  std::uint8_t number_ = 0;
  std::optional<Reply> reply_;
};

}  // namespace greentill::test
