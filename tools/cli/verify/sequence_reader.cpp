// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/sequence_reader.hpp"

#include <algorithm>

namespace greentill::cli {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
// How every claim message begins: CWT tag 61, COSE_Sign1 tag 18, an array of four.
constexpr Bytes<4> kMessageFront = {0xd8, 0x3d, 0xd2, 0x84};

}  // namespace

Result<std::span<const Piece>> SequenceReader::next() {
  pieces_.clear();
  while (pieces_.empty()) {
    if (Status read = refill(); !read) return Failure{read.error()};
    if (position_ == buffer_.size()) {
      end_damage();
      break;
    }
    take_all();
  }
  return std::span<const Piece>(pieces_);
}

Status SequenceReader::refill() {
  buffer_at_ += position_;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(position_));
  position_ = 0;
  const std::size_t kept = buffer_.size();
  if (!in_.good()) return Done{};
  buffer_.resize(kept + kReadBytes);
  in_.read(reinterpret_cast<char*>(buffer_.data() + kept), static_cast<std::streamsize>(kReadBytes));
  buffer_.resize(kept + static_cast<std::size_t>(in_.gcount()));
  if (in_.bad()) return fail(ErrorCode::io, "the file cannot be read to its end");
  return Done{};
}

// Takes messages only while the buffer holds at least the size of the largest claim, or the file has ended: otherwise a message
// that is merely cut off by the buffer's end would look damaged.
void SequenceReader::take_all() {
  const auto enough = [this] { return !in_.good() || buffer_.size() - position_ >= claim::kMaxClaimBytes; };
  while (position_ < buffer_.size() && enough()) {
    if (damage_) {
      find_next_message();
    } else if (!take_one()) {
      ++position_;
    }
  }
}

bool SequenceReader::take_one() {
  const ByteView all = ByteView(buffer_).subspan(position_);
  ByteView rest = all;
  const std::uint64_t offset = buffer_at_ + position_;
  Result<claim::Message, claim::Fault> message = claim::take_message(rest, claim::MessageType::claim);
  if (!message) {
    damage_ = Piece{offset, 0, message.error()};
    return false;
  }
  const std::size_t size = all.size() - rest.size();
  pieces_.push_back({offset, size, *message});
  position_ += size;
  return true;
}

void SequenceReader::find_next_message() {
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(position_);
  const auto found = std::search(begin, buffer_.end(), kMessageFront.begin(), kMessageFront.end());
  position_ = static_cast<std::size_t>(found - buffer_.begin());
  if (found == buffer_.end()) {
    const std::size_t split_front = in_.good() ? std::min(kMessageFront.size() - 1, buffer_.size()) : 0;
    position_ = std::max(static_cast<std::size_t>(begin - buffer_.begin()), buffer_.size() - split_front);
    return;
  }
  if (in_.good() && buffer_.size() - position_ < claim::kMaxClaimBytes) return;
  ByteView rest = ByteView(buffer_).subspan(position_, std::min(buffer_.size() - position_, claim::kMaxClaimBytes));
  if (claim::take_message(rest, claim::MessageType::claim)) {
    end_damage();
  } else {
    ++position_;
  }
}

void SequenceReader::end_damage() {
  if (!damage_) return;
  damage_->size = buffer_at_ + position_ - damage_->offset;
  pieces_.push_back(*damage_);
  damage_.reset();
}

}  // namespace greentill::cli
