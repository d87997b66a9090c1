/**
 * @file
 * @brief A place for files that last as long as the program.
 */
#ifndef EXAMPLES_SCRATCH_H
#define EXAMPLES_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes that hold the longest directory, and leave room for a file in a socket's name. */
#define SCRATCH_SIZE 80

/**
 * Makes a new directory that only this user may enter. remove() takes it away when it is empty.
 * @return false: errno tells why
 */
bool scratch_directory(char directory[SCRATCH_SIZE]);

#endif
