// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/pdf.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <vector>

#include "daemon/base/text.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/invoice/pdf_filters.hpp"
#include "plugins/invoice/qpdf.hpp"

namespace greentill::invoice {
namespace {

using plugin::Unusable;

constexpr std::size_t kMostFiles = 1000;
constexpr int kMostDepth = 16;
constexpr std::size_t kHeaderBytes = 1024;  // before which the header may begin (ISO 32000-1, implementation note 13)

/// By which Factur-X, XRechnung and ZUGFeRD name the invoice, in small letters and in the order in which they count.
constexpr std::array<std::string_view, 3> kNames{"factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml"};

struct EmbeddedFile {
  std::string name;  // in small letters
  QPDFObjectHandle stream;
};

std::string name_of(QPDFObjectHandle specification) {
  for (const char* key : {"/UF", "/F"}) {
    QPDFObjectHandle name = specification.getKey(key);
    if (name.isString()) return lower_case(name.getUTF8Value());
  }
  return {};
}

/// The files that a document has, from the tree of their names and the list of those associated with it.
class EmbeddedFiles {
 public:
  explicit EmbeddedFiles(QPDFObjectHandle root) {
    add_tree(member(member(root, "/Names"), "/EmbeddedFiles"), 0);
    add_all(member(root, "/AF"), 0, 1);
  }

  /// Null where there is none.
  [[nodiscard]] const EmbeddedFile* invoice() const {
    for (const std::string_view name : kNames) {
      const auto found = std::find_if(files_.begin(), files_.end(), [&](const EmbeddedFile& one) { return one.name == name; });
      if (found != files_.end()) return &*found;
    }
    return nullptr;
  }

 private:
  static QPDFObjectHandle member(QPDFObjectHandle of, const char* key) {
    return of.isDictionary() ? of.getKey(key) : QPDFObjectHandle::newNull();
  }

  void add_tree(QPDFObjectHandle node, int depth) {
    if (depth > kMostDepth || ++nodes_ > kMostFiles) throw Unusable("it is a PDF with too many embedded files");
    add_all(member(node, "/Names"), 1, 2);  // name, file, name, file, …
    QPDFObjectHandle kids = member(node, "/Kids");
    for (int i = 0; kids.isArray() && i < kids.getArrayNItems(); ++i) add_tree(kids.getArrayItem(i), depth + 1);
  }

  void add_all(QPDFObjectHandle list, int first, int step) {
    for (int i = first; list.isArray() && i < list.getArrayNItems(); i += step) {
      if (++nodes_ > kMostFiles) throw Unusable("it is a PDF with too many embedded files");
      add(list.getArrayItem(i));
    }
  }

  void add(QPDFObjectHandle specification) {
    if (!specification.isDictionary()) return;
    const QPDFObjectHandle streams = member(specification, "/EF");
    for (const char* key : {"/UF", "/F"}) {
      QPDFObjectHandle stream = member(streams, key);
      if (stream.isStream()) return files_.push_back({name_of(specification), stream});
    }
  }

  std::vector<EmbeddedFile> files_;
  std::size_t nodes_ = 0;
};

/// Ends a stream's way.
class Kept final : public Pipeline {
 public:
  Kept() : Pipeline("kept", nullptr) {}
  void write(const unsigned char* data, std::size_t size) override {
    UnpackBudget::take(size);
    bytes.append(reinterpret_cast<const char*>(data), size);
  }
  void finish() override {}
  std::string bytes;
};

std::string read(std::string_view document) {
  QPDF pdf;
  pdf.setSuppressWarnings(true);
  pdf.setAttemptRecovery(false);  // looks for objects in all of a damaged file, for as long as that takes
  pdf.processMemoryFile("invoice", document.data(), document.size());
  if (pdf.isEncrypted()) throw Unusable("it is an encrypted PDF, which is not read");
  const EmbeddedFiles files(pdf.getRoot());
  const EmbeddedFile* found = files.invoice();
  if (found == nullptr) {
    throw Unusable("it is a PDF without an embedded invoice (factur-x.xml, xrechnung.xml or zugferd-invoice.xml)");
  }
  Kept kept;
  QPDFObjectHandle stream = found->stream;
  if (!stream.pipeStreamData(&kept, 0, qpdf_dl_generalized, true)) throw Unusable("its embedded invoice cannot be unpacked");
  return std::move(kept.bytes);
}

}  // namespace

bool is_pdf(std::string_view document) { return document.substr(0, kHeaderBytes).find("%PDF-") != std::string_view::npos; }

std::string embedded_invoice(std::string_view pdf) {
  register_filters();
  const UnpackBudget budget(kMostUnpackedBytes);
  const auto too_large = [] {
    return Unusable("it is a PDF whose streams are unpacked to more than " + std::to_string(kMostUnpackedBytes >> 20) + " MiB");
  };
  try {
    std::string invoice = read(pdf);
    // qpdf takes what a filter throws for damage, and goes on with what it has.
    if (budget.is_spent()) throw too_large();
    return invoice;
  } catch (const Unusable&) {
    if (budget.is_spent()) throw too_large();
    throw;
  } catch (const QPDFExc& error) {
    if (budget.is_spent()) throw too_large();
    if (error.getErrorCode() == qpdf_e_password) throw Unusable("it is an encrypted PDF, which is not read");
    throw Unusable("it is a PDF that is damaged");
  } catch (const std::bad_alloc&) {
    throw Unusable("it is a PDF that needs more memory than there is");
  } catch (const std::exception&) {
    if (budget.is_spent()) throw too_large();
    throw Unusable("it is a PDF that is damaged");
  }
}

}  // namespace greentill::invoice
