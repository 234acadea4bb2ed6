// SPDX-License-Identifier: Apache-2.0
// SHA-256 piece by piece on mbedTLS 2.28, apart from the keys: the boot part needs no more of it. Threads: one.
#pragma once

#include "firmware/core/ports.hpp"

namespace greentill::firmware {

class MbedtlsSha256 final : public Sha256 {
 public:
  MbedtlsSha256();
  MbedtlsSha256(const MbedtlsSha256&) = delete;
  MbedtlsSha256& operator=(const MbedtlsSha256&) = delete;
  ~MbedtlsSha256();
  void begin() override;
  void add(ByteView piece) override;
  [[nodiscard]] Digest finish() override;

 private:
  alignas(8) Bytes<112> context_{};  ///< mbedTLS's own, whose header stays out of ours
};

}  // namespace greentill::firmware
