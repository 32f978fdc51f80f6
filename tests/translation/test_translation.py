"""Engines of translation behind one door: nothing is lost, the shape of a document stays, and failures are told."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dataqual.errors import DataqualError, InputError, SpecError
from dataqual.posting import Endpoint
from dataqual.translation import Route, Translator
from dataqual.translation.apertium import Apertium
from dataqual.translation.command import Command
from dataqual.translation.http import Http
from dataqual.translation.pipe import Pipe
from dataqual.translation.routes import route_of
from dataqual.translation.translator import Said, pieces

UPPER = f'{sys.executable} -u -c "import sys\nfor line in sys.stdin: sys.stdout.write(line.upper())"'


def told(found: Sequence[Said]) -> list[str]:
    """Translations, and what stands in the place of one."""
    return [f"failed: {one}" if isinstance(one, InputError) else one for one in found]


class Reversing(Translator):
    """Each piece backwards; nothing for one that has a q."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def translate(self, texts: Sequence[str]) -> list[Said]:
        self.asked += texts
        return [InputError(f"no q: {text}") if "q" in text else text[::-1] for text in texts]


def test_white_space_and_what_has_no_letter_stay_where_they_are() -> None:
    engine = Reversing()
    assert engine(["  ab\r\n\n cd \x00 12 ef", "", "3.5 %", "你好\u2028吗"]) == [
        "  ba\r\n\n dc \x00 fe 21",
        "",
        "3.5 %",
        "好你\u2028吗",
    ]


def test_the_same_piece_is_asked_for_once_and_a_document_goes_with_its_piece() -> None:
    engine = Reversing()
    assert told(engine(["ab\nab", "ab\nq", "cd"])) == ["ba\nba", "failed: no q: q", "dc"]
    assert engine.asked == ["ab", "q", "cd"]


def test_pieces_make_up_the_text() -> None:
    text = " One. Two!\n\n三。四！ 5\t"
    for by_sentence in (False, True):
        assert "".join(piece for piece, _ in pieces(text, by_sentence=by_sentence)) == text
    assert [piece for piece, spoken in pieces(text, by_sentence=True) if spoken] == ["One.", "Two!", "三。", "四！"]


def test_a_route_goes_there_and_back_and_one_failure_costs_one_document() -> None:
    assert told(Route("x", Reversing(), Reversing())(["ab", "q", "cd"])) == ["ab", "failed: no q: q", "cd"]


def test_of_many_pieces_those_are_found_at_which_an_engine_falls_over() -> None:
    falls = Command("sh -c 'while read -r line; do case $line in *q*) echo over >&2; exit 1;; esac; echo $line; done'")
    found = told(falls([f"text {at}" if at % 7 else "the q" for at in range(20)]))
    assert [at for at, one in enumerate(found) if one == "failed: sh: ended with 1 (over)"] == [0, 7, 14]
    assert [one for at, one in enumerate(found) if at % 7] == [f"text {at}" for at in range(20) if at % 7]
    assert told(falls(["q"])) == ["failed: sh: ended with 1 (over)"]  # it has worked before
    with pytest.raises(InputError, match=r"sh: ended with 1 \(over\)"):
        Command("sh -c 'echo over >&2; exit 1'")(["a", "b", "c"])


# A process that stays open


def test_one_process_answers_all_texts_however_many_there_are() -> None:
    pipe = Pipe([sys.executable, "-u", "-c", "import os,sys\nfor l in sys.stdin: print(os.getpid())"], b"\n", 20)
    first, second = pipe.exchange([b"a"] * 3), pipe.exchange([b"b"])
    assert len({*first, *second}) == 1
    pipe.close()


def test_more_than_a_pipe_holds_goes_through_both_ways() -> None:
    pipe = Pipe(["cat"], b"\0", 20)
    texts = [bytes([65 + at % 26]) * 5000 for at in range(300)]
    assert pipe.exchange(texts) == texts
    pipe.close()


