/**
 * @file
 * @brief What the fuzzing programs have in common.
 *
 * Each defines LLVMFuzzerTestOneInput(). Linked with -fsanitize=fuzzer it is called with bytes that
 * reach ever more of weir; linked with replay.c, with the files of its corpus.
 */
#ifndef WEIR_FUZZ_FUZZ_H
#define WEIR_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** Ends the program, which is how a fuzzing program tells that it found something. */
#define FUZZ_CHECK(condition)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                      \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)

/** Takes one input. @return 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A copy of some bytes in memory of exactly their size, so that a sanitizer sees every byte that
 * is read behind them; for free(). Memory that is not there ends the program. */
static inline char *fuzz_copy(const uint8_t *data, size_t size) {
  char *copy = malloc(size > 0 ? size : 1);
  FUZZ_CHECK(copy != NULL);
  for (size_t i = 0; i < size; i++) copy[i] = (char)data[i];
  return copy;
}

#endif
