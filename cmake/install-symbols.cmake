# SPDX-License-Identifier: Apache-2.0
# Included while installing: puts the symbols of the file ${built} where a debugger finds them by the file's build id.
execute_process(COMMAND ${READELF} --notes ${built} OUTPUT_VARIABLE notes COMMAND_ERROR_IS_FATAL ANY)
if(NOT notes MATCHES "Build ID: ([0-9a-f][0-9a-f])([0-9a-f]+)")
  message(FATAL_ERROR "${built} has no build id")
endif()
set(symbols ${CMAKE_INSTALL_PREFIX}/lib/debug/.build-id/${CMAKE_MATCH_1}/${CMAKE_MATCH_2}.debug)
message(STATUS "Installing: $ENV{DESTDIR}${symbols}")
get_filename_component(folder $ENV{DESTDIR}${symbols} DIRECTORY)
file(MAKE_DIRECTORY ${folder})
execute_process(COMMAND ${OBJCOPY} --only-keep-debug ${built} $ENV{DESTDIR}${symbols} COMMAND_ERROR_IS_FATAL ANY)
file(CHMOD $ENV{DESTDIR}${symbols} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
