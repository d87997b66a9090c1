/**
 * @file
 * @brief Block lists: rules about addresses, and a compiled form of them for any thread.
 *
 * No loop is needed. A list belongs to one thread at a time; a filter, its snapshot, to all.
 */
#ifndef WEIR_BLOCK_LIST_H
#define WEIR_BLOCK_LIST_H

#include "weir/address.h"
#include "weir/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Rules that block addresses; each is an address, a range or a subnet.
 *
 * An IPv4 address and its IPv4-mapped form ("::ffff:1.2.3.4") are the same to every rule and to
 * every check. Rules only block: none unblocks, and their order is without effect. The port, the
 * flow label and the scope of an address are ignored.
 * @source BLK-12, BLK-13, BLK-15, BLK-16
 */
typedef struct weir_block_list weir_block_list;

/** What a list blocked when weir_block_list_snapshot() was called. It never changes. */
typedef struct weir_block_filter weir_block_filter;

/** Options of weir_block_list_create(). Start from WEIR_BLOCK_LIST_OPTIONS_INIT. */
typedef struct weir_block_list_options {
  size_t size; /**< Set by WEIR_BLOCK_LIST_OPTIONS_INIT. */
  /** Where the rules' memory comes from, copied; NULL: malloc() and free(). Filters always use
   * these two, as any thread may be the one that releases them. */
  const weir_allocator *allocator;
  /**
   * True: an IPv6 address that is checked also counts as each IPv4 address inside it, not only as a
   * mapped one: IPv4-compatible ("::a.b.c.d", but neither "::" nor "::1"), IPv4-translated
   * ("::ffff:0:a.b.c.d"), NAT64 ("64:ff9b::/96"; "64:ff9b:1::/48" in each of the forms of RFC
   * 6052), 6to4 ("2002::/16"), Teredo ("2001::/32", client and server) and ISATAP (an interface of
   * "::5efe:a.b.c.d" or "::200:5efe:a.b.c.d" in any network). False, as in Node: mapped ones only.
   * @source BLK-14
   */
  bool embedded;
} weir_block_list_options;

/** Node's defaults. */
#define WEIR_BLOCK_LIST_OPTIONS_INIT                                                               \
  { sizeof(weir_block_list_options), NULL, false }

/** Bytes that hold the longest text weir_block_list_rule() writes, its NUL included. */
#define WEIR_BLOCK_LIST_RULE_SIZE 128

/**
 * Makes a list without rules, which blocks nothing.
 * @param options NULL: WEIR_BLOCK_LIST_OPTIONS_INIT
 * @param out_list for weir_block_list_free(); NULL on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: out_list is NULL; WEIR_ERR_INVALID_ARG_VALUE: the
 * struct's size is not known; WEIR_ENOMEM
 * @source BLK-01
 */
WEIR_API weir_err weir_block_list_create(const weir_block_list_options *options,
                                         weir_block_list **out_list);

/** Frees a list. Its snapshots stay. NULL is allowed. */
WEIR_API void weir_block_list_free(weir_block_list *list);

/**
 * Makes a list with the same rules and options. The two do not share their rules.
 * @param list what to copy
 * @param out_list for weir_block_list_free(); NULL on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM
 * @source BLK-29
 */
WEIR_API weir_err weir_block_list_clone(const weir_block_list *list, weir_block_list **out_list);

/**
 * Adds a rule for one address.
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ERR_INVALID_ADDRESS: the address has no
 * family; WEIR_ENOMEM
 * @source BLK-02, BLK-05, BLK-20
 */
WEIR_API weir_err weir_block_list_add_address(weir_block_list *list, const weir_address *address);

/**
 * Adds a rule for all addresses from start to end, both included.
 * @return as weir_block_list_add_address(); WEIR_ERR_INVALID_ARG_VALUE: start comes behind end, or
 * the families differ (an IPv4-mapped address may stand beside an IPv4 one)
 * @source BLK-03, BLK-17, BLK-18, BLK-19
 */
WEIR_API weir_err weir_block_list_add_range(weir_block_list *list, const weir_address *start,
                                            const weir_address *end);

/**
 * Adds a rule for a network.
 * @param list the list
 * @param net an address in the network; its host bits are kept in the rule's text
 * @param prefix_bits how many bits of it count
 * @return as weir_block_list_add_address(); WEIR_ERR_OUT_OF_RANGE: prefix_bits is not in 0..32 for
 * IPv4, 0..128 for IPv6
 * @source BLK-04, BLK-07, BLK-08, BLK-09, BLK-10
 */
WEIR_API weir_err weir_block_list_add_subnet(weir_block_list *list, const weir_address *net,
                                             int32_t prefix_bits);

/**
 * Adds the subnet of a text such as "10.0.0.0/8" or "2001:db8::/32".
 * @return as weir_block_list_add_subnet(); WEIR_ERR_INVALID_ADDRESS: the text is none
 * @source BLK-04
 */
WEIR_API weir_err weir_block_list_add_cidr(weir_block_list *list, const char *text, size_t length);

/**
 * Adds a rule of any kind from its text: "1.2.3.4", "10.0.0.0/8", "10.0.0.1-10.0.0.9", or as
 * weir_block_list_rule() writes it: "Address: IPv4 1.2.3.4", "Subnet: IPv6 2001:db8::/32",
 * "Range: IPv4 10.0.0.1-10.0.0.9". A scope of an IPv6 address ("%1", "%eth0") is ignored. In a text
 * without a kind in front, "-" and "/" are never part of a scope: "fe80::1%br-0" is refused, and
 * "Address: IPv6 fe80::1%br-0" is not.
 * @return as weir_block_list_add_range() and weir_block_list_add_cidr()
 * @source BLK-22, BLK-25, BLK-26, BLK-27
 */