def test_a_process_that_ends_or_is_silent_is_told_and_the_next_exchange_starts_anew() -> None:
    ends = Pipe([sys.executable, "-c", "import sys; print(sys.stdin.readline()); sys.exit('out of words')"], b"\n", 20)
    with pytest.raises(InputError, match=r"out of words.*: ended after \d of 9 texts"):
        ends.exchange([b"a"] * 9)
    silent = Pipe(["sleep", "30"], b"\n", 0.2)
    with pytest.raises(InputError, match=r"sleep: gave no answer for 0\.2 seconds"):
        silent.exchange([b"a"])
    again = Pipe(["sh", "-c", "read line; echo $line"], b"\n", 20)
    assert again.exchange([b"one"]) == [b"one"]
    with pytest.raises(InputError):
        again.exchange([b"two"])
    assert again.exchange([b"three"]) == [b"three"]
    again.close()


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="no-such-program: cannot be started"):
        Pipe(["no-such-program"], b"\n", 1).exchange([b"a"])


# Commands


@pytest.mark.parametrize("keep", [False, True])
def test_a_command_translates_line_by_line(keep: bool) -> None:
    assert Command(UPPER, keep=keep)(["one\ntwo", "三 b", ""]) == ["ONE\nTWO", "三 B", ""]


@pytest.mark.parametrize(
    ("command", "letter"),
    [
        ("head -n 1", "head: gave 1 lines for 2; it must give one for each"),
        ("sh -c 'echo no >&2; exit 3'", "sh: ended with 3 (no)"),
        ("no-such-program", "no-such-program: cannot be started (No such file or directory)"),
        ("sleep 5", "sleep: took more than 0.2 seconds for 2 lines"),
        ("'", 'command: "\'": No closing quotation'),
    ],
)
def test_a_command_that_fails_says_how(command: str, letter: str) -> None:
    with pytest.raises(DataqualError) as error:
        Command(command, timeout=0.2 if "sleep" in command else 20).translate(["a", "b"])
    assert str(error.value) == letter


# Servers


