// SPDX-License-Identifier: Apache-2.0
// Memory for what must not be found by whoever reads a core dump or a freed heap: keys, and what keys are made of. It lies in
// OpenSSL's secure heap, which is locked into memory where the system allows it, left out of core dumps and wiped when it is
// given back. OpenSSL keeps its own private numbers there too, once the heap is set up. Threads: as any value.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::crypto {

/// Sets the secure heap up; further calls do nothing. Called by everything here that reads a key. unavailable where the system
/// gives no memory for it.
Status set_up_secure_heap();

/// Makes OpenSSL overwrite all memory that it frees: reading a key's file leaves copies there. It has no effect once OpenSSL has
/// allocated, which happens before main() where a library's constructor uses it. So a program that holds a key names this
/// function in its .preinit_array, which runs before any constructor (System V ABI, "Initialization and Termination Functions").
void wipe_what_openssl_frees();

/// While an object of this class exists, the C library overwrites large blocks that are freed, such as the buffer through which
/// another library reads a key's file. Threads: safe from any thread; it covers all threads' blocks.
class WipeFreed {
 public:
  WipeFreed();
  ~WipeFreed();
  WipeFreed(const WipeFreed&) = delete;
  WipeFreed& operator=(const WipeFreed&) = delete;
};

/// Overwrites the bytes in a way that no compiler removes.
void wipe(MutableBytes bytes);

class Secret {
 public:
  Secret() = default;
  /// A secret of zeros. Throws std::bad_alloc where the secure heap has no room, which a program's few and small secrets do not
  /// fill.
  explicit Secret(std::size_t size);
  /// Copies the bytes; the caller wipes its own.
  explicit Secret(ByteView bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] ByteView view() const { return {data_, size_}; }
  [[nodiscard]] std::string_view text() const { return as_text(view()); }
  [[nodiscard]] MutableBytes bytes() { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Keeps the first `size` bytes only.
  void shorten(std::size_t size) { size_ = size < size_ ? size : size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace greentill::crypto
