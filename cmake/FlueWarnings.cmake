# SPDX-License-Identifier: GPL-2.0-or-later
# flue_warnings(TARGET): the project's warnings, errors with FLUE_WERROR.
function(flue_warnings target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra>)
  if(FLUE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
