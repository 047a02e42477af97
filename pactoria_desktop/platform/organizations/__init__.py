"""Organizations: members, invitations, roles, audit, personal data."""
