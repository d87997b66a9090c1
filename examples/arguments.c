/*
 * How the examples read their command lines. What an option means is decided by the program that
 * asks for it.
 */
#include "arguments.h"

#include <stdio.h>
#include <string.h>
#include <weir/backend.h>
#include <weir/weir.h>

command_line arguments_begin(char **argv) {
  command_line begin = {argv[0] == NULL ? argv : argv + 1, NULL, NULL};
  return begin;
}

bool arguments_left(const command_line *line) {
  return line->problem == NULL && *line->next != NULL;
}

bool arguments_flag(command_line *line, const char *name) {
  if (strcmp(*line->next, name) != 0) return false;
  line->next++;
  return true;
}

bool arguments_value(command_line *line, const char *name, const char **out_value) {
  if (!arguments_flag(line, name)) return false;
  *out_value = *line->next;
  if (*out_value == NULL) {
    *out_value = "";
    arguments_refuse(line, name, "needs a value");
  } else {
    line->next++;
  }
  return true;
}

const char *arguments_word(command_line *line) {
  const char *word = *line->next++;
  if (word[0] == '-') arguments_refuse(line, word, "is not an option of this program");
  return word;
}

int32_t arguments_number(command_line *line, const char *text, int32_t most) {
  int64_t number = 0;
  size_t digits = strspn(text, "0123456789");
  for (size_t i = 0; i < digits && number <= most; i++) number = number * 10 + (text[i] - '0');
  if (digits > 0 && text[digits] == '\0' && number <= most) return (int32_t)number;
  arguments_refuse(line, text, "is not a number, or is too large");
  return 0;
}

const char *arguments_address(command_line *line, const char *text) {
  weir_address address;
  if (weir_address_parse(text, strlen(text), 0, &address) != WEIR_OK)
    arguments_refuse(line, text, "is not an IPv4 or IPv6 address");
  return text;
}

void arguments_refuse(command_line *line, const char *culprit, const char *problem) {
  if (line->problem != NULL) return;
  line->problem = problem;
  line->culprit = culprit;
}

void arguments_usage(const command_line *line, const char *program, const char *usage) {
  if (line->problem != NULL) fprintf(stderr, "%s: %s %s\n", program, line->culprit, line->problem);
  fprintf(stderr, "usage: %s %s\nbackends:", program, usage);
  for (size_t i = 0; weir_backend_name_at(i) != NULL; i++)
    fprintf(stderr, " %s", weir_backend_name_at(i));
  fputc('\n', stderr);
}
