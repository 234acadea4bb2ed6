# SPDX-License-Identifier: Apache-2.0
# Debian's gcc-arm-none-eabi for a bare Cortex-M4: what the firmware shares with the daemon is compiled, nothing is linked.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR cortex-m4)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_SIZE arm-none-eabi-size)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# How deep the stack can be is made of what the compiler says of each function (tools/lib/lock_stack.py). ccache does not keep that.
set(CMAKE_C_COMPILER_LAUNCHER "")
set(CMAKE_CXX_COMPILER_LAUNCHER "")

# -Wno-psabi: a note on how GCC before 7 passed std::span, which nobody links against here.
set(target_flags "-mcpu=cortex-m4 -mthumb -ffunction-sections -fdata-sections -fstack-usage -fcallgraph-info=su -Wno-psabi")
set(CMAKE_C_FLAGS_INIT "${target_flags}")
set(CMAKE_CXX_FLAGS_INIT "${target_flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics")
