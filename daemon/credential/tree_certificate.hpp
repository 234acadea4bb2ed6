// SPDX-License-Identifier: Apache-2.0
// What a certificate of trees says, and its JSON, a W3C verifiable credential (VC Data Model 2.0). docs/tree-certificate.md has
// every member. Values own what they hold. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::credential {

inline constexpr std::size_t kMaxTrees = 500;
inline constexpr std::size_t kMaxNameBytes = 200;
inline constexpr std::size_t kMaxStatementBytes = 1000;
inline constexpr std::size_t kMaxCertificateJson = std::size_t{512} << 10;

/// What is said of every certificate: what it states and on what it rests, and what it does not say.
inline constexpr std::string_view kStatement =
    "The trees listed were planted and then inspected on site; whoever inspected a tree did not plant it. Credit is the price "
    "for "
    "which a tree was ordered: grams of CO2e that acts are estimated to have avoided, by published methods, and that were given "
    "up "
    "for the tree. It does not say how much carbon a tree takes up, and nothing is set off against it.";

/// Who certifies: the programme. Its URL names what it issues; nothing is ever fetched from it by a verifier.
struct Programme {
  std::string url;   ///< "https://trees.example/": https, ends with a slash
  std::string name;  ///< for people
  bool operator==(const Programme&) const = default;
};

/// "example/quercus-robur/harbour/2026/17".
struct TreeNumber {
  std::string programme, species, site;  ///< ids: 1 to 40 of a to z, 0 to 9 and hyphen
  std::int32_t year = 0;                 ///< of the planting
  std::uint32_t serial = 0;              ///< from 1

  [[nodiscard]] std::string text() const;
  static std::optional<TreeNumber> parse(std::string_view text);
  bool operator==(const TreeNumber&) const = default;
};

struct Tree {
  TreeNumber number;
  std::string scientific_name;     ///< "Quercus robur"
  std::string local_name;          ///< in the language of the place
  std::string site;                ///< name
  std::string region;              ///< likewise
  std::int32_t latitude_e2 = 0;    ///< of the site, in hundredths of a degree (some kilometre)
  std::int32_t longitude_e2 = 0;   ///< likewise
  std::int64_t planted_day = 0;    ///< days since 1970-01-01
  std::int64_t inspected_day = 0;  ///< likewise, of the inspection that it stands by
  std::string inspector;           ///< id
  std::int64_t credit_mg = 0;      ///< that the order gave up for it
  bool operator==(const Tree&) const = default;
};

/// What a person owes in a year by the rules of their country, and how much of it these trees are.
struct Duty {
  std::string name;         ///< "voluntary tree-planting duty"
  std::int32_t year = 0;    ///< for which they count
  std::uint32_t trees = 0;  ///< of this certificate that count, at least 1
  std::uint32_t least = 0;  ///< a year and person
  std::uint32_t most = 0;   ///< likewise
  bool operator==(const Duty&) const = default;
};

/// Where the certificate's state is told: the lists' number (one list for each purpose has it) and the place in both.
struct StatusEntry {
  std::uint32_t list = 0;   ///< from 1
  std::uint32_t index = 0;  ///< below kStatusListEntries
  bool operator==(const StatusEntry&) const = default;
};

struct TreeCertificate {
  std::string number;  ///< 1 to 40 of A to Z, a to z, 0 to 9 and hyphen
  Programme programme;
  std::string holder;          ///< a name that the holder chose; empty: none. Nothing else tells who it is
  std::int64_t issued_at = 0;  ///< Unix seconds
  std::vector<Tree> trees;     ///< 1 to kMaxTrees, all of one programme
  std::optional<Duty> duty;
  StatusEntry status;
  std::string statement{kStatement};
  bool operator==(const TreeCertificate&) const = default;

  [[nodiscard]] std::int64_t credit_mg() const;  ///< of all trees
};

/// invalid, naming the member, where something is missing, out of its bounds or does not go together.
Status check(const TreeCertificate& certificate);

/// The JSON that is signed: the same bytes for the same certificate. Requires: check() has nothing to say.
[[nodiscard]] std::string to_json(const TreeCertificate& certificate);

/// Reads what to_json() wrote, or another writer of the same members. invalid, naming the member.
Result<TreeCertificate> read_tree_certificate(std::string_view json);

/// The URL by which a certificate, or a list of states, is named.
[[nodiscard]] std::string certificate_url(const Programme& programme, std::string_view number);

}  // namespace greentill::credential
