# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DINPUT=file -DOUTPUT=file.inc -P embed.cmake: a text file as one C string literal a line.
file(READ "${INPUT}" text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REGEX REPLACE "\n$" "" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE "${OUTPUT}" "\"${text}\\n\"\n")
