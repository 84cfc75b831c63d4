/* The system call table's one definition. Must not live here: anything else. */
#define SYSCALLS_DEFINE_TABLE
#include "syscalls.h"
