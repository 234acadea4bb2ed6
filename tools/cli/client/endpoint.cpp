// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/client/endpoint.hpp"

#include <unistd.h>

#include "daemon/app/config.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/saved_text.hpp"
#include "daemon/crypto/sealed.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kLongestFile = 4096;

/// The token that the daemon asks for before it takes transactions, without white space around it.
Result<std::string> load_token(const std::string& file) {
  const Result<std::string> text = read_file(file, kLongestFile);
  if (!text) return Failure{text.error()};
  if (crypto::is_sealed(as_bytes(*text))) {
    return fail(ErrorCode::invalid,
                file +
                    ": the token is sealed, and greentilld alone opens it; put one made by hand into a file of its "
                    "own, 64 hexadecimal digits, and name that in api.token");
  }
  std::string token(only_line(*text));
  if (token.empty()) return fail(ErrorCode::invalid, file + ": holds no token");
  for (const char c : token) {
    if (c <= ' ' || c >= 0x7f) return fail(ErrorCode::invalid, file + ": a token is one line of visible ASCII characters");
  }
  return token;
}

/// Whether the configuration's token may be read here. A sealed one is not for programs.
bool is_readable(const std::filesystem::path& token) {
  if (token.empty() || access(token.c_str(), R_OK) != 0) return false;
  const auto content = read_file(token, kLongestFile);
  return !content || !crypto::is_sealed(as_bytes(*content));
}

std::string url_of(const api::Options& api) {
  std::string host = api.host == "0.0.0.0" ? "127.0.0.1" : api.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(api.port);
}

}  // namespace

Result<Endpoint> find_endpoint(const EndpointOptions& options) {
  Endpoint endpoint;
  const bool told = !options.config.empty();
  std::filesystem::path implied_token;
  if (told || access(kDefaultConfig, R_OK) == 0) {
    const auto config = app::load_config(told ? options.config : kDefaultConfig, app::find_installation());
    if (!config && told) return Failure{config.error()};
    if (config) {
      endpoint.url = url_of(config->api);
      implied_token = config->api_token;
    }
  }
  if (!options.url.empty()) endpoint.url = options.url;
  if (options.token_file.empty() && !is_readable(implied_token)) return endpoint;
  const Result<std::string> token = load_token(options.token_file.empty() ? implied_token.string() : options.token_file);
  if (!token) return Failure{token.error()};
  endpoint.token = *token;
  return endpoint;
}

}  // namespace greentill::cli
