// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/lock_image.hpp"

#include <array>
#include <utility>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/base/text.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_image.hpp"
#include "daemon/crypto/hasher.hpp"
#include "firmware/core/image_head.hpp"
#include "firmware/files/image_file.hpp"
#include "tools/credit-service/cli/named_signer.hpp"

namespace greentill::credit {
namespace {

using firmware::ImageHead;

constexpr std::size_t kWord = 8;  // of a lock's flash
constexpr std::size_t kMostImage = 1u << 20;

struct Form {
  std::string bytes;
  ImageHead head;
};

Result<Form> load_form(const std::string& file) {
  auto bytes = read_file(file, kMostImage);
  if (!bytes) return Failure{bytes.error()};
  const ByteView image = as_bytes(*bytes);
  const auto head = image.size() > ImageHead::kAt ? firmware::parse_head(image.subspan(ImageHead::kAt)) : std::nullopt;
  if (!head || head->version == 0 || head->board == 0) {
    return fail(ErrorCode::invalid, file + ": no lock's image; it is a .bin as the preset cortex-m4 makes it");
  }
  if (image.size() % kWord != 0) {
    return fail(ErrorCode::invalid, file + ": its size is no multiple of " + std::to_string(kWord) + " bytes");
  }
  return Form{std::move(*bytes), *head};
}

Result<claim::LockImage> describe_image(const std::array<Form, 2>& forms) {
  const ImageHead& first = forms[0].head;
  const ImageHead& second = forms[1].head;
  if (first.version != second.version || first.board != second.board) {
    return fail(ErrorCode::invalid, "the forms are of different images: version " + std::to_string(first.version) +
                                        " for board " + std::to_string(first.board) + ", and version " +
                                        std::to_string(second.version) + " for board " + std::to_string(second.board));
  }
  if (first.address >= second.address) {
    return fail(ErrorCode::invalid, "the form for slot 0 comes first, and lies below that for slot 1");
  }
  claim::LockImage image{SystemClock().unix_seconds(), first.version, first.board, {}};
  for (std::size_t slot = 0; slot < forms.size(); ++slot) {
    const ByteView bytes = as_bytes(forms[slot].bytes);
    image.forms[slot] = {static_cast<std::uint32_t>(bytes.size()), crypto::hasher().sha256({bytes})};
  }
  return image;
}

Result<std::vector<std::uint8_t>> sign(const claim::LockImage& image, NamedSigner& signer) {
  Bytes<claim::kMaxLockImageBytes> payload{};
  const auto size = claim::encode_lock_image(image, payload);
  if (!size) return fail(ErrorCode::invalid, size.error().reason);
  std::vector<std::uint8_t> message(claim::kMaxLockImageBytes);
  const claim::KeyedSigner by{claim::key_id(signer.key_hash), std::nullopt};
  const auto whole = claim::sign_keyed_message(crypto::hasher(), signer.signer, claim::MessageType::lock_image, by,
                                               ByteView(payload).first(*size), message);
  if (!whole) return fail(ErrorCode::invalid, whole.error().reason);
  message.resize(*whole);
  return message;
}

}  // namespace

Status sign_lock_image(const std::filesystem::path& /*config*/, const Given& given, const Output& output) {
  std::array<Form, 2> forms;
  for (const auto& [form, name] : {std::pair{&forms[0], "slot-0"}, {&forms[1], "slot-1"}}) {
    auto loaded = load_form(given[name]);
    if (!loaded) return Failure{loaded.error()};
    *form = std::move(*loaded);
  }
  const auto image = describe_image(forms);
  if (!image) return Failure{image.error()};
  auto signer = load_signer_for(crypto::kBundleSigningUsage, "which signs for locks", given);
  if (!signer) return Failure{signer.error()};
  const auto message = sign(*image, *signer);
  if (!message) return Failure{message.error()};
  const std::string file = firmware::image_file_bytes(*message, {as_bytes(forms[0].bytes), as_bytes(forms[1].bytes)});
  if (Status written = write_file_durably(given["out"], file); !written) return written;
  output.answer({{"version", image->version},
                 {"board", image->board},
                 {"sha256", {to_hex(image->forms[0].sha256), to_hex(image->forms[1].sha256)}},
                 {"file", given["out"]}},
                "version " + std::to_string(image->version) + " for board " + std::to_string(image->board) + " is in " +
                    printable(given["out"]) + "; a lock takes none that is not above the one that it has\n");
  return Done{};
}

}  // namespace greentill::credit
