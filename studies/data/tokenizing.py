"""Text as numbers below 65,536: bytes, or a byte-level BPE; every document ends with the end-of-text token."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import MissingExtra, SpecError
from dataqual.lazy import lazy

Tokens = NDArray[np.uint16]
TABLE = "tokenizer.json"
MOST = 65536
"""Tokens that 16 bits tell apart."""


class Tokenizer(Protocol):
    """What makes tokens of documents."""

    @property
    def name(self) -> str:
        """`bytes`, or `bpe-` and the vocabulary."""

    @property
    def vocabulary(self) -> int:
        """How many different tokens there may be; the last one ends a text."""

    def encode(self, documents: Sequence[bytes]) -> list[Tokens]:
        """The tokens of each document, the end of text behind them."""

    def decode(self, tokens: Tokens) -> str:
        """The text of one document's tokens, the end of text among them."""

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens say that are a part of a document."""


@dataclass(frozen=True)
class Bytes:
    """A token for each byte of UTF-8, and 256 for the end of a text.

    257 is no friendly number for a GPU, but honest: a learner that wants its embedding padded does that itself.

    >>> [tokens.tolist() for tokens in Bytes().encode([b"ab", "中".encode()])]
    [[97, 98, 256], [228, 184, 173, 256]]
    """

    name: str = "bytes"
    vocabulary: int = 257

    def encode(self, documents: Sequence[bytes]) -> list[Tokens]:
        """One token more than bytes."""
        return [
            np.append(np.frombuffer(document, np.uint8).astype(np.uint16), np.uint16(256)) for document in documents
        ]

    def decode(self, tokens: Tokens) -> str:
        """The text of one document's tokens; what is no UTF-8 becomes U+FFFD."""
        return tokens[:-1].astype(np.uint8).tobytes().decode(errors="replace")

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens within a document say; characters that are broken off at either end are left out.

        Bytes that are no UTF-8 in between become U+FFFD.

        >>> Bytes().text(list("文中".encode())[1:5])
        ''
        >>> Bytes().text(list("中文".encode())[:5]), Bytes().text([255, 97])
        ('中', '\ufffda')
        """
        data = bytes(tokens)
        cut = next((i for i, byte in enumerate(data[:3]) if not 0x80 <= byte < 0xC0), len(data[:3]))
        return codecs.getincrementaldecoder("utf-8")("replace").decode(data[cut:])


@dataclass(frozen=True, eq=False)
class Bpe:
    """Byte-level BPE (Sennrich et al. 2016; cut into words as GPT-2 did): every text can be told, whatever its script.

    Nothing written in a text is the end of text: that token is not in the table of the BPE.
    """

    model: Any

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> Bpe:
        """The BPE of these texts, which may have fewer tokens than `vocabulary` if they are few or short."""
        tokenizers = _tokenizers()
        model = tokenizers.Tokenizer(tokenizers.models.BPE())
        model.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        model.decoder = tokenizers.decoders.ByteLevel()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=vocabulary - 1,
            min_frequency=2,
            show_progress=False,
            initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        )
        model.train_from_iterator(texts, trainer)
        return cls(model)

    @classmethod
    def load(cls, path: Path) -> Bpe:
        """The BPE in a tokenizer.json."""
        return cls(_tokenizers().Tokenizer.from_file(str(path)))

    @property
    def name(self) -> str:
        """With the vocabulary it came to."""
        return f"bpe-{self.vocabulary}"

    @property
    def vocabulary(self) -> int:
        """The table and the end of text."""
        return int(self.model.get_vocab_size()) + 1

    def encode(self, documents: Sequence[bytes]) -> list[Tokens]:
        """As many tokens as it takes, and the end of text."""
        found = self.model.encode_batch([document.decode() for document in documents], add_special_tokens=False)
        return [np.array([*encoding.ids, self.vocabulary - 1], np.uint16) for encoding in found]

    def decode(self, tokens: Tokens) -> str:
        """The text of one document's tokens."""
        return str(self.model.decode(tokens[:-1].tolist()))

    def text(self, tokens: Sequence[int]) -> str:
        """What tokens within a document say; parts of characters become U+FFFD, those at either end are left out."""
        return str(self.model.decode(list(tokens))).strip("\ufffd")

    def json(self) -> bytes:
        """What `load` reads, and `tokenizers` and `transformers` too."""
        return str(self.model.to_str()).encode()


ENDS = ("<|endoftext|>", "</s>", "<eos>", "[EOS]")
"""What ends a text in published tables; it counts as that where it is the last of the table, as GPT-2's is."""
GIVEN = "file:"
"""How the tokenizer of a study begins where it is a file, and its path behind it."""


@dataclass(frozen=True, eq=False)
class Given(Bpe):
    """A table of somebody else's, from a tokenizer.json of `tokenizers` or `transformers`. Text it cannot tell is not told: byte-level
    ones can tell all."""

    content: bytes = b""
    """Of the file."""

    @classmethod
    def read(cls, path: Path) -> Given:
        """The tokenizer in a file, or in a folder as `save_pretrained` leaves it; SpecError, with the path, for anything else."""
        file = path / TABLE if path.is_dir() else path
        try:
            content = file.read_bytes()
            model = _tokenizers().Tokenizer.from_str(content.decode())
        except OSError as error:
            raise SpecError(
                f"tokenizer.file: {file}: cannot be read ({error.strerror}); name a tokenizer.json"
            ) from None
        except Exception as error:  # tokenizers raises plain Exception
            raise SpecError(f"tokenizer.file: {file}: no table of tokenizers ({error})") from None
        found = cls(model, content)
        if found.vocabulary > MOST:
            raise SpecError(
                f"tokenizer.file: {file}: {found.vocabulary:,} tokens, and files of tokens hold {MOST:,} at most"
            )
        return found

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """With the beginning of its hash, and the vocabulary."""
        return f"given-{self.sha256[:8]}-{self.vocabulary}"

    def json(self) -> bytes:
        """The file as it came."""
        return self.content

    @lazy
    def vocabulary(self) -> int:
        """All numbers of the table, and one more for the end of text where its last is none."""
        table = self.model.get_vocab()
        last = max(table.values())
        return int(last) + 1 + (self.model.id_to_token(last) not in ENDS)


def vocabulary_of(asked: str | int) -> int:
    """Tokens that the tokenizer of a study comes to, or is to come to."""
    if isinstance(asked, int):
        return asked
    return Bytes().vocabulary if asked == "bytes" else Given.read(Path(asked.removeprefix(GIVEN))).vocabulary


def of_folder(name: str, folder: Path) -> Tokenizer:
    """The tokenizer of that name, whose table, if it has one, is tokenizer.json in `folder`."""
    if name == "bytes":
        return Bytes()
    return Given.read(folder / TABLE) if name.startswith("given") else Bpe.load(folder / TABLE)


def needs(vocabulary: object) -> None:
    """MissingExtra if a tokenizer is asked for that cannot be had here."""
    if vocabulary != "bytes":
        _tokenizers()


def _tokenizers() -> Any:
    try:
        import tokenizers
        import tokenizers.decoders
        import tokenizers.models
        import tokenizers.pre_tokenizers
        import tokenizers.trainers
    except ModuleNotFoundError:
        raise MissingExtra("tokenizers", "studies") from None
    return tokenizers


def check_vocabulary(asked: int, got: int) -> None:
    """SpecError where the text was too little to train even half of the vocabulary."""
    if got < asked / 2:
        raise SpecError(
            f"tokenizer.bpe: the neutral slice gives only {got:,} of {asked:,} tokens; ask for fewer, or bytes"
        )
