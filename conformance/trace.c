/* How an event trace looks: lines, formats of values, labels for what varies. What is traced, and
 * what it is compared with, is decided elsewhere. */
#include "conformance/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_SHOWN = 24, UNITS_SHOWN = 80, MESSAGE_SIZE = 1024, NAME_SIZE = 64, LABEL_SIZE = 64 };

typedef struct trace_line {
  char object[NAME_SIZE];
  trace_text text;
} trace_line;

typedef struct trace_mask_entry {
  char *value;
  char label[LABEL_SIZE];
} trace_mask_entry;

struct trace {
  trace_line *lines;
  size_t count;
  size_t capacity;
  trace_mask_entry *masks;
  size_t mask_count;
  bool failed;
};

static bool make_room(trace_text *text, size_t more) {
  size_t needed = text->length + more + 1;
  if (text->failed) return false;
  if (needed <= text->capacity) return true;
  size_t capacity = text->capacity ? text->capacity * 2 : 64;
  while (capacity < needed) capacity *= 2;
  char *bytes = realloc(text->bytes, capacity);
  if (!bytes) {
    text->failed = true;
    return false;
  }
  text->bytes = bytes;
  text->capacity = capacity;
  return true;
}

void trace_text_add(trace_text *text, const char *bytes, size_t length) {
  if (!make_room(text, length)) return;
  if (length > 0) memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

static void add_formatted(trace_text *text, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  if (length < 0) text->failed = true;
  if (length < 0 || !make_room(text, (size_t)length)) return;
  (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
  text->length += (size_t)length;
}

void trace_text_format(trace_text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add_formatted(text, format, arguments);
  va_end(arguments);
}

bool trace_text_read(trace_text *text, const char *path) {
  char block[8192];
  size_t length;
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  while ((length = fread(block, 1, sizeof block, file)) > 0) trace_text_add(text, block, length);
  bool whole = !ferror(file) && !text->failed;
  (void)fclose(file);
  return whole;
}

void trace_text_free(trace_text *text) {
  free(text->bytes);
  *text = (trace_text){0};
}

void trace_text_bytes(trace_text *text, const uint8_t *data, size_t length) {
  trace_text_format(text, "bytes[%zu]", length);
  if (length > BYTES_SHOWN) return;
  trace_text_add(text, "<", 1);
  for (size_t i = 0; i < length; i++) trace_text_format(text, "%02x", data[i]);
  trace_text_add(text, ">", 1);
}

/* One character of UTF-8, and how many bytes it took; a broken one is one byte and U+FFFD. */
static uint32_t decode(const uint8_t *bytes, size_t length, size_t *out_size) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
  *out_size = 1;
  if (size == 1) return bytes[0];
  if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || size > length) return 0xFFFD;
  uint32_t point = bytes[0] & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((bytes[i] & 0xC0) != 0x80) return 0xFFFD;
    point = point << 6 | (bytes[i] & 0x3Fu);
  }
  if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return 0xFFFD;
  *out_size = size;
  return point;
}

static void quote_point(trace_text *text, uint32_t point) {
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";
  const char *found = point > 0 && point < 0x80 ? strchr(escaped, (int)point) : NULL;
  if (found)
    trace_text_format(text, "\\%c", letters[found - escaped]);
  else if (point >= ' ' && point <= '~')
    trace_text_format(text, "%c", (int)point);
  else if (point < 0x10000)
    trace_text_format(text, "\\u%04x", (unsigned)point);
  else
    trace_text_format(text, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (point >> 10)),
                      (unsigned)(0xDC00 + (point & 0x3FF)));
}

void trace_text_quote(trace_text *text, const char *utf8, size_t length) {
  trace_text_add(text, "\"", 1);
  for (size_t at = 0, size; at < length; at += size)
    quote_point(text, decode((const uint8_t *)utf8 + at, length - at, &size));
  trace_text_add(text, "\"", 1);
}

void trace_text_show(trace_text *text, const char *utf8, size_t length) {
  size_t units = 0;
  for (size_t at = 0, size; at < length; at += size)
    units += decode((const uint8_t *)utf8 + at, length - at, &size) < 0x10000 ? 1 : 2;
  if (units > UNITS_SHOWN)
    trace_text_format(text, "string[%zu]", units);
  else
    trace_text_quote(text, utf8, length);
}

