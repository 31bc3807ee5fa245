"""What a command tells of the models and lists of domains that it uses."""

from __future__ import annotations

from dupdetect.cli.messages import say
from dupdetect.config import Config


def tell(config: Config) -> None:
    """Says on stderr which model each score uses, with its digest, and what the lists hold."""
    from dupdetect.quality.resources import described

    told = described(config.quality)
    for score, model in told["models"].items():
        say(f"model {score}: {model['file'] or 'shipped'} (sha256 {model['sha256'][:12]})")
    if "domain_lists" in told:
        lists = told["domain_lists"]
        skipped = ", ".join(f"{n} {reason}" for reason, n in lists["lines_skipped"].items())
        say(f"domain lists: {lists['domains']} domains; lines passed over: {skipped or 'none'}")
