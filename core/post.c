/* Posts: the one way into a loop from another thread. A stack without locks, turned round when
 * taken. */
#include "core/loop.h"

#include <stdlib.h>

void weirc_post_push(weir_loop *loop, weirc_post *post) {
  void *head = weirc_atomic_ptr_load(&loop->posts);
  do {
    post->next = head;
  } while (!weirc_atomic_ptr_compare_exchange(&loop->posts, &head, post));
  /* Whoever found the stack empty wakes the loop for all that follow. */
  if (!head) loop->ops->wake(loop->backend);
}

weir_err weir_loop_post(weir_loop *loop, weir_later run, void *user) {
  if (!loop || !run) return WEIR_ERR_INVALID_ARG_TYPE;
  weirc_post *post = malloc(sizeof *post);
  if (!post) return WEIR_ENOMEM;
  post->run = run;
  post->user = user;
  post->kept = false;
  weirc_post_push(loop, post);
  return WEIR_OK;
}

bool weirc_posts_waiting(const weir_loop *loop) {
  return weirc_atomic_ptr_load(&loop->posts) != NULL;
}

static weirc_post *oldest_first(weirc_post *post) {
  weirc_post *turned = NULL;
  while (post) {
    weirc_post *next = post->next;
    post->next = turned;
    turned = post;
    post = next;
  }
  return turned;
}

void weirc_posts_run(weir_loop *loop) {
  weir_err status = loop->freeing ? WEIR_ECANCELED : WEIR_OK;
  if (!weirc_posts_waiting(loop)) return;
  weirc_post *post = oldest_first(weirc_atomic_ptr_exchange(&loop->posts, NULL));
  while (post) {
    weirc_post *next = post->next;
    weirc_post current = *post;
    if (!post->kept) free(post);
    current.run(loop, status, current.user);
    weirc_steps_drain(loop);
    post = next;
  }
}
