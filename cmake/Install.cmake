# SPDX-License-Identifier: Apache-2.0
# What cmake --install puts below a prefix, by component: programs (bin, lib/greentill/plugins, share/greentill), stripped;
# debug-symbols (lib/debug/.build-id, where debuggers look by themselves); plugin-headers (plugins/CMakeLists.txt).

option(GREENTILL_STRIP "Strip programs when they are installed; off where a packager parts their symbols" ON)

# greentill_install(<target> <folder>): a program or plugin and, apart from it, its symbols.
function(greentill_install target folder)
  target_link_options(${target} PRIVATE -Wl,--build-id=sha1)
  install(TARGETS ${target} DESTINATION ${folder} COMPONENT programs)
  if(NOT GREENTILL_STRIP)
    return()
  endif()
  install(CODE "execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/$<TARGET_FILE_NAME:${target}>\" COMMAND_ERROR_IS_FATAL ANY)" COMPONENT programs)
  install(CODE "set(built \"$<TARGET_FILE:${target}>\")
    set(READELF \"${CMAKE_READELF}\")
    set(OBJCOPY \"${CMAKE_OBJCOPY}\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/install-symbols.cmake\")" COMPONENT debug-symbols)
endfunction()
