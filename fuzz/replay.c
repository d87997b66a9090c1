/* Hands files to a fuzzing program: a corpus as an ordinary test, or one input that failed. */
#include "fuzz/fuzz.h"

#include <stdbool.h>

/* Reads to the end; memory of the caller. */
static uint8_t *read_all(FILE *file, size_t *out_size) {
  size_t capacity = 4096;
  size_t size = 0;
  uint8_t *bytes = malloc(capacity);
  while (bytes) {
    size += fread(bytes + size, 1, capacity - size, file);
    if (size < capacity) break;
    capacity *= 2;
    uint8_t *more = realloc(bytes, capacity);
    if (!more) free(bytes);
    bytes = more;
  }
  if (bytes && ferror(file)) {
    free(bytes);
    bytes = NULL;
  }
  *out_size = size;
  return bytes;
}

static bool replay(const char *path) {
  size_t size;
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    return false;
  }
  uint8_t *bytes = read_all(file, &size);
  (void)fclose(file);
  if (!bytes) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return false;
  }
  (void)LLVMFuzzerTestOneInput(bytes, size);
  free(bytes);
  return true;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FILE...\n", argv[0]);
    return 2;
  }
  for (int i = 1; i < argc; i++)
    if (!replay(argv[i])) return 1;
  printf("%d inputs\n", argc - 1);
  return 0;
}
