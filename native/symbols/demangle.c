/* Demangling: C++ by the compiler's own __cxa_demangle, Rust's two forms by our own. */
#include "demangle.h"

#include <stddef.h>
#include <string.h>

#include "demangle_rust.h"

/* A longer name is shown as it is: demangling may take memory and time beyond all proportion. */
#define MAX_MANGLED 8192

/*
 * libsupc++'s (Itanium C++ ABI, 3.4); weak, so that a machine without a C++ library can build this: names then stay mangled.
 */
extern char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status) __attribute__((weak));

bool is_mangled(const char *name)
{
	return name[0] == '_' && (name[1] == 'Z' || name[1] == 'R');
}

char *demangle(const char *name)
{
	char *rust;
	int status;

	if (!is_mangled(name) || strlen(name) > MAX_MANGLED)
		return NULL;
	rust = demangle_rust(name);
	if (rust)
		return rust;
	if (name[1] != 'Z' || !__cxa_demangle)
		return NULL;
	return __cxa_demangle(name, NULL, NULL, &status);
}
