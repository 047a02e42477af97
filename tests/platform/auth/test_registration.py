"""Who gets an account, and what comes with it."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.auth.mail_tokens import reset_link
from pactoria_desktop.platform.auth.people import first_invitation
from pactoria_desktop.platform.auth.tokens import digest_of
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import AUTHORIZE_PATH
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.auth.conftest import PASSWORD, Browser, PostBox, bearer, request_of, signed_in
from tests.platform.conftest import TestDatabase

pytestmark = pytest.mark.anyio


def rows(database: TestDatabase, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(database.superuser) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def invite(house: House, database: TestDatabase, token: str, email: str | None, *, role: str = "editor") -> None:
    """An invitation to Ana's organization, as the room ``organizations`` makes it."""
    now = house.clock.now()
    [[organization]] = rows(database, "select organization_id from organization where personal_of is null")
    rows(
        database,
        "insert into invitation (id, organization_id, email, role, billing, token_sha256, created_at, expires_at) "
        "values (%s, %s, %s, %s, false, %s, %s, %s)",
        house.mint.mint(), organization, email, role, digest_of(token), now, now + timedelta(days=7),
    )  # fmt: skip


async def test_the_first_invitation_makes_an_administrator_who_owns_a_named_organization(
    house: House, browser: Browser, test_database: TestDatabase
) -> None:
    former = await first_invitation(house)
    link = await first_invitation(house)
    assert former is not None
    assert link is not None
    assert link.startswith("http://platform.test/join/")
    assert (await browser.open(urlsplit(former).path)).status_code == 410
    await browser.open(urlsplit(link).path)
    wrong = await browser.send(organization="", name="Ana", email="nowhere", password="short", again="short")
    assert wrong.status_code == 422
    assert "not an e-mail address" in browser.form.alert
    assert 'value="short"' not in wrong.text
    answer = await browser.send(
        organization="Vale & Partners", name="Ana Vale", email="Ana@Example.org", password=PASSWORD, again=PASSWORD
    )
    assert answer.status_code == 200
    assert await first_invitation(house) is None
    assert rows(test_database, "select email, administrator, verified_at is not null from person") == [
        ("ana@example.org", True, True)
    ]
    owned = rows(
        test_database,
        "select o.name, m.role, o.personal_of = p.id, o.organization_id = p.home_organization_id "
        "from membership m join organization o using (organization_id) join person p on p.id = m.person_id "
        "order by o.personal_of nulls first",
    )
    assert owned == [("Vale & Partners", "owner", None, False), ("Ana Vale", "owner", True, True)]
    [[kept]] = rows(test_database, "select password_hash from person")
    assert str(kept).startswith("$argon2id$")
    again = await browser.open(urlsplit(link).path)
    assert again.status_code == 410
    assert "ask for a new one" in browser.form.alert


async def test_an_invitation_is_taken_once_by_its_address_with_or_without_an_account(
    house: House, browser: Browser, ana: str, test_database: TestDatabase
) -> None:
    invite(house, test_database, "for-bo", "bo@example.org")
    shown = await browser.open("/join/for-bo")
    assert "Join Vale &amp; Partners" in shown.text
    answer = await browser.send(
        name="Bo <b>Quint</b>", email="other@example.org", password=PASSWORD, again=PASSWORD, account="new"
    )
    assert answer.status_code == 200
    assert (await browser.open("/join/for-bo")).status_code == 410
    tokens = await signed_in(browser, "bo@example.org")
    me = (await browser.client.get("/api/v1/me", headers=bearer(tokens["access_token"]))).json()
    assert (me["name"], me["administrator"], me["verified"]) == ("Bo <b>Quint</b>", False, True)
    roles = "select o.name, m.role from membership m join organization o using (organization_id) where person_id = %s"
    assert sorted(rows(test_database, roles, me["id"])) == [("Bo <b>Quint</b>", "owner"), ("Vale & Partners", "editor")]
    # The audit log and the organization's feed know of the member.
    told = "select actor::text from audit_entry where action = 'member.joined' and subject = %s"
    assert rows(test_database, told, me["id"]) == [(me["id"],)]
    fed = "select fields->>'role', fields->>'name' from record where kind = 'member' and id = %s"
    assert rows(test_database, fed, me["id"]) == [("editor", "Bo <b>Quint</b>")]
    # With an account that there is: the address is given by the invitation, and the role that one has stays.
    invite(house, test_database, "again", "bo@example.org", role="viewer")
    assert (await browser.open("/join/again")).status_code == 200
    taken = await browser.send(name="Bo", password=PASSWORD, again=PASSWORD)
    assert taken.status_code == 409
    await browser.open("/join/again", account="existing")
    assert (await browser.send(password="wrong password 1")).status_code == 403
    assert (await browser.send(password=PASSWORD)).status_code == 200
    assert ("Vale & Partners", "editor") in rows(test_database, roles, me["id"])
    assert (await browser.open("/join/" + "x" * 5000)).status_code == 410


