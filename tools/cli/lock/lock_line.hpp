// SPDX-License-Identifier: Apache-2.0
// A lock at the end of a line, asked one thing after another and waited for (docs/dock-link.md). Threads: one.
//
// Errors: unavailable where nothing answers, io where the line breaks; conflict where the lock refuses; each says what to do.
#pragma once

#include <chrono>
#include <string>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"
#include "plugins/dock/exchange.hpp"
#include "plugins/dock/hello.hpp"

namespace greentill::cli {

class LockLine {
 public:
  using Content = std::vector<std::uint8_t>;

  /// "/dev/ttyUSB0", a socket's path, "127.0.0.1:4710"; behind "listen:" one at which the lock connects, for which is waited as
  /// long as `patience`.
  static Result<LockLine> open(const std::string& place, std::chrono::milliseconds patience);
  /// Of a line that is open already.
  LockLine(Descriptor descriptor, std::string name) : descriptor_(std::move(descriptor)), name_(std::move(name)) {}

  /// Who is there; begins a session with it.
  Result<dock::Hello> greet();
  /// Whether it has the key that it names: asked with a nonce of this moment. conflict where it has not.
  Status prove(const dock::Hello& lock);
  /// Within the session that greet() began. The answer's content, where it is done.
  Result<Content> ask(firmware::Request request, ByteView content);
  /// Likewise, of any answer that the lock gives.
  Result<dock::Exchange::Reply> ask_for_any(firmware::Request request, ByteView content);
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  /// Asks up to three times.
  Result<dock::Exchange::Reply> exchange(firmware::Request request, ByteView content);
  Status send();
  /// Waits for bytes until then; none where there were none.
  Result<Content> receive(dock::Time until);

  Descriptor descriptor_;
  std::string name_;
  dock::Exchange exchange_;
  std::uint32_t session_ = 0;
};

/// What an answer that is not done means, for people.
[[nodiscard]] std::string answer_words(firmware::Answer answer);

}  // namespace greentill::cli
