/* IP addresses in text form. Names of hosts and of interfaces are not known here. */
#include "weir/address.h"

#include <string.h>

enum { IPV4_BYTES = 4, IPV6_BYTES = 16, GROUPS = 8 };

/* Bytes of a text that is read from the front. */
typedef struct text_source {
  const char *at;
  const char *end;
} text_source;

static bool take(text_source *source, char wanted) {
  if (source->at == source->end || *source->at != wanted) return false;
  source->at++;
  return true;
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* 0..255 without leading zeros. */
static bool take_octet(text_source *source, uint8_t *out) {
  const char *start = source->at;
  unsigned value = 0;
  while (source->at < source->end && *source->at >= '0' && *source->at <= '9') {
    value = value * 10 + (unsigned)(*source->at++ - '0');
    if (value > 255) return false;
  }
  if (source->at == start) return false;
  if (*start == '0' && source->at - start > 1) return false;
  *out = (uint8_t)value;
  return true;
}

static bool take_ipv4(text_source *source, uint8_t *bytes) {
  for (int i = 0; i < IPV4_BYTES; i++) {
    if (i > 0 && !take(source, '.')) return false;
    if (!take_octet(source, &bytes[i])) return false;
  }
  return true;
}

/* One to four hexadecimal digits. */
static bool take_group(text_source *source, uint8_t *bytes) {
  unsigned value = 0;
  int digits = 0;
  while (source->at < source->end && digit_value(*source->at) >= 0) {
    if (++digits > 4) return false;
    value = value * 16 + (unsigned)digit_value(*source->at++);
  }
  bytes[0] = (uint8_t)(value >> 8);
  bytes[1] = (uint8_t)(value & 0xff);
  return digits > 0;
}

/* The last two groups may be written as IPv4. */
static bool take_ipv4_tail(text_source *source, uint8_t *bytes) {
  text_source probe = *source;
  if (!take_ipv4(&probe, bytes)) return false;
  *source = probe;
  return true;
}

/*
 * Groups separated by single colons, up to "::" or the end; the count goes to out_count. Before a
 * "::" there is no IPv4 tail, so in the head it has to complete the address.
 */
static bool take_groups(text_source *source, uint8_t *bytes, int room, int *out_count) {
  bool head = room == GROUPS;
  int count = 0;
  for (;;) {
    bool tail_fits = head ? count + 2 == room : count + 2 <= room;
    if (tail_fits && take_ipv4_tail(source, bytes + 2 * count)) {
      *out_count = count + 2;
      return true;
    }
    if (count == room || !take_group(source, bytes + 2 * count)) return false;
    count++;
    bool more = source->end - source->at > 1 && source->at[0] == ':' && source->at[1] != ':';
    if (!more) break;
    source->at++;
  }
  *out_count = count;
  return true;
}

static bool at_double_colon(const text_source *source) {
  return source->end - source->at >= 2 && source->at[0] == ':' && source->at[1] == ':';
}

static bool take_ipv6(text_source *source, uint8_t *bytes) {
  uint8_t head[IPV6_BYTES] = {0};
  uint8_t tail[IPV6_BYTES] = {0};
  int head_count = 0;
  int tail_count = 0;
  if (!at_double_colon(source) && !take_groups(source, head, GROUPS, &head_count)) return false;
  if (head_count == GROUPS) {
    memcpy(bytes, head, IPV6_BYTES);
    return true;
  }
  if (!at_double_colon(source)) return false;
  source->at += 2;
  bool more = source->at < source->end && *source->at != '%';
  if (more && !take_groups(source, tail, GROUPS - 1 - head_count, &tail_count)) return false;
  memset(bytes, 0, IPV6_BYTES);
  memcpy(bytes, head, 2 * (size_t)head_count);
  memcpy(bytes + IPV6_BYTES - 2 * tail_count, tail, 2 * (size_t)tail_count);
  return true;
}

static bool take_scope(text_source *source, uint32_t *out_scope) {
  uint64_t value = 0;
  if (source->at == source->end) return true;
  if (!take(source, '%') || source->at == source->end) return false;
  while (source->at < source->end && *source->at >= '0' && *source->at <= '9') {
    value = value * 10 + (uint64_t)(*source->at++ - '0');
    if (value > UINT32_MAX) return false;
  }
  *out_scope = (uint32_t)value;
  return source->at == source->end;
}

weir_err weir_address_parse(const char *text, size_t length, uint16_t port,
                            weir_address *out_address) {
  if (!text || !out_address) return WEIR_ERR_INVALID_ARG_TYPE;
  weir_address address = {0};
  text_source source = {text, text + length};
  address.port = port;
  if (take_ipv4(&source, address.bytes) && source.at == source.end) {
    address.family = WEIR_FAMILY_IPV4;
    *out_address = address;
    return WEIR_OK;
  }
  source.at = text;
  if (!take_ipv6(&source, address.bytes) || !take_scope(&source, &address.scope_id))
    return WEIR_ERR_INVALID_ADDRESS;
  address.family = WEIR_FAMILY_IPV6;
  *out_address = address;
  return WEIR_OK;
}

static char *put_number(char *at, unsigned value, unsigned base) {
  static const char digits[] = "0123456789abcdef";
  char reversed[10];
  int count = 0;
  do {
    reversed[count++] = digits[value % base];
    value /= base;
  } while (value > 0);
  while (count > 0) *at++ = reversed[--count];
  return at;
}

static char *put_ipv4(char *at, const uint8_t *bytes) {
  for (int i = 0; i < IPV4_BYTES; i++) {
    if (i > 0) *at++ = '.';
    at = put_number(at, bytes[i], 10);
  }
  return at;
}

static unsigned group(const uint8_t *bytes, int index) {
  return (unsigned)bytes[2 * index] << 8 | bytes[2 * index + 1];
}

/* The longest run of two or more zero groups, the first of equals. */
static int longest_zero_run(const uint8_t *bytes, int *out_length) {
  int best = -1;
  *out_length = 1;
  for (int i = 0; i < GROUPS; i++) {
    int length = 0;
    while (i + length < GROUPS && group(bytes, i + length) == 0) length++;
    if (length > *out_length) {
      best = i;
      *out_length = length;
    }
    i += length;
  }
  return best;
}

/* ::a.b.c.d and ::ffff:a.b.c.d end in the dotted form, as inet_ntop() writes them. */
static bool ends_dotted(const uint8_t *bytes, int run, int run_length) {
  return run == 0 && (run_length == 6 || (run_length == 5 && group(bytes, 5) == 0xffff));
}

static char *put_ipv6(char *at, const uint8_t *bytes) {
  int run_length;
  int run = longest_zero_run(bytes, &run_length);
  bool dotted = ends_dotted(bytes, run, run_length);
  int groups = dotted ? GROUPS - 2 : GROUPS;
  for (int i = 0; i < groups; i++) {
    if (i == run) {
      *at++ = ':';
      if (run + run_length >= groups) *at++ = ':';
      i += run_length - 1;
      continue;
    }
    if (i > 0) *at++ = ':';
    at = put_number(at, group(bytes, i), 16);
  }
  if (!dotted) return at;
  if (run + run_length < groups) *at++ = ':';
  return put_ipv4(at, bytes + 12);
}

size_t weir_address_format(const weir_address *address, char *buffer, size_t capacity) {
  char text[WEIR_ADDRESS_TEXT_SIZE];
  char *at = text;
  if (address && address->family == WEIR_FAMILY_IPV4) at = put_ipv4(at, address->bytes);
  if (address && address->family == WEIR_FAMILY_IPV6) {
    at = put_ipv6(at, address->bytes);
    if (address->scope_id != 0) {
      *at++ = '%';
      at = put_number(at, address->scope_id, 10);
    }
  }
  size_t length = (size_t)(at - text);
  if (!buffer || capacity == 0) return length;
  size_t fitting = length < capacity ? length : capacity - 1;
  memcpy(buffer, text, fitting);
  buffer[fitting] = '\0';
  return length;
}

const char *weir_address_family_name(const weir_address *address) {
  if (!address) return NULL;
  if (address->family == WEIR_FAMILY_IPV4) return "IPv4";
  if (address->family == WEIR_FAMILY_IPV6) return "IPv6";
  return NULL;
}

bool weir_address_equal(const weir_address *a, const weir_address *b) {
  if (!a || !b || a->family != b->family || a->port != b->port) return false;
  if (a->family == WEIR_FAMILY_IPV4) return memcmp(a->bytes, b->bytes, IPV4_BYTES) == 0;
  return a->scope_id == b->scope_id && memcmp(a->bytes, b->bytes, IPV6_BYTES) == 0;
}
