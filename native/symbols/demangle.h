/* C++ and Rust names as they are written in the source. What must not live here: where names come from. */
#ifndef SYSCOPE_SYMBOLS_DEMANGLE_H
#define SYSCOPE_SYMBOLS_DEMANGLE_H

#include <stdbool.h>

/* True for names that begin as C++'s and Rust's do. */
bool is_mangled(const char *name);

/* The demangled name, which the caller frees; NULL if name is no mangled one (then it is the name). */
char *demangle(const char *name);

#endif
