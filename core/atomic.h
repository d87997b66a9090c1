/**
 * @file
 * @brief Atomic pointers and ints, and variables of a thread: the one header of the core that asks
 * which compiler it is.
 *
 * A load acquires, a store releases, and everything that reads and writes does both. Zeroed memory
 * is a valid atomic that holds NULL or 0. Some compilers read atomically only by writing what is
 * there already, so an atomic never lies in memory that is read-only.
 */
#ifndef WEIRC_ATOMIC_H
#define WEIRC_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>

#if defined(_MSC_VER) && !defined(__clang__)

#include <intrin.h>

/** A static variable of which each thread has its own. */
#define WEIRC_THREAD_LOCAL __declspec(thread)

/** A pointer that several threads may touch. */
typedef struct weirc_atomic_ptr {
  void *volatile value; /**< Only through the functions below. */
} weirc_atomic_ptr;

/** An int that several threads may touch. */
typedef struct weirc_atomic_int {
  volatile long value; /**< Only through the functions below. */
} weirc_atomic_int;

/** Reads; what was written before the store that is seen is seen too. */
static inline void *weirc_atomic_ptr_load(const weirc_atomic_ptr *atomic) {
  return _InterlockedCompareExchangePointer((void *volatile *)&atomic->value, NULL, NULL);
}

/** Writes; what was written before is seen by whoever loads it. */
static inline void weirc_atomic_ptr_store(weirc_atomic_ptr *atomic, void *value) {
  (void)_InterlockedExchangePointer(&atomic->value, value);
}

/** Writes. @return what was there */
static inline void *weirc_atomic_ptr_exchange(weirc_atomic_ptr *atomic, void *value) {
  return _InterlockedExchangePointer(&atomic->value, value);
}

/**
 * Writes `value` if `*expected` is there; never fails without reason.
 * @param expected in: what has to be there; out, on failure: what is there
 * @return true if it was written
 */
static inline bool weirc_atomic_ptr_compare_exchange(weirc_atomic_ptr *atomic, void **expected,
                                                     void *value) {
  void *seen = _InterlockedCompareExchangePointer(&atomic->value, value, *expected);
  bool same = seen == *expected;
  *expected = seen;
  return same;
}

/** Reads, at the cost of a plain read; nothing else is seen by it. */
static inline int weirc_atomic_int_peek(const weirc_atomic_int *atomic) {
  return (int)atomic->value;
}

/** Reads; what was written before the store that is seen is seen too. */
static inline int weirc_atomic_int_load(const weirc_atomic_int *atomic) {
  return (int)_InterlockedCompareExchange((volatile long *)&atomic->value, 0, 0);
}

/** Writes; what was written before is seen by whoever loads it. */
static inline void weirc_atomic_int_store(weirc_atomic_int *atomic, int value) {
  (void)_InterlockedExchange(&atomic->value, value);
}

/** Writes. @return what was there */
static inline int weirc_atomic_int_exchange(weirc_atomic_int *atomic, int value) {
  return (int)_InterlockedExchange(&atomic->value, value);
}

/**
 * Writes `value` if `*expected` is there; never fails without reason.
 * @param expected in: what has to be there; out, on failure: what is there
 * @return true if it was written
 */
static inline bool weirc_atomic_int_compare_exchange(weirc_atomic_int *atomic, int *expected,
                                                     int value) {
  long seen = _InterlockedCompareExchange(&atomic->value, value, *expected);
  bool same = seen == *expected;
  *expected = (int)seen;
  return same;
}

/** Adds; wraps around. @return what was there before */
static inline int weirc_atomic_int_fetch_add(weirc_atomic_int *atomic, int value) {
  return (int)_InterlockedExchangeAdd(&atomic->value, value);
}

#else

#include <stdatomic.h>

/** A static variable of which each thread has its own. Few and small: it is read without a call. */
#if defined(__ELF__)
#define WEIRC_THREAD_LOCAL __attribute__((tls_model("initial-exec"))) _Thread_local
#else
#define WEIRC_THREAD_LOCAL _Thread_local
#endif

/** A pointer that several threads may touch. */
typedef struct weirc_atomic_ptr {
  _Atomic(void *) value; /**< Only through the functions below. */
} weirc_atomic_ptr;

/** An int that several threads may touch. */
typedef struct weirc_atomic_int {
  atomic_int value; /**< Only through the functions below. */
} weirc_atomic_int;

/** Reads; what was written before the store that is seen is seen too. */
static inline void *weirc_atomic_ptr_load(const weirc_atomic_ptr *atomic) {
  return atomic_load_explicit(&atomic->value, memory_order_acquire);
}

/** Writes; what was written before is seen by whoever loads it. */
static inline void weirc_atomic_ptr_store(weirc_atomic_ptr *atomic, void *value) {
  atomic_store_explicit(&atomic->value, value, memory_order_release);
}

/** Writes. @return what was there */
static inline void *weirc_atomic_ptr_exchange(weirc_atomic_ptr *atomic, void *value) {
  return atomic_exchange_explicit(&atomic->value, value, memory_order_acq_rel);
}

/**
 * Writes `value` if `*expected` is there; never fails without reason.
 * @param expected in: what has to be there; out, on failure: what is there
 * @return true if it was written
 */
static inline bool weirc_atomic_ptr_compare_exchange(weirc_atomic_ptr *atomic, void **expected,
                                                     void *value) {
  return atomic_compare_exchange_strong_explicit(&atomic->value, expected, value,
                                                 memory_order_acq_rel, memory_order_acquire);
}

/** Reads, at the cost of a plain read; nothing else is seen by it. */
static inline int weirc_atomic_int_peek(const weirc_atomic_int *atomic) {
  return atomic_load_explicit(&atomic->value, memory_order_relaxed);
}

/** Reads; what was written before the store that is seen is seen too. */
static inline int weirc_atomic_int_load(const weirc_atomic_int *atomic) {
  return atomic_load_explicit(&atomic->value, memory_order_acquire);
}

/** Writes; what was written before is seen by whoever loads it. */
static inline void weirc_atomic_int_store(weirc_atomic_int *atomic, int value) {
  atomic_store_explicit(&atomic->value, value, memory_order_release);
}

/** Writes. @return what was there */
static inline int weirc_atomic_int_exchange(weirc_atomic_int *atomic, int value) {
  return atomic_exchange_explicit(&atomic->value, value, memory_order_acq_rel);
}

/**
 * Writes `value` if `*expected` is there; never fails without reason.
 * @param expected in: what has to be there; out, on failure: what is there
 * @return true if it was written
 */
static inline bool weirc_atomic_int_compare_exchange(weirc_atomic_int *atomic, int *expected,
                                                     int value) {
  return atomic_compare_exchange_strong_explicit(&atomic->value, expected, value,
                                                 memory_order_acq_rel, memory_order_acquire);
}

/** Adds; wraps around. @return what was there before */
static inline int weirc_atomic_int_fetch_add(weirc_atomic_int *atomic, int value) {
  return atomic_fetch_add_explicit(&atomic->value, value, memory_order_acq_rel);
}

#endif
#endif
