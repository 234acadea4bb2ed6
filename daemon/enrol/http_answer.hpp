// SPDX-License-Identifier: Apache-2.0
// One answer of an HTTP/1.1 server (RFC 9112), read as it comes, piece by piece. The bytes are a stranger's: head and body are
// bounded, and nothing recurses. Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::enrol {

struct HttpAnswer {
  int status = 0;
  [[nodiscard]] bool ok() const { return status == 200; }
  std::string body;
  std::optional<std::int64_t> date;           ///< what the server's clock shows, Unix seconds
  std::optional<std::int64_t> retry_after_s;  ///< from now on; never negative
};

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7) as Unix seconds; nothing where it is not of that form.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

class HttpReader {
 public:
  static constexpr std::size_t kMostHeadBytes = 16u << 10;
  static constexpr std::size_t kMostBodyBytes = 256u << 10;
  static constexpr std::size_t kMostLineBytes = 64u << 10;  // between chunks, which may be of a byte each

  /// Takes the next bytes; invalid where they are no HTTP/1.1, or more than the bounds above. After an error it is of no further
  /// use. What comes behind the answer's end is passed over.
  Status take(std::string_view bytes);
  /// The server said that nothing more comes: unavailable where the answer is not whole.
  Status end();
  [[nodiscard]] bool done() const { return stage_ == Stage::done; }
  [[nodiscard]] const HttpAnswer& answer() const { return answer_; }

 private:
  enum class Stage : std::uint8_t { head, sized, chunk_size, chunk, chunk_end, trailer, until_end, done };

  Status step(bool& moved);
  Status take_head(bool& moved);
  Status take_chunk_size(bool& moved);
  Status take_header(std::string_view line);
  Status begin_body();
  Status append(std::size_t at_most, bool& moved);
  [[nodiscard]] std::optional<std::string> take_line();

  Stage stage_ = Stage::head;
  std::string waiting_;         // bytes that no step has used yet
  std::size_t line_bytes_ = 0;  // of the head, then of what is between chunks
  std::size_t left_ = 0;        // of the body or the chunk
  bool has_status_ = false;
  bool chunked_ = false;
  std::optional<std::size_t> length_;
  std::string retry_after_;
  HttpAnswer answer_;
};

}  // namespace greentill::enrol
