// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_request.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <stdexcept>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::test {
namespace {

std::string written_to(const std::filesystem::path& file) {
  auto content = read_file(file);
  if (!content) throw std::runtime_error(content.error().message);
  return std::move(*content);
}

}  // namespace

TestRequest make_request(const std::string& subject, const std::string& options, const std::string& key) {
  const TempDir folder;
  const std::string base = (folder / "new").string();
  // Without a configuration of its own the tool adds what the system's says.
  if (!write_file_durably(base + ".cnf", "[req]\ndistinguished_name = name\n[name]\n")) throw std::runtime_error(base);
  const std::string command = "openssl req -config " + base + ".cnf -new -nodes -newkey " + key + " -subj '" + subject +
                              "' -keyout " + base + ".key -out " + base + ".csr " + options + " >" + base + ".log 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error(written_to(base + ".log"));
  return {written_to(base + ".key"), written_to(base + ".csr")};
}

Said say(std::string command, const std::string& content) {
  const TempDir folder;
  if (!write_file_durably(folder / "in", content)) throw std::runtime_error("in");
  for (std::size_t at = command.find("{}"); at != std::string::npos; at = command.find("{}")) {
    command.replace(at, 2, folder.path().string());
  }
  const int status = std::system(("(" + command + ") >" + (folder / "said").string() + " 2>&1 </dev/null").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, written_to(folder / "said")};
}

std::string der_of(const std::string& pem) {
  const Said der = say("openssl req -in {}/in -outform der", pem);
  if (der.code != 0) throw std::runtime_error(der.text);
  return der.text;
}

}  // namespace greentill::test
