/**
 * @file
 * @brief The texts of bytes in addresses, shared by what reads and what writes them.
 */
#ifndef WEIRC_ADDRESS_TEXT_H
#define WEIRC_ADDRESS_TEXT_H

#include <stdint.h>

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

/** The two hexadecimal digits of a byte, lower case, no NUL. */
extern const char weirc_hex_pairs[256][2];

/**
 * What a character is worth as a hexadecimal digit in the last place, the one before it and so on,
 * of a group whose first byte is in the lowest eight bits, as it is stored; negative: it is no
 * digit.
 */
extern const int32_t weirc_hex_values[4][256];

#endif
