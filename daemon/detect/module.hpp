// SPDX-License-Identifier: Apache-2.0
// A plugin's shared object, loaded and agreed with on an ABI version, and an instance of what is in it.
// Threads: one thread at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "greentill/plugin.h"

namespace greentill::detect {

class PluginModule {
 public:
  /// not_found, unsupported (no common ABI version, or the plugin's own reason), invalid (not a plugin).
  static Result<std::shared_ptr<const PluginModule>> load(const std::filesystem::path& library);
  ~PluginModule();
  PluginModule(const PluginModule&) = delete;
  PluginModule& operator=(const PluginModule&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  /// Null where the plugin is of the other kind.
  [[nodiscard]] const gt_detector* detector() const { return plugin_->detector; }
  [[nodiscard]] const gt_source* source() const { return plugin_->source; }

 private:
  explicit PluginModule(void* handle) : handle_(handle) {}
  Status negotiate();
  Status check(const gt_answer& answer);

  void* handle_;
  const gt_plugin* plugin_ = nullptr;
  std::string name_;
  std::string version_;
};

/// The host's services for one instance. Keeps the reason that the instance reported last.
class HostServices {
 public:
  using LogFunction = void (*)(void* context, LogLevel level, std::string_view message);
  HostServices(LogFunction log, void* context);
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  [[nodiscard]] const gt_services* abi() const { return &abi_; }
  /// What becomes of gt_services.attempt; without it nothing was ever lost. `how` is not null.
  using AttemptFunction = std::function<std::uint32_t(std::string_view what, gt_text* how)>;
  void on_attempt(AttemptFunction attempt) { attempt_ = std::move(attempt); }
  /// What becomes of a source's gt_services.tell, ask and next_reply; without them nobody is told, and nobody answers.
  struct SourceFunctions {
    std::function<void(const gt_part& part)> tell;
    std::function<std::int32_t(std::string_view kind, std::string_view argument, std::uint64_t& question)> ask;
    std::function<std::int32_t(gt_reply& reply)> next_reply;
  };
  void of_source(SourceFunctions functions) { source_ = std::move(functions); }
  /// The last reason reported, or `otherwise`; forgets it.
  std::string take_reason(std::string_view otherwise);
  /// The names that claims hold: those of speak_for(), where the plugin called it, else the plugin's own.
  [[nodiscard]] const std::string& name_of(const PluginModule& module) const { return name_.empty() ? module.name() : name_; }
  [[nodiscard]] const std::string& version_of(const PluginModule& module) const {
    return name_.empty() ? module.version() : version_;
  }

 private:
  static void on_log(void* context, std::int32_t level, gt_text message) noexcept;
  static void on_report(void* context, gt_text reason) noexcept;
  static void on_speak_for(void* context, gt_text name, gt_text version) noexcept;
  static std::uint32_t on_attempted(void* context, gt_text what, gt_text* how) noexcept;
  static void on_tell(void* context, const gt_part* part) noexcept;
  static std::int32_t on_ask(void* context, gt_text kind, gt_text argument, std::uint64_t* question) noexcept;
  static std::int32_t on_next_reply(void* context, gt_reply* reply) noexcept;

  LogFunction log_;
  void* context_;
  gt_services abi_;
  AttemptFunction attempt_;
  SourceFunctions source_;
  std::string reason_;
  std::string name_;
  std::string version_;
};

/// An instance of a detector or source; `Table` is gt_detector or gt_source. The destructor destroys the instance.
template <typename Table>
class PluginInstance {
 public:
  PluginInstance(std::shared_ptr<const PluginModule> module, const Table* table) : module_(std::move(module)), table_(table) {}
  ~PluginInstance() { destroy(); }
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  /// Called once. `services` must outlive the instance. invalid, with the plugin's reason, where it fails.
  Status create(std::string_view configuration, HostServices& services) {
    const gt_create arguments{sizeof(gt_create), {configuration.data(), configuration.size()}, services.abi()};
    void* instance = nullptr;
    if (table_->create(&arguments, &instance) != GT_OK) {
      return fail(ErrorCode::invalid, services.take_reason("it could not be created and gave no reason"));
    }
    instance_ = instance;
    return Done{};
  }
  void destroy() {
    if (void* instance = std::exchange(instance_, nullptr); instance != nullptr) table_->destroy(instance);
  }
  [[nodiscard]] const Table& table() const { return *table_; }
  [[nodiscard]] void* get() const { return instance_; }

 private:
  std::shared_ptr<const PluginModule> module_;
  const Table* table_;
  void* instance_ = nullptr;
};

}  // namespace greentill::detect
