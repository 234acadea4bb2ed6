// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_authority.hpp"

#include <cstdlib>
#include <stdexcept>

#include "daemon/base/file.hpp"
#include "daemon/base/text.hpp"

namespace greentill::test {
namespace {

constexpr const char* kAuthority = "basicConstraints=critical,CA:TRUE;keyUsage=critical,keyCertSign,cRLSign";

std::string content_of(const std::filesystem::path& file) {
  auto content = read_file(file);
  if (!content) throw std::runtime_error(content.error().message);
  return std::move(*content);
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name, const TestAuthority* issuer, const std::string& key)
    : made_(make(name, kAuthority, key, issuer, {})) {
  if (!write_file_durably(folder_ / "ca.crt", made_.certificate) || !write_file_durably(folder_ / "ca.key", made_.key)) {
    throw std::runtime_error("the authority's files cannot be written");
  }
}

TestAuthority::Issued TestAuthority::issue(const std::string& common_name, const std::string& extensions,
                                           const std::string& from_now) const {
  return make(common_name, extensions, kP256, this, from_now);
}

TestAuthority::Issued TestAuthority::make(const std::string& common_name, const std::string& extensions, const std::string& key,
                                          const TestAuthority* issuer, const std::string& from_now) const {
  const std::string base = (folder_ / "new").string();
  // Without a configuration of its own the tool adds what the system's says.
  if (!write_file_durably(base + ".cnf", "[req]\ndistinguished_name = name\n[name]\n")) throw std::runtime_error(base);
  std::string command = (from_now.empty() ? "" : "faketime -f " + from_now + " ") + "openssl req -config " + base +
                        ".cnf -x509 -sha256 -days 10 -nodes -newkey " + key + " -subj '/CN=" + common_name + "' -keyout " + base +
                        ".key -out " + base + ".crt";
  for (const std::string_view one : split(extensions, ';')) command += " -addext '" + std::string(one) + "'";
  if (issuer != nullptr) {
    const std::string ca = (issuer->folder_ / "ca").string();
    command += " -CA " + ca + ".crt -CAkey " + ca + ".key";
  }
  if (std::system((command + " >" + base + ".log 2>&1").c_str()) != 0) throw std::runtime_error(content_of(base + ".log"));
  return {content_of(base + ".key"), content_of(base + ".crt")};
}

}  // namespace greentill::test
