"""Secrets that programs carry, by the marks that those who give them out put on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Secret:
    """One kind of secret: what it holds as it is written, its whole shape, and where that is documented."""

    name: str
    mark: str
    """In every one of them, letter by letter."""
    pattern: re.Pattern[str]
    """The secret is group 1."""
    source: str
    varied: bool = False
    """Whether it must have a digit, a small and a capital letter: else class names of web pages pass for it."""


def _secret(name: str, mark: str, shape: str, source: str, *, varied: bool = False) -> Secret:
    return Secret(name, mark, re.compile(rf"(?<![\w-])({shape})(?![\w-])", re.ASCII), source, varied)


_IAM = "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"
_GITHUB = "github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available"
_SLACK = "docs.slack.dev/authentication/tokens"

SECRETS = (
    _secret("aws_access_key", "AKIA", r"AKIA[A-Z0-9]{16}", _IAM),
    _secret("aws_temporary_key", "ASIA", r"ASIA[A-Z0-9]{16}", _IAM),
    *(
        Secret(
            "aws_secret_key",
            mark,
            re.compile(mark + r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"),
            "docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html",
        )
        for mark in ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey", "secretAccessKey")
    ),
    *(
        _secret(name, mark, rf"{mark}[A-Za-z0-9_]{{36,}}", _GITHUB)
        for name, mark in (
            ("github_personal_token", "ghp_"),
            ("github_oauth_token", "gho_"),
            ("github_user_token", "ghu_"),
            ("github_server_token", "ghs_"),
            ("github_refresh_token", "ghr_"),
        )
    ),
    _secret("github_fine_grained_token", "github_pat_", r"github_pat_[A-Za-z0-9_]{36,}", _GITHUB),
    _secret("gitlab_token", "glpat-", r"glpat-[\w-]{20,}(?:\.[\w.]{1,40})?", "docs.gitlab.com/security/tokens"),
    _secret("slack_token", "xox", r"xox[abeprs]-[A-Za-z0-9-]{10,}", _SLACK),
    _secret("slack_app_token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{10,}", _SLACK),
    _secret(
        "slack_webhook",
        "hooks.slack.com/services/",
        r"https://hooks\.slack\.com/services/T\w{6,14}/B\w{6,14}/\w{20,30}",
        "docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    ),
    _secret(
        "openai_key", "sk-", r"sk-[\w-]{20,}", "platform.openai.com/docs/api-reference/authentication", varied=True
    ),
    _secret("stripe_key", "k_live_", r"[rs]k_live_[A-Za-z0-9]{16,}", "docs.stripe.com/keys"),
    _secret("google_key", "AIza", r"AIza[\w-]{35}", "cloud.google.com/docs/authentication/api-keys", varied=True),
    _secret("hugging_face_token", "hf_", r"hf_[A-Za-z0-9]{30,}", "huggingface.co/docs/hub/security-tokens"),
    _secret(
        "npm_token",
        "npm_",
        r"npm_[A-Za-z0-9]{36}",
        "github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format",
    ),
    _secret("pypi_token", "pypi-AgE", r"pypi-AgE[\w-]{50,}", "pypi.org/help/#apitoken"),
    _secret(
        "sendgrid_key", "SG.", r"SG\.[\w-]{22}\.[\w-]{43}", "twilio.com/docs/sendgrid/ui/account-and-settings/api-keys"
    ),
    _secret("json_web_token", "eyJ", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?", "rfc-editor.org/rfc/rfc7519"),
    Secret(
        "private_key",
        "PRIVATE KEY",
        re.compile(
            r"(-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr])*"
            r"(?:[A-Za-z-]{2,30}: [^\n]{0,200}\s+){0,5}[A-Za-z0-9+/=]{32,}"
            r"(?:[A-Za-z0-9+/=\s\\]*-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"|(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]{32,})*))"
        ),
        "rfc-editor.org/rfc/rfc7468",
    ),
)

MARKS = tuple(dict.fromkeys(secret.mark for secret in SECRETS))


def marked(text: str) -> bool:
    """Whether it has the mark of any of them: quickly, for most have none."""
    for mark in MARKS:  # noqa: SIM110 - a plain loop: a generator in `any` takes as long again
        if mark in text:
            return True
    return False


def find(text: str) -> Iterator[tuple[int, int]]:
    """Those of a text, as spans."""
    for secret in SECRETS:
        if secret.mark in text:
            for match in secret.pattern.finditer(text):
                if not secret.varied or _varied(match[1]):
                    yield match.span(1)


def _varied(secret: str) -> bool:
    """Whether there are a digit, a small and a capital letter in it.

    >>> _varied("sk-fading-circle-12"), _varied("sk-a1B2")
    (False, True)
    """
    return all(re.search(kind, secret) for kind in ("[0-9]", "[a-z]", "[A-Z]"))
