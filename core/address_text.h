/**
 * @file
 * @brief The texts of bytes in addresses, shared by what reads and what writes them.
 */
#ifndef WEIRC_ADDRESS_TEXT_H
#define WEIRC_ADDRESS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** Two characters, the first one in the lowest eight bits. */
static inline uint16_t weirc_load_two(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/** Four characters in the same way. */
static inline uint32_t weirc_load_four(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

/**
 * The decimal text of a byte and a dot: "7.", "42.", "255.". The first character is in the lowest
 * eight bits, what is left over is zero, so one store does for a whole part.
 */
extern const uint32_t weirc_octet_texts[256];

/** What the characters of two digits sum up to beyond their value, '0' being 48; modulo 256. */
#define WEIRC_TWO_DIGITS_SURPLUS 16
/** What the characters of three digits lack. */
#define WEIRC_THREE_DIGITS_LACK 46

/** The texts of 10 to 99 without a dot, by the sum of their characters; elsewhere what is no text
 * of that sum. */
extern const uint16_t weirc_two_digits[256];

/** The texts of 100 to 255 with a dot, in the same way. */
extern const uint32_t weirc_three_digits[256];

/**
 * The sum of two digits, by their weights, in the highest byte of the product. Whether they were
 * digits, and no leading zero, is then one comparison with weirc_two_digits of that sum.
 */
static inline size_t weirc_sum_two(uint16_t text) {
  return text * 0x0a010000U >> 24;
}

/** The sum of three digits and a dot in the same way. */
static inline size_t weirc_sum_three(uint32_t text) {
  return text * 0x640a0100U >> 24;
}

/** The two hexadecimal digits of a byte, lower case, no NUL. */
extern const char weirc_hex_pairs[256][2];

/**
 * What a character is worth as a hexadecimal digit in the last place, the one before it and so on,
 * of a group whose first byte is in the lowest eight bits, as it is stored; negative: it is no
 * digit.
 */
extern const int32_t weirc_hex_values[4][256];

#endif
