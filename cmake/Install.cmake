# SPDX-License-Identifier: Apache-2.0
# What cmake --install puts below a prefix, by component: programs (bin, lib/greentill/plugins, share/greentill), stripped
# unless GREENTILL_KEEP_SYMBOLS is set while it is installed, as a packager does, who parts them by other means;
# debug-symbols (lib/debug/.build-id, where debuggers look by themselves); plugin-headers (plugins/CMakeLists.txt).

# greentill_install(<target> <folder>): a program or plugin and, apart from it, its symbols.
function(greentill_install target folder)
  target_link_options(${target} PRIVATE -Wl,--build-id=sha1)
  install(TARGETS ${target} DESTINATION ${folder} COMPONENT programs)
  install(CODE "if(NOT GREENTILL_KEEP_SYMBOLS)
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded
      \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/$<TARGET_FILE_NAME:${target}>\" COMMAND_ERROR_IS_FATAL ANY)
    endif()" COMPONENT programs)
  install(CODE "set(built \"$<TARGET_FILE:${target}>\")
    set(READELF \"${CMAKE_READELF}\")
    set(OBJCOPY \"${CMAKE_OBJCOPY}\")
    include(\"${PROJECT_SOURCE_DIR}/cmake/install-symbols.cmake\")" COMPONENT debug-symbols)
endfunction()
