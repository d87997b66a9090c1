/* The lines Node printed about isIP() and SocketAddress, one by one. Lines that weir answers in
 * another way are declared here with the number they have in docs/divergences.md; one that is
 * neither answered nor declared fails. */
#include "weir/address.h"
#include "weir/base.h"

#include "conformance/clause.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512, TEXT = 1200 };

#define IS_IP_TRACE   "13-isip.txt"
#define ADDRESS_TRACE "12-socketaddress.txt"

/* How many lines were answered as Node did, and how many were declared. */
typedef struct tally {
  int same;
  int declared;
} tally;

static tally is_ip_tally;
static tally address_tally;

static FILE *open_golden(const char *name) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/%s", WEIR_GOLDEN_DIRECTORY, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s", path);
  return file;
}

/* The next line that is not empty, without its end; false at the next title. */
static bool next_line(FILE *file, char *line) {
  while (fgets(line, LINE, file)) {
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#') return false;
    if (line[0] != '\0') return true;
  }
  return false;
}

/* A file of which the next line is the first one below a title. */
static FILE *open_section(const char *name, const char *title) {
  char line[LINE];
  FILE *file = open_golden(name);
  while (fgets(line, LINE, file)) {
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#' && strcmp(line + 2, title) == 0) return file;
  }
  fail_msg("%s: no section %s", name, title);
  return NULL;
}

static void ends_with(tally *all, tally section, int same, int declared) {
  assert_int_equal(section.same, same);
  assert_int_equal(section.declared, declared);
  all->same += same;
  all->declared += declared;
}

static size_t put_utf8(char *out, unsigned long code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  out[0] = (char)(0xe0 | code >> 12);
  out[1] = (char)(0x80 | (code >> 6 & 0x3f));
  out[2] = (char)(0x80 | (code & 0x3f));
  return 3;
}

/* What stands between quotes, up to `length` characters, as UTF-8 with a NUL behind. */
static size_t unquote(const char *quoted, size_t length, char *out) {
  size_t size = 0;
  for (size_t i = 0; i < length; i++) {
    if (quoted[i] != '\\') {
      out[size++] = quoted[i];
    } else if (quoted[++i] == 'u') {
      char digits[5] = {0};
      memcpy(digits, quoted + i + 1, 4);
      size += put_utf8(out + size, strtoul(digits, NULL, 16));
      i += 4;
    } else {
      out[size++] = quoted[i] == 'n' ? '\n' : quoted[i] == 'r' ? '\r' : quoted[i];
    }
  }
  out[size] = '\0';
  return size;
}

/* The texts that Node's lines tell the length of only. */
static size_t long_text(size_t length, char *out) {
  memset(out, length == 308 ? 'z' : length == 1000 ? 'x' : length == 100 ? '1' : '0', length);
  if (length == 308) memcpy(out, "fe80::1%", 8);
  if (length == 203) memcpy(out + 200, "::1", 3);
  return length;
}

/* weir's line for the text that one of Node's lines shows. */
static void is_ip_line(const char *line, char *out) {
  static const char begin[] = "isIP: ";
  static char text[TEXT];
  const char *shown = line + strlen(begin);
  const char *arrow = strstr(shown, " -> ");
  assert_memory_equal(line, begin, strlen(begin));
  assert_non_null(arrow);
  size_t length = (size_t)(arrow - shown);
  size_t size;
  if (shown[0] == '"')
    size = unquote(shown + 1, length - 2, text);
  else if (strncmp(shown, "string[", 7) == 0)
    size = long_text(strtoul(shown + 7, NULL, 10), text);
  else
    size = unquote(shown, length, text); /* Node makes a text of other values first. */
  (void)snprintf(out, LINE, "%s%.*s -> %d v4=%s v6=%s", begin, (int)length, shown,
                 (int)weir_is_ip(text, size), weir_is_ipv4(text, size) ? "true" : "false",
                 weir_is_ipv6(text, size) ? "true" : "false");
}

static void is_ip_prints_what_node_printed(const char *title, int lines) {
  char line[LINE];
  char mine[LINE];
  tally section = {0};
  FILE *file = open_section(IS_IP_TRACE, title);
  for (; next_line(file, line); section.same++) {
    is_ip_line(line, mine);
    assert_string_equal(mine, line);
  }
  (void)fclose(file);
  ends_with(&is_ip_tally, section, lines, 0);
}

