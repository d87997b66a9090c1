/* Which differences are meant; each has its number in docs/divergences.md. */
#include "conformance/addresses/declared.h"

#include <stdio.h>
#include <string.h>

/* A difference that is meant. */
typedef struct declared {
  const char *number;
  const char *what;
  bool (*is)(const difference *d);
  unsigned long count;
} declared;

static bool kind_is(const difference *d, const char *kind) {
  return case_field_is(&d->line->fields[0], kind);
}

static bool node_says(const difference *d, const char *answer) {
  return strcmp(d->line->answer, answer) == 0;
}

static bool weir_says(const difference *d, const char *answer) {
  return strcmp(d->weir, answer) == 0;
}

static const char *zone_of(const case_field *field) {
  const char *percent = memchr(field->bytes, '%', field->length);
  return percent ? percent + 1 : NULL;
}

/* A zone that is no number of 32 bits, so that weir_address_make() refuses it. */
static bool has_refused_zone(const case_field *field) {
  const char *zone = zone_of(field);
  uint64_t number = 0;
  if (!zone) return false;
  if (*zone == '\0') return true;
  for (; *zone >= '0' && *zone <= '9'; zone++) {
    number = number * 10 + (uint64_t)(*zone - '0');
    if (number > UINT32_MAX) return true;
  }
  return *zone != '\0';
}

static bool any_refused_zone(const case_line *line) {
  for (size_t i = 1; i < line->count; i++)
    if (has_refused_zone(&line->fields[i])) return true;
  return false;
}

/* D13: the ends are of two families; that one is a mapped one cannot be, weir takes those. */
static bool is_mixed_range(const difference *d) {
  return kind_is(d, "add_range") && node_says(d, "ok") && weir_says(d, "ERR_INVALID_ARG_VALUE") &&
         d->line->fields[1].bytes[3] != d->line->fields[3].bytes[3];
}

/* D14: Node drops a zone of any form; what it says to the rest of the line may be an error. */
static bool is_refused_zone(const difference *d) {
  if (!any_refused_zone(d->line) || kind_is(d, "ip")) return false;
  if (kind_is(d, "check")) return node_says(d, "true") && weir_says(d, "false");
  return weir_says(d, "ERR_INVALID_ADDRESS");
}

/* D14: of what stands before a zone Node looks at 39 characters only. */
static bool is_cut_before_zone(const difference *d) {
  enum { LOOKED_AT = 39 };
  if (kind_is(d, "ip")) return false;
  for (size_t i = 1; i < d->line->count; i++) {
    const char *zone = zone_of(&d->line->fields[i]);
    if (zone && zone - 1 - d->line->fields[i].bytes > LOOKED_AT) return true;
  }
  return false;
}

/* D14: weir prints the zone behind the address, and all else is the same. */
static bool is_printed_zone(const difference *d) {
  const char *zone = strchr(d->weir, '%');
  if (!kind_is(d, "address") || !zone || !zone_of(&d->line->fields[2])) return false;
  size_t before = (size_t)(zone - d->weir);
  const char *rest = zone + 1 + strspn(zone + 1, "0123456789");
  return strncmp(d->line->answer, d->weir, before) == 0 &&
         strcmp(d->line->answer + before, rest) == 0;
}

/* D16: with a family in capitals Node takes the default address of the other family. */
static bool is_family_spelling(const difference *d) {
  return kind_is(d, "address") && case_field_is(&d->line->fields[2], "*") &&
         node_says(d, "ERR_INVALID_ADDRESS") && d->weir[0] == '{';
}

/* Whether the address is in one of the list's ranges of IPv6, which is not one of mapped addresses
 * only. */
static bool in_plain_range(const weir_block_list *list, const uint8_t *ip) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static const char kind[] = "Range: IPv6 ";
  char rule[WEIR_BLOCK_LIST_RULE_SIZE];
  for (size_t i = 0; weir_block_list_rule(list, i, rule, sizeof rule) > 0; i++) {
    weir_address start;
    weir_address end;
    char *dash = strchr(rule, '-');
    if (strncmp(rule, kind, sizeof kind - 1) != 0 || !dash) continue;
    const char *first = rule + sizeof kind - 1;
    if (weir_address_parse(first, (size_t)(dash - first), 0, &start) != WEIR_OK ||
        weir_address_parse(dash + 1, strlen(dash + 1), 0, &end) != WEIR_OK)
      continue;
    bool plain = memcmp(start.bytes, mapped, sizeof mapped) != 0 ||
                 memcmp(end.bytes, mapped, sizeof mapped) != 0;
    if (plain && memcmp(start.bytes, ip, 16) <= 0 && memcmp(ip, end.bytes, 16) <= 0) return true;
  }
  return false;
}

/* D51: Node compares no IPv4 address with an end that is not mapped, and blocks the mapped form. */
static bool is_ipv4_in_plain_range(const difference *d) {
  uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  weir_address address;
  if (!kind_is(d, "check") || !node_says(d, "false") || !weir_says(d, "true")) return false;
  const case_field *text = &d->line->fields[2];
  if (weir_address_parse(text->bytes, text->length, 0, &address) != WEIR_OK) return false;
  memcpy(ip + 12, address.bytes, 4);
  return address.family == WEIR_FAMILY_IPV4 && in_plain_range(d->list, ip);
}

static declared declarations[] = {
    {"D13", "a range with ends of two families", is_mixed_range, 0},
    {"D14", "a zone that is no number is refused", is_refused_zone, 0},
    {"D14", "a zone that is a number is printed", is_printed_zone, 0},
    {"D14", "before a zone Node reads 39 characters", is_cut_before_zone, 0},
    {"D51", "IPv4 inside a range of plain IPv6", is_ipv4_in_plain_range, 0},
    {"D16", "the family's spelling picks no default", is_family_spelling, 0},
};

enum { DECLARATIONS = sizeof declarations / sizeof declarations[0] };

bool declared_count(const difference *d) {
  for (size_t i = 0; i < DECLARATIONS; i++) {
    if (!declarations[i].is(d)) continue;
    declarations[i].count++;
    return true;
  }
  return false;
}

void declared_print(void) {
  for (size_t i = 0; i < DECLARATIONS; i++)
    printf("%s, %s: %lu\n", declarations[i].number, declarations[i].what, declarations[i].count);
}