/* The class Node's error has. */
static const char *error_class(weir_err err) {
  switch (err) {
  case WEIR_ERR_INVALID_ARG_TYPE:
  case WEIR_ERR_INVALID_ARG_VALUE:
  case WEIR_ERR_INVALID_HANDLE_TYPE:
  case WEIR_ERR_INVALID_IP_ADDRESS:
  case WEIR_ERR_MISSING_ARGS:
  case WEIR_ERR_UNKNOWN_ENCODING: return "TypeError";
  case WEIR_ERR_INVALID_ADDRESS_FAMILY:
  case WEIR_ERR_OUT_OF_RANGE:
  case WEIR_ERR_SOCKET_BAD_PORT: return "RangeError";
  case WEIR_ABORT_ERR: return "AbortError";
  default: return "Error";
  }
}

static void add_endpoint(trace_text *text, const char *address_name, const char *port_name,
                         const weir_address *address) {
  char shown[WEIR_ADDRESS_TEXT_SIZE];
  if (address->family == WEIR_FAMILY_NONE) return;
  (void)weir_address_format(address, shown, sizeof shown);
  trace_text_format(text, " %s=%s", address_name, shown);
  if (address->port > 0) trace_text_format(text, " %s=%u", port_name, (unsigned)address->port);
}

/* A name on Linux may begin with a NUL. */
static void add_path(trace_text *text, const char *path, size_t length) {
  trace_text_format(text, " address=");
  for (size_t i = 0; i < length; i++)
    if (path[i] == '\0')
      trace_text_format(text, "\\u0000");
    else
      trace_text_add(text, path + i, 1);
}

/* Node names the host of a look-up "hostname", that of a family it does not know "host". */
static void add_host(trace_text *text, const weir_error *error) {
  if (error->host && !error->syscall && error->address.port > 0)
    trace_text_format(text, " port=%u", (unsigned)error->address.port);
  if (error->host)
    trace_text_format(text, " %s=%s", error->syscall ? "hostname" : "host", error->host);
}

void trace_text_error(trace_text *text, const weir_error *error) {
  char message[MESSAGE_SIZE];
  size_t length = weir_error_message(error, message, sizeof message);
  if (length >= sizeof message) length = sizeof message - 1;
  trace_text_format(text, "%s", error->errors ? "AggregateError" : error_class(error->code));
  /* A program's own error may have no code. */
  if (error->code != WEIR_OK) trace_text_format(text, " code=%s", weir_err_name(error->code));
  if (error->syscall) trace_text_format(text, " syscall=%s", error->syscall);
  if (error->path) add_path(text, error->path, error->path_length);
  /* Node says "no port" of a listen() on a path, and "no address" of one on a descriptor; weir_error
   * has none to say it with. */
  bool listened = error->syscall && strcmp(error->syscall, "listen") == 0;
  bool nowhere = !error->path && error->address.family == WEIR_FAMILY_NONE;
  if (listened && error->path) trace_text_format(text, " port=-1");
  if (listened && nowhere) trace_text_format(text, " address=null");
  add_endpoint(text, "address", "port", &error->address);
  add_endpoint(text, "localAddress", "localPort", &error->local_address);
  add_host(text, error);
  trace_text_format(text, " message=");
  trace_text_quote(text, message, length);
}

trace *trace_create(void) {
  return calloc(1, sizeof(trace));
}

void trace_free(trace *t) {
  if (!t) return;
  for (size_t i = 0; i < t->count; i++) trace_text_free(&t->lines[i].text);
  for (size_t i = 0; i < t->mask_count; i++) free(t->masks[i].value);
  free(t->masks);
  free(t->lines);
  free(t);
}

static trace_mask_entry *find_mask(const trace *t, const char *value) {
  for (size_t i = 0; i < t->mask_count; i++)
    if (strcmp(t->masks[i].value, value) == 0) return &t->masks[i];
  return NULL;
}

/* The longest value comes first: it may contain a shorter one. */
static trace_mask_entry *add_mask(trace *t, const char *value) {
  size_t at = t->mask_count;
  char *copy = malloc(strlen(value) + 1);
  trace_mask_entry *masks = realloc(t->masks, (t->mask_count + 1) * sizeof *masks);
  if (masks) t->masks = masks;
  if (!copy || !masks) {
    free(copy);
    t->failed = true;
    return NULL;
  }
  for (; at > 0 && strlen(masks[at - 1].value) < strlen(value); at--) masks[at] = masks[at - 1];
  masks[at].value = strcpy(copy, value);
  t->mask_count++;
  return &masks[at];
}

void trace_mask(trace *t, const char *value, const char *label) {
  trace_mask_entry *mask = find_mask(t, value) ? NULL : add_mask(t, value);
  if (mask) (void)snprintf(mask->label, LABEL_SIZE, "%s", label);
}

void trace_mask_port(trace *t, unsigned port, const char *label) {
  char value[16];
  (void)snprintf(value, sizeof value, "%u", port);
  trace_mask(t, value, label);
}

