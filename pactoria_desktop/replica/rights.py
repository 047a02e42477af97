"""What whoever opened a text may do to it. The platform judges again; here it is refused before it is typed."""

from enum import Enum


class Rights(Enum):
    """Everything; comments and suggestions of one's own; nothing but reading. What others do arrives in any case."""

    ALL = "all"
    SUGGEST = "suggest"
    READ = "read"


ONLY_READ = "This contract can only be read here; nothing was changed."
ONLY_SUGGEST = "You may suggest changes and comment here; deciding on changes of others is left to editors."
