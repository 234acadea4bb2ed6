// SPDX-License-Identifier: Apache-2.0
// A client of the daemon's local API (docs/api.md). Threads: one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::cli {

inline constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8480";

struct Endpoint {
  std::string url{kDefaultUrl};
  std::string token;      ///< empty: no token is sent
  unsigned pause_s = 60;  ///< how long the daemon may say or take nothing
};

struct Answer {
  int status = 0;
  std::string type;  ///< the content's media type, without parameters
  std::string body;
  std::optional<int> retry_after_s;
};

class DaemonClient {
 public:
  /// Connects with the first request. invalid where the URL is not http:// with a host.
  static Result<std::unique_ptr<DaemonClient>> make(const Endpoint& endpoint);
  virtual ~DaemonClient() = default;

  /// Asks for a resource. Any status counts as an answer. unavailable where no answer came.
  virtual Result<Answer> get(const std::string& path, std::string_view accept) = 0;
  virtual Result<Answer> post(const std::string& path, std::string_view type, const std::string& body) = 0;
  /// As get(), but hands on the body of a 200 as it comes; `take` returns false to end it. Any other answer is returned whole.
  virtual Result<Answer> stream(const std::string& path, std::string_view accept,
                                const std::function<bool(std::string_view)>& take) = 0;
};

/// The error that an unsuccessful answer means: denied, not_found, unavailable, full or invalid, with the problem's detail.
[[nodiscard]] Error error_of(const Answer& answer);

}  // namespace greentill::cli
