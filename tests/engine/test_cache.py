"""The cache against a list that does the same the slow way."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.engine.cache import ByteCache

KEYS = st.integers(0, 5)
ACTS = st.one_of(
    st.tuples(st.just("get"), KEYS, st.just(0)),
    st.tuples(st.just("pop"), KEYS, st.just(0)),
    st.tuples(st.just("put"), KEYS, st.integers(0, 14)),
)


@given(acts=st.lists(ACTS, max_size=60))
def test_behaves_as_a_list_that_is_kept_in_order_of_use(acts: list[tuple[str, int, int]]) -> None:
    cache: ByteCache[int] = ByteCache(10)
    known: list[tuple[int, int, int]] = []  # key, value and size, the last used at the end
    for value, (act, key, size) in enumerate(acts):
        old = next((entry for entry in known if entry[0] == key), None)
        known = [entry for entry in known if entry[0] != key]
        if act == "get":
            known += [old] if old else []
            assert cache.get(key) == (old[1] if old else None)
        elif act == "pop":
            cache.pop(key)
        else:
            cache.put(key, value, size)
            if size <= 10:
                known.append((key, value, size))
                while sum(entry[2] for entry in known) > 10:
                    known.pop(0)
        assert cache.nbytes == sum(entry[2] for entry in known) <= 10
        assert len(cache) == len(known)


def test_what_is_larger_than_the_cache_is_not_kept_and_evicts_nothing_else() -> None:
    cache: ByteCache[str] = ByteCache(10)
    cache.put("small", "s", 10)
    cache.put("large", "l", 11)
    assert cache.get("large") is None
    assert cache.get("small") == "s"


def test_the_last_one_is_kept_alone_where_it_is_larger_than_the_cache() -> None:
    cache: ByteCache[str] = ByteCache(10, keeps_last=True)
    cache.put("small", "s", 4)
    cache.put("large", "l", 11)
    assert (cache.get("small"), cache.get("large"), cache.nbytes) == (None, "l", 11)
    cache.put("larger", "L", 30)
    assert (cache.get("large"), cache.get("larger"), cache.nbytes) == (None, "L", 30)
    cache.put("small", "s", 4)
    cache.put("other", "o", 6)
    assert (cache.get("larger"), cache.get("small"), cache.get("other"), cache.nbytes) == (None, "s", "o", 10)


@given(sizes=st.lists(st.integers(1, 10), max_size=20))
def test_values_become_smaller_from_the_one_used_longest_ago_before_one_is_forgotten(sizes: list[int]) -> None:
    found: dict[int, int] = {}

    def shrink(key: int) -> int:
        found[key] = min(found[key], 2)
        return found[key]

    cache: ByteCache[int] = ByteCache(10, shrink=shrink)
    for key, size in enumerate(sizes):
        found[key] = size
        cache.put(key, key, size)
        left = [each for each in range(key + 1) if cache.get(each) is not None]
        assert cache.nbytes == sum(found[each] for each in left) <= 10
        # Who is forgotten was there longest, and only where all are as small as they can be.
        assert left == [*range(left[0], key + 1)]
        if left[0]:
            assert all(found[each] <= 2 for each in left)
            assert cache.nbytes + 2 > 9


def test_the_sum_stays_right_when_many_threads_write() -> None:
    cache: ByteCache[int] = ByteCache(50)

    def write(start: int) -> None:
        for number in range(start, start + 2000):
            cache.put(number % 37, number, number % 13)
            cache.get(number % 11)

    threads = [threading.Thread(target=write, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = cache.nbytes
    assert 0 < left <= 50
    for key in range(37):
        cache.pop(key)
    assert cache.nbytes == 0
