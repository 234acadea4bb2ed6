// SPDX-License-Identifier: Apache-2.0
#include "tools/fleet-sim/simulation.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <cstdio>

#include "tools/fleet-sim/fleet.hpp"

namespace greentill::fleet_sim {
namespace {

using Moment = std::chrono::steady_clock::time_point;

void say(const char* moment, Moment began) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  std::printf("{\"moment\":\"%s\",\"seconds\":%.3f}\n", moment, seconds.count());
  std::fflush(stdout);
}

/// What happens to a device, and at which second of the run's day.
struct Event {
  enum class Kind : std::uint8_t { act, lose, go_away, come_back };
  double at = 0;
  std::uint32_t device = 0;
  Kind kind = Kind::act;
};

class Playing {
 public:
  Playing(const RunOptions& options, Fleet& fleet, asio::io_context& loop, Figures& figures, const Day& day)
      : options_(options),
        fleet_(fleet),
        loop_(loop),
        figures_(figures),
        day_(day),
        random_(options.seed),
        player_(loop),
        clock_(loop) {}

  Status play() {
    fleet_.world().moved = [this] { moved(); };
    moved_at_ = std::chrono::steady_clock::now();
    tick();
    Status begun = options_.sessions > 0 ? visit() : gather();
    if (begun) loop_.run();
    fleet_.gate().close();
    if (!begun) return begun;
    return failure_.value_or(Status(Done{}));
  }

 private:
  // --- all at once

  Status gather() {
    for (std::size_t number = 0; number < fleet_.size(); ++number) {
      auto made = fleet_.make(number);
      if (!made) return Failure{made.error()};
      devices_.push_back(std::move(*made));
    }
    say("made", began_);
    for (const auto& device : devices_) device->come();
    return Done{};
  }

  void plan() {
    const double speed = static_cast<double>(options_.day_s) / kDaySeconds;
    std::uniform_real_distribution<double> second(0, kDaySeconds);
    for (std::uint32_t number = 0; number < devices_.size(); ++number) {
      const Kind kind = fleet_.member(number).kind;
      for (std::uint32_t acts = draw_count(options_.claims, random_); acts > 0; --acts) {
        events_.push_back({day_.draw(kind, random_) * speed, number, Event::Kind::act});
      }
      for (std::uint32_t losses = draw_count(options_.losses, random_); losses > 0; --losses) {
        events_.push_back({second(random_) * speed, number, Event::Kind::lose});
      }
      if (!std::bernoulli_distribution(options_.offline)(random_)) continue;
      const double from = second(random_);
      const double span = std::exponential_distribution<double>(1 / (options_.offline_hours * 3600))(random_);
      events_.push_back({from * speed, number, Event::Kind::go_away});
      events_.push_back({std::min(from + span, kDaySeconds) * speed, number, Event::Kind::come_back});
    }
    std::ranges::sort(events_, {}, &Event::at);
  }

  void begin_day() {
    say("day", began_);
    plan();
    day_began_ = std::chrono::steady_clock::now();
    play_on();
  }

  void play_on() {
    const std::chrono::duration<double> now = std::chrono::steady_clock::now() - day_began_;
    for (; next_ < events_.size() && events_[next_].at <= now.count(); ++next_) happen(events_[next_]);
    if (!half_ && now.count() >= static_cast<double>(options_.day_s) / 2) {
      half_ = true;
      say("half", began_);
    }
    if (next_ == events_.size() && half_) {
      stage_ = Stage::played;
      say("played", began_);
      return moved();
    }
    player_.expires_after(std::chrono::milliseconds(5));
    player_.async_wait([this](const asio::error_code& failed) {
      if (!failed) play_on();
    });
  }

  void happen(const Event& event) {
    Device& device = *devices_[event.device];
    switch (event.kind) {
      case Event::Kind::act:
        if (Status made = device.act(); !made) stop(made);
        break;
      case Event::Kind::lose: return device.drop(false);
      case Event::Kind::go_away: return device.drop(true);
      case Event::Kind::come_back: return device.come();
    }
  }

  // --- one after another

  Status visit() {
    devices_.resize(options_.sessions);
    numbers_.resize(options_.sessions);
    say("day", began_);
    for (std::size_t place = 0; place < devices_.size(); ++place) {
      if (Status sent = next_visitor(place); !sent) return sent;
    }
    return Done{};
  }

  Status next_visitor(std::size_t place) {
    devices_[place].reset();
    if (visitors_ == fleet_.size()) return Done{};
    if (visitors_ == fleet_.size() / 2) say("half", began_);
    numbers_[place] = visitors_++;
    auto made = fleet_.make(numbers_[place]);
    if (!made) return Failure{made.error()};
    devices_[place] = std::move(*made);
    // Its day lies behind it: the claims wait, as on a device that connects once a day.
    for (std::uint32_t acts = draw_count(options_.claims, random_); acts > 0; --acts) {
      if (Status done = devices_[place]->act(); !done) return done;
    }
    devices_[place]->come();
    return Done{};
  }

