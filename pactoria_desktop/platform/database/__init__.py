"""PostgreSQL: its tables, the walls between tenants, and bringing it up to date."""
