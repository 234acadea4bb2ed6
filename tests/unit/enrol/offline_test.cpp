// SPDX-License-Identifier: Apache-2.0
// An enrolment without a network: what the device writes, and which answers it takes.
#include "daemon/enrol/offline.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "daemon/base/base32.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/certificate_request.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/enrolment_code.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/issuer.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/enrol/offline_message.hpp"
#include "daemon/enrol/sheet.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::enrol::offline_test {
namespace {

constexpr std::int64_t kNow = 1'796'000'000;
constexpr std::int64_t kDay = 86'400;
using Der = std::vector<std::uint8_t>;

std::string with_check_digit(std::string digits) { return digits + crypto::code_check_digit(digits); }
const std::string kCode = with_check_digit("7K2M9QXW3F0DHT5");
const std::string kOtherCode = with_check_digit("0K2M9QXW3F0DHT5");

/// Says what it was told to say, and counts how often it is asked.
class Told final : public Person {
 public:
  void tell(const std::string& /*sentence*/) override {}
  Result<std::string> fingerprint() override {
    ++asked;
    return typed_fingerprint;
  }
  Result<crypto::Secret> code() override {
    ++asked;
    return crypto::Secret(as_bytes(typed_code));
  }
  std::string typed_fingerprint, typed_code = kCode;
  int asked = 0;
};

/// A root that certifies devices itself.
struct Operator {
  Operator() {
    auto made = crypto::Issuer::make_root("Programme", 0, kNow - kDay, kNow + 9000 * kDay).value();
    issuer = crypto::Issuer::from(made.key.text(), made.certificate).value();
  }
  [[nodiscard]] std::vector<Der> anchors() const {
    std::vector<Der> all{issuer->certificate().to_der()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] Digest digest() const { return digest_of(anchors()); }
  [[nodiscard]] Der certify(const Der& csr, const std::string& name = "dock-7", std::int64_t until = kNow + 300 * kDay) const {
    const auto request = crypto::CertificateRequest::from_der(csr).value();
    return issuer->issue(request, {name, {}, "", {crypto::kClientUsage}, kNow - 3600, until})->to_der();
  }
  std::optional<crypto::Issuer> issuer;
  std::vector<Der> more;  ///< other anchors
};

struct Device {
  explicit Device(const Operator& office) { person.typed_fingerprint = crypto::fingerprint_of(office.digest()); }
  Result<OfflineBegun> request(bool anew = false, const std::string& name = "dock-7") {
    return write_offline_request({name, anew}, means);
  }
  /// "" where it was taken.
  std::string take(ByteView message) {
    const auto taken = take_offline_answer(message, means);
    return taken ? "" : taken.error().message;
  }

