/* CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected, as in iSCSI, RFC 3720 B.4). Pure; any thread. */
#ifndef SYSCOPE_STORE_CRC32C_H
#define SYSCOPE_STORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what crc covers, followed by these bytes. Begin with 0. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t length);
/* The same without the processor's instruction; for tests. */
uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t length);

#endif
