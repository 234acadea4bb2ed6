// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host_messages.hpp"

#include <algorithm>

#include "daemon/claim/claim.hpp"
#include "daemon/detect/views.hpp"

namespace greentill::detect {
namespace {

using std::chrono::steady_clock;
constexpr std::size_t kLogsAtOnce = 64;

}  // namespace

bool pass_log(FrameReader& reader, PluginHealth& health) {
  const std::uint64_t level = reader.number();
  const std::string text = reader.text();
  if (!reader.end()) return false;
  health.log(static_cast<LogLevel>(std::min<std::uint64_t>(level, 3)), readable(to_abi(text)));
  return true;
}

Result<std::optional<ByteView>> receive_past_logs(FrameChannel& channel, Timeout timeout, PluginHealth& health) {
  const auto deadline = steady_clock::now() + timeout;
  for (std::size_t logged = 0;; ++logged) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    // A few are passed over even without any time, since what is waited for may be there already.
    if (left <= Timeout(0) && logged >= kLogsAtOnce) return std::optional<ByteView>();
    auto frame = channel.receive(std::max(left, Timeout(0)));
    if (!frame || !*frame) return frame;
    FrameReader reader(**frame);
    if (reader.kind() != Message::log) return frame;
    if (!pass_log(reader, health)) return fail(ErrorCode::invalid, "it sent a broken message");
  }
}

Result<std::optional<Ready>> receive_ready(FrameChannel& channel, Timeout timeout, PluginHealth& health) {
  auto frame = receive_past_logs(channel, timeout, health);
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