static void is_ip_of_the_documented_examples(void **state) {
  (void)state;
  CLAUSES("IP-01", "IP-04") {
    is_ip_prints_what_node_printed("documentation examples", 5);
  }
}

static void is_ip_of_ipv4_shapes(void **state) {
  (void)state;
  CLAUSES("IP-02", "IP-05") {
    is_ip_prints_what_node_printed("ipv4 shapes", 28);
  }
}

static void is_ip_of_ipv6_shapes(void **state) {
  (void)state;
  CLAUSES("IP-03", "IP-06") {
    is_ip_prints_what_node_printed("ipv6 shapes", 29);
  }
}

static void is_ip_of_ipv4_in_ipv6(void **state) {
  (void)state;
  CLAUSES("IP-07") {
    is_ip_prints_what_node_printed("ipv6 with an embedded ipv4", 18);
  }
}

static void is_ip_of_zones(void **state) {
  (void)state;
  CLAUSES("IP-08") {
    is_ip_prints_what_node_printed("zones", 15);
  }
}

static void is_ip_of_decorated_empty_and_long_texts(void **state) {
  (void)state;
  CLAUSES("IP-09", "IP-10") {
    is_ip_prints_what_node_printed("whitespace, NUL, brackets, other bytes", 23);
  }
}

/* The text that Node makes of each; IP-11 itself is shown with NULL, where texts are made up. */
static void is_ip_of_the_texts_of_other_values(void **state) {
  (void)state;
  is_ip_prints_what_node_printed("values that are not strings", 12);
}

/* How a line of Node's SocketAddress is made with weir, or why it is not. */
typedef struct row {
  const char *label;
  const char *declared; /* The difference; NULL: weir says the same. */
  const char *weir;     /* What weir says, if it is declared; NULL: C cannot write it. */
  weir_address_options options;
} row;

#define OPTIONS(address, family, port, flow)                                                       \
  { sizeof(weir_address_options), address, family, port, flow }
#define SAME(label, ...)                                                                           \
  { label, NULL, NULL, OPTIONS(__VA_ARGS__) }
#define DIFFERS(label, d, w, ...)                                                                  \
  { label, d, w, OPTIONS(__VA_ARGS__) }
#define CANNOT(label)                                                                              \
  { label, "D11", NULL, OPTIONS(NULL, FOUR, 0, 0) }
#define FOUR    WEIR_FAMILY_IPV4
#define SIX     WEIR_FAMILY_IPV6
#define UNKNOWN ((weir_family)5)

static const row rows[] = {
    SAME("()", NULL, FOUR, 0, 0),
    SAME("({})", NULL, FOUR, 0, 0),
    SAME("(undefined)", NULL, FOUR, 0, 0),
    SAME("({family: ipv4})", NULL, FOUR, 0, 0),
    SAME("({family: ipv6})", NULL, SIX, 0, 0),
    SAME("({port: 80})", NULL, FOUR, 80, 0),
    SAME("({family: ipv6, port: 80, flowlabel: 1})", NULL, SIX, 80, 1),
    DIFFERS("IPv4", "D16", "\"127.0.0.1 ipv4 0 0\"", NULL, FOUR, 0, 0),
    SAME("IPV6 without address", NULL, SIX, 0, 0),
    DIFFERS("IPv4 without address", "D16", "\"127.0.0.1 ipv4 0 0\"", NULL, FOUR, 0, 0),
    SAME("inet", NULL, UNKNOWN, 0, 0),
    SAME("4", NULL, UNKNOWN, 0, 0),
    SAME("null", NULL, UNKNOWN, 0, 0),
    SAME("empty", NULL, WEIR_FAMILY_NONE, 0, 0),
    DIFFERS("v6 \"::1%lo\"", "D14", "ERR_INVALID_ADDRESS", "::1%lo", SIX, 0, 0),
    DIFFERS("v6 \"fe80::1%1\"", "D14", "\"fe80::1%1 ipv6 0 0\"", "fe80::1%1", SIX, 0, 0),
    CANNOT("(\"1.1.1.1\")"),
    CANNOT("(null)"),
    CANNOT("([])"),
    CANNOT("(5)"),
    CANNOT("address 5"),
    CANNOT("address null"),
    SAME("port 0", NULL, FOUR, 0, 0),
    SAME("port 65535", NULL, FOUR, 65535, 0),
    SAME("port 65536", NULL, FOUR, 65536, 0),
    SAME("port -1", NULL, FOUR, -1, 0),
    CANNOT("port 1.5"),
    CANNOT("port null"),
    CANNOT("port \"\""),
    CANNOT("port \"x\""),
    CANNOT("port true"),
    SAME("port undefined", NULL, FOUR, 0, 0),
    SAME("ipv6 flowlabel 0", NULL, SIX, 0, 0),
    SAME("ipv6 flowlabel 1", NULL, SIX, 0, 1),
    SAME("ipv6 flowlabel 1048575", NULL, SIX, 0, 1048575),
    CANNOT("ipv6 flowlabel 4294967296"),
    CANNOT("ipv6 flowlabel -1"),
    CANNOT("ipv6 flowlabel 1.5"),
    CANNOT("ipv6 flowlabel \"1\""),
    CANNOT("ipv6 flowlabel null"),
    SAME("ipv6 flowlabel undefined", NULL, SIX, 0, 0),
    SAME("ipv4 flowlabel 7", NULL, FOUR, 0, 7),
    DIFFERS("ipv6 flowlabel 1048576", "D16", "ERR_OUT_OF_RANGE", NULL, SIX, 0, 1048576),
    DIFFERS("ipv6 flowlabel 4294967295", "D16", "ERR_OUT_OF_RANGE", NULL, SIX, 0, 4294967295),
    CANNOT("signal=SIGABRT"), /* A port that is text. */
};

