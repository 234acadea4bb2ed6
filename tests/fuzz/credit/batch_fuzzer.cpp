// SPDX-License-Identifier: Apache-2.0
// What a device published, before the ledger sees it. The first bytes are flipped bits of the rest, so that what was signed once
// can be altered in few places. Whatever is read has a place in a chain and points into the batch; what is left over is
// explained; and only bytes that the device signed are attested.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/set_clock.hpp"
#include "tools/credit-service/verify/batch.hpp"
#include "tools/credit-service/verify/locks.hpp"

namespace {

using namespace greentill;

constexpr const char* kDevice = "dock-17";  // of tests/vectors/claim
constexpr const char* kPoint =              // its public key
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

void require(bool holds) {
  if (!holds) std::abort();
}

class NoLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view /*message*/) override {}
};

class OneDevice final : public credit::KeyReader {
 public:
  Result<std::int64_t> registry_step() override { return std::int64_t{0}; }
  Result<std::optional<credit::DeviceKey>> key_of(const Digest& thumbprint) override {
    const bool known = thumbprint == only.certificates.front().thumbprint;
    return known ? std::optional(only) : std::optional<credit::DeviceKey>();
  }
  Result<std::optional<credit::Device>> device(const std::string& id) override {
    credit::Device device;
    device.id = id;
    return std::optional(device);
  }
  Result<bool> none_is_in_date(std::int64_t /*at*/) override { return false; }
  Result<std::optional<credit::Root>> root(std::uint32_t number) override {
    credit::Root root;
    root.number = number;
    root.name = "city-bikes";
    return std::optional(root);
  }
  Result<std::optional<credit::Lock>> lock(const std::string& id) override {
    return id == locked.id ? std::optional(locked) : std::optional<credit::Lock>();
  }
  Result<std::vector<std::uint32_t>> roots_of_locks() override { return std::vector<std::uint32_t>{4}; }
  credit::DeviceKey only;
  credit::Lock locked;
};

/// A service that knows the device of the vectors, their lock, and no methodology.
class Verifying {
 public:
  Verifying()
      : certificates_(open()),
        locks_(registry_, crypto::Secret(Bytes<32>{1}), hasher, clock_, log_),
        examiner_(certificates_, library_, hasher, locks_) {}

  credit::BatchExaminer& examiner() { return examiner_; }
  crypto::Hasher hasher;

 private:
  credit::Certificates open() {
    const std::filesystem::path from = std::filesystem::path(GREENTILL_SOURCE_DIR) / "tests/vectors/claim/device.crt.pem";
    std::ostringstream pem;
    pem << std::ifstream(from).rdbuf();
    auto authority = crypto::Authority::from_pem(pem.str());
    require(authority.ok());
    const auto certificate = crypto::Certificate::leaf_from(pem.str());
    require(certificate.ok());
    registry_.only = {certificate->key_hash(), "dock-17", {}, {}, {{certificate->thumbprint(), 0, 0, pem.str()}}};
    // The key that signs the vectors' rides is the device's.
    registry_.locked.id = "lock-0042";
    registry_.locked.root = 4;
    std::ranges::copy(*from_hex(kPoint), registry_.locked.key.begin());
    return {registry_, std::move(*authority), clock_, log_};
  }

  test::SetClock clock_{1'767'300'000, true};
  NoLog log_;
  OneDevice registry_;
  measure::Library library_ = measure::Library::from({}).value();
  credit::Certificates certificates_;
  credit::Locks locks_;
  credit::BatchExaminer examiner_;
};

bool is_within(ByteView part, const std::vector<std::uint8_t>& all) {
  return part.empty() || (part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size());
}

void check(const credit::Batch& batch) {
  require(!batch.claims.empty() && batch.claims.size() <= credit::kMaxBatchClaims);
  const credit::BatchClaim* next = nullptr;
  for (std::size_t i = batch.claims.size(); i-- > 0;) {
    const credit::BatchClaim& claim = batch.claims[i];
    require(claim.link.seq > 0 && claim.link.seq <= credit::kMaxSeq && claim.link.chain == batch.chain);
    require(is_within(claim.message.whole, *batch.bytes) && is_within(claim.message.payload, *batch.bytes));
    require(claim.claim || claim.reason != credit::Reason::none);
    const bool is_linked = next != nullptr && next->attested && next->link.prev == claim.payload_hash;
    require(claim.attested == (claim.authentic || (is_linked && next->link.seq == claim.link.seq + 1)));
    require(!claim.authentic || claim.message.thumbprint != Digest{});
    next = &claim;
  }
}

/// A run is what the batch is, wherever that can be read.
void check_run(const std::vector<std::uint8_t>& bytes, const std::vector<credit::Batch>& batches, const crypto::Hasher& hasher) {
  const auto run = credit::read_run(bytes, hasher);
  if (!run || batches.empty()) return;
  require(batches.size() == 1 && batches.front().chain == run->chain);
  std::uint64_t next = run->first;
  for (const credit::BatchClaim& claim : batches.front().claims) require(claim.link.seq == next++);
  require(next <= run->last + 1);
  if (next == run->last + 1) require(batches.front().claims.back().payload_hash == run->hash);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Verifying verifying;
  if (size == 0) return 0;
  const std::size_t flips = std::min<std::size_t>(data[0] % 4, (size - 1) / 3);
  std::vector<std::uint8_t> bytes(data + 1 + 3 * flips, data + size);
  for (std::size_t i = 0; i < flips && !bytes.empty(); ++i) {
    const std::uint8_t* flip = data + 1 + 3 * i;
    bytes[(std::size_t{flip[0]} << 8 | flip[1]) % bytes.size()] ^= flip[2];
  }
  std::string trouble;
  auto batches = credit::read_batches(kDevice, bytes, {}, verifying.hasher, trouble);
  check_run(bytes, batches, verifying.hasher);
  std::size_t read = 0;
  for (credit::Batch& batch : batches) {
    std::vector<std::size_t> all(batch.claims.size());
    std::iota(all.begin(), all.end(), 0);
    verifying.examiner().examine(batch, all);
    check(batch);
    for (const credit::BatchClaim& claim : batch.claims) read += claim.message.whole.size();
  }
  require(trouble.empty() ? read == bytes.size() : read <= bytes.size());
  return 0;
}
