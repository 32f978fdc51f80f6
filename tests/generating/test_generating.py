"""Language models that rewrite documents: from a folder, or by a server; the same seed gives the same children."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from dataqual.children import Chance, Failed
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import InputError, SpecError
from dataqual.generating import DEFAULT, Prompt
from dataqual.generating.causal import Causal
from dataqual.generating.chat import Chat
from dataqual.posting import Endpoint
from dataqual.steps.augment_llm import AugmentLlm
from tests.generating.servers import said, served


def test_a_prompt_takes_the_text_as_it_is() -> None:
    assert Prompt("{text}: {label}").of("{text} {label}") == "{text} {label}: {label}"
    assert Prompt().of("好吃") == DEFAULT["zh"].replace("{text}", "好吃")
    assert Prompt().of("tasty") == DEFAULT["en"].replace("{text}", "tasty")
    with pytest.raises(SpecError, match=r"prompt: has no \{text\}"):
        Prompt("Say it anew.")


def test_a_server_writes_children_and_what_it_refuses_or_cuts_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_KEY", "abc")
    asked: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        asked.append(body)
        content = body["messages"][0]["content"]
        if content == "b":
            return 400, {}
        return 200, said(f'"{content} {body["seed"]}"', "length" if content == "c" else "stop")

    server = served(answer)
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    step = AugmentLlm(model="some-model", url=url, key="$LLM_KEY", prompt="{text}", gate="none")
    corpus = Corpus.of(["a", "b", "c"])
    found = step.augmenter(corpus, Local()).children_of(["a", "b", "c"], [Chance(1), Chance(2), Chance(3)], [2, 1, 1])
    server.shutdown()
    server.server_close()
    seed = int(Chance(1).numbers(1, "llm")[0] * 2.0**53)
    assert [child.text for child in found[0]] == [f"a {(seed + more) % 2**31}" for more in (0, 1)]
    refused, broken = f"{url}/chat/completions: answered 400 Bad Request", "an answer broke off at its last token"
    assert found[1] == [Failed(refused)]
    assert broken in found[2][0].why
    assert {body["path"] for body in asked} == {"/v1/chat/completions"}
    assert {body["model"] for body in asked} == {"some-model"}
    assert {body["authorization"] for body in asked} == {"Bearer abc"}


def test_a_document_that_a_server_never_takes_does_not_end_the_run() -> None:
    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        content = body["messages"][0]["content"]
        return (400, {}) if content == "too long" else (200, said(f"{content}, anew"))

    server = served(answer)
    step = AugmentLlm(
        model="m", url=f"http://127.0.0.1:{server.server_address[1]}/v1", prompt="{text}", gate="none", tries=3
    )
    corpus = Corpus.of(["a film", "too long"])
    ready = step.prepare(corpus, Local())
    [batch] = corpus.batches()
    after, _ = ready(batch)  # from the second attempt on only what is refused is asked for
    assert list(after.text) == ["a film", "a film, anew", "too long"]
    with pytest.raises(InputError, match="answered 400"):
        step.augmenter(corpus, Local()).children_of(
            ["too long"], [Chance(1)], [1]
        )  # a server that has answered nothing yet
    server.shutdown()
    server.server_close()


def test_an_answer_that_breaks_off_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def break_off() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

        thread = threading.Thread(target=break_off)
        thread.start()
        with pytest.raises(InputError, match="gave no answer that is JSON"):
            Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/", retries=0).ask({})
        thread.join()


def test_a_server_that_is_not_there_ends_the_run() -> None:
    writer = Chat("http://127.0.0.1:9/v1", "some-model", retries=0)
    with pytest.raises(InputError, match=r"http://127.0.0.1:9/v1/chat/completions: gave no answer that is JSON"):
        writer.write(["a"], [1], [1], [8])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A GPT-2 of a few thousand parameters that was taught nothing."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tests.embeddings.models import tokenizer

    place = tmp_path_factory.mktemp("causal")
    words = ["the", "cat", "sat", "on", "a", "mat", "我", "们", "开", "会", "<s>", "<pad>"]
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(words), unk_token="[UNK]", eos_token="<s>", pad_token="<pad>", model_max_length=64
    ).save_pretrained(place)
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=13, n_positions=64, n_embd=16, n_layer=1, n_head=2, bos_token_id=11, eos_token_id=11, pad_token_id=12
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(place)
    return str(place)


def test_a_model_on_disk_says_the_same_for_the_same_seed_whatever_stands_beside_it(folder: str) -> None:
    import torch

    writer = Causal(folder, temperature=1.5)
    prompts = ["the cat sat", "我们开会"]
    before = torch.random.get_rng_state()
    together = writer.write(prompts, [5, 6], [8, 8], [30, 30])
    assert (torch.random.get_rng_state() == before).all()
    assert together[1] == writer.write(prompts[1:], [6], [8], [30])[0]
    assert together[1] != writer.write(prompts[1:], [7], [8], [30])[0]
    assert any(together)


def test_a_prompt_that_fills_the_window_gets_no_answer(folder: str) -> None:
    [[error]] = Causal(folder).write(["the cat " * 40], [1], [1], [8])
    assert str(error) == f"{folder}: a prompt of 80 tokens leaves no room in a window of 64"


def test_what_is_wrong_with_a_model_or_prompt_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="model: nowhere: there is no such folder"):
        AugmentLlm(model="nowhere")
    with pytest.raises(SpecError, match="model is empty; name a folder, or with url the model of a server"):
        AugmentLlm()
    with pytest.raises(SpecError, match=r"prompt: 'nowhere' has no \{text\}, and is no file that can be read"):
        AugmentLlm(model=str(tmp_path), prompt="nowhere")
    (tmp_path / "prompt.txt").write_text("Anew: {text}", encoding="utf-8")
    assert AugmentLlm(model=str(tmp_path), prompt=str(tmp_path / "prompt.txt")).asked.of("a") == "Anew: a"
