// SPDX-License-Identifier: Apache-2.0
#include "plugins/exec/lines.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>

namespace greentill::exec {
namespace {

using std::chrono::milliseconds;

struct Pipe {
  int ends[2];
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void write(std::string_view text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
};

std::string problem(LineReader& reader) {
  try {
    (void)reader.next(milliseconds(-1));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("exec lines: lines come whole, however they arrive") {
  Pipe pipe;
  LineReader reader(pipe.ends[0]);
  CHECK_FALSE(reader.next(milliseconds(0)));
  pipe.write("on");
  CHECK_FALSE(reader.next(milliseconds(5)));
  pipe.write("e\n\ntwo\nthr");
  CHECK(reader.next(milliseconds(-1)) == "one");
  CHECK(reader.next(milliseconds(0)) == "");
  CHECK(reader.next(milliseconds(0)) == "two");
  CHECK_FALSE(reader.next(milliseconds(0)));
  pipe.write("ee\n");
  CHECK(reader.next(milliseconds(-1)) == "three");
  pipe.write("half");
  pipe.close_writer();
  CHECK(problem(reader) == "it closed its standard output within a line");
}

TEST_CASE("exec lines: the end of the output is told, and a line of 1 MiB is the longest") {
  Pipe pipe;
  LineReader reader(pipe.ends[0]);
  pipe.close_writer();
  CHECK(problem(reader) == "it closed its standard output");
}

TEST_CASE("exec lines: a short line is written whole or not at all") {
  Pipe pipe;
  LineWriter writer(pipe.ends[1]);
  const std::string line(100, 'x');
  std::size_t written = 0;
  while (writer.try_send(line)) ++written;
  CHECK(written >= 40);
  std::string got(line.size() * written + 1, '\0');
  CHECK(::read(pipe.ends[0], got.data(), got.size()) == static_cast<ssize_t>(line.size() * written));
  CHECK(writer.try_send(line));
}

}  // namespace
}  // namespace greentill::exec
