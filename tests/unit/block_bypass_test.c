/* Spellings by which an address that is blocked might get through: each is no address at all, or is
 * found; those that hide IPv4 in IPv6 other than mapped are found by a list that looks there. */
#include "conformance/clause.h"
#include "tests/unit/block_support.h"

#include <stdio.h>

/* What a spelling has to be. */
typedef enum verdict {
  NO_ADDRESS, /* Refused as an address and as a rule; no list matches it. */
  SAME,       /* Found by each list. */
  HIDDEN      /* Found by a list with `embedded`, not by one without: Node's semantics, BLK-14. */
} verdict;

typedef struct victim {
  uint8_t octet[4];
  weir_block_list *plain;
  weir_block_list *embedded;
  size_t spellings[3];
} victim;

static void judge(victim *v, verdict expected, const char *text) {
  weir_address address;
  v->spellings[expected]++;
  if (block_check(v->plain, text) != (expected == SAME)) fail_msg("plain: %s", text);
  if (block_check(v->embedded, text) != (expected != NO_ADDRESS)) fail_msg("embedded: %s", text);
  if (expected != NO_ADDRESS) return;
  if (weir_address_parse(text, strlen(text), 0, &address) == WEIR_OK) fail_msg("%s", text);
  if (block_add(v->plain, text) != WEIR_ERR_INVALID_ADDRESS) fail_msg("as a rule: %s", text);
}

/* Each set of octets in another notation. */
static void judge_notations(victim *v) {
  static const char *const formats[] = {"0%u", "00%u", "0%o", "00%o", "0x%x", "0X%X", "0x0%x"};
  for (size_t f = 0; f < COUNT_OF(formats); f++)
    for (unsigned set = 1; set < 16; set++) {
      char text[64];
      int length = 0;
      for (int i = 0; i < 4; i++) {
        const char *format = set >> i & 1 ? formats[f] : "%u";
        if (i > 0) text[length++] = '.';
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#endif
        length += snprintf(text + length, sizeof text - (size_t)length, format, v->octet[i]);
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
      }
      judge(v, NO_ADDRESS, text);
    }
}

static void judge_short_forms(victim *v) {
  const uint8_t *o = v->octet;
  unsigned long all =
      (unsigned long)o[0] << 24 | (unsigned long)o[1] << 16 | (unsigned long)o[2] << 8 | o[3];
  char text[128];
  (void)snprintf(text, sizeof text, "%lu", all);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "0x%lx", all);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "0%lo", all);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "%u.%lu", o[0], all & 0xffffff);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "%u.0x%lx", o[0], all & 0xffffff);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "%u.%u.%lu", o[0], o[1], all & 0xffff);
  judge(v, NO_ADDRESS, text);
  (void)snprintf(text, sizeof text, "%lu", all + (1UL << 16 << 16));
  judge(v, NO_ADDRESS, text);
}

static void judge_decorations(victim *v) {
  static const char *const around[][2] = {
      {" ", ""},     {"", " "},   {"\t", ""},       {"", "\n"},          {"", "\r\n"},
      {"[", "]"},    {"+", ""},   {"", "."},        {".", ""},           {"", "%1"},
      {"", "%eth0"}, {"", ":80"}, {"//", ""},       {"", "@x"},          {"", ".0"},
      {"0.", ""},    {"", "\v"},  {"::ffff:0", ""}, {"", "\\0"},         {"\"", "\""},
      {"ffff:", ""}, {":", ""},   {":ffff:", ""},   {"::ffff::", ""},    {"", "::"},
      {"::g:", ""},  {"", ","},   {"\xc2\xa0", ""}, {"", "\xe3\x80\x82"}};
  char plain[16], text[64];
  (void)snprintf(plain, sizeof plain, "%u.%u.%u.%u", v->octet[0], v->octet[1], v->octet[2],
                 v->octet[3]);
  for (size_t i = 0; i < COUNT_OF(around); i++) {
    (void)snprintf(text, sizeof text, "%s%s%s", around[i][0], plain, around[i][1]);
    judge(v, NO_ADDRESS, text);
  }
  judge(v, SAME, plain);
}

