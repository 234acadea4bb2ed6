// SPDX-License-Identifier: Apache-2.0
// A technician's commands against the firmware's lock, with its own library for signatures, at the end of a socket.
#include "tools/cli/lock/lock.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <mutex>
#include <sstream>
#include <thread>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/file.hpp"
#include "daemon/crypto/public_key.hpp"
#include "firmware/files/image_file.hpp"
#include "firmware/files/lock_settings.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/firmware/update_model.hpp"

namespace greentill::test::cli_lock_test {
namespace {

using namespace cli;

/// Lets a lock answer at a socket; a second of its time passes every few milliseconds.
class LockServer {
 public:
  LockServer(UpdateModel& model, const std::filesystem::path& path)
      : model_(model), listening_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.string().copy(address.sun_path, sizeof address.sun_path - 1) == path.string().size());
    REQUIRE(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening_.get(), 4) == 0);
    thread_ = std::thread([this] { run(); });
  }
  ~LockServer() {
    ends_ = true;
    thread_.join();
  }
  /// The answer behind so many is lost on the way.
  void lose_behind(int answers) { until_lost_ = answers + 1; }

 private:
  struct Line final : firmware::Wire {
    void send(ByteView bytes) override { (void)!::write(descriptor.get(), bytes.data(), bytes.size()); }
    Descriptor descriptor;
  };
  struct Losing final : firmware::Wire {
    Losing(Line& to, std::atomic<int>& until) : line(to), until_lost(until) {}
    void send(ByteView bytes) override {
      if (until_lost.fetch_sub(1) != 1) line.send(bytes);
    }
    Line& line;
    std::atomic<int>& until_lost;
  };

  static bool comes(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, 5) > 0;
  }
  void run() {
    while (!ends_) {
      if (!comes(listening_.get())) continue;
      Line line;
      line.descriptor = Descriptor(::accept(listening_.get(), nullptr, nullptr));
      serve(line);
    }
  }
  void serve(Line& line) {
    Losing wire(line, until_lost_);
    std::optional<firmware::DockLink> link;
    for (int starts = 0; !ends_;) {
      if (!link || starts != model_.starts) link.emplace(*model_.lock, model_.ports(), wire, &*model_.updater);
      starts = model_.starts;
      if (!comes(line.descriptor.get())) {
        model_.second();
        continue;
      }
      Bytes<512> bytes{};
      const auto got = ::read(line.descriptor.get(), bytes.data(), bytes.size());
      if (got <= 0) return;
      link->receive(ByteView(bytes).first(static_cast<std::size_t>(got)));
    }
  }

  UpdateModel& model_;
  Descriptor listening_;
  std::atomic<bool> ends_ = false;
  std::atomic<int> until_lost_ = 0;
  std::thread thread_;
};

struct Said {
  ExitCode code = ExitCode::ok;
  Json json;
  std::string error;
};

struct Bench {
  explicit Bench(UpdateModel::Begin begin = UpdateModel::Begin::provisioned) : model(begin), server(model, folder / "line") {
    options.place = folder / "line";
    options.patience_s = 20;
    options.programme_key = folder / "programme.pem";
    const auto key = crypto::PublicKey::from_point(model.programme_key, "prime256v1");
    REQUIRE(key);
    REQUIRE(write_file_durably(options.programme_key, key->to_pem()));
  }
  Said run(ExitCode (*act)(const LockOptions&, const Output&)) const {
    std::ostringstream out, err;
    Said said;
    said.code = act(options, Output{true, out, err});
    said.json = Json::parse(out.str(), nullptr, false);
    if (said.json.is_object() && said.json.contains("error")) said.error = said.json["error"]["message"].get<std::string>();
    return said;
  }
  void write_settings(std::uint16_t number, std::uint16_t circumference, const std::string& lock = "lock-0042") {
    firmware::LockSettings settings{lock, model.settings(number, circumference)};
    options.file = folder / "settings.toml";
    REQUIRE(write_file_durably(options.file, firmware::lock_settings_text(settings)));
  }
  void write_image(const UpdateModel::Image& image) {
    options.file = folder / "image";
    REQUIRE(write_file_durably(options.file, firmware::image_file_bytes(image.message, {image.forms[0], image.forms[1]})));
  }

  TempDir folder;
  UpdateModel model;
  LockServer server;
  LockOptions options;
};

}  // namespace

