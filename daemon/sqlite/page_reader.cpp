// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/page_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace greentill::sqlite {
namespace {

constexpr std::size_t kHeaderBytes = 100;  // of the file, at the begin of page 1
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::uint8_t kTableLeaf = 0x0d;
constexpr std::size_t kMostPayload = 1 << 20;
constexpr std::size_t kMostColumns = 64;

std::uint32_t big_endian(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// SQLite's integer of 1 to 9 bytes; moves `at` behind it.
bool take_varint(ByteView bytes, std::size_t& at, std::uint64_t& value) {
  value = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) return false;
    const std::uint8_t byte = bytes[at++];
    if (i == 8) {
      value = value << 8 | byte;
      return true;
    }
    value = value << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

/// A value's bytes by its serial type; nothing for a real number and for what does not exist.
std::optional<std::size_t> size_of(std::uint64_t type) {
  constexpr std::size_t kIntegers[] = {0, 1, 2, 3, 4, 6, 8};
  if (type < std::size(kIntegers)) return kIntegers[type];
  if (type == 8 || type == 9) return std::size_t{0};
  if (type < 12 || (type - 12) / 2 > kMostPayload) return std::nullopt;
  return static_cast<std::size_t>((type - 12) / 2);
}

RawValue value_of(std::uint64_t type, ByteView bytes) {
  RawValue value;
  if (type == 0) return value;
  if (type >= 12) {
    value.kind = type % 2 == 0 ? RawValue::Kind::blob : RawValue::Kind::text;
    value.bytes = bytes;
    return value;
  }
  value.kind = RawValue::Kind::integer;
  if (type >= 8) {
    value.integer = static_cast<std::int64_t>(type) - 8;
    return value;
  }
  std::uint64_t bits = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : bytes) bits = bits << 8 | byte;
  value.integer = static_cast<std::int64_t>(bits);
  return value;
}

std::size_t size_of_page(std::uint32_t told) {
  const bool good = told >= 512 && told <= 65536 && (told & (told - 1)) == 0;
  return good ? told : 0;
}

}  // namespace