async def test_two_who_take_one_invitation_at_once_leave_one_account(
    house: House, application: FastAPI, browser: Browser, ana: str, test_database: TestDatabase
) -> None:
    import anyio

    invite(house, test_database, "open", None)
    statuses: list[int] = []

    async def join(email: str) -> None:
        transport = httpx2.ASGITransport(app=application, client=("127.0.0.1", 50001))
        async with httpx2.AsyncClient(transport=transport, base_url="http://platform.test") as client:
            own = Browser(client)
            await own.open("/join/open")
            statuses.append((await own.send(name="x", email=email, password=PASSWORD, again=PASSWORD)).status_code)

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(join, f"guest{number}@example.org")
    assert sorted(statuses) == [200, 410, 410]
    assert rows(test_database, "select count(*) from person") == [(2,)]
    assert rows(test_database, "select count(*) from organization") == [(3,)]


async def test_nobody_registers_by_themselves_unless_the_settings_say_so(browser: Browser) -> None:
    assert (await browser.open("/register")).status_code == 404
    assert (await browser.client.post("/register", data={})).status_code == 404


async def test_open_registration_confirms_the_address_and_tells_nobody_who_is_there(
    house: House, clock: ManualClock
) -> None:
    box = PostBox()
    opened = replace(house, mailer=box, settings=house.settings.model_copy(update={"registration": "open"}))
    transport = httpx2.ASGITransport(app=create_application(opened), client=("127.0.0.1", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://platform.test") as client:
        browser = Browser(client)
        answers = []
        for name in ("Cy", "Cy again"):
            await browser.open("/register")
            await browser.send(name=name, email="cy@example.org", password=PASSWORD, again=PASSWORD)
            answers.append(browser.answer)
        first, second = answers
        assert first is not None
        assert second is not None
        assert first.status_code == second.status_code == 200
        assert first.text == second.text
        assert [subject for _, subject, _ in box.letters] == [
            "Confirm your e-mail address",
            "You have an account already",
        ]
        # Until the address is confirmed nobody signs in; the message is sent again.
        await browser.open(AUTHORIZE_PATH, **request_of())
        refused = await browser.send(email="cy@example.org", password=PASSWORD)
        assert refused.status_code == 403
        assert box.letters[-1][1] == "Confirm your e-mail address"
        link = box.link()
        assert (await browser.open(link)).status_code == 200
        assert (await browser.send()).status_code == 200
        assert (await browser.open(link)).status_code == 410
        await signed_in(browser, "cy@example.org")


async def test_a_forgotten_password_is_set_anew_by_mail_alone_and_signs_all_devices_out(
    house: House, ana: str, browser: Browser, clock: ManualClock
) -> None:
    assert (await browser.open("/reset")).status_code == 200
    assert "Ask your administrator" in browser.answer.text  # type: ignore[union-attr]
    assert await reset_link(house, "nobody@example.org") is None
    by_hand = await reset_link(house, ana)
    assert by_hand is not None
    assert (await browser.open(urlsplit(by_hand).path)).status_code == 200
    box = PostBox()
    transport = httpx2.ASGITransport(app=create_application(replace(house, mailer=box)), client=("127.0.0.1", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://platform.test") as client:
        own = Browser(client)
        tokens = await signed_in(own, ana)
        bodies = []
        for email in (ana, "nobody@example.org"):
            await own.open("/reset")
            bodies.append((await own.send(email=email)).text.replace(email, "…"))
        assert bodies[0] == bodies[1]
        assert [to for to, _, _ in box.letters] == [ana]
        link = box.link()
        assert (await own.open(link)).status_code == 200
        assert (await own.send(password="short", again="short")).status_code == 422
        assert (await own.send(password="another good one", again="another bad one")).status_code == 422
        assert (await own.send(password="another good one", again="another good one")).status_code == 200
        assert (await own.open(link)).status_code == 410
        assert (await client.get("/api/v1/me", headers=bearer(tokens["access_token"]))).status_code == 401
        await own.open("/reset")
        await own.send(email=ana)
        clock.advance(31 * 60)
        assert (await own.open(box.link())).status_code == 410


async def test_registrations_from_one_network_wait(
    house: House, browser: Browser, ana: str, clock: ManualClock
) -> None:
    opened = replace(house, settings=house.settings.model_copy(update={"registration": "open"}))
    transport = httpx2.ASGITransport(app=create_application(opened), client=("192.0.2.7", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://platform.test") as client:
        own = Browser(client)
        statuses = []
        for number in range(11):
            await own.open("/register")
            answer = await own.send(name="x", email=f"many{number}@example.org", password=PASSWORD, again=PASSWORD)
            statuses.append(answer.status_code)
        assert statuses == [200] * 10 + [429]
        assert own.answer is not None
        assert int(own.answer.headers["retry-after"]) <= 30
