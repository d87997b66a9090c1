/**
 * @file
 * @brief What the programs ask the system about themselves, and how they give up.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stddef.h>

/** Says what failed and why (errno), and ends the program. */
_Noreturn void bench_fail(const char *what);

/** Says what is wrong with how the program was called, and ends it. */
_Noreturn void bench_usage(const char *what);

/** Keeps the program on one CPU; -1: anywhere. */
void bench_pin(int cpu);

/** Takes as many descriptors as the system allows without asking. */
void bench_raise_descriptor_limit(void);

/** Takes no more than so many descriptors from now on. */
void bench_limit_descriptors(unsigned long count);

/** A system call of no use: it marks a place in a trace. */
void bench_mark_trace(void);

/** Seconds of a monotonic clock. */
double bench_seconds(void);

/** Seconds of processor time the program has used. */
double bench_cpu_seconds(void);

/** Bytes of physical memory the program occupies. */
size_t bench_resident_bytes(void);

/** How many more descriptors can be opened. Opens none. */
size_t bench_free_descriptors(void);

/** How many descriptors are open. */
size_t bench_open_descriptors(void);

#endif
