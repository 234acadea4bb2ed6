// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <string_view>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/claim.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestWhy = 500;

/// Printable from end to end: neither spaces around it, nor anything that a terminal would not show.
bool is_plain(const icu::UnicodeString& text) {
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 c = text.char32At(at);
    if (u_isprint(c) == 0 || u_charType(c) == U_FORMAT_CHAR) return false;
  }
  return text.length() > 0 && u_isUWhiteSpace(text.char32At(0)) == 0 &&
         u_isUWhiteSpace(text.char32At(text.moveIndex32(text.length(), -1))) == 0;
}

Status check_text(const std::string& what, const std::string& text, std::size_t most) {
  if (text.empty() || text.size() > most || !is_utf8(text) || !is_plain(icu::UnicodeString::fromUTF8(text))) {
    return fail(ErrorCode::invalid,
                what + ": it takes 1 to " + std::to_string(most) + " bytes of printable UTF-8, without spaces before or behind");
  }
  return Done{};
}

}  // namespace

Status check_id(const std::string& what, const std::string& id) { return check_text(what, id, claim::kMaxTextBytes); }

Result<std::string> root_name(const std::string& typed) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_FAILURE(error) != 0) return fail(ErrorCode::bug, std::string("ICU has no NFC: ") + u_errorName(error));
  if (!is_utf8(typed)) return Failure{check_id("root", typed).error()};
  icu::UnicodeString composed = nfc->normalize(icu::UnicodeString::fromUTF8(typed), error).trim();
  if (U_FAILURE(error) != 0) return fail(ErrorCode::invalid, std::string("root: ") + u_errorName(error));
  std::string name;
  composed.toUTF8String(name);
  if (Status id = check_id("root", name); !id) return Failure{id.error()};
  if (name.find('/') != std::string::npos) return fail(ErrorCode::invalid, "root: a slash ends the name, and cannot be in it");
  return name;
}

Status check_device_id(const std::string& id) {
  if (!claim::is_device_id(id)) {
    return fail(ErrorCode::invalid, "device: \"" + id + "\" is no device id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
  }
  if (guard::is_ours(id)) {
    return fail(ErrorCode::invalid, "device: the system uses the name \"" + id + "\" itself");
  }
  return Done{};
}

Status check_lock_id(const std::string& id) {
  if (claim::is_device_id(id)) return Done{};
  return fail(ErrorCode::invalid, "lock: \"" + id + "\" is no lock id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
}

Status check_name(const std::string& name) { return check_text("name", name, kLongestName); }

Status check_why(const std::string& why) {
  if (why.find_first_not_of(" \t\r\n") != std::string::npos && why.size() <= kLongestWhy) return Done{};
  return fail(ErrorCode::invalid, "--why: say in 1 to 500 bytes why; it is kept with your name");
}

Status check_zone(const std::string& zone) {
  const auto calendar = Calendar::of_zone(zone);
  return calendar ? Status(Done{}) : Status(Failure{calendar.error().with_context("zone")});
}

}  // namespace greentill::credit
