// SPDX-License-Identifier: Apache-2.0
// code answer: enrols a device that no network reaches. docs/enrolment.md, "Without a network".
#include <algorithm>
#include <iostream>
#include <iterator>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/stderr_log.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/enrol/offline_message.hpp"
#include "daemon/enrol/sheet.hpp"
#include "tools/common/qr.hpp"
#include "tools/credit-service/authority/authority.hpp"
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/cli/est.hpp"
#include "tools/credit-service/cli/opening.hpp"
#include "tools/credit-service/config/opening.hpp"
#include "tools/credit-service/registry/codes.hpp"

namespace greentill::credit {
namespace {

using enrol::OfflineMessage;
using enrol::OfflineRequest;
using Kind = EnrolmentAnswer::Kind;
using MessageBytes = std::vector<std::uint8_t>;

constexpr const char* kPageHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Enrolment answer</title><style>
body { margin: 1em; font-family: sans-serif; text-align: center; }
svg { width: 90vmin; height: 90vmin; }
div { break-after: page; min-height: 97vh; }
</style></head><body>
)";

Result<MessageBytes> read_request_sheet(const std::string& file) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    auto content = read_file(file, enrol::kMostSheetBytes);
    if (!content) return Failure{content.error()};
    text = std::move(*content);
  }
  auto bytes = enrol::read_sheet(enrol::Sheet::request, text);
  if (!bytes) return Failure{bytes.error().with_context(file)};
  return bytes;
}

/// The code under which the request was made.
Result<EnrolmentCode> code_of(const Config& config, const OfflineMessage<OfflineRequest>& request) {
  const auto books = open_books(config, crypto::hasher());
  if (!books) return Failure{books.error()};
  const std::string& device = request.content.device;
  const auto codes = (*books)->registry().codes(device);
  if (!codes) return Failure{codes.error()};
  const auto code = std::ranges::find_if(*codes, [&](const EnrolmentCode& one) { return is_authentic(request, one.hash); });
  if (code == codes->end()) {
    return fail(ErrorCode::denied,
                "device " + device +
                    ": the request was not made with a code of the device's, or was changed on its way. Was the "
                    "code mistyped? It is typed again by greentill enrol --request FILE --anew");
  }
  const std::int64_t now = SystemClock().unix_seconds();
  if (is_good(*code, now)) return *code;
  return fail(ErrorCode::denied,
              "device " + device + ": the code of this request, made on " + utc_text(code->made_at) + ", is " +
                  std::string(standing_of(*code, now)) +
                  "; greentill-credit code add makes another one, which is typed on the device by greentill enrol "
                  "--request FILE --anew");
}

Status check_fingerprint(const OfflineRequest& request, const std::vector<crypto::Certificate>& anchors) {
  const Digest digest = digest_of(anchors);
  if (request.fingerprint == crypto::fingerprint_bytes(digest)) return Done{};
  return fail(ErrorCode::denied,
              "device " + request.device + ": it was told authorities with the fingerprint " +
                  crypto::fingerprint_of(request.fingerprint) + ", and those of est.authority have " +
                  crypto::fingerprint_of(digest) +
                  "; it would not take the answer. It is typed again by greentill enrol --request FILE --anew");
}

std::vector<MessageBytes> ders_of_all(const std::vector<crypto::Certificate>& certificates) {
  std::vector<MessageBytes> all;
  for (const crypto::Certificate& one : certificates) all.push_back(one.to_der());
  return all;
}

/// The device's settings, signed and sealed; nothing where this service gives none, or they are too large to travel so.
Result<std::optional<enrol::OfflineSettings>> settings_for(EnrolmentOffice& office, SignedAnswers* signer,
                                                           const crypto::Certificate& certificate, const Digest& code,
                                                           const Digest& request) {
  if (signer == nullptr) return std::optional<enrol::OfflineSettings>();
  const auto answer = office.settings(certificate, 0);
  if (!answer) return Failure{answer.error()};
  if (answer->kind != SettingsAnswer::Kind::newer) return std::optional<enrol::OfflineSettings>();
  const EstReply bundle = signer->tell_settings(certificate.common_name(), answer->settings);
  if (bundle.status != 200) return fail(ErrorCode::bug, "the device's settings cannot be signed");
  if (bundle.body.size() > enrol::kMostSealedBundle) return std::optional<enrol::OfflineSettings>();
  SystemRandom random;
  auto sealed = enrol::seal_settings(as_bytes(bundle.body), code, request, random);
  if (!sealed) return Failure{sealed.error()};
  auto signers = crypto::ders_of(signer->certificate());
  if (!signers) return Failure{signers.error()};
  return std::optional(enrol::OfflineSettings{std::move(*sealed), std::move(*signers)});
}

/// What the device gets: its certificate, those of its path that are no anchors, and its settings where there are some.
Result<MessageBytes> message_of(const crypto::Certificate& certificate, const std::vector<crypto::Certificate>& anchors,
                                const OfflineMessage<OfflineRequest>& request, const Digest& request_hash, const Digest& code,
                                std::optional<enrol::OfflineSettings> settings) {
  enrol::OfflineAnswer answer;
  answer.device = request.content.device;
  answer.made_at = SystemClock().unix_seconds();
  answer.request = request_hash;
  answer.settings = std::move(settings);
  answer.anchors = ders_of_all(anchors);
  const auto path = crypto::ders_of(certificate.path_to_pem());
  if (!path) return Failure{path.error()};
  for (const MessageBytes& one : *path) {
    if (std::ranges::find(answer.anchors, one) == answer.anchors.end()) answer.certificates.push_back(one);
  }
  return encode(answer, code);
}

