"""Anybody's table: columns by name, numbers as people write them, nothing lost in silence."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dataqual.errors import DataqualError, InputError, UnknownColumn
from studies.fitting.robust import fit
from studies.fitting.runs import Runs
from studies.fitting.tables import Table, find_roles, number, read_table
from studies.judging.tables import Fitted, fit_table
from tests.studies.made import CHINCHILLA, runs


def read(folder: Path, text: str, name: str = "runs.csv", **asked: object) -> Table:
    (folder / name).write_text(text, encoding="utf-8")
    return read_table(folder / name, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        ("N,D,loss", {"N": "N", "D": "D"}),
        ("Model Size,Training Tokens,Training FLOP,loss", {"N": "Model Size", "D": "Training Tokens", "C": "Training FLOP"}),
        ("params,tokens,unique_tokens,flops,val_loss", {"N": "params", "D": "tokens", "U": "unique_tokens", "C": "flops"}),
        ("numParams,trainTokens,bpb,dataset", {"N": "numParams", "D": "trainTokens", "grade": "dataset"}),
        ("parameters,non_embedding,tokens,loss", {"N": "parameters", "D": "tokens"}),
        ("n_params [M],tokens (billions),loss", {"N": "n_params [M]", "D": "tokens (billions)"}),
        ("params (N),tokens (D),flops_C,loss", {"N": "params (N)", "D": "tokens (D)", "C": "flops_C"}),
        ("参数量,词元数,计算量,损失,随机种子,语料", {"N": "参数量", "D": "词元数", "C": "计算量", "seed": "随机种子", "grade": "语料"}),
        ("模型参数量（亿）,训练 Token 数,轮数,验证集", {"N": "模型参数量（亿）", "D": "训练 Token 数", "epochs": "轮数", "held_out": "验证集"}),
        ("参数量 (N),训练词元数（单位：亿个）,不重复词元数", {"N": "参数量 (N)", "D": "训练词元数（单位：亿个）", "U": "不重复词元数"}),
        ("參數量,訓練詞元數,質量,試驗", {"N": "參數量", "D": "訓練詞元數", "grade": "質量", "trunk": "試驗"}),
    ],
)  # fmt: skip
def test_columns_are_found_by_name(header: str, roles: dict[str, str]) -> None:
    assert find_roles(header.split(","))[0] == roles


@pytest.mark.parametrize(
    ("text", "value"),
    [("124M", 124e6), ("1.5b", 1.5e9), ("1,000,000", 1e6), ("6.9e9", 6.9e9), ("10_000", 1e4), ("20 billion", 2e10),
     ("20B tokens", 2e10), (" 7 T ", 7e12), ("30k", 3e4), (".5M", 5e5), (3, 3.0), ("1.2e-3", 1.2e-3),
     ("1.5亿", 1.5e8), ("3亿参数", 3e8), ("200亿词元", 2e10), ("20亿tokens", 2e9), ("7000万个参数", 7e7), ("3 万亿 tokens", 3e12), ("2千万", 2e7), ("7만", 7e4), ("2 crore", 2e7)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: object, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["gpt2", "12 apples", "12个苹果", "1.2.3", "7Q", "7Btokens", True])
def test_what_is_no_number_is_none(text: object) -> None:
    assert number(text) is None


def test_units_in_the_header_count_and_a_suffix_in_the_cell_wins(tmp_path: Path) -> None:
    table = read(tmp_path, "params (M),tokens_B,loss\n70,1.4,3.0\n1.5B,20,2.5\n")
    assert table.runs["loss"].parameters.tolist() == [70e6, 1.5e9]
    assert table.runs["loss"].tokens.tolist() == [1.4e9, 20e9]


def test_chinese_units_count_in_header_and_cell_alike(tmp_path: Path) -> None:
    table = read(tmp_path, "params (万),tokens (亿),loss\n7000,14,3.0\n15亿,200,2.5\n")
    assert table.runs["loss"].parameters.tolist() == [70e6, 1.5e9]
    assert table.runs["loss"].tokens.tolist() == [1.4e9, 20e9]


def test_a_table_in_chinese_is_read_as_one_in_english(tmp_path: Path) -> None:
    head = "参数量（万）,训练词元数（亿）,训练损失,验证损失,C4损失,损失标准差,质量,随机种子\n"
    table = read(tmp_path, head + "7000,14,2,3.0,3.1,0.1,原始,0\n15亿,200,1,2.5,2.6,0.1,清洗后,1\n")
    assert {name: held.loss.tolist() for name, held in table.runs.items()} == {
        "验证损失": [3.0, 2.5],
        "C4损失": [3.1, 2.6],
    }
    held = table.runs["验证损失"]
    assert held.parameters.tolist() == [70e6, 1.5e9]
    assert held.tokens.tolist() == [1.4e9, 20e9]
    assert held.grades == ("原始", "清洗后")
    assert read(tmp_path, "参数量,词元数,困惑度\n1e6,1e7,20\n").says() == [
        "'困惑度' is a perplexity: its logarithm is fitted"
    ]
    alone = read(tmp_path, "参数量,词元数,训练损失\n1e6,1e7,3\n")
    assert alone.says() == ["'训练损失' is a training loss: with repeated data it says nothing of new text"]


def test_a_file_that_is_not_utf_8_is_refused_with_its_encoding_and_how_to_mend_it(tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_bytes("N,D,loss,语料\n1e6,1e7,3,清洗后\n".encode("gbk"))
    with pytest.raises(InputError) as error:
        read_table(file)
    mend = f"probably GBK; save it as UTF-8 (iconv -f GBK -t UTF-8 {file})"
    assert str(error.value) == f"{file}: not UTF-8 text (byte 9), {mend}"
    file.write_bytes("N,D,loss,qualité\n1e6,1e7,3,très\n".encode("cp1252"))
    with pytest.raises(InputError, match="probably GB18030, Big5, Shift_JIS or Windows-1252; save it as UTF-8"):
        read_table(file)


def test_rows_that_cannot_be_used_are_named_with_line_and_reason(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,loss\n1e6,1e7,3\n1e6,0,3\n1e6,1e7,nan\nbig,1e7,3\n\n1e6,1e7,\n2e6,-1,2\n1e6,1e7,inf\n")
    assert [(row.line, row.reason) for row in table.refused["loss"]] == [
        (3, "D is 0; it must be above 0"),
        (4, "loss is not finite"),
        (5, "N is 'big', no number"),
        (7, "loss is not finite"),
        (8, "D is -1; it must be above 0"),
        (9, "loss is not finite"),
    ]
    assert "loss: 3 rows left out, loss is not finite: line 4, 7, 9" in table.says()
    assert len(table.runs["loss"]) == 1


def test_tokens_are_compute_over_six_n_where_only_compute_is_given(tmp_path: Path) -> None:
    table = read(tmp_path, "Model Size,Training FLOP,loss\n1e6,6e13,3\n")
    assert table.runs["loss"].tokens.tolist() == [1e7]
    assert table.says() == ["no column for D: taken as Training FLOP / (6 N)"]


def test_epochs_say_how_many_tokens_are_unique(tmp_path: Path) -> None:
    assert read(tmp_path, "N,D,epochs,loss\n1e6,8e6,4,3\n").runs["loss"].unique.tolist() == [2e6]


def test_more_unique_tokens_than_tokens_are_as_many_as_tokens_and_noted(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,U,loss\n1e6,1e6,5e6,3\n")
    assert table.runs["loss"].unique.tolist() == [1e6]
    assert "more unique tokens than tokens in 1 of 1 rows" in table.says()[0]


def test_each_held_out_loss_is_a_set_of_its_own_and_training_loss_is_none(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,train_loss,loss_c4,eval/wiki/bpb,loss_std\n1e6,1e7,1,3,2,0.1\n1e6,2e7,1,,1.9,0.1\n")
    assert {name: held.loss.tolist() for name, held in table.runs.items()} == {
        "loss_c4": [3.0],
        "eval/wiki/bpb": [2.0, 1.9],
    }
    assert [row.line for row in table.refused["loss_c4"]] == [3]


def test_a_held_out_column_splits_a_long_table(tmp_path: Path) -> None:
    table = read(tmp_path, "parameters,tokens,held_out,loss\n1e6,1e7,raw,3\n1e6,1e7,neutral,4\n")
    assert {name: held.loss.tolist() for name, held in table.runs.items()} == {"raw": [3.0], "neutral": [4.0]}


def test_grades_are_names_and_the_reference_is_the_first_or_the_one_asked_for(tmp_path: Path) -> None:
    text = "N,D,loss,dataset\n1e6,1e7,3,粗\n1e6,1e7,2,精\n"
    assert read(tmp_path, text).runs["loss"].grades == ("粗", "精")
    assert read(tmp_path, text, reference="精").runs["loss"].grades == ("精", "粗")
    with pytest.raises(DataqualError, match="no run has the reference grade 'x'; there are: 粗, 精"):
        read(tmp_path, text, reference="x")


def test_a_name_of_a_model_is_no_size(tmp_path: Path) -> None:
    assert read(tmp_path, "model,params,data,tokens,loss\ngpt,1e6,web,1e7,3\n").columns == {
        "N": "params", "D": "tokens", "grade": "data", "loss": "loss",
    }  # fmt: skip


def test_seeds_make_trunks_and_one_seed_for_all_does_not(tmp_path: Path) -> None:
    two = "N,D,loss,seed\n1e6,1e7,3,0\n1e6,2e7,2.9,0\n1e6,1e7,3.1,1\n"
    assert read(tmp_path, two).runs["loss"].trunks == 2
    assert read(tmp_path, two.replace(",1\n", ",0\n")).runs["loss"].trunks == 3


def test_every_format_holds_the_same_runs(tmp_path: Path) -> None:
    frame = pl.DataFrame({"N": [1e6, 2e6], "D": [1e7, 2e7], "loss": [3.0, 2.5]})
    frame.write_csv(tmp_path / "a.csv")
    frame.write_csv(tmp_path / "a.tsv", separator="\t")
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.jsonl")
    frame.write_json(tmp_path / "a.json")
    (tmp_path / "b.csv").write_text("N;D;loss\n1000000;10000000;3,0\n2000000;20000000;2,5\n")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    (tmp_path / "d.csv").write_bytes("\ufeffN,D,loss\r\n1e6,1e7,3.0\r\n2e6,2e7,2.5\r\n".encode())
    for name in ("a.csv", "a.tsv", "a.parquet", "a.jsonl", "a.json", "b.csv", "c.csv.gz", "d.csv"):
        made = read_table(tmp_path / name).runs["loss"]
        assert (made.parameters.tolist(), made.tokens.tolist(), made.loss.tolist()) == (
            [1e6, 2e6],
            [1e7, 2e7],
            [3.0, 2.5],
        ), name


def test_copies_of_a_row_are_kept_and_noted(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,loss\n1e6,1e7,3\n1e6,1e7,3\n")
    assert len(table.runs["loss"]) == 2
    assert table.says() == [
        "1 of 2 rows repeats another in N, D and loss: kept, but copies make intervals too narrow",
    ]
    graded = read(tmp_path, "N,D,grade,loss\n" + "1e6,1e7,raw,3\n" * 3)
    assert graded.says()[0].startswith("2 of 3 rows repeat another in N, D, grade and loss")


def test_runs_with_other_seeds_are_no_copies_even_if_their_loss_is_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, "N,D,loss,seed\n1e6,1e7,3,0\n1e6,1e7,3,1\n").says() == []
    assert read(tmp_path, "N,D,loss,trunk\n1e6,1e7,3,a\n1e6,1e7,3,b\n").says() == []
    [says] = read(tmp_path, "N,D,loss,seed\n1e6,1e7,3,0\n1e6,1e7,3,0\n").says()
    assert says.startswith("1 of 2 rows repeats another in N, D, seed and loss")


@pytest.mark.parametrize(
    ("column", "role"),
    [("quality", "grade"), ("语料", "grade"), ("seed", "seed"), ("trial", "trunk"), ("eval_set", "held_out")],
)
def test_a_row_that_does_not_say_its_grade_is_answered_in_one_line(tmp_path: Path, column: str, role: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, f"N,D,loss,{column}\n1e6,1e7,3,a\n1e6,2e7,2.9, \n")
    message = f"{tmp_path / 'runs.csv'}:3: {column!r} is empty; name the {role} of every row, or of none"
    assert str(error.value) == message


def test_a_row_without_a_grade_that_is_left_out_anyway_is_no_error(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,loss,grade\n1e6,1e7,3,raw\n1e6,2e7,,\n")
    assert table.says() == ["loss: 1 row left out, loss is not finite: line 3"]


def test_a_grade_column_without_any_grade_is_missing_and_the_next_one_that_has_some_counts(tmp_path: Path) -> None:
    table = read(tmp_path, "N,D,loss,grade\n1e6,1e7,3,\n1e6,2e7,2.9,\n")
    assert table.runs["loss"].grades == ("all",)
    assert table.says() == ["grade: every cell of 'grade' is empty: taken as missing"]
    two = read(tmp_path, "N,D,loss,grade,dataset\n1e6,1e7,3,,raw\n1e6,2e7,2.9,,web\n")
    assert two.columns["grade"] == "dataset"
    assert two.says() == ["grade: every cell of 'grade' is empty: taken as missing"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("", InputError, "no rows; a table needs a header and at least one row"),
        ("N,D,foo\n1,2,3\n", UnknownColumn, "no column for the losses; call it one of: loss, val_loss, bpb, …; there are: N, D, foo"),
        ("D,loss\n1,2\n", UnknownColumn, "no column for the model sizes (N); call it one of: params, parameters, model_size, …; there are: D, loss"),
        ("N,loss\n1,2\n", UnknownColumn, "no column for the training tokens (D); call it one of: tokens, training_tokens, …; there are: N, loss"),
        ("N,D,N,loss\n1,2,3,4\n", InputError, "two columns are called 'N'; rename one"),
        ("N,D,loss\n1,2,nan\n", InputError, "none of 1 rows can be used; line 2: loss is not finite"),
        ("N,D,loss\n1,2,3,4\n", InputError, "4 fields under 3 columns; quote a field that holds a ','"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_answered_in_one_line(
    tmp_path: Path, text: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        read(tmp_path, text)
    assert str(caught.value).endswith(message)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_broken_ones_are_answered_in_one_line(tmp_path: Path) -> None:
    for name, data in (
        ("gone.csv", None),
        ("bad.parquet", b"x"),
        ("bad.jsonl", b"{"),
        ("bad.csv", b"\xff\xfa\x00\x81"),
    ):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError) as caught:
            read_table(tmp_path / name)
        assert str(caught.value).startswith(str(tmp_path / name))
        assert "\n" not in str(caught.value)


def test_too_few_runs_say_how_many_each_law_needs(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("N,D,loss\n1e6,1e7,3\n2e6,1e7,2.9\n2e6,2e7,2.8\n")
    with pytest.raises(InputError, match="law chinchilla: needs 6 runs or more to fit 5 parameters, there are 3"):
        fit_table(tmp_path / "few.csv")


def test_runs_of_one_size_are_fitted_by_a_power_and_the_rest_is_said(tmp_path: Path) -> None:
    rows = "".join(f"1e8,{d},{2 + 50 * d**-0.2}\n" for d in (1e9, 2e9, 4e9, 8e9, 16e9, 32e9))
    (tmp_path / "one.csv").write_text("N,D,loss\n" + rows)
    fitted = fit_table(tmp_path / "one.csv", draws=50)
    assert [law.name for law in fitted.laws["loss"]] == ["power"]
    assert fitted.laws["loss"][0].fit.parameters()["gamma"] == pytest.approx(0.2, rel=1e-3)
    assert "all runs have the same parameters (N)" in fitted.summary()


def test_units_change_amplitudes_and_nothing_else() -> None:
    made = runs(noise=0.003)
    small = Runs.of(made.parameters / 1e6, made.tokens / 1e6, made.loss)
    here, there = fit("chinchilla", made).parameters(), fit("chinchilla", small).parameters()
    for name in ("E", "alpha", "beta"):
        assert here[name] == pytest.approx(there[name], rel=1e-4)
    assert there["A"] == pytest.approx(here["A"] * 1e6 ** -here["alpha"], rel=1e-3)
    assert CHINCHILLA["E"] == pytest.approx(here["E"], abs=0.2)


def test_a_frozen_parameter_of_no_law_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("N,D,loss\n1e6,1e7,3\n")
    with pytest.raises(DataqualError, match="no law has a parameter 'F'"):
        fit_table(tmp_path / "a.csv", frozen={"F": 1.0})


def test_losses_that_are_all_the_same_carry_no_law(tmp_path: Path) -> None:
    rows = [f"{n},{d},2.5,{g}" for n in (1e6, 3e6, 1e7) for d in (1e7, 3e7, 1e8) for g in ("clean", "dup")]
    (tmp_path / "same.csv").write_text("\n".join(["N,D,loss,grade", *rows, ""]), encoding="utf-8")
    with pytest.raises(InputError, match="all runs have the same loss: nothing can be said of what it depends on"):
        fit_table(tmp_path / "same.csv", draws=50)


def test_a_worth_that_nothing_tells_is_unknown_not_the_end_of_its_box(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).standard_normal(24)
    places = [(n, d, g) for n in (1e6, 3e6, 1e7, 3e7) for d in (1e7, 3e7, 1e8) for g in ("clean", "dup")]
    rows = [f"{n},{d},{2.5 * (1 + 0.002 * e)},{g}" for (n, d, g), e in zip(places, noise, strict=True)]
    (tmp_path / "noise.csv").write_text("\n".join(["N,D,loss,grade", *rows, ""]), encoding="utf-8")
    q = fit_table(tmp_path / "noise.csv", draws=200).exchange["loss"]["grades"]["dup"]["q"]
    assert q["value"] is None or 1 / 900 < q["value"] < 900
    assert q["interval"] is None or q["interval"][0] < 0.1


def fitted(folder: Path, text: str, draws: int = 200) -> Fitted:
    """The law used for a table."""
    (folder / "runs.csv").write_text(text, encoding="utf-8")
    return fit_table(folder / "runs.csv", draws=draws).laws["loss"][0]


def test_runs_of_one_size_that_contradict_one_another_leave_everything_open(tmp_path: Path) -> None:
    places = [(d, g) for d in (1e9, 2e9, 4e9) for g in ("clean", "dup")] + [(4e9, "clean"), (2e9, "dup")]
    losses = (3.0, 3.0, 2.9, 2.9, 2.8, 2.8, 2.5, 2.5)
    rows = [f"1e8,{d},{loss},{g}" for (d, g), loss in zip(places, losses, strict=True)]
    law = fitted(tmp_path, "\n".join(["N,D,loss,grade", *rows, ""]))
    intervals = law.intervals()
    assert intervals["q[dup]"] is not None
    assert intervals["q[dup]"][1] > 5 * intervals["q[dup]"][0]  # the draws of the robust fit differ by 6 %
    assert law.warnings()[0] == (
        "the law passes through some runs and far from others, which contradict them: intervals are those of least squares"
    )


def test_a_diverged_run_among_many_leaves_the_intervals_to_the_others(tmp_path: Path) -> None:
    made = runs(noise=0.002, seeds=2)
    losses = made.loss.copy()
    losses[5] *= 3
    rows = [f"{n},{d},{loss}" for n, d, loss in zip(made.parameters, made.tokens, losses, strict=True)]
    law = fitted(tmp_path, "\n".join(["N,D,loss", *rows, ""]))
    assert not law.draws.stuck
    assert law.draws.how.startswith("wild bootstrap by trunk, CR3, t with")


def test_as_many_runs_as_parameters_and_one_are_said_to_be_too_few(tmp_path: Path) -> None:
    text = "N,D,loss\n1e8,1e9,3.0\n1e8,2e9,2.9\n1e8,4e9,2.82\n1e8,8e9,2.76\n"
    law = fitted(tmp_path, text)
    assert law.warnings()[0] == (
        "too few runs: 4 independent for 3 parameters, 1 to spare; "
        "intervals are given as with 3 to spare and may be too narrow"
    )
    more = text + "1e8,16e9,2.715\n1e8,32e9,2.68\n"
    assert not [warning for warning in fitted(tmp_path, more).warnings() if "too few" in warning]
    one = "".join(f"{line},0\n" for line in text.splitlines()[1:]) + "1e8,16e9,2.715,1\n"
    [warning] = [w for w in fitted(tmp_path, "N,D,loss,seed\n" + one).warnings() if "too few" in w]
    assert warning.startswith("too few runs: 2 independent for 3 parameters, none to spare; ")


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"1e8,{d},{loss},{g}\n" for g in ("clean", "dup") for d, loss in (("1e9", 2.79), ("2e9", 2.69), ("4e9", 2.6))),
        "".join(f"1e8,{d},{2 + 50 * (q * d) ** -0.2},{g}\n" for g, q in (("clean", 1), ("dup", 0.6)) for d in (1e9, 2e9, 4e9, 8e9)),
    ],
    ids=["three parameters through three amounts of tokens", "made by a formula"],
)  # fmt: skip
def test_runs_of_one_size_without_noise_give_no_interval_and_a_warning_instead_of_one_without_width(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "one.csv").write_text("N,D,loss,grade\n" + text, encoding="utf-8")
    found = fit_table(tmp_path / "one.csv", draws=50)
    law, answers = found.laws["loss"][0], found.exchange["loss"]
    assert law.intervals() == {"K": None, "E": None, "gamma": None, "q[dup]": None}
    assert law.facts()["profiles"] == {}
    assert answers["grades"]["dup"]["q"]["interval"] is None
    assert answers["elasticities"]["compute"]["interval"] is None
    runs = len(text.splitlines())
    assert law.warnings() == [
        f"the law passes through the runs ({runs}, 4 parameters fitted): "
        "they show no noise, so how sure its numbers are cannot be identified"
    ]
    assert "q[dup]  " in found.summary()
    assert found.summary().count("[interval unknown]") == 7  # four parameters, q, the compute multiplier, the slope


def test_a_table_of_many_sizes_made_by_a_formula_leaves_its_verdicts_open(tmp_path: Path) -> None:
    made = runs(epochs=(1.0, 2.0, 4.0), law="data_constrained")
    columns = zip(made.parameters, made.tokens, made.unique, made.loss, strict=True)
    text = "\n".join(["N,D,U,loss", *(",".join(map(str, row)) for row in columns), ""])
    (tmp_path / "made.csv").write_text(text, encoding="utf-8")
    [verdict] = fit_table(tmp_path / "made.csv", draws=50).exchange["loss"]["verdicts"]
    assert (verdict["verdict"], verdict["reason"]) == (
        "UNDECIDED",
        "the law passes through the runs: they show no noise, so how sure the difference is cannot be identified",
    )


def test_a_reason_that_holds_for_several_laws_sets_and_verdicts_is_said_once(tmp_path: Path) -> None:
    rows = [f"1e8,{d},{2 + d**-0.2 * f:.3f},{3 + d**-0.2 * f:.3f},{g}" for g, f in (("a", 50), ("b", 53), ("c", 55))
            for d in (1e9, 2e9, 4e9, 8e9)]  # fmt: skip
    (tmp_path / "one.csv").write_text("\n".join(["N,D,loss_x,loss_y,grade", *rows, ""]))
    found = fit_table(tmp_path / "one.csv", draws=50)
    same = (
        "loss_x, loss_y: laws data_constrained, chinchilla: "
        "all runs have the same parameters (N): nothing can be said of how loss depends on it"
    )
    assert found.says() == [same]
    assert found.facts()["notes"] == [same]
    assert found.summary().count("nothing can be said") == 1
    blind = "law power has no term for tokens: all runs have one size, or one number of tokens, or are too few"
    gain = "lowers loss more than doubling compute"
    assert [line for line in found.summary().split("loss_y: 12 runs")[1].splitlines() if "UNDECIDED" in line] == [
        f"    doubling unique data {gain}: UNDECIDED ({blind})",
        f"    training on grade b {gain}: UNDECIDED (as above; its yield is unknown and taken as the reference's)",
        f"    training on grade c {gain}: UNDECIDED (as above)",
    ]


def test_a_reason_why_no_law_can_be_fitted_is_said_once_with_every_law(tmp_path: Path) -> None:
    rows = [f"{n},{d},2.5" for n in (1e6, 3e6, 1e7) for d in (1e7, 3e7, 1e8)]
    (tmp_path / "same.csv").write_text("\n".join(["N,D,loss", *rows, ""]))
    with pytest.raises(InputError) as error:
        fit_table(tmp_path / "same.csv")
    why = "all runs have the same loss: nothing can be said of what it depends on"
    assert (
        str(error.value)
        == f"{tmp_path / 'same.csv'}: no law can be fitted: laws data_constrained, chinchilla, power: {why}"
    )


def test_losses_that_do_not_fall_are_told_as_that(tmp_path: Path) -> None:
    rows = [
        f"{n},{d},{2 + 0.1 * np.log(d / 1e6) - 0.05 * np.log(n / 1e6)}"
        for n in (1e6, 3e6, 1e7)
        for d in (1e7, 3e7, 1e8)
    ]
    law = fitted(tmp_path, "\n".join(["N,D,loss", *rows, ""]))
    [said] = [w for w in law.warnings() if "did not always lower loss" in w]
    assert said == (
        "more tokens did not always lower loss: from one amount to the next, all else equal, it rose in 6 of 6 steps, "
        "by chance or not; a law in which loss falls cannot say so"
    )
    falls = [row.replace(row.split(",")[2], str(4 - 0.1 * float(row.split(",")[2]))) for row in rows]
    assert not [w for w in fitted(tmp_path, "\n".join(["N,D,loss", *falls, ""])).warnings() if "tokens did not" in w]


def test_checkpoints_of_one_run_are_one_trunk_whatever_the_column_is_called(tmp_path: Path) -> None:
    rows = [f"r{n:g},{n},{d},{3 - d / 1e9}" for n in (1e6, 3e6) for d in (1e7, 3e7, 1e8)]
    for name in ("run", "run_id", "Run Name", "运行", "trunk"):
        (tmp_path / "runs.csv").write_text("\n".join([f"{name},N,D,loss", *rows, ""]), encoding="utf-8")
        assert read_table(tmp_path / "runs.csv").runs["loss"].trunks == 2, name
