// SPDX-License-Identifier: Apache-2.0
// A print job, read: as receipts, or as one text. Both throw plugin::Unusable where a job is beyond all measure: 20,000 lines,
// 1,000 cuts, 1,000 barcodes. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "plugins/escpos/charset.hpp"
#include "plugins/escpos/receipt.hpp"

namespace greentill::escpos {

/// The receipts of a job in order. The last one ends with the job where no cut does; it may be blank, also be all there is.
std::vector<Receipt> read_receipts(ByteView job, const TextSettings& settings);

/// What a reader of the paper would see, a blank line and "----- cut -----" for each cut. Bytes of a table that nobody knows
/// stand there as <table N: hex>, up to the next command.
std::string printed_text(ByteView job, const TextSettings& settings);

}  // namespace greentill::escpos
