"""`python -m dataqual` is the command `dataqual`."""

from dataqual.cli import main

main()
