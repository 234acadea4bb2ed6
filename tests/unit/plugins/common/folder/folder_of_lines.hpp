// SPDX-License-Identifier: Apache-2.0
// The simplest of formats: each line an event id. "bad …" is a record of no use, "-" no record, at "broken" the file ends for any
// reader, and at "crash" and "hang" the reader does not come back.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "plugins/common/folder/folder_source.hpp"

namespace greentill::plugin::test {

class Lines final : public RecordReader {
 public:
  explicit Lines(ByteInput& bytes) : bytes_(bytes) {}

  Next next(Transaction& into) override {
    std::string line;
    if (!read_line(line)) return Next::end;
    if (line == "-") return Next::nothing;
    if (line == "broken") throw std::runtime_error("what follows is broken");
    if (line == "crash") std::abort();
    while (line == "hang") ::pause();
    if (line.starts_with("bad")) throw Unusable("it is bad");
    into.issuer = "lines";
    into.event_id = line;
    return Next::record;
  }

 private:
  bool read_line(std::string& line) {
    char byte = '\0';
    while (bytes_.read({&byte, 1}) == 1 && byte != '\n') line += byte;
    return !line.empty();
  }
  ByteInput& bytes_;
};

class FolderOfLines final : public FolderSource {
 public:
  FolderOfLines(std::string_view configuration, Services services)
      : FolderOfLines(plugin::read_configuration(configuration, "lines"), services) {}
  std::unique_ptr<RecordReader> read(ByteInput& bytes, const std::string& /*name*/) override {
    return std::make_unique<Lines>(bytes);
  }

 private:
  FolderOfLines(const toml::Table& toml, Services services) : FolderSource(toml, 1, services) {
    toml.allow({"own"});
    toml.check();
  }
};

}  // namespace greentill::plugin::test
