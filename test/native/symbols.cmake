# The symbol executable's tests.
set(symbols_source ${syscope_source_dir}/test/native)

# Programs to look up. They are compiled by hand, without the sanitizers and whatever else this build's flags say.
# symbols_add_target(NAME COMPILER SOURCES… FLAGS flags…)
function(symbols_add_target name compiler)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;FLAGS")
  list(TRANSFORM arg_SOURCES PREPEND ${symbols_source}/)
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/bin/symbols_target_${name}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/bin
    COMMAND ${compiler} ${arg_FLAGS} -Wl,--build-id -o ${CMAKE_CURRENT_BINARY_DIR}/bin/symbols_target_${name} ${arg_SOURCES}
    DEPENDS ${arg_SOURCES} ${symbols_source}/symbols_target_shapes.h WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} VERBATIM)
  add_custom_target(symbols_target_${name} ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/bin/symbols_target_${name})
endfunction()

add_executable(symbols_lines ${symbols_source}/symbols_lines_test.c)
target_link_libraries(symbols_lines PRIVATE syscope_symbols)

find_program(SYSCOPE_ADDR2LINE NAMES addr2line REQUIRED)

# symbols_add_lines(NAME ORACLE [options of symbols_lines])
function(symbols_add_lines name oracle)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/work/symbols_lines_${name})
  add_test(NAME symbols_lines_${name} COMMAND symbols_lines ${CMAKE_CURRENT_BINARY_DIR}/bin/symbols_target_${name} ${oracle} ${ARGN}
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/work/symbols_lines_${name})
  set_tests_properties(symbols_lines_${name} PROPERTIES TIMEOUT 60 ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
endfunction()

set(symbols_c symbols_target_main.c symbols_target_more.c)
symbols_add_target(O2 ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -g -O2)
symbols_add_target(O0 ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -g -O0)
symbols_add_target(dwarf4 ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -gdwarf-4 -O2)
symbols_add_target(static ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -g -O2 -no-pie -ffunction-sections)
symbols_add_target(compressed ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -g -gz -O2)
foreach(name O2 O0 dwarf4 static compressed)
  symbols_add_lines(${name} ${SYSCOPE_ADDR2LINE})
endforeach()
find_program(SYSCOPE_CXX NAMES g++ c++)
if(SYSCOPE_CXX)
  symbols_add_target(cxx ${SYSCOPE_CXX} SOURCES symbols_target.cpp FLAGS -g -O2)
  symbols_add_target(cxx4 ${SYSCOPE_CXX} SOURCES symbols_target.cpp FLAGS -gdwarf-4 -O1)
  symbols_add_lines(cxx ${SYSCOPE_ADDR2LINE} --no-names)
  symbols_add_lines(cxx4 ${SYSCOPE_ADDR2LINE} --no-names)
endif()
# binutils doesn't find clang's inlined calls.
find_program(SYSCOPE_CLANG NAMES clang clang-14)
find_program(SYSCOPE_LLVM_ADDR2LINE NAMES llvm-addr2line llvm-addr2line-14)
if(SYSCOPE_CLANG AND SYSCOPE_LLVM_ADDR2LINE)
  symbols_add_target(clang ${SYSCOPE_CLANG} SOURCES ${symbols_c} FLAGS -g -O2)
  symbols_add_lines(clang ${SYSCOPE_LLVM_ADDR2LINE})
endif()

# Programs without debug information, with it elsewhere, and with split units, one of which is a pipe.
set(symbols_bin ${CMAKE_CURRENT_BINARY_DIR}/bin)
find_program(SYSCOPE_OBJCOPY NAMES objcopy REQUIRED)
function(symbols_derive name from)
  add_custom_command(OUTPUT ${symbols_bin}/symbols_target_${name} ${ARGN}
    DEPENDS symbols_target_${from} ${symbols_bin}/symbols_target_${from} WORKING_DIRECTORY ${symbols_bin} VERBATIM)
  add_custom_target(symbols_target_${name} ALL DEPENDS ${symbols_bin}/symbols_target_${name})
endfunction()
symbols_add_target(exported ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -O2 -rdynamic)
symbols_derive(exported_stripped exported
  COMMAND ${SYSCOPE_OBJCOPY} --strip-all symbols_target_exported symbols_target_exported_stripped)
symbols_derive(nodebug O2 COMMAND ${SYSCOPE_OBJCOPY} --strip-debug symbols_target_O2 symbols_target_nodebug)
symbols_derive(stripped O2 COMMAND ${SYSCOPE_OBJCOPY} --strip-all symbols_target_O2 symbols_target_stripped)
symbols_derive(linked O2
  COMMAND ${SYSCOPE_OBJCOPY} --only-keep-debug symbols_target_O2 symbols_target_linked.debug
  COMMAND ${SYSCOPE_OBJCOPY} --strip-all --add-gnu-debuglink=symbols_target_linked.debug symbols_target_O2 symbols_target_linked)
symbols_add_target(split ${CMAKE_C_COMPILER} SOURCES ${symbols_c} FLAGS -g -gsplit-dwarf -O2)
add_custom_command(OUTPUT ${symbols_bin}/symbols_target_split_fifo
  COMMAND ${CMAKE_COMMAND} -E make_directory ${symbols_bin}/fifo
  COMMAND ${CMAKE_C_COMPILER} -g -gsplit-dwarf -O2 -o symbols_target_split_fifo
    ${symbols_source}/symbols_target_main.c ${symbols_source}/symbols_target_more.c -dumpdir fifo/
  COMMAND rm -f fifo/*.dwo && mkfifo fifo/symbols_target_main.dwo fifo/symbols_target_more.dwo
  DEPENDS ${symbols_source}/symbols_target_main.c ${symbols_source}/symbols_target_more.c WORKING_DIRECTORY ${symbols_bin})
add_custom_target(symbols_target_split_fifo ALL DEPENDS ${symbols_bin}/symbols_target_split_fifo)

syscope_add_test(symbols_process SOURCES symbols_process_test.c LIBS syscope_symbols ARGS ${symbols_bin} TIMEOUT 120)
syscope_add_test(symbols_names SOURCES symbols_names_test.c LIBS syscope_symbols)
syscope_add_test(symbols_fuzz SOURCES symbols_fuzz_test.c ARGS ${symbols_bin}/symbols_target_O2 TIMEOUT 120)