Result<PageReader> PageReader::open(const std::filesystem::path& database) {
  PageReader reader;
  reader.file_ = Descriptor(::open(database.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader.file_) {
    return fail(ErrorCode::io, database.string() + ": cannot be opened: " + std::generic_category().message(errno));
  }
  struct stat about {};
  if (::fstat(reader.file_.get(), &about) != 0) {
    return fail(ErrorCode::io, database.string() + ": cannot be read: " + std::generic_category().message(errno));
  }
  reader.file_bytes_ = static_cast<std::uint64_t>(about.st_size);
  reader.log_ = Descriptor(::open((database.string() + "-wal").c_str(), O_RDONLY | O_CLOEXEC));
  reader.read_page_size();
  reader.read_log();
  return reader;
}

/// From the header, where there is one; else as it stands, which is what stores are made with.
void PageReader::read_page_size() {
  Page header(kHeaderBytes);
  const auto got = ::pread(file_.get(), header.data(), header.size(), 0);
  if (got != static_cast<ssize_t>(header.size()) || as_text(ByteView(header).first(16)) != kMagic) return;
  const std::uint32_t told = big_endian(header, 16, 2);
  const std::size_t size = size_of_page(told == 1 ? 65536 : told);
  if (size == 0 || header[20] > 32) return;
  page_size_ = size;
  usable_ = size - header[20];
}

void PageReader::read_log() {
  if (!log_) return;
  frames_ = frames_of(log_, page_size_);
  for (std::size_t at = 0; at < frames_.taken.size(); ++at) latest_[frames_.taken[at].page] = at;
}

bool PageReader::read_at(const Descriptor& file, std::uint64_t offset, Page& into) const {
  into.resize(page_size_);
  return ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(into.size());
}

bool PageReader::read_page(std::uint32_t number, Page& into) const {
  if (number == 0) return false;
  if (const auto frame = latest_.find(number); frame != latest_.end())
    return read_at(log_, frames_.taken[frame->second].offset, into);
  return read_at(file_, std::uint64_t{number - 1} * page_size_, into);
}

void PageReader::for_each_row(const std::function<void(const RawRow&)>& visit) {
  const auto in_file = static_cast<std::uint32_t>(file_bytes_ / page_size_);
  const std::uint32_t last = std::max(in_file, latest_.empty() ? 0 : latest_.rbegin()->first);
  Page page;
  for (std::uint32_t number = 1; number <= last; ++number) {
    if (read_page(number, page)) visit_page(page, number, visit);
  }
  for (std::size_t at = frames_.taken.size(); at-- > 0;) {
    const LogFrame& frame = frames_.taken[at];
    if (latest_[frame.page] != at && read_at(log_, frame.offset, page)) visit_page(page, frame.page, visit);
  }
  for (const auto& [number, frame] : latest_) {
    if (number <= in_file && read_at(file_, std::uint64_t{number - 1} * page_size_, page)) visit_page(page, number, visit);
  }
  for (const LogFrame& frame : frames_.others) {
    if (read_at(log_, frame.offset, page)) visit_page(page, frame.page, visit);
  }
}

void PageReader::visit_page(const Page& page, std::uint32_t number, const std::function<void(const RawRow&)>& visit) {
  // Page 1 has the header in front; another page may have come in its place.
  const bool has_header = number == 1 && as_text(ByteView(page).first(kMagic.size())) == kMagic;
  const std::size_t begin = has_header ? kHeaderBytes : 0;
  const ByteView bytes(page);
  if (bytes[begin] != kTableLeaf) return;
  const std::uint32_t cells = big_endian(bytes, begin + 3, 2);
  for (std::uint32_t cell = 0; cell < cells; ++cell) {
    const std::size_t pointer = begin + 8 + 2 * std::size_t{cell};
    if (pointer + 2 > usable_) return;
    const std::size_t at = big_endian(bytes, pointer, 2);
    if (at < usable_ && read_cell(bytes.first(usable_), at) && read_record()) visit(row_);
  }
}

bool PageReader::read_cell(ByteView page, std::size_t at) {
  std::uint64_t size = 0, rowid = 0;
  if (!take_varint(page, at, size) || !take_varint(page, at, rowid) || size > kMostPayload) return false;
  row_.rowid = static_cast<std::int64_t>(rowid);
  std::size_t local = static_cast<std::size_t>(size);
  if (local > usable_ - 35) {
    const std::size_t least = (usable_ - 12) * 32 / 255 - 23;
    const std::size_t fitting = least + (local - least) % (usable_ - 4);
    local = fitting <= usable_ - 35 ? fitting : least;
  }
  const bool overflows = local < size;
  if (at + local + (overflows ? 4 : 0) > page.size()) return false;
  payload_.assign(page.begin() + static_cast<std::ptrdiff_t>(at), page.begin() + static_cast<std::ptrdiff_t>(at + local));
  return !overflows || read_overflow(big_endian(page, at + local, 4), static_cast<std::size_t>(size) - local);
}

bool PageReader::read_overflow(std::uint32_t number, std::size_t missing) {
  Page page;
  while (missing > 0) {
    if (!read_page(number, page)) return false;
    const std::size_t some = std::min(missing, usable_ - 4);
    payload_.insert(payload_.end(), page.begin() + 4, page.begin() + 4 + static_cast<std::ptrdiff_t>(some));
    missing -= some;
    number = big_endian(page, 0, 4);
  }
  return true;
}

bool PageReader::read_record() {
  const ByteView record(payload_);
  std::size_t at = 0;
  std::uint64_t header = 0;
  if (!take_varint(record, at, header) || header > record.size()) return false;
  row_.columns.clear();
  std::size_t content = static_cast<std::size_t>(header);
  while (at < header) {
    std::uint64_t type = 0;
    if (!take_varint(record.first(static_cast<std::size_t>(header)), at, type)) return false;
    const auto size = size_of(type);
    if (!size || *size > record.size() - content || row_.columns.size() == kMostColumns) return false;
    row_.columns.push_back(value_of(type, record.subspan(content, *size)));
    content += *size;
  }
  return !row_.columns.empty();
}

}  // namespace greentill::sqlite
