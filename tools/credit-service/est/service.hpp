// SPDX-License-Identifier: Apache-2.0
// The EST server of a worker: its parts put together, and started again where its address was taken.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/credit-service/est/office.hpp"
#include "tools/credit-service/est/protocol.hpp"
#include "tools/credit-service/http/server.hpp"

namespace greentill::credit {

struct EstOptions {
  std::string host;
  std::uint16_t port = 0;
  std::string certificate;  ///< PEM, with its issuers behind it
  std::vector<crypto::Certificate> anchors;
};

/// Answers until it is destroyed. Threads: of its own; start and destroy from one.
class EstService {
 public:
  /// Where another process has the address, as another worker of the same configuration, it is tried again every few seconds:
  /// when that one ends, this one answers. invalid where certificate or key cannot be used. `key`: PEM. `beside`: as of
  /// EstProtocol::make().
  static Result<std::unique_ptr<EstService>> start(EstOptions options, crypto::Secret key,
                                                   std::unique_ptr<EnrolmentOffice> office, std::unique_ptr<SignedAnswers> beside,
                                                   Clock& clock, Log& log);
  virtual ~EstService() = default;
  /// 0 while it does not listen.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace greentill::credit
