// SPDX-License-Identifier: Apache-2.0
// What a session hands to a lock that rests: settings, and images piece by piece (docs/dock.md, "Settings and images").
#include <algorithm>

#include "firmware/core/little_endian.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::ByteReader;
using firmware::ByteWriter;
using firmware::Request;

namespace {

constexpr unsigned kMostTries = 3;

std::string version_words(std::uint32_t version) { return "image version " + std::to_string(version); }

}  // namespace

bool Session::ask_to_configure(Time now) {
  if (!takes_settings_ || !hello_->is_locked()) return false;
  const auto wanted = owner_.settings_for(record_->id);
  HandingState& handing = record_->handing;
  if (!wanted || wanted->number <= hello_->settings) handing.settings_trouble.clear();
  const bool is_refused = wanted && handing.settings == wanted->number && handing.refusals >= kMostTries;
  if (!wanted || wanted->number <= hello_->settings || is_refused) {
    takes_settings_ = false;
    return false;
  }
  if (handing.settings != wanted->number) handing.refusals = 0;
  handing.settings = wanted->number;
  ask(Request::configure, firmware::settings_request(*wanted), now);
  return true;
}

void Session::configured(const Reply& reply) {
  takes_settings_ = shown_ = false;
  HandingState& handing = record_->handing;
  const std::string settings = "settings " + std::to_string(handing.settings);
  if (reply.answer == Answer::done) {
    hello_->settings = handing.settings;
    handing.settings_trouble.clear();
    return owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it has " + settings);
  }
  // A ride that began just now is a reason to refuse them too: so not the first refusal is taken for an answer.
  if (reply.answer == Answer::refused && ++handing.refusals < kMostTries) return;
  handing.settings_trouble =
      reply.answer == Answer::refused
          ? "it does not take " + settings + ": another key than it believes signed them, or for another lock"
          : "it does not keep " + settings + ": its flash fails";
  fault_ = handing.settings_trouble;
}

bool Session::ask_about_image(Time now) {
  if (!takes_image_ || !hello_->is_locked() || !owner_.has_images()) return false;
  if (!image_) {
    ask(Request::image, {}, now);
    return true;
  }
  if (!sending_) return offer_image(now);
  const ByteView form = sending_->forms[form_];
  if (sent_ >= form.size()) {
    ask(Request::finish_image, {}, now);
    return true;
  }
  Bytes<firmware::kMostContent> content{};
  ByteWriter out(content);
  out.put(sent_).put(form.subspan(sent_, std::min<std::size_t>(kImagePiece, form.size() - sent_)));
  ask(Request::write_image, out.written(), now);
  return true;
}

bool Session::offer_image(Time now) {
  sending_ = owner_.image_for(image_->board, image_->floor);
  HandingState& handing = record_->handing;
  const std::uint32_t version = sending_ ? sending_->image.version : 0;
  if (version != 0 && image_->has_failed(version)) {
    handing.image_trouble = version_words(version) + " did not hold on it (" + reset_words(image_->reason) +
                            "), and it went back to " + std::to_string(image_->version);
    handing.image = version;
  } else if (version != handing.image) {
    handing.image_trouble.clear();
  }
  if (!sending_ || !handing.image_trouble.empty()) {
    if (fault_.empty()) fault_ = handing.image_trouble;
    takes_image_ = false;
    sending_.reset();
    return false;
  }
  handing.image = version;
  ask(Request::offer_image, sending_->message, now);
  return true;
}

void Session::image_state_came(const Reply& reply) {
  image_ = reply.answer == Answer::done ? parse_image_state(reply.content) : std::nullopt;
  shown_ = false;
  takes_image_ = image_ && !image_->is_on_trial() && !image_->is_ready();
  HandingState& handing = record_->handing;
  if (takes_image_ && handing.image != 0 && image_->version == handing.image) {
    owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it runs " + version_words(handing.image));
    handing.image = 0;
    handing.image_trouble.clear();
  }
}

/// It takes it no further now: at its next greeting it is offered again, and goes on where it was.
void Session::put_image_off(const std::string& trouble) {
  takes_image_ = shown_ = false;
  sending_.reset();
  if (trouble.empty()) return;
  fault_ = record_->handing.image_trouble = trouble;
}

void Session::offered(const Reply& reply) {
  ByteReader in(reply.content);
  const auto form = in.get<std::uint8_t>();
  const auto next = in.get<std::uint32_t>();
  if (reply.answer == Answer::refused) {
    return put_image_off("it does not take " + version_words(record_->handing.image) +
                         ": another key than it believes signed it, it has no room for it, or it failed here too often");
  }
  if (reply.answer != Answer::done || !in.done() || form >= sending_->forms.size()) return put_image_off({});
  form_ = form;
  sent_ = next;
  ++offers_;
}

void Session::piece_taken(const Reply& reply) {
  if (reply.answer == Answer::not_there && offers_ < kMostTries) return sending_.reset();  // offered once more
  ByteReader in(reply.content);
  const auto next = in.get<std::uint32_t>();
  if (reply.answer != Answer::done || !in.done() || next <= sent_ || next > sending_->forms[form_].size())
    return put_image_off({});
  sent_ = next;
}

void Session::image_finished(const Reply& reply) {
  if (reply.answer == Answer::refused && offers_ < kMostTries) return sending_.reset();  // what came is not what was signed
  if (reply.answer == Answer::refused) {
    return put_image_off(version_words(record_->handing.image) +
                         " arrives damaged each time: the file's forms are not those that were signed");
  }
  if (reply.answer == Answer::done) {
    owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it has " + version_words(record_->handing.image) +
                                ", and begins with it when no ride is under way");
  }
  put_image_off({});
}

}  // namespace greentill::dock
