/**
 * @file
 * @brief A name for sockets or pipes of this machine that nobody else has.
 */
#ifndef WEIR_TESTS_LOCAL_NAME_H
#define WEIR_TESTS_LOCAL_NAME_H

#include <stdbool.h>

/** A name, and the directory where it lies. */
typedef struct local_name {
  char text[128];
  char directory[64]; /**< Its own, to be removed; empty where names lie in none. */
} local_name;

/** Makes a name, and the directory for it. @return false: the system refused that */
bool local_name_make(local_name *name);

/** Removes the directory, in which nothing may be left. */
void local_name_remove(const local_name *name);

/** Until local_name_leave() relative names lie beside this one. @return false: there are no
 * relative names here, or the system refused that */
bool local_name_enter(const local_name *name);

/** Goes back. */
void local_name_leave(void);

#endif
