/**
 * @file
 * @brief What the examples want of a system and C does not offer: a place for files that last as
 * long as the program, a name for a local server, bytes instead of text.
 */
#ifndef EXAMPLES_SYSTEM_H
#define EXAMPLES_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Bytes that hold the longest directory. */
#define SYSTEM_PATH_SIZE 280

/** What a local server stands on: "Unix" or "pipe". */
extern const char system_local_kind[];

/**
 * Makes a new directory that only this user may enter.
 * @return false: it wrote why to the standard error
 */
bool system_make_directory(const char *program, char directory[SYSTEM_PATH_SIZE]);

/**
 * Removes it, if it is empty.
 * @return false: it wrote why to the standard error
 */
bool system_remove_directory(const char *program, const char *directory);

/** A name for a local server, in the directory if that is where they are. */
void system_local_name(const char *directory, char *name, size_t size);

/** Has a standard stream carry bytes as they are, which some systems don't unless told. */
void system_binary(FILE *stream);

#endif
