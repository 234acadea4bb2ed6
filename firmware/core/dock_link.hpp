// SPDX-License-Identifier: Apache-2.0
// The lock's end of the link to a dock: takes bytes, answers requests. It never speaks first. docs/dock-link.md has the requests.
// A phone or anybody may carry the frames: what changes the lock is signed, and what it tells is signed or no secret. Threads:
// one.
#pragma once

#include "firmware/core/link_frame.hpp"
#include "firmware/core/updater.hpp"

namespace greentill::firmware {

/// Where answers go. Threads: the lock's.
class Wire {
 public:
  virtual void send(ByteView bytes) = 0;

 protected:
  ~Wire() = default;
};

class DockLink {
 public:
  /// Lifetime: all of them. After the lock's start(). Without an updater the lock knows no requests of an update.
  DockLink(Lock& lock, const LockPorts& ports, Wire& wire, Updater* updater = nullptr)
      : lock_(lock), ports_(ports), wire_(wire), updater_(updater) {}

  /// Takes what came, and answers what was asked with it.
  void receive(ByteView bytes);

 private:
  void answer(const Frame& request);
  Answer handle(Request request, ByteReader& in, ByteWriter& out);
  Answer hello(ByteWriter& out);
  Answer prove(ByteReader& in, ByteWriter& out);
  Answer list(ByteReader& in, ByteWriter& out);
  Answer fetch(ByteReader& in, ByteWriter& out);
  Answer acknowledge(ByteReader& in);
  Answer acknowledge_licensed(ByteReader& in);
  Answer find_ride(std::uint32_t counter, std::int64_t link);
  Answer keep_acknowledged(std::uint32_t counter);
  Answer configure(ByteReader& in);
  Answer provision(Request step, ByteReader& in, ByteWriter& out);
  Answer update(Request step, ByteReader& in, ByteWriter& out);

  Lock& lock_;
  LockPorts ports_;
  Wire& wire_;
  Updater* updater_;
  FrameReader reader_;
  std::uint32_t session_ = 0;  ///< 0: no hello yet
  claim::Nonce nonce_{};       ///< of the session; its number is of it
};

}  // namespace greentill::firmware
