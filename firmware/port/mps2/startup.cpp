// SPDX-License-Identifier: Apache-2.0
// From reset to main, for a Cortex-M4: vectors, memory, and what the language asks of a runtime. There is no heap.
#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" {
extern std::uint32_t stack_bottom[];
extern std::uint32_t stack_top[];
extern std::uint32_t stack_painted[];
extern std::uint32_t data_begin[];
extern std::uint32_t data_end[];
extern const std::uint32_t data_load[];
extern std::uint32_t bss_begin[];
extern std::uint32_t bss_end[];

[[noreturn]] void lock_main();
void sys_tick_handler();

/// A fault, a broken promise, or an interrupt that nobody asked for: the lock starts anew. What was kept is kept.
[[noreturn]] void restart() {
  auto* const application_interrupt_and_reset = reinterpret_cast<volatile std::uint32_t*>(0xe000ed0c);
  *application_interrupt_and_reset = 0x05fa0004;
  for (;;) {
  }
}

[[noreturn]] void abort() { restart(); }
[[noreturn]] void _exit(int) { restart(); }
[[noreturn]] void __cxa_pure_virtual() { restart(); }

[[noreturn]] void reset_handler() {
  std::copy_n(data_load, data_end - data_begin, data_begin);
  std::fill(bss_begin, bss_end, 0u);
  // Painted, so that it can be seen how deep it was; the top is in use here.
  std::fill(stack_bottom, stack_painted, 0xa5a5a5a5u);
  lock_main();
}
}

/// Objects are never deleted; their virtual destructors name it all the same.
void operator delete(void*, std::size_t) noexcept { restart(); }
void operator delete(void*) noexcept { restart(); }

using Handler = void (*)();
struct Vectors {
  std::uint32_t* stack;
  Handler handlers[15];
};
extern const Vectors kVectors;
__attribute__((section(".vectors"), used))
const Vectors kVectors{stack_top,
                       {reset_handler, restart, restart, restart, restart, restart, nullptr, nullptr, nullptr, nullptr, restart,
                        restart, nullptr, restart, sys_tick_handler}};
