// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/tree_certificate.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/calendar.hpp"
#include "daemon/base/text.hpp"
#include "daemon/credential/dates.hpp"
#include "daemon/credential/members.hpp"
#include "daemon/credential/status_list.hpp"

namespace greentill::credential {
namespace {

constexpr std::size_t kMostIdBytes = 40;
constexpr std::int32_t kFirstYear = 1900;
constexpr std::int32_t kLastYear = 9999;
constexpr std::int64_t kMostCreditMg = std::int64_t{1}
                                       << 43;  // 8,796 t; 500 of them stay exact in a double, as JSON readers have it
constexpr std::uint32_t kMostOwed = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostIdBytes &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z'); });
}

bool is_number(std::string_view text) { return is_id(lower_case(text)); }

bool is_url(std::string_view text) {
  return text.starts_with("https://") && text.ends_with('/') && text.size() > std::string_view("https:///").size() &&
         text.size() <= kMaxNameBytes && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("-._~:/%").find(c) != std::string_view::npos;
         });
}

/// Collects the first fault of a certificate.
class Checking {
 public:
  void need(bool holds, const std::string& path, std::string_view what) {
    if (!holds) faults_.add(path, what);
  }
  void text(const std::string& path, std::string_view text, std::size_t most = kMaxNameBytes) {
    need(shows(text, most), path, "it is no text of 1 to " + std::to_string(most) + " bytes that shows as it is");
  }
  void day(const std::string& path, std::int64_t day) {
    need(day >= kFirstDay && day <= kLastDay, path, "it is no day of the years 1 to 9999");
  }
  [[nodiscard]] Status verdict() const { return faults_.none() ? Status(Done{}) : Status(faults_.failure()); }

 private:
  Faults faults_;
};

void check_tree(Checking& checking, const Tree& tree, const TreeCertificate& whole, const std::string& path) {
  const std::string number = tree.number.text();
  checking.need(TreeNumber::parse(number) == tree.number, path + "number",
                "it is no tree's number: programme/species/site/year/serial");
  checking.need(tree.number.programme == whole.trees.front().number.programme, path + "number",
                "it is of another programme than the first tree's");
  checking.text(path + "species.scientificName", tree.scientific_name);
  checking.text(path + "species.name", tree.local_name);
  checking.text(path + "site.name", tree.site);
  checking.text(path + "site.region", tree.region);
  checking.need(std::abs(tree.latitude_e2) <= 9000, path + "site.latitude", "it is not from -90 to 90");
  checking.need(std::abs(tree.longitude_e2) <= 18000, path + "site.longitude", "it is not from -180 to 180");
  checking.day(path + "plantedOn", tree.planted_day);
  checking.day(path + "inspectedOn", tree.inspected_day);
  checking.need(tree.planted_day <= tree.inspected_day, path + "inspectedOn", "it is before the tree was planted");
  // Whoever inspects may be a day ahead of UTC.
  checking.need(tree.inspected_day <= whole.issued_at / kSecondsADay + 1, path + "inspectedOn",
                "it is after the certificate was issued");
  checking.need(is_id(tree.inspector), path + "inspector", "it is no id: 1 to 40 of a to z, 0 to 9 and hyphen");
  checking.need(tree.credit_mg >= 0 && tree.credit_mg <= kMostCreditMg, path + "creditMg", "it is not from 0 to 2^43");
}

void check_duty(Checking& checking, const Duty& duty, std::size_t trees) {
  const std::string path = "credentialSubject.duty.";
  checking.text(path + "name", duty.name);
  checking.need(duty.year >= kFirstYear && duty.year <= kLastYear, path + "year", "it is no year from 1900 to 9999");
  checking.need(duty.trees >= 1 && duty.trees <= trees, path + "trees", "it is not from 1 to the number of trees");
  checking.need(duty.most >= 1 && duty.most <= kMostOwed, path + "most", "it is not from 1 to 1000");
  checking.need(duty.least <= duty.most, path + "least", "it is above most");
}

}  // namespace

std::string TreeNumber::text() const {
  return programme + '/' + species + '/' + site + '/' + std::to_string(year) + '/' + std::to_string(serial);
}

std::optional<TreeNumber> TreeNumber::parse(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 5 || !is_id(parts[0]) || !is_id(parts[1]) || !is_id(parts[2])) return std::nullopt;
  const auto year = parse_integer<std::int32_t>(parts[3]);
  const auto serial = parse_integer<std::uint32_t>(parts[4]);
  if (!year || *year < kFirstYear || *year > kLastYear || !serial || *serial == 0) return std::nullopt;
  TreeNumber number{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), *year, *serial};
  if (number.text() != text) return std::nullopt;  // "07" is no serial
  return number;
}

std::int64_t TreeCertificate::credit_mg() const {
  std::int64_t sum = 0;
  for (const Tree& tree : trees) sum += tree.credit_mg;
  return sum;
}

std::string certificate_url(const Programme& programme, std::string_view number) {
  return programme.url + "certificates/" + std::string(number);
}

Status check(const Programme& programme) {
  Checking checking;
  checking.need(is_url(programme.url), "issuer.id", "it is no https URL that ends with a slash");
  checking.text("issuer.name", programme.name);
  return checking.verdict();
}

Status check(const StatusEntry& entry) {
  if (entry.list >= 1 && entry.index < kStatusListEntries) return Done{};
  return fail(ErrorCode::invalid, "credentialStatus: it is no place in a list: lists count from 1, places go from 0 to " +
                                      std::to_string(kStatusListEntries - 1));
}

Status check(const TreeCertificate& certificate) {
  if (Status sound = check(certificate.programme); !sound) return sound;
  if (Status sound = check(certificate.status); !sound) return sound;
  Checking checking;
  const std::string path = "credentialSubject.";
  checking.need(is_number(certificate.number), path + "certificateNumber",
                "it is no number: 1 to 40 of A to Z, a to z, 0 to 9 and hyphen");
  if (!certificate.holder.empty()) checking.text(path + "name", certificate.holder);
  checking.text(path + "statement", certificate.statement, kMaxStatementBytes);
  checking.need(certificate.issued_at >= kFirstDay * kSecondsADay && certificate.issued_at < (kLastDay + 1) * kSecondsADay,
                "validFrom", "it is no moment of the years 1 to 9999");
  checking.need(!certificate.trees.empty() && certificate.trees.size() <= kMaxTrees, path + "trees",
                "it is no list of 1 to 500 trees");
  std::set<std::string> numbers;
  for (std::size_t i = 0; i < certificate.trees.size(); ++i) {
    const std::string at = path + "trees[" + std::to_string(i) + "].";
    check_tree(checking, certificate.trees[i], certificate, at);
    checking.need(numbers.insert(certificate.trees[i].number.text()).second, at + "number", "the tree is listed twice");
  }
  if (certificate.duty) check_duty(checking, *certificate.duty, certificate.trees.size());
  return checking.verdict();
}

}  // namespace greentill::credential
