// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/signature.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "daemon/base/hex.hpp"
#include "daemon/crypto/base64.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::ocmf {
namespace {

using plugin::Unusable;

/// Table 22. All of them hash with SHA-256.
struct Curve {
  std::string_view name;
  const char* openssl;
};
constexpr std::array<Curve, 7> kCurves{{{"secp192k1", "secp192k1"},
                                        {"secp256k1", "secp256k1"},
                                        {"secp192r1", "prime192v1"},
                                        {"secp256r1", "prime256v1"},
                                        {"brainpool256r1", "brainpoolP256r1"},
                                        {"secp384r1", "secp384r1"},
                                        {"brainpool384r1", "brainpoolP384r1"}}};

constexpr std::size_t kMostKeyBytes = 8192;

/// Blanks and line ends may part the digits.
std::optional<std::string> bytes_of_hex(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  const auto bytes = from_hex(digits);
  return bytes && !bytes->empty() ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}

std::string curve_of(const crypto::PublicKey& key) {
  const auto curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return key.curve() == c.openssl; });
  return curve != kCurves.end() ? std::string(curve->name) : std::string();
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  return text.size() <= kMostKeyBytes ? crypto::from_base64(text) : std::nullopt;
}

/// "secp256r1" from "ECDSA-secp256r1-SHA256".
std::string_view curve_of(std::string_view algorithm) {
  const std::size_t dash = algorithm.rfind('-');
  if (!algorithm.starts_with("ECDSA-") || dash < 6 || algorithm.substr(dash) != "-SHA256") return {};
  const std::string_view name = algorithm.substr(6, dash - 6);
  const bool known = std::any_of(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.name == name; });
  return known ? name : std::string_view();
}

}  // namespace

Signature Signature::parse(std::string_view json) {
  const plugin::JsonValue root = plugin::parse_json_tree(json);
  if (!root.is(plugin::JsonValue::Type::object)) throw Unusable("the signature must be an object");
  Signature signature;
  signature.algorithm = root.text_of("SA").value_or(signature.algorithm);
  if (curve_of(signature.algorithm).empty()) throw Unusable("SA is none of the algorithms of OCMF's table 22");
  if (root.text_of("SM").value_or("application/x-der") != "application/x-der") throw Unusable("SM must be application/x-der");
  const std::string encoding = root.text_of("SE").value_or("hex");
  if (encoding != "hex" && encoding != "base64") throw Unusable("SE must be hex or base64");
  const std::string written = root.text_of("SD").value_or("");
  const auto data = encoding == "hex" ? bytes_of_hex(written) : bytes_of_base64(written);
  if (!data) throw Unusable("SD is not in the encoding that SE says");
  signature.data = *data;
  return signature;
}

PublicKey PublicKey::parse(std::string_view written, std::string_view curve) {
  if (written.size() > kMostKeyBytes) throw std::runtime_error("it is longer than a public key");
  std::optional<crypto::PublicKey> key;
  if (written.find("-----BEGIN") != std::string_view::npos) {
    key = crypto::PublicKey::from_pem(written);
  } else {
    const auto hex = bytes_of_hex(written);
    const auto base64 = hex ? std::nullopt : bytes_of_base64(written);
    const std::string bytes = hex ? *hex : base64.value_or(std::string(written));
    key = crypto::PublicKey::from_der(as_bytes(bytes));
    const auto named = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.name == curve; });
    if (!key && named != kCurves.end()) key = crypto::PublicKey::from_point(as_bytes(bytes), named->openssl);
  }
  if (!key) {
    throw std::runtime_error("it is no public key in PEM or DER, nor a point with its curve (hexadecimal or base64 will do)");
  }
  std::string name = curve_of(*key);
  if (name.empty()) throw std::runtime_error("it is on none of the curves of OCMF's table 22");
  if (!curve.empty() && curve != name) throw std::runtime_error("it is on " + name + ", not on " + std::string(curve));
  return {std::move(*key), std::move(name)};
}

bool PublicKey::verify(std::string_view bytes, std::string_view der) const {
  return key_.verify_sha256(as_bytes(bytes), as_bytes(der));
}

Meters::Meters(const toml::Table& toml) {
  for (const toml::Table& meter : toml.tables("meter")) {
    const std::string serial = meter.filled_text("serial", 64);
    if (meter.has("key") == meter.has("key_file")) meter.wrong("serial", "needs either a key or a key_file");
    const char* from = meter.has("key") ? "key" : "key_file";
    try {
      const std::string written = meter.has("key") ? meter.text("key") : plugin::read_text(meter.text("key_file"));
      keys_.emplace(serial, PublicKey::parse(written, meter.text_or("curve", "")));
    } catch (const std::runtime_error& error) {
      meter.wrong(from, std::string("is of no use: ") + error.what());
    }
  }
  if (keys_.empty()) toml.wrong("meter", "is missing: without the meters' public keys no record can be believed");
}

void Meters::check(const std::string& meter, std::string_view bytes, const Signature& signature) const {
  const auto [first, last] = keys_.equal_range(meter);
  if (first == last) throw Unusable("there is no public key for its meter: add its serial number as a [[meter]], if it is yours");
  const std::string_view curve = curve_of(signature.algorithm);
  bool on_curve = false;
  for (auto key = first; key != last; ++key) {
    if (key->second.curve() != curve) continue;
    on_curve = true;
    if (key->second.verify(bytes, signature.data)) return;
  }
  if (!on_curve) throw Unusable("it is signed on " + std::string(curve) + ", its meter's key is on " + first->second.curve());
  throw Unusable("its signature is wrong: it was changed, or another meter signed it");
}

}  // namespace greentill::ocmf
