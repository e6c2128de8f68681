"""`python -m tools`: the same as the command `shopledger`."""

from __future__ import annotations

from tools.cli.main import main

if __name__ == "__main__":
    main()
