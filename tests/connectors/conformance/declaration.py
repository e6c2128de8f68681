"""What a connector's folder says about itself."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from connectors.registry import connector, webshop
from tests.connectors.conformance.judge import NAIVE, NOON
from tests.connectors.conformance.rig import Cases, ShopRig, SystemCases

#: Headings that a connector's README.md must have; more may follow in the same line.
SECTIONS = ("## Getting credentials", "## Supported", "## Known limits")
SANDBOX_SECTIONS = ("## What it imitates", "## What it does not imitate")


class SystemDeclaration(SystemCases):
    """What every connector declares, whatever kind of system it is for."""

    def test_the_connector_is_found_under_the_name_of_its_folder(self) -> None:
        kind = self.rig.connector.kind
        assert type(connector(kind)).kind == kind
        assert self._folder().name == kind

    def test_it_has_a_name_for_people(self) -> None:
        title = self.rig.connector.title
        assert title.strip() == title != ""

    def test_every_secret_of_the_credentials_is_declared_as_one(self) -> None:
        # Given credentials that work
        with self.rig() as system:
            credentials, secrets = system.credentials, set(system.secrets)
        assert isinstance(credentials, self.rig.connector.Credentials)
        fields = {name: getattr(credentials, name) for name in type(credentials).model_fields}
        hidden = {value.get_secret_value() for value in fields.values() if isinstance(value, SecretStr)}
        shown = {str(value) for value in fields.values() if not isinstance(value, SecretStr)}
        # Then at least one is secret, the rig knows it, and no secret lies open
        assert hidden
        assert hidden <= secrets
        assert not shown & secrets

    def test_credentials_with_a_field_too_many_are_refused(self) -> None:
        with self.rig() as system:
            values = {**system.credentials.model_dump(), "passphrase": "x"}
        with pytest.raises(ValueError, match="passphrase"):
            self.rig.connector.Credentials.model_validate(values)

    def test_the_readme_explains_what_it_must(self) -> None:
        assert missing(self._folder() / "README.md", SECTIONS) == []
        assert missing(self._folder() / "sandbox" / "README.md", SANDBOX_SECTIONS) == []

    def test_what_the_rig_leaves_out_is_a_case_and_has_a_reason(self) -> None:
        for name, reason in self.rig.exempt.items():
            assert hasattr(self, name), f"{name} is no case"
            assert len(reason) > 20, f"why is {name} left out?"

    def test_the_rig_knows_how_the_vendor_refuses(self) -> None:
        names = [error.name for error in self.rig.vendor_errors]
        assert len(set(names)) == len(names) >= 10
        for status in (401, 404, 429, 500, 503):
            assert any(error.status == status for error in self.rig.vendor_errors), f"no error with {status}"

    def _folder(self) -> Path:
        module = import_module(f"connectors.{self.rig.connector.kind}")
        return Path(str(module.__file__)).parent


class OfAnother(BaseModel):
    """Credentials of a connector that is not the judged one."""

    token: SecretStr = SecretStr("t")


class Declaration(SystemDeclaration, Cases):
    def test_it_is_a_webshop_and_says_what_it_listens_to(self) -> None:
        rig = self.rig
        topics = webshop(rig.connector.kind).order_topics
        assert len(set(topics)) == len(topics)
        assert {rig.topic_created, rig.topic_updated, rig.topic_deleted} <= set(topics)

    def test_how_many_ids_a_request_takes_is_a_number_or_none(self) -> None:
        assert self.rig.connector.most_by_id is None or self.rig.connector.most_by_id > 0

    def test_it_connects_only_with_credentials_of_its_own_and_asks_nothing_yet(self, shop: ShopRig) -> None:
        with pytest.raises(TypeError):
            shop.connector.connect(OfAnother())
        with shop.client():
            assert shop.requests == []

    def test_a_list_from_a_moment_without_zone_is_a_mistake_of_ours(self, shop: ShopRig) -> None:
        # Given a moment that means another second in every zone, Then it is refused before the shop is asked
        with shop.client() as client:
            for ask in (
                lambda: list(client.list_orders(modified_after=NAIVE)),
                lambda: list(client.list_orders_created(after=NAIVE)),
                lambda: list(client.list_orders_created(after=NOON, before=NAIVE)),
                lambda: list(client.list_order_ids(after=NAIVE)),
                lambda: client.count_orders(after=NOON, before=NAIVE),
            ):
                with pytest.raises(ValueError, match="zone"):
                    ask()
        assert shop.requests == []


def missing(readme: Path, sections: tuple[str, ...]) -> list[str]:
    """The sections that are not there or hold nothing."""
    text = "\n" + readme.read_text()
    found = []
    for section in sections:
        _, _, after = text.partition(f"\n{section}")
        body = after.partition("\n")[2].split("\n## ")[0]
        if len(body.strip()) < 40:
            found.append(section)
    return found
