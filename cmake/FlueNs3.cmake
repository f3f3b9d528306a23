# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds ns-3 (3.37 or newer) and makes one target, flue::ns3, that stands for all of it that we use.
#
# ns-3's own ns3Config.cmake is read for its version but not used: on Debian it names programs of another
# package and stops without them, it insists on header folders of optional libraries, and its targets have
# been renamed since. So headers and libraries are looked for as files, in the system or under FLUE_NS3_ROOT.
#
# Classes of ns-3 register themselves when their library is loaded, and a program may know them by name only:
# --no-as-needed keeps the libraries loaded.
include_guard(GLOBAL)
set(FLUE_NS3_ROOT "" CACHE PATH "Where ns-3 is installed; empty: in the system")
set(FLUE_NS3_COMPONENTS applications internet traffic-control bridge network core)

# flue_find_ns3_library(COMPONENT VARIABLE FOLDER...): the library file of a module. Debian's is libns3-core.so, a source
# release's libns3.48-core.so or libns3.48-core-default.so, a development tree's libns3-dev-core.so.
function(flue_find_ns3_library component variable)
  foreach(folder IN LISTS ARGN)
    file(GLOB files ${folder}/libns3*-${component}*.so)
    list(FILTER files INCLUDE REGEX
      "/libns3(\\.[0-9.]+|-dev)?-${component}(-(default|debug|optimized|release|relwithdebinfo|minsizerel))?\\.so$")
    if(files)
      list(GET files 0 file)
      set(${variable} ${file} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${variable} "" PARENT_SCOPE)
endfunction()

# flue_ns3_version(VARIABLE FOLDER...): "3.37", or "3.dev" for a development tree.
function(flue_ns3_version variable)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${folder}/cmake/ns3/ns3ConfigVersion.cmake)
      file(STRINGS ${folder}/cmake/ns3/ns3ConfigVersion.cmake line
        REGEX "^set\\(PACKAGE_VERSION \"" LIMIT_COUNT 1)
      if(line MATCHES "\"([^\"]+)\"")
        set(${variable} ${CMAKE_MATCH_1} PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
  set(${variable} "" PARENT_SCOPE)
endfunction()

find_path(FLUE_NS3_HEADERS ns3/simulator.h HINTS ${FLUE_NS3_ROOT}/include)
if(NOT FLUE_NS3_HEADERS)
  message(FATAL_ERROR "ns-3 was not found. Install libns3-dev, or say where it is with "
                      "-DFLUE_NS3_ROOT=FOLDER, or build without the simulator: -DFLUE_NS3=OFF.")
endif()
cmake_path(GET FLUE_NS3_HEADERS PARENT_PATH flue_ns3_prefix)
set(flue_ns3_folders ${flue_ns3_prefix}/lib/${CMAKE_CXX_LIBRARY_ARCHITECTURE}
    ${flue_ns3_prefix}/lib ${flue_ns3_prefix}/lib64)

flue_ns3_version(FLUE_NS3_VERSION ${flue_ns3_folders})
if(FLUE_NS3_VERSION MATCHES "^[0-9.]+$" AND FLUE_NS3_VERSION VERSION_LESS 3.37)
  message(FATAL_ERROR "ns-3 ${FLUE_NS3_VERSION} is too old: 3.37 or newer is needed.")
endif()

set(flue_ns3_files "")
foreach(component IN LISTS FLUE_NS3_COMPONENTS)
  flue_find_ns3_library(${component} file ${flue_ns3_folders})
  if(NOT file)
    message(FATAL_ERROR "ns-3's headers are in ${FLUE_NS3_HEADERS}, but its library for the module "
                        "${component} is not in ${flue_ns3_folders}.")
  endif()
  list(APPEND flue_ns3_files ${file})
endforeach()
cmake_path(GET file PARENT_PATH flue_ns3_folder)
message(STATUS "ns-3 ${FLUE_NS3_VERSION}: ${flue_ns3_folder}")

add_library(flue_ns3 INTERFACE)
add_library(flue::ns3 ALIAS flue_ns3)
if(NOT FLUE_NS3_HEADERS STREQUAL "/usr/include")
  target_include_directories(flue_ns3 SYSTEM INTERFACE ${FLUE_NS3_HEADERS})
endif()
target_link_libraries(flue_ns3 INTERFACE -Wl,--no-as-needed ${flue_ns3_files} -Wl,--as-needed)
target_link_options(flue_ns3 INTERFACE -Wl,-rpath-link,${flue_ns3_folder})
if(NOT FLUE_NS3_VERSION VERSION_LESS 3.43 OR FLUE_NS3_VERSION MATCHES "dev")
  target_compile_features(flue_ns3 INTERFACE cxx_std_20) # its headers want it
endif()
