/**
 * @file
 * @brief Base64 in both of its alphabets.
 */
#ifndef WEIRC_BASE64_H
#define WEIRC_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is no digit; see weirc_base64_value(). */
enum { WEIRC_BASE64_FOREIGN = 64, WEIRC_BASE64_END };

/** The value of a digit of either alphabet; WEIRC_BASE64_END: padding; WEIRC_BASE64_FOREIGN. */
unsigned weirc_base64_value(uint8_t digit);

/**
 * Writes a group of one to three bytes as four characters, or without padding as few as it takes.
 * @return characters written
 */
size_t weirc_base64_put(const uint8_t *bytes, size_t count, bool url, char *out);

#endif
