# The tests of fd state: its sources and a world of arrays, without the tracer.
file(GLOB fd_state_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/../../native/tracer/fd_*.c)
add_library(test_fd_state_world STATIC ${fd_state_sources} fd_state_world.c)
target_include_directories(test_fd_state_world PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
foreach(part class calls tables sockets index random)
  syscope_add_test(fd_state_${part} SOURCES fd_state_${part}_test.c LIBS test_fd_state_world)
endforeach()
