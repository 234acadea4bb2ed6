// SPDX-License-Identifier: Apache-2.0
// Finds where a request's head and its body end (RFC 9112). It holds them strictly to the grammar: in what a lenient reader
// passes over, a second request can hide behind the first. Sizes and counts are bounded. Private to daemon/api. Threads:
// functions of what they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace greentill::api {

inline constexpr std::size_t kMaxHeadBytes = 32u << 10;
/// Of a head's line with its end; the library takes no longer ones either.
inline constexpr std::size_t kMaxLineBytes = 8u << 10;
inline constexpr std::size_t kMaxHeaderLines = 100;
inline constexpr std::size_t kMaxChunkExtraBytes = 8u << 10;  ///< of one body's chunk extensions and trailers together

struct RequestHead {
  std::size_t bytes = 0;                ///< of the head, with the empty line at its end
  int fault_status = 0;                 ///< the status to answer a malformed or too large head with; else 0
  std::string text;                     ///< the head that the HTTP library reads in its place
  std::optional<std::uint64_t> length;  ///< of the body; none where it is chunked or there is none
  bool chunked = false;                 ///< whether the body comes in chunks

  [[nodiscard]] bool has_body() const { return chunked || length.value_or(0) != 0; }
};

/// The head at the front of `bytes`; nothing while its end has not come and nothing in it is wrong so far.
[[nodiscard]] std::optional<RequestHead> parse_head(std::string_view bytes);

/// Bytes that were received and not used yet.
class Input {
 public:
  [[nodiscard]] std::string_view rest() const { return std::string_view(bytes_).substr(begin_); }
  void take(std::size_t count);
  void append(std::string_view bytes);

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

/// Is called with a body's pieces in order; false stops the reading.
using Receiver = std::function<bool(std::string_view)>;

/// Takes the body that the head announces off the front of the input and hands it to `receive`. `more` appends further bytes to
/// the input, and returns false where none come. False where the body is malformed or cut off, or `receive` stopped it.
[[nodiscard]] bool read_body(const RequestHead& head, Input& input, const std::function<bool()>& more, const Receiver& receive);

}  // namespace greentill::api
