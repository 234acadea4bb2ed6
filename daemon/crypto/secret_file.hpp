// SPDX-License-Identifier: Apache-2.0
// Files that hold a secret: nobody but their owner may read or write them. What is read of them lies in secure memory alone.
// Threads: safe from any thread, for different files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/crypto/secret.hpp"

namespace greentill::crypto {

/// Who may open the file besides us. with_programs: it is shared with other programs on purpose, as the API's token is with
/// tills.
enum class Shared : std::uint8_t { with_nobody, with_programs };

/// The content of a file of at most 16 KiB; denied where it is open to more than may be.
Result<Secret> read_secret(const std::filesystem::path& path, Shared shared = Shared::with_nobody);

/// The bytes that as many hexadecimal digits stand for, an even number of them; nothing of `size` bytes otherwise.
Result<Secret> secret_from_hex(std::string_view digits, std::size_t size);

/// Lower-case hexadecimal digits, as the files have them.
Secret hex_of(ByteView secret);

/// A secret of 32 bytes, created at the first call: a line of 64 hexadecimal digits. corrupt where the file holds anything else.
Result<Secret> load_or_create_secret(const std::filesystem::path& path, Random& random, Shared shared = Shared::with_nobody);

}  // namespace greentill::crypto