TEST_CASE("lock: one that is new is looked at, and gets its name once, confirmed twice") {
  Bench at(UpdateModel::Begin::new_from_factory);
  Said said = at.run(look_at_lock);
  CHECK(said.code == ExitCode::ok);
  CHECK(said.json["lock"].is_null());
  at.options.id = "bike-7";
  at.options.out = at.folder / "key.pem";
  said = at.run(provision_lock);  // nobody can be asked here
  CHECK(said.code == ExitCode::does_not_hold);
  const std::size_t code = said.error.find("--confirm ");
  REQUIRE(code != std::string::npos);
  at.options.confirm = "0123456789abcdef";
  CHECK(at.run(provision_lock).error.find("another work order") != std::string::npos);
  at.options.confirm = said.error.substr(code + 10, 16);
  at.options.id = "bike-8";  // the code is of the name, too
  CHECK(at.run(provision_lock).error.find("another work order") != std::string::npos);
  CHECK(at.run(look_at_lock).json["lock"].is_null());
  at.options.id = "bike-7";
  said = at.run(provision_lock);
  CHECK_MESSAGE(said.code == ExitCode::ok, said.error);
  CHECK(said.json["lock"] == "bike-7");
  const auto pem = read_file(at.options.out);
  REQUIRE(pem);
  CHECK(crypto::PublicKey::from_pem(*pem)->point().size() == 65);
  CHECK(at.run(provision_lock).error.find("this is lock bike-7 already, which cannot be changed") != std::string::npos);
}

TEST_CASE("lock: answers that are lost change nothing, at whichever step") {
  for (int step = 0; step < 7; ++step) {
    CAPTURE(step);
    Bench at(UpdateModel::Begin::new_from_factory);
    at.options.id = "bike-7";
    const Said asked = at.run(provision_lock);
    at.options.confirm = asked.error.substr(asked.error.find("--confirm ") + 10, 16);
    at.server.lose_behind(step);
    const Said said = at.run(provision_lock);
    // A code is good once: where the answer to one is lost, the technician runs the command again.
    const Said again = said.code == ExitCode::ok ? said : at.run(provision_lock);
    CHECK_MESSAGE((again.code == ExitCode::ok || again.error.find("this is lock bike-7 already") != std::string::npos),
                  again.error);
    CHECK(at.run(look_at_lock).json["lock"] == "bike-7");
  }
}

TEST_CASE("lock: settings that the programme signed are taken once, and for this lock alone") {
  Bench at;
  at.write_settings(3, 1'900);
  Said said = at.run(configure_lock);
  CHECK_MESSAGE(said.code == ExitCode::ok, said.error);
  CHECK(said.json["settings"] == 3);
  CHECK(at.run(configure_lock).code == ExitCode::ok);  // the same again is there
  at.write_settings(2, 1'900);
  CHECK(at.run(configure_lock).error.find("it has settings 3 already") != std::string::npos);
  at.write_settings(4, 1'900, "lock-0043");
  CHECK(at.run(configure_lock).error.find("is for lock lock-0043, and at") != std::string::npos);
  at.write_settings(4, 1'900);
  auto text = read_file(at.options.file);
  REQUIRE(text);
  text->replace(text->find("1900"), 4, "1901");
  REQUIRE(write_file_durably(at.options.file, *text));
  CHECK(at.run(configure_lock).error.find("not signed by whom it believes") != std::string::npos);
  text->replace(text->find("1901"), 4, "9999");
  REQUIRE(write_file_durably(at.options.file, *text));
  said = at.run(configure_lock);
  CHECK(said.code == ExitCode::bad_file);
  CHECK(said.error.find("circumference_mm") != std::string::npos);
}

TEST_CASE("lock: an image is sent and runs, and one that does not hold is told") {
  Bench at;
  at.write_image(at.model.make_image(2));
  Said said = at.run(update_lock);
  CHECK_MESSAGE(said.code == ExitCode::ok, said.error);
  CHECK(said.json["version"] == 2);
  CHECK(at.run(update_lock).error.find("takes none that is not above it: this is 2") != std::string::npos);
  at.write_image(at.model.make_image(3, UpdateModel::Nature::unable));
  said = at.run(update_lock);
  CHECK(said.code == ExitCode::does_not_hold);
  CHECK_MESSAGE(said.error.find("went back to version 2") != std::string::npos, said.error);
  REQUIRE(write_file_durably(at.options.file, "no image"));
  CHECK(at.run(update_lock).code == ExitCode::bad_file);
}

TEST_CASE("lock: where nothing is, or nothing answers, it is said so") {
  const TempDir folder;
  LockOptions options;
  options.place = folder / "line";
  std::ostringstream out, err;
  CHECK(look_at_lock(options, Output{true, out, err}) == ExitCode::bad_file);
  options.place = "listen:" + (folder / "line").string();
  options.patience_s = 0;
  out.str("");
  CHECK(look_at_lock(options, Output{true, out, err}) == ExitCode::does_not_hold);
  CHECK(out.str().find("no lock connected") != std::string::npos);
}

}  // namespace greentill::test::cli_lock_test
