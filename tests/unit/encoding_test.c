/* Encodings and the decoder beside what Node's answers show: arguments, limits, every character. */
#include "weir/encoding.h"

#include "conformance/clause.h"
#include "core/utf8.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

static const weir_encoding all[] = {
    WEIR_ENCODING_UTF8, WEIR_ENCODING_UTF16LE, WEIR_ENCODING_LATIN1,   WEIR_ENCODING_ASCII,
    WEIR_ENCODING_HEX,  WEIR_ENCODING_BASE64,  WEIR_ENCODING_BASE64URL};

static void names_are_checked(void **state) {
  weir_encoding encoding = WEIR_ENCODING_HEX;
  (void)state;
  assert_int_equal(weir_encoding_parse(NULL, 4, &encoding), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_encoding_parse("utf8", 4, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  CLAUSES("STR-18", "STR-41") {
    assert_int_equal(weir_encoding_parse("nope", 4, &encoding), WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(weir_encoding_parse("", 0, &encoding), WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(weir_encoding_parse("utf8\0", 5, &encoding), WEIR_ERR_UNKNOWN_ENCODING);
    assert_int_equal(encoding, WEIR_ENCODING_HEX);
    assert_int_equal(weir_encoding_parse("utf8x", 4, &encoding), WEIR_OK);
    assert_int_equal(encoding, WEIR_ENCODING_UTF8);
  }
  for (size_t i = 0; i < COUNT_OF(all); i++) {
    const char *name = weir_encoding_name(all[i]);
    assert_int_equal(weir_encoding_parse(name, strlen(name), &encoding), WEIR_OK);
    assert_int_equal(encoding, all[i]);
  }
  assert_null(weir_encoding_name(WEIR_ENCODING_NONE));
  assert_null(weir_encoding_name((weir_encoding)8));
}

static void encoding_takes_odd_arguments(void **state) {
  uint8_t bytes[4];
  (void)state;
  assert_int_equal(weir_encoding_encode(WEIR_ENCODING_UTF8, NULL, 0, NULL, 0), 0);
  assert_int_equal(weir_encoding_encode((weir_encoding)99, "abc", 3, bytes, 4), 0);
  assert_int_equal(weir_encoding_encode(WEIR_ENCODING_LATIN1, "abc", 3, NULL, 4), 3);
  assert_int_equal(weir_encoding_encode(WEIR_ENCODING_NONE, "\xff\x00", 2, bytes, 4), 2);
  assert_memory_equal(bytes, "\xff\x00", 2);
}

static void broken_text_is_mended_before_it_is_encoded(void **state) {
  uint8_t bytes[16];
  (void)state;
  CLAUSES("STR-44") {
    size_t length = weir_encoding_encode(WEIR_ENCODING_UTF8,
                                         "a\xf0\x9f\x98"
                                         "b\x80",
                                         6, bytes, sizeof bytes);
    assert_int_equal(length, 8);
    assert_memory_equal(bytes,
                        "a\xef\xbf\xbd"
                        "b\xef\xbf\xbd",
                        8);
    length = weir_encoding_encode(WEIR_ENCODING_UTF16LE, "\xe2\x82", 2, bytes, sizeof bytes);
    assert_int_equal(length, 2);
    assert_memory_equal(bytes, "\xfd\xff", 2);
  }
}

static void a_decoder_checks_its_arguments(void **state) {
  weir_decoder decoder;
  weir_decoder zeroed = {WEIR_ENCODING_NONE, {0}, 0, {0}};
  char text[WEIR_DECODER_TEXT_SIZE(1)];
  size_t length = 77;
  (void)state;
  assert_int_equal(weir_decoder_init(NULL, WEIR_ENCODING_UTF8), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_init(&decoder, WEIR_ENCODING_NONE), WEIR_ERR_UNKNOWN_ENCODING);
  assert_int_equal(weir_decoder_init(&decoder, (weir_encoding)99), WEIR_ERR_UNKNOWN_ENCODING);
  assert_int_equal(weir_decoder_init(&decoder, WEIR_ENCODING_UTF8), WEIR_OK);
  assert_int_equal(weir_decoder_write(NULL, "a", 1, text, sizeof text, &length),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_write(&decoder, NULL, 1, text, sizeof text, &length),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_write(&decoder, "a", 1, NULL, 0, &length),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_write(&decoder, "a", 1, text, sizeof text, NULL),
                   WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_end(&decoder, text, sizeof text, NULL), WEIR_ERR_INVALID_ARG_TYPE);
  assert_int_equal(weir_decoder_write(&zeroed, "a", 1, text, sizeof text, &length),
                   WEIR_ERR_UNKNOWN_ENCODING);
  assert_int_equal(weir_decoder_end(&zeroed, text, sizeof text, &length),
                   WEIR_ERR_UNKNOWN_ENCODING);
  assert_int_equal(length, 77);
}

static void a_buffer_that_may_be_too_small_changes_nothing(void **state) {
  weir_decoder decoder;
  char text[WEIR_DECODER_TEXT_SIZE(1)];
  size_t length = 77;
  (void)state;
  assert_int_equal(weir_decoder_init(&decoder, WEIR_ENCODING_UTF8), WEIR_OK);
  assert_int_equal(weir_decoder_write(&decoder, "\xe2", 1, text, sizeof text, &length), WEIR_OK);
  assert_int_equal(length, 0);
  length = 77;
  assert_int_equal(weir_decoder_write(&decoder, "\x82", 1, text, sizeof text - 1, &length),
                   WEIR_ENOBUFS);
  assert_int_equal(weir_decoder_write(&decoder, "\x82", SIZE_MAX, text, sizeof text, &length),
                   WEIR_ENOBUFS);
  assert_int_equal(weir_decoder_end(&decoder, text, WEIR_DECODER_TEXT_SIZE(0) - 1, &length),
                   WEIR_ENOBUFS);
  assert_int_equal(length, 77);
  assert_int_equal(weir_decoder_write(&decoder, "\x82", 1, text, sizeof text, &length), WEIR_OK);
  assert_int_equal(weir_decoder_write(&decoder, "\xac", 1, text, sizeof text, &length), WEIR_OK);
  assert_int_equal(length, 3);
  assert_memory_equal(text, "\xe2\x82\xac", 3);
}

static void a_decoder_is_a_value_and_new_after_its_end(void **state) {
  weir_decoder decoder;
  char text[WEIR_DECODER_TEXT_SIZE(4)];
  size_t length;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(all); i++) {
    weir_decoder fresh;
    assert_int_equal(weir_decoder_init(&decoder, all[i]), WEIR_OK);
    fresh = decoder;
    assert_int_equal(weir_decoder_write(&decoder, "\xf0", 1, text, sizeof text, &length), WEIR_OK);
    weir_decoder copy = decoder;
    assert_int_equal(weir_decoder_end(&decoder, text, sizeof text, &length), WEIR_OK);
    char again[WEIR_DECODER_TEXT_SIZE(4)];
    size_t again_length;
    assert_int_equal(weir_decoder_end(&copy, again, sizeof again, &again_length), WEIR_OK);
    assert_int_equal(again_length, length);
    assert_memory_equal(again, text, length);
    assert_int_equal(decoder.held_length, fresh.held_length);
    assert_int_equal(weir_decoder_end(&decoder, text, sizeof text, &length), WEIR_OK);
    assert_int_equal(length, 0);
  }
}

static void every_character_survives(void **state) {
  (void)state;
  CLAUSES("STR-40", "STR-42") {
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
      char text[4];
      uint8_t units[4];
      char back[WEIR_DECODER_TEXT_SIZE(4)];
      weir_decoder decoder;
      size_t back_length;
      if (point >= 0xD800 && point <= 0xDFFF) continue;
      size_t length = weirc_utf8_put(point, text);
      assert_int_equal(weirc_utf8_valid_length((const uint8_t *)text, length), length);
      size_t count = weir_encoding_encode(WEIR_ENCODING_UTF16LE, text, length, units, sizeof units);
      assert_int_equal(count, point < 0x10000 ? 2 : 4);
      assert_int_equal(weir_decoder_init(&decoder, WEIR_ENCODING_UTF16LE), WEIR_OK);
      assert_int_equal(weir_decoder_write(&decoder, units, count, back, sizeof back, &back_length),
                       WEIR_OK);
      assert_int_equal(back_length, length);
      assert_memory_equal(back, text, length);
    }
  }
}

static void the_whole_part_of_a_text_is_found(void **state) {
  uint8_t text[64];
  (void)state;
  memset(text, 'a', sizeof text);
  for (size_t at = 0; at < sizeof text; at++) {
    text[at] = 0x80;
    assert_int_equal(weirc_utf8_valid_length(text, sizeof text), at);
    text[at] = 0xC3;
    assert_int_equal(weirc_utf8_valid_length(text, at + 1), at);
    text[at] = 'a';
  }
  memcpy(text + 20, "\xef\xbf\xbd\xef\xbb\xbf\xed\x9f\xbf", 9);
  assert_int_equal(weirc_utf8_valid_length(text, sizeof text), sizeof text);
  assert_int_equal(weirc_utf8_valid_length(text, 0), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_checked),
      cmocka_unit_test(encoding_takes_odd_arguments),
      cmocka_unit_test(broken_text_is_mended_before_it_is_encoded),
      cmocka_unit_test(a_decoder_checks_its_arguments),
      cmocka_unit_test(a_buffer_that_may_be_too_small_changes_nothing),
      cmocka_unit_test(a_decoder_is_a_value_and_new_after_its_end),
      cmocka_unit_test(every_character_survives),
      cmocka_unit_test(the_whole_part_of_a_text_is_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
