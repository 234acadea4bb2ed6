// SPDX-License-Identifier: Apache-2.0
#include "firmware/files/image_file.hpp"

#include <utility>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/claim/cbor.hpp"
#include "daemon/claim/keyed_message.hpp"

namespace greentill::firmware {
namespace {

constexpr std::size_t kMostMessage = 384;  // what a frame of the dock link holds

}  // namespace

Result<ImageFile> parse_image_file(std::string bytes, const std::string& name) {
  ImageFile file{std::make_shared<const std::string>(std::move(bytes)), {}, {}, {}};
  const auto wrong = [&] {
    return fail(ErrorCode::invalid, name + ": no image of a lock, as greentill-credit lock image writes it");
  };
  claim::CborReader reader(as_bytes(*file.bytes));
  file.message = reader.item();
  if (file.message.empty() || file.message.size() > kMostMessage) return wrong();
  const auto message = claim::parse_keyed_message(file.message, claim::MessageType::lock_image);
  const auto image = message ? claim::parse_lock_image(message->payload) : claim::parse_lock_image({});
  if (!image) return wrong();
  file.image = *image;
  for (std::size_t i = 0; i < file.forms.size(); ++i) {
    file.forms[i] = reader.bytes("no image");
    if (file.forms[i].size() != image->forms[i].size) return wrong();
  }
  return reader.at_end() ? Result<ImageFile>(std::move(file)) : wrong();
}

std::string image_file_bytes(ByteView message, const std::array<ByteView, 2>& forms) {
  std::string file(as_text(message));
  for (const ByteView form : forms) {
    std::vector<std::uint8_t> item(form.size() + 9);
    claim::CborWriter writer(item);
    writer.bytes(form);
    file += as_text(writer.written());
  }
  return file;
}

}  // namespace greentill::firmware
