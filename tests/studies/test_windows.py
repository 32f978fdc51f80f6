"""Orders of windows, and the recorder that finds when a learner has not seen what was planned."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataqual.errors import InputError, SpecError
from studies.data.windows import Exposure, Order, TokenFile, Windows, WrongExposure

WINDOW = 8
COUNT = 400


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> TokenFile:
    path = tmp_path_factory.mktemp("windows") / "grade.tokens"
    path.write_bytes((np.arange(WINDOW * COUNT + 5) % 251).astype("<u2").tobytes())
    return TokenFile.of(path, bytes=WINDOW * COUNT + 5)


def exposed(file: TokenFile, order: Order, seen: Windows, batch: int = 16) -> Exposure:
    exposure = Exposure(file, order, WINDOW)
    for at in range(0, len(seen), batch):
        exposure.take(seen[at : at + batch])
    return exposure


def test_a_window_holds_its_tokens_and_the_one_after(file: TokenFile) -> None:
    taken = Exposure(file, Order(0), WINDOW).take(np.array([3, 0]))
    assert taken.tolist() == [[24, 25, 26, 27, 28, 29, 30, 31, 32], [0, 1, 2, 3, 4, 5, 6, 7, 8]]
    assert taken.dtype == np.int64 and taken.flags.c_contiguous


def test_a_file_has_no_window_whose_last_token_it_cannot_predict(tmp_path: Path) -> None:
    path = tmp_path / "t"
    for tokens, windows in ((0, 0), (8, 0), (9, 1), (16, 1), (17, 2)):
        path.write_bytes(bytes(2 * tokens))
        assert TokenFile.of(path, bytes=tokens).windows(8) == windows


def test_a_file_of_another_length_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(bytes(20))
    with pytest.raises(InputError, match=r"t: has 20 bytes, expected 22 for 11 tokens"):
        TokenFile(path, 11, 11, "0" * 64).read()
    with pytest.raises(InputError, match=r"gone: is not there, expected 22 for 11 tokens"):
        TokenFile(tmp_path / "gone", 11, 11, "0" * 64).read()


def test_an_order_is_a_permutation_and_every_size_its_prefix(file: TokenFile) -> None:
    whole = Order(1).windows(file, WINDOW, 0, COUNT)
    assert sorted(whole.tolist()) == list(range(COUNT))
    assert Order(1).windows(file, WINDOW, 0, 100).tolist() == whole[:100].tolist()
    assert Order(1).windows(file, WINDOW, 90, 130).tolist() == whole[90:130].tolist()


def test_orders_differ_by_seed_and_by_file(file: TokenFile) -> None:
    other = TokenFile(file.path, file.tokens, file.bytes, "0" * 64)
    one = Order(1).windows(file, WINDOW, 0, 50).tolist()
    assert one != Order(2).windows(file, WINDOW, 0, 50).tolist()
    assert one != Order(1).windows(other, WINDOW, 0, 50).tolist()


def test_an_order_never_changes() -> None:
    fixed = TokenFile(Path("never-read"), 81, 81, "ab" * 32)
    assert Order(7).windows(fixed, 8, 0, 10).tolist() == [1, 8, 5, 7, 3, 4, 0, 9, 2, 6]


def test_repeated_windows_are_the_prefix_each_epoch_in_another_order(file: TokenFile) -> None:
    order = Order(1, unique=50 * WINDOW + 3)
    seen = order.windows(file, WINDOW, 0, 170)
    prefix = Order(1).windows(file, WINDOW, 0, 50)
    assert seen[:50].tolist() == prefix.tolist()
    for epoch in (1, 2):
        again = seen[50 * epoch : 50 * epoch + 50]
        assert sorted(again) == sorted(prefix) and again.tolist() != prefix.tolist()
    assert seen[50:100].tolist() != seen[100:150].tolist()
    assert order.windows(file, WINDOW, 95, 105).tolist() == seen[95:105].tolist()


def test_too_few_tokens_are_said_before_anything_is_trained(file: TokenFile) -> None:
    with pytest.raises(SpecError, match=r"3,208 fresh tokens asked for, in windows of 8; it has 3,200\. Ask for fewer"):
        Order(1).windows(file, WINDOW, 0, COUNT + 1)
    with pytest.raises(SpecError, match=r"4,000 unique tokens asked for, in windows of 8; allowed are 8 to 3,200"):
        Order(1, unique=4000).windows(file, WINDOW, 0, 1)


@pytest.mark.parametrize("seed", range(200))
def test_what_was_planned_passes(file: TokenFile, seed: int) -> None:
    for order, stop in ((Order(seed), 300), (Order(seed, unique=60 * WINDOW), 150)):
        exposed(file, order, order.windows(file, WINDOW, 0, stop)).check(stop * WINDOW)


def test_the_record_says_how_often_windows_were_seen(file: TokenFile) -> None:
    order = Order(3, unique=60 * WINDOW)
    seen = order.windows(file, WINDOW, 0, 150)
    record = exposed(file, order, seen).record()
    assert record["windows"] == 150
    assert record["times"] == {str(t): n for t, n in sorted(Counter(Counter(seen.tolist()).values()).items())}
    first = seen[:60].tolist()
    assert record["adjacent"] == sum(abs(a - b) == 1 for a, b in itertools.pairwise(first)) / 59


@settings(deadline=None, max_examples=30)
@given(batches=st.lists(st.integers(1, 60), min_size=1, max_size=12), kill=st.integers(0, 11))
def test_batches_and_resumes_change_nothing_in_the_record(file: TokenFile, batches: list[int], kill: int) -> None:
    order = Order(5, unique=70 * WINDOW)
    exposure = Exposure(file, order, WINDOW)
    for number, size in enumerate(batches):
        exposure.take(order.windows(file, WINDOW, exposure.seen, exposure.seen + size))
        if number == kill:
            exposure = exposure.fork()
    total = sum(batches)
    exposure.check(total * WINDOW)
    assert exposure.record() == exposed(file, order, order.windows(file, WINDOW, 0, total), batch=total).record()


def test_a_fork_does_not_touch_its_trunk(file: TokenFile) -> None:
    trunk = exposed(file, Order(1), Order(1).windows(file, WINDOW, 0, 40))
    trunk.fork().take(Order(1).windows(file, WINDOW, 40, 50))
    trunk.check(40 * WINDOW)


def test_long_orders_are_hashed_alike_in_every_batch(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(bytes(2 * 10_001))
    file = TokenFile.of(path, bytes=1)
    records = []
    for batch in (7, 4096, 10_000):
        exposure = Exposure(file, Order(1), 1)
        while exposure.seen < 10_000:
            exposure.take(Order(1).windows(file, 1, exposure.seen, min(10_000, exposure.seen + batch)))
        records.append(exposure.record())
    assert records[0] == records[1] == records[2]


FRESH = Order(1)
REPEATED = Order(1, unique=60 * WINDOW)


def with_replacement(file: TokenFile) -> Windows:
    return np.random.default_rng(0).integers(0, COUNT, 200)


def resume_that_repeats(file: TokenFile) -> Windows:
    """Stopped after 100 windows, went on at the last snapshot's 80 but with the model of 100."""
    return np.concatenate([FRESH.windows(file, WINDOW, 0, 100), FRESH.windows(file, WINDOW, 80, 180)])


