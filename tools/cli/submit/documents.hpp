// SPDX-License-Identifier: Apache-2.0
// Cuts a file of transactions into JSON documents, one in memory at a time: the file is one object, an array of objects, or one
// object a line (NDJSON). It only finds where documents end; the daemon judges what they say. Threads: one.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "daemon/base/error.hpp"

namespace greentill::cli {

inline constexpr std::size_t kMaxDocumentBytes = 1u << 20;

struct Document {
  std::uint64_t line = 0;  ///< where the document begins, from 1
  std::string json;        ///< the document on one line
  std::string problem;     ///< why it cannot be sent; empty where it can
};

class DocumentReader {
 public:
  /// `in` must outlive the reader.
  explicit DocumentReader(std::istream& in) : in_(in) {}

  /// The next document; nothing at the file's end. io where the file cannot be read.
  Result<std::optional<Document>> next();
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Form : std::uint8_t { unknown, lines, array, object, trailing, ended };

  Form find_form();
  std::optional<Document> next_line();
  std::optional<Document> next_element();
  std::optional<Document> whole_object();
  std::optional<Document> end_element(Document document, bool last);
  std::optional<Document> trailing();
  int get();
  void skip_blank();

  std::istream& in_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_ = 1;
  Form form_ = Form::unknown;
  bool after_comma_ = false;
  std::optional<Document> first_line_;  // the first line, read to find the file's form
};

}  // namespace greentill::cli
