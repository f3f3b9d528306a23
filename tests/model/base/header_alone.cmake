# SPDX-License-Identifier: GPL-2.0-or-later
# Every public header compiles alone, twice in a row, in C11 and (where there is a C++ compiler) C++17.
# The proof is that these libraries build; nothing links them. C++ is not asked to be pedantic: anonymous
# structs are standard in C11 and a customary extension in C++.
include(CheckLanguage)
check_language(CXX)
if(CMAKE_CXX_COMPILER)
  enable_language(CXX)
endif()

file(GLOB headers RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/flue/*.h)
set(c_sources)
set(cxx_sources)
foreach(header ${headers})
  string(MAKE_C_IDENTIFIER ${header} name)
  set(text "#include \"${header}\"\n#include \"${header}\"\nextern int ${name}_compiles;\n")
  foreach(extension c cpp)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/alone/${name}.${extension} CONTENT "${text}")
  endforeach()
  list(APPEND c_sources ${CMAKE_CURRENT_BINARY_DIR}/alone/${name}.c)
  list(APPEND cxx_sources ${CMAKE_CURRENT_BINARY_DIR}/alone/${name}.cpp)
endforeach()

add_library(flue_headers_alone_c OBJECT ${c_sources})
target_link_libraries(flue_headers_alone_c PRIVATE flue::model)
target_compile_options(flue_headers_alone_c PRIVATE -Wpedantic)
flue_warnings(flue_headers_alone_c)
if(CMAKE_CXX_COMPILER)
  add_library(flue_headers_alone_cxx OBJECT ${cxx_sources})
  target_link_libraries(flue_headers_alone_cxx PRIVATE flue::model)
  set_target_properties(flue_headers_alone_cxx PROPERTIES
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  flue_warnings(flue_headers_alone_cxx)
endif()
