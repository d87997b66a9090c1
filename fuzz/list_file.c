/* Texts of block lists: all of a text is taken or nothing, and what was taken is written so that it
 * makes the same list. */
#include "fuzz/fuzz.h"
#include "weir/block_list.h"

#include <string.h>

/* All of a list's rules; memory of the caller. */
static char *text_of(const weir_block_list *list, size_t *out_length) {
  size_t length = weir_block_list_to_text(list, NULL, 0);
  char *text = malloc(length + 1);
  FUZZ_CHECK(text != NULL);
  FUZZ_CHECK(weir_block_list_to_text(list, text, length + 1) == length);
  FUZZ_CHECK(strlen(text) == length);
  *out_length = length;
  return text;
}

/* A list with two rules, to see that they stay. */
static weir_block_list *make_list(void) {
  static const char rules[] = "192.0.2.0/24\n2001:db8::1-2001:db8::ff\n";
  weir_block_list *list;
  FUZZ_CHECK(weir_block_list_create(NULL, &list) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_from_text(list, rules, sizeof rules - 1, NULL) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_size(list) == 2);
  return list;
}

static size_t count_lines(const char *text, size_t length) {
  size_t lines = 1;
  for (size_t i = 0; i < length; i++) lines += text[i] == '\n';
  return lines;
}

/* The lines before the one that was refused are taken, and it is refused without them as well. The
 * line feed before it goes with it, since a byte order mark is allowed at the front of a text only.
 */
static void check_refused_line(const char *text, size_t length, size_t line, weir_err err) {
  weir_block_list *list;
  const char *at = text;
  const char *end = text + length;
  size_t refused = 0;
  FUZZ_CHECK(line >= 1 && line <= count_lines(text, length));
  for (size_t i = 1; i < line; i++) at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  if (!stop) stop = end;
  FUZZ_CHECK(weir_block_list_create(NULL, &list) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_from_text(list, text, (size_t)(at - text), NULL) == WEIR_OK);
  if (line > 1) at--;
  FUZZ_CHECK(weir_block_list_from_text(list, at, (size_t)(stop - at), &refused) == err);
  FUZZ_CHECK(refused == (line > 1 ? 2 : 1));
  weir_block_list_free(list);
}

static void check_round_trip(const weir_block_list *list, const char *text, size_t length) {
  weir_block_list *again;
  size_t again_length;
  FUZZ_CHECK(weir_block_list_create(NULL, &again) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_from_text(again, text, length, NULL) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_size(again) == weir_block_list_size(list));
  char *again_text = text_of(again, &again_length);
  FUZZ_CHECK(again_length == length && memcmp(again_text, text, length) == 0);
  free(again_text);
  weir_block_list_free(again);
}

/* Each rule taken away by its own text, the newest first, leaves nothing. */
static void check_removal(weir_block_list *list) {
  char rule[WEIR_BLOCK_LIST_RULE_SIZE];
  for (size_t left = weir_block_list_size(list); left > 0; left--) {
    size_t length = weir_block_list_rule(list, 0, rule, sizeof rule);
    FUZZ_CHECK(length > 0 && length < sizeof rule);
    FUZZ_CHECK(weir_block_list_remove_rule(list, rule, length) == WEIR_OK);
    FUZZ_CHECK(weir_block_list_size(list) == left - 1);
  }
  FUZZ_CHECK(!weir_block_list_check_text(list, "192.0.2.1", 9));
}

/* A scope, which is passed over, may hold what ends or begins a line, a comment or a blank there.
 */
static bool is_same_as_line(const char *text, size_t length) {
  static const char special[] = " \t\r\n\v\f#;";
  if (!memchr(text, '%', length)) return true;
  for (size_t i = 0; i < length; i++)
    if (memchr(special, text[i], sizeof special - 1)) return false;
  return true;
}

/* One rule alone: what weir_block_list_add_rule() takes, a text of one line takes as well. */
static void check_single(const char *text, size_t length) {
  weir_block_list *one;
  weir_block_list *other;
  FUZZ_CHECK(weir_block_list_create(NULL, &one) == WEIR_OK);
  FUZZ_CHECK(weir_block_list_create(NULL, &other) == WEIR_OK);
  if (weir_block_list_add_rule(one, text, length) == WEIR_OK) {
    FUZZ_CHECK(weir_block_list_size(one) == 1);
    weir_err err = weir_block_list_from_text(other, text, length, NULL);
    if (is_same_as_line(text, length)) {
      FUZZ_CHECK(err == WEIR_OK && weir_block_list_size(other) == 1);
    }
    FUZZ_CHECK(weir_block_list_remove_rule(one, text, length) == WEIR_OK);
  }
  FUZZ_CHECK(weir_block_list_size(one) == 0);
  weir_block_list_free(one);
  weir_block_list_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t before_length;
  size_t after_length;
  size_t line = 77;
  char *text = fuzz_copy(data, size);
  weir_block_list *list = make_list();
  char *before = text_of(list, &before_length);
  weir_err err = weir_block_list_from_text(list, text, size, &line);
  char *after = text_of(list, &after_length);
  /* What was there is older, so it stands behind what was added. */
  FUZZ_CHECK(after_length >= before_length);
  FUZZ_CHECK(memcmp(after + after_length - before_length, before, before_length) == 0);
  if (err == WEIR_OK) {
    FUZZ_CHECK(line == 0);
    check_round_trip(list, after, after_length);
  } else {
    FUZZ_CHECK(after_length == before_length);
    check_refused_line(text, size, line, err);
  }
  check_removal(list);
  check_single(text, size);
  free(after);
  free(before);
  weir_block_list_free(list);
  free(text);
  return 0;
}
