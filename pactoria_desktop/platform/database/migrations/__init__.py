"""Changes of the database's form, in order."""
