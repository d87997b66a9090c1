/**
 * @file
 * @brief The steps that weir has given to its host, oldest first.
 */
#ifndef EXAMPLES_ADDON_STEPS_H
#define EXAMPLES_ADDON_STEPS_H

#include <weir/loop.h>

#include <stdbool.h>
#include <stddef.h>

/** Zeroed memory is an empty queue. */
typedef struct addon_steps {
  weir_step **all; /**< The memory. */
  size_t capacity; /**< How many fit. */
  size_t first;    /**< Where the oldest is. */
  size_t count;    /**< How many there are. */
} addon_steps;

/** Puts a step behind the others. @return false: no memory */
bool addon_steps_add(addon_steps *steps, weir_step *step);

/** Takes the oldest; NULL: there is none. */
weir_step *addon_steps_take(addon_steps *steps);

/** Forgets all of them. */
void addon_steps_clear(addon_steps *steps);

/** Gives the memory back. */
void addon_steps_free(addon_steps *steps);

#endif