/* "1.2.3.4 ipv4 80 0" in quotes, or the code of the error. */
static void describe(const weir_address_options *options, char *out) {
  weir_address address;
  char text[WEIR_ADDRESS_TEXT_SIZE];
  weir_err err = weir_address_make(options, &address);
  if (err != WEIR_OK) {
    (void)snprintf(out, LINE, "%s", weir_err_name(err));
    return;
  }
  (void)weir_address_format(&address, text, sizeof text);
  (void)snprintf(out, LINE, "\"%s ipv%d %u %lu\"", text, address.family, (unsigned)address.port,
                 (unsigned long)address.flow_label);
}

/* A label that is an address itself: v4 "..." and v6 "...", or the bare text. */
static row row_of_text(const char *label, char *text) {
  bool marked = strncmp(label, "v4 \"", 4) == 0 || strncmp(label, "v6 \"", 4) == 0;
  if (marked)
    (void)unquote(label + 4, strlen(label) - 5, text);
  else
    (void)unquote(label, strlen(label), text);
  bool six = marked ? label[1] == '6' : strchr(text, ':') != NULL;
  return (row)SAME(label, text, six ? SIX : FOUR, 0, 0);
}

static row find_row(const char *label, char *text) {
  for (size_t i = 0; i < COUNT_OF(rows); i++)
    if (strcmp(rows[i].label, label) == 0) return rows[i];
  return row_of_text(label, text);
}

/* Node's result, or only the code if it threw. */
static void expectation(const char *result, char *out) {
  const char *code = strstr(result, "code=");
  if (strncmp(result, "throws ", 7) == 0 && code)
    (void)snprintf(out, LINE, "%.*s", (int)strcspn(code + 5, " "), code + 5);
  else
    (void)snprintf(out, LINE, "%s", result);
}

/* One line: the same as Node's, or declared. */
static void judge(char *line, tally *section) {
  char text[TEXT];
  char expected[LINE];
  char mine[LINE];
  char *label = strstr(line, ": ") + 2;
  char *arrow = strstr(label, " -> ");
  if (arrow) *arrow = '\0';
  expectation(arrow ? arrow + 4 : "", expected);
  row found = find_row(label, text);
  describe(&found.options, mine);
  if (!found.declared) {
    if (strcmp(mine, expected) != 0) fail_msg("%s: %s, Node: %s", label, mine, expected);
    section->same++;
    return;
  }
  section->declared++;
  if (found.weir) assert_string_equal(mine, found.weir);
  if (found.weir) assert_string_not_equal(mine, expected);
}

static void make_does_what_node_printed(const char *title, int same, int declared) {
  char line[LINE];
  tally section = {0};
  FILE *file = open_section(ADDRESS_TRACE, title);
  while (next_line(file, line)) judge(line, &section);
  (void)fclose(file);
  ends_with(&address_tally, section, same, declared);
}

