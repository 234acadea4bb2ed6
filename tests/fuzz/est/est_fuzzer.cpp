// SPDX-License-Identifier: Apache-2.0
// EST's requests, with whatever stands in path, headers and body: a line each of method, path, type and authorization, then the
// body. Every one has an answer in words or base64, and only what is whole reaches the office.
#include <cstdint>
#include <cstdlib>

#include "daemon/base/text.hpp"
#include "tests/fuzz/est/new_root.hpp"
#include "tests/support/set_clock.hpp"
#include "tools/credit-service/est/protocol.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

class NoLog final : public Log {
 public:
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view /*message*/) override {}
};

class Waiting final : public credit::EnrolmentOffice {
 public:
  Result<credit::EnrolmentAnswer> enrol(const std::string& device, const Digest& code,
                                        const crypto::CertificateRequest& /*request*/) override {
    require(credit::check_device_id(device).ok() && code != Digest{});
    return credit::EnrolmentAnswer{credit::EnrolmentAnswer::Kind::wait, "waits", {}, false, {}};
  }
  Result<credit::EnrolmentAnswer> renew(const crypto::Certificate& /*shown*/,
                                        const crypto::CertificateRequest& /*request*/) override {
    std::abort();  // nobody shows a certificate here
  }
  Result<std::optional<std::uint64_t>> settled_rides(const std::string& /*lock*/) override { std::abort(); }  // nobody signs here
  Result<credit::SettingsAnswer> settings(const crypto::Certificate& /*shown*/, std::uint64_t /*had*/) override { std::abort(); }
  Result<LicenceAnswer> licence(const crypto::Certificate& /*shown*/) override { std::abort(); }
  Result<credit::Publication> methodologies() override { return credit::Publication{}; }
};

std::string take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Waiting office;
  static test::SetClock clock{1'796'000'000, true};
  static NoLog log;
  static const auto est = credit::EstProtocol::make({fuzz::new_root(clock.now).certificate()}, office, nullptr, clock, log);
  require(est.ok());
  clock.since_boot += 3600;  // so that no guess is one too many
  std::string_view rest = as_text({data, size});
  credit::EstRequest request;
  request.method = take_line(rest);
  request.path = take_line(rest);
  request.content_type = take_line(rest);
  request.authorization = take_line(rest);
  request.body = rest;
  request.address = "192.0.2.1";
  const credit::EstReply reply = (*est)->answer(request);
  require(reply.status == 200 || reply.status == 202 || (reply.status >= 400 && reply.status < 500));
  require(!reply.body.empty() && (reply.status != 200 || request.method == "GET"));
  require((reply.status == 202 || reply.status == 429) ==
          std::ranges::any_of(reply.headers, [](const auto& header) { return header.first == "Retry-After"; }));
  return 0;
}
