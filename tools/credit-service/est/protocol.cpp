// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/est/protocol.hpp"

#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/base64.hpp"
#include "daemon/crypto/certs_only.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr std::string_view kPrefix = "/.well-known/est/";
constexpr std::string_view kLabel = "devices/";  // the only one that enrols; without a label it is meant, too
constexpr const char* kRetryAfter = "30";
/// RFC 7030, 4.5.2: EC keys on P-256, and ECDSA with SHA-256.
constexpr Bytes<35> kAttributes{0x30, 0x21, 0x30, 0x15, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                                0x01, 0x31, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
                                0x07, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

EstReply in_base64(const char* type, std::string body) {
  return {200, type, std::move(body), {{"Content-Transfer-Encoding", "base64"}}};
}

EstReply unauthorized(const std::string& words) {
  EstReply reply = say(401, words);
  reply.headers.emplace_back("WWW-Authenticate", "Basic realm=\"enrolment\", charset=\"UTF-8\"");
  return reply;
}

bool is_request_type(std::string_view type) {
  return lower_case(trimmed(type.substr(0, type.find(';')))) == "application/pkcs10";
}

/// What follows the prefix and the label; nothing where there is no such authority.
std::optional<std::string_view> operation_of(std::string_view path) {
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  if (path.starts_with(kLabel)) path.remove_prefix(kLabel.size());
  return path;
}

}  // namespace

