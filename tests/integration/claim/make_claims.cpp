// SPDX-License-Identifier: Apache-2.0
// make-claims FOLDER COUNT: writes claims.cborseq, COUNT random claims of every kind by two devices, linked and signed as devices
// do it, and certificates.pem, who signed them. The keys are new and the nonces random each time; the claims are the same.
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include "daemon/claim/chain.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_signer.hpp"
#include "tests/unit/claim/samples.hpp"

namespace {

using namespace greentill;
using namespace greentill::claim;
using namespace greentill::test;

/// A device that claims whatever the generator gives, in chains: a `start` begins one, anything else continues it.
class Device {
 public:
  explicit Device(std::string id) : id_(std::move(id)), signer_(id_) {}

  /// False where the claim does not fit a message, which a device would not make either.
  bool append(Claim claim, std::optional<AccountHint> account, std::ofstream& out) {
    const bool starts = std::get_if<Start>(&claim.entry) != nullptr;
    if (!starts && head_.seq == 0) return false;
    ChainHead head = starts ? ChainHead{claim.chain, 0, {}} : head_;
    claim.device = id_;
    claim.chain = head.chain;
    claim.seq = head.seq + 1;
    claim.prev = head.payload_hash;
    if (check_link(head, claim) != LinkFault::none) throw std::logic_error("not the next link");
    const Buffer payload = payload_of(claim);
    Signature signature{};
    if (!signer_.sign(signature_digest(hasher_, MessageType::claim, signer_.thumbprint(), payload), signature)) {
      throw std::runtime_error("no signature");
    }
    Buffer message(kMaxClaimBytes);
    const auto size = encode_message(MessageType::claim, signer_.thumbprint(), account, payload, signature, message);
    if (!size) return false;
    out.write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(*size));
    advance(head, hasher_, payload);
    head_ = head;
    return true;
  }
  [[nodiscard]] const std::string& certificate_pem() const { return signer_.certificate_pem(); }

 private:
  std::string id_;
  TestSigner signer_;
  crypto::Hasher hasher_;
  ChainHead head_;
};

void make(const std::string& folder, unsigned count) {
  Device devices[] = {Device("dock-17"), Device("kiosk-3")};
  std::ofstream certificates(folder + "/certificates.pem");
  for (const Device& device : devices) certificates << device.certificate_pem();
  std::ofstream claims(folder + "/claims.cborseq", std::ios::binary);
  for (unsigned made = 0, seed = 0; made < count; ++seed) {
    ClaimGenerator generator(seed);
    std::optional<AccountHint> account;
    if (seed % 3 == 0) account = AccountHint{counted<16>(static_cast<std::uint8_t>(seed)), "customer"};
    if (devices[made * 2 / count].append(generator.next(), account, claims)) ++made;
  }
  if (!claims.flush() || !certificates.flush()) throw std::runtime_error("cannot write to " + folder);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: make-claims FOLDER COUNT\n", stderr);
    return 2;
  }
  try {
    make(argv[1], static_cast<unsigned>(std::stoul(argv[2])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make-claims: %s\n", error.what());
    return 1;
  }
  return 0;
}
