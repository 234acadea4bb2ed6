// SPDX-License-Identifier: Apache-2.0
// The guard as a plugin of Mosquitto 2.0: what the broker asks, put to guard.hpp. docs/mqtt.md, "The guard". Threads: the
// broker's one.
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/x509.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/lines_by_name.hpp"
#include "daemon/base/printable.hpp"
#include "daemon/base/system.hpp"
#include "tools/broker-guard/guard.hpp"
#include "tools/broker-guard/names.hpp"
#include "tools/broker-guard/properties.hpp"

namespace greentill::guard {
namespace {

void say(unsigned level, const std::string& text) {
  mosquitto_log_printf(static_cast<int>(level), "guard: %s", printable(text).c_str());
}

struct Plugin {
  mosquitto_plugin_id_t* identifier = nullptr;
  std::unique_ptr<Guard> guard;
  SystemClock clock;
  LinesByName refusals{5, std::chrono::minutes(1)};
  bool reloading = false;

  /// A line that a client can bring about as often as it likes. `name`: of its certificate, of which there are only so many.
  void say_refusal(const std::string& name, const std::string& text) {
    if (const auto line = refusals.take(name, text, clock.monotonic())) say(MOSQ_LOG_NOTICE, *line);
  }
};

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

/// What the connection showed.
Result<crypto::Certificate> certificate_of(mosquitto* connection) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(static_cast<X509*>(mosquitto_client_certificate(connection)),
                                                          X509_free);
  if (shown == nullptr) return fail(ErrorCode::denied, "it has no certificate; the listener must have require_certificate");
  std::uint8_t* der = nullptr;
  const int size = i2d_X509(shown.get(), &der);
  if (size <= 0) return fail(ErrorCode::invalid, "its certificate cannot be read");
  auto certificate = crypto::Certificate::from_der({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return certificate;
}

/// At each connection and, for all that are there, when the broker reads its files again.
int on_connection(Plugin& plugin, const mosquitto_evt_basic_auth& event) {
  // A session without a connection is asked about too then, and refusing it makes the broker (2.0.11) damage its memory.
  const bool is_session_alone = plugin.reloading && plugin.guard->find(event.client) == nullptr;
  if (is_session_alone) return MOSQ_ERR_SUCCESS;
  const auto certificate = certificate_of(event.client);
  auto client = certificate ? plugin.guard->admit(*certificate, text_of(mosquitto_client_id(event.client)))
                            : Result<Client>(Failure{certificate.error()});
  if (!client) {
    plugin.say_refusal(certificate ? certificate->common_name() : std::string(),
                       "a client at " + text_of(mosquitto_client_address(event.client)) + " is kept out as " +
                           text_of(mosquitto_client_id(event.client)) + ": " + client.error().message);
    return MOSQ_ERR_AUTH;
  }
  if (text_of(mosquitto_client_username(event.client)) != client->name) {
    if (mosquitto_set_username(event.client, client->name.c_str()) != MOSQ_ERR_SUCCESS) return MOSQ_ERR_AUTH;
  }
  plugin.guard->connected(event.client, std::move(*client));
  return MOSQ_ERR_SUCCESS;
}

/// What a connection that has ended left to be said, its will, which the broker asks about behind its end. Nobody else without a
/// connection says anything, and nothing is kept for them.
bool may_without_connection(const Plugin& plugin, const mosquitto_evt_acl_check& event) {
  const std::string name = text_of(mosquitto_client_username(event.client));
  const Side side = name == kServiceName ? Side::worker : Side::device;
  return event.access == MOSQ_ACL_WRITE && !plugin.guard->keeps_out(name) && may_publish({side, name}, event.topic, event.retain);
}

bool may(const Plugin& plugin, const Client& client, const mosquitto_evt_acl_check& event) {
  if (client.revoked) return false;
  switch (event.access) {
    case MOSQ_ACL_READ: return may_receive(client.who(), event.topic);
    case MOSQ_ACL_WRITE: return may_publish(client.who(), event.topic, event.retain);
    case MOSQ_ACL_SUBSCRIBE: return may_subscribe(client.who(), event.topic, plugin.guard->share_group());
    default: return event.access == MOSQ_ACL_UNSUBSCRIBE;
  }
}

/// A share group's name is nothing for a log.
std::string shown_filter(const std::string& filter) {
  constexpr std::string_view kShare = "$share/";
  if (!filter.starts_with(kShare)) return filter;
  const std::size_t end = filter.find('/', kShare.size());
  return std::string(kShare) + "..." + (end == std::string::npos ? "" : filter.substr(end));
}

/// The answer to what a client may not do: a refusal, or, where it had too many of them, the connection's end. 2.0.11 lets a
/// plugin choose no other reason than "not authorised" for the first, and none for the second.
int refuse(Plugin& plugin, const Client& client, const mosquitto* connection, const std::string& why) {
  plugin.say_refusal(client.name, client.id + ' ' + why);
  return plugin.guard->is_one_too_many(connection) ? MOSQ_ERR_UNKNOWN : MOSQ_ERR_ACL_DENIED;
}

int on_access(Plugin& plugin, const mosquitto_evt_acl_check& event) {
  const Client* client = plugin.guard->find(event.client);
  const bool allowed = client == nullptr ? may_without_connection(plugin, event) : may(plugin, *client, event);
  // What the guard lets pass the ACL file may forbid.
  if (allowed) return MOSQ_ERR_PLUGIN_DEFER;
  if (client == nullptr || event.access == MOSQ_ACL_READ) return MOSQ_ERR_ACL_DENIED;
  return refuse(
      plugin, *client, event.client,
      std::string("may not ") + (event.access == MOSQ_ACL_WRITE ? "publish to " : "subscribe to ") + shown_filter(event.topic));
}

int on_list(Plugin& plugin, const mosquitto_evt_message& event) {
  const Client* client = plugin.guard->find(event.client);
  if (client == nullptr || client->side != Side::worker) return MOSQ_ERR_ACL_DENIED;
  const std::string from = client->id;
  const std::int64_t before = plugin.guard->list_number();
  const auto taken = plugin.guard->take({static_cast<const char*>(event.payload), event.payloadlen});
  if (!taken) {
    say(MOSQ_LOG_ERR, "the list of the revoked from " + from + " is not taken: " + taken.error().message);
    return MOSQ_ERR_ACL_DENIED;
  }
  for (const std::string& id : taken->out) {
    say(MOSQ_LOG_NOTICE, id + " is revoked: its connection ends");
    mosquitto_kick_client_by_clientid(id.c_str(), false);
  }
  const std::int64_t number = plugin.guard->list_number();
  if (number != before) say(MOSQ_LOG_NOTICE, "the list of the revoked has the number " + std::to_string(number));
  if (taken->trouble.empty()) return MOSQ_ERR_SUCCESS;
  say(MOSQ_LOG_ERR, "the list of the revoked holds until the broker ends, but is not kept: " + taken->trouble);
  return MOSQ_ERR_SUCCESS;
}

/// What may be published, as on_access() has found.
int on_message(Plugin& plugin, const mosquitto_evt_message& event) {
  if (event.topic == kRevokedTopic) return on_list(plugin, event);
  const Client* client = plugin.guard->find(event.client);
  if (client == nullptr) return MOSQ_ERR_SUCCESS;
  // The broker keeps the properties as well; its own bounds count payloads alone.
  const std::size_t bytes = event.payloadlen + size_of(event.properties);
  if (plugin.guard->may_publish_now(*client, bytes, plugin.clock.monotonic())) return MOSQ_ERR_SUCCESS;
  return refuse(plugin, *client, event.client, "publishes more than a device may");
}

int on_reload(Plugin& plugin) {
  plugin.reloading = true;
  if (Status read = plugin.guard->reload(); !read) say(MOSQ_LOG_ERR, read.error().message + ". What was read before stands");
  return MOSQ_ERR_SUCCESS;
}

// The broker is C: no exception may reach it, and what failed is not allowed.
template <typename Event, int (*handle)(Plugin&, const Event&), int failed>
int answer(int, void* event, void* plugin) {
  try {
    return handle(*static_cast<Plugin*>(plugin), *static_cast<const Event*>(event));
  } catch (const std::exception& error) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "guard: %s", error.what());
    return failed;
  }
}

int gone(Plugin& plugin, const mosquitto_evt_disconnect& event) {
  plugin.guard->gone(event.client);
  return MOSQ_ERR_SUCCESS;
}
int reload(Plugin& plugin, const mosquitto_evt_reload&) { return on_reload(plugin); }
/// The last of what the broker does in a turn, so also of reading its files again.
int turn_ends(Plugin& plugin, const mosquitto_evt_tick&) {
  plugin.reloading = false;
  return MOSQ_ERR_SUCCESS;
}

struct Callback {
  int event;
  MOSQ_FUNC_generic_callback function;
};
constexpr Callback kCallbacks[] = {
    {MOSQ_EVT_BASIC_AUTH, answer<mosquitto_evt_basic_auth, on_connection, MOSQ_ERR_AUTH>},
    {MOSQ_EVT_ACL_CHECK, answer<mosquitto_evt_acl_check, on_access, MOSQ_ERR_ACL_DENIED>},
    {MOSQ_EVT_MESSAGE, answer<mosquitto_evt_message, on_message, MOSQ_ERR_ACL_DENIED>},
    {MOSQ_EVT_DISCONNECT, answer<mosquitto_evt_disconnect, gone, MOSQ_ERR_SUCCESS>},
    {MOSQ_EVT_RELOAD, answer<mosquitto_evt_reload, reload, MOSQ_ERR_SUCCESS>},
    {MOSQ_EVT_TICK, answer<mosquitto_evt_tick, turn_ends, MOSQ_ERR_SUCCESS>},
};

Result<Files> read_options(const mosquitto_opt* options, int count) {
  Files files;
  for (const mosquitto_opt* one = options; one != options + count; ++one) {
    const std::string key = text_of(one->key);
    std::filesystem::path* const into = key == "workers"       ? &files.workers
                                        : key == "share_group" ? &files.share_group
                                        : key == "revoked"     ? &files.revoked
                                                               : nullptr;
    if (into == nullptr) return fail(ErrorCode::invalid, "there is no plugin_opt_" + key);
    *into = text_of(one->value);
  }
  for (const auto& [key, file] :
       {std::pair("workers", &files.workers), {"share_group", &files.share_group}, {"revoked", &files.revoked}}) {
    if (file->empty()) return fail(ErrorCode::invalid, std::string("plugin_opt_") + key + " is missing");
  }
  return files;
}

Result<std::unique_ptr<Guard>> open_guard(const mosquitto_opt* options, int count) {
  auto files = read_options(options, count);
  if (!files) return Failure{files.error()};
  return Guard::open(std::move(*files));
}

int start(mosquitto_plugin_id_t* identifier, void** userdata, const mosquitto_opt* options, int count) {
  auto plugin = std::make_unique<Plugin>();
  auto guard = open_guard(options, count);
  if (!guard) {
    say(MOSQ_LOG_ERR, guard.error().message);
    return MOSQ_ERR_INVAL;
  }
  plugin->identifier = identifier;
  plugin->guard = std::move(*guard);
  for (const auto& [event, function] : kCallbacks) {
    const int done = mosquitto_callback_register(identifier, event, function, nullptr, plugin.get());
    if (done != MOSQ_ERR_SUCCESS) return done;
  }
  say(MOSQ_LOG_NOTICE, "keeps the list of the revoked with the number " + std::to_string(plugin->guard->list_number()));
  *userdata = plugin.release();
  return MOSQ_ERR_SUCCESS;
}

}  // namespace
}  // namespace greentill::guard

extern "C" {

[[gnu::visibility("default")]] int mosquitto_plugin_version(int count, const int* versions) {
  for (const int* version = versions; version != versions + count; ++version) {
    if (*version == MOSQ_PLUGIN_VERSION) return MOSQ_PLUGIN_VERSION;
  }
  return -1;
}

[[gnu::visibility("default")]] int mosquitto_plugin_init(mosquitto_plugin_id_t* identifier, void** userdata,
                                                         mosquitto_opt* options, int count) {
  try {
    return greentill::guard::start(identifier, userdata, options, count);
  } catch (const std::exception& error) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "guard: %s", error.what());
    return MOSQ_ERR_UNKNOWN;
  }
}

[[gnu::visibility("default")]] int mosquitto_plugin_cleanup(void* userdata, mosquitto_opt* /*options*/, int /*count*/) {
  using namespace greentill::guard;
  const std::unique_ptr<Plugin> plugin(static_cast<Plugin*>(userdata));
  if (plugin == nullptr) return MOSQ_ERR_SUCCESS;
  for (const auto& [event, function] : kCallbacks) mosquitto_callback_unregister(plugin->identifier, event, function, nullptr);
  return MOSQ_ERR_SUCCESS;
}
}
