"""Templates and clauses: format, fill, bind, make."""