WEIR_API weir_err weir_block_list_add_rule(weir_block_list *list, const char *text, size_t length);

/**
 * Takes away the newest rule that was added with the same address. This and its neighbours compare
 * with each rule in turn.
 * @return as weir_block_list_add_address(); WEIR_ENOENT: there is no such rule
 */
WEIR_API weir_err weir_block_list_remove_address(weir_block_list *list,
                                                 const weir_address *address);

/** The same for a range. @return as weir_block_list_add_range(); WEIR_ENOENT */
WEIR_API weir_err weir_block_list_remove_range(weir_block_list *list, const weir_address *start,
                                               const weir_address *end);

/** The same for a network: host bits count. @return as weir_block_list_add_subnet(); WEIR_ENOENT */
WEIR_API weir_err weir_block_list_remove_subnet(weir_block_list *list, const weir_address *net,
                                                int32_t prefix_bits);

/** The same for the text of a network. @return as weir_block_list_add_cidr(); WEIR_ENOENT */
WEIR_API weir_err weir_block_list_remove_cidr(weir_block_list *list, const char *text,
                                              size_t length);

/** The same for any rule's text. @return as weir_block_list_add_rule(); WEIR_ENOENT */
WEIR_API weir_err weir_block_list_remove_rule(weir_block_list *list, const char *text,
                                              size_t length);

/** Takes all rules away. */
WEIR_API void weir_block_list_clear(weir_block_list *list);

/**
 * True if a rule matches. The list compiles its rules once that is cheaper than looking at those
 * that were added since; without memory for it, it looks at each in turn. So it always answers.
 * @param list may change its compiled form
 * @param address no family: false
 * @source BLK-11, BLK-21
 */
WEIR_API bool weir_block_list_check(weir_block_list *list, const weir_address *address);

/**
 * The same for the text of an IPv4 or IPv6 address; the scope of an IPv6 address is ignored. Text
 * that is no address gives false, which does not mean that it is harmless: what other programs take
 * for an address ("0177.1", "0x7f000001") is none here.
 * @source BLK-21, BLK-22
 */
WEIR_API bool weir_block_list_check_text(weir_block_list *list, const char *text, size_t length);

/** How many rules there are, duplicates included. @source BLK-23 */
WEIR_API size_t weir_block_list_size(const weir_block_list *list);

/**
 * Writes one of Node's `rules`, e.g. "Subnet: IPv4 192.168.0.1/16".
 * @param list the list
 * @param index 0 is the newest
 * @param buffer where to write; always ended by a NUL if capacity is not 0
 * @param capacity bytes in buffer; WEIR_BLOCK_LIST_RULE_SIZE holds every text
 * @return the bytes of the whole text, NUL not counted; 0: there is no such rule
 * @source BLK-23, BLK-24, BLK-25, BLK-26, BLK-27
 */
WEIR_API size_t weir_block_list_rule(const weir_block_list *list, size_t index, char *buffer,
                                     size_t capacity);

/**
 * Writes all rules, the newest first, each with a line feed behind it.
 * @param list the list
 * @param buffer where to write; always ended by a NUL if capacity is not 0
 * @param capacity bytes in buffer
 * @return the bytes of the whole text, NUL not counted
 * @source BLK-23, BLK-24
 */
WEIR_API size_t weir_block_list_to_text(const weir_block_list *list, char *buffer, size_t capacity);

/**
 * Adds the rules of a text, all or none, so that they stand in the text's order: its first line
 * becomes the newest rule.
 *
 * A line holds a rule as weir_block_list_add_rule() takes it, with blanks around it or without.
 * "#" and ";" begin a comment that goes on to the end of the line; empty lines are passed over; a
 * line ends with LF or CR LF. A UTF-8 byte order mark in front is passed over.
 * @param list unchanged on failure
 * @param text the lines
 * @param length bytes of text
 * @param out_line the first line that was refused, counted from 1, or 0; may be NULL
 * @return WEIR_OK; as weir_block_list_add_rule(), for that line
 */
WEIR_API weir_err weir_block_list_from_text(weir_block_list *list, const char *text, size_t length,
                                            size_t *out_line);

/**
 * Compiles the rules and gives out the compiled form. As long as the rules do not change it is the
 * same one each time, with one reference more.
 * @param list may change its compiled form
 * @param out_filter has a reference for weir_block_filter_release(); NULL on failure
 * @return WEIR_OK; WEIR_ERR_INVALID_ARG_TYPE: NULL; WEIR_ENOMEM
 * @source BLK-29
 */
WEIR_API weir_err weir_block_list_snapshot(weir_block_list *list, weir_block_filter **out_filter);

/** As weir_block_list_check(), without lock and without memory. @thread any */
WEIR_API bool weir_block_filter_check(const weir_block_filter *filter, const weir_address *address);

/** Counts one more holder. @return filter. @thread any */
WEIR_API weir_block_filter *weir_block_filter_retain(weir_block_filter *filter);

/** Counts one holder less; the last one frees it. NULL is allowed. @thread any */
WEIR_API void weir_block_filter_release(weir_block_filter *filter);

#ifdef __cplusplus
}
#endif
#endif
