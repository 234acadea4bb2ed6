// SPDX-License-Identifier: Apache-2.0
// What an answering thread needs of its stack.
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "daemon/api/reactor.hpp"
#include "tests/unit/api/fixture.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

// Asked for the time on an answering thread, it looks how much of that thread's stack was ever used.
class StackMeter final : public Clock {
 public:
  [[nodiscard]] std::int64_t unix_seconds() const override {
    pthread_attr_t attributes;
    void* begin = nullptr;
    std::size_t size = 0;
    REQUIRE(::pthread_getattr_np(::pthread_self(), &attributes) == 0);
    REQUIRE(::pthread_attr_getstack(&attributes, &begin, &size) == 0);
    ::pthread_attr_destroy(&attributes);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident(size / page);
    REQUIRE(::mincore(begin, size, resident.data()) == 0);
    const auto first = std::find_if(resident.begin(), resident.end(), [](unsigned char flags) { return (flags & 1) != 0; });
    used = static_cast<std::size_t>(resident.end() - first) * page;
    whole = size;
    return 1'000;
  }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return {}; }
  [[nodiscard]] bool synchronised() const override { return true; }

  mutable std::atomic<std::size_t> used = 0;
  mutable std::atomic<std::size_t> whole = 0;
};

}  // namespace

TEST_CASE("stack: the deepest documents and the longest heads leave half of it free") {
  StackMeter meter;
  api::Options options;
  options.threads = 1;
  const Fixture fixture(options, &meter);
  const auto post = [&](const std::string& body, const std::string& type = "application/json") {
    return status_of(fixture.post(body, type));
  };
  const auto get = [&](const std::string& target) { return status_of(fixture.get(target)); };
  constexpr std::size_t kDeep = 250'000;
  CHECK(post(ride("a")) == 201);
  CHECK(post(std::string(kDeep, '[')) == 200);
  CHECK(post(std::string(kDeep / 2, '[') + std::string(kDeep / 2, ']')) == 200);
  CHECK(post("{\"attributes\":" + std::string(kDeep, '[')) == 422);
  CHECK(post("{\"lines\":[" + std::string(kDeep, '{')) == 400);
  std::string nested;
  for (std::size_t i = 0; i < kDeep / 5; ++i) nested += "{\"a\":";
  CHECK(post(nested) == 422);
  CHECK(post(nested + '\n' + ride("b") + '\n', "application/x-ndjson") == 200);
  CHECK(get('/' + std::string(8'000, 'a')) == 404);
  // What an HTTP library may match by a regular expression, which recurses for each byte.
  const auto with_header = [&](const std::string& headers) { return status_of(fixture.get("/v1/status", headers)); };
  const auto filled = [](std::string begin, const std::string& part, const std::string& end = "") {
    while (begin.size() + part.size() + end.size() < 8'000) begin += part;
    return begin + end + "\r\n";
  };
  CHECK(with_header(filled("Range: bytes=0-1", ",2-3")) == 200);
  CHECK(with_header(filled("Range: bytes=", "9")) == 200);
  CHECK(with_header(filled("Range: ", "bytes=")) == 200);
  CHECK(with_header(filled("Host: evil.example\r\nRange: bytes=0-1", ",2-3")) == 400);
  CHECK(status_of(exchange(fixture.port(),
                           "GET / HTTP/1.1\r\nHost: evil.example\r\n" + filled("Range: bytes=0-1", ",2-3") + "\r\n")) == 421);
  CHECK(with_header(filled("Accept: */*", ", a/b;q=0.1")) == 200);
  CHECK(with_header(filled("Accept-Encoding: gzip", ", br")) == 200);
  CHECK(with_header(filled("Cookie: a=b", "; a=b")) == 200);
  CHECK(with_header(filled("If-None-Match: \"a\"", ",\"a\"")) == 200);
  CHECK(with_header(filled("Content-Type: multipart/form-data; boundary=", "-")) == 200);
  CHECK(with_header(filled("X-Forwarded-For: ::1", ", ::1")) == 200);
  CHECK(with_header(filled("Sec-Fetch-Site: ", "none")) == 403);
  CHECK(get("/v1/claims?" + std::string(8'000 - 20, '&')) < 500);
  CHECK(get("/v1/claims?limit=" + std::string(7'900, '%')) == 400);
  CHECK(get("/v1/claims?limit=" + std::string(7'900, '9')) == 400);
  std::string escapes;
  while (escapes.size() < 7'900) escapes += "%2e%2f";
  CHECK(get('/' + escapes) == 404);
  const std::string boundary(70, '-');
  const std::string form =
      "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + std::string(100'000, 'a') + "\"\r\n\r\n";
  CHECK(post(form, "multipart/form-data; boundary=" + boundary) == 415);
  CHECK(get("/v1/claims") == 200);
  CHECK(get("/metrics") == 200);
  CHECK(get("/v1/status") == 200);
  MESSAGE(meter.used.load() << " bytes of " << meter.whole.load());
  CHECK(meter.whole <= api::kStackBytes);
  CHECK(meter.used < meter.whole / 2);
}
