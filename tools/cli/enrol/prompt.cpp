// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/enrol/prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "daemon/base/text.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kMostSecretBytes = 1000;
constexpr char kInterrupt = 3;
constexpr char kEndOfInput = 4;
constexpr char kBackspace = 8;
constexpr char kDelete = 127;

/// Reads without showing, key by key: so that an interrupt leaves the terminal as it was, too.
class SilentTerminal {
 public:
  SilentTerminal() : known_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool known_;
};

/// The next byte of standard input; nothing at its end.
bool next_byte(char& byte) {
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, &byte, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1;
}

/// `typed`: by a person, who corrects and interrupts.
Result<crypto::Secret> read_secret_bytes(bool typed) {
  crypto::Secret secret(kMostSecretBytes);
  std::size_t size = 0;
  for (char byte = 0; next_byte(byte) && byte != '\n' && byte != '\r';) {
    if (typed && byte == kInterrupt) return fail(ErrorCode::invalid, "interrupted; run it again to go on");
    if (typed && byte == kEndOfInput) break;
    if (typed && (byte == kBackspace || byte == kDelete)) {
      size -= size > 0 ? 1 : 0;
      continue;
    }
    if (size == kMostSecretBytes) return fail(ErrorCode::invalid, "that is no code: it has more than 1,000 bytes");
    secret.bytes()[size++] = static_cast<std::uint8_t>(byte);
  }
  if (size == 0) return fail(ErrorCode::invalid, "no code was given");
  secret.shorten(size);
  return secret;
}

}  // namespace

bool is_at_terminal() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

Result<std::string> ask_line(const std::string& question) {
  std::cerr << question << ": " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  std::string answer(trimmed(line));
  if (answer.empty()) return fail(ErrorCode::invalid, "nothing was typed for \"" + question + "\"");
  return answer;
}

Result<crypto::Secret> ask_secret(const std::string& question) {
  const SilentTerminal silent;  // before the question: what is typed from then on is neither shown nor lost
  std::cerr << question << ": " << std::flush;
  auto secret = read_secret_bytes(true);
  std::cerr << '\n';
  return secret;
}

Result<crypto::Secret> read_secret_line() { return read_secret_bytes(false); }

}  // namespace greentill::cli
