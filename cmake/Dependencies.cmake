# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, each from its Debian package (tools/packages.txt). A folder links PRIVATE what it uses.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(PahoMqttCpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(EXPAT REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
if(BUILD_TESTING)
  find_package(doctest REQUIRED)
  # The escpos plugin loads the library by its name, and only where a shop wants it; a test holds its calls to the header.
  find_path(GREENTILL_TESSERACT_INCLUDE tesseract/capi.h REQUIRED)
endif()
# Its cflags are mandatory: without its CPPHTTPLIB_* defines a caller links silently with other class layouts.
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)

pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libqrencode REQUIRED IMPORTED_TARGET libqrencode)

# Printing certificates of trees.
pkg_check_modules(pangocairo REQUIRED IMPORTED_TARGET pangocairo pangoft2 cairo-pdf)
pkg_check_modules(fontconfig REQUIRED IMPORTED_TARGET fontconfig)

pkg_check_modules(libseccomp REQUIRED IMPORTED_TARGET libseccomp)

# Its handles are std::shared_ptr then, without the warnings that lead there.
pkg_check_modules(libqpdf REQUIRED IMPORTED_TARGET libqpdf)
add_library(greentill_qpdf INTERFACE)
target_compile_definitions(greentill_qpdf INTERFACE POINTERHOLDER_TRANSITION=4)
target_link_libraries(greentill_qpdf INTERFACE PkgConfig::libqpdf)

# No CMake package and no pkg-config file of their own.
find_path(GREENTILL_ASIO_INCLUDE asio.hpp REQUIRED)
add_library(greentill_asio INTERFACE)
target_include_directories(greentill_asio SYSTEM INTERFACE ${GREENTILL_ASIO_INCLUDE})
target_compile_definitions(greentill_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
target_link_libraries(greentill_asio INTERFACE Threads::Threads)

# A plugin of Mosquitto has its functions from the broker that loads it: headers alone.
find_path(GREENTILL_MOSQUITTO_PLUGIN_INCLUDE mosquitto_broker.h REQUIRED)
find_path(GREENTILL_MOSQUITTO_INCLUDE mosquitto.h REQUIRED)
add_library(greentill_mosquitto INTERFACE)
target_include_directories(greentill_mosquitto SYSTEM INTERFACE ${GREENTILL_MOSQUITTO_PLUGIN_INCLUDE} ${GREENTILL_MOSQUITTO_INCLUDE})

if(BUILD_TESTING)
  find_library(GREENTILL_libmosquitto mosquitto REQUIRED)
  add_library(greentill_libmosquitto INTERFACE)
  target_link_libraries(greentill_libmosquitto INTERFACE ${GREENTILL_libmosquitto})
endif()

find_library(GREENTILL_libcsv csv REQUIRED)
add_library(greentill_libcsv INTERFACE)
target_link_libraries(greentill_libcsv INTERFACE ${GREENTILL_libcsv})

find_library(GREENTILL_date_tz date-tz REQUIRED)
add_library(greentill_date_tz INTERFACE)
target_compile_definitions(greentill_date_tz INTERFACE USE_OS_TZDB=1 HAS_REMOTE_API=0)
target_link_libraries(greentill_date_tz INTERFACE ${GREENTILL_date_tz} Threads::Threads)
