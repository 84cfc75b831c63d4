/*
 * Text as the inside of a JSON string.
 * Must not live here: documents.
 */
#ifndef SYSCOPE_TRACER_JSON_H
#define SYSCOPE_TRACER_JSON_H

#include <stddef.h>

/*
 * Writes text, escaped, NUL-terminated; what is no UTF-8 becomes U+FFFD. Cuts at a whole character where size does not
 * suffice (six bytes for each of text always do). Returns out.
 */
const char *json_escape(const char *text, char *out, size_t size);

#endif
