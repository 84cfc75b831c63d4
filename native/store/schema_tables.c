/* The one definition of the generated table of record kinds. Must not live here: anything written by hand. */
#define SCHEMA_DEFINE_TABLES
#include "schema.h"
