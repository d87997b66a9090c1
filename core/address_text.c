/* The tables of address_text.h, made by the preprocessor. What they are used for is not known here.
 */
#include "core/address_text.h"

#define DECIMAL(v) ((uint32_t)('0' + (v) % 10))
#define DOT        ((uint32_t)'.')
#define ONE(v)     (DECIMAL(v) | DOT << 8)
#define TWO(v)     (DECIMAL((v) / 10) | DECIMAL(v) << 8 | DOT << 16)
#define THREE(v)   (DECIMAL((v) / 100) | DECIMAL((v) / 10) << 8 | DECIMAL(v) << 16 | DOT << 24)
#define OCTET(v)   ((v) < 10 ? ONE(v) : (v) < 100 ? TWO(v) : THREE(v))

#define HEX(v) ((char)((v) < 10 ? '0' + (v) : 'a' + (v)-10))
#define PAIR(v)                                                                                    \
  { HEX((v) / 16), HEX((v) % 16) }

/* A row of sixteen, and all sixteen rows. */
#define ROW(of, v)                                                                                 \
  of(v), of((v) + 1), of((v) + 2), of((v) + 3), of((v) + 4), of((v) + 5), of((v) + 6),             \
      of((v) + 7), of((v) + 8), of((v) + 9), of((v) + 10), of((v) + 11), of((v) + 12),             \
      of((v) + 13), of((v) + 14), of((v) + 15)
#define ROWS(of)                                                                                   \
  ROW(of, 0), ROW(of, 16), ROW(of, 32), ROW(of, 48), ROW(of, 64), ROW(of, 80), ROW(of, 96),        \
      ROW(of, 112), ROW(of, 128), ROW(of, 144), ROW(of, 160), ROW(of, 176), ROW(of, 192),          \
      ROW(of, 208), ROW(of, 224), ROW(of, 240)

const uint32_t weirc_octet_texts[256] = {ROWS(OCTET)};

/* Where no text has a sum: what has another one, so that no text equals it. */
#define NO_TEXT(sum) ((sum) == 0)
#define TWO_DIGITS(sum)                                                                            \
  (uint16_t)((sum)-WEIRC_TWO_DIGITS_SURPLUS >= 10 && (sum)-WEIRC_TWO_DIGITS_SURPLUS <= 99          \
                 ? TWO((sum)-WEIRC_TWO_DIGITS_SURPLUS) & 0xffff                                    \
                 : NO_TEXT(sum))
#define THREE_DIGITS(sum)                                                                          \
  ((sum) + WEIRC_THREE_DIGITS_LACK >= 100 && (sum) + WEIRC_THREE_DIGITS_LACK <= 255                \
       ? THREE((sum) + WEIRC_THREE_DIGITS_LACK)                                                    \
       : NO_TEXT(sum))

const uint16_t weirc_two_digits[256] = {ROWS(TWO_DIGITS)};

const uint32_t weirc_three_digits[256] = {ROWS(THREE_DIGITS)};

const char weirc_hex_pairs[256][2] = {ROWS(PAIR)};

/* Rows of characters: '0' begins the fourth, 'A' is in the fifth, 'a' in the seventh. */
#define NO_DIGIT         (-1)
#define NONE(v)          NO_DIGIT
#define DIGIT(v, shift)  ((v) < 10 ? (v) << (shift) : NO_DIGIT)
#define LETTER(v, shift) ((v) >= 1 && (v) <= 6 ? ((v) + 9) << (shift) : NO_DIGIT)

#define DIGIT_0(v)  DIGIT(v, 8)
#define DIGIT_1(v)  DIGIT(v, 12)
#define DIGIT_2(v)  DIGIT(v, 0)
#define DIGIT_3(v)  DIGIT(v, 4)
#define LETTER_0(v) LETTER(v, 8)
#define LETTER_1(v) LETTER(v, 12)
#define LETTER_2(v) LETTER(v, 0)
#define LETTER_3(v) LETTER(v, 4)

#define NONES ROW(NONE, 0)
#define PLACE(n)                                                                                   \
  {                                                                                                \
    NONES, NONES, NONES, ROW(DIGIT_##n, 0), ROW(LETTER_##n, 0), NONES, ROW(LETTER_##n, 0), NONES,  \
        NONES, NONES, NONES, NONES, NONES, NONES, NONES, NONES                                     \
  }

const int32_t weirc_hex_values[4][256] = {PLACE(0), PLACE(1), PLACE(2), PLACE(3)};
