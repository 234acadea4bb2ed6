// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/module.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "daemon/base/utf8.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/detect/texts.hpp"

namespace greentill::detect {
namespace {

Failure<Error> loader_error(ErrorCode code) {
  const char* message = dlerror();
  return fail(code, message != nullptr ? message : "the loader gives no reason");
}

bool is_name(gt_text text) {
  return text.data != nullptr && text.size >= 1 && text.size <= claim::kMaxTextBytes && is_utf8(from_abi(text));
}

template <typename Table>
bool is_whole(const Table* table) {
  return table == nullptr || (table->size >= sizeof(Table) && table->create != nullptr && table->destroy != nullptr);
}

bool is_whole(const gt_plugin& plugin) {
  if ((plugin.detector == nullptr) == (plugin.source == nullptr)) return false;
  if (!is_whole(plugin.detector) || !is_whole(plugin.source)) return false;
  if (plugin.detector != nullptr) return plugin.detector->detect != nullptr;
  return plugin.source->start != nullptr && plugin.source->poll != nullptr;
}

}  // namespace

Result<std::shared_ptr<const PluginModule>> PluginModule::load(const std::filesystem::path& library) {
  if (!std::filesystem::exists(library)) return fail(ErrorCode::not_found, library.string() + ": there is no such file");
  // An absolute path has a slash in it: the loader then takes the path as it is and does not search for it.
  void* handle = dlopen(std::filesystem::absolute(library).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return loader_error(ErrorCode::invalid);
  const std::shared_ptr<PluginModule> module(new PluginModule(handle));
  if (Status agreed = module->negotiate(); !agreed) return Failure{agreed.error().with_context(library.string())};
  return std::shared_ptr<const PluginModule>(module);
}

PluginModule::~PluginModule() { dlclose(handle_); }

Status PluginModule::negotiate() {
  void* symbol = dlsym(handle_, "gt_plugin_entry");
  if (symbol == nullptr) return fail(ErrorCode::invalid, "it is no plugin: it does not export gt_plugin_entry");
  const gt_offer offer{sizeof(gt_offer), GT_ABI_VERSION, GT_ABI_VERSION};
  gt_answer answer{};
  answer.size = sizeof(answer);
  const auto entry = reinterpret_cast<gt_plugin_entry_function*>(symbol);
  if (entry(&offer, &answer) != GT_OK) {
    const std::string reason = readable(answer.reason);
    return fail(ErrorCode::unsupported,
                "it declines ABI version 1: " + (reason.empty() ? std::string("no reason given") : reason));
  }
  return check(answer);
}

Status PluginModule::check(const gt_answer& answer) {
  if (answer.abi != GT_ABI_VERSION) {
    return fail(ErrorCode::unsupported, "it answers with ABI version " + std::to_string(answer.abi) + ", which was not offered");
  }
  if (answer.plugin == nullptr || answer.plugin->size < sizeof(gt_plugin) || !is_whole(*answer.plugin)) {
    return fail(ErrorCode::invalid, "its table is not complete, or not of one detector or one source");
  }
  if (!is_name(answer.plugin->name) || !is_name(answer.plugin->version)) {
    return fail(ErrorCode::invalid, "its name or version is not 1 to 32 bytes of UTF-8");
  }
  plugin_ = answer.plugin;
  name_ = from_abi(plugin_->name);
  version_ = from_abi(plugin_->version);
  return Done{};
}

HostServices::HostServices(LogFunction log, void* context)
    : log_(log), context_(context), abi_{sizeof(gt_services),         this,
                                         &HostServices::on_log,       &HostServices::on_report,
                                         &HostServices::on_speak_for, &HostServices::on_attempted,
                                         &HostServices::on_tell,      &HostServices::on_ask,
                                         &HostServices::on_next_reply} {}

std::string HostServices::take_reason(std::string_view otherwise) {
  std::string taken = reason_.empty() ? std::string(otherwise) : std::move(reason_);
  reason_.clear();
  return taken;
}

void HostServices::on_log(void* context, std::int32_t level, gt_text message) noexcept {
  const auto& self = *static_cast<HostServices*>(context);
  const auto known = static_cast<LogLevel>(std::clamp<std::int32_t>(level, GT_LOG_DEBUG, GT_LOG_ERROR));
  self.log_(self.context_, known, readable(message));
}

void HostServices::on_report(void* context, gt_text reason) noexcept {
  static_cast<HostServices*>(context)->reason_ = readable(reason);
}

void HostServices::on_speak_for(void* context, gt_text name, gt_text version) noexcept {
  auto& self = *static_cast<HostServices*>(context);
  if (!is_name(name) || !is_name(version)) return;
  self.name_ = from_abi(name);
  self.version_ = from_abi(version);
}

std::uint32_t HostServices::on_attempted(void* context, gt_text what, gt_text* how) noexcept {
  const auto& self = *static_cast<HostServices*>(context);
  gt_text unwanted{};
  return self.attempt_ ? self.attempt_(from_abi(what), how != nullptr ? how : &unwanted) : 0;
}

void HostServices::on_tell(void* context, const gt_part* part) noexcept {
  const auto& self = *static_cast<HostServices*>(context);
  if (self.source_.tell && part != nullptr) self.source_.tell(*part);
}

std::int32_t HostServices::on_ask(void* context, gt_text kind, gt_text argument, std::uint64_t* question) noexcept {
  const auto& self = *static_cast<HostServices*>(context);
  if (!self.source_.ask || question == nullptr) return GT_ERROR;
  return self.source_.ask(from_abi(kind), from_abi(argument), *question);
}

std::int32_t HostServices::on_next_reply(void* context, gt_reply* reply) noexcept {
  const auto& self = *static_cast<HostServices*>(context);
  if (!self.source_.next_reply || reply == nullptr || reply->size < sizeof(gt_reply)) return GT_FINISHED;
  return self.source_.next_reply(*reply);
}

}  // namespace greentill::detect
