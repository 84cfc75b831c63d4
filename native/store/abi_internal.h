/* What the files of exported functions share. Must not live here: anything that is exported. */
#ifndef SYSCOPE_STORE_ABI_INTERNAL_H
#define SYSCOPE_STORE_ABI_INTERNAL_H

#include "index.h"

/* An opened trace by its handle; NULL: there is none. */
struct index *abi_trace(int32_t handle);

#endif
