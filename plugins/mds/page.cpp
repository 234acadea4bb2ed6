// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/page.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace greentill::mds {
namespace {

/// Other things that MDS has pages of, so that a page in the wrong folder is called by its name.
constexpr std::array<std::string_view, 9> kOthers{"vehicles",    "vehicles_status", "telemetry",      "stops", "policies",
                                                  "geographies", "reports",         "status_changes", "events"};

/// 0 where the text is no version.
int major_of(std::string_view version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() > 2 && version[1] == '.' && is_digit(version[2]) ? version[0] - '0' : 0;
}

}  // namespace

Page::Page(plugin::ByteInput& bytes, Surroundings with) : stream_(bytes), with_(std::move(with)), events_(with_) {}

Page::Next Page::next(plugin::Transaction& into) {
  if (!outcomes_.empty()) return give(into);
  switch (at_) {
    case At::begin: open(); break;
    case At::page:
    case At::data: read_key(); break;
    case At::trips:
      if (stream_.next_element()) return read_trip(into);
      at_ = above_;
      break;
    case At::events:
      if (stream_.next_element()) {
        read_event();
      } else {
        events_.finish(outcomes_);
        at_ = above_;
      }
      break;
    case At::over:
      stream_.finish();
      check_end();
      at_ = At::finished;
      break;
    case At::finished: return Next::end;
  }
  return outcomes_.empty() ? Next::nothing : give(into);
}

Page::Next Page::give(plugin::Transaction& into) {
  Outcome outcome = std::move(outcomes_.front());
  outcomes_.pop_front();
  where_ = outcome.where;
  if (const auto* problem = std::get_if<plugin::Unusable>(&outcome.result)) throw *problem;
  if (const auto* reason = std::get_if<plugin::LeftOut>(&outcome.result)) throw *reason;
  into = std::get<plugin::Transaction>(std::move(outcome.result));
  return Next::record;
}

void Page::open() {
  if (stream_.peek() == '[') {
    bare_ = true;
    above_ = At::over;
    enter_list(At::trips, 2);
    return;
  }
  stream_.enter('{');
  at_ = At::page;
}

void Page::read_key() {
  const bool on_top = at_ == At::page;
  std::string key;
  if (!stream_.next_key(key)) {
    at_ = on_top ? At::over : At::page;
    return;
  }
  above_ = at_;
  const char next = stream_.peek();
  if (on_top && key == "version") return read_version();
  if (on_top && key == "data" && next == '{') {
    stream_.enter('{');
    at_ = At::data;
    return;
  }
  // MDS 1 has its lists in "data", MDS 2 beside it.
  const int major = on_top ? 2 : 1;
  if (key == "trips" && next == '[') return enter_list(At::trips, major);
  if ((key == "events" || (key == "status_changes" && !on_top)) && next == '[') return enter_list(At::events, major);
  if (on_top && key == "data" && next == '[') other_ = "telemetry";
  if (std::find(kOthers.begin(), kOthers.end(), key) != kOthers.end()) other_ = key;
  stream_.skip();
}

void Page::read_version() {
  const int major = major_of(stream_.read_text());
  if (major != 1 && major != 2) throw std::runtime_error("its 'version' is none of MDS 1.x and 2.x");
  if (version_ != 0) throw std::runtime_error("its 'version' stands twice");
  version_ = major;
  if (shape_ != 0 && shape_ != version_) throw std::runtime_error("its 'version' and where its list stands do not agree");
}

void Page::enter_list(At list, int major) {
  // Numbering would begin anew, and two lists of trips are no page of MDS.
  if (found_list_) throw std::runtime_error("it has more than one list of trips or events");
  if (version_ != 0 && version_ != major) throw std::runtime_error("its 'version' and where its list stands do not agree");
  shape_ = major;
  found_list_ = true;
  stream_.enter('[');
  at_ = list;
}

Page::Next Page::read_trip(plugin::Transaction& into) {
  where_ = "trip " + std::to_string(++number_);
  Trip trip;
  stream_.read(trip);
  into = trip.make(with_);
  return Next::record;
}

void Page::read_event() {
  where_ = "event " + std::to_string(++number_);
  StatusChange event;
  stream_.read(event);
  events_.add(event, number_, outcomes_);
}

void Page::check_end() {
  if (!found_list_ && !other_.empty()) throw std::runtime_error("it holds '" + other_ + "' of MDS, of which no trip can be made");
  if (!found_list_) throw std::runtime_error("it is no page of trips or events of MDS");
  if (!bare_ && version_ == 0) throw std::runtime_error("it has no 'version'");
}

}  // namespace greentill::mds
