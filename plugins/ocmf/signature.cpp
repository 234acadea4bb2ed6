// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/signature.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "plugins/common/json_tree.hpp"

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

template <typename T, void (*free)(T*)>
using Owned = std::unique_ptr<T, decltype([](T* object) { free(object); })>;

void free_bio(BIO* bio) { BIO_free(bio); }

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    const int value = static_cast<int>(digit < 16 ? digit : digit - 6);
    if (high >= 0) bytes += static_cast<char>(high * 16 + value);
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0 || bytes.empty()) return std::nullopt;
  return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string compact;
  std::copy_if(text.begin(), text.end(), std::back_inserter(compact), [](char c) { return c != '\n' && c != '\r'; });
  if (compact.empty() || compact.size() % 4 != 0 || compact.size() > kMostKeyBytes) return std::nullopt;
  std::string bytes(compact.size() / 4 * 3, '\0');
  const int got = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                  reinterpret_cast<const unsigned char*>(compact.data()), static_cast<int>(compact.size()));
  if (got < 0) return std::nullopt;
  const std::size_t padding = compact.ends_with("==") ? 2 : compact.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(got) - padding);
  return bytes;
}

std::shared_ptr<void> owned(EVP_PKEY* key) {
  ERR_clear_error();
  if (key == nullptr) return nullptr;
  return {key, [](void* object) { EVP_PKEY_free(static_cast<EVP_PKEY*>(object)); }};
}

std::shared_ptr<void> from_pem(std::string_view text) {
  const Owned<BIO, free_bio> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return owned(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

std::shared_ptr<void> from_der(std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned char* const end = data + bytes.size();
  auto key = owned(d2i_PUBKEY(nullptr, &data, static_cast<long>(bytes.size())));
  return data == end ? key : nullptr;
}

std::shared_ptr<void> from_point(std::string_view bytes, const char* group) {
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size()) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  return owned(key);
}

std::string curve_of(EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return {};
  const auto curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return group.data() == std::string_view(c.openssl); });
  return curve != kCurves.end() ? std::string(curve->name) : std::string();
}

/// "secp256r1" from "ECDSA-secp256r1-SHA256".
std::string_view curve_of(std::string_view algorithm) {
  const std::size_t dash = algorithm.rfind('-');
  if (!algorithm.starts_with("ECDSA-") || dash < 6 || algorithm.substr(dash) != "-SHA256") return {};
  const std::string_view name = algorithm.substr(6, dash - 6);
  const bool known = std::any_of(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.name == name; });
  return known ? name : std::string_view();
}

std::string text_or(const plugin::JsonValue& object, std::string_view name, std::string absent) {
  const plugin::JsonValue* member = object.member(name);
  if (member == nullptr) return absent;
  if (!member->is(plugin::JsonValue::Type::text)) throw Unusable(std::string(name) + " must be a text");
  return member->text;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": the key cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Signature Signature::parse(std::string_view json) {
  const plugin::JsonValue root = plugin::parse_json(json);
  if (!root.is(plugin::JsonValue::Type::object)) throw Unusable("the signature must be an object");
  Signature signature;
  signature.algorithm = text_or(root, "SA", signature.algorithm);
  if (curve_of(signature.algorithm).empty()) throw Unusable("SA is none of the algorithms of OCMF's table 22");
  if (text_or(root, "SM", "application/x-der") != "application/x-der") throw Unusable("SM must be application/x-der");
  const std::string encoding = text_or(root, "SE", "hex");
  if (encoding != "hex" && encoding != "base64") throw Unusable("SE must be hex or base64");
  const std::string written = text_or(root, "SD", "");
  const auto data = encoding == "hex" ? from_hex(written) : from_base64(written);
  if (!data) throw Unusable("SD is not in the encoding that SE says");
  signature.data = *data;
  return signature;
}

PublicKey PublicKey::parse(std::string_view written, std::string_view curve) {
  if (written.size() > kMostKeyBytes) throw std::runtime_error("it is longer than a public key");
  std::shared_ptr<void> key;
  if (written.find("-----BEGIN") != std::string_view::npos) {
    key = from_pem(written);
  } else {
    const auto hex = from_hex(written);
    const auto base64 = hex ? std::nullopt : from_base64(written);
    const std::string bytes = hex ? *hex : base64.value_or(std::string(written));
    key = from_der(bytes);
    const auto named = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.name == curve; });
    if (!key && named != kCurves.end()) key = from_point(bytes, named->openssl);
  }
  if (!key) {
    throw std::runtime_error("it is no public key in PEM or DER, nor a point with its curve (hexadecimal or base64 will do)");
  }
  std::string name = curve_of(static_cast<EVP_PKEY*>(key.get()));
  if (name.empty()) throw std::runtime_error("it is on none of the curves of OCMF's table 22");
  if (!curve.empty() && curve != name) throw std::runtime_error("it is on " + name + ", not on " + std::string(curve));
  return {std::move(key), std::move(name)};
}

bool PublicKey::verify(std::string_view bytes, std::string_view der) const {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  auto* const key = static_cast<EVP_PKEY*>(key_.get());
  const bool good = context && EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key, nullptr) == 1 &&
                    EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(der.data()), der.size(),
                                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

Meters::Meters(const plugin::Toml& toml) {
  for (const plugin::Toml& meter : toml.tables("meter")) {
    meter.only({"serial", "key", "key_file", "curve"});
    const std::string serial = meter.text("serial");
    if (serial.empty() || serial.size() > 64) meter.wrong("serial", "must be 1 to 64 bytes");
    if (meter.has("key") == meter.has("key_file")) meter.wrong("serial", "needs either a key or a key_file");
    const char* from = meter.has("key") ? "key" : "key_file";
    try {
      const std::string written = meter.has("key") ? meter.text("key") : read_file(meter.text("key_file"));
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
