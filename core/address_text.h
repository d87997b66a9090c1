/**
 * @file
 * @brief The texts of bytes in addresses, shared by what reads and what writes them.
 */
#ifndef WEIRC_ADDRESS_TEXT_H
#define WEIRC_ADDRESS_TEXT_H

#include <stdint.h>

/** The entry of the byte 0 in weirc_octet_texts. */
#define WEIRC_OCTET_ZERO 16
/** How many entries weirc_octet_texts has. */
#define WEIRC_OCTET_TEXTS 318

/**
 * The decimal text of a byte and a dot: "7.", "42.", "255.". The first character is in the lowest
 * eight bits, what is left over is zero, so one comparison or one store does for a whole part.
 * Entries in front of the byte 0 and behind the byte 255 are zero: no text.
 */
extern const uint32_t weirc_octet_texts[WEIRC_OCTET_TEXTS];

/** The two hexadecimal digits of a byte, lower case, no NUL. */
extern const char weirc_hex_pairs[256][2];

/**
 * What a character is worth as a hexadecimal digit in the last place, the one before it and so on;
 * all bits set: it is no digit.
 */
extern const uint32_t weirc_hex_values[4][256];

#endif
