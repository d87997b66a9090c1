/**
 * @file
 * @brief The one intrusive list: a ring of links through its head. Everything is O(1).
 */
#ifndef WEIRC_LIST_H
#define WEIRC_LIST_H

#include <stdbool.h>
#include <stddef.h>

/** A member of a list, and the head of one. */
typedef struct weirc_link {
  struct weirc_link *next; /**< The one behind; the link itself in an empty list. */
  struct weirc_link *prev; /**< The one before. */
} weirc_link;

/** The object of a type that has a given member at an address. */
#define weirc_container(address, type, member)                                                     \
  ((type *)(void *)((char *)(address)-offsetof(type, member)))

/** Makes a link a list of its own. */
static inline void weirc_list_init(weirc_link *head) {
  head->next = head->prev = head;
}

/** True if nothing but the head is there. */
static inline bool weirc_list_empty(const weirc_link *head) {
  return head->next == head;
}

/** Puts a link last. */
static inline void weirc_list_append(weirc_link *head, weirc_link *link) {
  link->prev = head->prev;
  link->next = head;
  head->prev->next = link;
  head->prev = link;
}

/** Takes a link out of its list and leaves it a list of its own; legal again and again. */
static inline void weirc_list_remove(weirc_link *link) {
  link->prev->next = link->next;
  link->next->prev = link->prev;
  weirc_list_init(link);
}

#endif
