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

const uint32_t weirc_octet_texts[WEIRC_OCTET_TEXTS] = {[WEIRC_OCTET_ZERO] = ROWS(OCTET)};

const char weirc_hex_pairs[256][2] = {ROWS(PAIR)};

/* Rows of characters: '0' begins the fourth, 'A' is in the fifth, 'a' in the seventh. */
#define NO_DIGIT         UINT32_MAX
#define NONE(v)          NO_DIGIT
#define DIGIT(v, shift)  ((v) < 10 ? (uint32_t)(v) << (shift) : NO_DIGIT)
#define LETTER(v, shift) ((v) >= 1 && (v) <= 6 ? (uint32_t)((v) + 9) << (shift) : NO_DIGIT)

#define DIGIT_0(v)  DIGIT(v, 0)
#define DIGIT_1(v)  DIGIT(v, 4)
#define DIGIT_2(v)  DIGIT(v, 8)
#define DIGIT_3(v)  DIGIT(v, 12)
#define LETTER_0(v) LETTER(v, 0)
#define LETTER_1(v) LETTER(v, 4)
#define LETTER_2(v) LETTER(v, 8)
#define LETTER_3(v) LETTER(v, 12)

#define NONES ROW(NONE, 0)
#define PLACE(n)                                                                                   \
  {                                                                                                \
    NONES, NONES, NONES, ROW(DIGIT_##n, 0), ROW(LETTER_##n, 0), NONES, ROW(LETTER_##n, 0), NONES,  \
        NONES, NONES, NONES, NONES, NONES, NONES, NONES, NONES                                     \
  }

const uint32_t weirc_hex_values[4][256] = {PLACE(0), PLACE(1), PLACE(2), PLACE(3)};
