// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/secret_file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/hex_digits.hpp"
#include "daemon/base/saved_text.hpp"

namespace greentill::crypto {
namespace {

constexpr std::size_t kMostBytes = 16u << 10;
constexpr std::size_t kSecretBytes = 32;

/// Reads as much as fits and returns how many bytes that is; -1 where the system fails.
ssize_t read_into(int descriptor, MutableBytes out) {
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t count = ::read(descriptor, out.data() + size, out.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(size);
}

Failure<Error> unreadable(const std::filesystem::path& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : number == EACCES ? ErrorCode::denied : ErrorCode::io;
  return fail(code, path.string() + ": cannot read: " + std::generic_category().message(number));
}

}  // namespace

Result<Secret> read_secret(const std::filesystem::path& path, Shared shared) {
  if (Status ready = set_up_secure_heap(); !ready) return Failure{ready.error()};
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(path, errno);
  struct stat state {};
  const bool is_file = ::fstat(descriptor, &state) == 0 && S_ISREG(state.st_mode);
  if (shared == Shared::with_nobody && is_file && (state.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    ::close(descriptor);
    return fail(ErrorCode::denied, path.string() + ": holds a key and is open to others than its owner; run chmod 600 on it");
  }
  // The memory for secrets is small, and shared by all that the process does at once: a file gets no more of it than it needs.
  const auto held = is_file ? static_cast<std::size_t>(state.st_size) + 1 : kMostBytes;
  Secret content(std::min(held, kMostBytes));
  const ssize_t size = read_into(descriptor, content.bytes());
  const int number = errno;
  ::close(descriptor);
  if (size < 0) return unreadable(path, number);
  if (static_cast<std::size_t>(size) == kMostBytes) {
    return fail(ErrorCode::invalid, path.string() + ": larger than a file with a key can be");
  }
  if (static_cast<std::size_t>(size) == content.size()) {
    return fail(ErrorCode::io, path.string() + ": grows while it is read");
  }
  content.shorten(static_cast<std::size_t>(size));
  return content;
}

Result<Secret> secret_from_hex(std::string_view digits, std::size_t size) {
  if (digits.size() != 2 * size) return fail(ErrorCode::invalid, "not " + std::to_string(2 * size) + " hexadecimal digits");
  Secret secret(size);
  for (std::size_t i = 0; i < size; ++i) {
    const int high = hex_value(digits[2 * i]);
    const int low = hex_value(digits[2 * i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::invalid, "not " + std::to_string(2 * size) + " hexadecimal digits");
    secret.bytes()[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return secret;
}

Secret hex_of(ByteView secret) {
  Secret digits(2 * secret.size());
  MutableBytes out = digits.bytes();
  for (std::size_t i = 0; i < secret.size(); ++i) {
    out[2 * i] = static_cast<std::uint8_t>(hex_digit(secret[i] >> 4));
    out[2 * i + 1] = static_cast<std::uint8_t>(hex_digit(secret[i]));
  }
  return digits;
}

Status share_with_group(const std::filesystem::path& path, const std::string& group) {
  std::array<char, 16u << 10> names{};
  ::group entry{};
  ::group* found = nullptr;
  ::getgrnam_r(group.c_str(), &entry, names.data(), names.size(), &found);
  if (found == nullptr) return fail(ErrorCode::not_found, path.string() + ": there is no group '" + group + "'");
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat state {};
  if (file && ::fstat(file.get(), &state) == 0) {
    // Made by a process of that group it belongs to it already: a service that may not give files away needs no more.
    const bool theirs = state.st_gid == entry.gr_gid || ::fchown(file.get(), static_cast<uid_t>(-1), entry.gr_gid) == 0;
    if (theirs && ((state.st_mode & 0777) == 0640 || ::fchmod(file.get(), 0640) == 0)) return Done{};
  }
  const int number = errno;
  return fail(number == EACCES || number == EPERM ? ErrorCode::denied : ErrorCode::io,
              path.string() + ": cannot be given to the group '" + group + "': " + std::generic_category().message(number));
}

Result<Secret> load_or_create_secret(const std::filesystem::path& path, Random& random, Shared shared) {
  const auto stored = read_secret(path, shared);
  if (stored) {
    auto secret = secret_from_hex(only_line(stored->text()), kSecretBytes);
    if (secret) return secret;
    const std::string what = is_utf16(stored->text()) ? "UTF-16 text, and must be plain ASCII" : secret.error().message;
    return fail(ErrorCode::corrupt, path.string() + ": " + what + "; restore it from a backup or remove it");
  }
  if (stored.error().code != ErrorCode::not_found) return Failure{stored.error()};
  Secret secret(kSecretBytes);
  random.fill(secret.bytes());
  if (Status written = store_secret(path, secret); !written) return Failure{written.error()};
  return secret;
}

Status store_secret(const std::filesystem::path& path, const Secret& secret) {
  return write_file_durably(path, hex_of(secret.view()).text(), 0600);
}

}  // namespace greentill::crypto