@contextmanager
def server(answer: Any) -> Iterator[tuple[str, list[Any]]]:
    """A server on the loopback that gives what `answer(body, how many were asked before)` says: status, JSON."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((body, dict(self.headers)))
            status, said = answer(body, len(asked) - 1)
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status == 429:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{made.server_address[1]}/translate", asked
        finally:
            made.shutdown()


def test_a_server_is_asked_as_it_wants_and_no_text_changes_the_shape_of_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRANSLATION_KEY", "abc")
    with server(lambda body, _: (200, {"translatedText": body["q"].upper()})) as (url, asked):
        engine = Http(url, "en", "es", headers={"Authorization": "Bearer $TRANSLATION_KEY"})
        assert engine(['one "two"\n{source}', "三 b"]) == ['ONE "TWO"\n{SOURCE}', "三 B"]
    bodies, headers = zip(*asked, strict=True)
    assert {(body["source"], body["target"]) for body in bodies} == {("en", "es")}
    assert {own["Authorization"] for own in headers} == {"Bearer abc"}


def test_a_busy_server_is_asked_again_and_one_refusal_costs_one_text() -> None:
    with server(lambda body, n: (429, {}) if n == 0 else (200, {"translatedText": "ok"})) as (url, asked):
        assert Http(url, "en", "es", at_once=1)(["a"]) == ["ok"] and len(asked) == 2
    with server(lambda body, _: (400, {}) if body["q"] == "b" else (200, {"translatedText": "ok"})) as (url, _):
        assert told(Http(url, "en", "es")(["a", "b", "c"])) == ["ok", f"failed: {url}: answered 400 Bad Request", "ok"]


def test_a_server_that_never_answers_rightly_ends_the_run_in_one_line() -> None:
    with server(lambda body, _: (404, {})) as (url, _), pytest.raises(InputError) as error:
        Http(url, "en", "es")(["a"])
    assert str(error.value) == f"{url}: answered 404 Not Found"
    with (
        server(lambda body, _: (200, b"<html>")) as (url, _),
        pytest.raises(InputError, match="no answer that is JSON"),
    ):
        Http(url, "en", "es", retries=0)(["a"])
    with pytest.raises(SpecError, match=r"body: has no \{text\}"):
        Http("http://127.0.0.1:1/", "en", "es", body='{"q": 1}')
    with pytest.raises(SpecError, match="does not begin with http"):
        Endpoint("ftp://a")


# Apertium


@pytest.mark.skipif(shutil.which("apertium-wblank-mode") is None, reason="apertium is not installed")
def test_apertium_gives_signs_and_lines_back_as_they_were() -> None:
    try:
        route = route_of("apertium:eng-spa", "through")
    except InputError:
        pytest.skip("apertium has no eng-spa")
    text = "The house is [big] {and} $5/£3 <b>\n\n@ ^7^ 8\\9"
    assert route([text, "好", ""]) == [text, "好", ""]


def test_apertium_that_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="on Debian and Ubuntu: apt-get install apertium-eng-spa"):
        Apertium("spa-eng")


# Routes


@pytest.mark.parametrize(
    ("given", "letter"),
    [
        ("apertim:eng-spa", "through: no route 'apertim:eng-spa'; there are: apertium:eng-spa"),
        (
            {"comands": ["a", "b"]},
            "through: a route has one of apertium, models, model, commands, url, nlpaug; did you mean",
        ),
        ({"commands": ["a"]}, "through.commands: expected two, there and back, got ['a']"),
        ("models:nowhere,nowhere", "through.models: model: nowhere: there is no such folder"),
        ({"nlpaug": {}}, "nlpaug: from_model_name must be a folder on this disk, nothing is downloaded; it is None"),
        ({"url": "http://a", "source": "en"}, "through: the key 'pivot' is missing"),
    ],
)
def test_a_route_that_is_wrong_says_where(given: object, letter: str) -> None:
    with pytest.raises(SpecError) as error:
        route_of(given, "through")
    assert str(error.value).startswith(letter)


def test_a_server_serves_both_ways() -> None:
    with server(lambda body, _: (200, {"text": [body["to"] + ":" + body["x"]]})) as (url, _):
        route = route_of(
            {
                "url": url,
                "source": "en",
                "pivot": "de",
                "answer": "text.0",
                "body": '{"x": "{text}", "to": "{target}"}',
            },
            "x",
        )
        assert route(["one"]) == ["en:de:one"]


# Models


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian of 20,000 parameters or so that was taught nothing, and its tokenizer of single characters."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    folder = tmp_path_factory.mktemp("marian")
    letters = ["<pad>", "</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz ABC.,!?é好>", ">>fra<<"]
    tokenizer = Tokenizer(models.WordLevel({letter: at for at, letter in enumerate(letters)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=24
    )
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.MarianConfig(
        vocab_size=len(letters), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=64, pad_token_id=0,
        eos_token_id=1, decoder_start_token_id=0, forced_eos_token_id=None,
    )  # fmt: skip
    model = transformers.MarianMTModel(config)
    model.final_logits_bias[0, 0] = -1e4
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def echoing(marian: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The same, whose network says what it reads; the sizes of its batches."""
    from dataqual.translation import seq2seq

    opened = seq2seq._open(str(marian), None, None)
    sizes: list[list[int]] = []

    def generate(ids: Sequence[list[int]], beams: int) -> list[str | None]:
        sizes.append([len(row) for row in ids])
        return [opened.tokenizer.decode(row, skip_special_tokens=True) for row in ids]

    monkeypatch.setattr(type(opened), "generate", lambda self, ids, beams: generate(ids, beams))
    return sizes


