"""Anybody's table of runs: columns found by name, numbers as people write them, and a word on every row left out."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars

from dataqual.errors import InputError, UnknownColumn, did_you_mean
from studies.fitting.runs import FLOPS_PER_PARAMETER_AND_TOKEN, Runs

ROLES: dict[str, tuple[str, ...]] = {
    "N": (
        "n", "parameters", "params", "num_params", "n_params", "nparams", "num_parameters", "n_parameters",
        "parameter_count", "param_count", "total_params", "total_parameters", "model_size", "model_params",
        "model_parameters", "non_embedding", "non_embedding_params", "non_embedding_parameters", "n_non_embedding",
        "size", "model",
        "参数量", "模型参数量", "参数数量", "参数个数", "参数", "模型参数", "非嵌入参数量", "模型规模", "模型大小",
        "參數量", "模型參數量", "參數", "模型規模",
    ),
    "D": (
        "d", "tokens", "training_tokens", "train_tokens", "num_tokens", "n_tokens", "ntokens", "tokens_seen",
        "seen_tokens", "total_tokens", "token_count", "num_train_tokens", "data_size", "dataset_size", "data",
        "训练词元数", "训练词元", "词元数", "词元数量", "词元量", "词元", "训练_token_数", "token_数", "token_数量", "训练_tokens",
        "训练数据量", "数据量", "訓練詞元數", "訓練詞元", "詞元數", "詞元",
    ),
    "U": ("u", "unique_tokens", "unique", "num_unique_tokens", "tokens_unique", "unique_data", "uniq_tokens", "unique_training_tokens",
          "不重复词元数", "不同词元数", "去重词元数", "唯一词元数", "独立词元数", "不重复词元", "不重复_token_数", "不重複詞元數"),
    "C": ("c", "flops", "flop", "compute", "training_flop", "training_flops", "train_flops", "total_flops", "training_compute", "flops_spent", "budget",
          "计算量", "训练计算量", "总计算量", "计算预算", "算力", "浮点运算次数", "浮点运算量", "計算量", "訓練計算量"),
    "epochs": ("epochs", "epoch", "num_epochs", "n_epochs", "轮数", "训练轮数", "轮次", "epoch_数", "輪數"),
    "grade": ("grade", "quality", "corpus", "dataset", "data_source", "source", "subset", "mixture", "mix", "recipe", "data_recipe", "training_data", "train_data", "data",
              "等级", "级别", "质量", "数据质量", "质量等级", "语料", "语料库", "数据集", "数据来源", "来源", "数据配比", "配比", "训练数据", "数据",
              "等級", "質量", "品質", "語料", "資料集", "來源"),
    "held_out": ("held_out", "heldout", "held_out_set", "eval_set", "validation_set", "test_set", "eval_domain", "留出集", "验证集", "测试集", "评估集", "驗證集", "測試集"),
    "trunk": ("trunk", "trial", "run", "run_id", "run_name", "试验", "试验编号", "运行", "試驗"),
    "seed": ("seed", "random_seed", "随机种子", "随机数种子", "种子", "隨機種子"),
}  # fmt: skip
"""Names by role, most telling first; as they are after `normal`."""
NUMERIC = ("N", "D", "U", "C", "epochs")
LABELS = ("grade", "held_out", "trunk", "seed")
LOSSES = (
    "loss", "val_loss", "valid_loss", "validation_loss", "test_loss", "eval_loss", "final_loss", "held_out_loss",
    "bpb", "bits_per_byte", "val_bpb", "nll", "cross_entropy", "ce_loss", "ce", "lm_loss", "l",
)  # fmt: skip
LOSS_WORDS = {"loss", "bpb", "nll", "xent"}
HAN_LOSSES, HAN_TRAINING = ("损失", "損失", "交叉熵"), ("训练", "訓練")
"""Chinese words are not set apart: these count wherever they stand in a column's name, as do those that are no losses."""
HAN_NOT_LOSSES = ("标准差", "方差", "误差", "预测", "最小", "最大", "初始", "標準差", "誤差", "預測")
NOT_LOSSES = {
    "std",
    "sd",
    "se",
    "stderr",
    "err",
    "error",
    "var",
    "min",
    "max",
    "predicted",
    "pred",
    "range",
    "delta",
    "diff",
    "init",
    "initial",
}
PERPLEXITY = (
    "ppl",
    "perplexity",
    "val_ppl",
    "eval_ppl",
    "test_ppl",
    "val_perplexity",
    "困惑度",
    "验证困惑度",
    "验证集困惑度",
    "测试困惑度",
    "测试集困惑度",
)
UNITS = {
    "k": 1e3, "thousand": 1e3, "thousands": 1e3, "m": 1e6, "mm": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "g": 1e9, "billion": 1e9, "billions": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12,
    "trillions": 1e12, "p": 1e15, "e": 1e18, "z": 1e21,
    "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "億": 1e8, "万亿": 1e12, "만": 1e4, "억": 1e8, "조": 1e12,
    "lakh": 1e5, "crore": 1e7,
}  # fmt: skip
COUNTED = {"n", "d", "u", "c", "params", "param", "parameters", "tokens", "token", "tok", "flops", "flop"}
COUNTED |= {"个", "個", "参数", "參數", "词元", "詞元", "个参数", "个词元"}
NUMBER = re.compile(
    r"([+-]?(?:\d[\d,_ ]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([千万萬百亿億만억조]+|[A-Za-z]*)"
    r"(?:\s*([\u4e00-\u9fff]+|(?<![A-Za-z])[A-Za-z]+))?"
)
SMALL = 2_000.0
"""Fewer parameters than this at most, and they are probably in millions or billions."""
TINY = 8
"""Rows named in a message at most."""


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used, by its line (or row, in parquet) and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Table:
    """Runs by held-out set, which column was read as what, what was left out, and what was taken for granted."""

    path: str
    runs: dict[str, Runs]
    columns: dict[str, str]
    refused: dict[str, list[Refused]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def says(self) -> list[str]:
        """The notes, and a line per reason for which rows were left out of a held-out set."""
        lines = list(self.notes)
        for name, rows in self.refused.items():
            for reason, count in Counter(row.reason for row in rows).items():
                where = [str(row.line) for row in rows if row.reason == reason]
                shown = ", ".join(where[:TINY]) + (", …" if count > TINY else "")
                lines.append(f"{name}: {count} row{'s' * (count > 1)} left out, {reason}: line {shown}")
        return lines


def read_table(path: str | Path, *, reference: str | None = None, losses: Sequence[str] | None = None) -> Table:
    """The runs in a CSV, TSV, JSON, JSON Lines or parquet file; `losses` names the loss columns if they are not found.

    InputError for a file that is none, UnknownColumn where N, D or a loss cannot be found, each in one line.
    """
    file = Path(path)
    rows = _rows(file)
    if not rows:
        raise InputError(f"{file}: no rows; a table needs a header and at least one row")
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    columns, units, notes = _labelled(names, rows)
    measured = _losses(names, columns, losses, file, notes)
    if "N" not in columns and not {"C", "D"} <= columns.keys():
        raise UnknownColumn(_missing(file, "model sizes (N)", "params, parameters, model_size", names))
    if "D" not in columns and not {"C", "N"} <= columns.keys():
        raise UnknownColumn(_missing(file, "training tokens (D)", "tokens, training_tokens", names))
    return _table(file, rows, columns, units, measured, reference, notes)


def _labelled(
    names: list[str], rows: list[tuple[int, dict[str, Any]]]
) -> tuple[dict[str, str], dict[str, float], list[str]]:
    """What `find_roles` finds; a grade, held-out set, trunk or seed whose every cell is empty is missing, with a note."""
    texts, missing = _texts(names, rows), []
    columns, units, notes = find_roles(names, texts)
    while empty := [
        role for role in LABELS if role in columns and all(_blank(row.get(columns[role])) for _, row in rows)
    ]:
        missing += [f"{role}: every cell of {columns[role]!r} is empty: taken as missing" for role in empty]
        names = [name for name in names if name not in {columns[role] for role in empty}]
        columns, units, notes = find_roles(names, texts)
    return columns, units, missing + notes


def _blank(cell: Any) -> bool:
    return cell is None or cell != cell or str(cell).strip() == ""


def normal(name: str) -> list[str]:
    """The words of a column's name in lower case.

    >>> normal("Model Size"), normal("eval/c4_en/bpb"), normal("trainingTokens (B)")
    (['model', 'size'], ['eval', 'c4', 'en', 'bpb'], ['training', 'tokens', 'b'])
    >>> normal("训练token数（单位：亿个）")
    ['训练', 'token', '数', '亿']
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9A-Za-z])(?=[一-鿿])|(?<=[一-鿿])(?=[0-9A-Za-z])", " ", name)
    words = [re.sub(r"^([千万萬百亿億]+)[个個]$", r"\1", word) for word in re.split(r"[\W_]+", spaced.lower())]
    return [word for word in words if word and word not in ("in", "单位", "單位")]


def find_roles(names: Iterable[str], texts: Collection[str] = ()) -> tuple[dict[str, str], dict[str, float], list[str]]:
    """Column by role, the unit that a column's name states, and a note on columns that could have had a role too.

    `texts` are columns that mostly hold no numbers: `model` is a size only if it reads 70M, not if it reads gpt2.

    >>> find_roles(["params (M)", "tokens_B", "loss"])[:2]
    ({'N': 'params (M)', 'D': 'tokens_B'}, {'N': 1000000.0, 'D': 1000000000.0})
    """
    columns: dict[str, str] = {}
    units: dict[str, float] = {}
    notes = []
    words = {name: normal(name) for name in names}
    for role, known in ROLES.items():
        found = []
        for name, parts in words.items():
            if role in NUMERIC and name in texts:
                continue
            parts = parts[:-1] if len(parts) > 1 and parts[-1] == role.lower() else parts
            unit = UNITS.get(parts[-1], 1.0) if len(parts) > 1 else 1.0
            for spelled, factor in (("_".join(parts), 1.0), ("_".join(parts[:-1]), unit)):
                if spelled in known and (factor != 1.0 or spelled == "_".join(parts)):
                    found.append((known.index(spelled), name, factor))
                    break
        if found:
            _, columns[role], factor = min(found)
            if factor != 1.0:
                units[role] = factor
            if others := sorted(name for _, name, _ in found if name != columns[role]):
                notes.append(f"{role} is {columns[role]!r}; not used: {', '.join(map(repr, others))}")
    return columns, units, notes


def _texts(names: list[str], rows: list[tuple[int, dict[str, Any]]]) -> set[str]:
    """Columns of which more than half of the cells that hold anything hold no number."""
    cells = {name: [row[name] for _, row in rows if row.get(name) not in (None, "")] for name in names}
    return {name for name, held in cells.items() if 2 * sum(number(cell) is None for cell in held) > len(held)}


def number(value: Any, *, decimal_comma: bool = False) -> float | None:
    """A number as people write it; None for what is none, nan for an empty cell.

    >>> [number(text) for text in ("1.5B", "400M", "1,000,000", "6e9", "300 million", "70 B tokens", 12, "abc")]
    [1500000000.0, 400000000.0, 1000000.0, 6000000000.0, 300000000.0, 70000000000.0, 12.0, None]
    >>> number("2,45", decimal_comma=True)
    2.45
    """
    if isinstance(value, bool):
        return None
    if value is None or isinstance(value, int | float):
        return math.nan if value is None else float(value)
    text = str(value).strip().replace("\u00a0", " ").replace("−", "-").replace("×10^", "e")
    if text.lower() in ("", "nan", "na", "n/a", "null", "none", "-", "inf", "+inf", "-inf", "infinity"):
        return math.nan
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    digits, suffix, word = found[1], found[2].lower(), (found[3] or "").lower()
    if word and word not in COUNTED:
        return None
    if suffix in COUNTED - UNITS.keys():
        suffix = ""
    if suffix and suffix not in UNITS:
        return None
    return _digits(digits, decimal_comma) * UNITS.get(suffix, 1.0)


def _digits(digits: str, decimal_comma: bool) -> float:
    bare = digits.replace("_", "").replace(" ", "")
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare)
    if "," in bare and "." not in bare and (decimal_comma or not grouped) and bare.count(",") == 1:
        return float(bare.replace(",", "."))
    return float(bare.replace(",", ""))


def _losses(
    names: list[str], columns: Mapping[str, str], asked: Sequence[str] | None, file: Path, notes: list[str]
) -> list[str]:
    """The columns that hold losses, in the table's order: those asked for, else by name; training loss only if alone."""
    for name in asked or ():
        if name not in names:
            raise UnknownColumn(f"{file}: no column {name!r}; {did_you_mean(name, names)}")
    if asked:
        return list(asked)
    free = [name for name in names if name not in columns.values()]
    words = {name: normal(name) for name in free}
    found = [name for name in free if "_".join(words[name]) in LOSSES + PERPLEXITY or _is_loss(words[name])]
    held_out = [
        name for name in found if not ({"train", "training"} & set(words[name]) or _in(HAN_TRAINING, words[name]))
    ]
    if not found:
        raise UnknownColumn(_missing(file, "losses", "loss, val_loss, bpb", names))
    if not held_out:
        notes.append(f"{found[0]!r} is a training loss: with repeated data it says nothing of new text")
        return found
    plain = [name for name in held_out if "_".join(words[name]) not in PERPLEXITY]
    return plain or held_out


def _is_loss(words: list[str]) -> bool:
    """Whether a column's name speaks of a loss itself, and not of how it scatters."""
    told = bool(LOSS_WORDS & set(words)) or _in(HAN_LOSSES, words)
    return told and not (NOT_LOSSES & set(words) or _in(HAN_NOT_LOSSES, words))


def _in(parts: tuple[str, ...], words: list[str]) -> bool:
    return any(part in word for part in parts for word in words)


def _missing(file: Path, what: str, known: str, names: list[str]) -> str:
    return f"{file}: no column for the {what}; call it one of: {known}, …; there are: {', '.join(names)}"


def _table(
    file: Path,
    rows: list[tuple[int, dict[str, Any]]],
    columns: dict[str, str],
    units: dict[str, float],
    losses: list[str],
    reference: str | None,
    notes: list[str],
) -> Table:
    """Rows sorted into held-out sets; of every row that is left out, the line and the reason.

    InputError where a row that could be used does not say its grade, though others do: it belongs to none of them.
    """
    kept: dict[str, list[dict[str, Any]]] = {}
    refused: dict[str, list[Refused]] = {}
    labels = [role for role in LABELS if role in columns and (role != "held_out" or len(losses) == 1)]
    for line, row in rows:
        known, trouble = _counts(row, columns, units)
        for loss in losses:
            name = str(row.get(columns["held_out"])) if "held_out" in columns and len(losses) == 1 else loss
            value = number(row.get(loss), decimal_comma=True)
            if value is not None and "_".join(normal(loss)) in PERPLEXITY:
                value = math.log(value) if value > 0 else math.nan
            wrong = trouble or _bad_loss(value, row.get(loss), loss)
            if wrong:
                refused.setdefault(name, []).append(Refused(line, wrong))
            elif blank := [role for role in labels if _blank(row.get(columns[role]))]:
                column = columns[blank[0]]
                raise InputError(f"{file}:{line}: {column!r} is empty; name the {blank[0]} of every row, or of none")
            else:
                kept.setdefault(name, []).append(known | {"loss": value})
    if not kept:
        first = next(iter(refused.values()))[0]
        raise InputError(f"{file}: none of {len(rows)} rows can be used; line {first.line}: {first.reason}")
    notes += _notes(kept[next(iter(kept))], columns, losses)
    runs = {name: _runs(found, columns, reference) for name, found in kept.items()}
    return Table(str(file), runs, columns | {"loss": ", ".join(losses)}, refused, notes)


def _counts(
    row: Mapping[str, Any], columns: Mapping[str, str], units: Mapping[str, float]
) -> tuple[dict[str, Any], str]:
    """N, D, U, C, grade, trunk of a row, and what is wrong with it ('' if nothing)."""
    known: dict[str, Any] = {}
    for role in ("N", "D", "U", "C", "epochs"):
        if role not in columns:
            continue
        raw = row.get(columns[role])
        value = number(raw)
        if value is None:
            return known, f"{columns[role]} is {raw!r}, no number"
        plain = not isinstance(raw, str) or not raw.strip()[-1:].isalpha()
        known[role] = value * units.get(role, 1.0) if plain else value
    n, d, c = (known.get(role, math.nan) for role in "NDC")
    if "D" not in columns:
        known["D"] = c / (FLOPS_PER_PARAMETER_AND_TOKEN * n) if n else math.nan
    if "N" not in columns:
        known["N"] = c / (FLOPS_PER_PARAMETER_AND_TOKEN * d) if d else math.nan
    if "U" not in known and known.get("epochs", 0) > 0:
        known["U"] = known["D"] / max(1.0, known["epochs"])
    for role in ("N", "D", "U", "C"):
        if role in known and not (0 < known[role] < math.inf):
            if role in ("U", "C") and math.isnan(known[role]):
                continue  # filled in below: as if the column were not there
            return known, f"{columns.get(role, role)} is {_shown(known[role])}; it must be above 0"
    known |= {role: str(row.get(columns[role])) for role in ("grade", "trunk", "seed") if role in columns}
    return known, ""


def _shown(value: float) -> str:
    return "missing" if math.isnan(value) else f"{value:g}"


def _bad_loss(value: float | None, raw: Any, name: str) -> str:
    if value is None:
        return f"{name} is {raw!r}, no number"
    if not math.isfinite(value):
        return f"{name} is not finite"
    return "" if value > 0 else f"{name} is {value:g}; it must be above 0"


def _runs(rows: list[dict[str, Any]], columns: Mapping[str, str], reference: str | None) -> Runs:
    """Columns of the rows; a missing U counts as D, a missing C as 6 N D."""
    d = [row["D"] for row in rows]
    u = [row["D"] if math.isnan(row.get("U", math.nan)) else row["U"] for row in rows]
    six = [FLOPS_PER_PARAMETER_AND_TOKEN * row["N"] * row["D"] for row in rows]
    c = [whole if math.isnan(row.get("C", math.nan)) else row["C"] for row, whole in zip(rows, six, strict=True)]
    grade = [row["grade"] for row in rows] if "grade" in columns else None
    return Runs.of([row["N"] for row in rows], d, [row["loss"] for row in rows], unique=u, flops=c,
                   grade=grade, reference=reference, trunk=_trunks(rows, columns), seed=_seeds(rows))  # fmt: skip


def _trunks(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> list[object] | None:
    """Which rows share noise: those of one trunk, else of one seed, grade, size and unique data; None: none do."""
    if "trunk" in columns:
        return [row["trunk"] for row in rows]
    if "seed" in columns and len({row["seed"] for row in rows}) > 1:
        again = [row.get("U", row["D"]) if row.get("U", row["D"]) < 0.999 * row["D"] else None for row in rows]
        return [(row["seed"], row.get("grade"), row["N"], u) for row, u in zip(rows, again, strict=True)]
    return None


def _seeds(rows: list[dict[str, Any]]) -> list[object] | None:
    """The seeds, where there are several."""
    seeds: list[object] = [row.get("seed") for row in rows]
    return seeds if len(set(seeds)) > 1 else None


def _notes(rows: list[dict[str, Any]], columns: Mapping[str, str], losses: list[str]) -> list[str]:
    """What was taken for granted."""
    notes = []
    if "D" not in columns or "N" not in columns:
        gone, kept = ("D", "N") if "D" not in columns else ("N", "D")
        notes.append(f"no column for {gone}: taken as {columns['C']} / (6 {kept})")
    if max(row["N"] for row in rows) < SMALL:
        notes.append(
            f"{columns.get('N', 'N')} is at most {max(row['N'] for row in rows):g}: probably in millions or billions; A is then in that unit"
        )
    if above := sum(row.get("U", 0.0) > 1.001 * row["D"] for row in rows):
        notes.append(
            f"more unique tokens than tokens in {above} of {len(rows)} rows: what was not seen does not count, U = D there"
        )
    same = [role for role in ("N", "D", "U", "grade", "trunk", "seed", "loss") if any(role in row for row in rows)]
    if copies := len(rows) - len({tuple(row.get(role) for role in same) for row in rows}):
        repeat = "repeats" if copies == 1 else "repeat"
        notes.append(
            f"{copies} of {len(rows)} rows {repeat} another in {', '.join(same[:-1])} and loss: kept, but copies make intervals too narrow"
        )
    if any("_".join(normal(loss)) in PERPLEXITY for loss in losses):
        notes.append(f"{losses[0]!r} is a perplexity: its logarithm is fitted")
    return notes


def _rows(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line, record) of every row, by the file's ending; a nested JSON object is flattened with slashes."""
    if not file.is_file():
        raise InputError(f"{file}: {'a folder, not a file' if file.is_dir() else 'no such file'}")
    endings = [ending.lower() for ending in file.suffixes]
    if endings[-1:] == [".parquet"]:
        return _parquet(file)
    try:
        data = gzip.decompress(file.read_bytes()) if endings[-1:] == [".gz"] else file.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: {_encoding(file, error)}") from None
    except (OSError, EOFError) as error:
        raise InputError(
            f"{file}: not readable as UTF-8 text ({error}); give CSV, TSV, JSON, JSON Lines or parquet"
        ) from None
    ending = next((e for e in reversed(endings) if e != ".gz"), "")
    if ending in (".json", ".jsonl", ".ndjson") or text.lstrip()[:1] in ("{", "["):
        return _json(file, text)
    return _delimited(file, text, ending)


def _encoding(file: Path, error: UnicodeDecodeError) -> str:
    """What a file that is not UTF-8 probably is, and how it becomes UTF-8; to read it by a guess might change it."""
    try:
        error.object.decode("gb2312")  # both bytes of a character are high: of accents in Windows-1252 one alone is
        guess = "GBK"
    except UnicodeDecodeError:
        guess = "GB18030, Big5, Shift_JIS or Windows-1252"
    to = f"iconv -f {guess} -t UTF-8 {shlex.quote(str(file))}" if guess == "GBK" else "in a spreadsheet: CSV UTF-8"
    return f"not UTF-8 text (byte {error.start}), probably {guess}; save it as UTF-8 ({to})"


def _parquet(file: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        return list(enumerate(polars.read_parquet(file).to_dicts(), start=1))
    except polars.exceptions.PolarsError as error:
        raise InputError(f"{file}: not parquet ({str(error).splitlines()[0]})") from None


def _json(file: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    """One array of objects, or an object a line."""
    try:
        if text.lstrip().startswith("["):
            records = [(at, record) for at, record in enumerate(orjson.loads(text), start=1)]
        else:
            records = [(at, orjson.loads(line)) for at, line in enumerate(text.splitlines(), start=1) if line.strip()]
    except orjson.JSONDecodeError as error:
        raise InputError(f"{file}: not JSON ({error})") from None
    for at, record in records:
        if not isinstance(record, dict):
            raise InputError(f"{file}:{at}: not an object; a row is an object of columns")
    return [(at, _flat(record)) for at, record in records]


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        flat |= _flat(value, f"{prefix}{name}/") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def _delimited(file: Path, text: str, ending: str) -> list[tuple[int, dict[str, Any]]]:
    """CSV by the delimiter that its header has most of; lines that start with # before the header are comments."""
    lines = text.splitlines()
    skipped = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    body = "\n".join(lines[skipped:])
    header = lines[skipped] if skipped < len(lines) else ""
    delimiter = "\t" if ending == ".tsv" else max(",;\t|", key=header.count)
    reader = csv.reader(io.StringIO(body), delimiter=delimiter)
    names = [name.strip() for name in next(reader, [])]
    if twice := [name for name, count in Counter(names).items() if count > 1 and name]:
        raise InputError(f"{file}: two columns are called {twice[0]!r}; rename one")
    rows = []
    for fields in reader:
        if not any(cell.strip() for cell in fields):
            continue
        if len(fields) > len(names) and any(cell.strip() for cell in fields[len(names) :]):
            raise InputError(
                f"{file}:{skipped + reader.line_num}: {len(fields)} fields under {len(names)} columns; quote a field that holds a {delimiter!r}"
            )
        rows.append(
            (skipped + reader.line_num, {name: cell.strip() for name, cell in zip(names, fields, strict=False) if name})
        )
    return rows
