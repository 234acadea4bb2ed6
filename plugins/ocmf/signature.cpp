// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/signature.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "daemon/base/hex.hpp"
#include "daemon/base/text.hpp"
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
  std::string_view spellings;  // in small letters and without dashes, with a blank before and behind each
};
constexpr std::array<Curve, 7> kCurves{{{"secp192k1", "secp192k1", " secp192k1 ansip192k1 "},
                                        {"secp256k1", "secp256k1", " secp256k1 ansip256k1 "},
                                        {"secp192r1", "prime192v1", " secp192r1 prime192v1 p192 nistp192 ansip192r1 "},
                                        {"secp256r1", "prime256v1", " secp256r1 prime256v1 p256 nistp256 ansip256r1 "},
                                        {"brainpool256r1", "brainpoolP256r1", " brainpool256r1 brainpoolp256r1 "},
                                        {"secp384r1", "secp384r1", " secp384r1 prime384v1 p384 nistp384 ansip384r1 "},
                                        {"brainpool384r1", "brainpoolP384r1", " brainpool384r1 brainpoolp384r1 "}}};

/// Without what makers and libraries spell differently.
std::string plain_name(std::string_view written) {
  std::string name = lower_case(written);
  std::erase_if(name, [](char c) { return c == '-' || c == '_' || c == ' '; });
  return name;
}

/// The specification's name; empty where it is none of these curves.
std::string_view known_curve(std::string_view written) {
  const std::string in_list = " " + plain_name(written) + " ";
  const auto found = std::find_if(kCurves.begin(), kCurves.end(),
                                  [&](const Curve& c) { return c.spellings.find(in_list) != std::string_view::npos; });
  return found != kCurves.end() ? found->name : std::string_view();
}

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

/// "secp256r1" from "ECDSA-secp256r1-SHA256", "brainpool256r1" from "ECDSA-brainpoolP256r1-SHA256".
std::string_view curve_of(std::string_view algorithm) {
  constexpr std::string_view kBefore = "ecdsa";
  constexpr std::string_view kBehind = "sha256";
  const std::string name = plain_name(algorithm);
  if (!name.starts_with(kBefore) || !name.ends_with(kBehind) || name.size() < kBefore.size() + kBehind.size()) return {};
  return known_curve(std::string_view(name).substr(kBefore.size(), name.size() - kBefore.size() - kBehind.size()));
}

/// "3059…" from what meters have printed, "oca:base16:asn1:3059…". OCPP sends either in base64.
std::string_view without_scheme(std::string_view written) {
  constexpr std::string_view kScheme = "oca:base16:asn1:";
  return written.starts_with(kScheme) ? written.substr(kScheme.size()) : written;
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

PublicKey PublicKey::parse(std::string_view written, std::string_view curve_name) {
  if (written.size() > kMostKeyBytes) throw std::runtime_error("it is longer than a public key");
  const std::string_view curve = known_curve(curve_name);
  if (!curve_name.empty() && curve.empty()) throw std::runtime_error("its curve is none of OCMF's table 22");
  std::optional<crypto::PublicKey> key;
  if (written.find("-----BEGIN") != std::string_view::npos) {
    key = crypto::PublicKey::from_pem(written);
  } else {
    const auto hex = bytes_of_hex(without_scheme(written));
    const auto base64 = hex ? std::nullopt : bytes_of_base64(written);
    if (base64 && bytes_of_hex(without_scheme(*base64))) return parse(without_scheme(*base64), curve);
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