def resume_that_skips(file: TokenFile) -> Windows:
    return np.concatenate([FRESH.windows(file, WINDOW, 0, 100), FRESH.windows(file, WINDOW, 120, 220)])


def resume_that_starts_over(file: TokenFile) -> Windows:
    return np.concatenate([FRESH.windows(file, WINDOW, 0, 100), FRESH.windows(file, WINDOW, 0, 100)])


def in_file_order(file: TokenFile) -> Windows:
    return np.arange(200)


def in_every_other_window(file: TokenFile) -> Windows:
    return np.arange(0, 400, 2)


def backwards(file: TokenFile) -> Windows:
    return np.arange(200)[::-1]


def shuffled_within_a_buffer(file: TokenFile) -> Windows:
    rng = np.random.default_rng(0)
    return np.concatenate([at + rng.permutation(20) for at in range(0, 200, 20)])


def shuffled_in_blocks(file: TokenFile) -> Windows:
    rng = np.random.default_rng(0)
    return np.concatenate([10 * block + np.arange(10) for block in rng.permutation(40)[:20]])


def another_permutation(file: TokenFile) -> Windows:
    return Order(2).windows(file, WINDOW, 0, 200)


def two_swapped(file: TokenFile) -> Windows:
    seen = FRESH.windows(file, WINDOW, 0, 200)
    seen[[3, 150]] = seen[[150, 3]]
    return seen


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (with_replacement, "once each, 37 were seen more often, 43 less often or never"),
        (resume_that_repeats, "once each, 20 were seen more often, 20 less often or never"),
        (resume_that_starts_over, "once each, 100 were seen more often, 100 less often or never"),
        (resume_that_skips, "are not the planned ones in their order"),
        (in_file_order, "not shuffled: 199 of 199 successive windows are neighbours in the file, 1.0 would be chance"),
        (backwards, "not shuffled: 199 of 199 successive windows are neighbours"),
        (in_every_other_window, "not shuffled: place and number of 200 windows correlate by 1.00, 14 standard"),
        (shuffled_within_a_buffer, "not shuffled: "),
        (shuffled_in_blocks, "not shuffled: 182 of 199"),
        (another_permutation, "are not the planned ones in their order"),
        (two_swapped, "are not the planned ones in their order"),
    ],
)
def test_a_planted_fault_is_found(file: TokenFile, fault: object, says: str) -> None:
    assert callable(fault)
    exposure = exposed(file, FRESH, fault(file))
    with pytest.raises(WrongExposure) as caught:
        exposure.check(200 * WINDOW)
    assert says in str(caught.value)


@pytest.mark.parametrize(("epochs", "windows"), [(1, 60), (2, 120), (2, 130)])
def test_planted_faults_in_repeats_are_found(file: TokenFile, epochs: int, windows: int) -> None:
    rng = np.random.default_rng(0)
    prefix = FRESH.windows(file, WINDOW, 0, 60)
    replaced = prefix[rng.integers(0, 60, windows)]
    outside = np.concatenate(
        [REPEATED.windows(file, WINDOW, 0, windows - 1), [set(range(COUNT)).difference(prefix).pop()]]
    )
    for seen in (replaced, outside):
        with pytest.raises(WrongExposure):
            exposed(file, REPEATED, seen).check(windows * WINDOW)


def test_epochs_in_the_same_order_are_found(file: TokenFile) -> None:
    same = np.tile(FRESH.windows(file, WINDOW, 0, 60), 2)
    with pytest.raises(WrongExposure, match="two epochs saw their 60 windows in the same order"):
        exposed(file, REPEATED, same).check(120 * WINDOW)


def test_a_run_that_ends_early_is_found(file: TokenFile) -> None:
    with pytest.raises(WrongExposure, match=r"199 windows were seen, 200 were planned"):
        exposed(file, FRESH, FRESH.windows(file, WINDOW, 0, 199)).check(200 * WINDOW)


def test_a_window_outside_the_file_is_refused(file: TokenFile) -> None:
    for number in (-1, COUNT):
        with pytest.raises(IndexError):
            Exposure(file, FRESH, WINDOW).take(np.array([number]))
