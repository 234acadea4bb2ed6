// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/published.hpp"

#include <tuple>

#include "daemon/claim/cbor.hpp"

namespace greentill::measure {
namespace {

using claim::CborReader;
using claim::CborWriter;

constexpr const char* kNoContent = "it is not the map of a common bundle";
constexpr const char* kNoEntry = "a methodology is not [from, until, file]";
constexpr std::uint64_t kMethodologies = 1;
constexpr std::uint8_t kNull = 0xf6;
constexpr std::size_t kAroundFile = 32;

void write_time(CborWriter& writer, const std::optional<std::int64_t>& time) {
  time ? writer.integer(*time) : writer.raw(Bytes<1>{kNull});
}

std::optional<std::int64_t> read_time(CborReader& reader) {
  const ByteView item = reader.item();
  if (item.size() == 1 && item[0] == kNull) return std::nullopt;
  CborReader one(item);
  const std::int64_t time = one.integer(kNoEntry);
  if (reader.ok() && !one.ok()) reader.fail(claim::Fault::Kind::malformed, reader.position(), kNoEntry);
  return time;
}

Failure<Error> unreadable(const char* reason) { return fail(ErrorCode::invalid, std::string("its content: ") + reason); }

}  // namespace

std::vector<std::uint8_t> encode_published(const std::vector<PublishedFile>& files) {
  std::size_t most = kAroundFile;
  for (const PublishedFile& one : files) most += one.bytes.size() + kAroundFile;
  std::vector<std::uint8_t> content(most);
  CborWriter writer(content);
  writer.map(1);
  writer.unsigned_integer(kMethodologies);
  writer.array(files.size());
  for (const PublishedFile& one : files) {
    writer.array(3);
    write_time(writer, one.from);
    write_time(writer, one.until);
    writer.bytes(as_bytes(one.bytes));
  }
  content.resize(writer.size());
  return content;
}

Result<std::vector<Published>> read_published(ByteView content, const claim::Hasher& hasher) {
  if (content.size() > kMostPublishedBytes) return unreadable("it is longer than a common bundle may be");
  CborReader reader(content);
  if (reader.map(kNoContent) != 1 || reader.unsigned_integer(kNoContent) != kMethodologies) return unreadable(kNoContent);
  const std::size_t count = reader.array(kNoContent);
  std::vector<Published> all;
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    if (reader.array(kNoEntry) != 3) return unreadable(kNoEntry);
    const auto from = read_time(reader);
    const auto until = read_time(reader);
    const ByteView file = reader.bytes(kNoEntry);
    if (!reader.ok()) break;
    auto methodology = parse_methodology(as_text(file), "methodology " + std::to_string(i + 1) + " of the bundle", hasher);
    if (!methodology) return Failure{methodology.error()};
    if (from && until && *until < *from) return unreadable("a methodology ends before it begins");
    const auto order = [](const Methodology& one) { return std::tie(one.id, one.version); };
    if (!all.empty() && order(*methodology) <= order(all.back().methodology)) {
      return unreadable("the methodologies are not in the order of their ids and versions");
    }
    all.push_back({std::move(*methodology), from, until});
  }
  reader.expect_end();
  if (!reader.ok()) return unreadable(reader.fault().reason);
  return all;
}

}  // namespace greentill::measure
