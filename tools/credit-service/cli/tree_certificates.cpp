// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/tree_certificates.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <optional>

#include "daemon/base/calendar.hpp"
#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/certificate/draft.hpp"
#include "tools/credit-service/certificate/issuing.hpp"
#include "tools/credit-service/certificate/printing.hpp"
#include "tools/credit-service/certificate/status_book.hpp"
#include "tools/credit-service/cli/registry_change.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kMostBook = std::size_t{64} << 20;  // some 800,000 certificates
constexpr std::int64_t kMostListDays = 366;

/// The file of who has which place, held for as long as a command works on it: of two at once the second would undo the first.
class BookFile {
 public:
  static Result<BookFile> open(const std::filesystem::path& file) {
    std::filesystem::path beside = file;
    beside += ".lock";
    Descriptor lock(::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return fail(ErrorCode::io, beside.string() + ": cannot be made or locked");
    return BookFile(file, std::move(lock));
  }
  /// Nothing where there is no file yet.
  [[nodiscard]] Result<std::optional<StatusBook>> read() const {
    const auto text = read_file(file_, kMostBook);
    if (!text && text.error().code == ErrorCode::not_found) return std::optional<StatusBook>();
    if (!text) return Failure{text.error()};
    auto book = StatusBook::from_json(*text);
    if (!book) return Failure{book.error().with_context(file_.string())};
    return std::optional(std::move(*book));
  }
  [[nodiscard]] Result<StatusBook> read_existing() const {
    auto book = read();
    if (!book) return Failure{book.error()};
    if (!*book) return fail(ErrorCode::not_found, file_.string() + ": there is no such file; certificate sign makes it");
    return std::move(**book);
  }
  [[nodiscard]] Status write(const StatusBook& book) const { return write_file_durably(file_, book.to_json(), 0600); }

 private:
  BookFile(std::filesystem::path file, Descriptor lock) : file_(std::move(file)), lock_(std::move(lock)) {}
  std::filesystem::path file_;
  Descriptor lock_;
};

Result<std::unique_ptr<CertificateSigner>> load_signer(const Given& given) {
  const auto certificate = read_named(given["certificate"]);
  if (!certificate) return Failure{certificate.error()};
  const auto key = crypto::read_secret(given["key"]);
  if (!key) return Failure{key.error()};
  auto signer = CertificateSigner::make(*certificate, key->text());
  if (!signer) return Failure{signer.error().with_context(given["certificate"])};
  return signer;
}

/// A certificate that was signed before keeps its place, so that one whose signing was cut off can be signed after all.
Result<credential::StatusEntry> place_in(StatusBook& book, const std::string& number) {
  const auto state = book.state_of(number);
  if (state == CertificateState::revoked)
    return fail(ErrorCode::conflict, "certificate " + number + " was revoked, which is for good");
  SystemRandom random;
  return state ? Result<credential::StatusEntry>(*book.place_of(number)) : book.assign(number, random);
}

Result<credential::TreeCertificate> read_and_place(const Given& given) {
  const auto draft = read_named(given["file"]);
  if (!draft) return Failure{draft.error()};
  const auto file = BookFile::open(given["states"]);
  if (!file) return Failure{file.error()};
  auto found = file->read();
  if (!found) return Failure{found.error()};
  std::optional<StatusBook> book = std::move(*found);
  const auto give = [&](const credential::Programme& programme, const std::string& number) -> Result<credential::StatusEntry> {
    if (!book) book.emplace(programme);
    if (book->programme() != programme)
      return fail(ErrorCode::conflict,
                  "issuer: the file of states is of " + book->programme().name + " (" + book->programme().url + ")");
    return place_in(*book, number);
  };
  auto certificate = read_draft(*draft, SystemClock().unix_seconds(), give);
  if (!certificate) return Failure{certificate.error().with_context(given["file"])};
  // The place is taken before the certificate is out: none is ever given twice.
  if (Status written = file->write(*book); !written) return Failure{written.error()};
  return certificate;
}

Status print_page(const Given& given, const credential::TreeCertificate& certificate, std::string_view message) {
  auto printer = CertificatePrinter::make(given["language"].empty() ? "en" : given["language"]);
  if (!printer) return Failure{printer.error()};
  const auto pdf = (*printer)->print(certificate, message);
  if (!pdf) return Failure{pdf.error()};
  return write_file_durably(given["pdf"], *pdf);
}

}  // namespace

Status sign_tree_certificate(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const auto signer = load_signer(given);
  if (!signer) return Failure{signer.error()};
  const auto certificate = read_and_place(given);
  if (!certificate) return Failure{certificate.error()};
  const auto message = (*signer)->issue(*certificate);
  if (!message) return Failure{message.error()};
  if (!given["pdf"].empty()) {
    if (Status printed = print_page(given, *certificate, *message); !printed) return printed;
  }
  if (Status written = write_file_durably(given["out"], *message); !written) return written;
  Json json{{"number", certificate->number},
            {"trees", certificate->trees.size()},
            {"credit_mg", certificate->credit_mg()},
            {"list", certificate->status.list},
            {"index", certificate->status.index},
            {"file", given["out"]},
            {"pdf", given["pdf"].empty() ? Json() : Json(given["pdf"])}};
  output.answer(json, "certificate " + certificate->number + " of " + tools::counted(certificate->trees.size(), "tree") +
                          " is in " + printable(given["out"]) +
                          (given["pdf"].empty() ? "" : ", to print in " + printable(given["pdf"])) + '\n');
  return Done{};
}

Status sign_states(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const auto days = given["days"].empty() ? std::optional<std::int64_t>(7) : parse_integer<std::int64_t>(given["days"]);
  if (!days || *days < 1 || *days > kMostListDays) return fail(ErrorCode::invalid, "--days: a number from 1 to 366");
  const auto signer = load_signer(given);
  if (!signer) return Failure{signer.error()};
  const auto file = BookFile::open(given["states"]);
  if (!file) return Failure{file.error()};
  const auto book = file->read_existing();
  if (!book) return Failure{book.error()};
  const std::int64_t now = SystemClock().unix_seconds();
  const std::int64_t until = now + *days * kSecondsADay;
  std::string all;
  for (std::uint32_t number = 1; number <= book->lists(); ++number) {
    for (const auto purpose : {credential::StatusPurpose::revocation, credential::StatusPurpose::suspension}) {
      const auto list = (*signer)->sign(book->list(purpose, number, now, until));
      if (!list) return Failure{list.error()};
      all += *list;
    }
  }
  if (Status written = write_file_durably(given["out"], all); !written) return written;
  output.answer({{"lists", book->lists()}, {"valid_from", now}, {"valid_until", until}, {"file", given["out"]}},
                tools::counted(book->lists(), "list") + " of revocations and as many of suspensions, good until " +
                    utc_text(until) + ", are in " + printable(given["out"]) + '\n');
  return Done{};
}

Status change_state(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  const std::string verb = given.command.substr(given.command.find(' ') + 1);
  const auto to = verb == "revoke"    ? CertificateState::revoked
                  : verb == "suspend" ? CertificateState::suspended
                                      : CertificateState::good;
  const auto file = BookFile::open(given["states"]);
  if (!file) return Failure{file.error()};
  auto book = file->read_existing();
  if (!book) return Failure{book.error()};
  if (Status changed = book->change(given["number"], to); !changed) return changed;
  if (Status written = file->write(*book); !written) return written;
  output.answer({{"number", given["number"]}, {"state", to_string(to)}},
                "certificate " + printable(given["number"]) + " is " + std::string(to_string(to)) + "; the next lists say so\n");
  return Done{};
}

}  // namespace greentill::credit
