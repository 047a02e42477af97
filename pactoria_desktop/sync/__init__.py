"""The desktop's side of sync: the outbox goes, the feeds come, and nothing that was acknowledged is lost."""
