// SPDX-License-Identifier: Apache-2.0
// PDFs with an embedded file, written by hand after ISO 32000-1 with no page that anybody would see.
#pragma once

#include <qpdf/Pl_Buffer.hh>
#include <qpdf/Pl_Flate.hh>

#include <memory>
#include <string>
#include <vector>

namespace greentill::invoice::test {

/// Object n is the n-th text, from 1; the first is the catalogue.
inline std::string pdf_of(const std::vector<std::string>& objects) {
  std::string pdf = "%PDF-1.7\n";
  std::string references = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string offset = std::to_string(pdf.size());
    references += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string size = std::to_string(objects.size() + 1);
  return pdf + "xref\n0 " + size + "\n" + references + "trailer\n<< /Size " + size + " /Root 1 0 R >>\nstartxref\n" +
         std::to_string(pdf.size()) + "\n%%EOF\n";
}

inline std::string stream(const std::string& data, const std::string& entries = {}) {
  return "<< /Length " + std::to_string(data.size()) + " " + entries + " >>\nstream\n" + data + "\nendstream";
}

inline std::string flate(const std::string& data) {
  Pl_Buffer packed("packed");
  Pl_Flate packing("packing", &packed, Pl_Flate::a_deflate);
  packing.writeString(data);
  packing.finish();
  const auto bytes = packed.getBufferSharedPointer();
  return {reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize()};
}

inline std::string catalogue(const std::string& more) { return "<< /Type /Catalog /Pages 2 0 R " + more + " >>"; }
inline const std::string kPages = "<< /Type /Pages /Kids [] /Count 0 >>";

inline std::string specification(const std::string& name, const std::string& reference = "4 0 R") {
  return "<< /Type /Filespec /F (" + name + ") /UF (" + name + ") /AFRelationship /Alternative /EF << /F " + reference + " >> >>";
}

/// With that file in the tree of names, as object 4.
inline std::string pdf_with(const std::string& file_stream, const std::string& name = "factur-x.xml") {
  return pdf_of(
      {catalogue("/Names << /EmbeddedFiles << /Names [(" + name + ") 3 0 R] >> >>"), kPages, specification(name), file_stream});
}

}  // namespace greentill::invoice::test
