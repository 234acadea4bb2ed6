# SPDX-License-Identifier: Apache-2.0
# The options, compiler flags and target functions that every folder uses.
include(Install)

option(GREENTILL_WERROR "Treat warnings as errors" OFF)
option(GREENTILL_FUZZ "Build the libFuzzer targets instead of the tests (clang)" OFF)
option(GREENTILL_UNITY "Compile a target's files together: quicker from nothing, slower after a change" OFF)
option(GREENTILL_HARDENED "Compile and link as Debian hardens what it packages" OFF)
set(GREENTILL_SANITIZE "" CACHE STRING "Sanitizers for all targets, as in -fsanitize=")

find_program(GREENTILL_CCACHE ccache)  # tools/run does without
if(GREENTILL_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${GREENTILL_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GREENTILL_CCACHE})
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(GREENTILL_PLUGIN_DIR ${PROJECT_BINARY_DIR}/lib/greentill/plugins)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Nothing below it: a lock. A Debian of another architecture is cross-built too, and is none.
if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(GREENTILL_MICROCONTROLLER ON)
endif()
if(NOT GREENTILL_MICROCONTROLLER)  # whose image lies where it is linked
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()

if(GREENTILL_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 0)
  # It tells a source from a header by which file is compiled; here that is neither.
  add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-subobject-linkage>)
  if(NOT GREENTILL_SANITIZE)
    # An object holds more than one program uses of it.
    add_compile_options(-ffunction-sections -fdata-sections)
    add_link_options(-Wl,--gc-sections)
  endif()
endif()

if(GREENTILL_HARDENED)
  # What packages install is what was tested: so the tests' build has Debian's hardening=+all (dpkg-buildflags(1)), and what Debian adds
  # behind 12: no stack that grows over its guard page. Programs are position independent by Debian's compiler itself. _FORTIFY_SOURCE
  # needs an optimised build, and is undefined first where a compiler has a value of its own.
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()

