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
// Numbers that the linker script gives as addresses: what an image says of itself (firmware/core/boot.hpp).
extern const std::uint8_t head_magic[];
extern const std::uint8_t head_version[];
extern const std::uint8_t head_address[];
extern const std::uint8_t head_board[];

[[noreturn]] void lock_main();
void sys_tick_handler();
[[noreturn]] void watchdog_fired();
/// A fault, a broken promise, or an interrupt that nobody asked for: the lock starts anew. What was kept is kept.
[[noreturn]] void fault_happened();

[[noreturn]] void abort() { fault_happened(); }
[[noreturn]] void _exit(int) { fault_happened(); }
[[noreturn]] void __cxa_pure_virtual() { fault_happened(); }

[[noreturn]] void reset_handler() {
  std::copy_n(data_load, data_end - data_begin, data_begin);
  std::fill(bss_begin, bss_end, 0u);
  // Painted, so that it can be seen how deep it was; the top is in use here.
  std::fill(stack_bottom, stack_painted, 0xa5a5a5a5u);
  lock_main();
}
}

/// Objects are never deleted; their virtual destructors name it all the same.
void operator delete(void*, std::size_t) noexcept { fault_happened(); }
void operator delete(void*) noexcept { fault_happened(); }

using Handler = void (*)();
struct Vectors {
  std::uint32_t* stack;
  Handler handlers[6];
  const std::uint8_t* head[4];
  Handler more[5];
};
extern const Vectors kVectors;
__attribute__((section(".vectors"), used))
const Vectors kVectors{stack_top,
                       {reset_handler, watchdog_fired, fault_happened, fault_happened, fault_happened, fault_happened},
                       {head_magic, head_version, head_address, head_board},
                       {fault_happened, fault_happened, nullptr, fault_happened, sys_tick_handler}};