static void make_fills_in_the_defaults(void **state) {
  (void)state;
  CLAUSES("ADR-02", "ADR-03") {
    make_does_what_node_printed("defaults", 7, 0);
  }
}

static void make_knows_two_families(void **state) {
  (void)state;
  CLAUSES("ADR-02", "ADR-04") {
    make_does_what_node_printed("family spelling", 5, 2);
  }
}

static void make_gives_the_normal_form(void **state) {
  (void)state;
  CLAUSES("ADR-06") {
    make_does_what_node_printed("address text is normalised", 13, 0);
  }
}

static void make_refuses_what_is_no_address_of_the_family(void **state) {
  (void)state;
  CLAUSES("ADR-05", "ADR-07") {
    make_does_what_node_printed("invalid addresses", 24, 2);
  }
}

static void make_takes_the_ports_node_takes(void **state) {
  (void)state;
  CLAUSES("ADR-08") {
    make_does_what_node_printed("port range", 5, 6);
  }
}

static void make_takes_the_flow_labels_node_takes(void **state) {
  (void)state;
  CLAUSES("ADR-10", "ADR-11") {
    make_does_what_node_printed("flow label range", 5, 7);
  }
}

static void values_that_c_cannot_write_are_declared(void **state) {
  (void)state;
  make_does_what_node_printed("wrong types", 0, 6);
  make_does_what_node_printed("a port given as text passes validation but is not supported", 0, 1);
}

/* Lines about values, with the reason why weir has nothing to say to them. */
static const char *const beside_c[][2] = {
    {"value: isSocketAddress(instance)=true isSocketAddress({})=false "
     "isSocketAddress(undefined)=false",
     "the compiler knows the type"},
    {"value: assigning a property: TypeError", "a struct is read-only where it is const"},
};

static bool is_beside_c(const char *line) {
  for (size_t i = 0; i < COUNT_OF(beside_c); i++)
    if (strcmp(line, beside_c[i][0]) == 0) return true;
  return false;
}

static void json_is_what_node_printed(void **state) {
  (void)state;
  char line[LINE];
  char mine[LINE] = "value: ";
  tally section = {0};
  weir_address address;
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  options.port = 1;
  assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
  (void)weir_address_format_json(&address, mine + 7, sizeof mine - 7);
  FILE *file = open_section(ADDRESS_TRACE, "json form and recognition");
  CLAUSES("ADR-16") {
    assert_true(next_line(file, line));
    assert_string_equal(line, mine);
  }
  for (section.same = 1; next_line(file, line); section.declared++)
    if (!is_beside_c(line)) fail_msg("%s", line);
  (void)fclose(file);
  ends_with(&address_tally, section, 1, 2);
}

static int lines_of(const char *name) {
  char line[LINE];
  int lines = 0;
  FILE *file = open_golden(name);
  while (fgets(line, LINE, file)) lines += line[0] != '#' && line[0] != '\n' && line[0] != '\r';
  (void)fclose(file);
  return lines;
}

/* The last test: what the others have passed over. */
static void every_line_was_judged(void **state) {
  (void)state;
  assert_int_equal(is_ip_tally.same + is_ip_tally.declared, lines_of(IS_IP_TRACE));
  assert_int_equal(address_tally.same + address_tally.declared, lines_of(ADDRESS_TRACE));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_ip_of_the_documented_examples),
      cmocka_unit_test(is_ip_of_ipv4_shapes),
      cmocka_unit_test(is_ip_of_ipv6_shapes),
      cmocka_unit_test(is_ip_of_ipv4_in_ipv6),
      cmocka_unit_test(is_ip_of_zones),
      cmocka_unit_test(is_ip_of_decorated_empty_and_long_texts),
      cmocka_unit_test(is_ip_of_the_texts_of_other_values),
      cmocka_unit_test(make_fills_in_the_defaults),
      cmocka_unit_test(make_knows_two_families),
      cmocka_unit_test(make_gives_the_normal_form),
      cmocka_unit_test(make_refuses_what_is_no_address_of_the_family),
      cmocka_unit_test(make_takes_the_ports_node_takes),
      cmocka_unit_test(make_takes_the_flow_labels_node_takes),
      cmocka_unit_test(values_that_c_cannot_write_are_declared),
      cmocka_unit_test(json_is_what_node_printed),
      cmocka_unit_test(every_line_was_judged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
