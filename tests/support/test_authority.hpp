// SPDX-License-Identifier: Apache-2.0
// Authorities, intermediate ones too, and what they issue, made with the openssl tool. What cannot be made throws
// std::runtime_error, which ends the test that asked for it.
#pragma once

#include <string>

#include "tests/support/temp_dir.hpp"

namespace greentill::test {

class TestAuthority {
 public:
  struct Issued {
    std::string key;
    std::string certificate;
  };
  /// Of its own, or issued by another that outlives it. `key`: what "openssl req -newkey" takes, after "-newkey ".
  explicit TestAuthority(const std::string& name, const TestAuthority* issuer = nullptr, const std::string& key = kP256);

  [[nodiscard]] const std::string& pem() const { return made_.certificate; }
  /// A certificate for ten days. `extensions`: of openssl's configuration, separated by semicolons. `from_now`: when the ten days
  /// begin, as the tool faketime takes it: "-20d".
  [[nodiscard]] Issued issue(const std::string& common_name, const std::string& extensions = kDevice,
                             const std::string& from_now = {}) const;

  static constexpr const char* kP256 = "ec -pkeyopt ec_paramgen_curve:P-256";
  static constexpr const char* kDevice =
      "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;extendedKeyUsage=clientAuth";
  static constexpr const char* kService =
      "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
      "extendedKeyUsage=clientAuth,2.25.207861434512389410537416087632598513417";

 private:
  [[nodiscard]] Issued make(const std::string& common_name, const std::string& extensions, const std::string& key,
                            const TestAuthority* issuer, const std::string& from_now) const;

  TempDir folder_;
  Issued made_;
};

}  // namespace greentill::test
