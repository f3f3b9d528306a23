# SPDX-License-Identifier: GPL-2.0-or-later
#
# flue::version: flue/version.h in the build folder, and a small library that also knows the commit. The
# commit is asked for at every build, and lands in one source file, so that a commit rebuilds little.
configure_file(${PROJECT_SOURCE_DIR}/include/flue/version.h.in
               ${PROJECT_BINARY_DIR}/include/flue/version.h @ONLY)

add_custom_target(flue_commit
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
          -DOUTPUT=${PROJECT_BINARY_DIR}/version.c -P ${CMAKE_CURRENT_LIST_DIR}/FlueCommit.cmake
  BYPRODUCTS ${PROJECT_BINARY_DIR}/version.c
  COMMENT "Asking git for the commit"
  VERBATIM)

add_library(flue_version STATIC ${PROJECT_BINARY_DIR}/version.c)
add_library(flue::version ALIAS flue_version)
add_dependencies(flue_version flue_commit)
target_include_directories(flue_version PUBLIC ${PROJECT_BINARY_DIR}/include)
set_target_properties(flue_version PROPERTIES POSITION_INDEPENDENT_CODE ON)
flue_warnings(flue_version)
