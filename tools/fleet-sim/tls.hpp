// SPDX-License-Identifier: Apache-2.0
// TLS of a whole fleet in one process: one context, in which each connection shows its own device's certificate, since a context
// a device would take more memory than the connection. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

struct ssl_ctx_st;
struct x509_st;
struct evp_pkey_st;

namespace greentill::fleet_sim {

/// Makes room in OpenSSL's secure heap for so many devices' private keys; the program's own would hold some hundreds. Must come
/// before any key is read. unavailable where the system gives no memory for it.
Status make_room_for_keys(std::size_t devices);

/// What a device shows the broker.
class Credential {
 public:
  /// Of PEM texts. invalid where one cannot be read.
  static Result<Credential> from(std::string_view key, std::string_view certificate);

 private:
  friend class Tls;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

class Tls {
 public:
  /// `authorities`: PEM file of those that vouch for the broker, whose certificate must be for `host`.
  static Result<std::unique_ptr<Tls>> make(const std::string& authorities, const std::string& host);

  /// For connections that are made with it; each asks back for a certificate while it shakes hands. Lifetime: this object's.
  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }
  /// Whose certificate is shown in the calls into OpenSSL that follow. It must live until they are over.
  void act_for(const Credential& credential) { current_ = &credential; }

 private:
  Tls() = default;
  std::shared_ptr<ssl_ctx_st> context_;
  const Credential* current_ = nullptr;
};

}  // namespace greentill::fleet_sim
