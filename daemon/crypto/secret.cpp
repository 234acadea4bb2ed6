// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/secret.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#ifdef GREENTILL_SANITIZED
#include <fstream>
#include <string>

extern "C" void __lsan_register_root_region(const void*, std::size_t) __attribute__((weak));
#endif

namespace greentill::crypto {
namespace {

// Must be a power of two. A device key, the numbers OpenSSL makes while it signs and the files they are read from take about 2
// KiB, a TLS handshake as much again, a request to the service 8 KiB: and the daemon makes up to five of these at once.
constexpr std::size_t kHeapBytes = 128u << 10;
constexpr std::size_t kLeastBlock = 32;
constexpr int kPattern = 0x5a;

std::mutex wiping_mutex;
int wiping = 0;

void* allocate(std::size_t size, const char*, int) { return std::malloc(size); }

void release(void* block, const char*, int) {
  if (block == nullptr) return;
  OPENSSL_cleanse(block, ::malloc_usable_size(block));
  std::free(block);
}

// realloc(3) would leave a copy behind where it moves a block.
void* reallocate(void* block, std::size_t size, const char* file, int line) {
  if (block == nullptr) return allocate(size, file, line);
  const std::size_t held = ::malloc_usable_size(block);
  if (size != 0 && size <= held) return block;
  void* const larger = size == 0 ? nullptr : std::malloc(size);
  if (size != 0 && larger == nullptr) return nullptr;
  if (larger != nullptr) std::memcpy(larger, block, held);
  release(block, file, line);
  return larger;
}

#ifdef GREENTILL_SANITIZED
/// The leak detector does not look into the secure heap by itself, and OpenSSL has what it makes random numbers with there.
void show_to_leak_detector() {
  if (__lsan_register_root_region == nullptr) return;
  void* const inside = OPENSSL_secure_malloc(1);
  const auto address = reinterpret_cast<std::uintptr_t>(inside);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    char* next = nullptr;
    const std::uintptr_t begin = std::strtoull(line.c_str(), &next, 16);
    const std::uintptr_t end = std::strtoull(next + 1, nullptr, 16);
    if (begin <= address && address < end) __lsan_register_root_region(reinterpret_cast<const void*>(begin), end - begin);
  }
  OPENSSL_secure_free(inside);
}
#endif

}  // namespace

Status set_up_secure_heap() {
  static std::mutex mutex;
  const std::lock_guard guard(mutex);
  // CRYPTO_secure_malloc_init returns 2 where the memory cannot be locked, as with a small RLIMIT_MEMLOCK. Keys are still wiped
  // and left out of core dumps.
  if (CRYPTO_secure_malloc_initialized() == 1) return Done{};
  if (CRYPTO_secure_malloc_init(kHeapBytes, kLeastBlock) != 0) {
#ifdef GREENTILL_SANITIZED
    show_to_leak_detector();
#endif
    return Done{};
  }
  return fail(ErrorCode::unavailable, "the system gives no memory that keys could be kept in; free some and start again");
}

void wipe_what_openssl_frees() { CRYPTO_set_mem_functions(allocate, reallocate, release); }

WipeFreed::WipeFreed() {
  const std::lock_guard guard(wiping_mutex);
  if (wiping++ == 0) ::mallopt(M_PERTURB, kPattern);
}

WipeFreed::~WipeFreed() {
  const std::lock_guard guard(wiping_mutex);
  if (--wiping == 0) ::mallopt(M_PERTURB, 0);
}

void wipe(MutableBytes bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Secret::Secret(std::size_t size) : size_(size) {
  if (!set_up_secure_heap()) throw std::bad_alloc();
  data_ = static_cast<std::uint8_t*>(OPENSSL_secure_zalloc(size));
  if (data_ == nullptr && size > 0) throw std::bad_alloc();
}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) { std::ranges::copy(bytes, data_); }

Secret::Secret(Secret&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

// The block is wiped at its full size, even where the secret was shortened.
Secret::~Secret() { OPENSSL_secure_free(data_); }

}  // namespace greentill::crypto
