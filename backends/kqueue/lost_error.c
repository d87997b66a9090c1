/* Decides what becomes of an error between its event and the call that would have met it. */
#include "backends/kqueue/lost_error.h"

#include "platform/error.h"

#include <errno.h>
#include <string.h>

#ifdef __linux__
static const bool they_are_lost = true;
#else
static const bool they_are_lost = false;
#endif

weir_err weirb_kqueue_lost_errors_reserve(weirb_kqueue_lost_errors *errors,
                                          const weir_allocator *allocator, int fd) {
  if (!they_are_lost) return WEIR_OK;
  if ((size_t)fd >= errors->size) {
    size_t size = errors->size * 2 > (size_t)fd ? errors->size * 2 : (size_t)fd + 32;
    int *numbers = allocator->reallocate(errors->numbers, size * sizeof *numbers, allocator->user);
    if (numbers == NULL) return WEIR_ENOMEM;
    memset(numbers + errors->size, 0, (size - errors->size) * sizeof *numbers);
    errors->numbers = numbers;
    errors->size = size;
  }
  errors->numbers[fd] = 0;
  return WEIR_OK;
}

void weirb_kqueue_lost_errors_note(weirb_kqueue_lost_errors *errors, int fd, int number) {
  /* Of a peer that had ended its direction before: who reads meets that end, and who writes this
   * error by himself. */
  if (number == EPIPE) number = 0;
  if (number != 0 && (size_t)fd < errors->size) errors->numbers[fd] = number;
}

weir_err weirb_kqueue_lost_errors_take(weirb_kqueue_lost_errors *errors, int fd) {
  if ((size_t)fd >= errors->size || errors->numbers[fd] == 0) return WEIR_OK;
  weir_err err = weirp_error(errors->numbers[fd]);
  errors->numbers[fd] = 0;
  return err;
}

void weirb_kqueue_lost_errors_free(weirb_kqueue_lost_errors *errors,
                                   const weir_allocator *allocator) {
  if (errors->numbers != NULL) allocator->release(errors->numbers, allocator->user);
}
