"""What comes together: the feed of records, the updates of texts, live rooms."""
