// SPDX-License-Identifier: Apache-2.0
// The pages of a damaged database and of its log: the first two bytes say how long the file is, and what is behind it is the log.
// Whatever they are, reading ends, and of a row no more is told than there is.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "daemon/sqlite/page_reader.hpp"

namespace {

using namespace greentill;

void require(bool holds) {
  if (!holds) std::abort();
}

void write(const std::string& path, const std::uint8_t* data, std::size_t size) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/dev/shm/greentill-fuzz-pages-" + std::to_string(::getpid());
  if (size < 2) return 0;
  const std::size_t length = std::min<std::size_t>(size - 2, std::size_t{data[0]} << 8 | data[1]);
  write(path, data + 2, length);
  write(path + "-wal", data + 2 + length, size - 2 - length);
  auto pages = sqlite::PageReader::open(path);
  require(pages.ok());
  std::size_t rows = 0;
  pages->for_each_row([&](const sqlite::RawRow& row) {
    ++rows;
    require(!row.columns.empty());
    std::size_t bytes = 0;
    for (const sqlite::RawValue& value : row.columns) {
      for (const std::uint8_t byte : value.bytes) bytes += byte != 0;
    }
    require(bytes <= 1 << 20);
  });
  require(rows <= 4 * size);
  std::remove(path.c_str());
  std::remove((path + "-wal").c_str());
  return 0;
}
