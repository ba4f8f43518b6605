"""What customs keeps in memory is small and bounded, and what it forgets is what nobody waits for."""

import tracemalloc
from collections.abc import Iterator

from clearway.testing import SampleSet, sample_set
from simulator.customs.books import Books
from simulator.customs.judgement import judge_document, judge_list
from simulator.customs.shelf import Bounded, Packed
from tests.simulator.papers import AT


def _declared(books: Books, numbers: range) -> Iterator[SampleSet]:
    for number in numbers:
        sample = sample_set(f"CW-{number:05d}", at=AT)
        for document in (sample.order, sample.payment, sample.waybill):
            judge_document(books, document)
        filing = judge_list(books, sample.declaration_list)
        assert filing is not None
        filing.story = ()  # everything is told
        yield sample


def test_a_document_comes_back_from_the_shelf_as_it_was() -> None:
    documents = [sample_set(f"CW-{number}", at=AT).declaration_list for number in range(400)]
    packed = [Packed(document) for document in documents]
    assert [each.open() for each in packed] == documents


def test_beyond_its_bound_customs_forgets_the_oldest_lists_that_are_wholly_told() -> None:
    books = Books(lists_kept=5)
    samples = list(_declared(books, range(5)))
    [first] = books.filings(samples[0].key.ebc_code, samples[0].key.order_no)
    first.telling = True
    samples += list(_declared(books, range(5, 9)))

    kept = [bool(books.filings(each.key.ebc_code, each.key.order_no)) for each in samples]
    assert kept == [True, False, False, False, False, True, True, True, True], "the first is still being told"


def test_a_list_takes_little_memory() -> None:
    books = Books()
    list(_declared(books, range(50)))
    tracemalloc.start()
    list(_declared(books, range(50, 250)))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / 200 < 15_000, f"{used / 200:.0f} bytes a list"


def test_of_too_many_entries_the_oldest_go() -> None:
    kept: Bounded[int, str] = Bounded(2)
    for number in (1, 2, 1, 3):
        kept[number] = str(number)
    assert list(kept) == [2, 3]