const char *trace_mask_of(const trace *t, unsigned port) {
  char value[16];
  (void)snprintf(value, sizeof value, "%u", port);
  const trace_mask_entry *mask = find_mask(t, value);
  return mask ? mask->label : NULL;
}

static trace_text *add_line(trace *t, const char *object) {
  if (t->count == t->capacity) {
    size_t capacity = t->capacity ? t->capacity * 2 : 32;
    trace_line *lines = realloc(t->lines, capacity * sizeof *lines);
    if (!lines) {
      t->failed = true;
      return NULL;
    }
    t->lines = lines;
    t->capacity = capacity;
  }
  trace_line *line = &t->lines[t->count++];
  memset(line, 0, sizeof *line);
  (void)snprintf(line->object, sizeof line->object, "%s", object);
  return &line->text;
}

void trace_log(trace *t, const char *object, const char *format, ...) {
  trace_text *text = add_line(t, object);
  va_list arguments;
  if (!text) return;
  va_start(arguments, format);
  add_formatted(text, format, arguments);
  va_end(arguments);
}

void trace_log_error(trace *t, const char *object, const char *event, const weir_error *error) {
  trace_text *text = add_line(t, object);
  if (!text) return;
  trace_text_format(text, "%s ", event);
  trace_text_error(text, error);
  for (size_t i = 0; error->errors && i < error->error_count; i++)
    trace_log_error(t, object, "  nested", error->errors[i]);
}

void trace_log_data(trace *t, const char *object, const uint8_t *data, size_t length) {
  trace_text *text = add_line(t, object);
  if (!text) return;
  trace_text_format(text, "data ");
  trace_text_bytes(text, data, length);
}

void trace_log_text(trace *t, const char *object, const char *utf8, size_t length) {
  trace_text *text = add_line(t, object);
  if (!text) return;
  trace_text_format(text, "data ");
  trace_text_show(text, utf8, length);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Behind "127.0.0.1:", "port=" or "localPort=": a count of bytes may be the same number. */
static bool is_port(const char *start, const char *at) {
  if (at > start && at[-1] == ':') return true;
  return at - start >= 4 && strncmp(at - 4, "ort=", 4) == 0;
}

static bool stands_here(const trace_mask_entry *mask, const char *start, const char *at) {
  size_t length = strlen(mask->value);
  if (strncmp(at, mask->value, length) != 0) return false;
  return !is_digit(mask->value[0]) || (is_port(start, at) && !is_digit(at[length]));
}

static const trace_mask_entry *mask_at(const trace *t, const char *start, const char *at) {
  for (size_t i = 0; i < t->mask_count; i++)
    if (stands_here(&t->masks[i], start, at)) return &t->masks[i];
  return NULL;
}

/* The digits of a port the system chose: those that end "Local (127.0.0.1:40000)"; 0: not there. */
static size_t ephemeral_port(const char *start, const char *at) {
  size_t digits = strspn(at, "0123456789");
  if (digits == 0 || at == start || at[-1] != ':' || at[digits] != ')') return 0;
  for (const char *open = at; open - start >= 6; open--)
    if (*open == '(') return strncmp(open - 6, "Local (", 7) == 0 ? digits : 0;
  return 0;
}

static void render_line(const trace *t, const trace_line *line, trace_text *out) {
  const char *start = line->text.bytes ? line->text.bytes : "";
  trace_text_format(out, "%s: ", line->object);
  for (const char *at = start; *at;) {
    const trace_mask_entry *mask = mask_at(t, start, at);
    size_t ephemeral = mask ? 0 : ephemeral_port(start, at);
    const char *label = mask ? mask->label : ephemeral ? "EPHEMERAL" : NULL;
    trace_text_add(out, label ? label : at, label ? strlen(label) : 1);
    at += mask ? strlen(mask->value) : ephemeral ? ephemeral : 1;
  }
  trace_text_add(out, "\n", 1);
}

static bool appeared_before(const trace *t, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (strcmp(t->lines[i].object, t->lines[index].object) == 0) return true;
  return false;
}

bool trace_render(const trace *t, bool global, trace_text *out_text) {
  bool failed = t->failed;
  for (size_t i = 0; i < t->count; i++) {
    failed = failed || t->lines[i].text.failed;
    if (global) render_line(t, &t->lines[i], out_text);
    if (global || appeared_before(t, i)) continue;
    for (size_t k = i; k < t->count; k++)
      if (strcmp(t->lines[k].object, t->lines[i].object) == 0)
        render_line(t, &t->lines[k], out_text);
  }
  return !failed && !out_text->failed;
}
