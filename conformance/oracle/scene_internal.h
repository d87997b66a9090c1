/**
 * @file
 * @brief What the parts of the scenario harness share and no scenario needs.
 */
#ifndef WEIR_ORACLE_SCENE_INTERNAL_H
#define WEIR_ORACLE_SCENE_INTERNAL_H

#include "conformance/oracle/scene.h"

/** Writes why the machinery failed and ends the run. */
void scene_fail(scene *s, const char *what, weir_err err);

/** The running stage waits for one thing more. */
void scene_wait(scene *s);

/** One thing a stage waits for has happened. */
void scene_happened(scene *s);

/** Frees the callbacks; the loop is gone, so none of them runs any more. */
void peer_free_notes(scene *s);

/** Removes the temporary directory, if there is one. */
void serve_remove_directory(scene *s);

#endif
