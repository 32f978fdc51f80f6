"""`python -m studies` is the command `studies`, and runs a pack from a checkout, with nothing installed that only a corpus needs."""

from studies.standing_in import stand_in

stand_in()

from studies.cli import main  # noqa: E402

main()
