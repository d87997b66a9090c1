/* The intrusive list. */
#include "core/containers/list.h"

#include "tests/support/test.h"

typedef struct item {
  int before;
  weirc_link link;
  int number;
} item;

static int number_at(const weirc_link *link) {
  return weirc_container(link, item, link)->number;
}

static void a_new_list_is_empty(void **state) {
  (void)state;
  weirc_link head;
  weirc_list_init(&head);
  assert_true(weirc_list_empty(&head));
  assert_ptr_equal(head.prev, &head);
}

static void appended_links_keep_their_order_both_ways(void **state) {
  (void)state;
  weirc_link head;
  item items[4];
  weirc_list_init(&head);
  for (int i = 0; i < 4; i++) {
    items[i].number = i;
    weirc_list_append(&head, &items[i].link);
    assert_false(weirc_list_empty(&head));
  }
  int expected = 0;
  for (const weirc_link *at = head.next; at != &head; at = at->next)
    assert_int_equal(number_at(at), expected++);
  assert_int_equal(expected, 4);
  for (const weirc_link *at = head.prev; at != &head; at = at->prev)
    assert_int_equal(number_at(at), --expected);
  assert_int_equal(expected, 0);
}

static void removal_from_each_place_leaves_the_rest(void **state) {
  (void)state;
  for (int removed = 0; removed < 3; removed++) {
    weirc_link head;
    item items[3];
    weirc_list_init(&head);
    for (int i = 0; i < 3; i++) {
      items[i].number = i;
      weirc_list_append(&head, &items[i].link);
    }
    weirc_list_remove(&items[removed].link);
    assert_true(weirc_list_empty(&items[removed].link));
    int sum = 0;
    int count = 0;
    for (const weirc_link *at = head.next; at != &head; at = at->next, count++) {
      sum += number_at(at);
      assert_ptr_equal(at->prev->next, at);
    }
    assert_int_equal(count, 2);
    assert_int_equal(sum, 3 - removed);
  }
}

static void removal_is_legal_again_and_a_link_can_come_back(void **state) {
  (void)state;
  weirc_link head;
  item one = {.number = 1};
  weirc_list_init(&head);
  weirc_list_append(&head, &one.link);
  weirc_list_remove(&one.link);
  weirc_list_remove(&one.link);
  assert_true(weirc_list_empty(&head));
  weirc_list_append(&head, &one.link);
  assert_ptr_equal(head.next, &one.link);
  assert_ptr_equal(weirc_container(head.next, item, link), &one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_list_is_empty),
      cmocka_unit_test(appended_links_keep_their_order_both_ways),
      cmocka_unit_test(removal_from_each_place_leaves_the_rest),
      cmocka_unit_test(removal_is_legal_again_and_a_link_can_come_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
