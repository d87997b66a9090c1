/* What sockets and servers have in common: memory with a handle in front, and holding the loop
 * open. */
#include "core/loop.h"

#include <assert.h>

void *weirc_object_create(weir_loop *loop, size_t size, weirc_step_owner kind) {
  char *memory = weirc_allocate_zeroed(&loop->allocator, loop->handle_space + size);
  if (!memory) return NULL;
  weirc_object *object = (weirc_object *)(void *)(memory + loop->handle_space);
  object->loop = loop;
  object->step.owner = (uint8_t)kind;
  object->referenced = true;
  object->id = ++loop->last_id;
  weirc_list_init(&object->link);
  return object;
}

void weirc_object_free(weirc_object *object) {
  assert(object->pending == 0 && !object->active);
  weirc_list_remove(&object->link);
  weirc_release(&object->loop->allocator, weirc_handle(object));
}

void weirc_object_activate(weirc_object *object) {
  if (object->active) return;
  object->active = true;
  if (object->referenced) object->loop->active++;
  weirc_loop_touch(object->loop);
}

void weirc_object_deactivate(weirc_object *object) {
  if (!object->active) return;
  assert(!object->referenced || object->loop->active > 0);
  object->active = false;
  if (object->referenced) object->loop->active--;
  weirc_loop_touch(object->loop);
}

void weirc_object_reference(weirc_object *object, bool referenced) {
  if (object->referenced == referenced) return;
  object->referenced = referenced;
  if (object->active && referenced) object->loop->active++;
  if (object->active && !referenced) object->loop->active--;
  weirc_loop_touch(object->loop);
}

void weirc_object_close(weirc_object *object, weir_close_how how) {
  weir_loop *loop = object->loop;
  assert(object->step.owner != WEIRC_STEP_SERVER);
  loop->closing++;
  loop->ops->close(loop->backend, weirc_handle(object), how);
  weirc_loop_touch(loop);
}
