// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host_messages.hpp"

#include <poll.h>

#include <algorithm>

#include "daemon/claim/claim.hpp"
#include "daemon/detect/texts.hpp"

namespace greentill::detect {
namespace {

using std::chrono::steady_clock;
constexpr std::size_t kLogsAtOnce = 64;
// As long as ChildOutput stays quiet after a large drain().
constexpr Timeout kOutputPause{100};

}  // namespace

bool pass_log(FrameReader& reader, PluginHealth& health) {
  const std::uint64_t level = reader.number();
  const std::string text = reader.text();
  if (!reader.end()) return false;
  health.log(static_cast<LogLevel>(std::min<std::uint64_t>(level, 3)), readable(to_abi(text)));
  return true;
}

namespace {

/// Receives the next frame and drains the child's output meanwhile: a child that waits for room in its standard error would not
/// answer.
Result<std::optional<ByteView>> receive_beside(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                               ChildOutput* output) {
  if (output == nullptr) return channel.receive(timeout);
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    output->drain(health);
    auto frame = channel.receive(Timeout(0));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (!frame || *frame || left <= Timeout(0)) return frame;
    pollfd ready[] = {{channel.descriptor(), POLLIN, 0}, {output->descriptor(), POLLIN, 0}};
    ::poll(ready, 2, static_cast<int>(std::min(left, kOutputPause).count()));
  }
}

}  // namespace

Result<std::optional<ByteView>> receive_past_logs(FrameChannel& channel, Timeout timeout, PluginHealth& health,
                                                  ChildOutput* output) {
  const auto deadline = steady_clock::now() + timeout;
  for (std::size_t logged = 0;; ++logged) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    // Even without any time some log messages are passed over, since the message that is waited for may be behind them.
    if (left <= Timeout(0) && logged >= kLogsAtOnce) return std::optional<ByteView>();
    auto frame = receive_beside(channel, std::max(left, Timeout(0)), health, output);
    if (!frame || !*frame) return frame;
    FrameReader reader(**frame);
    if (reader.kind() != Message::log) return frame;
    if (!pass_log(reader, health)) return fail(ErrorCode::invalid, "it sent a broken message");
  }
}

Failure<Error> unexpected(Message kind, FrameReader& reader) {
  if (kind != Message::failed) return fail(ErrorCode::invalid, "it sent a message that was not asked for");
  const std::string reason = reader.text();
  return fail(ErrorCode::unavailable, reason.empty() ? "it failed and gave no reason" : readable(to_abi(reason)));
}

Frame hello_of(const PluginSpec& spec, Role role, std::string position, PluginHealth& health, Loss lost) {
  Hello hello{role, spec.library.string(), spec.configuration, std::move(position)};
  hello.lost = std::move(lost);
  for (const auto& secret : spec.secrets) hello.secrets.push_back(secret);
  hello.program = spec.program;
  hello.environment = spec.environment;
  ConfiguredGrants configured = with_configured_paths(spec.grants, spec.configuration, spec.secrets, spec.folders);
  for (const std::string& file : configured.alone) {
    health.log(LogLevel::info, file +
                                   ": granted alone, since its folder is not for plugins; where it may be rotated or replaced, " +
                                   "give it a folder of its own");
  }
  hello.grants = std::move(configured.grants);
  hello.memory_bytes = spec.memory_bytes;
  hello.patience_ms = static_cast<std::uint64_t>(spec.patience.count());
  return encode_hello(hello);
}

Result<std::optional<Ready>> receive_ready(FrameChannel& channel, Timeout timeout, PluginHealth& health, ChildOutput* output) {
  auto frame = receive_past_logs(channel, timeout, health, output);
  if (!frame) return Failure{frame.error()};
  if (!*frame) return std::optional<Ready>();
  FrameReader reader(**frame);
  const Message kind = reader.kind();
  if (kind != Message::ready && kind != Message::failed)
    return fail(ErrorCode::invalid, "it sent a message that was not asked for");
  std::string first = reader.text();
  std::string second = reader.text();
  if (Status whole = reader.end(); !whole) return Failure{whole.error()};
  if (kind == Message::failed) return fail(ErrorCode::invalid, readable(to_abi(first)));
  if (first.empty() || first.size() > claim::kMaxTextBytes || second.empty() || second.size() > claim::kMaxTextBytes) {
    return fail(ErrorCode::invalid, "its name or version is not 1 to 32 bytes");
  }
  return std::optional(Ready{std::move(first), std::move(second)});
}

}  // namespace greentill::detect
