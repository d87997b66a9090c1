/* The lines Node printed about isIP() and SocketAddress, one by one. Lines that weir answers in
 * another way are declared here with the number they have in docs/divergences.md. */
#include "weir/address.h"
#include "weir/base.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512, TEXT = 1200, IS_IP_LINES = 130, SAME_LINES = 59, DECLARED_LINES = 24 };

static FILE *open_golden(const char *name) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/%s", WEIR_GOLDEN_DIRECTORY, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s", path);
  return file;
}

/* The next line that is neither a title nor empty, without its end. */
static bool next_line(FILE *file, char *line) {
  while (fgets(line, LINE, file)) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '#' && line[0] != '\0') return true;
  }
  return false;
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

/* IP-01, IP-04, IP-05, IP-06, IP-07 */
/* IP-02, IP-03, IP-08, IP-09, IP-10 */
static void is_ip_prints_what_node_printed(void **state) {
  (void)state;
  static const char begin[] = "isIP: ";
  static char text[TEXT];
  char line[LINE];
  char mine[LINE];
  int lines = 0;
  FILE *file = open_golden("13-isip.txt");
  for (; next_line(file, line); lines++) {
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
    (void)snprintf(mine, sizeof mine, "%s%.*s -> %d v4=%s v6=%s", begin, (int)length, shown,
                   (int)weir_is_ip(text, size), weir_is_ipv4(text, size) ? "true" : "false",
                   weir_is_ipv6(text, size) ? "true" : "false");
    assert_string_equal(mine, line);
  }
  (void)fclose(file);
  assert_int_equal(lines, IS_IP_LINES);
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

/* ADR-02, ADR-03, ADR-05, ADR-06, ADR-08 */
/* ADR-04, ADR-07, ADR-10, ADR-11, ADR-17 */
static void make_does_what_node_printed(void **state) {
  (void)state;
  char line[LINE];
  char text[TEXT];
  int same = 0;
  int declared = 0;
  FILE *file = open_golden("12-socketaddress.txt");
  while (next_line(file, line)) {
    char expected[LINE];
    char mine[LINE];
    /* The JSON form has a test of its own; the others ask what C's types answer. */
    if (strncmp(line, "value: ", 7) == 0) continue;
    char *label = strstr(line, ": ") + 2;
    char *arrow = strstr(label, " -> ");
    if (arrow) *arrow = '\0';
    expectation(arrow ? arrow + 4 : "", expected);
    row found = find_row(label, text);
    describe(&found.options, mine);
    if (!found.declared) {
      if (strcmp(mine, expected) != 0) fail_msg("%s: %s, Node: %s", label, mine, expected);
      same++;
      continue;
    }
    declared++;
    if (found.weir) assert_string_equal(mine, found.weir);
    if (found.weir) assert_string_not_equal(mine, expected);
  }
  (void)fclose(file);
  assert_int_equal(same, SAME_LINES);
  assert_int_equal(declared, DECLARED_LINES);
}

/* ADR-16 */
static void json_is_what_node_printed(void **state) {
  (void)state;
  char line[LINE];
  char text[WEIR_ADDRESS_JSON_SIZE];
  weir_address address;
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  int found = 0;
  options.port = 1;
  assert_int_equal(weir_address_make(&options, &address), WEIR_OK);
  (void)weir_address_format_json(&address, text, sizeof text);
  FILE *file = open_golden("12-socketaddress.txt");
  while (next_line(file, line))
    if (strncmp(line, "value: ", 7) == 0 && strcmp(line + 7, text) == 0) found++;
  (void)fclose(file);
  assert_int_equal(found, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_ip_prints_what_node_printed),
      cmocka_unit_test(make_does_what_node_printed),
      cmocka_unit_test(json_is_what_node_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
