# SPDX-License-Identifier: Apache-2.0
# cmake -DNM=... -DSIZE=... -DARCHIVE=... -P check-freestanding.cmake
# Prints the size of an archive for a microcontroller, and fails where its objects need more of a runtime than memory functions,
# abort and the compiler's own arithmetic: a heap, exceptions, the C++ library.
execute_process(COMMAND ${NM} --undefined-only ${ARCHIVE} OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " U [^\n]+" symbols "${listing}")
list(TRANSFORM symbols REPLACE "^ U " "")
list(FILTER symbols EXCLUDE REGEX "^(_ZNK?9greentill.*|mem(cpy|move|set|cmp)|abort|__aeabi_.*)$")
if(symbols)
  list(REMOVE_DUPLICATES symbols)
  list(JOIN symbols "\n  " symbols)
  message(FATAL_ERROR "${ARCHIVE} needs more than a bare microcontroller has:\n  ${symbols}")
endif()
execute_process(COMMAND ${SIZE} --totals ${ARCHIVE} COMMAND_ERROR_IS_FATAL ANY)
