// SPDX-License-Identifier: Apache-2.0
// Where a request's head and its body end (RFC 9112), held to the grammar: in what a lenient reader passes over, a second request
// can hide behind the first. All of it is bounded. Private to daemon/api. Threads: functions of what they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::api {

inline constexpr std::size_t kMaxHeadBytes = 32u << 10;
inline constexpr std::size_t kMaxLineBytes = 8u << 10;  ///< of a head, with its end; the library takes no longer ones either
inline constexpr std::size_t kMaxHeaderLines = 100;
inline constexpr std::size_t kMaxChunkExtraBytes = 8u << 10;  ///< extensions and trailers of one body

struct RequestHead {
  std::size_t bytes = 0;                ///< of it, with the empty line at its end
  int fault_status = 0;                 ///< the status that answers what is malformed or too large; else 0
  std::string text;                     ///< what the HTTP library is to read in its place
  std::optional<std::uint64_t> length;  ///< of the body
  bool chunked = false;                 ///< the body's form; it has no length then

  [[nodiscard]] bool has_body() const { return chunked || length.value_or(0) != 0; }
};

/// The head at the front of `bytes`; nothing while its end is still to come and it is sound so far.
[[nodiscard]] std::optional<RequestHead> parse_head(std::string_view bytes);

/// What has come and is not used yet.
class Input {
 public:
  [[nodiscard]] std::string_view rest() const { return std::string_view(bytes_).substr(begin_); }
  void take(std::size_t count);
  void append(std::string_view bytes);

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

/// Is handed a body in pieces; false stops the reading.
using Receiver = std::function<bool(std::string_view)>;

/// Takes the body that a head announces off the front of the input; `more` appends to that what comes next, false where nothing
/// does. False where the body is malformed, cut off or was stopped.
[[nodiscard]] bool read_body(const RequestHead& head, Input& input, const std::function<bool()>& more, const Receiver& receive);

}  // namespace greentill::api
