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
  // The signature is the message's last item, and its size does not depend on its value: it is written over the placeholder.
  std::copy(signature.begin(), signature.end(), out.begin() + static_cast<std::ptrdiff_t>(*size - signature.size()));
  return size;
}

}  // namespace greentill::claim
