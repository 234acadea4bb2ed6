// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/child_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/detect/texts.hpp"

namespace greentill::detect {
namespace {

constexpr std::size_t kDrainBytes = 64u << 10;
constexpr std::size_t kLineBytes = 512;
constexpr std::size_t kKeptBytes = kLineBytes + kBeyondCut;
constexpr std::chrono::milliseconds kQuiet{100};

}  // namespace

ChildOutput::ChildOutput(int pipe) : pipe_(pipe) { ::fcntl(pipe_, F_SETFL, ::fcntl(pipe_, F_GETFL) | O_NONBLOCK); }

ChildOutput::~ChildOutput() {
  if (pipe_ >= 0) ::close(pipe_);
}

void ChildOutput::drain(PluginHealth& health) {
  if (descriptor() < 0) return;
  char bytes[4096];
  for (std::size_t read = 0; read < kDrainBytes;) {
    const ssize_t got = ::read(pipe_, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ::close(pipe_);
      pipe_ = -1;
      return;
    }
    take({bytes, static_cast<std::size_t>(got)}, health);
    read += static_cast<std::size_t>(got);
  }
  quiet_until_ = std::chrono::steady_clock::now() + kQuiet;
}

void ChildOutput::finish(PluginHealth& health) {
  quiet_until_ = {};
  drain(health);
  if (!line_.empty()) end_line(health);
}

int ChildOutput::descriptor() const { return std::chrono::steady_clock::now() < quiet_until_ ? -1 : pipe_; }

void ChildOutput::take(std::string_view bytes, PluginHealth& health) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, std::min(end, kKeptBytes - line_.size()));
    if (end == std::string_view::npos) return;
    end_line(health);
    bytes.remove_prefix(end + 1);
  }
}

void ChildOutput::end_line(PluginHealth& health) {
  health.log(LogLevel::info, readable(to_abi(line_), kLineBytes));
  line_.clear();
}

}  // namespace greentill::detect
