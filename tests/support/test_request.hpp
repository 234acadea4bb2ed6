// SPDX-License-Identifier: Apache-2.0
// Keys and certificate requests, made with the openssl tool. What cannot be made throws std::runtime_error.
#pragma once

#include <string>

namespace greentill::test {

struct TestRequest {
  std::string key;      ///< PEM
  std::string request;  ///< PEM
};

/// `key`: what "openssl req -newkey" takes. `options`: further ones of "openssl req".
TestRequest make_request(const std::string& subject = "/CN=whatever/O=of its own", const std::string& options = "",
                         const std::string& key = "ec -pkeyopt ec_paramgen_curve:P-256");

/// A request in DER.
std::string der_of(const std::string& pem);

/// What a shell command says on both streams; `code`: with what it ended. {} in it is a folder with `content` in the file "in".
struct Said {
  int code = -1;
  std::string text;
};
Said say(std::string command, const std::string& content = {});

}  // namespace greentill::test
