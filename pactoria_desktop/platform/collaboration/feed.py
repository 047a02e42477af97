"""The feed of records from the platform's side: what devices push, and what the platform writes itself.

A push is one transaction. What it decides upon is read in one statement and written in one more; where another push
moved a counter between the two, the counters are held by then and the decision is made once more on what is true now.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.collaboration.deciding import (
    Decision,
    contracts_named,
    packages_named,
    records_named,
)
from pactoria_desktop.platform.collaboration.known import read_known
from pactoria_desktop.platform.collaboration.packages import vouch
from pactoria_desktop.platform.collaboration.rights import ORGANIZATION
from pactoria_desktop.platform.collaboration.sealed_fields import seal_fields
from pactoria_desktop.platform.collaboration.writing import Counter, NewRow, lock_scopes, make_scopes, write
from pactoria_desktop.platform.database.committed import records_moved
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.records import KINDS, SCHEMA_VERSION, Applied, Push, Pushed

_TRIES = 5
_NOTE_EVERY_SECONDS = 10

_PLACE = text(
    "select r.scope, r.fields, r.field_sequence, r.deleted, "
    "(select c.scope from record c where c.organization_id = :organization and c.kind = 'contract' "
    " and c.id = :contract) as contract_scope "
    "from (select 1) as one left join record r "
    "on r.organization_id = :organization and r.kind = :kind and r.id = :record"
)
_HOLD_MEMBER = text("select 1 from membership where organization_id = :organization and person_id = :person for share")
_NOTE_TEXT = text(
    """
with moved as (
  update sync_scope s set sequence = s.sequence + 1
  where s.organization_id = :organization and s.scope = (
    select r.scope from record r where r.organization_id = :organization and r.kind = 'contract' and r.id = :contract
      and not r.deleted and (r.changed_at <= :before or r.fields -> 'text_number' is null)
      and coalesce((r.fields ->> 'text_number')::bigint, -1) < :number)
  returning s.scope, s.sequence
)
update record r set sequence = moved.sequence, changed_at = :now,
  fields = r.fields || jsonb_build_object('text_number', cast(:number as bigint)),
  field_sequence = r.field_sequence || jsonb_build_object('text_number', moved.sequence)
from moved
where r.organization_id = :organization and r.kind = 'contract' and r.id = :contract and r.scope = moved.scope
  and not r.deleted
returning r.sequence
"""
)


class Pusher(Protocol):
    """Who sends changes: an ``Access``, or what a test makes of it."""

    @property
    def organization(self) -> str:
        """The organization."""
        ...

    @property
    def person(self) -> str:
        """The person."""
        ...

    @property
    def device(self) -> str:
        """The device."""
        ...


class BusyError(Refusal):
    """Others wrote in a way that this transaction cannot follow; another one that holds ``scopes`` first can."""

    def __init__(self, scopes: frozenset[str] = frozenset()) -> None:
        """With a sentence for whoever runs out of tries."""
        super().__init__(
            Code.UNAVAILABLE,
            "Others are writing the same contracts right now; nothing was changed; try again in a moment.",
            retry_after=1,
        )
        self.scopes = scopes


async def take(house: House, pusher: Pusher, sent: Push) -> Pushed:
    """Take a device's operations in a transaction of their own, committed when this returns. Raises Refusal."""
    holding: frozenset[str] = frozenset()
    for tries_left in reversed(range(_TRIES)):
        try:
            async with house.database.transaction(organization=pusher.organization, person=pusher.person) as connection:
                return await push(connection, house, pusher, sent, holding)
        except BusyError as busy:
            if not tries_left:
                raise
            holding |= busy.scopes
    raise AssertionError("The last try returns or raises.")


