// SPDX-License-Identifier: Apache-2.0
// Files that hold a secret: only their owner may read or write them. Their content is read into secure memory alone. Threads:
// safe from any thread, for different files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {

/// Who else may open the file. with_programs: other programs share it on purpose, as tills share the API's token.
enum class Shared : std::uint8_t { with_nobody, with_programs };

/// The content of a file of at most 16 KiB; denied where others than `shared` allows may open it.
Result<Secret> read_secret(const std::filesystem::path& path, Shared shared = Shared::with_nobody);

/// The `size` bytes that the hexadecimal digits stand for; invalid where there are not exactly twice as many digits.
Result<Secret> secret_from_hex(std::string_view digits, std::size_t size);

/// The bytes in lower-case hexadecimal digits, as the files hold them.
Secret hex_of(ByteView secret);

/// Lets a group of this system's users read the file (mode 0640). Who calls must own the file, and be of the group or root.
/// not_found where there is no such group; denied, io.
Status share_with_group(const std::filesystem::path& path, const std::string& group);

/// Reads a secret of 32 bytes, kept as a line of 64 hexadecimal digits; the first call creates it. corrupt where the file holds
/// anything else.
Result<Secret> load_or_create_secret(const std::filesystem::path& path, Random& random, Shared shared = Shared::with_nobody);

/// Replaces the file durably, in one step, as load_or_create_secret() makes it: mode 0600.
Status store_secret(const std::filesystem::path& path, const Secret& secret);

}  // namespace greentill::crypto