Result<std::string> page_of(ByteView message, const std::string& device) {
  std::string page = kPageHead;
  const std::vector<std::string> lines = enrol::to_lines(enrol::Sheet::answer, message);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto code = tools::qr_svg(lines[i]);
    if (!code) return Failure{code.error()};
    page +=
        "<div><p>" + device + ": " + std::to_string(i + 1) + " of " + std::to_string(lines.size()) + "</p>" + *code + "</div>\n";
  }
  return page + "</body></html>\n";
}

Status write_answer(const Given& given, const std::string& device, ByteView message) {
  if (!given["out"].empty()) {
    if (Status written = write_file_durably(given["out"], enrol::to_file(enrol::Sheet::answer, message)); !written)
      return written;
  }
  if (given["page"].empty()) return Done{};
  const auto page = page_of(message, device);
  if (!page) return Failure{page.error()};
  return write_file_durably(given["page"], *page);
}

struct Decided {
  EnrolmentAnswer answer;
  bool settles = false;  ///< the device's settings are in it
};

Result<Decided> decide(const Config& config, const LedgerParts& parts, const OfflineMessage<OfflineRequest>& request,
                       ByteView request_bytes, const Given& given) {
  auto open = open_office(config, parts, operator_name(), given.command);
  if (!open) return Failure{open.error()};
  if (Status told = check_fingerprint(request.content, open->anchors); !told) return Failure{told.error()};
  const auto code = code_of(config, request);
  if (!code) return Failure{code.error()};
  const auto csr = crypto::CertificateRequest::from_der(request.content.csr);
  if (!csr) return Failure{csr.error()};
  auto answer = open->office->enrol(request.content.device, code->hash, *csr);
  if (!answer) return Failure{answer.error()};
  if (answer->kind != Kind::issued) return Decided{std::move(*answer), false};
  const auto signer = load_signed_answers(config, parts.clock);
  if (!signer) return Failure{signer.error()};
  const Digest hash = crypto::hasher().sha256({request_bytes});
  auto settings = settings_for(*open->office, signer->get(), *answer->certificate, code->hash, hash);
  if (!settings) return Failure{settings.error()};
  const bool settles = settings->has_value();
  const auto message = message_of(*answer->certificate, open->anchors, request, hash, code->hash, std::move(*settings));
  if (!message) return Failure{message.error()};
  if (Status written = write_answer(given, request.content.device, *message); !written) return Failure{written.error()};
  return Decided{std::move(*answer), settles};
}

void tell(const Given& given, const OfflineRequest& request, const Decided& decided, const Output& output) {
  const EnrolmentAnswer& answer = decided.answer;
  const crypto::Certificate& certificate = *answer.certificate;
  const std::string where = given["out"].empty() ? given["page"] : given["out"];
  output.answer({{"device", request.device},
                 {"certificate", to_hex(certificate.thumbprint())},
                 {"not_after", certificate.not_after()},
                 {"fingerprint", crypto::fingerprint_of(certificate.key_hash())},
                 {"new", answer.is_new},
                 {"replaced", answer.replaced ? Json(to_hex(*answer.replaced)) : Json()},
                 {"settings", decided.settles},
                 {"file", given["out"].empty() ? Json() : Json(given["out"])},
                 {"page", given["page"].empty() ? Json() : Json(given["page"])}},
                printable(request.device) + ": a certificate until " + utc_text(certificate.not_after()) +
                    (answer.is_new ? "" : ", as before,") + " for the key with the fingerprint " +
                    crypto::fingerprint_of(certificate.key_hash()) + (answer.replaced ? ", in place of its key before" : "") +
                    (decided.settles ? ", with its settings" : "; its settings come on another way") + "; the answer is in " +
                    printable(where) + "\non the device: greentill enrol --answer FILE\n");
}

}  // namespace

Status answer_offline(const std::filesystem::path& path, const Given& given, const Output& output) {
  if (given["out"].empty() && given["page"].empty()) {
    return fail(ErrorCode::invalid, "code answer: say where the answer is written: --out FILE, --page FILE, or both");
  }
  const auto config = load_config(path);
  if (!config) return Failure{config.error()};
  if (!config->est) {
    return fail(ErrorCode::invalid,
                path.string() + ": it has no table [est], which says who certifies devices, and for how long");
  }
  const auto bytes = read_request_sheet(given["request"]);
  if (!bytes) return Failure{bytes.error()};
  const auto request = enrol::read_offline_request(*bytes);
  if (!request) return Failure{request.error().with_context(given["request"])};
  const auto library = measure::Library::load(config->methodologies, crypto::hasher());
  if (!library) return Failure{library.error()};
  const auto programme = load_programme(*config, crypto::hasher());
  if (!programme) return Failure{programme.error()};
  SystemClock clock;
  StderrLog log(LogLevel::warning);
  const auto answer = decide(*config, {*programme, *library, clock, log}, *request, *bytes, given);
  if (!answer) return Failure{answer.error()};
  const std::string device = "device " + request->content.device + ": ";
  const EnrolmentAnswer& said = answer->answer;
  if (said.kind == Kind::wait) {
    return fail(ErrorCode::unavailable, device + said.words + ": greentill-credit code confirm, then the same again");
  }
  if (said.kind != Kind::issued) return fail(ErrorCode::denied, device + said.words);
  tell(given, request->content, *answer, output);
  return Done{};
}

}  // namespace greentill::credit
