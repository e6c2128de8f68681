"""What is said about a file with a mistake in it: the line, what is wrong, what to do, and never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apply.mistakes import MISTAKES, SECRET, SHOP
from tools.apply.credentials import Sources, opened
from tools.apply.read import parse_wish, read_wish
from tools.apply.wish import Wish
from tools.cli.problems import Exit, Problem

EXAMPLES = Path(__file__).parent / "examples"
GOOD = (EXAMPLES / "shop.yaml").read_text()
ENVIRONMENT = {"WOO_KEY": "ck_1", "ECONOMIC_APP": "app", "ECONOMIC_GRANT": "grant", "EMPTY": " ", "WOO_SECRET": SECRET}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "woo_secret").write_text(f"{SECRET}\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes("nøgle".encode("latin-1"))
    return tmp_path


def read(text: str | bytes, folder: Path, environment: Mapping[str, str] = ENVIRONMENT) -> Wish:
    raw = text.encode() if isinstance(text, str) else text
    return parse_wish(raw, "shop.yaml", Sources(environment, folder))


def said(text: str | bytes, folder: Path) -> str:
    """What is said about it. It is always about the file, and holds no secret."""
    with pytest.raises(Problem) as problem:
        read(text, folder)
    assert problem.value.exit_code == Exit.WRONG_FILE
    assert SECRET not in problem.value.message
    return problem.value.message


def test_the_example_is_read(folder: Path) -> None:
    # When
    account = read(GOOD, folder).accounts["Lampeland"]
    # Then
    assert opened(account.systems["Webshop"].credentials) == {
        "url": "https://shop.example",
        "consumer_key": "ck_1",
        "consumer_secret": SECRET,
    }
    orders = account.connections["Orders"]
    assert (orders.kind, orders.source, orders.target, orders.active) == ("orders", "Webshop", "Books", True)
    assert orders.settings["books"] == {"layout": 19, "customer_group": 1, "product_group": 1}
    assert SECRET not in repr(account)


def test_anchors_and_merges_are_read(folder: Path) -> None:
    # Given two connections that share settings, of which the second one has some of its own
    names = ("DK_KEY", "DK_SECRET", "SE_KEY", "SE_SECRET")
    environment = {**ENVIRONMENT, **dict.fromkeys(names, "ck_1")}
    # When
    account = read((EXAMPLES / "two_shops.yaml").read_text(), folder, environment).accounts["Nordlys"]
    # Then
    usual = {"document": "order", "shipping_product": "9000"}
    assert account.connections["Danish orders"].settings == {**usual, "books": {"customer_group": 1}}
    assert account.connections["Swedish orders"].settings == {
        **usual,
        "time_zone": "Europe/Stockholm",
        "books": {"customer_group": 2, "vat_zone": 3},
    }


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES, ids=[mistake[1].strip() for mistake in MISTAKES])
def test_a_mistake_is_said_with_its_line_and_what_to_do(folder: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    assert f"shop.yaml:{says}" in said(GOOD.replace(old, new, 1), folder)


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file(folder: Path) -> None:
    # Given
    text = (
        GOOD.replace("kind: woocommerce", "kind: shop").replace("WOO_KEY", "NONE").replace("from: Webshop", "from: Web")
    )
    text = text.replace('"9001"', "9001").replace("layout: 19", "layout: none")
    # When
    lines = said(text, folder).splitlines()
    # Then
    assert [line.split(":")[1] for line in lines] == ["5", "18", "25", "28"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "shop.yaml:1: is empty: it begins with accounts:"),
        (b"# only a word\n", "shop.yaml:1: is empty: it begins with accounts:"),
        (b"accounts:\n", "shop.yaml:1: accounts: names no account"),
        (b"accounts\n", "shop.yaml:1: the file is a mapping of accounts"),
        (b"accounts:\n  Lampeland:\n", "shop.yaml:2: accounts.Lampeland: an account is a mapping of systems"),
        ("accounts:\n  Grønt: {}\n".encode("latin-1"), "shop.yaml:2: is not UTF-8 text: save it as UTF-8"),
        ("accounts: {}\n".encode("utf-16"), "shop.yaml:1: is not UTF-8 text: save it as UTF-8"),
        (b"accounts:\n  a\x01b: {}\n", "shop.yaml:2: a character that YAML does not allow"),
        (b"[" * 5000, "shop.yaml:1: values inside of values, more deeply than can be read"),
    ],
)
def test_what_is_no_such_file_at_all(folder: Path, raw: bytes, says: str) -> None:
    assert said(raw, folder).startswith(says)


def test_aliases_of_aliases_do_not_fill_the_memory(folder: Path) -> None:
    # Given a list of ten, and ten of it, and so on
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    # When, then
    assert "more than 100000 values, aliases counted" in said("\n".join(lines), folder)


@pytest.mark.parametrize(("name", "says"), [("no.yaml", "there is no such file"), (".", "is a folder")])
def test_a_file_that_is_not_there(folder: Path, name: str, says: str) -> None:
    with pytest.raises(Problem) as problem:
        read_wish(folder / name, ENVIRONMENT)
    assert problem.value.message.startswith(f"{folder / name}: {says}")
    assert problem.value.exit_code == Exit.WRONG_FILE


def test_files_of_secrets_are_looked_for_beside_the_file(folder: Path) -> None:
    # Given
    (folder / "shop.yaml").write_text(GOOD)
    # When
    account = read_wish(folder / "shop.yaml", ENVIRONMENT).accounts["Lampeland"]
    # Then
    assert opened(account.systems["Webshop"].credentials)["consumer_secret"] == SECRET


@given(st.data())
def test_wherever_a_line_stands_its_number_is_right(data: st.DataObject) -> None:
    # Given the example with comments and empty lines anywhere between its own
    lines, wrong = [], -1
    for line in GOOD.replace("kind: woocommerce", "kind: woo").splitlines():
        between = st.lists(st.sampled_from(["", "# a word: {", "      # - another"]), max_size=3)
        lines += data.draw(between)
        if "kind: woo" in line:
            wrong = len(lines) + 1
        lines.append(line)
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    # When, then
    message = said(end.join(lines), Path("/nowhere"))
    assert message.splitlines()[0].startswith(f"shop.yaml:{wrong}: {SHOP}.kind: no connector 'woo'")


@given(st.text(alphabet=" \t\n:-[]{}&*!|>'\"#%@`,?ab0", max_size=60))
def test_no_text_does_more_than_raise_a_problem(text: str) -> None:
    with pytest.raises(Problem):
        read(text, Path("/nowhere"))


@given(st.integers(min_value=0, max_value=len(GOOD)), st.sampled_from("\t{}[]:*&!'\"%@`-#|>?, \n"))
def test_one_stray_character_never_shows_a_secret(position: int, stray: str) -> None:
    # Given the example with its secret written into it, and a slip of the finger
    text = GOOD.replace("{env: WOO_KEY}", SECRET)
    text = text[:position] + stray + text[position:]
    # When, then
    with pytest.raises(Problem) as problem:
        read(text, Path("/nowhere"))
    assert SECRET not in problem.value.message
