/* Copies of errors: one block, so that one release frees it. What errors mean is not known here. */
#include "core/error.h"
#include "core/memory.h"
#include "core/options.h"

#include <string.h>

/* Where the next piece of the block goes. */
typedef struct cursor {
  char *at;
} cursor;

static size_t size_of(const char *text) {
  return text ? strlen(text) + 1 : 0;
}

static size_t texts_of(const weir_error *error) {
  size_t path = error->path ? error->path_length + 1 : 0;
  return size_of(error->message) + size_of(error->host) + path;
}

/* An older program's error is shorter; one without a size is none. */
static bool take(const weir_error *from, weir_error *out) {
  *out = (weir_error)WEIR_ERROR_INIT;
  return weirc_options_take(out, sizeof *out, from) == WEIR_OK;
}

static const char *put(cursor *to, const char *text, size_t size) {
  if (!text) return NULL;
  char *copy = to->at;
  memcpy(copy, text, size - 1);
  copy[size - 1] = '\0';
  to->at += size;
  return copy;
}

static void put_texts(cursor *to, weir_error *error) {
  error->message = put(to, error->message, size_of(error->message));
  error->host = put(to, error->host, size_of(error->host));
  error->path = put(to, error->path, error->path_length + 1);
}

/* The bytes of all parts, with their pointers; 0: there are none. */
static size_t parts_of(const weir_error *error) {
  weir_error part;
  size_t bytes = 0;
  if (!error->errors) return 0;
  for (size_t i = 0; i < error->error_count; i++) {
    if (!take(error->errors[i], &part)) return 0;
    bytes += sizeof part + sizeof(weir_error *) + texts_of(&part);
  }
  return bytes;
}

/* The structs come first, as they need their alignment, then the pointers, then the texts. */
static void put_parts(cursor *to, weir_error *copy) {
  size_t count = copy->error_count;
  const weir_error *const *given = copy->errors;
  weir_error *parts = (weir_error *)(void *)to->at;
  const weir_error **pointers = (const weir_error **)(void *)(parts + count);
  to->at = (char *)(pointers + count);
  for (size_t i = 0; i < count; i++) {
    (void)take(given[i], &parts[i]);
    put_texts(to, &parts[i]);
    parts[i].errors = NULL;
    parts[i].error_count = 0;
    pointers[i] = &parts[i];
  }
  copy->errors = pointers;
}

weir_error *weirc_error_copy(const weir_allocator *allocator, const weir_error *error) {
  weir_error taken;
  if (!take(error, &taken)) return NULL;
  size_t parts = parts_of(&taken);
  weir_error *copy = weirc_allocate(allocator, sizeof *copy + parts + texts_of(&taken));
  if (!copy) return NULL;
  cursor to = {(char *)(copy + 1)};
  *copy = taken;
  if (parts > 0) {
    put_parts(&to, copy);
  } else {
    copy->errors = NULL;
    copy->error_count = 0;
  }
  put_texts(&to, copy);
  return copy;
}
