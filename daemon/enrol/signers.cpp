// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/signers.hpp"

#include <algorithm>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostSignersBytes = 256u << 10;

Status check_signer(const crypto::Certificate& one, const crypto::Authority& anchors, const crypto::Certificate& own) {
  const std::string name = "the certificate of the signer \"" + one.common_name() + "\": ";
  if (!one.has_usage(crypto::kBundleSigningUsage)) {
    return fail(ErrorCode::denied, name + "its extended key usage lacks " + std::string(crypto::kBundleSigningUsage));
  }
  if (one.issuer() == own.issuer()) {
    return fail(ErrorCode::denied, name + "it stands under \"" + own.issuer() +
                                       "\", which issues devices' certificates; signers have an authority of their own");
  }
  if (Status vouched = anchors.check(one, std::nullopt); !vouched) return Failure{vouched.error().with_context(name)};
  return Done{};
}

const crypto::Certificate* find(const std::vector<crypto::Certificate>& signers, const claim::KeyedSigner& signer) {
  const auto found = std::ranges::find_if(signers, [&signer](const crypto::Certificate& one) {
    return claim::key_id(one.key_hash()) == signer.key && (!signer.thumbprint || *signer.thumbprint == one.thumbprint());
  });
  return found == signers.end() ? nullptr : &*found;
}

}  // namespace

Status check_signed(const std::vector<crypto::Certificate>& signers, const claim::KeyedMessage& message, const std::string& by) {
  const crypto::Certificate* signer = find(signers, message.signer);
  if (signer == nullptr) {
    return fail(ErrorCode::denied, by + ": it sent what was signed by the key " + to_hex(message.signer.key) +
                                       ", which is none of those that it says sign for it");
  }
  const auto verifier = signer->make_verifier();
  if (!verifier) return Failure{verifier.error()};
  if (claim::verify_keyed_message(crypto::hasher(), **verifier, message)) return Done{};
  return fail(ErrorCode::denied, by + ": \"" + signer->common_name() + "\" did not sign what came in its name");
}

Result<std::vector<crypto::Certificate>> read_signers(std::string_view pem, std::string_view anchors,
                                                      const crypto::Certificate& own) {
  const auto authority = crypto::Authority::from_pem(anchors);
  if (!authority) return Failure{authority.error()};
  auto all = crypto::Certificate::all_from_pem(pem);
  if (!all) return Failure{all.error().with_context("who signs bundles and times")};
  for (const crypto::Certificate& one : *all) {
    if (Status good = check_signer(one, *authority, own); !good) return Failure{good.error()};
  }
  return all;
}

Status Signers::load(const crypto::Certificate& own) {
  // The authorities may be others than before: who signs is then judged by these.
  auto anchors = read_file(slots_.anchors(), kMostSignersBytes);
  if (!anchors) return Failure{anchors.error()};
  if (loaded_ && *anchors == anchors_) return Done{};
  anchors_ = std::move(*anchors);
  loaded_ = true;
  known_.clear();
  const auto pem = read_file(slots_.signers(), kMostSignersBytes);
  if (!pem) return Done{};  // none was asked for yet
  // A file that is damaged, or that other authorities vouched for, is fetched anew where it is needed.
  if (auto known = read_signers(*pem, anchors_, own)) known_ = std::move(*known);
  return Done{};
}

Status Signers::fetch(const crypto::Certificate& own, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled) {
  const auto reply = ask(server_, {.operation = "signers", .anchors = anchors_}, limit, cancelled);
  if (!reply) return Failure{reply.error()};
  if (reply->http.status == 404) {
    return fail(ErrorCode::not_found, server_.shown + ": this service signs neither bundles nor times (404)");
  }
  if (!reply->http.ok()) {
    return fail(ErrorCode::unavailable,
                server_.shown + ": it does not say who signs bundles and times (" + std::to_string(reply->http.status) + ")");
  }
  auto fetched = read_signers(reply->http.body, anchors_, own);
  if (!fetched) return Failure{fetched.error().with_context(server_.shown)};
  known_ = std::move(*fetched);
  return write_file_durably(slots_.signers(), reply->http.body);
}

Status Signers::prepare(const crypto::Certificate& own, std::chrono::milliseconds limit, const std::atomic<bool>& cancelled) {
  if (Status loaded = load(own); !loaded) return loaded;
  return known_.empty() ? fetch(own, limit, cancelled) : Status(Done{});
}

Status Signers::check(const claim::KeyedMessage& message, const crypto::Certificate& own, std::chrono::milliseconds limit,
                      const std::atomic<bool>& cancelled) {
  if (Status loaded = load(own); !loaded) return loaded;
  if (find(known_, message.signer) == nullptr) {
    if (Status fetched = fetch(own, limit, cancelled); !fetched) return fetched;
  }
  return check_signed(known_, message, server_.shown);
}

}  // namespace greentill::enrol