  test::TempDir folder;
  identity::Slots slots{folder.path() / "identity"};
  identity::Vault vault;
  test::SetClock clock;
  SystemRandom random;
  Told person;
  const std::atomic<bool> never{false};
  Means means{slots, vault, clock, random, person, never};
};

/// An answer as the operator makes it, with something changed.
Der answer_to(const Der& message, const Operator& office, const std::function<void(OfflineAnswer&)>& change = {},
              const std::string& code = kCode) {
  const auto request = read_offline_request(message).value();
  OfflineAnswer answer{
      request.content.device, kNow, crypto::hasher().sha256({message}), {office.certify(request.content.csr)}, office.anchors()};
  if (change) change(answer);
  return encode(answer, crypto::code_hash(request.content.device, code, crypto::hasher())).value();
}

/// With an authority for signers beside that of devices.
struct Programme {
  Programme() {
    auto made = crypto::Issuer::make_root("Signers", 0, kNow - kDay, kNow + 9000 * kDay).value();
    signers = crypto::Issuer::from(made.key.text(), made.certificate).value();
    office.more = {signers->certificate().to_der()};
  }
  [[nodiscard]] const Operator& devices() const { return office; }
  /// Adds settings for that device, signed under that issuer.
  void settle(OfflineAnswer& answer, const std::string& who, std::int64_t until, const crypto::Issuer& by, Random& random) const {
    const auto key = crypto::make_device_key(random).value();
    const auto csr = crypto::CertificateRequest::from_der(crypto::make_request(key.text(), "signer").value()).value();
    const auto certificate = by.issue(csr, {"signer", {}, "", {crypto::kBundleSigningUsage}, 0, kNow + 300 * kDay}).value();
    auto signer = crypto::Signer::from(key.text(), certificate).value();
    const std::string text = "device = \"" + who +
                             "\"\nnumber = 3\n[assignment]\nnumber = 1\nmerchant = \"m\"\nsite = \"s\"\n[[root]]\n" +
                             "number = 1\nname = \"r\"\nreversal_key = \"" + std::string(64, 'a') +
                             "\"\n[[root.version]]\nnumber = 1\nfrom = 0\nkey = \"" + std::string(64, 'b') + "\"\n";
    Bytes<2048> payload{};
    Bytes<4096> message{};
    const auto size = claim::encode_bundle({who, until, kNow - 9, kNow - 9, 3, as_bytes(text)}, payload).value();
    const auto whole = claim::sign_keyed_message(crypto::hasher(), signer, claim::MessageType::bundle,
                                                 {claim::key_id(certificate.key_hash()), certificate.thumbprint()},
                                                 ByteView(payload).first(size), message)
                           .value();
    const Digest code = crypto::code_hash("dock-7", kCode, crypto::hasher());
    answer.settings = OfflineSettings{seal_settings(ByteView(message).first(whole), code, answer.request, random).value(),
                                      crypto::ders_of(certificate.path_to_pem()).value()};
  }
  Operator office;
  std::optional<crypto::Issuer> signers;
};

bool has_words(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("offline: a request goes out, its answer comes in, and the device is in service; again it is so already") {
  const Operator office;
  Device device(office);
  device.clock.now = kNow;
  const auto begun = device.request();
  REQUIRE_MESSAGE(begun, begun.error().message);
  const auto again = device.request();
  REQUIRE(again);
  CHECK(again->message == begun->message);
  CHECK(device.person.asked == 2);
  const auto request = read_offline_request(begun->message).value();
  CHECK(request.content.fingerprint == crypto::fingerprint_bytes(office.digest()));
  CHECK(is_authentic(request, crypto::code_hash("dock-7", kCode, crypto::hasher())));
  CHECK_FALSE(is_authentic(request, crypto::code_hash("dock-7", kOtherCode, crypto::hasher())));
  const Der answer = answer_to(begun->message, office);
  CHECK(device.take(answer).empty());
  const auto used = in_use(device.slots).value();
  REQUIRE(used);
  CHECK(used->key_hash() == begun->key_hash);
  CHECK(device.take(answer).empty());
  REQUIRE(device.request());
  CHECK(device.request()->enrolled->was_already);
}

TEST_CASE("offline: what is sealed for an answer opens with its code and request alone") {
  SystemRandom random;
  const Digest code = crypto::code_hash("dock-7", kCode, crypto::hasher());
  const Digest other = crypto::code_hash("dock-7", kOtherCode, crypto::hasher());
  const Digest request = crypto::hasher().sha256({as_bytes("request")});
  const auto sealed = seal_settings(as_bytes("the bundle"), code, request, random).value();
  CHECK(open_settings(sealed, code, request).value().text() == "the bundle");
  CHECK(std::string(as_text(sealed)).find("bundle") == std::string::npos);
  CHECK_FALSE(open_settings(sealed, other, request).ok());
  CHECK_FALSE(open_settings(sealed, code, Digest{}).ok());
  CHECK_FALSE(open_settings(ByteView(sealed).first(sealed.size() - 1), code, request).ok());
}

TEST_CASE("offline: settings that an answer brings are kept before the certificate is in use, and no others") {
  const Programme office;
  Device device(office.devices());
  device.clock.now = kNow;
  const auto begun = device.request();
  REQUIRE_MESSAGE(begun, begun.error().message);
  std::string kept;
  const auto take = [&](const Der& answer, Status how = Done{}) {
    const auto taken = take_offline_answer(answer, device.means, [&](const FetchedSettings& settings) {
      kept += std::to_string(settings.settings.number) + ' ';
      CHECK_FALSE(in_use(device.slots).value());
      return how;
    });
    return taken ? "" : taken.error().message;
  };
  const auto answer = [&](const std::string& who, std::int64_t until, const crypto::Issuer& by) {
    return answer_to(begun->message, office.devices(),
                     [&](OfflineAnswer& one) { office.settle(one, who, until, by, device.random); });
  };
  CHECK(has_words(take(answer("dock-8", kNow + kDay, *office.signers)), "is the device dock-8's"));
  CHECK(has_words(take(answer("dock-7", kNow, *office.signers)), "was to be adopted before"));
  CHECK(has_words(take(answer("dock-7", kNow + kDay, *office.office.issuer)), "which issues devices' certificates"));
  const Der spoilt = answer_to(begun->message, office.devices(), [&](OfflineAnswer& one) {
    office.settle(one, "dock-7", kNow + kDay, *office.signers, device.random);
    one.settings->sealed.back() ^= 1;
  });
  CHECK(has_words(take(spoilt), "its settings cannot be opened"));
  CHECK(kept.empty());
  const Der good = answer("dock-7", kNow + kDay, *office.signers);
  CHECK(has_words(take(good, fail(ErrorCode::full, "the disk is full")), "the disk is full"));
  CHECK_FALSE(in_use(device.slots).value());
  CHECK(take(good).empty());
  CHECK(kept == "3 3 ");
  CHECK(take(good).empty());
  CHECK(kept == "3 3 ");
}

TEST_CASE("offline: an answer that is not to be taken says why, and changes nothing") {
  const Operator office, stranger;
  Device device(office);
  device.clock.now = kNow;
  CHECK(has_words(device.take(answer_to(Device(office).request()->message, office)), "no request of this device waits"));
  const Der message = device.request()->message;
  const Der earlier = answer_to(message, office);
  const auto other_csr = [] {
    SystemRandom random;
    return crypto::make_request(crypto::make_device_key(random)->text(), "dock-7").value();
  };
  const std::map<const char*, std::function<void(OfflineAnswer&)>> wrong = {
      {"it is for the device 'dock-8'", [](OfflineAnswer& one) { one.device = "dock-8"; }},
      {"answers another request", [](OfflineAnswer& one) { one.request[0] ^= 1; }},
      {"its authorities have the fingerprint", [&](OfflineAnswer& one) { one.anchors = stranger.anchors(); }},
      {"not the one that was typed", [&](OfflineAnswer& one) { one.anchors.push_back(stranger.anchors().front()); }},
      {"another key than this device's", [&](OfflineAnswer& one) { one.certificates = {office.certify(other_csr())}; }},
      {"it is for the device 'dock-9'",
       [&](OfflineAnswer& one) { one.certificates = {office.certify(read_offline_request(message)->content.csr, "dock-9")}; }},
      {"it ended on",
       [&](OfflineAnswer& one) {
         one.certificates = {office.certify(read_offline_request(message)->content.csr, "dock-7", kNow - 60)};
       }},
      {"among the authorities that are trusted here",
       [&](OfflineAnswer& one) { one.certificates = {stranger.certify(read_offline_request(message)->content.csr)}; }},
  };
  for (const auto& [words, change] : wrong) {
    const std::string said = device.take(answer_to(message, office, change));
    CHECK_MESSAGE(has_words(said, words), words, " in ", said);
    CHECK_FALSE(in_use(device.slots).value());
  }
  CHECK(has_words(device.take(answer_to(message, office, {}, kOtherCode)), "does not know this device's code"));
  // A new code is a new request; what answered the one before is of no use.
  device.person.typed_code = kOtherCode;
  const Der newer = device.request(true)->message;
  CHECK(newer != message);
  CHECK(read_offline_request(newer)->content.csr != read_offline_request(message)->content.csr);
  CHECK(has_words(device.take(earlier), "answers another request"));
  CHECK(device.take(answer_to(newer, office, {}, kOtherCode)).empty());
}

TEST_CASE("offline: an answer that was cut off or changed anywhere is refused") {
  const Operator office;
  Device device(office);
  device.clock.now = kNow;
  const Der message = device.request()->message;
  const Der answer = answer_to(message, office);
  for (std::size_t size = 0; size < answer.size(); ++size) REQUIRE_FALSE(read_offline_answer(ByteView(answer).first(size)));
  for (std::size_t at = 0; at < answer.size(); ++at) {
    Der changed = answer;
    changed[at] ^= 1;
    REQUIRE_MESSAGE(!device.take(changed).empty(), at);
  }
  Der longer = answer;
  longer.push_back(0);
  CHECK(has_words(device.take(longer), "was it cut off, or changed?"));
  CHECK(has_words(device.take(message), "another kind of message"));
  CHECK(device.take(answer).empty());
}

TEST_CASE("offline: an answer that is too old is refused by a clock that a time server keeps, and one that is behind is told") {
  const Operator office;
  Device device(office);
  const Der answer = answer_to(device.request()->message, office);
  device.clock.now = kNow + 400 * kDay;
  device.clock.kept = true;
  CHECK(has_words(device.take(answer), "the answer is too old"));
  device.clock.now = kNow - 400 * kDay;
  device.clock.kept = false;
  const auto taken = take_offline_answer(answer, device.means);
  REQUIRE(taken);
  CHECK(has_words(taken->clock.value_or(""), "set it"));
}

TEST_CASE("offline: a code that was mistyped is told at once and asked for again; a fingerprint has its form") {
  const Operator office;
  Device device(office);
  device.person.typed_code = "7K2M-9QXW-3F0D-HT50";
  CHECK(has_words(device.request().error().message, "last digit"));
  device.person.typed_code = kCode;
  CHECK(device.request());
  Device other(office);
  other.person.typed_fingerprint = "7K2M";
  CHECK(has_words(other.request().error().message, "is no fingerprint"));
}

TEST_CASE("sheets: a message comes through a file and through scanned codes, in any order; the wrong ones are told") {
  const Operator office;
  Device device(office);
  const Der message = device.request()->message;
  Der answer = answer_to(message, office);
  for (const Der& one : {answer, Der(575), Der(576, 7), Der(1, 1), Der(2000, 255)}) {
    CHECK(read_sheet(Sheet::answer, to_file(Sheet::answer, one)).value() == one);
    auto lines = to_lines(Sheet::answer, one);
    std::string backwards;
    for (const auto& line : lines) backwards = line + "\r\n" + line + "\n" + backwards;
    CHECK(read_sheet(Sheet::answer, backwards).value() == one);
    for (const auto& line : lines) {
      CHECK(line.size() < 970);
      CHECK(line.find_first_not_of(std::string(kBase32Digits) + "/ILOU") == std::string::npos);
    }
  }
  const auto said = [](const std::string& text) { return read_sheet(Sheet::answer, text).error().message; };
  CHECK(has_words(said(to_file(Sheet::request, message)), "this is an enrolment request"));
  CHECK(has_words(said(to_lines(Sheet::request, message).front()), "this is an enrolment request"));
  CHECK(has_words(said(""), "it is empty"));
  CHECK(has_words(said("hello"), "no code of an enrolment answer"));
  const std::string file = to_file(Sheet::answer, answer);
  CHECK(has_words(said(file.substr(0, file.size() / 2)), "was cut off"));
  const auto lines = to_lines(Sheet::answer, Der(1500, 1));
  REQUIRE(lines.size() == 3);
  CHECK(has_words(said(lines[0] + "\n" + lines[2]), "codes are missing: number 2"));
  CHECK(has_words(said(lines[0] + "\n" + to_lines(Sheet::answer, Der(1500, 2))[1]), "another answer's"));
}

}  // namespace greentill::enrol::offline_test
