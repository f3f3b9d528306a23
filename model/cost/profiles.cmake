# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes constants of the built-in machines: cmake -DMAP=profile.h -DOUTPUT=FILE.c -P profiles.cmake FILE.cfg...
# It knows the plain form that these files have; flue-sim's reader knows all of libconfig, and a test compares the
# two.
set(files "")
foreach(i RANGE 1 ${CMAKE_ARGC})
  if("${CMAKE_ARGV${i}}" MATCHES "\\.cfg$")
    list(APPEND files ${CMAKE_ARGV${i}})
  endif()
endforeach()

file(READ ${MAP} map)
string(REGEX MATCHALL "X\\([a-z_]+, \"[a-z_]+\", \"[^\"]+\"" rows "${map}")

set(code "/* Generated from scenarios/profiles by model/cost/profiles.cmake. */\n")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  # Semicolons and brackets have a meaning of their own in CMake's lists.
  string(REGEX REPLACE "[][;]" "," text "${text}")
  if(NOT text MATCHES "\ntext = \"([^\"]+)\"")
    message(FATAL_ERROR "${file}: no text")
  endif()
  string(APPEND code "    {\n        .name = \"${name}\",\n        .text = \"${CMAKE_MATCH_1}\",\n")
  foreach(row IN LISTS rows)
    string(REGEX MATCH "X\\(([a-z_]+), \"([a-z_]+)\", \"([^\"]+)\"" unused "${row}")
    set(member ${CMAKE_MATCH_1})
    set(key ${CMAKE_MATCH_2})
    set(unit ${CMAKE_MATCH_3})
    if(NOT text MATCHES "\n${key} = { value = ([0-9a-z.]+), unit = \"${unit}\"")
      message(FATAL_ERROR "${file}: ${key} is missing, or not in ${unit}")
    endif()
    set(value ${CMAKE_MATCH_1})
    string(MAKE_C_IDENTIFIER "${unit}" unit)
    string(APPEND code "        .${member} = FROM_${unit}(${value}),\n")
  endforeach()
  string(APPEND code "    },\n")
endforeach()
file(WRITE ${OUTPUT} "${code}")
