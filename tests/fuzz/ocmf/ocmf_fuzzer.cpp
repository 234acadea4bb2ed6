// SPDX-License-Identifier: Apache-2.0
// What the source `ocmf` reads. The first byte says what the rest is: records in whatever container, whose signatures are
// believed so that what is behind them is reached; a signature section; a public key.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "plugins/ocmf/reader.hpp"
#include "tests/fuzz/pieces.hpp"

namespace {

using namespace greentill;

void check_session(const plugin::Transaction& t) {
  fuzz::require(t.kind == GT_KIND_CHARGE && t.begin <= t.end);
  fuzz::require((t.standing == GT_DOUBTFUL) == !t.remark.empty());
  // What may be claimed has its energy and the record that says so.
  fuzz::require(t.standing != GT_FINAL || (t.quantities.size() == 1 && t.quantities[0].value >= 0 && !t.evidence.empty()));
  fuzz::require(t.standing == GT_FINAL || t.evidence.empty());
}

std::unique_ptr<plugin::RecordReader> records(plugin::ByteInput& bytes) {
  return std::make_unique<ocmf::Records>(bytes, ocmf::Plausible{},
                                         [](const std::string&, std::string_view, const ocmf::Signature&) {});
}

void check_signature(std::string_view text) {
  // A point of secp256r1: twice its generator.
  static const ocmf::PublicKey kKey = ocmf::PublicKey::parse(
      "047CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC4766997807775510DB8ED040293D9AC69F7430DBBA7DADE63CE982299E04B79D"
      "227873D1",
      "secp256r1");
  try {
    fuzz::require(!kKey.verify("the fuzzer has no key", ocmf::Signature::parse(text).data));
  } catch (const plugin::Unusable&) {
    // It is no signature, and the record is rejected.
  }
}

void check_key(std::string_view text) {
  for (const char* curve : {"", "secp256r1", "brainpool384r1"}) {
    try {
      fuzz::require(!ocmf::PublicKey::parse(text, curve).verify("x", "x"));
    } catch (const std::runtime_error&) {
      // It is no key, which whoever configured it is told.
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 's': check_signature(text); break;
    case 'k': check_key(text); break;
    default: fuzz::check_records(text, records, check_session);
  }
  return 0;
}
