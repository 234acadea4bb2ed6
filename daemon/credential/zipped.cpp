// SPDX-License-Identifier: Apache-2.0
#include "daemon/credential/zipped.hpp"

#include <zlib.h>

#include <cstdlib>
#include <limits>

namespace greentill::credential {
namespace {

constexpr int kWindow = 15;
constexpr int kGzip = 16;  // what zlib wants added for gzip
constexpr int kMemory = 9;
constexpr std::size_t kFirstRoom = 32768;

int window_of(Wrapping wrapping) { return wrapping == Wrapping::gzip ? kWindow + kGzip : kWindow; }

void feed(z_stream& stream, ByteView bytes) {
  stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib does not write there
  stream.avail_in = static_cast<uInt>(bytes.size());
}

class Inflating {
 public:
  explicit Inflating(Wrapping wrapping) {
    if (inflateInit2(&stream_, window_of(wrapping)) != Z_OK) std::abort();  // no memory
  }
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
  ~Inflating() { inflateEnd(&stream_); }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

}  // namespace

std::string deflated(ByteView bytes, Wrapping wrapping) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_of(wrapping), kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  feed(stream, bytes);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();  // the bound was wrong
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::string> inflated(ByteView bytes, Wrapping wrapping, std::size_t most) {
  if (bytes.size() > std::numeric_limits<uInt>::max() / 2 || most > std::numeric_limits<uInt>::max() / 2)
    return fail(ErrorCode::invalid, "it is too large");
  Inflating inflating(wrapping);
  z_stream& stream = inflating.stream();
  feed(stream, bytes);
  std::string out;
  for (std::size_t room = kFirstRoom;; room *= 2) {
    const std::size_t had = out.size();
    out.resize(std::min(room, most + 1));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(out.size() - had);
    const int done = inflate(&stream, Z_NO_FLUSH);
    if (stream.total_out > most) return fail(ErrorCode::invalid, "it stands for more than " + std::to_string(most) + " bytes");
    if (done == Z_STREAM_END) break;
    if (done != Z_OK || stream.avail_out != 0) return fail(ErrorCode::invalid, "it is damaged, or cut off");
  }
  if (stream.avail_in != 0) return fail(ErrorCode::invalid, "bytes follow its end");
  out.resize(stream.total_out);
  return out;
}

}  // namespace greentill::credential
