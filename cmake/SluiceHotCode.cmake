# Which functions a request runs, one after the other in the program (base/hot_code.h).
#
# A stream that begins runs some 350 functions of the core that nobody has run since the last one began. Where the
# linker leaves them, they are spread over 2.4 MB, and each waits for memory in its turn. cmake/hot_functions.txt lists
# them, by the linker's names; tests/bench/hot_functions.py writes the list from a run under callgrind. A name that
# is no more is passed over: an old list costs time, never correctness. `ctest -R hot_code` says when it is too old.
if(SLUICE_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(SLUICE_HOT_CODE OFF)
else()
    set(SLUICE_HOT_CODE ON)
    add_compile_options(-ffunction-sections)  # a section a function, or the linker could not move them
endif()

function(sluice_order_hot_code target)
    if(NOT SLUICE_HOT_CODE)
        return()
    endif()
    set(list ${CMAKE_SOURCE_DIR}/cmake/hot_functions.txt)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    file(STRINGS ${list} names REGEX "^[^#]")
    list(TRANSFORM names REPLACE "(.+)" "    *(.text.\\1 .text.hot.\\1)")
    list(JOIN names "\n" inputs)
    set(script ${CMAKE_CURRENT_BINARY_DIR}/hot_code.ld)
    file(CONFIGURE OUTPUT ${script} @ONLY CONTENT [=[
SECTIONS
{
  .text.sluice_hot : ALIGN(4096)
  {
    PROVIDE_HIDDEN(sluice_hot_code_begin = .);
@inputs@
    PROVIDE_HIDDEN(sluice_hot_code_end = .);
  }
}
INSERT BEFORE .text;
]=])
    target_link_options(${target} PRIVATE -fuse-ld=bfd -Wl,-T,${script})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
endfunction()