/* Groups in text; those of one run of zeros may be left out, and the last two may be dotted. */
static void spell(char *text, const uint8_t *bytes, const char *format, int run, int run_length,
                  bool dotted) {
  int groups = dotted ? 6 : 8;
  char *at = text;
  for (int i = 0; i < groups; i++) {
    if (i == run) {
      at += sprintf(at, i == 0 ? "::" : ":");
      i += run_length - 1;
      if (i == groups - 1 && dotted) break;
      continue;
    }
    unsigned group = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    if (strcmp(format, "%04x") == 0)
      at += sprintf(at, "%04x", group);
    else
      at += strcmp(format, "%X") == 0 ? sprintf(at, "%X", group) : sprintf(at, "%x", group);
    if (i < groups - 1 || dotted) *at++ = ':';
  }
  *at = '\0';
  if (dotted) (void)sprintf(at, "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
}

static bool is_zero(const uint8_t *bytes, int group) {
  return bytes[2 * group] == 0 && bytes[2 * group + 1] == 0;
}

/* Every way to leave out zeros, in every notation of the groups; with scopes. */
static void judge_ipv6(victim *v, verdict expected, const uint8_t *bytes) {
  static const char *const formats[] = {"%x", "%04x", "%X"};
  char text[96];
  for (size_t f = 0; f < COUNT_OF(formats); f++)
    for (int dotted = 0; dotted < 2; dotted++) {
      int groups = dotted ? 6 : 8;
      spell(text, bytes, formats[f], -1, 0, dotted);
      judge(v, expected, text);
      for (int run = 0; run < groups; run++)
        for (int end = run; end < groups && is_zero(bytes, end); end++) {
          spell(text, bytes, formats[f], run, end - run + 1, dotted);
          judge(v, expected, text);
        }
      strcat(text, f == 0 ? "%1" : "%eth0");
      judge(v, expected, text);
    }
}

static void judge_mapped(victim *v) {
  uint8_t bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  memcpy(bytes + 12, v->octet, 4);
  judge_ipv6(v, SAME, bytes);
  for (unsigned set = 0; set < 16; set++) {
    char text[64];
    (void)snprintf(text, sizeof text, "::%c%c%c%c:%u.%u.%u.%u", set & 1 ? 'F' : 'f',
                   set & 2 ? 'F' : 'f', set & 4 ? 'F' : 'f', set & 8 ? 'F' : 'f', v->octet[0],
                   v->octet[1], v->octet[2], v->octet[3]);
    judge(v, SAME, text);
  }
}

/* What is in front of the IPv4 address, and where its octets stand. */
typedef struct embedding {
  uint8_t start[12];
  uint8_t places[4];
  uint8_t flip;
} embedding;

static const embedding embeddings[] = {
    {{0}, {12, 13, 14, 15}, 0},                                              /* IPv4-compatible */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, {12, 13, 14, 15}, 0},       /* IPv4-translated */
    {{0, 0x64, 0xff, 0x9b}, {12, 13, 14, 15}, 0},                            /* NAT64 */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, {12, 13, 14, 15}, 0},                      /* NAT64, local, /96 */
    {{0, 0x64, 0xff, 0x9b, 0, 1, 7, 7}, {12, 13, 14, 15}, 0},                /* the same */
    {{0, 0x64, 0xff, 0x9b, 0, 1, 7, 7}, {9, 10, 11, 12}, 0},                 /* /64 */
    {{0, 0x64, 0xff, 0x9b, 0, 1, 7}, {7, 9, 10, 11}, 0},                     /* /56 */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, {6, 7, 9, 10}, 0},                         /* /48 */
    {{0x20, 0x02}, {2, 3, 4, 5}, 0},                                         /* 6to4 */
    {{0x20, 0x02, 0, 0, 0, 0, 0xab, 0xcd, 1, 2, 3, 4}, {2, 3, 4, 5}, 0},     /* 6to4, a host */
    {{0x20, 0x01}, {4, 5, 6, 7}, 0},                                         /* Teredo's server */
    {{0x20, 0x01, 0, 0, 9, 9, 9, 9, 0x80}, {12, 13, 14, 15}, 0xff},          /* Teredo's client */
    {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe}, {12, 13, 14, 15}, 0}, /* ISATAP */
    {{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 2, 0, 0x5e, 0xfe}, {12, 13, 14, 15}, 0},
};

