// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/reader.hpp"

#include <utility>

#include "daemon/base/text.hpp"
#include "plugins/common/values/ids.hpp"

namespace greentill::ocmf {
namespace {

using plugin::Unusable;

constexpr std::string_view kHeader = "OCMF|";

std::string joined(const std::vector<std::string>& doubts) {
  std::string all;
  for (const std::string& one : doubts) all += (all.empty() ? "" : "; ") + one;
  return all;
}

}  // namespace

Record Record::parse(std::string_view bytes) {
  if (!bytes.starts_with(kHeader)) throw Unusable("it does not begin with OCMF|");
  const std::size_t second = bytes.find('|', kHeader.size());
  if (second == std::string_view::npos) throw Unusable("it has no signature");
  Record record{bytes, bytes.substr(kHeader.size(), second - kHeader.size()), bytes.substr(second + 1)};
  if (record.signature.find('|') != std::string_view::npos) throw Unusable("it has more than three sections");
  return record;
}

Records::Records(plugin::ByteInput& bytes, Plausible plausible, CheckSignature check)
    : bytes_(bytes), plausible_(std::move(plausible)), check_(std::move(check)) {}

Records::Next Records::next(plugin::Transaction& into) {
  if (!texts_) texts_ = record_texts(bytes_);
  std::string text;
  const RecordTexts::Next next = texts_->next(text);
  if (next != RecordTexts::Next::text) return next == RecordTexts::Next::end ? Next::end : Next::nothing;
  read(trimmed(text), into);
  return Next::record;
}

void Records::read(std::string_view bytes, plugin::Transaction& into) {
  const Record record = Record::parse(bytes);
  const Payload payload = Payload::parse(record.payload);
  check_(payload.meter, record.payload, Signature::parse(trimmed(record.signature)));
  note_page(payload);
  Session session(plausible_);
  for (const Reading& reading : payload.readings) session.add(reading);
  session.add_user_level(payload.user_level);
  if (session.has_begun() && session.is_over()) {
    open_.erase(payload.meter);
    over_.insert_or_assign(payload.meter, payload.page);
    return fill(payload, session, std::string(bytes), payload.is_personal, into);
  }
  if (!session.has_begun()) return go_on(payload, bytes, into);
  fill(payload, session, {}, false, into);
  open_.insert_or_assign(payload.meter, Open{std::move(session), payload.gateway, std::string(bytes), payload.page});
}

/// A gateway may count the records of several meters together.
void Records::note_page(const Payload& payload) {
  for (auto& [meter, open] : open_) {
    const bool together = !payload.gateway.empty() && open.gateway == payload.gateway && meter != payload.meter;
    if (together && payload.page == open.page + 1) open.page = payload.page;
  }
}

void Records::stand_alone(const Payload& payload, plugin::Transaction& into) const {
  Session alone(plausible_);
  for (const Reading& reading : payload.readings) alone.add(reading);
  fill(payload, alone, {}, false, into);
  const auto over = over_.find(payload.meter);
  if (over != over_.end() && payload.page <= over->second) {
    into.standing = GT_REPRINT;
    into.remark.clear();
  }
}

/// A record that does not begin a session goes on with the one that its meter began.
void Records::go_on(const Payload& payload, std::string_view bytes, plugin::Transaction& into) {
  const auto found = open_.find(payload.meter);
  if (found == open_.end()) return stand_alone(payload, into);
  Open& open = found->second;
  for (const Reading& reading : payload.readings) open.session.add(reading);
  open.session.add_user_level(payload.user_level);
  if (payload.page != open.page + 1) open.session.doubt("records between its begin and its end are missing");
  if (payload.gateway != open.gateway) open.session.doubt("its records come from different gateways");
  open.page = payload.page;
  std::string evidence = open.begin + "\n" + std::string(bytes);
  if (evidence.size() > kMostRecordBytes) {
    open.session.doubt("its two records have more than 16 KiB together");
    evidence.clear();
  }
  // That the begin names nobody is not known any more.
  fill(payload, open.session, std::move(evidence), true, into);
  if (!open.session.is_over()) return;
  over_.insert_or_assign(payload.meter, payload.page);
  open_.erase(found);
}

void Records::fill(const Payload& payload, const Session& session, std::string evidence, bool is_personal,
                   plugin::Transaction& into) const {
  const Session::Result result = session.result();
  into.issuer = payload.gateway.empty() ? payload.meter : payload.gateway;
  into.event_id = plugin::event_id_of({payload.meter, payload.page_text()});
  into.kind = GT_KIND_CHARGE;
  into.begin = result.begin;
  into.end = result.end;
  if (!result.current.empty()) into.attributes.push_back({"current", result.current});
  if (result.energy_wh) into.quantities.push_back({"Wh", *result.energy_wh});
  if (!session.is_over()) {
    into.standing = GT_INTERIM;
  } else if (!result.doubts.empty()) {
    into.standing = GT_DOUBTFUL;
    into.remark = joined(result.doubts);
  } else {
    into.evidence.assign(evidence.begin(), evidence.end());
    into.evidence_is_personal = is_personal;
  }
}

}  // namespace greentill::ocmf
