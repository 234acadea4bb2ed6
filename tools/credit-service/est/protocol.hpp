// SPDX-License-Identifier: Apache-2.0
// EST (RFC 7030) without sockets: what is answered to which request. docs/enrolment.md, "The protocol".
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/ports.hpp"
#include "tools/credit-service/enrolment/enrolling.hpp"
#include "tools/credit-service/enrolment/settings_answer.hpp"
#include "tools/credit-service/est/messages.hpp"
#include "tools/credit-service/est/signed_answers.hpp"
#include "tools/credit-service/http/guesses.hpp"

namespace greentill::credit {

/// Who decides. Threads: called from many at once.
class EnrolmentOffice {
 public:
  virtual ~EnrolmentOffice() = default;
  /// `code`: crypto::code_hash() of the code that the device was given.
  virtual Result<EnrolmentAnswer> enrol(const std::string& device, const Digest& code,
                                        const crypto::CertificateRequest& request) = 0;
  virtual Result<EnrolmentAnswer> renew(const crypto::Certificate& shown, const crypto::CertificateRequest& request) = 0;
  /// `had`: the number of the device's settings.
  virtual Result<SettingsAnswer> settings(const crypto::Certificate& shown, std::uint64_t had) = 0;
  /// A dock's licence, for who shows that certificate.
  struct LicenceAnswer {
    std::string device;         ///< empty: it is given none,
    std::string words = {};     ///< for that reason
    std::int64_t lifetime = 0;  ///< of the licence, in seconds
  };
  virtual Result<LicenceAnswer> licence(const crypto::Certificate& shown) = 0;
  /// What is published for all devices.
  virtual Result<Publication> methodologies() = 0;
  /// Up to which ride all of a lock are settled; nothing where the registry has no such lock.
  virtual Result<std::optional<std::uint64_t>> settled_rides(const std::string& lock) = 0;
};

inline constexpr std::size_t kMostRequestBytes = 16u << 10;  ///< of a body

/// The user and password of HTTP's Basic scheme (RFC 7617); nothing where the header is not of that form.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> read_basic(std::string_view authorization);

/// The request that a body holds: base64, in lines or not. invalid, with what is wrong with it, where it holds none.
Result<crypto::CertificateRequest> read_request(std::string_view body);

/// Threads: safe from any thread.
class EstProtocol {
 public:
  /// `anchors`: what /cacerts gives, one at least. `beside`: what is told besides EST; null: nothing. The others must outlive it.
  static Result<std::unique_ptr<EstProtocol>> make(const std::vector<crypto::Certificate>& anchors, EnrolmentOffice& office,
                                                   std::unique_ptr<SignedAnswers> beside, Clock& clock, Log& log);
  [[nodiscard]] EstReply answer(const EstRequest& request);

 private:
  EstProtocol(std::string anchors, EnrolmentOffice& office, std::unique_ptr<SignedAnswers> beside, Clock& clock, Log& log)
      : anchors_(std::move(anchors)), office_(office), beside_(std::move(beside)), clock_(clock), log_(log) {}
  EstReply give_certificates();
  EstReply enrol(const EstRequest& request);
  EstReply renew(const EstRequest& request);
  EstReply beside(const EstRequest& request);
  EstReply settings(const EstRequest& request, std::string_view had);
  EstReply methodologies(const EstRequest& request, std::string_view had);
  EstReply licence(const EstRequest& request);
  EstReply lock_receipt(const EstRequest& request, const std::string& lock);
  EstReply tell(const std::string& who, const EstRequest& request, const Result<EnrolmentAnswer>& answer);
  EstReply unable(const std::string& who, const EstRequest& request, const Error& why);
  EstReply give(const EnrolmentAnswer& answer);
  EstReply wrong_code(const std::string& device, const EstRequest& request, const std::string& why);
  void log(LogLevel level, const std::string& line);

  const std::string anchors_;  // as /cacerts answers
  EnrolmentOffice& office_;
  const std::unique_ptr<SignedAnswers> beside_;
  Clock& clock_;
  Log& log_;
  std::mutex mutex_;  // of what follows
  Guesses guesses_;
  LineAllowance wrong_lines_{10, std::chrono::minutes(1)};
  LineAllowance other_lines_{100, std::chrono::seconds(1)};
};

}  // namespace greentill::credit