static void judge_embedded(victim *v) {
  for (size_t i = 0; i < COUNT_OF(embeddings); i++) {
    const embedding *e = &embeddings[i];
    uint8_t bytes[16] = {0};
    memcpy(bytes, e->start, sizeof e->start);
    for (int octet = 0; octet < 4; octet++) bytes[e->places[octet]] = v->octet[octet] ^ e->flip;
    judge_ipv6(v, HIDDEN, bytes);
  }
}

static void no_spelling_gets_through(void **state) {
  static const uint8_t addresses[][4] = {{127, 0, 0, 1}, {169, 254, 169, 254}};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(addresses); i++) {
    victim v = {{0}, block_list_new(false), block_list_new(true), {0}};
    memcpy(v.octet, addresses[i], 4);
    weir_address address = {WEIR_FAMILY_IPV4, 0, 0, 0, {0}};
    memcpy(address.bytes, v.octet, 4);
    assert_int_equal(weir_block_list_add_address(v.plain, &address), WEIR_OK);
    assert_int_equal(weir_block_list_add_address(v.embedded, &address), WEIR_OK);
    CLAUSES("BLK-13", "BLK-14", "BLK-20", "BLK-21", "BLK-22") {
      judge_notations(&v);
      judge_short_forms(&v);
      judge_decorations(&v);
      judge_mapped(&v);
      judge_embedded(&v);
      assert_int_equal(weir_block_list_size(v.plain), 1);
    }
    printf("%zu are no address, %zu the same, %zu hidden\n", v.spellings[NO_ADDRESS],
           v.spellings[SAME], v.spellings[HIDDEN]);
    assert_true(v.spellings[NO_ADDRESS] >= 100);
    assert_true(v.spellings[SAME] >= 100);
    assert_true(v.spellings[HIDDEN] >= 200);
    weir_block_list_free(v.plain);
    weir_block_list_free(v.embedded);
  }
}

/* Nothing is found where there is nothing: neighbours of the forms, and :: and ::1. */
static void neighbours_of_the_forms_are_not_looked_into(void **state) {
  (void)state;
  static const char *const texts[] = {
      "::",
      "::1",
      "::1:7f00:1",
      "64:ff9b::1:7f00:1",
      "64:ff9a::127.0.0.1",
      "64:ff9b:2::127.0.0.1",
      "2003:7f00:1::",
      "2001:1::80ff:fffe",
      "fe80::5eff:127.0.0.1",
      "fe80::100:5efe:127.0.0.1",
      "::fffe:127.0.0.1",
      "::fffe:0:127.0.0.1",
      "1::ffff:127.0.0.1",
  };
  weir_block_list *list = block_list_new(true);
  assert_int_equal(block_add(list, "127.0.0.1"), WEIR_OK);
  assert_int_equal(block_add(list, "0.0.0.0/8"), WEIR_OK);
  for (size_t i = 0; i < COUNT_OF(texts); i++)
    if (block_check(list, texts[i])) fail_msg("%s", texts[i]);
  assert_true(block_check(list, "::2"));
  weir_block_list_free(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_spelling_gets_through),
      cmocka_unit_test(neighbours_of_the_forms_are_not_looked_into),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
