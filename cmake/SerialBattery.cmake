# SPDX-FileCopyrightText: 2026 The SerialBattery authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of the project shares: language level, warnings, sanitizers, precompiled headers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_AUTOMOC ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(sb_flags INTERFACE)
target_compile_options(sb_flags INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor
                       -Woverloaded-virtual -Wimplicit-fallthrough -Wformat=2 -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(sb_flags INTERFACE -Wshadow=local -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
endif()
target_compile_definitions(sb_flags INTERFACE QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH
                           QT_NO_URL_CAST_FROM_STRING QT_USE_QSTRINGBUILDER QT_DEPRECATED_WARNINGS
                           QT_NO_NARROWING_CONVERSIONS_IN_CONNECT)
if(SB_WERROR)
    target_compile_options(sb_flags INTERFACE -Werror)
endif()
if(SB_SANITIZE)
    # -g1: a sanitizer's report needs lines, not variables, and a third of the compile time goes with them.
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -g1)
    add_link_options(-fsanitize=address,undefined)
    # The sanitizers' own code makes GCC 12 see uninitialized values in every empty std::optional.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(SB_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(SB_COVERAGE)
    add_compile_options(--coverage -O0)
    add_link_options(--coverage)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-ffunction-sections -fdata-sections)
    add_link_options(-Wl,--gc-sections -Wl,--as-needed)
endif()

# sb_library(NAME SOURCES ... LINK ...): one static library per folder, includes are "folder/file.h" from lib/.
function(sb_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE sb_flags)
    # One precompiled header serves all: it takes longer to build than most libraries.
    if(name STREQUAL "sb_bms")
        target_precompile_headers(sb_bms PRIVATE <QObject> <QString> <QByteArray> <QTimer> <vector> <optional>
                                  <array> <memory> <algorithm> <functional> <cmath>)
    else()
        target_precompile_headers(${name} REUSE_FROM sb_bms)
    endif()
endfunction()

# sb_test_options(NAME): under sanitizers a test's own code is not optimized; it compiles in half the time.
# What Qt defines per folder for QFINDTESTDATA would keep them from sharing a precompiled header; tests find their data
# below SB_SOURCE_DIR.
function(sb_test_options name)
    # (QtNetwork comes with QtBluetooth, and would make other headers of QtTest.)
    target_compile_options(${name} PRIVATE -UQT_TESTCASE_BUILDDIR -UQT_TESTCASE_SOURCEDIR -UQT_NETWORK_LIB)
    target_compile_definitions(${name} PRIVATE SB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(SB_SANITIZE)
        target_compile_options(${name} PRIVATE -O0)
    endif()
endfunction()

# sb_test(NAME [GUI] [SOURCES ...] LINK ... [TIMEOUT S]): one Qt Test program, NAME.cpp unless told, run by ctest.
# GUI: it links QtGui, which makes other headers of QtTest than those in the shared precompiled header.
function(sb_test name)
    cmake_parse_arguments(ARG "GUI" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
    if(NOT ARG_SOURCES)
        set(ARG_SOURCES ${name}.cpp)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} Qt6::Test sb_flags)
    sb_test_options(${name})
    if(NOT ARG_GUI)
        target_precompile_headers(${name} REUSE_FROM sb_testheaders)
    endif()
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    # Next to nothing is in there, unless a class is in a header: a test's source includes what moc makes of it.
    if(NOT "${ARG_SOURCES}" MATCHES "\\.h")
        set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${name}_autogen/mocs_compilation.cpp
                                    PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "LC_ALL=C.UTF-8;QT_QPA_PLATFORM=offscreen;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()
