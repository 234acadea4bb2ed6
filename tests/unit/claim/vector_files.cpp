// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/claim/vector_files.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "daemon/claim/signing.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::test {
namespace {

const std::filesystem::path kVectorFolder = std::filesystem::path(GREENTILL_SOURCE_DIR) / "tests/vectors/claim";

MbedtlsSigner load_signer(const std::string& name) { return {vector_file(name + ".key.pem"), vector_file(name + ".crt.pem")}; }

}  // namespace

std::string vector_file(const std::string& name) {
  std::ifstream in(kVectorFolder / name);
  if (!in) throw std::runtime_error("cannot read " + (kVectorFolder / name).string());
  return {std::istreambuf_iterator<char>(in), {}};
}

VectorJson read_vectors(const std::string& name) { return VectorJson::parse(vector_file(name)); }

void check_vector_file(const std::string& name, const VectorJson& document) {
  const std::string wanted = document.dump(2) + "\n";
  const char* write = std::getenv("GREENTILL_WRITE_VECTORS");
  if (write != nullptr && std::string(write) == "1") {
    std::ofstream(kVectorFolder / name) << wanted;
    return;
  }
  CAPTURE(name);
  CHECK(vector_file(name) == wanted);
}

VectorKeys::VectorKeys() : device_(load_signer("device")), service_(load_signer("service")) {}

std::string VectorKeys::signer_of(claim::MessageType type) { return type == claim::MessageType::claim ? "device" : "service"; }

Buffer VectorKeys::sign(const Vector& vector) {
  Buffer out(vector.payload.size() + 256);
  const auto size = claim::sign_message(crypto::hasher(), signer(vector.type), vector.type, vector.account, vector.payload, out);
  if (!size) throw std::logic_error(size.error().reason);
  out.resize(*size);
  return out;
}

Digest VectorKeys::thumbprint(claim::MessageType type) { return signer(type).thumbprint(); }

Digest vector_key_hash(const std::string& signer) {
  const auto certificate = crypto::Certificate::leaf_from(vector_file(signer + ".crt.pem"));
  if (!certificate) throw std::logic_error("no certificate of " + signer);
  return certificate->key_hash();
}

}  // namespace greentill::test
