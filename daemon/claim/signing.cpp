// SPDX-License-Identifier: Apache-2.0
#include "daemon/claim/signing.hpp"

#include <algorithm>

namespace greentill::claim {

Result<std::size_t, Fault> sign_message(const Hasher& hasher, Signer& signer, MessageType type,
                                        const std::optional<AccountHint>& account, ByteView payload, MutableBytes out) {
  Signature signature{};
  const Digest thumbprint = signer.thumbprint();
  const auto size = encode_message(type, thumbprint, account, payload, signature, out);
  if (!size) return size;
  if (!signer.sign(signature_digest(hasher, type, thumbprint, payload), signature)) {
    return Failure{Fault{Fault::Kind::signing, 0, "the key cannot sign"}};
  }
  // The message was encoded with a signature of zeros, to know its size. The signature is its last item and always as long, so
  // the real one takes their place.
  std::copy(signature.begin(), signature.end(), out.begin() + static_cast<std::ptrdiff_t>(*size - signature.size()));
  return size;
}

}  // namespace greentill::claim
