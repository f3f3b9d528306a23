# SPDX-License-Identifier: GPL-2.0-or-later
# Optimising the model across its files: with GCC, and in optimised builds. Its objects also hold ordinary code, so that
# only programs whose speed matters pay for it at link time.
#   flue_whole_program_part(TARGET)   compiles a library, or a program, so that it can be
#   flue_whole_program(PROGRAM)       links a program so that it is
set(flue_is_optimised "$<AND:$<C_COMPILER_ID:GNU>,$<NOT:$<BOOL:${FLUE_SANITIZE}>>,$<CONFIG:RelWithDebInfo,Release>>")

# Without this every program would be optimised as a whole.
add_link_options("$<${flue_is_optimised}:-fno-lto>")

function(flue_whole_program_part target)
  target_compile_options(${target} PRIVATE "$<${flue_is_optimised}:-O3;-flto;-ffat-lto-objects>")
endfunction()

function(flue_whole_program program)
  target_link_options(${program} PRIVATE "$<${flue_is_optimised}:-O3;-flto;-flto=auto>")
endfunction()
