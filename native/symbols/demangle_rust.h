/* Rust's mangled names. What must not live here: C++. */
#ifndef SYSCOPE_SYMBOLS_DEMANGLE_RUST_H
#define SYSCOPE_SYMBOLS_DEMANGLE_RUST_H

/* The demangled name without its hash, which the caller frees; NULL if it is none of Rust's. Either form: */
char *demangle_rust(const char *name);

/* Only the form that begins with _R. */
char *demangle_rust_v0(const char *name);

#endif