add_library(greentill_flags INTERFACE)
target_compile_features(greentill_flags INTERFACE cxx_std_20 c_std_11)
target_include_directories(greentill_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(greentill_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${GREENTILL_WERROR}>:-Werror>)
if(GREENTILL_SANITIZE)
  add_compile_options(-fsanitize=${GREENTILL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GREENTILL_SANITIZE})
  # What they need of a machine is more than a plugin may have.
  add_compile_definitions(GREENTILL_SANITIZED)
  if(GREENTILL_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences are beside its mutex, which ThreadSanitizer does see.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  endif()
endif()

# What users run; what the tests under the sanitizers need besides, and what those without: no preset builds both.
add_custom_target(programs)
add_custom_target(fast-tests)
add_custom_target(slow-tests)
add_custom_target(fuzzers)

configure_file(${PROJECT_SOURCE_DIR}/cmake/version.hpp.in ${PROJECT_BINARY_DIR}/generated/greentill/version.hpp @ONLY)

# greentill_library(<folder> SOURCES ... [PUBLIC ...] [PRIVATE ...]): the static library greentill::<folder>.
function(greentill_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(greentill_${name} STATIC ${arg_SOURCES})
  add_library(greentill::${name} ALIAS greentill_${name})
  target_link_libraries(greentill_${name} PUBLIC greentill_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

# greentill_freestanding(<folder>): built for a microcontroller, the library must need no heap, no exceptions and no C++ library.
function(greentill_freestanding name)
  if(GREENTILL_MICROCONTROLLER)
    add_custom_command(TARGET greentill_${name} POST_BUILD VERBATIM
      COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DSIZE=${CMAKE_SIZE} -DARCHIVE=$<TARGET_FILE:greentill_${name}>
        -P ${PROJECT_SOURCE_DIR}/cmake/check-freestanding.cmake)
  endif()
endfunction()

# greentill_unity_groups(<folder> "a.cpp b.cpp" ...): which files of a library are compiled together; those in no group stay apart. A
# program that uses one file of a group is linked with all of it, and with every library that it needs.
function(greentill_unity_groups name)
  set_target_properties(greentill_${name} PROPERTIES UNITY_BUILD_MODE GROUP)
  foreach(group ${ARGN})
    separate_arguments(files UNIX_COMMAND "${group}")
    list(GET files 0 first)
    cmake_path(GET first STEM first)
    set_source_files_properties(${files} PROPERTIES UNITY_GROUP ${first})
  endforeach()
endfunction()

# greentill_program(<name> SOURCES ... LIBRARIES ... [FOR <target>...] [COMMAND_LINE]): a program in bin/, part of the target
# programs unless told. COMMAND_LINE: it reads its command line with CLI11, whose templates take most of what optimising the program takes.
function(greentill_program name)
  cmake_parse_arguments(arg "COMMAND_LINE" "" "FOR;SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  if(arg_COMMAND_LINE)
    target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-Og>)
  endif()
  target_link_libraries(${name} PRIVATE greentill_flags ${arg_LIBRARIES})
  if(NOT arg_FOR)
    set(arg_FOR programs)
    greentill_install(${name} bin)
  endif()
  foreach(target ${arg_FOR})
    add_dependencies(${target} ${name})
  endforeach()
endfunction()

# What the sanitizers leave unsaid: libraries that are not ours to mend.
set(GREENTILL_SANITIZER_ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0"
  "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp")

# greentill_unit_test(<folder> [SLOW] SOURCES ... LIBRARIES ... [PARTS ...]): one doctest program a folder, run by ctest as unit.<folder>:
# under the sanitizers, or where it is slow without them. PARTS <word>: the cases of <word>_test.cpp run as unit.<folder>-<word>,
# beside the others: where tests wait for a broker most of the time.
function(greentill_unit_test name)
  cmake_parse_arguments(arg "SLOW" "" "SOURCES;LIBRARIES;PARTS" ${ARGN})
  add_executable(test-${name} ${arg_SOURCES})
  target_link_libraries(test-${name} PRIVATE greentill_flags greentill_doctest_main ${arg_LIBRARIES})
  target_compile_definitions(test-${name} PRIVATE GREENTILL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    GREENTILL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  list(TRANSFORM arg_PARTS REPLACE "(.+)" "*/\\1_test.cpp" OUTPUT_VARIABLE files)
  list(JOIN files "," files)
  if(arg_PARTS)
    set(others --source-file-exclude=${files})
  endif()
  add_test(NAME unit.${name} COMMAND test-${name} ${others})
  set(tests unit.${name})
  foreach(part IN LISTS arg_PARTS)
    add_test(NAME unit.${name}-${part} COMMAND test-${name} --source-file=*/${part}_test.cpp)
    list(APPEND tests unit.${name}-${part})
  endforeach()
  set_tests_properties(${tests} PROPERTIES ENVIRONMENT "${GREENTILL_SANITIZER_ENVIRONMENT}")
  if(arg_SLOW)
    set_tests_properties(${tests} PROPERTIES LABELS slow TIMEOUT 600)
    add_dependencies(slow-tests test-${name})
  else()
    set_tests_properties(${tests} PROPERTIES LABELS fast)
    add_dependencies(fast-tests test-${name})
  endif()
endfunction()

# greentill_plugin(<name> SOURCES ... [LIBRARIES ...]): a plugin that exports gt_plugin_entry alone.
function(greentill_plugin name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(plugin-${name} MODULE ${arg_SOURCES})
  set_target_properties(plugin-${name} PROPERTIES OUTPUT_NAME ${name} PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${GREENTILL_PLUGIN_DIR} CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(plugin-${name} PRIVATE greentill_flags ${arg_LIBRARIES})
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/plugins/")
    add_dependencies(programs plugin-${name})
    greentill_install(plugin-${name} lib/greentill/plugins)
  endif()
  target_link_options(plugin-${name} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/plugins/exports.map)
endfunction()

# greentill_fuzzer(<name> SOURCES ... LIBRARIES ...): a libFuzzer target; its seeds lie in tests/fuzz/corpus/<name>.
function(greentill_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(fuzz-${name} ${arg_SOURCES})
  target_link_libraries(fuzz-${name} PRIVATE greentill_flags ${arg_LIBRARIES})
  target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers fuzz-${name})
endfunction()
