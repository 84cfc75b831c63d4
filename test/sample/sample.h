/* The sample's steps, one source file each. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>

/* Ends the program with a message if a step failed. */
void check(long result, const char *what);

void copy_file(const char *from, const char *to);
void ask_child(const char *question, char *answer, size_t size);
void echo_over_tcp(const char *text, char *answer, size_t size);

#endif
