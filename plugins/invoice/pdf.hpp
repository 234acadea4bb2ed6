// SPDX-License-Identifier: Apache-2.0
// The XML of an invoice that lies in a PDF (ZUGFeRD, Factur-X, XRechnung: PDF/A-3). Only what leads to the embedded file is read,
// and what it is unpacked to is bounded. Threads: one call at a time in a thread, any number of threads. Format: ISO
// 32000-1, 7.11.4 (embedded file streams) and 7.7.4 (name dictionary); Factur-X 1.0, 6.2.2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace greentill::invoice {

/// All that streams of one document are unpacked to, in sum: cross-references, objects and the embedded file.
inline constexpr std::size_t kMostUnpackedBytes = 32u << 20;

bool is_pdf(std::string_view document);

/// Throws plugin::Unusable where the PDF has no embedded invoice or cannot be read, quoting nothing of it.
std::string embedded_invoice(std::string_view pdf);

}  // namespace greentill::invoice
