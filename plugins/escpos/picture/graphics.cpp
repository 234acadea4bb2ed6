// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture/graphics.hpp"

#include <algorithm>

namespace greentill::escpos::picture {
namespace {

constexpr std::uint8_t kLineFeed = 0x0a;
constexpr std::uint8_t kFormFeed = 0x0c;
constexpr std::uint8_t kCancel = 0x18;
constexpr std::uint8_t kEsc = 0x1b;
constexpr std::uint8_t kFs = 0x1c;
constexpr std::uint8_t kGs = 0x1d;

/// Rows of a line of text, which a line feed without a picture moves by.
constexpr std::size_t kTextLine = 30;
constexpr std::size_t kMostTones = 4;

unsigned at(ByteView p, std::size_t index) { return index < p.size() ? p[index] : 0u; }
std::size_t two(ByteView p, std::size_t index) { return at(p, index) | std::size_t{at(p, index + 1)} << 8; }
ByteView behind(ByteView p, std::size_t count) { return p.subspan(std::min(count, p.size())); }

/// The parameter m of GS v 0, GS / and FS p, a number or its digit: twice as wide, as high, or both.
Scale scale_of(unsigned m) { return {m % 2 + 1, m / 2 % 2 + 1}; }

/// A tone's bits lie in planes, and tills differ in which comes first: dark is what most of them have.
Bitmap darkest(const std::vector<Bitmap>& planes) {
  Bitmap dark = planes[0];
  std::fill(dark.rows.begin(), dark.rows.end(), std::uint8_t{0});
  const std::size_t least = std::min<std::size_t>(planes.size(), 3);
  for (std::size_t y = 0; y < dark.height; ++y) {
    for (std::size_t x = 0; x < dark.width; ++x) {
      const auto set = std::count_if(planes.begin(), planes.end(),
                                     [&](const Bitmap& plane) { return x < plane.width && y < plane.height && plane.at(x, y); });
      if (static_cast<std::size_t>(set) >= least) dark.blacken(x, y);
    }
  }
  return dark;
}

}  // namespace

void Graphics::control(std::uint8_t code) {
  switch (code) {
    case kLineFeed: return line_feed(1);
    case kFormFeed:
      end_line();
      page_ = false;
      return;
    case kCancel:
      if (page_) paper_.go_back_to(page_begin_);
      return;
    default: return;
  }
}

void Graphics::command(std::uint8_t prefix, std::uint8_t code, ByteView parameters) {
  switch (prefix) {
    case kEsc: return on_esc(code, parameters);
    case kGs: return on_gs(code, parameters);
    case kFs: return on_fs(code, parameters);
    default: return;
  }
}

Bitmap Graphics::take() {
  end_line();
  page_ = false;
  return paper_.take();
}

void Graphics::end_line() {
  // A printer feeds by a distance that it was set to, in units of its own: tills set it so that the strips meet.
  paper_.move_down(line_height_);
  line_height_ = x_ = 0;
}

void Graphics::line_feed(std::size_t lines) {
  if (lines > 0 && line_height_ > 0) {
    end_line();
    --lines;
  }
  paper_.feed(lines * kTextLine);
}

void Graphics::print(const Bitmap& bitmap, Scale scale) {
  end_line();
  paper_.draw(bitmap, 0, scale);
  paper_.move_down(bitmap.height * scale.y);
}

void Graphics::columns(ByteView p) {
  const unsigned mode = at(p, 0);
  const bool tall = mode >= 32;
  const Scale scale{mode % 2 == 0 ? 2u : 1u, tall ? 1u : 3u};
  const Bitmap bitmap = Bitmap::from_columns(behind(p, 3), two(p, 1), tall ? 3 : 1);
  paper_.draw(bitmap, x_, scale);
  x_ += bitmap.width * scale.x;
  line_height_ = std::max(line_height_, bitmap.height * scale.y);
}

void Graphics::on_esc(std::uint8_t code, ByteView p) {
  switch (code) {
    case '*': return columns(p);
    case '$': x_ = two(p, 0); return;
    case 'J': line_height_ > 0 ? end_line() : paper_.feed(at(p, 0)); return;
    case 'd': return line_feed(at(p, 0));
    case '@':
      end_line();
      page_ = false;
      downloaded_ = {};
      buffer_ = {};
      return;
    case 'L':
      page_ = true;
      page_begin_ = paper_.y();
      return;
    case 'S':
      if (page_) paper_.go_back_to(page_begin_);
      page_ = false;
      return;
    default: return;
  }
}

void Graphics::on_gs(std::uint8_t code, ByteView p) {
  switch (code) {
    case 'v': return print(Bitmap::from_rows(behind(p, 6), two(p, 2) * 8, two(p, 4)), scale_of(at(p, 1)));
    case 'Q': return print(Bitmap::from_columns(behind(p, 6), two(p, 2), two(p, 4)), scale_of(at(p, 1)));
    case '*': downloaded_ = Bitmap::from_columns(behind(p, 2), std::size_t{at(p, 0)} * 8, at(p, 1)); return;
    case '/': return print(downloaded_, scale_of(at(p, 0)));
    case '(': return at(p, 0) == 'L' ? on_graphics(behind(p, 3)) : void();
    case '8': return at(p, 0) == 'L' ? on_graphics(behind(p, 5)) : void();
    default: return;
  }
}

void Graphics::on_fs(std::uint8_t code, ByteView p) {
  if (code == 'q') return store_numbered(p);
  if (code != 'p' || at(p, 0) == 0 || at(p, 0) > numbered_.size()) return;
  print(numbered_[at(p, 0) - 1], scale_of(at(p, 1)));
}

void Graphics::store_numbered(ByteView p) {
  numbered_.clear();
  const unsigned count = at(p, 0);
  p = behind(p, 1);
  for (unsigned i = 0; i < count && !p.empty(); ++i) {
    const std::size_t width = two(p, 0) * 8;
    const std::size_t bytes = two(p, 2);
    numbered_.push_back(Bitmap::from_columns(behind(p, 4), width, bytes));
    p = behind(p, 4 + width * bytes);
  }
}

void Graphics::on_graphics(ByteView p) {
  switch (at(p, 1)) {
    case 2:
    case 50: return print_buffer();
    case 67:
    case 83: return store_by_key(p, false, at(p, 1) == 83);
    case 68:
    case 84: return store_by_key(p, true, at(p, 1) == 84);
    case 69:
    case 85: {
      const auto stored =
          keyed_.find(at(p, 1) == 85 ? 1u << 16 | static_cast<unsigned>(two(p, 2)) : static_cast<unsigned>(two(p, 2)));
      if (stored != keyed_.end()) print(stored->second, {std::clamp(at(p, 4), 1u, 2u), std::clamp(at(p, 5), 1u, 2u)});
      return;
    }
    case 112: return store(p, false);
    case 113: return store(p, true);
    default: return;
  }
}

/// m fn a bx by c xL xH yL yH data
void Graphics::store(ByteView p, bool in_columns) {
  const std::size_t width = two(p, 6);
  const std::size_t height = two(p, 8);
  Bitmap plane =
      in_columns ? Bitmap::from_columns(behind(p, 10), width, (height + 7) / 8) : Bitmap::from_rows(behind(p, 10), width, height);
  buffer_.scale = {std::clamp(at(p, 3), 1u, 2u), std::clamp(at(p, 4), 1u, 2u)};
  const bool tone = at(p, 2) == 52;
  if (!tone) return buffer_.ink.add(plane);
  if (!plane.is_empty() && buffer_.tones.size() < kMostTones) buffer_.tones.push_back(std::move(plane));
}

void Graphics::print_buffer() {
  Buffer buffer = std::move(buffer_);
  buffer_ = {};
  if (!buffer.tones.empty()) buffer.ink.add(darkest(buffer.tones));
  print(buffer.ink, buffer.scale);
}

/// m fn a kc1 kc2 b xL xH yL yH, then for each of b colours its number and its data
void Graphics::store_by_key(ByteView p, bool in_columns, bool in_memory) {
  const unsigned key = static_cast<unsigned>(two(p, 3)) | (in_memory ? 1u << 16 : 0u);
  const std::size_t width = two(p, 6);
  const std::size_t height = two(p, 8);
  const std::size_t size = in_columns ? width * ((height + 7) / 8) : (width + 7) / 8 * height;
  Bitmap bitmap;
  ByteView colours = behind(p, 10);
  for (unsigned i = 0; i < at(p, 5) && !colours.empty(); ++i) {
    const ByteView data = behind(colours, 1);
    bitmap.add(in_columns ? Bitmap::from_columns(data, width, (height + 7) / 8) : Bitmap::from_rows(data, width, height));
    colours = behind(data, size);
  }
  keyed_[key] = std::move(bitmap);
}

}  // namespace greentill::escpos::picture
