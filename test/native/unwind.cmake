# The unwinder's tests.
syscope_add_test(unwind_fake SOURCES unwind_fake_test.c LIBS syscope_unwind)
syscope_add_test(unwind_space SOURCES unwind_space_test.c LIBS syscope_unwind)
