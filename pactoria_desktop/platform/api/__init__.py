"""The edge: how a request is let in, answered, refused, measured and written down."""