async def push(
    connection: AsyncConnection, house: House, pusher: Pusher, sent: Push, holding: frozenset[str] = frozenset()
) -> Pushed:
    """Take the operations of a device, in order, in the caller's transaction in the pusher's organization.

    Two statements, or four where somebody else wrote at the same time; one more where files are named. A push of
    somebody who is no member now is refused whole. Raises Refusal: BusyError is for another transaction, because a
    scope more cannot be locked in this one without two pushes waiting for each other. ``holding`` are scopes to lock
    before anything is decided.
    """
    organization = pusher.organization
    seal = await house.seals.of(connection, organization)
    now = house.clock.now()
    held = set(holding)
    if holding:
        # The member first and the counters then, as everywhere.
        await connection.execute(_HOLD_MEMBER, {"organization": organization, "person": pusher.person})
        await lock_scopes(connection, organization, sorted(holding))
    for _ in range(_TRIES):
        known = await read_known(
            connection,
            organization,
            pusher.person,
            records=records_named(sent.operations),
            contracts=contracts_named(sent.operations),
            operations=[one.operation for one in sent.operations],
        )
        if known.member is None:
            raise not_found("organization")
        decision = Decision(known, known.member, seal, now, sent.epoch == known.epoch)
        results: tuple[Applied, ...] = tuple(decision.apply(one) for one in sent.operations)
        if not decision.answers:
            return Pushed(epoch=known.epoch, results=results)
        counters = [
            Counter(scope, known.counters.get(scope, 0), after) for scope, after in sorted(decision.counters.items())
        ]
        wanted = {one.scope for one in counters}
        if held and not wanted <= held:
            raise BusyError(frozenset(held | wanted))
        written = await write(
            connection,
            organization,
            now,
            counters=counters,
            rows=tuple(decision.rows.values()),
            answers=tuple(decision.answers.values()),
            device=pusher.device,
        )
        if written.done:
            if written.answered < len(decision.answers):
                # The same operation came by another way at this moment; that one has the answer.
                raise BusyError
            if named := packages_named(sent.operations):
                await vouch(connection, organization, pusher.person, named, now)
            return Pushed(epoch=known.epoch, results=results)
        if written.missing:
            await make_scopes(connection, organization, sorted(wanted))
        else:
            held = wanted
    raise BusyError


async def write_platform_record(
    connection: AsyncConnection,
    house: House,
    organization: str,
    kind: str,
    record: str,
    fields: Mapping[str, object],
    deleted: bool = False,
) -> int:
    """Write a record of the platform's own (organization, member, share, activity); gives its sequence.

    Fields are laid over those that it has (None clears one); ``deleted`` leaves a tombstone. A record of a contract
    names it in the field ``contract`` and lives where the contract lives. Nothing moves where nothing changes.
    """
    contract = str(fields["contract"]) if KINDS[kind].of_contract and fields.get("contract") else None
    if kind == "contract":
        contract = record
    place = {"organization": organization, "kind": kind, "record": record, "contract": contract}
    row = (await connection.execute(_PLACE, place)).one()
    held: set[str] = set()
    counters: dict[str, int] = {}
    while (scope := row.contract_scope or row.scope or ORGANIZATION) not in held:
        # The contract may move to another scope while its counter is waited for.
        held.add(scope)
        counters |= await lock_scopes(connection, organization, [scope])
        row = (await connection.execute(_PLACE, place)).one()
    seal = await house.seals.of(connection, organization)
    former: dict[str, JsonValue] = {} if row.fields is None or row.deleted else dict(row.fields)
    given: dict[str, JsonValue] = {name: _plain(value) for name, value in fields.items()}
    sealed = {} if deleted else seal_fields(seal, kind, record, given)
    changed = {name: value for name, value in sealed.items() if former.get(name) != value}
    if row.fields is not None and not changed and bool(row.deleted) == deleted:
        return counters[scope]
    sequence = counters[scope] + 1
    after = {name: value for name, value in ({} if deleted else former | changed).items() if value is not None}
    field_sequence = {} if row.field_sequence is None or row.deleted or deleted else dict(row.field_sequence)
    field_sequence |= dict.fromkeys(changed, sequence)
    new = NewRow(kind, record, scope, contract, sequence, deleted, after, field_sequence, SCHEMA_VERSION, None)
    counter = Counter(scope, counters[scope], sequence)
    written = await write(connection, organization, house.clock.now(), counters=[counter], rows=[new])
    if not written.done:
        raise BusyError
    return sequence


async def note_text(
    connection: AsyncConnection, house: House, organization: str, contract: str, number: int, *, at_rest: bool = False
) -> bool:
    """Let a contract's record say that its text has come to ``number``, at most every ten seconds after the first.

    False where the record moved within the last ten seconds, is gone, or says so already: called once more ``at_rest``
    (``resting``), whenever the record moved, so that the last number is told.
    """
    now = house.clock.now()
    values = {
        "organization": organization,
        "contract": contract,
        "number": number,
        "now": now,
        "before": now if at_rest else now - timedelta(seconds=_NOTE_EVERY_SECONDS),
    }
    noted = (await connection.execute(_NOTE_TEXT, values)).one_or_none() is not None
    if noted:
        records_moved(connection, organization)
    return noted


def _plain(value: object) -> JsonValue:
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError("A platform's field is text, a number, a flag, an instant or nothing.")
