# The tracer's parts that need no tracee of their own.
foreach(part pure elf capture select uring)
  syscope_add_test(tracer_${part} SOURCES tracer_${part}_test.c LIBS syscope_tracer)
endforeach()
