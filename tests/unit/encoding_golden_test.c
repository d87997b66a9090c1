/* Each line of conformance/encodings/sample.txt: what Node made of names, bytes and text, and what
 * weir makes of them; bytes in one piece and cut in every way into three. */
#include "weir/encoding.h"

#include "conformance/clause.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 2048, BYTES = 64, PIECES = 4 };

/* Bytes that a line has in hexadecimal. */
typedef struct bytes {
  uint8_t data[BYTES];
  size_t length;
} bytes;

/* What a decoder gave for three pieces and the end of input. */
typedef struct answer {
  char text[WEIR_DECODER_TEXT_SIZE(BYTES) * PIECES];
  size_t length;
  size_t parts[PIECES];
} answer;

static void read_bytes(const char *digits, bytes *out) {
  out->length = 0;
  if (strcmp(digits, "-") == 0) return;
  out->length = strlen(digits) / 2;
  assert_true(out->length <= BYTES);
  for (size_t i = 0; i < out->length; i++) {
    char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
    out->data[i] = (uint8_t)strtoul(pair, NULL, 16);
  }
}

static weir_encoding encoding_of(const char *name) {
  weir_encoding encoding = WEIR_ENCODING_NONE;
  assert_int_equal(weir_encoding_parse(name, strlen(name), &encoding), WEIR_OK);
  return encoding;
}

static void check_name(char *words[]) {
  weir_encoding encoding = (weir_encoding)77;
  weir_err err = weir_encoding_parse(words[1], strlen(words[1]), &encoding);
  if (err == WEIR_OK) {
    assert_string_equal(weir_encoding_name(encoding), words[3]);
    return;
  }
  assert_string_equal(weir_err_name(err), words[3]);
  assert_int_equal(encoding, 77);
}

static void check_encode(char *words[]) {
  bytes text;
  bytes wanted;
  uint8_t made[BYTES * 2 + 1];
  weir_encoding encoding = encoding_of(words[1]);
  read_bytes(words[2], &text);
  read_bytes(words[4], &wanted);
  const char *utf8 = (const char *)text.data;
  assert_int_equal(weir_encoding_encode(encoding, utf8, text.length, NULL, 0), wanted.length);
  for (size_t fits = 0; fits <= wanted.length; fits++) {
    memset(made, 0xA5, sizeof made);
    size_t length = weir_encoding_encode(encoding, utf8, text.length, made, fits);
    assert_int_equal(length, wanted.length);
    assert_memory_equal(made, wanted.data, fits);
    assert_int_equal(made[fits], 0xA5);
  }
}

static void write_piece(weir_decoder *decoder, const uint8_t *data, size_t length, answer *out,
                        size_t part) {
  assert_int_equal(weir_decoder_write(decoder, data, length, out->text + out->length,
                                      WEIR_DECODER_TEXT_SIZE(length), &out->parts[part]),
                   WEIR_OK);
  out->length += out->parts[part];
}

static void decode(weir_encoding encoding, const bytes *from, size_t first, size_t second,
                   answer *out) {
  weir_decoder decoder;
  out->length = 0;
  assert_int_equal(weir_decoder_init(&decoder, encoding), WEIR_OK);
  write_piece(&decoder, from->data, first, out, 0);
  write_piece(&decoder, from->data + first, second - first, out, 1);
  write_piece(&decoder, from->data + second, from->length - second, out, 2);
  assert_int_equal(weir_decoder_end(&decoder, out->text + out->length, WEIR_DECODER_TEXT_SIZE(0),
                                    &out->parts[3]),
                   WEIR_OK);
  out->length += out->parts[3];
}

/* Takes "1.0.3.0," off the list of splits. */
static const char *check_parts(const char *splits, const answer *made) {
  for (size_t i = 0; i < PIECES; i++) {
    char *end;
    assert_int_equal(strtoul(splits, &end, 10), made->parts[i]);
    splits = end + (*end != '\0');
  }
  return splits;
}

static void check_decode(char *words[]) {
  bytes from;
  bytes wanted;
  const char *splits = words[5];
  weir_encoding encoding = encoding_of(words[1]);
  bool exact = strcmp(splits, "*") != 0;
  read_bytes(words[2], &from);
  read_bytes(words[4], &wanted);
  for (size_t first = 0; first <= from.length; first++)
    for (size_t second = first; second <= from.length; second++) {
      answer made;
      decode(encoding, &from, first, second, &made);
      assert_int_equal(made.length, wanted.length);
      assert_memory_equal(made.text, wanted.data, wanted.length);
      if (exact) splits = check_parts(splits, &made);
    }
  if (exact) assert_int_equal(*splits, '\0');
}

/* Checks all lines of a kind. @return how many */
static size_t check_lines(const char *kind, void (*check)(char *words[])) {
  char line[LINE];
  size_t count = 0;
  FILE *file = fopen(WEIR_ENCODING_SAMPLE, "rb");
  if (!file) fail_msg("%s", WEIR_ENCODING_SAMPLE);
  while (fgets(line, sizeof line, file)) {
    char *words[6] = {NULL};
    char *rest = line;
    assert_non_null(strchr(line, '\n'));
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < COUNT_OF(words) && rest; i++) {
      words[i] = rest;
      rest = strchr(rest, ' ');
      if (rest) *rest++ = '\0';
    }
    if (strcmp(words[0], kind) != 0) continue;
    print_message("%s %s %s\n", kind, words[1], words[2]);
    check(words);
    count++;
  }
  (void)fclose(file);
  return count;
}

static void names_are_nodes(void **state) {
  (void)state;
  CLAUSES("STR-41") {
    assert_int_equal(check_lines("name", check_name), 36);
  }
}

static void text_becomes_nodes_bytes(void **state) {
  (void)state;
  CLAUSES("STR-42") {
    assert_int_equal(check_lines("encode", check_encode), 7 * 56);
  }
}

static void bytes_become_nodes_text_in_nodes_pieces(void **state) {
  (void)state;
  CLAUSES("STR-39", "STR-40", "STR-41", "STR-44") {
    assert_int_equal(check_lines("decode", check_decode), 7 * 75);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_nodes),
                                     cmocka_unit_test(text_becomes_nodes_bytes),
                                     cmocka_unit_test(bytes_become_nodes_text_in_nodes_pieces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
