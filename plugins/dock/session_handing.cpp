// SPDX-License-Identifier: Apache-2.0
// What a session hands to a lock that rests: settings, and images piece by piece (docs/dock.md, "Settings and images").
#include <algorithm>

#include "firmware/core/little_endian.hpp"
#include "firmware/files/lock_settings.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::ByteReader;
using firmware::ByteWriter;
using firmware::Request;

namespace {

constexpr unsigned kMostTries = 3;

std::string number_words(std::uint16_t number) { return "settings " + std::to_string(number); }

}  // namespace

bool Session::ask_to_configure(Time now) {
  if (!takes_settings_ || !hello_->is_locked()) return false;
  const auto wanted = owner_.settings_for(record_->id);
  const Bytes<76> content = wanted ? firmware::settings_request(*wanted) : Bytes<76>{};
  HandingState& handing = record_->handing;
  if (wanted && wanted->number < hello_->settings && handing.passed_over != content) {
    handing.passed_over = content;
    owner_.log(GT_LOG_WARNING, "lock " + record_->id + ": it has " + number_words(hello_->settings) + ", so it is not handed " +
                                   number_words(wanted->number) + ": a lock takes those of a higher number alone");
  }
  const bool is_new = wanted && wanted->number > hello_->settings;
  if (!is_new) handing.settings_trouble.clear();
  if (!is_new || (handing.settings == content && handing.refusals >= kMostTries)) {
    takes_settings_ = false;
    return false;
  }
  if (handing.settings != content) handing.refusals = 0;
  handing.settings = content;
  ask(Request::configure, content, now);
  return true;
}

void Session::configured(const Reply& reply) {
  takes_settings_ = shown_ = false;
  HandingState& handing = record_->handing;
  const auto number = ByteReader(handing.settings).get<std::uint16_t>();
  const std::string settings = number_words(number);
  if (reply.answer == Answer::done) {
    hello_->settings = number;
    handing.settings_trouble.clear();
    return owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it has " + settings);
  }
  // A ride that began just now is a reason to refuse them too: so not the first refusal is taken for an answer.
  ++handing.refusals;
  if (reply.answer == Answer::refused && handing.refusals < kMostTries) return;
  if (reply.answer == Answer::refused) {
    handing.settings_trouble = "it does not take " + settings + ": another key than it believes signed them, or for another lock";
  } else if (reply.answer == Answer::not_kept) {
    handing.settings_trouble = "it does not keep " + settings + ": its flash fails";
  } else {
    handing.refusals = kMostTries;
    handing.settings_trouble = "it does not know how to take " + settings + ": its firmware is another than this dock's";
  }
  fault_ = handing.settings_trouble;
}

bool Session::ask_about_image(Time now) {
  if (!takes_image_ || !hello_->is_locked() || !owner_.hands_out()) return false;
  if (!image_) {
    ask(Request::image, {}, now);
    return true;
  }
  if (!sending_) return offer_image(now);
  if (pieces_ >= pace_.pieces) {
    ask(Request::hello, {}, now);
    return true;
  }
  const ByteView form = sending_->file.forms[form_];
  if (sent_ >= form.size()) {
    ask(Request::finish_image, {}, now);
    return true;
  }
  Bytes<firmware::kMostContent> content{};
  ByteWriter out(content);
  out.put(sent_).put(form.subspan(sent_, std::min<std::size_t>(kImagePiece, form.size() - sent_)));
  ask(Request::write_image, out.written(), now);
  ++pieces_;
  return true;
}

bool Session::offer_image(Time now) {
  HandingState& handing = record_->handing;
  ImageChoice choice = choose_image(owner_.images_for(image_->board), *image_, handing);
  handing.image_trouble = std::move(choice.trouble);
  if (fault_.empty()) fault_ = handing.image_trouble;
  if (!choice.image) {
    takes_image_ = false;
    return false;
  }
  sending_ = std::move(choice.image);
  if (handing.image != sending_->content) handing.unkept = 0;
  handing.image = sending_->content;
  handing.version = sending_->version();
  ask(Request::offer_image, sending_->file.message, now);
  return true;
}

void Session::image_state_came(const Reply& reply) {
  image_ = reply.answer == Answer::done ? parse_image_state(reply.content) : std::nullopt;
  shown_ = false;
  HandingState& handing = record_->handing;
  handing.begins = image_ && (image_->is_on_trial() || image_->is_ready());
  takes_image_ = image_ && !handing.begins;
  if (takes_image_ && handing.version != 0 && image_->version == handing.version) {
    owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it runs " + version_words(handing.version));
    handing.version = 0;
  }
}

/// It takes it no further now: at its next greeting it is offered again, and goes on where it was.
void Session::put_image_off() {
  takes_image_ = shown_ = false;
  sending_.reset();
}

void Session::refuse_image(const std::string& why) {
  dock::refuse_image(record_->handing, *sending_, why);
  fault_ = record_->handing.image_trouble = why;
  put_image_off();
}

/// Each try erases flash, and takes of the battery.
void Session::image_not_kept(Answer answer) {
  HandingState& handing = record_->handing;
  const std::string version = version_words(sending_->version());
  if (++handing.unkept >= kMostTries) {
    const bool slot_fails = answer == Answer::not_kept;
    dock::refuse_image(handing, *sending_,
                       slot_fails ? "it does not keep " + version + ": its flash fails"
                                  : "it answers " + version + " with what this dock does not understand",
                       slot_fails);
    fault_ = handing.image_trouble = handing.refused.back().why;
  }
  put_image_off();
}

void Session::offered(const Reply& reply) {
  ByteReader in(reply.content);
  const auto form = in.get<std::uint8_t>();
  const auto next = in.get<std::uint32_t>();
  if (reply.answer == Answer::refused) {
    const bool is_tired = image_->tried == sending_->version() && image_->has_ended();
    return refuse_image(is_tired ? did_not_hold(*image_)
                                 : "it does not take " + version_words(sending_->version()) +
                                       ": another key than it believes signed it, or it has no room for it");
  }
  const bool is_sound = reply.answer == Answer::done && in.done() && form < sending_->file.forms.size();
  if (!is_sound) return image_not_kept(reply.answer);
  form_ = form;
  sent_ = next;
  ++offers_;
}

void Session::piece_taken(const Reply& reply) {
  if (reply.answer == Answer::not_there && offers_ < kMostTries) return sending_.reset();  // offered once more
  ByteReader in(reply.content);
  const auto next = in.get<std::uint32_t>();
  const bool is_sound = reply.answer == Answer::done && in.done() && next > sent_ && next <= sending_->file.forms[form_].size();
  if (!is_sound) return image_not_kept(reply.answer);
  sent_ = next;
}

void Session::image_finished(const Reply& reply) {
  const std::string version = version_words(sending_->version());
  if (reply.answer == Answer::refused && offers_ < kMostTries) return sending_.reset();  // what came is not what was signed
  if (reply.answer == Answer::refused) {
    return refuse_image(version + " arrives damaged each time: the file's forms are not those that were signed");
  }
  if (reply.answer != Answer::done) return image_not_kept(reply.answer);
  owner_.log(GT_LOG_INFO, "lock " + record_->id + ": it has " + version + ", and begins with it when no ride is under way");
  record_->handing.begins = true;
  put_image_off();
}

}  // namespace greentill::dock
