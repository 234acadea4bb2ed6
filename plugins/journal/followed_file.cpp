// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/followed_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/base/no_links.hpp"
#include "daemon/base/text.hpp"
#include "plugins/common/values/ids.hpp"

namespace greentill::journal {
namespace {

constexpr std::size_t kPrintBytes = 256;
constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::string_view kVersion = "j1";

std::string print_of(std::string_view head, std::string_view tail) { return plugin::sha256_hex({head, tail}, 8); }

void keep_tail(std::string& tail, std::string_view more) {
  if (more.size() >= kPrintBytes) {
    tail = more.substr(more.size() - kPrintBytes);
    return;
  }
  tail += more;
  if (tail.size() > kPrintBytes) tail.erase(0, tail.size() - kPrintBytes);
}

void keep_head(std::string& head, std::string_view more) {
  if (head.size() < kPrintBytes) head += more.substr(0, kPrintBytes - head.size());
}

}  // namespace

std::string Place::text() const {
  return std::string(kVersion) + " " + std::to_string(inode) + " " + std::to_string(offset) + " " + std::to_string(line) + " " +
         print;
}

std::optional<Place> Place::parse(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.size() != 5 || words[0] != kVersion) return std::nullopt;
  const auto inode = parse_integer<std::uint64_t>(words[1]);
  const auto offset = parse_integer<std::uint64_t>(words[2]);
  const auto line = parse_integer<std::uint64_t>(words[3]);
  if (!inode || !offset || !line) return std::nullopt;
  return Place{*inode, *offset, *line, std::string(words[4])};
}

std::unique_ptr<FollowedFile> FollowedFile::open(const std::filesystem::path& path) {
  auto file = open_without_links(std::filesystem::absolute(path), O_RDONLY | O_NONBLOCK);
  if (!file && file.error().code == ErrorCode::not_found) return nullptr;
  if (!file) throw std::runtime_error(file.error().message);
  return std::unique_ptr<FollowedFile>(new FollowedFile(file->release(), path));
}

FollowedFile::FollowedFile(int descriptor, std::filesystem::path path)
    : bytes_(descriptor, std::move(path)), opened_(bytes_.state()) {}

void FollowedFile::rewind() {
  offset_ = 0;
  line_ = 1;
  head_.clear();
  tail_.clear();
  buffer_.clear();
  consumed_ = 0;
  at_end_ = false;
}

bool FollowedFile::seek(const Place& place) {
  rewind();
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(place.offset, kPrintBytes));
  std::string head = bytes_.read_at(0, kept);
  std::string tail = bytes_.read_at(place.offset - kept, kept);
  if (bytes_.state().size < place.offset || print_of(head, tail) != place.print) return false;
  offset_ = place.offset;
  line_ = place.line;
  head_ = std::move(head);
  tail_ = std::move(tail);
  return true;
}

FollowedFile::Read FollowedFile::read_more() {
  const std::size_t ahead = pending().size();
  const std::uint64_t now = bytes_.state().size;
  if (now < offset_ + ahead) return Read::overwritten;
  if (at_end_ && now == offset_ + ahead) return Read::none;
  // Between two reads the file may have been truncated and grown beyond where we are, with other rows. What was read ahead may
  // have changed as well, so it is read again.
  if (!seek(place_behind(0, 0))) return Read::overwritten;
  buffer_ = bytes_.read_at(offset_, ahead + kReadBytes);
  if (buffer_.size() < ahead) return Read::overwritten;
  at_end_ = buffer_.size() == ahead;
  return at_end_ ? Read::none : Read::more;
}

void FollowedFile::consume(std::size_t bytes, std::size_t lines) {
  const std::string_view gone = pending().substr(0, bytes);
  keep_head(head_, gone);
  keep_tail(tail_, gone);
  consumed_ += bytes;
  offset_ += bytes;
  line_ += lines;
}

Place FollowedFile::place_behind(std::size_t bytes, std::size_t lines) const {
  std::string head = head_;
  std::string tail = tail_;
  keep_head(head, pending().substr(0, bytes));
  keep_tail(tail, pending().substr(0, bytes));
  return {opened_.inode, offset_ + bytes, line_ + lines, print_of(head, tail)};
}

bool FollowedFile::is_same_file(const struct stat& status) const {
  return status.st_dev == opened_.device && status.st_ino == opened_.inode;
}

}  // namespace greentill::journal
