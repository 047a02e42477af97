"""The tables, by room. Ids are UUIDv7; instants have their zone; the tenant comes first in every key of a tenant."""

from pactoria_desktop.platform.database.schema import identity, organizations, records, texts
from pactoria_desktop.platform.database.schema.base import Base

__all__ = ["Base", "identity", "organizations", "records", "texts"]
