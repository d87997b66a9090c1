/**
 * @file
 * @brief UTF-8, read character by character, and written.
 */
#ifndef WEIRC_UTF8_H
#define WEIRC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What stands for something broken. */
#define WEIRC_REPLACEMENT 0xFFFDu

/**
 * Takes the next character, which may be a broken one: WEIRC_REPLACEMENT for each maximal part
 * that could have begun a character.
 * @param at moved behind it
 * @param end behind the text, and behind `*at`
 */
uint32_t weirc_utf8_take(const uint8_t **at, const uint8_t *end);

/** Writes a character, 4 bytes at most. @return how many */
size_t weirc_utf8_put(uint32_t point, char *out);

/** How many bytes a character has by its first one, broken or not; 0: it begins none. */
size_t weirc_utf8_promised(uint8_t first);

/** Bytes in front that are whole characters, none of them broken. */
size_t weirc_utf8_valid_length(const uint8_t *text, size_t length);

#endif
