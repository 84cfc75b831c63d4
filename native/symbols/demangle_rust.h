/* Rust's mangled names. What must not live here: C++. */
#ifndef SYSCOPE_SYMBOLS_DEMANGLE_RUST_H
#define SYSCOPE_SYMBOLS_DEMANGLE_RUST_H

/* The demangled name without its hash, which the caller frees; NULL if it is none of Rust's. */
char *demangle_rust(const char *name);

#endif
