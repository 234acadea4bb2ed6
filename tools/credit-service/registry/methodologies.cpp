// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/methodologies.hpp"

#include <algorithm>

#include "daemon/base/moment.hpp"
#include "daemon/measure/published.hpp"
#include "tools/credit-service/registry/note.hpp"
#include "tools/credit-service/registry/registry.hpp"
#include "tools/credit-service/registry/versions.hpp"

namespace greentill::credit {
namespace {

std::string name_of(const PublishedMethodology& one) {
  return "methodology " + one.id + " version " + std::to_string(one.version);
}

std::vector<PublishedMethodology>::const_iterator find(const std::vector<PublishedMethodology>& all, const std::string& id,
                                                       std::uint64_t version) {
  return std::ranges::find_if(all, [&](const PublishedMethodology& one) { return one.id == id && one.version == version; });
}

Result<PublishedMethodology> read(const std::string& file, const claim::Hasher& hasher) {
  const auto parsed = measure::parse_methodology(file, "the methodology", hasher);
  if (!parsed) return Failure{parsed.error()};
  return PublishedMethodology{parsed->id, parsed->version, parsed->sha256, file, {}, {}, 0, 0};
}

/// Whether the registry has it so already; conflict where it has something against it.
Result<bool> is_known(const std::vector<PublishedMethodology>& all, const PublishedMethodology& one,
                      const std::optional<std::int64_t>& from, std::int64_t now) {
  const auto known = find(all, one.id, one.version);
  if (known == all.end()) return false;
  if (known->sha256 != one.sha256) {
    return Failure{
        conflict(name_of(one) + " is there with other bytes; a published version never changes, so give it the next version")};
  }
  if (known->until) return Failure{conflict(name_of(one) + " was withdrawn; publish the next version in its place")};
  if (known->from == from) return true;
  if (!known->from || *known->from <= now) {
    const std::string since = known->from ? "since " + utc_text(*known->from) : "from its file's valid_from on";
    return Failure{conflict(name_of(one) + " holds " + since + " already")};
  }
  return false;
}

}  // namespace

Result<PublishedMethodology> Registry::put_published(const std::vector<PublishedMethodology>& all, PublishedMethodology is) {
  is.number = 1;
  for (const PublishedMethodology& one : all) is.number = std::max(is.number, one.number + 1);
  is.changed_at = author_.at;
  const auto was = find(all, is.id, is.version);
  if (Status put = store_.put(is); !put) return Failure{put.error()};
  Status noted = was == all.end() ? note(is.id, is) : note(is.id, *was, is);
  return noted ? Result<PublishedMethodology>(std::move(is)) : Result<PublishedMethodology>(Failure{noted.error()});
}

Result<std::vector<PublishedMethodology>> Registry::publish(const std::vector<std::string>& files,
                                                            std::optional<std::int64_t> from, const claim::Hasher& hasher) {
  const auto all = store_.methodologies();
  if (!all) return Failure{all.error()};
  std::vector<PublishedMethodology> made;
  for (const std::string& file : files) {
    auto one = read(file, hasher);
    if (!one) return Failure{one.error()};
    if (find(made, one->id, one->version) != made.end()) return Failure{conflict(name_of(*one) + " is among the files twice")};
    const auto known = is_known(*all, *one, from, author_.at);
    if (!known) return Failure{known.error()};
    if (*known) continue;
    one->from = from;
    auto put = put_published(*all, std::move(*one));
    if (!put) return Failure{put.error()};
    made.push_back(std::move(*put));
  }
  const auto is = store_.methodologies();
  if (!is) return Failure{is.error()};
  if (publication_of(*is, author_.at).content.size() <= measure::kMostPublishedBytes) return made;
  return Failure{conflict("with these the methodologies would be longer than a bundle may be, " +
                          std::to_string(measure::kMostPublishedBytes) + " bytes in all")};
}

Result<PublishedMethodology> Registry::withdraw(const std::string& id, std::uint64_t version, std::int64_t from,
                                                const std::string& file, const claim::Hasher& hasher) {
  const auto all = store_.methodologies();
  if (!all) return Failure{all.error()};
  const auto known = find(*all, id, version);
  if (known == all->end() && file.empty()) {
    return fail(ErrorCode::not_found, "methodology " + id + " version " + std::to_string(version) +
                                          " was not published, and is not in the service's folder of methodologies");
  }
  auto is = known != all->end() ? Result<PublishedMethodology>(*known) : read(file, hasher);
  if (!is) return is;
  if (is->until == from) return is;
  is->until = is->from ? std::max(*is->from, from) : from;
  return put_published(*all, std::move(*is));
}

Publication publication_of(const std::vector<PublishedMethodology>& all, std::int64_t now) {
  Publication made;
  std::vector<measure::PublishedFile> files;
  for (const PublishedMethodology& one : all) {
    made.number = std::max(made.number, one.number);
    if (!one.until || *one.until > now - kVersionKept) files.push_back({one.file, one.from, one.until});
  }
  made.content = measure::encode_published(files);
  return made;
}

Result<std::vector<measure::Published>> published_of(const std::vector<PublishedMethodology>& all, const claim::Hasher& hasher) {
  std::vector<measure::Published> published;
  for (const PublishedMethodology& one : all) {
    auto parsed = measure::parse_methodology(one.file, name_of(one), hasher);
    if (!parsed) return fail(ErrorCode::corrupt, "the registry's " + parsed.error().message);
    published.push_back({std::move(*parsed), one.from, one.until});
  }
  return published;
}

Status publish_into(measure::Library& library, RegistryReader& registry, const claim::Hasher& hasher) {
  const auto all = registry.methodologies();
  if (!all) return Failure{all.error()};
  auto published = published_of(*all, hasher);
  return published ? library.publish(std::move(*published)) : Status(Failure{published.error()});
}

}  // namespace greentill::credit