std::optional<std::pair<std::string, std::string>> read_basic(std::string_view header) {
  constexpr std::string_view kScheme = "basic ";
  header = trimmed(header);
  if (lower_case(header.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const auto text = crypto::from_base64(trimmed(header.substr(kScheme.size())));
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text->substr(0, colon), text->substr(colon + 1));
}

Result<crypto::CertificateRequest> read_request(std::string_view body) {
  std::string digits;
  for (const char c : body.substr(0, std::min(body.size(), kMostRequestBytes))) {
    if (c != ' ' && c != '\t') digits += c;
  }
  const auto der = crypto::from_base64(digits);
  if (!der) return fail(ErrorCode::invalid, "the body is not base64 of a certificate request (RFC 7030, 4.2.1)");
  return crypto::CertificateRequest::from_der(as_bytes(*der));
}

Result<std::unique_ptr<EstProtocol>> EstProtocol::make(const std::vector<crypto::Certificate>& anchors, EnrolmentOffice& office,
                                                       std::unique_ptr<SignedAnswers> beside, Clock& clock, Log& log) {
  const auto message = crypto::certs_only(anchors);
  if (!message) return Failure{message.error()};
  return std::unique_ptr<EstProtocol>(new EstProtocol(crypto::to_base64(*message), office, std::move(beside), clock, log));
}

EstReply EstProtocol::answer(const EstRequest& request) {
  if (beside_ && request.path.starts_with(kBesideEst)) return beside(request);
  const auto operation = operation_of(request.path);
  if (!operation) return say(404, "there is nothing here; EST answers below /.well-known/est/");
  const bool reads = request.method == "GET";
  const bool posts = request.method == "POST";
  if (*operation == "cacerts") return reads ? give_certificates() : only_by("GET");
  if (*operation == "csrattrs") {
    return reads ? in_base64("application/csrattrs", crypto::to_base64(kAttributes)) : only_by("GET");
  }
  if (*operation == "simpleenroll") return posts ? enrol(request) : only_by("POST");
  if (*operation == "simplereenroll") return posts ? renew(request) : only_by("POST");
  return say(404, "there is no such operation or label; this is for devices: cacerts, csrattrs, simpleenroll, simplereenroll");
}

EstReply EstProtocol::give_certificates() { return in_base64("application/pkcs7-mime", anchors_); }

EstReply EstProtocol::enrol(const EstRequest& request) {
  if (!is_request_type(request.content_type)) return say(415, "the body must be application/pkcs10");
  const auto given = read_basic(request.authorization);
  if (!given) return unauthorized("say by HTTP Basic which device this is, and its code");
  {
    const std::scoped_lock lock(mutex_);
    if (!guesses_.may_try(request.address, clock_.monotonic())) {
      EstReply reply = say(429, "too many wrong codes came from this address; try again in a minute");
      reply.headers.emplace_back("Retry-After", std::to_string(Guesses::kEach.count()));
      return reply;
    }
  }
  const auto& [device, typed] = *given;
  const auto digits = crypto::read_code(typed);
  if (!digits) return wrong_code(device, request, digits.error().message);
  if (!check_device_id(device)) return wrong_code(device, request, "the device has no such code, or no longer");
  const auto csr = read_request(request.body);
  if (!csr) return say(400, csr.error().message);
  return tell(device, request, office_.enrol(device, crypto::code_hash(device, *digits, crypto::hasher()), *csr));
}

EstReply EstProtocol::renew(const EstRequest& request) {
  if (!is_request_type(request.content_type)) return say(415, "the body must be application/pkcs10");
  if (!request.peer) return say(401, "a certificate is renewed by whoever shows it: use it, and its key, for TLS");
  const auto csr = read_request(request.body);
  if (!csr) return say(400, csr.error().message);
  return tell(request.peer->common_name(), request, office_.renew(*request.peer, *csr));
}

EstReply EstProtocol::beside(const EstRequest& request) {
  constexpr std::string_view kSettings = "settings/";
  constexpr std::string_view kLocks = "locks/";
  constexpr std::string_view kMethodologies = "methodologies/";
  const std::string_view what = std::string_view(request.path).substr(kBesideEst.size());
  if (request.method != "GET") return only_by("GET");
  if (what.starts_with(kMethodologies)) return methodologies(request, what.substr(kMethodologies.size()));
  if (what == "licence") return licence(request);
  if (what.starts_with(kLocks)) return lock_receipt(request, std::string(what.substr(kLocks.size())));
  return what.starts_with(kSettings) ? settings(request, what.substr(kSettings.size())) : beside_->answer(what);
}

/// Of anybody: it says no more than a number, and the lock alone believes it.
EstReply EstProtocol::lock_receipt(const EstRequest& request, const std::string& lock) {
  if (!check_lock_id(lock)) return say(404, "there is no such lock: an id is 1 to 40 of a to z, 0 to 9 and hyphen");
  const auto settled = office_.settled_rides(lock);
  if (!settled) return unable("lock " + lock, request, settled.error());
  if (!*settled) return say(404, "there is no such lock in the registry");
  return beside_->tell_settled(lock, **settled);
}

EstReply EstProtocol::settings(const EstRequest& request, std::string_view number) {
  using Kind = SettingsAnswer::Kind;
  const auto had = parse_integer<std::uint64_t>(number);
  if (!had) return say(400, "settings are asked for with the number of those that the device has: settings/NUMBER");
  if (!request.peer) return say(401, "settings are told to the device itself: show its certificate, and its key, for TLS");
  const std::string who = request.peer->common_name();
  const auto answer = office_.settings(*request.peer, *had);
  if (!answer) return unable(who, request, answer.error());
  if (answer->kind == Kind::none) return {204, "text/plain; charset=utf-8", {}};
  if (answer->kind == Kind::absent) return say(404, answer->words);
  const std::string where = printable(who) + " from " + request.address + ": ";
  if (answer->kind == Kind::refused) {
    log(LogLevel::warning, where + "it is given no settings: " + answer->words);
    return say(403, answer->words);
  }
  log(LogLevel::info, where + "is told its settings number " + std::to_string(answer->settings.number));
  return beside_->tell_settings(who, answer->settings);
}

EstReply EstProtocol::licence(const EstRequest& request) {
  if (!request.peer) return say(401, "a licence is given to the device itself: show its certificate, and its key, for TLS");
  const std::string who = request.peer->common_name();
  const auto answer = office_.licence(*request.peer);
  if (!answer) return unable(who, request, answer.error());
  const std::string where = printable(who) + " from " + request.address + ": ";
  if (answer->device.empty()) {
    log(LogLevel::warning, where + "it is given no licence for locks: " + answer->words);
    return say(403, answer->words);
  }
  log(LogLevel::info, where + "is given a licence for locks");
  return beside_->give_licence(answer->device, *request.peer, answer->lifetime);
}

EstReply EstProtocol::methodologies(const EstRequest& request, std::string_view number) {
  const auto had = parse_integer<std::uint64_t>(number);
  if (!had) return say(400, "methodologies are asked for with the number of those that the device has: methodologies/NUMBER");
  const auto published = office_.methodologies();
  if (!published) return unable("somebody", request, published.error());
  // Whoever has a later number than the registry is told the latest, and sees that it is none.
  if (published->number == *had || published->number == 0) return {204, "text/plain; charset=utf-8", {}};
  auto bundle = beside_->sign_common(*published);
  if (!bundle) return unable("somebody", request, bundle.error());
  return {200, "application/cwt", std::move(bundle->message)};
}

EstReply EstProtocol::unable(const std::string& who, const EstRequest& request, const Error& why) {
  log(LogLevel::error, printable(who) + " from " + request.address + ": cannot be answered: " + why.message);
  EstReply reply = say(503, "the service cannot answer now; its log says why");
  reply.headers.emplace_back("Retry-After", kRetryAfter);
  return reply;
}

EstReply EstProtocol::tell(const std::string& who, const EstRequest& request, const Result<EnrolmentAnswer>& answer) {
  using Kind = EnrolmentAnswer::Kind;
  const std::string where = printable(who) + " from " + request.address + ": ";
  if (!answer) return unable(who, request, answer.error());
  if (answer->kind == Kind::unknown_code) return wrong_code(who, request, answer->words);
  if (answer->kind == Kind::issued) {
    if (answer->is_new) {
      log(LogLevel::info, where + "certificate " + to_hex(answer->certificate->thumbprint()) + " until " +
                              utc_text(answer->certificate->not_after()) + ", for the key with the fingerprint " +
                              crypto::fingerprint_of(answer->certificate->key_hash()) +
                              (answer->replaced ? ", in place of its key before" : ""));
    }
    return give(*answer);
  }
  log(answer->kind == Kind::wait ? LogLevel::info : LogLevel::warning, where + answer->words);
  if (answer->kind == Kind::refused) return say(403, answer->words);
  EstReply reply = say(202, answer->words);
  reply.headers.emplace_back("Retry-After", kRetryAfter);
  return reply;
}

EstReply EstProtocol::give(const EnrolmentAnswer& answer) {
  const auto message = crypto::certs_only({*answer.certificate});
  if (message) return in_base64("application/pkcs7-mime; smime-type=certs-only", crypto::to_base64(*message));
  log(LogLevel::error, message.error().message);
  return say(500, "the certificate cannot be told");
}

EstReply EstProtocol::wrong_code(const std::string& device, const EstRequest& request, const std::string& why) {
  std::optional<std::uint64_t> left_out;
  {
    const std::scoped_lock lock(mutex_);
    guesses_.note(request.address, clock_.monotonic());
    left_out = wrong_lines_.take(clock_.monotonic());
  }
  if (left_out) {
    log_.write(LogLevel::warning, "est",
               printable(device.substr(0, 64)) + " from " + request.address + ": wrong code: " + why +
                   (*left_out == 0 ? "" : " (and " + std::to_string(*left_out) + " more since the last such line)"));
  }
  return unauthorized("device and code do not go together: " + why);
}

void EstProtocol::log(LogLevel level, const std::string& line) {
  std::optional<std::uint64_t> left_out;
  {
    const std::scoped_lock lock(mutex_);
    left_out = other_lines_.take(clock_.monotonic());
  }
  if (!left_out) return;
  log_.write(level, "est", line + (*left_out == 0 ? "" : " (and " + std::to_string(*left_out) + " lines were left out)"));
}

}  // namespace greentill::credit
