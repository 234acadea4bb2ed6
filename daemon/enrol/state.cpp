// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/descriptors.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/enrol/est_client.hpp"
#include "daemon/enrol/offline_message.hpp"
#include "daemon/toml/table.hpp"

namespace greentill::enrol {
namespace {

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0) {
    return errno == ENOENT ? Status(Done{})
                           : Status(fail(ErrorCode::io, path.string() + ": cannot remove: " + system_words(errno)));
  }
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && ::fsync(folder.get()) == 0) return Done{};
  return fail(ErrorCode::io, path.parent_path().string() + ": cannot sync the folder: " + system_words(errno));
}

EnrolmentState read_state(const toml::Table& root) {
  EnrolmentState state{root.text_or("server", ""), root.text("device"), root.text_or("anchors", ""),
                       root.text_or("fingerprint", "")};
  if (!state.server.empty() && !EstServer::parse(state.server)) root.wrong("server", "must be the address of an EST server");
  if (!claim::is_device_id(state.device)) root.wrong("device", "must be a device id");
  const auto digest = from_hex(state.anchors);
  if (!digest || (!digest->empty() && digest->size() != sizeof(Digest))) root.wrong("anchors", "must be 64 hexadecimal digits");
  const auto typed = from_hex(state.fingerprint);
  if (!typed || (!typed->empty() && typed->size() != sizeof(crypto::FingerprintBytes))) {
    root.wrong("fingerprint", "must be 40 hexadecimal digits");
  }
  return state;
}

}  // namespace

Result<std::optional<EnrolmentState>> StateFiles::load() const {
  const auto text = read_file(state_file(), 4096);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<EnrolmentState>();
  if (!text) return Failure{text.error()};
  auto state = toml::load(*text, state_file().string(), read_state);
  if (!state) return Failure{state.error().with_context("the state of an unfinished enrolment; remove the file to begin anew")};
  return std::optional(std::move(*state));
}

Status StateFiles::store(const EnrolmentState& state) const {
  std::string text = "# An enrolment that is not over: greentill enrol goes on with it.\n";
  const auto add = [&text](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(key) + " = \"" + value + "\"\n";
  };
  add("server", state.server);
  add("device", state.device);
  add("anchors", state.anchors);
  add("fingerprint", state.fingerprint);
  return write_file_durably(state_file(), text, 0600);
}

Result<std::optional<crypto::Secret>> StateFiles::load_code(const identity::Vault& vault) const {
  auto code = vault.read(code_file(), identity::kCodeName);
  if (code) return std::optional(std::move(*code));
  if (code.error().code == ErrorCode::not_found) return std::optional<crypto::Secret>();
  return Failure{code.error()};
}

Status StateFiles::store_code(const identity::Vault& vault, ByteView code, Random& random) const {
  return vault.write(code_file(), identity::kCodeName, code, random);
}

Result<std::optional<std::vector<std::uint8_t>>> StateFiles::load_request() const {
  const auto bytes = read_file(request_file(), kMostOfflineBytes);
  if (bytes) return std::optional(std::vector<std::uint8_t>(bytes->begin(), bytes->end()));
  if (bytes.error().code == ErrorCode::not_found) return std::optional<std::vector<std::uint8_t>>();
  return Failure{bytes.error()};
}

Status StateFiles::store_request(ByteView message) const { return write_file_durably(request_file(), as_text(message), 0600); }

Status StateFiles::drop_code() const {
  if (Status dropped = remove_file(request_file()); !dropped) return dropped;
  return remove_file(code_file());
}

Result<std::optional<Digest>> StateFiles::load_rekey() const {
  const auto text = read_file(rekey_file(), 100);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<Digest>();
  if (!text) return Failure{text.error()};
  const auto bytes = from_hex(trimmed(*text));
  Digest key{};
  if (!bytes || bytes->size() != key.size()) {
    return fail(ErrorCode::corrupt, rekey_file().string() + ": holds no hash of a key; remove the file to begin the rekey anew");
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return std::optional(key);
}

Status StateFiles::store_rekey(const Digest& key) const { return write_file_durably(rekey_file(), to_hex(key) + '\n', 0600); }

Status StateFiles::drop_rekey() const { return remove_file(rekey_file()); }

Result<std::int64_t> StateFiles::key_since(const crypto::Certificate& in_use) const {
  const std::string name = to_hex(in_use.key_hash()) + ' ';
  const auto kept = read_file(since_file(), 256);
  if (!kept && kept.error().code != ErrorCode::not_found) return Failure{kept.error()};
  std::int64_t since = 0;
  if (kept && kept->starts_with(name)) {
    const std::string_view digits = trimmed(std::string_view(*kept).substr(name.size()));
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), since);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return since;
  }
  since = in_use.not_before();
  if (Status written = write_file_durably(since_file(), name + std::to_string(since) + '\n', 0600); !written) {
    return Failure{written.error()};
  }
  return since;
}

void StateFiles::note_error(const std::string& message) const {
  if (::access(state_file().c_str(), F_OK) == 0) (void)write_file_durably(error_file(), message + "\n", 0600);
}

std::optional<StateFiles::LastError> StateFiles::last_error() const {
  struct stat state {};
  const auto text = read_file(error_file(), 64u << 10);
  if (!text || ::stat(error_file().c_str(), &state) != 0) return std::nullopt;
  return LastError{state.st_mtime, std::string(trimmed(*text))};
}

Status StateFiles::drop() const {
  if (Status dropped = drop_code(); !dropped) return dropped;
  if (Status dropped = remove_file(error_file()); !dropped) return dropped;
  return remove_file(state_file());
}

}  // namespace greentill::enrol