  void look_for_leavers() {
    for (std::size_t place = 0; place < devices_.size(); ++place) {
      const auto& device = devices_[place];
      if (!device) continue;
      if (device->settled() && device->ready()) device->leave();
      if (!device->settled() || device->connected()) continue;
      fleet_.keep(numbers_[place], device->place());
      ++left_;
      if (Status sent = next_visitor(place); !sent) return stop(sent);
    }
    if (left_ == fleet_.size()) end();
  }

  // --- both

  void moved() {
    moved_at_ = std::chrono::steady_clock::now();
    if (looking_) return;
    looking_ = true;
    asio::post(loop_, [this] {
      looking_ = false;
      look();
    });
  }

  void look() {
    if (figures_.at_odds > 0) return stop(fail(ErrorCode::conflict, "the ledger has a device's chain otherwise than the device"));
    if (stage_ == Stage::over) return;
    if (options_.sessions == 0) tell_storms();
    if (options_.sessions > 0) return look_for_leavers();
    if (stage_ == Stage::connecting && figures_.answer.count() >= devices_.size() &&
        all([](const Device& one) { return one.ready() && one.settled(); })) {
      stage_ = Stage::day;
      say("connected", began_);
      return rest([this] { begin_day(); });
    }
    if (stage_ == Stage::played && all([](const Device& one) { return one.settled(); })) {
      stage_ = Stage::over;
      say("receipted", began_);
      rest([this] { end(); });
    }
  }

  /// That half of the sessions ended, as where the broker does, and that all but a hundredth of those that may be there are back.
  void tell_storms() {
    if (stage_ == Stage::connecting) return;
    const std::uint64_t now = figures_.sessions_now;
    if (!fallen_ && now < devices_.size() / 2) {
      fallen_ = true;
      say("fallen", began_);
    }
    if (!fallen_) return;
    const auto away = static_cast<std::uint64_t>(std::ranges::count_if(devices_, [](const auto& one) { return one->away(); }));
    if (now * 100 < (devices_.size() - away) * 99) return;
    fallen_ = false;
    say("back", began_);
  }

  template <typename F>
  void rest(F then) {
    player_.expires_after(std::chrono::seconds(options_.rest_s));
    player_.async_wait([this, then](const asio::error_code& failed) {
      moved_at_ = std::chrono::steady_clock::now();
      if (!failed) then();
    });
  }

  template <typename F>
  [[nodiscard]] bool all(F holds) const {
    return std::ranges::all_of(devices_, [&](const auto& device) { return holds(*device); });
  }

  void tick() {
    for (const auto& device : devices_) {
      if (device) device->tick();
    }
    if (std::chrono::steady_clock::now() - moved_at_ > std::chrono::seconds(options_.patience_s)) {
      return stop(fail(ErrorCode::unavailable, "nothing moved for " + std::to_string(options_.patience_s) +
                                                   " s: " + std::to_string(figures_.receipted) + " of " +
                                                   std::to_string(figures_.claims) + " claims are receipted, " +
                                                   std::to_string(figures_.sessions_now) + " sessions stand"));
    }
    if (options_.sessions > 0) look();
    clock_.expires_after(std::chrono::milliseconds(options_.sessions > 0 ? 200 : 1000));
    clock_.async_wait([this](const asio::error_code& failed) {
      if (!failed) tick();
    });
  }

  void stop(Status why) {
    if (!failure_) failure_ = std::move(why);
    loop_.stop();
  }

  void end() {
    stage_ = Stage::over;
    say("over", began_);
    if (options_.sessions == 0) {
      for (std::size_t number = 0; number < devices_.size(); ++number) {
        fleet_.keep(number, devices_[number]->place());
        devices_[number]->leave();
      }
    }
    if (Status kept = fleet_.close(); !kept) failure_ = kept;
    // What was said last is on its way within that time.
    player_.expires_after(std::chrono::seconds(1));
    player_.async_wait([this](const asio::error_code&) { loop_.stop(); });
  }

  enum class Stage : std::uint8_t { connecting, day, played, over };

  const RunOptions& options_;
  Fleet& fleet_;
  asio::io_context& loop_;
  Figures& figures_;
  const Day day_;
  std::mt19937_64 random_;
  asio::steady_timer player_;
  asio::steady_timer clock_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::size_t> numbers_;  // which members stand in devices_, one after another
  std::size_t visitors_ = 0;
  std::size_t left_ = 0;
  std::vector<Event> events_;
  std::size_t next_ = 0;
  bool half_ = false;
  bool looking_ = false;
  bool fallen_ = false;
  Stage stage_ = Stage::connecting;
  Moment began_ = std::chrono::steady_clock::now();
  Moment day_began_;
  Moment moved_at_;
  std::optional<Status> failure_;
};

}  // namespace

Status run(const RunOptions& options, Figures& figures) {
  Result<Day> day = options.hours.empty() ? Result<Day>(Day()) : Day::load(options.hours);
  if (!day) return Failure{day.error()};
  asio::io_context loop;
  auto fleet = Fleet::open(options, loop, figures);
  if (!fleet) return Failure{fleet.error()};
  return Playing(options, **fleet, loop, figures, *day).play();
}

}  // namespace greentill::fleet_sim
