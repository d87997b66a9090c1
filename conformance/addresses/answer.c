/* Asks weir. Where weir has several ways to ask the same, all are asked and must agree. */
#include "conformance/addresses/answer.h"

#include <stdio.h>
#include <string.h>

/* A place to write an answer. */
typedef struct answer_text {
  char *buffer;
  size_t capacity;
} answer_text;

static void say(answer_text *text, const char *words) {
  (void)snprintf(text->buffer, text->capacity, "%s", words);
}

static void say_err(answer_text *text, weir_err err) {
  say(text, err == WEIR_OK ? "ok" : weir_err_name(err));
}

static bool is_lower_case(const char *text, size_t length, const char *wanted) {
  if (strlen(wanted) != length) return false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (c != wanted[i]) return false;
  }
  return true;
}

/* Node compares families without regard to case; what is none of the two is none in C either. */
static weir_family family_of(const case_field *field) {
  if (is_lower_case(field->bytes, field->length, "ipv4")) return WEIR_FAMILY_IPV4;
  if (is_lower_case(field->bytes, field->length, "ipv6")) return WEIR_FAMILY_IPV6;
  return WEIR_FAMILY_NONE;
}

static weir_err make(const case_field *family, const case_field *text, weir_address *out_address) {
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  options.family = family_of(family);
  options.address = text->bytes;
  return weir_address_make(&options, out_address);
}

static void answer_ip(answer_state *state, const case_line *line, answer_text *text) {
  const case_field *ip = &line->fields[1];
  (void)state;
  int family = (int)weir_is_ip(ip->bytes, ip->length);
  bool ipv4 = weir_is_ipv4(ip->bytes, ip->length);
  bool ipv6 = weir_is_ipv6(ip->bytes, ip->length);
  if (ipv4 != (family == WEIR_FAMILY_IPV4) || ipv6 != (family == WEIR_FAMILY_IPV6)) {
    say(text, "? weir_is_ip() and its two neighbours disagree");
    return;
  }
  (void)snprintf(text->buffer, text->capacity, "%d", family);
}

static void answer_address(answer_state *state, const case_line *line, answer_text *text) {
  weir_address_options options = WEIR_ADDRESS_OPTIONS_INIT;
  weir_address address;
  char json[WEIR_ADDRESS_JSON_SIZE];
  int64_t port;
  int64_t flow_label;
  (void)state;
  if (!case_field_number(&line->fields[3], &port) || port != (int32_t)port ||
      !case_field_number(&line->fields[4], &flow_label) || flow_label != (uint32_t)flow_label) {
    say(text, "? not a number");
    return;
  }
  options.family = family_of(&line->fields[1]);
  options.address = case_field_is(&line->fields[2], "*") ? NULL : line->fields[2].bytes;
  options.port = (int32_t)port;
  options.flow_label = (uint32_t)flow_label;
  weir_err err = weir_address_make(&options, &address);
  if (err != WEIR_OK) {
    say_err(text, err);
    return;
  }
  size_t length = weir_address_format_json(&address, json, sizeof json);
  (void)case_field_write(json, length, text->buffer, text->capacity);
}

static void answer_list(answer_state *state, const case_line *line, answer_text *text) {
  (void)line;
  answer_end(state);
  weir_err err = weir_block_list_create(NULL, &state->list);
  say(text, err == WEIR_OK ? "" : "? no list");
}

static void answer_add_address(answer_state *state, const case_line *line, answer_text *text) {
  weir_address address;
  weir_err err = make(&line->fields[1], &line->fields[2], &address);
  if (err == WEIR_OK) err = weir_block_list_add_address(state->list, &address);
  say_err(text, err);
}

static void answer_add_range(answer_state *state, const case_line *line, answer_text *text) {
  weir_address start;
  weir_address end;
  weir_err err = make(&line->fields[1], &line->fields[2], &start);
  if (err == WEIR_OK) err = make(&line->fields[3], &line->fields[4], &end);
  if (err == WEIR_OK) err = weir_block_list_add_range(state->list, &start, &end);
  say_err(text, err);
}

static void answer_add_subnet(answer_state *state, const case_line *line, answer_text *text) {
  weir_address net;
  int64_t prefix_bits;
  if (!case_field_number(&line->fields[3], &prefix_bits) || prefix_bits != (int32_t)prefix_bits) {
    say(text, "? not a number");
    return;
  }
  weir_err err = make(&line->fields[1], &line->fields[2], &net);
  if (err == WEIR_OK) err = weir_block_list_add_subnet(state->list, &net, (int32_t)prefix_bits);
  say_err(text, err);
}

/* The list, its text form and a snapshot. Text needs no family, so it is asked when there is one.
 */
static void answer_check(answer_state *state, const case_line *line, answer_text *text) {
  const case_field *ip = &line->fields[2];
  weir_address address;
  weir_block_filter *filter;
  if (make(&line->fields[1], ip, &address) != WEIR_OK) {
    say(text, "false");
    return;
  }
  bool blocked = weir_block_list_check(state->list, &address);
  if (weir_block_list_check_text(state->list, ip->bytes, ip->length) != blocked) {
    say(text, "? weir_block_list_check_text() disagrees with weir_block_list_check()");
    return;
  }
  if (weir_block_list_snapshot(state->list, &filter) != WEIR_OK) {
    say(text, "? no snapshot");
    return;
  }
  bool filtered = weir_block_filter_check(filter, &address);
  weir_block_filter_release(filter);
  if (filtered != blocked || weir_block_list_check(state->list, &address) != blocked)
    say(text, "? weir_block_filter_check() disagrees with weir_block_list_check()");
  else
    say(text, blocked ? "true" : "false");
}

static void answer_rules(answer_state *state, const case_line *line, answer_text *text) {
  size_t used = 0;
  (void)line;
  text->buffer[0] = '\0';
  for (size_t i = 0; i < weir_block_list_size(state->list); i++) {
    char rule[WEIR_BLOCK_LIST_RULE_SIZE];
    size_t length = weir_block_list_rule(state->list, i, rule, sizeof rule);
    if (text->capacity - used < 4 * sizeof rule) {
      say(text, "? too many rules");
      return;
    }
    if (i > 0) text->buffer[used++] = ' ';
    used += case_field_write(rule, length, text->buffer + used, text->capacity - used);
  }
}

typedef struct answer_kind {
  const char *name;
  size_t fields;
  bool needs_list;
  void (*answer)(answer_state *state, const case_line *line, answer_text *text);
} answer_kind;

static const answer_kind kinds[] = {
    {"ip", 2, false, answer_ip},
    {"address", 5, false, answer_address},
    {"list", 1, false, answer_list},
    {"add_address", 3, true, answer_add_address},
    {"add_range", 5, true, answer_add_range},
    {"add_subnet", 4, true, answer_add_subnet},
    {"check", 3, true, answer_check},
    {"rules", 1, true, answer_rules},
};

void answer_line(answer_state *state, const case_line *line, char *buffer, size_t capacity) {
  answer_text text = {buffer, capacity};
  say(&text, "? no such kind of line, or another number of fields");
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!case_field_is(&line->fields[0], kinds[i].name) || line->count != kinds[i].fields) continue;
    if (kinds[i].needs_list && !state->list)
      say(&text, "? there is no list");
    else
      kinds[i].answer(state, line, &text);
    return;
  }
}

void answer_end(answer_state *state) {
  weir_block_list_free(state->list);
  state->list = NULL;
}
