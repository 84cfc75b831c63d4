/* See sha256.h. */
#include "sha256.h"

#include <stdio.h>
#include <string.h>

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned int bits)
{
	return word >> bits | word << (32 - bits);
}

static void expand(const unsigned char *block, uint32_t schedule[64])
{
	for (size_t i = 0; i < 16; i++)
		schedule[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 | (uint32_t)block[i * 4 + 2] << 8 |
			      block[i * 4 + 3];
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = schedule[i - 15], b = schedule[i - 2];
		uint32_t low = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3;
		uint32_t high = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;

		schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high;
	}
}

static void compress(uint32_t state[8], const unsigned char *block)
{
	uint32_t schedule[64], w[8];

	expand(block, schedule);
	memcpy(w, state, sizeof(w));
	for (size_t i = 0; i < 64; i++) {
		uint32_t sum1 = rotate(w[4], 6) ^ rotate(w[4], 11) ^ rotate(w[4], 25);
		uint32_t choice = (w[4] & w[5]) ^ (~w[4] & w[6]);
		uint32_t first = w[7] + sum1 + choice + constants[i] + schedule[i];
		uint32_t sum0 = rotate(w[0], 2) ^ rotate(w[0], 13) ^ rotate(w[0], 22);
		uint32_t majority = (w[0] & w[1]) ^ (w[0] & w[2]) ^ (w[1] & w[2]);

		memmove(w + 1, w, 7 * sizeof(w[0]));
		w[4] += first;
		w[0] = first + sum0 + majority;
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += w[i];
}

void sha256_begin(struct sha256 *hash)
{
	static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
		0x5be0cd19 };

	memcpy(hash->state, initial, sizeof(initial));
	hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	while (length > 0) {
		size_t used = hash->length % 64;
		size_t part = length < 64 - used ? length : 64 - used;

		memcpy(hash->block + used, at, part);
		hash->length += part;
		at += part;
		length -= part;
		if (used + part == 64)
			compress(hash->state, hash->block);
	}
}

void sha256_end(struct sha256 *hash, char hex[65])
{
	static const unsigned char zeros[64], one = 0x80;
	uint64_t bits = hash->length * 8;
	unsigned char length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(hash, &one, 1);
	sha256_add(hash, zeros, (120 - hash->length % 64) % 64);
	sha256_add(hash, length, sizeof(length));
	for (size_t i = 0; i < 8; i++)
		snprintf(hex + i * 8, 9, "%08x", hash->state[i]);
}