def test_a_long_document_is_cut_at_sentences_and_put_together_again(marian: Path, echoing: list[list[int]]) -> None:
    from dataqual.translation.seq2seq import Seq2Seq

    texts = [
        "a cat sat. a dog ran!\n\nno. ",
        "a sentence that is, by far, much too long for this small model to read",
        "好好好",
        "",
    ]
    assert Seq2Seq(str(marian))(texts) == texts
    assert max(max(sizes) for sizes in echoing) <= 24
    lengths = [length for sizes in echoing for length in sizes]
    assert lengths == sorted(lengths, reverse=True)


def test_what_a_network_says_depends_on_no_neighbour_and_ends_or_is_none(marian: Path) -> None:
    from dataqual.translation.seq2seq import Seq2Seq

    engine = Seq2Seq(str(marian), beams=2)
    texts = ["a cat", "a longer cat sat", "b"]
    together = engine.translate(texts)
    assert told(together) == told([engine.translate([text])[0] for text in texts])
    assert all(isinstance(text, str | InputError) for text in together)
    with pytest.raises(SpecError, match="knows no language 'deu'"):
        Seq2Seq(str(marian), target="deu").translate(["a"])


def test_a_model_of_several_targets_is_told_the_one(marian: Path) -> None:
    from dataqual.translation import seq2seq

    assert seq2seq._open(str(marian), None, "fra").prefix == ">>fra<< "


def test_nlpaug_is_handed_sentences_and_the_shape_of_a_document_stays(marian: Path) -> None:
    pytest.importorskip("nlpaug.augmenter.word")
    folder = str(marian)
    route = route_of({"nlpaug": {"aug": "BackTranslationAug", "from_model_name": folder, "to_model_name": folder}}, "x")
    [first, second, third] = route(["a cat sat.\n\nno. 3", "", "5 !"])
    assert isinstance(first, InputError) or first.count("\n\n") == 1
    assert (second, third) == ("", "5 !")
    assert told(route(["a cat sat.\n\nno. 3"])) == told([first])


def test_a_marian_with_its_own_tokenizer_is_opened_as_it_is_published(marian: Path, tmp_path: Path) -> None:
    """Those of OPUS-MT come with two models of sentencepiece and a vocabulary."""
    sentencepiece = pytest.importorskip("sentencepiece")
    import transformers

    from dataqual.translation.seq2seq import Seq2Seq

    (tmp_path / "text.txt").write_text("the cat sat on a mat\na dog ran home\n" * 20, encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "text.txt"), model_prefix=str(tmp_path / "source"), vocab_size=24, hard_vocab_limit=False
    )
    model = (tmp_path / "source.model").read_bytes()
    for name in ("source.spm", "target.spm"):
        (tmp_path / name).write_bytes(model)
    spm = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "source.model"))
    own = [spm.id_to_piece(at) for at in range(spm.get_piece_size())]
    words = ["</s>", "<unk>", *(piece for piece in own if not piece.startswith("<")), "<pad>"]
    (tmp_path / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}), encoding="utf-8")
    names = [str(tmp_path / name) for name in ("source.spm", "target.spm", "vocab.json")]
    transformers.MarianTokenizer(*names, source_lang="en", target_lang="es", model_max_length=20).save_pretrained(
        tmp_path / "m"
    )
    config = transformers.MarianConfig.from_pretrained(marian)
    config.vocab_size, config.pad_token_id, config.eos_token_id = len(words), len(words) - 1, 0
    config.decoder_start_token_id, config.decoder_vocab_size = len(words) - 1, len(words)
    transformers.MarianMTModel(config).save_pretrained(tmp_path / "m")
    texts = ["the cat sat. a dog ran home", "a mat"]
    found = Seq2Seq(str(tmp_path / "m"), beams=1).translate(texts)
    assert len(found) == 2 and told(found) == told(Seq2Seq(str(tmp_path / "m"), beams=1).translate(texts))
